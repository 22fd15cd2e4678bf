/* Calendar and rooms that differ become the same, and nothing is removed by mistake. */
#include "sched/reconcile.h"
#include "base/clock.h"
#include "base/text.h"
#include "exchange/exchange_null.h"
#include "model/recurrence.h"
#include "store/fixture.h"
#include "store/mailboxes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 30, PATIENCE_MS = 20000 };

struct world {
	struct fixture f;
	struct exchange_null *exchange;
	struct watch_options options;
	struct mailbox mb;
	struct inbox inbox;
	struct watch *watch;
	int64_t start;
	bool stolen; /* the mailbox is another installation's */
};

static void room_changed(void *arg, struct store *store, int64_t conference)
{
	(void)arg, (void)store, (void)conference;
}

static bool guard(void *arg, struct err *err)
{
	struct world *w = arg;
	return !w->stolen || err_set(err, ERR_CONFLICT, "it is another one's");
}

static const char *uuid_of(struct world *w, int n)
{
	return arena_printf(&w->f.arena, "%08d-0000-4000-8000-000000000000", n);
}

static void add_alias(struct world *w, int n)
{
	struct scheduled_alias a;
	struct err err;
	record_defaults(&scheduled_alias_type, &a, &w->f.arena);
	a.uuid = uuid_of(w, n);
	a.numeric_alias = arena_printf(&w->f.arena, "%d", 100000000 + n);
	a.alias = arena_printf(&w->f.arena, "%d@vc.example.com", 100000000 + n);
	a.exchange_connector = w->mb.connector;
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
	if (!store_insert(w->f.store, &ms_exchange_connector_type, &c, NULL, &err))
		return -1;
	w->start = clock_now() / 3600 * 3600 + 7200;
	w->exchange = exchange_null_new();
	w->options = (struct watch_options){ .store_path = w->f.path,
		.driver = exchange_null_driver(w->exchange),
		.room_changed = room_changed,
		.first_delay_ms = 10 };
	mailbox_init(&w->mb, &w->options, c.id);
	w->mb.guard = guard;
	w->mb.arg = w;
	inbox_init(&w->inbox);
	if (!mailbox_open(&w->mb, &err))
		fail_msg("%s", err.text);
	for (int n = 0; n < MANY; n++)
		add_alias(w, n);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	if (w->watch)
		watch_cancel(w->watch);
	watch_join(&w->watch);
	inbox_release(&w->inbox);
	mailbox_release(&w->mb);
	exchange_null_free(&w->exchange);
	fixture_release(&w->f);
	free(w);
	return 0;
}

/* The n-th meeting, an hour after the one before, as Exchange accepted it. */
static struct meeting meeting(struct world *w, int n)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.uid = arena_printf(&w->f.arena, "uid-%d", n),
		.recurrence_id = MEETING_NO_TIME,
		.stamp = w->start - 7200,
		.start = w->start + n * 3600,
		.end = w->start + n * 3600 + 1800,
		.response = RESPONSE_ACCEPTED,
		.subject = arena_printf(&w->f.arena, "Meeting %d", n),
		.location = "",
		.zone = "UTC",
		.organizer_name = "Ann",
		.organizer_email = "ann@example.com",
		.body = arena_printf(&w->f.arena, "PXPS:-%s#", uuid_of(w, n)) };
}

static const char *file(struct world *w, const struct meeting *m)
{
	return exchange_null_file(w->exchange, m, NULL, 0);
}

static struct reconciliation compare_with(struct world *w, enum queue_kinds kinds, bool released)
{
	struct reconciliation r;
	struct err err;
	if (!reconcile(&w->mb, &w->inbox, kinds, released, &r, &err))
		fail_msg("%s", err.text);
	return r;
}

static struct reconciliation compare(struct world *w)
{
	return compare_with(w, QUEUE_ALL, false);
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

static int64_t rooms(struct world *w)
{
	return number(w, "SELECT count(*) FROM conference");
}

static void expect(const struct reconciliation *r, int64_t missing, int64_t moved, int64_t gone)
{
	assert_int_equal(r->missing, missing);
	assert_int_equal(r->moved, moved);
	assert_int_equal(r->gone, gone);
}

static void a_meeting_that_exchange_accepted_gets_its_room(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	file(w, &m);
	struct reconciliation r = compare(w);
	expect(&r, 1, 0, 0);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(exchange_null_effects(w->exchange), 0);
	r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(r.entries, 1);
	assert_int_equal(r.windows, 1);
}

static void a_declined_one_gets_none(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	m.response = RESPONSE_DECLINED;
	file(w, &m);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 0);
}

