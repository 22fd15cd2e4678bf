/* Messages in all orders, rooms that are shared and left, and what the calendar says, down to the rows. */
#include "sched/apply.h"
#include "base/text.h"
#include "model/recurrence.h"
#include "sched/expire.h"
#include "sched/horizon.h"
#include "store/fixture.h"
#include "store/insertions.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { ALIASES = 4, DAYS = 5, DAY = 86400, HOUR = 3600 };

struct world {
	struct fixture f;
	struct ms_exchange_connector c;
	struct texts *texts;
	int64_t now, start;
	struct recurrence daily;
	int items;
};

static const char *uuid_of(struct world *w, int n)
{
	return arena_printf(&w->f.arena, "%08d-0000-4000-8000-000000000000", n);
}

static void add_alias(struct world *w, int n)
{
	struct scheduled_alias a;
	record_defaults(&scheduled_alias_type, &a, &w->f.arena);
	a.uuid = uuid_of(w, n);
	a.numeric_alias = arena_printf(&w->f.arena, "%d", 100000000 + n);
	a.alias = arena_printf(&w->f.arena, "%d@vc.example.com", 100000000 + n);
	a.exchange_connector = w->c.id;
	a.creation_time = w->now;
	assert_true(store_insert(w->f.store, &scheduled_alias_type, &a, NULL, NULL));
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	fixture_init(&w->f);
	w->c = fixture_connector(&w->f.arena, "Head office", "room@example.com");
	assert_true(store_insert(w->f.store, &ms_exchange_connector_type, &w->c, NULL, NULL));
	w->texts = texts_new(w->f.store, &w->c);
	w->now = INT64_C(1767603600); /* Monday 2026-01-05, 09:00 */
	w->start = w->now + HOUR;
	w->daily = (struct recurrence){ .pattern = RECURRENCE_DAILY,
		.range = RECURRENCE_NUMBERED,
		.interval = 1,
		.count = DAYS,
		.start_day = w->start / DAY };
	for (int n = 0; n < ALIASES; n++)
		add_alias(w, n);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	texts_free(&w->texts);
	fixture_release(&w->f);
	free(w);
	return 0;
}

/* A request sent `age` seconds ago, with the n-th alias in its text (-1: none). */
static struct meeting request(struct world *w, const char *uid, int64_t age, int n)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.item_id = arena_printf(&w->f.arena, "item-%d", ++w->items),
		.change_key = "c",
		.uid = uid,
		.recurrence_id = MEETING_NO_TIME,
		.stamp = w->now - age,
		.start = w->start,
		.end = w->start + HOUR,
		.subject = "Budget",
		.location = "",
		.zone = "UTC",
		.organizer_name = "Ann",
		.organizer_email = "ann@example.com",
		.body = n < 0 ? "" : arena_printf(&w->f.arena, "PXPS:-%s#", uuid_of(w, n)) };
}

static struct meeting series(struct world *w, const char *uid, int64_t age, int n)
{
	struct meeting m = request(w, uid, age, n);
	m.type = MEETING_SERIES;
	m.recurrence = &w->daily;
	return m;
}

/* About the occurrence of that day, which is where the rule puts it. */
static struct meeting occurrence(struct world *w, const char *uid, int64_t age, int n, int day)
{
	struct meeting m = request(w, uid, age, n);
	m.type = MEETING_OCCURRENCE;
	m.start += day * DAY;
	m.end += day * DAY;
	m.recurrence_id = m.start;
	return m;
}

static struct meeting cancelled(struct meeting m)
{
	m.message = MEETING_CANCELLATION;
	m.sequence = MEETING_NO_SEQUENCE;
	return m;
}

