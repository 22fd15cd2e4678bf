/* The service's whole way, from an invitation to its answer, over a mailbox in memory. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "exchange/exchange_null.h"
#include "sched/alarms.h"
#include "sched/expire.h"
#include "sched/watch.h"
#include "store/aliases.h"
#include "store/fixture.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define UUID       "0f8fad5b-d9cb-469f-a165-70867728950e"
#define OTHER_UUID "11111111-2222-4333-8444-555555555555"

enum { PATIENCE_MS = 20000 };

struct world {
	struct fixture f;
	struct exchange_null *mailbox;
	struct watch_options options;
	struct watch *watch;
	int64_t connector, start;
	atomic_int rooms_changed;
	/* What happens to a message between decision and answer. */
	const char *_Atomic refused, *_Atomic touched; /* its item_id */
	struct err refusal;
};

static void room_changed(void *arg, struct store *store, int64_t conference)
{
	(void)conference;
	struct world *w = arg;
	atomic_fetch_add(&w->rooms_changed, 1);
	if (w->touched)
		exchange_null_touch(w->mailbox, w->touched);
	if (w->refused) {
		exchange_null_fail_item(w->mailbox, w->refused, &w->refusal);
		assert_true(store_exec(store, NULL, "UPDATE outbox SET attempts = $1", "i",
			(int64_t)OUTBOX_ATTEMPTS_MAX - 1));
	}
}

static void add_alias(struct world *w, const char *uuid, const char *number)
{
	struct scheduled_alias a;
	struct err err;
	record_defaults(&scheduled_alias_type, &a, &w->f.arena);
	a.uuid = uuid;
	a.numeric_alias = number;
	a.alias = arena_printf(&w->f.arena, "%s@vc.example.com", number);
	a.exchange_connector = w->connector;
	a.creation_time = clock_now();
	if (!store_insert(w->f.store, &scheduled_alias_type, &a, NULL, &err))
		fail_msg("%s", err.text);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err err;
	fixture_init(&w->f);
	struct ms_exchange_connector c =
		fixture_connector(&w->f.arena, "Head office", "room@example.com");
	if (!store_insert(w->f.store, &ms_exchange_connector_type, &c, NULL, &err)) {
		print_error("%s\n", err.text);
		return -1;
	}
	w->connector = c.id;
	/* This calendar holds nothing: it is compared in other tests. */
	assert_true(store_exec(w->f.store, &err,
		"INSERT INTO mailbox (exchange_connector, address, sync_state, reconciled)"
		" VALUES ($1, 'room@example.com', '', $2)",
		"ii", c.id, clock_now()));
	w->start = clock_now() + 3600;
	w->mailbox = exchange_null_new();
	w->options = (struct watch_options){ .store_path = w->f.path,
		.driver = exchange_null_driver(w->mailbox),
		.room_changed = room_changed,
		.arg = w };
	add_alias(w, UUID, "123456789");
	add_alias(w, OTHER_UUID, "987654321");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	if (w->watch)
		watch_cancel(w->watch);
	watch_join(&w->watch);
	exchange_null_free(&w->mailbox);
	fixture_release(&w->f);
	free(w);
	return 0;
}

static struct meeting invitation(const struct world *w, const char *uid, const char *body)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.uid = uid,
		.recurrence_id = MEETING_NO_TIME,
		.stamp = w->start - 7200,
		.start = w->start,
		.end = w->start + 1800,
		.subject = "Budget",
		.location = "",
		.organizer_name = "Ann",
		.organizer_email = "ann@example.com",
		.body = body };
}

/* Waits until count messages were dealt with in all. */
static void await(struct world *w, size_t count)
{
	if (!w->watch)
		w->watch = watch_start(&w->options, w->connector);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (exchange_null_effects(w->mailbox) < count && clock_mono_ms() < until)
		usleep(2000); /* polls a condition; bounded by PATIENCE_MS */
	assert_int_equal(exchange_null_effects(w->mailbox), count);
}