/* Exchange took the text away: there is nothing to make a room of, and its organiser is told. */
static void a_stripped_one_gets_none(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	m.body = "";
	file(w, &m);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 0);
	assert_int_equal(exchange_null_effects(w->exchange), 1);
	assert_int_equal(exchange_null_effect(w->exchange, 0).kind, EXCHANGE_NULL_DECLINED);
}

/* Somebody chose the mailbox of a meeting room: its meetings are not all declined. */
static void a_calendar_full_of_others_meetings_is_left_alone(void **state)
{
	struct world *w = *state;
	for (int n = 0; n < MANY; n++) {
		struct meeting m = meeting(w, n);
		m.body = "See you there";
		file(w, &m);
	}
	struct reconciliation r = compare(w);
	assert_int_equal(r.stripped, MANY);
	assert_int_equal(exchange_null_effects(w->exchange), RECONCILE_DECLINES_MAX);
}

/* Nobody invited the resource to it. */
static void its_own_appointments_are_left_alone(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	m.response = RESPONSE_ORGANIZER;
	m.body = "Maintenance";
	file(w, &m);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(exchange_null_effects(w->exchange), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM outbox"), 0);
}

static void a_moved_one_is_followed(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	const char *id = file(w, &m);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	m.start += 7200;
	m.end += 9000;
	m.sequence++;
	m.stamp++;
	file(w, &m);
	struct reconciliation r = compare(w);
	expect(&r, 0, 1, 0);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(number(w, "SELECT start_time FROM scheduled_conference"), m.start);
	assert_int_equal(number(w, "SELECT end_time FROM scheduled_conference"), m.end);
	r = compare(w);
	expect(&r, 0, 0, 0);
}

static void what_the_calendar_lacks_goes(void **state)
{
	struct world *w = *state;
	struct meeting one = meeting(w, 0), two = meeting(w, 1);
	const char *id = file(w, &one);
	file(w, &two);
	compare(w);
	assert_int_equal(rooms(w), 2);
	exchange_null_unfile(w->exchange, id);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 1);
	assert_false(r.held);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM meeting WHERE uid = 'uid-0'"
				 " AND cancelled = 1"),
		1);
}

static void a_cancelled_one_is_gone(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	const char *id = file(w, &m);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	const struct exchange_entry entry = { .type = MEETING_SINGLE,
		.original_start = MEETING_NO_TIME,
		.start = m.start,
		.end = m.end,
		.cancelled = true };
	exchange_null_file(w->exchange, &m, &entry, 1);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 1);
	assert_int_equal(rooms(w), 0);
}

static void many_pages_are_read(void **state)
{
	struct world *w = *state;
	exchange_null_view_page(w->exchange, 4);
	for (int n = MANY - 1; n >= 0; n--) {
		struct meeting m = meeting(w, n);
		file(w, &m);
	}
	struct reconciliation r = compare(w);
	expect(&r, MANY, 0, 0);
	r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), MANY);
}

/* The mailbox seems empty: nothing is removed until an administrator says so. */
static void the_brake_holds(void **state)
{
	struct world *w = *state;
	for (int n = 0; n < 12; n++) {
		struct meeting m = meeting(w, n);
		file(w, &m);
	}
	compare(w);
	exchange_null_blank(w->exchange, true);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 12);
	assert_true(r.held);
	assert_int_equal(r.load.rooms, 12);
	assert_non_null(strstr(r.load.names, "Meeting 0"));
	assert_int_equal(rooms(w), 12);

	exchange_null_blank(w->exchange, false);
	r = compare(w);
	expect(&r, 0, 0, 0);

	exchange_null_blank(w->exchange, true);
	r = compare_with(w, QUEUE_ALL, true);
	assert_false(r.held);
	assert_int_equal(rooms(w), 0);
}

static void the_brake_s_share(void **state)
{
	struct ms_exchange_connector c = { .removal_brake_percent = 20,
		.removal_brake_minimum = 10 };
	(void)state;
	assert_false(brake_too_much(&c, 9, 9));
	assert_true(brake_too_much(&c, 10, 10));
	assert_true(brake_too_much(&c, 10, 49));
	assert_false(brake_too_much(&c, 10, 50));
	assert_true(brake_too_much(&c, 11, 50));
	c.removal_brake_percent = 100;
	assert_false(brake_too_much(&c, 5000, 5000));
}

