#include "store/windows.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { FIRST = 1800000000, DAY_S = 86400, HOUR_S = 3600 };

struct rig {
	struct fixture f;
	struct scheduled_conference of; /* columns of a series' windows */
};

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct conference room;
	struct recurring_conference series;
	fixture_init(&r->f);
	struct ms_exchange_connector c =
		fixture_connector(&r->f.arena, "Head office", "room@example.com");
	record_defaults(&conference_type, &room, &r->f.arena);
	room.name = "Weekly";
	record_defaults(&recurring_conference_type, &series, &r->f.arena);
	record_defaults(&scheduled_conference_type, &r->of, &r->f.arena);
	if (!store_insert(r->f.store, &ms_exchange_connector_type, &c, NULL, NULL) ||
		!store_insert(r->f.store, &conference_type, &room, NULL, NULL))
		return -1;
	series.conference = r->of.conference = room.id;
	if (!store_insert(r->f.store, &recurring_conference_type, &series, NULL, NULL))
		return -1;
	r->of.exchange_connector = c.id;
	r->of.ews_item_uid = "uid-1";
	r->of.original_start_time = FIELD_NULL;
	r->of.recurring_conference = series.id;
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

/* The occurrence of this day, an hour long. */
static struct stored_window on_day(int day)
{
	int64_t start = FIRST + (int64_t)day * DAY_S;
	return (struct stored_window){
		.original_start = start, .start = start, .end = start + HOUR_S, .subject = "Weekly"
	};
}

static bool follow(struct rig *r, const struct scheduled_conference *of,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until)
{
	bool changed = false;
	assert_true(windows_follow(r->f.store, of, windows, count, from, until, &changed, NULL));
	return changed;
}

/* "id:days after the first+hours of length" of each row, in the order of their start. */
static const char *rows_of(struct rig *r)
{
	struct rows rows;
	const char *text = "";
	assert_true(store_query(r->f.store, &rows, NULL,
		"SELECT id, start_time, end_time FROM scheduled_conference ORDER BY start_time, id",
		""));
	while (row_next(&rows, NULL))
		text = arena_printf(&r->f.arena, "%s %lld:%lld+%lld", text,
			(long long)row_int(&rows, 0),
			(long long)(row_int(&rows, 1) - FIRST) / DAY_S,
			(long long)(row_int(&rows, 2) - row_int(&rows, 1)) / HOUR_S);
	row_done(&rows);
	return text;
}

static void only_what_differs_is_written(void **state)
{
	struct rig *r = *state;
	struct stored_window w[] = { on_day(0), on_day(1), on_day(2), on_day(3) };
	assert_true(follow(r, &r->of, w, 3, 0, 0));
	assert_string_equal(rows_of(r), " 1:0+1 2:1+1 3:2+1");
	assert_false(follow(r, &r->of, w, 3, 0, 0));
	w[1].end += HOUR_S;
	assert_true(follow(r, &r->of, w, 3, 0, 0));
	assert_string_equal(rows_of(r), " 1:0+1 4:1+2 3:2+1");
	assert_true(follow(r, &r->of, w + 1, 3, 0, 0)); /* time goes by */
	assert_string_equal(rows_of(r), " 4:1+2 3:2+1 5:3+1");
	assert_true(follow(r, &r->of, NULL, 0, 0, 0));
	assert_string_equal(rows_of(r), "");
}

/* One moved onto another's slot: both begin at once. */
static void two_at_the_same_time(void **state)
{
	struct rig *r = *state;
	struct stored_window w[] = { on_day(0), on_day(1), on_day(2) };
	w[2].start = w[1].start;
	w[2].end = w[1].end;
	assert_true(follow(r, &r->of, w, 3, 0, 0));
	assert_string_equal(rows_of(r), " 1:0+1 2:1+1 3:1+1");
	assert_false(follow(r, &r->of, w, 3, 0, 0));
	const struct stored_window swapped[] = { w[0], w[2], w[1] };
	assert_false(follow(r, &r->of, swapped, 3, 0, 0));
}

static void a_range_leaves_the_rest_alone(void **state)
{
	struct rig *r = *state;
	const struct stored_window w[] = { on_day(0), on_day(1), on_day(2), on_day(3) };
	follow(r, &r->of, w, 4, 0, 0);
	assert_true(follow(r, &r->of, w + 2, 1, w[1].start, w[3].start));
	assert_string_equal(rows_of(r), " 1:0+1 3:2+1 4:3+1");
	assert_true(follow(r, &r->of, NULL, 0, w[3].start, w[3].start + 1));
	assert_string_equal(rows_of(r), " 1:0+1 3:2+1");
}

/* An occurrence with a room of its own, or in the same one, is no window of the series. */
static void own_occurrences_are_apart(void **state)
{
	struct rig *r = *state;
	const struct stored_window w[] = { on_day(0), on_day(1) };
	struct scheduled_conference own = r->of;
	own.recurring_conference = FIELD_NULL;
	own.original_start_time = w[1].original_start;
	follow(r, &r->of, w, 1, 0, 0);
	assert_true(follow(r, &own, w + 1, 1, 0, 0));
	assert_false(follow(r, &r->of, w, 1, 0, 0));
	assert_false(follow(r, &own, w + 1, 1, 0, 0));
	assert_string_equal(rows_of(r), " 1:0+1 2:1+1");
	follow(r, &own, NULL, 0, 0, 0);
	assert_string_equal(rows_of(r), " 1:0+1");
}

static void another_meeting_in_the_room_is_apart(void **state)
{
	struct rig *r = *state;
	const struct stored_window w[] = { on_day(0), on_day(1) };
	struct scheduled_conference other = r->of;
	other.ews_item_uid = "uid-2";
	follow(r, &r->of, w, 1, 0, 0);
	follow(r, &other, w + 1, 1, 0, 0);
	follow(r, &r->of, NULL, 0, 0, 0);
	assert_string_equal(rows_of(r), " 2:1+1");
}

static void one_is_put_and_taken_away(void **state)
{
	struct rig *r = *state;
	const struct stored_window w[] = { on_day(0), on_day(1) };
	struct stored_window longer = w[1];
	follow(r, &r->of, w, 2, 0, 0);
	longer.end += 2 * HOUR_S;
	assert_true(window_put(r->f.store, &r->of, &longer, false, NULL));
	assert_string_equal(rows_of(r), " 1:0+1 3:1+3");
	assert_true(window_put(r->f.store, &r->of, &longer, true, NULL));
	assert_string_equal(rows_of(r), " 1:0+1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(only_what_differs_is_written),
		TEST(two_at_the_same_time),
		TEST(a_range_leaves_the_rest_alone),
		TEST(own_occurrences_are_apart),
		TEST(another_meeting_in_the_room_is_apart),
		TEST(one_is_put_and_taken_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