static int64_t number(struct world *w, const char *sql)
{
	struct rows rows;
	struct err err;
	assert_true(store_query(w->f.store, &rows, &err, sql, ""));
	assert_true(row_next(&rows, &err));
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static const char *text(struct world *w, const char *sql)
{
	struct rows rows;
	struct err err;
	assert_true(store_query(w->f.store, &rows, &err, sql, ""));
	assert_true(row_next(&rows, &err));
	const char *t = arena_strdup(&w->f.arena, row_text(&rows, 0));
	row_done(&rows);
	return t;
}

static void an_invitation_becomes_a_room(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "Join PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	struct exchange_null_effect e = exchange_null_effect(w->mailbox, 0);
	assert_int_equal(e.kind, EXCHANGE_NULL_ACCEPTED);
	assert_non_null(strstr(e.text, "123456789@vc.example.com"));
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 1);
	assert_string_equal(text(w, "SELECT name FROM conference"), "Budget (Ann)");
	assert_int_equal(number(w, "SELECT single_use FROM conference"), 1);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM conference_alias WHERE alias IN"
				 " ('123456789', '123456789@vc.example.com')"),
		2);
	assert_int_equal(number(w, "SELECT start_time FROM scheduled_conference"), w->start);
	assert_int_equal(number(w, "SELECT end_time FROM scheduled_conference"), w->start + 1800);
	assert_int_equal(
		number(w, "SELECT is_used FROM scheduled_alias WHERE uuid = '" UUID "'"), 1);
	assert_int_equal(w->rooms_changed, 1);
}

static void it_is_moved_renamed_and_cancelled(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	int64_t room = number(w, "SELECT id FROM conference");

	m.start += 600;
	m.end += 1200;
	m.sequence++;
	m.stamp++;
	m.subject = "Budget\tof\r\n2027";
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_ACCEPTED);
	assert_int_equal(number(w, "SELECT id FROM conference"), room);
	assert_string_equal(text(w, "SELECT name FROM conference"), "Budget of  2027 (Ann)");
	assert_int_equal(number(w, "SELECT start_time FROM scheduled_conference"), w->start + 600);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), 1);

	m.message = MEETING_CANCELLATION;
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 3);
	assert_int_equal(exchange_null_effect(w->mailbox, 2).kind, EXCHANGE_NULL_REMOVED);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM conference_alias"), 0);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM scheduled_alias WHERE uuid = '" UUID
				 "' AND conference_deletion_time IS NOT NULL"),
		1);

	/* Sent again with the old marker: its room is gone. */
	m.message = MEETING_REQUEST;
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 4);
	assert_int_equal(exchange_null_effect(w->mailbox, 3).kind, EXCHANGE_NULL_DECLINED);
}

/* What the administrator's log says; the logs are gone then. */
static char *logged(struct world *w)
{
	static const char *const names[] = { "administrator.log", "support.log" };
	char path[128], text[8192] = "";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", w->f.directory, names[i]);
		FILE *f = i == 0 ? fopen(path, "r") : NULL;
		if (f) {
			text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
			fclose(f);
		}
		unlink(path);
	}
	log_close();
	return arena_strdup(&w->f.arena, text);
}

/* Of all a cancellation may tell, its UID is enough. */
static void a_cancellation_that_tells_nothing(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#"), c;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	c = invitation(w, "uid-1", "");
	c.message = MEETING_CANCELLATION;
	c.sequence = MEETING_NO_SEQUENCE;
	c.stamp = c.start = c.end = MEETING_NO_TIME;
	c.subject = c.organizer_name = c.organizer_email = "";
	assert_true(log_open(w->f.directory, LOG_LEVEL_INFO, false, NULL));
	exchange_null_deliver(w->mailbox, &c);
	await(w, 2);
	assert_non_null(strstr(logged(w), "Start=\"\" Uid=\"uid-1\""));
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_REMOVED);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 0);
	c.uid = "uid-unknown";
	exchange_null_deliver(w->mailbox, &c);
	await(w, 3);
	assert_int_equal(exchange_null_effect(w->mailbox, 2).kind, EXCHANGE_NULL_REMOVED);
}