/* Two years are read: what lies behind them is not touched. */
static void what_was_not_read_stays(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	const char *id = file(w, &m);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	int64_t far = clock_now() + EXCHANGE_VIEW_SPAN + 86400;
	assert_true(store_exec(w->f.store, NULL,
		"UPDATE scheduled_conference SET start_time = $1, end_time = $2", "ii", far,
		far + 1800));
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 1);
}

/* A calendar that cannot be read to its end says nothing. */
static void a_failure_half_way_removes_nothing(void **state)
{
	struct world *w = *state;
	static const struct err down = { .code = ERR_NET, .text = "no answer" };
	struct reconciliation r;
	struct err err;
	for (int n = 0; n < 6; n++) {
		struct meeting m = meeting(w, n);
		file(w, &m);
	}
	compare(w);
	exchange_null_blank(w->exchange, true);
	exchange_null_fail(w->exchange, EXCHANGE_NULL_VIEW, 2, false, &down);
	assert_false(reconcile(&w->mb, &w->inbox, QUEUE_ALL, false, &r, &err));
	assert_int_equal(rooms(w), 6);
}

static void without_a_licence_nothing_is_added(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	const char *id = file(w, &m);
	struct reconciliation r = compare_with(w, QUEUE_CANCELLATIONS, false);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 0);
	compare(w);
	assert_int_equal(rooms(w), 1);
	exchange_null_unfile(w->exchange, id);
	r = compare_with(w, QUEUE_CANCELLATIONS, false);
	expect(&r, 0, 0, 1);
	assert_int_equal(rooms(w), 0);
}

static void another_one_s_mailbox_is_left_alone(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	struct reconciliation r;
	struct err err;
	file(w, &m);
	w->stolen = true;
	assert_false(reconcile(&w->mb, &w->inbox, QUEUE_ALL, false, &r, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(rooms(w), 0);
}

/* ---- series ------------------------------------------------------------------------------- */

enum { DAYS = 5 };

/* A daily series; without the occurrences of which `without` has a bit, and the last one moved. */
static const char *file_series(struct world *w, unsigned without, int64_t moved_by)
{
	struct meeting m = meeting(w, 1);
	struct exchange_entry entries[DAYS];
	size_t count = 0;
	const struct recurrence daily = { .pattern = RECURRENCE_DAILY,
		.range = RECURRENCE_NUMBERED,
		.interval = 1,
		.count = DAYS,
		.start_day = m.start / 86400 };
	m.type = MEETING_SERIES;
	m.recurrence = &daily;
	for (int i = 0; i < DAYS; i++) {
		int64_t start = m.start + i * 86400;
		if (without & 1U << i)
			continue;
		int64_t by = i == DAYS - 1 ? moved_by : 0;
		entries[count++] = (struct exchange_entry){ .type = by ? MEETING_EXCEPTION
								       : MEETING_OCCURRENCE,
			.original_start = start,
			.start = start + by,
			.end = start + by + 1800,
			.response = RESPONSE_ACCEPTED };
	}
	return exchange_null_file(w->exchange, &m, entries, count);
}

static void a_series_gets_its_room(void **state)
{
	struct world *w = *state;
	file_series(w, 0, 0);
	struct reconciliation r = compare(w);
	assert_true(r.missing >= 1);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), DAYS);
	r = compare(w);
	expect(&r, 0, 0, 0);
}

static void a_series_follows_its_instances(void **state)
{
	struct world *w = *state;
	const char *id = file_series(w, 0, 0);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	file_series(w, 1U << 2, 3600);
	struct reconciliation r = compare(w);
	expect(&r, 0, 1, 0);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), DAYS - 1);
	assert_int_equal(number(w,
				 "SELECT max(start_time) - max(original_start_time)"
				 " FROM scheduled_conference"),
		3600);
	r = compare(w);
	expect(&r, 0, 0, 0);
}

static void a_series_that_is_gone_goes_whole(void **state)
{
	struct world *w = *state;
	const char *id = file_series(w, 0, 0);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 1);
	assert_int_equal(rooms(w), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), 0);
}

/* The resource is invited to some occurrences of a series only, which all name one alias. */
static void occurrences_that_share_a_room_stay(void **state)
{
	struct world *w = *state;
	for (int day = 0; day < DAYS; day++) {
		struct meeting m = meeting(w, 1);
		m.type = MEETING_OCCURRENCE;
		m.start += day * 86400;
		m.end += day * 86400;
		m.recurrence_id = m.start;
		const struct exchange_entry entry = { .type = MEETING_OCCURRENCE,
			.original_start = m.start,
			.start = m.start,
			.end = m.end,
			.response = RESPONSE_ACCEPTED };
		exchange_null_file(w->exchange, &m, &entry, 1);
	}
	compare(w);
	assert_int_equal(rooms(w), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), DAYS);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(r.windows, DAYS);
	assert_int_equal(number(w, "SELECT count(*) FROM scheduled_conference"), DAYS);
}

