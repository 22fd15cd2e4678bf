#include "api/client.h"
#include "api/client_call.h"
#include "api/client_events.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_MAX = 8192, /* bytes of an answer's body */
	IPV6_PREFIX = 8,   /* bytes: one customer has a /64 at least */
	MINUTE_MS = 60000,
};

static const char answer_type[] = "application/json; charset=utf-8";
static const char closed_reason[] = "Conference terminated by an administrator";
static const char expired_reason[] = "Token expired";

/* Answers. */

void client_set_headers(struct http_request *req)
{
	http_set_header(req, "Access-Control-Allow-Origin", "*");
	http_set_header(req, "Cache-Control", "no-store");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
}

void client_reply_text(const struct call *c, int status, const char *json)
{
	client_set_headers(c->req);
	http_reply(c->req, status, answer_type, json, strlen(json));
}

void client_reply_invalid_token(const struct call *c)
{
	client_reply_text(c, 403, "{\"status\":\"failed\",\"result\":\"Invalid token\"}");
}

char *client_result_text(json_t *result)
{
	struct buf b;
	json_t *answer = json_pack("{s:s, s:o}", "status", "success", "result", result);
	buf_init(&b, ANSWER_MAX);
	json_write(&b, answer);
	json_decref(answer);
	return buf_steal(&b);
}

void client_reply_result(const struct call *c, int status, json_t *result)
{
	char *text = client_result_text(result);
	client_reply_text(c, status, text);
	free(text);
}

void client_log_seat(const struct seat *seat, const char *message, const char *reason, int64_t now)
{
	char seconds[24];
	snprintf(seconds, sizeof(seconds), "%" PRId64, now - seat->joined_at);
	log_info("administrator.conference", message, "Conference", seat->room_name, "Alias",
		seat->alias, "Participant", seat->display_name, "Participant-id", seat->uuid,
		"Role", seat->host ? "HOST" : "GUEST", "Source", seat->source, "Duration",
		reason ? seconds : NULL, "Reason", reason, NULL);
}

/* What those inside ask for. */

static void read_token(struct call *c)
{
	const char *header = http_header(c->req, "token");
	if (header)
		snprintf(c->token, sizeof(c->token), "%s", header);
	else if (!http_query_value(c->req, "token", c->token, sizeof(c->token)))
		c->token[0] = '\0';
}

/* The seat of the token in header or query; answers when there is none. */
static struct seat *find_seat(struct call *c)
{
	struct join_room room;
	read_token(c);
	struct seat *seat = seats_find(c->api->seats, c->token, c->key, c->now_ms);
	if (seat && !join_lookup_id(c->api->reg, seat->conference_id, c->now, &room)) {
		seats_end_room(c->api->seats, seat->conference_id, closed_reason);
		seat = NULL;
	}
	if (!seat)
		client_reply_invalid_token(c);
	return seat;
}

/* The token stays the same: requests under way with it, and the event stream, go on. */
static void refresh_token(struct call *c)
{
	struct seat *seat = find_seat(c);
	if (!seat)
		return;
	seat_refresh(seat, c->now_ms);
	client_reply_result(
		c, 200, json_pack("{s:s, s:s}", "token", c->token, "expires", CLIENT_EXPIRES));
}

static void release_token(struct call *c)
{
	struct seat *seat = find_seat(c);
	if (!seat)
		return;
	seats_end(c->api->seats, seat, NULL);
	client_reply_result(c, 200, json_true());
}

/* No theme of our own: the client keeps its look. */
static void theme(struct call *c)
{
	if (!find_seat(c))
		return;
	client_set_headers(c->req);
	http_reply(c->req, 204, NULL, "", 0);
}

static void events(struct call *c)
{
	struct seat *seat = find_seat(c);
	if (!seat)
		return;
	client_set_headers(c->req);
	client_events_open(seat, c->req);
}

static const struct action {
	const char *name;
	enum http_method method;
	void (*fn)(struct call *c);
} actions[] = {
	{ "request_token", HTTP_POST, client_request_token },
	{ "refresh_token", HTTP_POST, refresh_token },
	{ "release_token", HTTP_POST, release_token },
	{ "theme/", HTTP_GET, theme },
	{ "theme", HTTP_GET, theme },
	{ "events", HTTP_GET, events },
};

static const struct action *find_action(const char *name)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (text_equal(actions[i].name, name))
			return &actions[i];
	return NULL;
}

/* Taking requests apart. */

/* Clients encode the alias everywhere but in events, so a '%' that encodes nothing is itself. */
static void read_alias(struct call *c, const char *text, size_t len)
{
	if (!http_percent_decode(text, len, false, c->alias, sizeof(c->alias)))
		snprintf(c->alias, sizeof(c->alias), "%.*s", (int)(len > JOIN_ALIAS_MAX ? 0 : len),
			text);
	if (!join_alias_key(c->alias, c->key))
		c->key[0] = '\0';
}

/* IPv4 as it is; of IPv6 the network, for one guesser has all addresses of his network. */
static void read_source(const char *peer, char ret[SOURCE_MAX])
{
	unsigned char address[sizeof(struct in6_addr)];
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	snprintf(ret, SOURCE_MAX, "%s", peer);
	if (inet_pton(AF_INET6, peer, address) != 1)
		return;
	if (memcmp(address, mapped, sizeof(mapped)) == 0) {
		inet_ntop(AF_INET, address + sizeof(mapped), ret, SOURCE_MAX);
		return;
	}
	memset(address + IPV6_PREFIX, 0, sizeof(address) - IPV6_PREFIX);
	inet_ntop(AF_INET6, address, ret, SOURCE_MAX);
}