/* Longer than what records show of it, and told from another one by its end. */
static void a_uid_of_any_length(void **state)
{
	struct world *w = *state;
	struct err err;
	struct scheduled_alias a;
	char uid[1001], other[1001];
	memset(uid, 'A', 1000);
	uid[1000] = '\0';
	memcpy(other, uid, sizeof(other));
	other[999] = 'B';
	struct meeting m = invitation(w, uid, "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_ACCEPTED);
	m.uid = other;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 3);
	assert_int_equal(exchange_null_effect(w->mailbox, 2).kind, EXCHANGE_NULL_DECLINED);
	assert_true(
		store_find(w->f.store, &scheduled_alias_type, "uuid", UUID, &w->f.arena, &a, &err));
	assert_true(record_check(&scheduled_alias_type, &a, NULL, &err));
}

static void an_organiser_is_not_forgotten(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m.organizer_email = "";
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	m.organizer_email = "mallory@example.com";
	m.message = MEETING_CANCELLATION;
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 3);
	assert_int_equal(exchange_null_effect(w->mailbox, 2).kind, EXCHANGE_NULL_DISCARDED);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 1);
}

static void an_edited_name_is_left_alone(void **state)
{
	struct world *w = *state;
	struct err err;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_true(store_exec(w->f.store, &err, "UPDATE conference SET name = 'Board'", ""));
	m.subject = "Other";
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_string_equal(text(w, "SELECT name FROM conference"), "Board");
	assert_string_equal(text(w, "SELECT subject FROM scheduled_conference"), "Other");
}

static void equal_names_are_numbered(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_string_equal(
		text(w, "SELECT name FROM conference ORDER BY id DESC"), "Budget (Ann) (2)");
	/* The number stays when it is sent again. */
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 3);
	assert_string_equal(
		text(w, "SELECT name FROM conference ORDER BY id DESC"), "Budget (Ann) (2)");
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 2);
}

static void a_copied_invitation_is_declined(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m.uid = "uid-2";
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_DECLINED);
	assert_non_null(strstr(exchange_null_effect(w->mailbox, 1).text,
		"address 123456789@vc.example.com belongs to another meeting"));
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 1);
}

/* The room goes on by the aliases it has; a name without words is made of them. */
static void a_meeting_whose_alias_record_was_deleted(void **state)
{
	struct world *w = *state;
	struct err err;
	assert_true(store_exec(w->f.store, &err,
		"UPDATE ms_exchange_connector SET conference_name_template = '{{ subject }}'", ""));
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_true(store_exec(
		w->f.store, &err, "DELETE FROM scheduled_alias WHERE uuid = '" UUID "'", ""));
	m.subject = "";
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	struct exchange_null_effect e = exchange_null_effect(w->mailbox, 1);
	assert_int_equal(e.kind, EXCHANGE_NULL_ACCEPTED);
	assert_non_null(strstr(e.text, "<b>123456789@vc.example.com</b>"));
	assert_string_equal(text(w, "SELECT name FROM conference"), "123456789@vc.example.com");

	/* Whenever the room goes, its number rests from then. */
	assert_true(store_begin(w->f.store, &err));
	assert_true(aliases_room_goes(w->f.store, number(w, "SELECT id FROM conference"),
		clock_now() + 1000 * 86400, &err));
	assert_true(store_commit(w->f.store, &err));
	assert_int_equal(number(w,
				 "SELECT count(*) FROM resting_alias WHERE alias IN"
				 " ('123456789', '123456789@vc.example.com')"
				 " AND until > unixepoch() + 1029 * 86400"),
		2);

	/* Without any alias it keeps its name. */
	assert_true(store_exec(w->f.store, &err, "DELETE FROM conference_alias", ""));
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 3);
	assert_string_equal(text(w, "SELECT name FROM conference"), "123456789@vc.example.com");
}

static void a_new_alias_replaces_the_old_one(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m.body = "PXPS:-" OTHER_UUID "#";
	m.stamp++;
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_ACCEPTED);
	assert_int_equal(
		number(w, "SELECT count(*) FROM conference_alias WHERE alias LIKE '987654321%'"),
		2);
	assert_int_equal(number(w, "SELECT count(*) FROM conference_alias"), 2);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 1);
}