static struct applied deal(struct world *w, struct meeting m)
{
	struct applied ret;
	struct err err = { 0 };
	if (!apply_messages(w->f.store, &w->c, w->texts, &m, 1, w->now, &w->f.arena, &ret, &err))
		fail_msg("%s", err.text);
	return ret;
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

#define ROOMS          "SELECT count(*) FROM conference"
#define WINDOWS        "SELECT count(*) FROM scheduled_conference"
#define ANSWERS        "SELECT count(*) FROM outbox"
#define DIALLED(alias) "SELECT count(*) FROM conference_alias WHERE alias = '" alias "'"

/* ---- orders of messages ------------------------------------------------------------------- */

static void an_occurrence_older_than_the_cancellation_of_its_series(void **state)
{
	struct world *w = *state;
	w->c.meetings_without_addin = "answer";
	deal(w, series(w, "s", 300, 0));
	deal(w, cancelled(series(w, "s", 100, 0)));
	assert_int_equal(number(w, ROOMS), 0);
	assert_int_equal(deal(w, occurrence(w, "s", 200, 0, 2)).plan.reply, REPLY_DISCARD);
	assert_int_equal(deal(w, occurrence(w, "s", 200, -1, 2)).plan.reply, REPLY_DISCARD);
	assert_int_equal(number(w, ROOMS), 0);
	/* Invited alone afterwards: that is news. */
	assert_int_equal(deal(w, occurrence(w, "s", 50, 1, 2)).plan.room, ROOM_CREATE);
}

static void an_occurrence_cancelled_before_its_series_was_seen(void **state)
{
	struct world *w = *state;
	deal(w, cancelled(occurrence(w, "s", 100, 0, 2)));
	deal(w, series(w, "s", 300, 0));
	assert_int_equal(number(w, WINDOWS), DAYS - 1);
	/* A newer series message tells all its exceptions: there is none any more. */
	deal(w, series(w, "s", 50, 0));
	assert_int_equal(number(w, WINDOWS), DAYS);
}

static void an_occurrence_cancelled_with_a_fresh_alias_in_its_text(void **state)
{
	struct world *w = *state;
	deal(w, series(w, "s", 300, 0));
	assert_int_equal(deal(w, cancelled(occurrence(w, "s", 100, 1, 2))).plan.room,
		ROOM_OCCURRENCE_REMOVE);
	assert_int_equal(number(w, WINDOWS), DAYS - 1);
	/* The request that named it first comes late. */
	assert_int_equal(deal(w, occurrence(w, "s", 200, 1, 2)).plan.reply, REPLY_DISCARD);
	assert_int_equal(number(w, WINDOWS), DAYS - 1);
	assert_int_equal(number(w, ROOMS), 1);
	assert_int_equal(deal(w, occurrence(w, "s", 50, 1, 2)).plan.room, ROOM_CREATE);
	assert_int_equal(number(w, WINDOWS), DAYS);
}

static void a_whole_series_cancelled_whose_own_room_is_gone(void **state)
{
	struct world *w = *state;
	deal(w, series(w, "s", 300, 0));
	deal(w, occurrence(w, "s", 200, 1, 2));
	assert_int_equal(number(w, ROOMS), 2);
	assert_true(store_exec(w->f.store, NULL,
		"DELETE FROM conference WHERE id = (SELECT min(id) FROM conference)", ""));
	deal(w, cancelled(series(w, "s", 100, 0)));
	assert_int_equal(number(w, ROOMS), 0);
}

/* ---- rooms that are shared ---------------------------------------------------------------- */

/* Two series of one room: the rest of the first goes on as another one. */
static void split(struct world *w)
{
	deal(w, series(w, "a", 300, 0));
	struct meeting rest = series(w, "b", 200, 0);
	struct recurrence rule = w->daily;
	rest.start += 2 * DAY;
	rest.end += 2 * DAY;
	rule.count -= 2;
	rule.start_day += 2;
	rest.recurrence = &rule;
	deal(w, rest);
	assert_int_equal(number(w, ROOMS), 1);
}

static void a_new_alias_for_one_of_two_that_share_a_room(void **state)
{
	struct world *w = *state;
	split(w);
	struct meeting rest = series(w, "b", 100, 1);
	rest.start += 2 * DAY;
	rest.end += 2 * DAY;
	deal(w, rest);
	assert_int_equal(number(w, DIALLED("100000000")), 1);
	assert_int_equal(number(w, DIALLED("100000001")), 1);
	assert_int_equal(number(w, ROOMS), 2);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM scheduled_alias"
				 " WHERE conference_deletion_time IS NOT NULL"),
		0);
	assert_int_equal(number(w,
				 "SELECT count(DISTINCT conference) FROM scheduled_conference"
				 " WHERE ews_item_uid = 'b'"),
		1);
	/* The first one's room goes with it now. */
	deal(w, cancelled(series(w, "a", 50, 0)));
	assert_int_equal(number(w, DIALLED("100000000")), 0);
	assert_int_equal(number(w, ROOMS), 1);
}