static void reply_preflight(struct http_request *req)
{
	client_set_headers(req);
	http_set_header(req, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
	http_set_header(req, "Access-Control-Allow-Headers", "content-type, pin, token");
	http_set_header(req, "Access-Control-Max-Age", "86400");
	http_reply(req, 204, NULL, "", 0);
}

void client_api_handle(struct http_request *req, void *arg)
{
	struct call c = { .api = arg, .req = req };
	const char *rest = http_path(req) + strlen(CLIENT_PREFIX);
	const char *slash = strchr(rest, '/');
	const struct action *action = slash ? find_action(slash + 1) : NULL;
	if (http_method(req) == HTTP_OPTIONS) {
		reply_preflight(req);
		return;
	}
	if (!action) {
		client_reply_text(
			&c, 404, "{\"status\":\"failed\",\"result\":\"Unknown request\"}");
		return;
	}
	if (http_method(req) != action->method) {
		http_set_header(req, "Allow",
			action->method == HTTP_POST ? "POST, OPTIONS" : "GET, OPTIONS");
		client_reply_text(
			&c, 405, "{\"status\":\"failed\",\"result\":\"Method not allowed\"}");
		return;
	}
	c.now = clock_now();
	c.now_ms = clock_mono_ms();
	read_alias(&c, rest, (size_t)(slash - rest));
	read_source(http_peer(req), c.source);
	action->fn(&c);
}

/* Time and news. */

static void hear_seat(struct seat *to, enum seats_event event, const struct seat *about,
	const char *reason, void *arg)
{
	(void)arg;
	if (event == SEATS_ENDED)
		client_log_seat(to, "Participant left", reason ? reason : "left", clock_now());
	if (to->listener)
		client_events_tell(to, event, about, reason);
}

static bool is_open(int64_t conference_id, void *arg)
{
	struct client_api *api = arg;
	struct join_room room;
	return join_lookup_id(api->reg, conference_id, clock_now(), &room);
}

static void keep_alive(struct seat *seat, void *arg)
{
	(void)arg;
	client_events_keep_alive(seat);
}

static void report_unheard(struct client_api *api, int64_t now_ms)
{
	char count[24];
	if (!api->unheard || now_ms - api->unheard_since_ms < MINUTE_MS)
		return;
	snprintf(count, sizeof(count), "%" PRId64, api->unheard);
	log_warning("administrator.conference",
		"Too many wrong aliases or PINs, attempts refused unheard", "Count", count, NULL);
	api->unheard = 0;
}

static void tick(void *arg)
{
	struct client_api *api = arg;
	int64_t now_ms = clock_mono_ms();
	seats_sweep(api->seats, now_ms, expired_reason, closed_reason, is_open, api);
	if (now_ms - api->last_keep_alive_ms >= CLIENT_KEEP_ALIVE_MS) {
		api->last_keep_alive_ms = now_ms;
		seats_each_listener(api->seats, keep_alive, NULL);
	}
	report_unheard(api, now_ms);
}

struct client_api *client_api_new(const struct client_api_options *options)
{
	struct client_api *api = calloc(1, sizeof(*api));
	if (!api || !(api->version = strdup(options->version)))
		abort();
	for (int guests_too = 0; guests_too < 2; guests_too++)
		api->pin_wanted[guests_too] = client_pin_wanted(api, guests_too);
	api->loop = options->loop;
	api->reg = options->reg;
	api->refusals = options->refusals;
	api->seats = seats_new(hear_seat, api);
	api->aliases = guesses_new(options->misses_per_minute, options->misses_per_minute_overall);
	api->pins = guesses_new(CLIENT_PIN_TRIES, CLIENT_PIN_TRIES_ROOM);
	api->timer = loop_timer_new(options->loop, CLIENT_TICK_MS, tick, api);
	return api;
}

void client_api_free(struct client_api **api)
{
	if (!*api)
		return;
	loop_timer_free(&(*api)->timer);
	seats_free(&(*api)->seats);
	guesses_free(&(*api)->aliases);
	guesses_free(&(*api)->pins);
	free((*api)->pin_wanted[0]);
	free((*api)->pin_wanted[1]);
	free((*api)->version);
	free(*api);
	*api = NULL;
}

size_t client_api_participants(const struct client_api *api)
{
	return seats_count(api->seats);
}

struct news {
	struct client_api *api;
	int64_t conference_id; /* of a room, or */
	bool limits;           /* these: */
	int64_t misses_per_minute, misses_per_minute_overall;
};

static void take_news(void *arg)
{
	struct news *news = arg;
	if (news->limits)
		guesses_set(news->api->aliases, news->misses_per_minute,
			news->misses_per_minute_overall);
	else if (!is_open(news->conference_id, news->api))
		seats_end_room(news->api->seats, news->conference_id, closed_reason);
	free(news);
}

static void post_news(struct client_api *api, struct news news)
{
	struct news *copy = malloc(sizeof(*copy));
	if (!copy)
		abort();
	*copy = news;
	copy->api = api;
	loop_post(api->loop, take_news, copy);
}

void client_api_room_changed(struct client_api *api, int64_t conference_id)
{
	post_news(api, (struct news){ .conference_id = conference_id });
}

void client_api_limits_changed(
	struct client_api *api, int64_t misses_per_minute, int64_t misses_per_minute_overall)
{
	post_news(api,
		(struct news){ .limits = true,
			.misses_per_minute = misses_per_minute,
			.misses_per_minute_overall = misses_per_minute_overall });
}