static void another_integrations_alias_is_unknown(void **state)
{
	struct world *w = *state;
	struct err err;
	struct ms_exchange_connector c =
		fixture_connector(&w->f.arena, "Branch", "branch@example.com");
	assert_true(store_insert(w->f.store, &ms_exchange_connector_type, &c, NULL, &err));
	assert_true(store_exec(w->f.store, &err,
		"UPDATE scheduled_alias SET exchange_connector = $1 WHERE uuid = '" UUID "'", "i",
		c.id));
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	struct exchange_null_effect e = exchange_null_effect(w->mailbox, 0);
	assert_int_equal(e.kind, EXCHANGE_NULL_DECLINED);
	assert_non_null(strstr(e.text, "This meeting request does not contain valid data"));
}

static void what_fails_on_the_way_is_done_later(void **state)
{
	static const enum exchange_null_verb verbs[] = { EXCHANGE_NULL_SYNC, EXCHANGE_NULL_FETCH,
		EXCHANGE_NULL_ANSWER };
	struct world *w = *state;
	static const struct err down = { .code = ERR_NET, .text = "no answer" };
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		exchange_null_fail(w->mailbox, verbs[i], 1, false, &down);
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 1);
	assert_int_equal(exchange_null_inbox(w->mailbox), 0);
}

/* The answer was taken, but we never heard of it: it is not given twice. */
static void an_answer_whose_receipt_is_lost_is_given_once(void **state)
{
	struct world *w = *state;
	static const struct err lost = { .code = ERR_NET, .text = "cut" };
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_ANSWER, 1, true, &lost);
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_string_equal(exchange_null_effect(w->mailbox, 1).uid, "uid-2");
	assert_int_equal(number(w, "SELECT count(*) FROM outbox WHERE uid = 'uid-1'"), 0);
}

static void an_unknown_sync_state_starts_from_the_beginning(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	exchange_null_forget_sync(w->mailbox);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 2);
}

static void a_template_that_fails_falls_back(void **state)
{
	struct world *w = *state;
	struct err err;
	assert_true(store_exec(w->f.store, &err,
		"UPDATE ms_exchange_connector SET accept_new_single_meeting_template = '{{ oops'",
		""));
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_non_null(strstr(exchange_null_effect(w->mailbox, 0).text, "123456789"));
	assert_string_equal(text(w, "SELECT instance FROM alarm"),
		"Head office: accept_new_single_meeting_template");
}

static void a_text_that_is_too_long_falls_back(void **state)
{
	struct world *w = *state;
	struct err err;
	assert_true(store_exec(w->f.store, &err,
		"UPDATE ms_exchange_connector SET accept_new_single_meeting_template ="
		" '{% for i in range(14000) %}0123456789{% endfor %}'",
		""));
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_non_null(strstr(exchange_null_effect(w->mailbox, 0).text, "123456789@vc"));
}

static void a_message_that_cannot_be_read_is_declined(void **state)
{
	struct world *w = *state;
	static const struct err corrupt = { .code = ERR_INVALID, .text = "the item is corrupt" };
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	const char *id = exchange_null_deliver(w->mailbox, &m);
	exchange_null_fail_fetch(w->mailbox, id, &corrupt);
	await(w, 1);
	struct exchange_null_effect e = exchange_null_effect(w->mailbox, 0);
	assert_int_equal(e.kind, EXCHANGE_NULL_DECLINED);
	assert_non_null(strstr(e.text, "unexpected error"));
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 0);
}

/* Exchange stumbles over one message each time it is asked for it: the others do not wait for it. */
static void a_message_that_is_never_handed_out_is_declined(void **state)
{
	struct world *w = *state;
	static const struct err stumbles = { .code = ERR_INTERNAL, .text = "internal error" };
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	const char *id = exchange_null_deliver(w->mailbox, &m);
	exchange_null_fail_fetch(w->mailbox, id, &stumbles);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	w->options.first_delay_ms = 1;
	await(w, 2);
	assert_int_equal(exchange_null_effect(w->mailbox, 0).kind, EXCHANGE_NULL_ACCEPTED);
	assert_int_equal(exchange_null_effect(w->mailbox, 1).kind, EXCHANGE_NULL_DECLINED);
}

