#include "api/client.h"
#include "api/http_rig.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "join/seats.h"
#include "store/fixture.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

enum { MISSES = 5, MISSES_OVERALL = 50, HOUR = 3600 };

#define API "/api/client/v2/conferences/"

struct house {
	struct fixture db;
	struct http_rig rig;
	struct join_register *reg;
	struct client_api *api;
	int64_t connector, open, pinned, limited;
	int64_t meeting; /* the window of the open room */
};

static int64_t add_room(struct house *h, const char *name, const char *alias, const char *pin,
	bool allow_guests, int64_t limit)
{
	struct err err = { 0 };
	struct conference c;
	struct conference_alias a;
	record_defaults(&conference_type, &c, &h->db.arena);
	c.name = name;
	c.pin = pin;
	c.allow_guests = allow_guests;
	c.participant_limit = limit;
	c.single_use = true;
	assert_true(store_insert(h->db.store, &conference_type, &c, NULL, &err));
	record_defaults(&conference_alias_type, &a, &h->db.arena);
	a.alias = alias;
	a.conference = c.id;
	assert_true(store_insert(h->db.store, &conference_alias_type, &a, NULL, &err));
	return c.id;
}

static int64_t add_meeting(struct house *h, int64_t room, int64_t start, int64_t end)
{
	struct err err = { 0 };
	struct scheduled_conference s;
	record_defaults(&scheduled_conference_type, &s, &h->db.arena);
	s.conference = room;
	s.exchange_connector = h->connector;
	s.start_time = start;
	s.end_time = end;
	assert_true(store_insert(h->db.store, &scheduled_conference_type, &s, NULL, &err));
	return s.id;
}

static void fill(struct house *h)
{
	struct err err = { 0 };
	int64_t now = clock_now();
	struct ms_exchange_connector c =
		fixture_connector(&h->db.arena, "Exchange", "vmr@example.com");
	c.meeting_buffer_before = c.meeting_buffer_after = 0;
	assert_true(store_insert(h->db.store, &ms_exchange_connector_type, &c, NULL, &err));
	h->connector = c.id;
	h->open = add_room(h, "Review", "100@vc.example.com", "", false, FIELD_NULL);
	h->meeting = add_meeting(h, h->open, now - HOUR, now + HOUR);
	h->pinned = add_room(h, "Board", "200@vc.example.com", "1234", true, FIELD_NULL);
	add_meeting(h, h->pinned, now - HOUR, now + HOUR);
	h->limited = add_room(h, "Booth", "300@vc.example.com", "", false, 1);
	add_meeting(h, h->limited, now - HOUR, now + HOUR);
	add_meeting(h, add_room(h, "Tomorrow", "400@vc.example.com", "", false, FIELD_NULL),
		now + 24 * HOUR, now + 25 * HOUR);
}

static int open_house(void **state)
{
	struct err err = { 0 };
	struct house *h = calloc(1, sizeof(*h));
	fixture_init(&h->db);
	assert_true(log_open(h->db.directory, LOG_LEVEL_DEBUG, false, &err));
	fill(h);
	h->reg = join_register_new();
	assert_true(join_register_load(h->reg, h->db.store, &err));
	http_rig_init(&h->rig);
	h->api = client_api_new(&(struct client_api_options){
		.loop = h->rig.loop,
		.reg = h->reg,
		.version = "1.2.3",
		.misses_per_minute = MISSES,
		.misses_per_minute_overall = MISSES_OVERALL,
	});
	http_rig_start(&h->rig, client_api_handle, h->api);
	*state = h;
	return 0;
}

static int close_house(void **state)
{
	struct house *h = *state;
	char path[128];
	http_rig_stop(&h->rig);
	client_api_free(&h->api);
	http_rig_release(&h->rig);
	join_register_free(&h->reg);
	log_close();
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s.log", h->db.directory,
			i ? "support" : "administrator");
		unlink(path);
	}
	fixture_release(&h->db);
	free(h);
	return 0;
}