/* ---- what is under way -------------------------------------------------------------------- */

/* A message is dealt with, but its answer fails. */
static void deal_with_refused(struct world *w, struct meeting *m, const struct err *refused)
{
	struct applied applied;
	m->item_id = exchange_null_deliver(w->exchange, m);
	m->change_key = "";
	assert_true(apply_messages(w->mb.store, &w->mb.settings, w->mb.texts, m, 1, clock_now(),
		&w->f.arena, &applied, NULL));
	exchange_null_fail_item(w->exchange, m->item_id, refused);
}

/* Exchange does not take the acceptance now: until it does, the calendar cannot hold the meeting. */
static void what_is_not_answered_yet_is_not_gone(void **state)
{
	struct world *w = *state;
	static const struct err refused = { .code = ERR_INTERNAL, .text = "not now" };
	struct meeting m = meeting(w, 0);
	deal_with_refused(w, &m, &refused);
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 1);
}

/* The series was moved, and Exchange does not take the acceptance now. */
static void a_series_does_not_go_back(void **state)
{
	struct world *w = *state;
	static const struct err refused = { .code = ERR_INTERNAL, .text = "not now" };
	struct meeting m = meeting(w, 1);
	file_series(w, 0, 0);
	compare(w);
	const struct recurrence daily = { .pattern = RECURRENCE_DAILY,
		.range = RECURRENCE_NUMBERED,
		.interval = 1,
		.count = DAYS,
		.start_day = (m.start + 600) / 86400 };
	m.type = MEETING_SERIES;
	m.recurrence = &daily;
	m.sequence = 1;
	m.stamp++;
	m.start += 600;
	m.end += 600;
	deal_with_refused(w, &m, &refused);
	int64_t moved = number(w, "SELECT sum(start_time) FROM scheduled_conference");
	compare(w);
	assert_int_equal(number(w, "SELECT sum(start_time) FROM scheduled_conference"), moved);
}

/* The request was put aside unanswered; the update with the instructions is not here yet. */
static void what_its_own_update_answers_is_not_gone(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	const char *id = file(w, &m);
	compare(w);
	exchange_null_unfile(w->exchange, id);
	assert_true(store_exec(w->f.store, NULL, "UPDATE meeting SET own_update = 1", ""));
	struct reconciliation r = compare(w);
	expect(&r, 0, 0, 0);
	assert_int_equal(rooms(w), 1);
}

/* ---- with a watch ------------------------------------------------------------------------- */

static void await(struct world *w, const char *sql, int64_t wanted)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	if (!w->watch)
		w->watch = watch_start(&w->options, w->mb.connector);
	while (number(w, sql) != wanted && clock_mono_ms() < until)
		usleep(2000); /* polls a condition; bounded by PATIENCE_MS */
	assert_int_equal(number(w, sql), wanted);
}

static void order(struct world *w, enum mailbox_order what)
{
	assert_true(mailbox_order_put(w->f.store, w->mb.connector, what, clock_now(), NULL));
	watch_wake(w->watch);
}

#define ROOMS    "SELECT count(*) FROM conference"
#define ALARMS   "SELECT count(*) FROM alarm WHERE name = 'removals_held'"
#define HELD     "SELECT coalesce(max(held_removals), 0) FROM exchange_scheduler"
#define ORDERS   "SELECT count(*) FROM mailbox_order"
#define COMPARED "SELECT count(*) FROM exchange_scheduler WHERE reconcile_time IS NOT NULL"

/* Invitations that vmrd answers, and their calendar items. */
static void invite(struct world *w, int count)
{
	for (int n = 0; n < count; n++) {
		struct meeting m = meeting(w, n);
		exchange_null_deliver(w->exchange, &m);
		file(w, &m);
	}
}

static void cancellations_wait_for_confirmation(void **state)
{
	struct world *w = *state;
	invite(w, 12);
	await(w, ROOMS, 12);
	await(w, COMPARED, 1);
	watch_cancel(w->watch);
	watch_join(&w->watch);
	for (int n = 0; n < 12; n++) {
		struct meeting m = meeting(w, n);
		m.message = MEETING_CANCELLATION;
		m.stamp++;
		exchange_null_deliver(w->exchange, &m);
	}
	await(w, HELD, 12);
	assert_int_equal(rooms(w), 12);
	assert_int_equal(number(w, ALARMS), 1);

	/* Others are served meanwhile. */
	struct meeting m = meeting(w, 20);
	exchange_null_deliver(w->exchange, &m);
	file(w, &m);
	await(w, ROOMS, 13);

	order(w, ORDER_CONFIRM_REMOVALS);
	await(w, ROOMS, 1);
	await(w, ALARMS, 0);
	await(w, HELD, 0);
	assert_int_equal(number(w, ORDERS), 0);
}