static void await_alarms(struct world *w, int64_t count)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (number(w, "SELECT count(*) FROM alarm") != count && clock_mono_ms() < until)
		usleep(2000); /* polls a condition; bounded by PATIENCE_MS */
	assert_int_equal(number(w, "SELECT count(*) FROM alarm"), count);
}

static void trouble_raises_an_alarm_until_it_is_over(void **state)
{
	struct world *w = *state;
	static const struct err down = { .code = ERR_NET, .text = "no answer" };
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_SYNC, 1, false, &down);
	exchange_null_deliver(w->mailbox, &m);
	w->watch = watch_start(&w->options, w->connector);
	await_alarms(w, 1);
	assert_string_equal(text(w, "SELECT name FROM alarm"), "scheduling_connection_failure");
	assert_string_equal(text(w, "SELECT instance FROM alarm"), "Head office");
	assert_non_null(strstr(text(w, "SELECT details FROM alarm"), "no answer"));
	await_alarms(w, 0);
	await(w, 1);
}

/* The last attempt fails for the message's sake: the others go on. */
static void an_answer_is_given_up_alone(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	w->refusal = (struct err){ .code = ERR_INTERNAL, .text = "the item is odd" };
	w->refused = exchange_null_deliver(w->mailbox, &m);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_string_equal(exchange_null_effect(w->mailbox, 0).uid, "uid-2");
	m.uid = "uid-3";
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
	assert_int_equal(number(w, "SELECT count(*) FROM outbox WHERE uid = 'uid-1'"), 0);
}

static void an_answer_waits_for_its_mailbox(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	const char *id = exchange_null_deliver(w->mailbox, &m);
	w->refusal = (struct err){ .code = ERR_NET, .text = "the mailbox database is down" };
	w->refused = id;
	w->watch = watch_start(&w->options, w->connector);
	await_alarms(w, 1);
	w->refused = NULL;
	exchange_null_fail_item(w->mailbox, id, NULL);
	await(w, 1);
	assert_string_equal(exchange_null_effect(w->mailbox, 0).uid, "uid-1");
}

/* One that changes under our hands again and again does not keep us busy for ever. */
static void a_message_that_never_rests_is_given_up(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	w->touched = exchange_null_deliver(w->mailbox, &m);
	m = invitation(w, "uid-2", "PXPS:-" OTHER_UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_string_equal(exchange_null_effect(w->mailbox, 0).uid, "uid-2");
	m.uid = "uid-3";
	exchange_null_deliver(w->mailbox, &m);
	await(w, 2);
}

/* A throttled mailbox is trouble too, and as long a wait as Exchange says is no failure of ours. */
static void a_busy_exchange_raises_an_alarm_until_it_is_over(void **state)
{
	struct world *w = *state;
	static const struct err busy = { .code = ERR_BUSY, .text = "wait", .retry_after_ms = 300 };
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_SYNC, 1, false, &busy);
	w->watch = watch_start(&w->options, w->connector);
	await_alarms(w, 1);
	await_alarms(w, 0);
}

/* One mailbox fails for an hour; the other is served as ever. */
static void a_failing_mailbox_delays_no_other(void **state)
{
	struct world *w = *state;
	struct err err;
	static const struct err busy = {
		.code = ERR_BUSY, .text = "wait", .retry_after_ms = 3600 * 1000
	};
	struct exchange_null *failing = exchange_null_new();
	struct watch_options options = w->options;
	struct ms_exchange_connector c =
		fixture_connector(&w->f.arena, "Branch", "branch@example.com");
	assert_true(store_insert(w->f.store, &ms_exchange_connector_type, &c, NULL, &err));
	options.driver = exchange_null_driver(failing);
	exchange_null_fail(failing, EXCHANGE_NULL_NOTE_READ, 1, false, &busy);
	struct watch *other = watch_start(&options, c.id);
	await_alarms(w, 1);
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_string_equal(text(w, "SELECT instance FROM alarm"), "Branch");
	assert_non_null(
		strstr(text(w, "SELECT details FROM alarm"), "next attempt in 3600000 ms, at 2"));
	watch_cancel(other);
	watch_join(&other);
	exchange_null_free(&failing);
}

