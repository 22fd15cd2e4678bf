#include "store/exceptions.h"
#include "store/fixture.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { FIRST = 1800000000, DAY_S = 86400, STAMP = 1700000000 };

struct rig {
	struct fixture f;
	int64_t connector;
	struct stored_meeting series;
};

static void save_meeting(struct rig *r, struct stored_meeting *m)
{
	m->organizer_email = "olga@example.com";
	m->subject = m->attendees = m->recurrence = m->former_recurrence = m->zone = "";
	m->room_name = m->room_description = "";
	m->look_again = m->conference = m->recurring_conference = m->scheduled_alias = FIELD_NULL;
	assert_true(meeting_save(r->f.store, r->connector, m, NULL));
}

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	fixture_init(&r->f);
	struct ms_exchange_connector c =
		fixture_connector(&r->f.arena, "Head office", "room@example.com");
	if (!store_insert(r->f.store, &ms_exchange_connector_type, &c, NULL, NULL))
		return -1;
	r->connector = c.id;
	r->series = (struct stored_meeting){ .uid = "uid-1", .stamp = STAMP };
	save_meeting(r, &r->series);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	fixture_release(&r->f);
	free(r);
	return 0;
}

static void save(struct rig *r, int64_t original_start, int64_t stamp, const char *subject)
{
	const struct stored_exception e = { .original_start = original_start,
		.start_time = original_start + 60,
		.end_time = original_start + 120,
		.subject = subject,
		.stamp = stamp };
	assert_true(exception_save(r->f.store, r->series.id, &e, NULL));
}

static size_t list(struct rig *r, struct stored_exception **ret)
{
	size_t count;
	assert_true(exceptions_list(r->f.store, r->series.id, &r->f.arena, ret, &count, NULL));
	return count;
}

static void exceptions_are_listed_in_order_and_replaced(void **state)
{
	struct stored_exception *all;
	struct rig *r = *state;
	assert_int_equal(list(r, &all), 0);
	for (int i = 20; i > 0; i--)
		save(r, FIRST + i * DAY_S, STAMP, "before");
	save(r, FIRST + 7 * DAY_S, STAMP + 1, "after");
	assert_int_equal(list(r, &all), 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(all[i].original_start, FIRST + (i + 1) * DAY_S);
		assert_string_equal(all[i].subject, i == 6 ? "after" : "before");
	}
	assert_int_equal(all[6].stamp, STAMP + 1);
}

static void what_newer_messages_said_is_kept(void **state)
{
	struct stored_exception *all;
	struct rig *r = *state;
	save(r, FIRST, STAMP - 1, "older");
	save(r, FIRST + DAY_S, STAMP, "same");
	save(r, FIRST + 2 * DAY_S, STAMP + 1, "newer");
	save(r, FIRST + 3 * DAY_S, FIELD_NULL, "unknown");
	assert_true(exceptions_forget(r->f.store, r->series.id, STAMP, NULL));
	assert_int_equal(list(r, &all), 1);
	assert_string_equal(all[0].subject, "newer");
	assert_true(exceptions_forget(r->f.store, r->series.id, FIELD_NULL, NULL));
	assert_int_equal(list(r, &all), 0);
}

static void cancelled(struct rig *r, const char *uid, int day, int64_t stamp, bool is)
{
	struct stored_meeting m = {
		.uid = uid, .recurrence_id = FIRST + day * DAY_S, .stamp = stamp, .cancelled = is
	};
	save_meeting(r, &m);
}

static void cancellations_that_came_too_early_are_adopted(void **state)
{
	struct stored_exception *all;
	struct rig *r = *state;
	cancelled(r, "uid-1", 0, STAMP - 1, true); /* the series' message knows of it */
	cancelled(r, "uid-1", 1, STAMP, true);
	cancelled(r, "uid-1", 2, STAMP + 1, true);
	cancelled(r, "uid-1", 3, STAMP + 1, false);
	cancelled(r, "uid-1", 4, FIELD_NULL, true);
	cancelled(r, "uid-2", 5, STAMP + 1, true); /* another series */
	save(r, FIRST + 2 * DAY_S, STAMP + 2, "known better");
	assert_true(exceptions_adopt(r->f.store, r->series.id, STAMP, NULL));
	assert_int_equal(list(r, &all), 2);
	assert_int_equal(all[0].original_start, FIRST + DAY_S);
	assert_true(all[0].deleted);
	assert_int_equal(all[0].stamp, STAMP);
	assert_string_equal(all[1].subject, "known better");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(exceptions_are_listed_in_order_and_replaced),
		TEST(what_newer_messages_said_is_kept),
		TEST(cancellations_that_came_too_early_are_adopted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