/* The resource is invited to some occurrences only, which name one alias. */
static void an_occurrence_that_left_a_shared_room_comes_back(void **state)
{
	struct world *w = *state;
	deal(w, occurrence(w, "s", 300, 0, 1));
	deal(w, occurrence(w, "s", 300, 0, 2));
	assert_int_equal(number(w, ROOMS), 1);
	deal(w, cancelled(occurrence(w, "s", 200, 0, 1)));
	assert_int_equal(number(w, WINDOWS), 1);
	assert_int_equal(deal(w, occurrence(w, "s", 100, 0, 1)).plan.reply, REPLY_ACCEPT);
	assert_int_equal(number(w, WINDOWS), 2);
	assert_int_equal(number(w, ROOMS), 1);
}

/* ---- our own change of the organiser's item ----------------------------------------------- */

static void the_own_update_of_an_occurrence_is_not_the_series_one(void **state)
{
	struct world *w = *state;
	deal(w, series(w, "s", 300, 0));
	int64_t meeting = number(w, "SELECT id FROM meeting");
	const struct stored_insertion done = {
		.item_id = "x", .meeting = meeting, .original_start = w->start + DAY
	};
	assert_true(insertion_done(w->f.store, w->c.id, &done, NULL));
	struct meeting edited = series(w, "s", 100, 0);
	edited.update = true;
	assert_int_equal(deal(w, edited).plan.text, TEXT_ACCEPT_EDITED_SERIES);
}

/* ---- what the calendar says --------------------------------------------------------------- */

static struct meeting filed(struct meeting m)
{
	m.calendar_item = true;
	m.response = RESPONSE_ACCEPTED;
	return m;
}

/* Nobody is told of our own troubles with what Exchange has accepted. */
static void trouble_with_the_calendar_is_not_answered(void **state)
{
	struct world *w = *state;
	w->c.meetings_without_addin = "answer";
	w->c.scheduled_alias_domain = "";
	deal(w, filed(request(w, "m", 100, -1)));
	assert_int_equal(number(w, ANSWERS), 0);
	deal(w, request(w, "m", 100, -1));
	assert_int_equal(number(w, ANSWERS), 1);
}

/* Somebody was taken off the meeting, and Exchange accepted that by itself: the others must hear of the
 * new PIN all the same. */
static void a_new_guest_pin_is_told(void **state)
{
	struct world *w = *state;
	const struct attendee people[] = { { .name = "Ben", .email = "ben@example.com" },
		{ .name = "Cid", .email = "cid@example.com" } };
	w->c.meetings_without_addin = "answer";
	w->c.renew_guest_pin = w->c.room_allow_guests = true;
	w->c.room_pin_digits = w->c.room_guest_pin_digits = 12;
	struct meeting m = request(w, "m", 100, -1);
	m.attendees = people;
	m.n_attendees = 2;
	deal(w, m);
	m = filed(request(w, "m", 50, -1));
	m.attendees = people;
	m.n_attendees = 1;
	m.start += HOUR;
	m.end += HOUR;
	deal(w, m);
	assert_int_equal(number(w,
				 "SELECT count(*) FROM outbox WHERE kind = 'accept'"
				 " AND item_id = 'item-2' AND body LIKE '%PXPS:-%'"),
		1);
	m = filed(request(w, "m", 40, -1));
	m.attendees = people;
	m.n_attendees = 1;
	deal(w, m);
	assert_int_equal(number(w, ANSWERS), 2);
}

static struct applied gone(struct world *w, const char *uid)
{
	struct applied ret;
	assert_true(apply_gone(w->f.store, &w->c, w->texts, uid, MEETING_NO_TIME, w->now,
		&w->f.arena, &ret, NULL));
	return ret;
}