static void an_earlier_process_s_alarm_is_lowered(void **state)
{
	struct world *w = *state;
	alarm_raise(w->f.store, ALARM_CONNECTION_FAILURE, "Head office", "wrong password");
	w->watch = watch_start(&w->options, w->connector);
	await_alarms(w, 0);
}

static void alarms_end_with_their_integration(void **state)
{
	struct world *w = *state;
	struct err err;
	static const struct err down = { .code = ERR_BUSY, .text = "no", .retry_after_ms = 60000 };
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_SYNC, 1, false, &down);
	w->watch = watch_start(&w->options, w->connector);
	await_alarms(w, 1);
	assert_true(store_delete(w->f.store, &ms_exchange_connector_type, w->connector, &err));
	watch_cancel(w->watch);
	watch_join(&w->watch);
	assert_int_equal(number(w, "SELECT count(*) FROM alarm"), 0);
}

/* Removed a second after the buffer behind it and expired_meeting_hours are over, not before. */
static void expect_expiry(struct world *w, int64_t end)
{
	struct err err;
	int64_t rooms, over = end + 60 * 60 + 24 * 3600;
	assert_true(expire_rooms(w->f.store, over, room_changed, w, &rooms, &err));
	assert_int_equal(rooms, 0);
	assert_true(expire_rooms(w->f.store, over + 1, room_changed, w, &rooms, &err));
	assert_int_equal(rooms, 1);
	assert_int_equal(number(w, "SELECT count(*) FROM conference"), 0);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM scheduled_alias WHERE"
				 " conference_deletion_time IS NOT NULL"),
		1);
	assert_true(expire_rooms(w->f.store, over + 31 * 86400, room_changed, w, &rooms, &err));
	assert_int_equal(number(w, "SELECT count(*) FROM meeting"), 0);
}

static void rooms_expire_after_their_time(void **state)
{
	struct world *w = *state;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	expect_expiry(w, m.end);
}

static void a_room_without_its_window_expires_too(void **state)
{
	struct world *w = *state;
	struct err err;
	struct meeting m = invitation(w, "uid-1", "PXPS:-" UUID "#");
	exchange_null_deliver(w->mailbox, &m);
	await(w, 1);
	assert_true(store_exec(w->f.store, &err, "DELETE FROM scheduled_conference", ""));
	expect_expiry(w, m.end);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_invitation_becomes_a_room),
		TEST(it_is_moved_renamed_and_cancelled),
		TEST(a_cancellation_that_tells_nothing),
		TEST(a_uid_of_any_length),
		TEST(an_organiser_is_not_forgotten),
		TEST(an_edited_name_is_left_alone),
		TEST(equal_names_are_numbered),
		TEST(a_copied_invitation_is_declined),
		TEST(a_meeting_whose_alias_record_was_deleted),
		TEST(a_new_alias_replaces_the_old_one),
		TEST(another_integrations_alias_is_unknown),
		TEST(what_fails_on_the_way_is_done_later),
		TEST(an_answer_whose_receipt_is_lost_is_given_once),
		TEST(an_unknown_sync_state_starts_from_the_beginning),
		TEST(a_template_that_fails_falls_back),
		TEST(a_text_that_is_too_long_falls_back),
		TEST(a_message_that_cannot_be_read_is_declined),
		TEST(a_message_that_is_never_handed_out_is_declined),
		TEST(trouble_raises_an_alarm_until_it_is_over),
		TEST(an_answer_is_given_up_alone),
		TEST(an_answer_waits_for_its_mailbox),
		TEST(a_message_that_never_rests_is_given_up),
		TEST(a_busy_exchange_raises_an_alarm_until_it_is_over),
		TEST(a_failing_mailbox_delays_no_other),
		TEST(an_earlier_process_s_alarm_is_lowered),
		TEST(alarms_end_with_their_integration),
		TEST(rooms_expire_after_their_time),
		TEST(a_room_without_its_window_expires_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