/* Calling. */

static json_t *call(const struct house *h, const struct rig_call *what, long *ret_status)
{
	json_t *said = NULL;
	struct rig_answer answer;
	rig_call(&h->rig, what, &answer);
	*ret_status = answer.status;
	json_parse(answer.body.data, answer.body.len, &said, NULL);
	assert_non_null(strstr(answer.headers.data, "Access-Control-Allow-Origin: *"));
	rig_answer_release(&answer);
	return said;
}

static json_t *request_token(const struct house *h, const char *alias, const char *pin,
	const char *source, long *ret_status)
{
	char path[256], header[64];
	snprintf(path, sizeof(path), API "%s/request_token", alias);
	snprintf(header, sizeof(header), "pin: %s", pin ? pin : "");
	return call(h,
		&(struct rig_call){ .method = "POST",
			.path = path,
			.source = source,
			.body = "{\"display_name\":\"Ann \\u00c9\\\"<b>\",\"chosen_idp\":\"none\"}",
			.headers = { "Content-Type: application/json", pin ? header : NULL } },
		ret_status);
}

static long try_alias(const struct house *h, const char *alias, const char *pin, const char *source)
{
	long status;
	json_decref(request_token(h, alias, pin, source, &status));
	return status;
}

/* Joins the open room; the token in ret. */
static json_t *join(const struct house *h, char ret[SEAT_TOKEN_LEN + 1])
{
	long status;
	json_t *said = request_token(h, "100@vc.example.com", NULL, NULL, &status);
	assert_int_equal(status, 200);
	snprintf(
		ret, SEAT_TOKEN_LEN + 1, "%s", json_text(json_object_get(said, "result"), "token"));
	return said;
}

static json_t *with_token(const struct house *h, const char *method, const char *action,
	const char *token, long *ret_status)
{
	char path[256], header[128];
	snprintf(path, sizeof(path), API "100%%40vc.example.com/%s", action);
	snprintf(header, sizeof(header), "token: %s", token);
	return call(h,
		&(struct rig_call){ .method = method,
			.path = path,
			.body = strcmp(method, "POST") == 0 ? "{\"reason\":\"User\"}" : NULL,
			.headers = { header } },
		ret_status);
}

static void expect_result(json_t *said, const char *status, const char *result)
{
	assert_string_equal(json_text(said, "status"), status);
	assert_string_equal(json_text(said, "result"), result);
	json_decref(said);
}

static void open_events(
	const struct house *h, const char *alias, const char *token, struct rig_stream *ret)
{
	static char path[256];
	snprintf(path, sizeof(path), API "%s/events?token=%s", alias, token);
	rig_stream_open(ret, &h->rig, &(struct rig_call){ .method = "GET", .path = path });
	assert_true(rig_stream_wait(ret, "event: participant_sync_end\ndata: null\n\n"));
}

/* Tests. */

static void a_visit_from_joining_to_leaving(void **state)
{
	long status;
	char token[SEAT_TOKEN_LEN + 1];
	struct house *h = *state;
	json_t *said = join(h, token);
	json_t *result = json_object_get(said, "result");
	assert_string_equal(json_text(said, "status"), "success");
	assert_string_equal(json_text(result, "expires"), "120");
	assert_int_equal(strlen(json_text(result, "participant_uuid")), UUID_LEN);
	assert_string_equal(json_text(result, "role"), "HOST");
	assert_string_equal(json_text(result, "display_name"), "Ann \xc3\x89\"<b>");
	assert_string_equal(json_text(result, "current_service_type"), "conference");
	assert_string_equal(json_text(json_object_get(result, "version"), "version_id"), "1.2.3");
	json_decref(said);
	assert_null(with_token(h, "GET", "theme/", token, &status));
	assert_int_equal(status, 204);

	said = with_token(h, "POST", "refresh_token", token, &status);
	assert_int_equal(status, 200);
	assert_string_equal(json_text(json_object_get(said, "result"), "token"), token);
	assert_string_equal(json_text(json_object_get(said, "result"), "expires"), "120");
	json_decref(said);

	json_decref(with_token(h, "POST", "release_token", token, &status));
	assert_int_equal(status, 200);
	expect_result(
		with_token(h, "POST", "refresh_token", token, &status), "failed", "Invalid token");
	assert_int_equal(status, 403);
	json_decref(with_token(h, "GET", "theme/", token, &status));
	assert_int_equal(status, 403);
}