/* The calendar lacked it by mistake. */
static void what_was_gone_comes_back(void **state)
{
	struct world *w = *state;
	deal(w, request(w, "m", 100, 0));
	gone(w, "m");
	assert_int_equal(number(w, ROOMS), 0);
	deal(w, filed(request(w, "m", 100, 0)));
	assert_int_equal(number(w, ROOMS), 1);
	assert_int_equal(number(w, DIALLED("100000000")), 1);
}

/* Who took it off the calendar, and why, does not matter to the organiser: he is answered. */
static void a_change_of_what_was_gone_is_answered(void **state)
{
	struct world *w = *state;
	deal(w, request(w, "m", 100, 0));
	gone(w, "m");
	struct meeting moved = request(w, "m", 50, 0);
	moved.update = true;
	assert_int_equal(deal(w, moved).plan.reply, REPLY_DECLINE);
}

static void what_was_cancelled_does_not_come_back_from_the_calendar(void **state)
{
	struct world *w = *state;
	deal(w, request(w, "m", 100, 0));
	deal(w, cancelled(request(w, "m", 100, 0)));
	deal(w, filed(request(w, "m", 100, 0)));
	assert_int_equal(number(w, ROOMS), 0);
}

/* A calendar's item does not say that it was an update. */
static void the_calendar_puts_an_updated_meeting_right(void **state)
{
	struct world *w = *state;
	deal(w, request(w, "m", 200, 0));
	struct meeting update = request(w, "m", 100, 0);
	update.update = true;
	deal(w, update);
	assert_true(store_exec(w->f.store, NULL, "DELETE FROM scheduled_conference", ""));
	deal(w, filed(request(w, "m", 100, 0)));
	assert_int_equal(number(w, WINDOWS), 1);
}

static void an_occurrence_leaves_a_series_that_follows_the_calendar(void **state)
{
	struct world *w = *state;
	deal(w, series(w, "s", 300, 0));
	assert_true(store_exec(w->f.store, NULL, "UPDATE meeting SET by_calendar = 1", ""));
	deal(w, occurrence(w, "s", 200, 1, 2));
	assert_int_equal(number(w, ROOMS), 2);
	assert_int_equal(number(w, WINDOWS), DAYS);
}

/* ---- the clock ---------------------------------------------------------------------------- */

static void ignore(void *arg, struct store *store, int64_t conference)
{
	(void)arg, (void)store, (void)conference;
}

/* It was years ahead for a moment. */
static void a_clock_set_back_brings_the_windows_back(void **state)
{
	struct world *w = *state;
	struct meeting endless = series(w, "s", 300, 0);
	struct recurrence rule = w->daily;
	int64_t count;
	rule.range = RECURRENCE_NO_END;
	endless.recurrence = &rule;
	deal(w, endless);
	int64_t before = number(w, "SELECT sum(start_time) FROM scheduled_conference");
	assert_true(horizon_extend(
		w->f.store, w->now + INT64_C(4) * 365 * DAY, ignore, NULL, &count, NULL));
	assert_int_not_equal(number(w, "SELECT sum(start_time) FROM scheduled_conference"), before);
	assert_true(horizon_extend(w->f.store, w->now, ignore, NULL, &count, NULL));
	assert_int_equal(number(w, "SELECT sum(start_time) FROM scheduled_conference"), before);
}

/* However seldom the calendar is compared. */
static void a_series_that_follows_the_calendar_goes_on(void **state)
{
	struct world *w = *state;
	struct meeting endless = series(w, "s", 300, 0);
	struct recurrence rule = w->daily;
	int64_t count;
	rule.range = RECURRENCE_NO_END;
	endless.recurrence = &rule;
	deal(w, endless);
	/* There it is an hour later. */
	assert_true(store_exec(w->f.store, NULL, "UPDATE meeting SET by_calendar = 1", ""));
	assert_true(store_exec(w->f.store, NULL,
		"UPDATE scheduled_conference SET start_time = start_time + 3600,"
		" end_time = end_time + 3600, original_start_time = original_start_time + 3600",
		""));
	int64_t before = number(w, WINDOWS);
	int64_t last = number(w, "SELECT max(start_time) FROM scheduled_conference");
	for (int day = 1; day <= 10; day++)
		assert_true(
			horizon_extend(w->f.store, w->now + day * DAY, ignore, NULL, &count, NULL));
	/* What is over was dropped; the rest stays, and goes on by the rule. */
	assert_int_equal(number(w, "SELECT max(start_time) FROM scheduled_conference"),
		last + 10 * DAY - HOUR);
	assert_in_range(number(w, WINDOWS), before, before + 2);
	assert_int_equal(number(w,
				 "SELECT count(*) - count(DISTINCT start_time / 86400)"
				 " FROM scheduled_conference"),
		0);
	/* The calendar lacks those of the last days: they do not come again. */
	assert_true(store_exec(w->f.store, NULL,
		"DELETE FROM scheduled_conference WHERE start_time > $1", "i", w->now + 20 * DAY));
	assert_true(horizon_extend(w->f.store, w->now + 11 * DAY, ignore, NULL, &count, NULL));
	assert_int_equal(number(w,
				 "SELECT count(*) FROM scheduled_conference WHERE start_time >"
				 " 1767603600 + 20 * 86400"),
		2);
}

