/*
 * client_request - request_token: coming in.
 */
#include "api/client_call.h"
#include "base/log.h"
#include "base/text.h"
#include "join/admission.h"

#include <inttypes.h>
#include <stdio.h>

static void reply_no_conference(const struct call *c)
{
	client_reply_text(c, 404,
		"{\"status\":\"failed\",\"result\":\"Neither conference nor gateway found\"}");
}

static json_t *version(const struct client_api *api)
{
	return json_pack("{s:s, s:s}", "version_id", api->version, "pseudo_version", api->version);
}

static void log_refusal(const struct call *c, const char *why)
{
	if (!log_quota_take(c->api->refusals, c->now_ms))
		return;
	log_info("support.participant", "Participant refused", "Alias", c->alias, "Source",
		http_peer(c->req), "Reason", why, NULL);
}

/* True when the source may be answered with the truth. Those who may not are only counted: a line
 * for each would let strangers fill the disk. */
static bool is_heard(
	const struct call *c, struct guesses *guesses, const char *narrow, const char *wide)
{
	if (guesses_ask(guesses, narrow, wide, c->now_ms) == GUESSES_HEAR)
		return true;
	if (!c->api->unheard++)
		c->api->unheard_since_ms = c->now_ms;
	return false;
}

static bool find_room(const struct call *c, struct join_room *ret)
{
	if (!is_heard(c, c->api->aliases, c->source, ""))
		return false;
	if (join_lookup(c->api->reg, c->key, c->now, ret))
		return true;
	guesses_wrong(c->api->aliases, c->source, "", c->now_ms);
	log_refusal(c, "no conference open for that alias");
	return false;
}

char *client_pin_wanted(const struct client_api *api, bool guests_too)
{
	return client_result_text(json_pack("{s:s, s:s, s:o}", "pin", "required", "guest_pin",
		guests_too ? "required" : "none", "version", version(api)));
}

static void reply_wrong_pin(const struct call *c)
{
	client_reply_text(c, 403, "{\"status\":\"failed\",\"result\":\"Invalid PIN\"}");
}

/* Decides about the PIN in the request; answers unless the caller may come in. */
static bool admit(const struct call *c, const struct join_room *room, bool *ret_host)
{
	char wide[24], narrow[SOURCE_MAX + 24];
	const char *pin = http_header(c->req, "pin");
	snprintf(wide, sizeof(wide), "%" PRId64, room->conference_id);
	snprintf(narrow, sizeof(narrow), "%s %s", c->source, wide);
	bool guessing = admission_wants_pin(room) && pin && *pin && !text_equal(pin, "none");
	if (guessing && !is_heard(c, c->api->pins, narrow, wide)) {
		reply_wrong_pin(c);
		return false;
	}
	enum admission admission = admission_decide(room, pin);
	if (admission == ADMISSION_PIN_WANTED)
		client_reply_text(c, 403, c->api->pin_wanted[admission_wants_guest_pin(room)]);
	if (admission == ADMISSION_PIN_WRONG) {
		if (guessing) {
			guesses_wrong(c->api->pins, narrow, wide, c->now_ms);
			guesses_wrong(c->api->aliases, c->source, "", c->now_ms);
		}
		log_refusal(c, "wrong PIN");
		reply_wrong_pin(c);
	}
	*ret_host = admission == ADMISSION_HOST;
	return admission == ADMISSION_HOST || admission == ADMISSION_GUEST;
}

static void reply_seat(const struct call *c, const struct seat *seat, const struct join_room *room,
	const char *token)
{
	client_reply_result(c, 200,
		json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b}",
			"token", token, "expires", CLIENT_EXPIRES, "participant_uuid", seat->uuid,
			"version", version(c->api), "role", seat->host ? "HOST" : "GUEST",
			"display_name", seat->display_name, "conference_name", room->name,
			"service_type", seat->service_type, "current_service_type",
			seat->waiting ? "waiting_room" : seat->service_type, "chat_enabled", 0,
			"fecc_enabled", 0, "direct_media", 0, "guests_can_present", 0));
}

/* Reads display_name; answers 400 to a body that is no JSON object, whatever the alias. An empty
 * body is none. */
static bool read_body(const struct call *c, json_t **ret)
{
	size_t len;
	const char *body = http_body(c->req, &len);
	*ret = NULL;
	if (len == 0)
		return true;
	if (json_parse(body, len, ret, NULL) && json_is_object(*ret))
		return true;
	json_decref(*ret);
	client_reply_text(c, 400, "{\"status\":\"failed\",\"result\":\"Invalid request\"}");
	return false;
}

static void take_seat(
	const struct call *c, const struct join_room *room, bool host, const char *display_name)
{
	char token[SEAT_TOKEN_LEN + 1];
	struct seat *seat;
	struct err err;
	struct seat_request request = {
		.display_name = text_empty(display_name) ? "Guest" : display_name,
		.source = http_peer(c->req),
		.alias_key = c->key,
		.host = host,
		.now = c->now,
		.now_ms = c->now_ms,
	};
	if (!seats_take(c->api->seats, room, &request, &seat, token, &err)) {
		log_refusal(c, err.text);
		client_reply_text(
			c, 403, "{\"status\":\"failed\",\"result\":\"Participant limit reached\"}");
		return;
	}
	client_log_seat(seat, "Participant joined", NULL, c->now);
	reply_seat(c, seat, room, token);
}

void client_request_token(struct call *c)
{
	struct join_room room;
	json_t *body;
	bool host;
	/* The body first: so the same work is done whether or not there is such a room. */
	if (!read_body(c, &body))
		return;
	if (!find_room(c, &room))
		reply_no_conference(c);
	else if (admit(c, &room, &host))
		take_seat(c, &room, host, body ? json_text(body, "display_name") : NULL);
	json_decref(body);
}