static void a_room_not_open_and_an_unknown_one_answer_the_same_bytes(void **state)
{
	struct house *h = *state;
	struct rig_answer unknown, closed;
	struct rig_call what = { .method = "POST",
		.path = API "999@vc.example.com/request_token",
		.body = "{\"display_name\":\"x\"}" };
	rig_call(&h->rig, &what, &unknown);
	what.path = API "400@vc.example.com/request_token";
	rig_call(&h->rig, &what, &closed);
	assert_int_equal(unknown.status, 404);
	assert_string_equal(unknown.body.data,
		"{\"status\":\"failed\",\"result\":\"Neither conference nor gateway found\"}");
	assert_string_equal(unknown.body.data, closed.body.data);
	/* All but the second in which it was said. */
	for (int i = 0; i < 2; i++) {
		char *date = strstr((i ? closed : unknown).headers.data, "Date: ");
		memset(date, 'x', strcspn(date, "\r"));
	}
	assert_string_equal(unknown.headers.data, closed.headers.data);
	rig_answer_release(&unknown);
	rig_answer_release(&closed);
}

static void aliases_come_encoded_or_not(void **state)
{
	static const char *const same[] = { "100@vc.example.com", "100%40vc.example.com",
		"sip:100@VC.example.com", "sip%3A100%40vc.example.com", "%20100@vc.example.com" };
	struct house *h = *state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(try_alias(h, same[i], NULL, NULL), 200);
	assert_int_equal(try_alias(h, "100%vc.example.com", NULL, NULL), 404);
	assert_int_equal(try_alias(h, "%00", NULL, NULL), 404);
	assert_int_equal(try_alias(h, "", NULL, NULL), 404);
}

static void a_pin_is_asked_for(void **state)
{
	long status;
	struct house *h = *state;
	json_t *said = request_token(h, "200@vc.example.com", NULL, NULL, &status);
	assert_int_equal(status, 403);
	assert_string_equal(json_text(said, "status"), "success");
	json_t *result = json_object_get(said, "result");
	assert_string_equal(json_text(result, "pin"), "required");
	assert_string_equal(json_text(result, "guest_pin"), "none");
	assert_true(json_is_object(json_object_get(result, "version")));
	json_decref(said);
	said = request_token(h, "200@vc.example.com", "9999", NULL, &status);
	assert_int_equal(status, 403);
	expect_result(said, "failed", "Invalid PIN");

	said = request_token(h, "200@vc.example.com", "none", NULL, &status);
	assert_int_equal(status, 200);
	result = json_object_get(said, "result");
	assert_string_equal(json_text(result, "role"), "GUEST");
	assert_string_equal(json_text(result, "current_service_type"), "waiting_room");
	json_decref(said);
	said = request_token(h, "200@vc.example.com", "1234", NULL, &status);
	assert_int_equal(status, 200);
	assert_string_equal(json_text(json_object_get(said, "result"), "role"), "HOST");
	json_decref(said);
}