static int64_t expired(struct world *w, int64_t at)
{
	int64_t count;
	struct err err;
	if (!expire_rooms(w->f.store, at, ignore, NULL, &count, &err))
		fail_msg("%s", err.text);
	return count;
}

static void rooms_expire_after_what_is_last(void **state)
{
	struct world *w = *state;
	const int64_t grace = 24 * HOUR + w->c.meeting_buffer_after * 60;
	struct meeting endless = series(w, "endless", 300, 1);
	struct recurrence rule = w->daily;
	rule.range = RECURRENCE_NO_END;
	endless.recurrence = &rule;
	deal(w, series(w, "s", 300, 0));
	deal(w, endless);
	deal(w, request(w, "m", 300, 2));
	assert_int_equal(expired(w, w->start + HOUR + grace), 0);
	assert_int_equal(expired(w, w->start + HOUR + grace + 1), 1);
	/* An administrator deleted the windows: the meetings' own ends count. */
	assert_true(store_exec(w->f.store, NULL, "DELETE FROM scheduled_conference", ""));
	int64_t end = w->start + (DAYS - 1) * DAY + HOUR + grace;
	assert_int_equal(expired(w, end), 0);
	assert_int_equal(expired(w, end + 1), 1);
	assert_int_equal(expired(w, end + INT64_C(100) * 365 * DAY), 0);
}

/* Also of an endless series there is no memory without end. */
static void what_was_cancelled_is_forgotten(void **state)
{
	struct world *w = *state;
	struct meeting m = series(w, "s", 300, 0);
	struct recurrence rule = w->daily;
	rule.range = RECURRENCE_NO_END;
	m.recurrence = &rule;
	deal(w, m);
	m.stamp++;
	deal(w, cancelled(m));
	expired(w, w->now + EXPIRE_MEMORY_DAYS * DAY);
	assert_int_equal(number(w, "SELECT count(*) FROM meeting"), 1);
	expired(w, w->now + EXPIRE_MEMORY_DAYS * DAY + 1);
	assert_int_equal(number(w, "SELECT count(*) FROM meeting"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_occurrence_older_than_the_cancellation_of_its_series),
		TEST(an_occurrence_cancelled_before_its_series_was_seen),
		TEST(an_occurrence_cancelled_with_a_fresh_alias_in_its_text),
		TEST(a_whole_series_cancelled_whose_own_room_is_gone),
		TEST(a_new_alias_for_one_of_two_that_share_a_room),
		TEST(an_occurrence_that_left_a_shared_room_comes_back),
		TEST(the_own_update_of_an_occurrence_is_not_the_series_one),
		TEST(trouble_with_the_calendar_is_not_answered),
		TEST(a_new_guest_pin_is_told),
		TEST(what_was_gone_comes_back),
		TEST(a_change_of_what_was_gone_is_answered),
		TEST(what_was_cancelled_does_not_come_back_from_the_calendar),
		TEST(the_calendar_puts_an_updated_meeting_right),
		TEST(an_occurrence_leaves_a_series_that_follows_the_calendar),
		TEST(a_clock_set_back_brings_the_windows_back),
		TEST(a_series_that_follows_the_calendar_goes_on),
		TEST(rooms_expire_after_what_is_last),
		TEST(what_was_cancelled_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