static void an_emptied_mailbox_removes_nothing(void **state)
{
	struct world *w = *state;
	invite(w, 12);
	await(w, ROOMS, 12);
	await(w, COMPARED, 1);
	exchange_null_blank(w->exchange, true);
	order(w, ORDER_RECONCILE);
	await(w, ALARMS, 1);
	await(w, HELD, 12);
	assert_int_equal(rooms(w), 12);
	exchange_null_blank(w->exchange, false);
	order(w, ORDER_RECONCILE);
	await(w, ALARMS, 0);
	assert_int_equal(rooms(w), 12);
}

/* E17: every id is another, UIDs stay. */
static void a_moved_mailbox_keeps_its_rooms(void **state)
{
	struct world *w = *state;
	invite(w, 12);
	await(w, ROOMS, 12);
	await(w, COMPARED, 1);
	int64_t least = number(w, "SELECT min(id) FROM conference");
	exchange_null_move(w->exchange);
	struct meeting m = meeting(w, 20);
	exchange_null_deliver(w->exchange, &m);
	file(w, &m);
	await(w, ROOMS, 13);
	order(w, ORDER_RESYNC);
	await(w, ORDERS, 0);
	await(w, "SELECT drift_gone + drift_moved + drift_missing FROM exchange_scheduler", 0);
	assert_int_equal(number(w, "SELECT min(id) FROM conference"), least);
	assert_int_equal(rooms(w), 13);
}

/* The rooms were made after the backup: they come again from the calendar. */
static void a_restored_database_catches_up(void **state)
{
	struct world *w = *state;
	struct meeting m = meeting(w, 0);
	exchange_null_deliver(w->exchange, &m);
	file(w, &m);
	w->options.lease_ms = 2000;
	await(w, ROOMS, 1);
	await(w, COMPARED, 1);
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (strstr(exchange_null_note(w->exchange, "VmrdOwner"), "saves=0") &&
		clock_mono_ms() < until)
		usleep(2000); /* polls a condition; bounded by PATIENCE_MS */
	watch_cancel(w->watch);
	watch_join(&w->watch);
	assert_true(store_exec(w->f.store, NULL,
		"UPDATE mailbox SET saves = 0, sync_state = '', reconciled = $1", "i",
		clock_now()));
	assert_true(store_exec(w->f.store, NULL, "DELETE FROM conference", ""));
	assert_true(store_exec(w->f.store, NULL, "DELETE FROM meeting", ""));
	assert_true(store_exec(
		w->f.store, NULL, "UPDATE scheduled_alias SET is_used = 0, ews_item_uid = ''", ""));
	await(w, ROOMS, 1);
	assert_int_equal(number(w, "SELECT count(*) FROM meeting WHERE uid = 'uid-0'"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_meeting_that_exchange_accepted_gets_its_room),
		TEST(a_declined_one_gets_none),
		TEST(a_stripped_one_gets_none),
		TEST(a_calendar_full_of_others_meetings_is_left_alone),
		TEST(its_own_appointments_are_left_alone),
		TEST(a_moved_one_is_followed),
		TEST(what_the_calendar_lacks_goes),
		TEST(a_cancelled_one_is_gone),
		TEST(many_pages_are_read),
		TEST(the_brake_holds),
		TEST(the_brake_s_share),
		TEST(what_was_not_read_stays),
		TEST(a_failure_half_way_removes_nothing),
		TEST(without_a_licence_nothing_is_added),
		TEST(another_one_s_mailbox_is_left_alone),
		TEST(a_series_gets_its_room),
		TEST(a_series_follows_its_instances),
		TEST(a_series_that_is_gone_goes_whole),
		TEST(occurrences_that_share_a_room_stay),
		TEST(what_is_not_answered_yet_is_not_gone),
		TEST(a_series_does_not_go_back),
		TEST(what_its_own_update_answers_is_not_gone),
		TEST(cancellations_wait_for_confirmation),
		TEST(an_emptied_mailbox_removes_nothing),
		TEST(a_moved_mailbox_keeps_its_rooms),
		TEST(a_restored_database_catches_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