static void guessing_pins_locks_out_the_guesser_only(void **state)
{
	struct house *h = *state;
	client_api_limits_changed(h->api, 0, 0); /* PINs alone are tried here */
	for (int i = 0; i < CLIENT_PIN_TRIES; i++)
		assert_int_equal(try_alias(h, "200@vc.example.com", "9999", "127.0.0.2"), 403);
	/* The right one does not help any more, and looks like a wrong one. */
	long status;
	json_t *said = request_token(h, "200@vc.example.com", "1234", "127.0.0.2", &status);
	assert_int_equal(status, 403);
	expect_result(said, "failed", "Invalid PIN");
	assert_int_equal(try_alias(h, "200@vc.example.com", "1234", "127.0.0.3"), 200);
	/* Many guessers: each is heard until the room's budget is gone, the newcomer always. */
	char source[32];
	for (int i = 0; i < CLIENT_PIN_TRIES_ROOM; i++) {
		snprintf(source, sizeof(source), "127.0.1.%d", 1 + i % 10);
		assert_int_equal(try_alias(h, "200@vc.example.com", "9999", source), 403);
	}
	assert_int_equal(try_alias(h, "200@vc.example.com", "1234", "127.0.1.1"), 403);
	assert_int_equal(try_alias(h, "200@vc.example.com", "1234", "127.0.0.4"), 200);
}

static void guessing_aliases_locks_out_the_guesser_only(void **state)
{
	struct house *h = *state;
	char source[32];
	for (int i = 0; i < MISSES; i++)
		assert_int_equal(try_alias(h, "999@vc.example.com", NULL, "127.0.0.2"), 404);
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.0.2"), 404);
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.0.3"), 200);
	/* Beyond the overall budget whoever has missed once is not heard, others are. */
	for (int i = 0; i < MISSES_OVERALL; i++) {
		snprintf(source, sizeof(source), "127.0.2.%d", 1 + i);
		assert_int_equal(try_alias(h, "999@vc.example.com", NULL, source), 404);
	}
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.2.7"), 404);
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.0.3"), 200);
	client_api_limits_changed(h->api, 0, 0);
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.2.7"), 200);
}

static void wrong_pins_count_as_guesses_too(void **state)
{
	struct house *h = *state;
	for (int i = 0; i < MISSES; i++)
		assert_int_equal(try_alias(h, "200@vc.example.com", "9999", "127.0.0.2"), 403);
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, "127.0.0.2"), 404);
}

static void a_room_takes_as_many_as_it_may(void **state)
{
	long status;
	struct house *h = *state;
	assert_int_equal(try_alias(h, "300@vc.example.com", NULL, NULL), 200);
	json_t *said = request_token(h, "300@vc.example.com", NULL, NULL, &status);
	assert_int_equal(status, 403);
	expect_result(said, "failed", "Participant limit reached");
}

static void events_tell_who_is_there(void **state)
{
	long status;
	char first[SEAT_TOKEN_LEN + 1], second[SEAT_TOKEN_LEN + 1], expected[128];
	struct rig_stream events;
	struct house *h = *state;
	json_t *me = join(h, first);
	open_events(h, "100@vc.example.com", first, &events);
	snprintf(expected, sizeof(expected), "event: participant_create\ndata: {\"uuid\":\"%s\"",
		json_text(json_object_get(me, "result"), "participant_uuid"));
	assert_int_equal(
		strncmp(events.got.data, "event: participant_sync_begin\ndata: null\n\n", 42), 0);
	assert_non_null(strstr(events.got.data, expected));
	json_t *you = join(h, second);
	const char *uuid = json_text(json_object_get(you, "result"), "participant_uuid");
	snprintf(expected, sizeof(expected), "event: participant_create\ndata: {\"uuid\":\"%s\"",
		uuid);
	assert_true(rig_stream_wait(&events, expected));
	json_decref(with_token(h, "POST", "release_token", second, &status));
	snprintf(expected, sizeof(expected),
		"event: participant_delete\ndata: {\"uuid\":\"%s\"}\n\n", uuid);
	assert_true(rig_stream_wait(&events, expected));
	json_decref(with_token(h, "POST", "release_token", first, &status));
	assert_true(rig_stream_wait(&events, NULL));
	assert_null(strstr(events.got.data, "event: disconnect"));
	rig_stream_close(&events);
	json_decref(me);
	json_decref(you);
}

static void a_waiting_guest_hears_when_the_host_comes(void **state)
{
	long status;
	struct rig_stream events;
	struct house *h = *state;
	json_t *guest = request_token(h, "200@vc.example.com", "none", NULL, &status);
	open_events(h, "200@vc.example.com", json_text(json_object_get(guest, "result"), "token"),
		&events);
	assert_non_null(strstr(events.got.data, "waiting_room"));
	assert_true(rig_stream_wait(&events, "\"started\":false"));
	assert_int_equal(try_alias(h, "200@vc.example.com", "1234", NULL), 200);
	assert_true(rig_stream_wait(&events, "event: participant_update"));
	assert_true(rig_stream_wait(&events, "\"role\":\"chair\""));
	assert_true(rig_stream_wait(&events, "\"started\":true"));
	rig_stream_close(&events);
	json_decref(guest);
}

static void who_comes_back_gets_a_new_stream(void **state)
{
	char token[SEAT_TOKEN_LEN + 1];
	struct rig_stream first, second;
	struct house *h = *state;
	json_decref(join(h, token));
	open_events(h, "100@vc.example.com", token, &first);
	open_events(h, "100@vc.example.com", token, &second);
	assert_true(rig_stream_wait(&first, NULL)); /* the old one ends */
	rig_stream_close(&first);
	rig_stream_close(&second); /* the client goes: the seat stays until its time is over */
	open_events(h, "100@vc.example.com", token, &first);
	rig_stream_close(&first);
}

static void whoever_is_in_a_cancelled_meeting_is_shown_out(void **state)
{
	long status;
	char token[SEAT_TOKEN_LEN + 1];
	struct err err = { 0 };
	struct rig_stream events;
	struct house *h = *state;
	json_decref(join(h, token));
	open_events(h, "100@vc.example.com", token, &events);
	client_api_room_changed(h->api, h->open); /* news that changes nothing for those inside */
	json_decref(with_token(h, "POST", "refresh_token", token, &status));
	assert_int_equal(status, 200);
	assert_true(store_delete(h->db.store, &scheduled_conference_type, h->meeting, &err));
	assert_true(join_register_refresh(h->reg, h->db.store, h->open, &err));
	client_api_room_changed(h->api, h->open);
	assert_true(rig_stream_wait(&events,
		"event: disconnect\ndata: {\"reason\":\"Conference terminated by an "
		"administrator\"}\n\n"));
	assert_true(rig_stream_wait(&events, NULL));
	rig_stream_close(&events);
	expect_result(
		with_token(h, "POST", "refresh_token", token, &status), "failed", "Invalid token");
	assert_int_equal(try_alias(h, "100@vc.example.com", NULL, NULL), 404);
}

static void when_the_window_closes_everybody_is_shown_out(void **state)
{
	long status;
	struct err err = { 0 };
	struct rig_stream events;
	struct house *h = *state;
	int64_t room = add_room(h, "Short", "500@vc.example.com", "", false, FIELD_NULL);
	add_meeting(h, room, clock_now() - HOUR, clock_now() + 2);
	assert_true(join_register_refresh(h->reg, h->db.store, room, &err));
	json_t *said = request_token(h, "500@vc.example.com", NULL, NULL, &status);
	open_events(h, "500@vc.example.com", json_text(json_object_get(said, "result"), "token"),
		&events);
	assert_true(rig_stream_wait(&events, "event: disconnect\n"));
	rig_stream_close(&events);
	json_decref(said);
}

static void any_page_may_call(void **state)
{
	struct house *h = *state;
	struct rig_answer answer;
	rig_call(&h->rig,
		&(struct rig_call){ .method = "OPTIONS",
			.path = API "100@vc.example.com/request_token",
			.headers = { "Origin: https://pages.example.net",
				"Access-Control-Request-Headers: pin,content-type" } },
		&answer);
	assert_int_equal(answer.status, 204);
	assert_non_null(strstr(answer.headers.data, "Access-Control-Allow-Origin: *\r\n"));
	assert_non_null(strstr(answer.headers.data, "content-type, pin, token"));
	assert_null(text_find_nocase(answer.headers.data, "Allow-Credentials"));
	rig_answer_release(&answer);
}

static void nonsense_is_refused_whatever_the_alias(void **state)
{
	static const char *const aliases[] = { "100@vc.example.com", "999@vc.example.com" };
	static const char *const bodies[] = { "{", "[]", "\"x\"", "{\"display_name\":\"\xff\"}" };
	long status;
	char path[256];
	struct house *h = *state;
	for (int a = 0; a < 2; a++) {
		for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
			snprintf(path, sizeof(path), API "%s/request_token", aliases[a]);
			json_decref(call(h,
				&(struct rig_call){
					.method = "POST", .path = path, .body = bodies[i] },
				&status));
			assert_int_equal(status, 400);
		}
		json_decref(call(h, &(struct rig_call){ .method = "GET", .path = path }, &status));
		assert_int_equal(status, 405);
		snprintf(path, sizeof(path), API "%s/participants", aliases[a]);
		json_decref(call(h, &(struct rig_call){ .method = "GET", .path = path }, &status));
		assert_int_equal(status, 404);
	}
	json_decref(call(h, &(struct rig_call){ .method = "GET", .path = API "x" }, &status));
	assert_int_equal(status, 404);
}

static void read_logs(const struct house *h, struct buf *ret)
{
	char path[128], bytes[65536];
	buf_init(ret, 1 << 20);
	snprintf(path, sizeof(path), "%s/support.log", h->db.directory);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
		buf_add(ret, bytes, n);
	fclose(f);
}

static void the_log_tells_who_came_and_keeps_secrets(void **state)
{
	long status;
	char token[SEAT_TOKEN_LEN + 1];
	struct buf log;
	struct house *h = *state;
	json_decref(join(h, token));
	json_decref(with_token(h, "POST", "release_token", token, &status));
	assert_int_equal(try_alias(h, "200@vc.example.com", "48151623", NULL), 403);
	assert_int_equal(try_alias(h, "200@vc.example.com", "1234", NULL), 200);
	assert_int_equal(try_alias(h, "999@vc.example.com", NULL, NULL), 404);
	read_logs(h, &log);
	assert_non_null(strstr(log.data,
		"Name=\"administrator.conference\" Message=\"Participant joined\" "
		"Conference=\"Review\" "
		"Alias=\"100@vc.example.com\" Participant=\"Ann \xc3\x89\\\"<b>\""));
	assert_non_null(strstr(log.data, "Message=\"Participant left\""));
	assert_non_null(strstr(log.data,
		"Name=\"support.participant\" Message=\"Participant refused\" "
		"Alias=\"999@vc.example.com\" Source=\"127.0.0.1\""));
	assert_null(strstr(log.data, token));
	assert_null(strstr(log.data, "48151623"));
	assert_null(strstr(log.data, "1234\""));
	buf_release(&log);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_house, close_house)
	const struct CMUnitTest tests[] = {
		TEST(a_visit_from_joining_to_leaving),
		TEST(a_room_not_open_and_an_unknown_one_answer_the_same_bytes),
		TEST(aliases_come_encoded_or_not),
		TEST(a_pin_is_asked_for),
		TEST(guessing_pins_locks_out_the_guesser_only),
		TEST(guessing_aliases_locks_out_the_guesser_only),
		TEST(wrong_pins_count_as_guesses_too),
		TEST(a_room_takes_as_many_as_it_may),
		TEST(events_tell_who_is_there),
		TEST(a_waiting_guest_hears_when_the_host_comes),
		TEST(who_comes_back_gets_a_new_stream),
		TEST(whoever_is_in_a_cancelled_meeting_is_shown_out),
		TEST(when_the_window_closes_everybody_is_shown_out),
		TEST(any_page_may_call),
		TEST(nonsense_is_refused_whatever_the_alias),
		TEST(the_log_tells_who_came_and_keeps_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
