#include "model/series.h"

#include "base/iso8601.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

static int64_t at(const char *text)
{
	int64_t ret;
	assert_true(iso8601_parse(text, &ret));
	return ret;
}

/* A series as Exchange would tell it; exceptions are the caller's. */
static struct series of(const char *rule, const char *zone, const char *start, const char *end,
	struct meeting_exception *exceptions, size_t n)
{
	static struct recurrence kept;
	struct series s;
	struct err err;
	assert_true(recurrence_parse(rule, &kept, &err));
	struct meeting m = { .type = MEETING_SERIES,
		.start = at(start),
		.end = at(end),
		.zone = zone,
		.recurrence = &kept,
		.exceptions = exceptions,
		.n_exceptions = n };
	if (!series_of(&m, &s, &err))
		fail_msg("%s", err.text);
	return s;
}

/* "start/end start/end ..." without seconds, '*' behind exceptions. */
static void expands_to(const struct series *s, const char *from, const char *until, size_t max,
	const char *expected)
{
	struct occurrence o[MOST];
	char text[MOST * 40] = "", start[ISO8601_LEN + 1], end[ISO8601_LEN + 1];
	bool more;
	size_t n = series_expand(s, at(from), at(until), o, max, &more);
	for (size_t i = 0; i < n; i++) {
		iso8601_format(o[i].start, start);
		iso8601_format(o[i].end, end);
		sprintf(text + strlen(text), "%s%.16s/%.5s%s", i ? " " : "", start, end + 11,
			o[i].exception ? "*" : "");
	}
	if (more)
		strcat(text, " ...");
	assert_string_equal(text, expected);
}

static void the_wall_clock_stays_over_summer_time(void **state)
{
	(void)state;
	struct series s = of("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;WKST=MO;START=2026-03-16",
		"W. Europe Standard Time", "2026-03-16T08:00:00Z", "2026-03-16T09:00:00Z", NULL, 0);
	expands_to(&s, "2026-03-20T00:00:00Z", "2026-04-07T00:00:00Z", MOST,
		"2026-03-23T08:00/09:00 2026-03-30T07:00/08:00 2026-04-06T07:00/08:00");
	s = of("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;WKST=MO;START=2026-03-16", "Australia/Sydney",
		"2026-03-15T22:00:00Z", "2026-03-15T23:00:00Z", NULL, 0);
	expands_to(&s, "2026-03-28T00:00:00Z", "2026-04-07T00:00:00Z", MOST,
		"2026-03-29T22:00/23:00 2026-04-05T23:00/00:00");
}

static void gap_and_overlap(void **state)
{
	(void)state;
	struct series s = of("FREQ=DAILY;INTERVAL=1;START=2026-03-27", "Europe/Berlin",
		"2026-03-27T01:30:00Z", "2026-03-27T02:15:00Z", NULL, 0);
	expands_to(&s, "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z", MOST,
		"2026-03-28T01:30/02:15 2026-03-29T01:30/02:15 2026-03-30T00:30/01:15");
	expands_to(&s, "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z", MOST,
		"2026-10-24T00:30/01:15 2026-10-25T01:30/02:15 2026-10-26T01:30/02:15");
}

static void all_day_is_midnight_to_midnight_of_the_zone(void **state)
{
	(void)state;
	struct series s = of("FREQ=DAILY;INTERVAL=1;START=2026-03-28", "Europe/Berlin",
		"2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", NULL, 0);
	assert_int_equal(s.time_of_day, 0);
	assert_int_equal(s.length, 86400);
	expands_to(&s, "2026-03-28T23:00:00Z", "2026-03-30T00:00:00Z", MOST,
		"2026-03-28T23:00/22:00 2026-03-29T22:00/22:00");
}

static void a_window_holds_what_is_not_over(void **state)
{
	(void)state;
	struct series s = of("FREQ=DAILY;INTERVAL=1;START=2026-01-05;COUNT=5", "UTC",
		"2026-01-05T09:00:00Z", "2026-01-07T10:00:00Z", NULL, 0); /* 49 hours long */
	expands_to(&s, "2026-01-08T09:59:59Z", "2026-01-09T09:00:00Z", MOST,
		"2026-01-06T09:00/10:00 2026-01-07T09:00/10:00 2026-01-08T09:00/10:00");
	expands_to(&s, "2026-01-08T10:00:00Z", "2026-01-09T09:00:01Z", MOST,
		"2026-01-07T09:00/10:00 2026-01-08T09:00/10:00 2026-01-09T09:00/10:00");
	expands_to(&s, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", 2,
		"2026-01-05T09:00/10:00 2026-01-06T09:00/10:00 ...");
	expands_to(&s, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", 0, " ...");
	expands_to(&s, "2026-01-11T10:00:00Z", "2030-01-01T00:00:00Z", MOST, "");
	assert_int_equal(series_end(&s), at("2026-01-11T10:00:00Z"));
}

static void exceptions_move_and_delete(void **state)
{
	(void)state;
	struct meeting_exception e[] = {
		{ at("2026-01-08T09:00:00Z"), 0, 0, true },
		{ at("2026-01-06T09:00:00Z"), at("2026-01-06T14:00:00Z"),
			at("2026-01-06T16:00:00Z"), false },
		/* moved over its neighbours, out of the range */
		{ at("2026-01-05T09:00:00Z"), at("2026-01-20T09:00:00Z"),
			at("2026-01-20T10:00:00Z"), false },
		{ at("2026-01-09T09:00:00Z"), at("2026-01-04T09:00:00Z"),
			at("2026-01-04T10:00:00Z"), false },
	};
	struct series s = of("FREQ=DAILY;INTERVAL=1;START=2026-01-05;COUNT=5", "UTC",
		"2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z", e, 4);
	expands_to(&s, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", MOST,
		"2026-01-04T09:00/10:00* 2026-01-06T14:00/16:00* 2026-01-07T09:00/10:00 "
		"2026-01-20T09:00/10:00*");
	expands_to(&s, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 2,
		"2026-01-04T09:00/10:00* 2026-01-06T14:00/16:00* ...");
	assert_int_equal(series_end(&s), at("2026-01-20T10:00:00Z"));
	struct occurrence o;
	assert_true(series_next(&s, at("2026-01-06T16:00:00Z"), &o));
	assert_int_equal(o.index, 3);
	assert_true(series_next(&s, at("2026-01-07T10:00:00Z"), &o));
	assert_int_equal(o.index, 1);
	assert_int_equal(o.original_start, at("2026-01-05T09:00:00Z"));
	assert_true(o.exception);
	assert_false(series_next(&s, at("2026-01-20T10:00:00Z"), &o));
	assert_true(series_has(&s, at("2026-01-08T09:00:00Z")));
	assert_false(series_has(&s, at("2026-01-10T09:00:00Z")));
	assert_false(series_has(&s, at("2026-01-06T14:00:00Z")));
}

static void a_series_may_be_deleted_to_its_last(void **state)
{
	(void)state;
	struct meeting_exception e[] = { { at("2026-01-05T09:00:00Z"), 0, 0, true },
		{ at("2026-01-06T09:00:00Z"), 0, 0, true } };
	struct series s = of("FREQ=DAILY;INTERVAL=1;START=2026-01-05;COUNT=2", "UTC",
		"2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z", e, 2);
	struct occurrence o;
	assert_true(series_end(&s) == INT64_MIN);
	assert_false(series_next(&s, INT64_MIN, &o));
	s.n_exceptions = 1;
	assert_int_equal(series_end(&s), at("2026-01-06T10:00:00Z"));
}

static void without_end(void **state)
{
	(void)state;
	struct series s = of("FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=29;START=2028-02-29",
		"America/New_York", "2028-02-29T15:00:00Z", "2028-02-29T15:30:00Z", NULL, 0);
	struct occurrence o;
	assert_true(series_end(&s) == INT64_MAX);
	assert_true(series_next(&s, at("2100-03-01T00:00:00Z"), &o));
	assert_int_equal(o.start, at("2101-02-28T15:00:00Z"));
	assert_int_equal(o.index, 74);
	assert_false(series_next(&s, INT64_MAX, &o));
	assert_true(series_next(&s, INT64_MIN, &o));
	assert_int_equal(o.index, 1);
}

/* The organiser's server had other rules of the zone, or ours are newer. */
static void a_time_that_is_nearly_right_is_identified(void **state)
{
	(void)state;
	struct meeting_exception e[] = { { at("2026-07-06T08:00:00Z"), 0, 0, true },
		{ at("2026-07-06T07:00:00Z"), at("2026-07-06T12:00:00Z"),
			at("2026-07-06T13:00:00Z"), false } };
	struct series s = of("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;WKST=MO;START=2026-01-05",
		"Europe/Berlin", "2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", e, 2);
	int64_t found;
	assert_true(series_identify(&s, at("2026-07-06T08:00:00Z"), &found));
	assert_int_equal(found, at("2026-07-06T07:00:00Z"));
	assert_false(series_identify(&s, at("2026-07-06T10:00:00Z"), &found));
	assert_false(series_identify(&s, at("2026-07-07T07:00:00Z"), &found));
	assert_false(series_identify(&s, INT64_MIN, &found));
	assert_false(series_identify(&s, INT64_MAX, &found));
	expands_to(&s, "2026-07-06T00:00:00Z", "2026-07-14T00:00:00Z", MOST,
		"2026-07-06T12:00/13:00* 2026-07-13T07:00/08:00");
}

/* Kept while the zone had other rules: the moved one stays where it is, and is not there twice. */
static void kept_exceptions_are_settled(void **state)
{
	(void)state;
	struct meeting_exception e[] = { { at("2026-07-13T08:00:00Z"), at("2026-07-13T12:00:00Z"),
						 at("2026-07-13T13:00:00Z"), false },
		{ at("2026-07-06T08:00:00Z"), 0, 0, true } };
	struct series s = of("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;WKST=MO;START=2026-01-05",
		"Europe/Berlin", "2026-01-05T08:00:00Z", "2026-01-05T09:00:00Z", NULL, 0);
	series_settle(&s, e, 2);
	assert_int_equal(e[1].original_start, at("2026-07-13T07:00:00Z"));
	expands_to(&s, "2026-07-01T00:00:00Z", "2026-07-21T00:00:00Z", MOST,
		"2026-07-13T12:00/13:00* 2026-07-20T07:00/08:00");
}

static void what_is_no_series(void **state)
{
	(void)state;
	struct recurrence rule = { .interval = 1 };
	struct series s;
	struct err err;
	struct meeting m = { .start = 0, .end = 3600, .zone = "UTC", .recurrence = &rule };
	assert_true(series_of(&m, &s, &err));
	m.zone = "";
	assert_false(series_of(&m, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	m.zone = "Nowhere Standard Time";
	assert_false(series_of(&m, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "Nowhere Standard Time"));
	m.zone = "UTC";
	rule.interval = 0;
	assert_false(series_of(&m, &s, &err));
	assert_int_equal(err.code, ERR_INVALID);
	rule.interval = 1;
	m.end = MEETING_NO_TIME;
	assert_false(series_of(&m, &s, &err));
	m.end = -5; /* ends before it starts: no length */
	assert_true(series_of(&m, &s, &err));
	assert_int_equal(s.length, 0);
	m.recurrence = NULL;
	assert_false(series_of(&m, &s, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wall_clock_stays_over_summer_time),
		cmocka_unit_test(gap_and_overlap),
		cmocka_unit_test(all_day_is_midnight_to_midnight_of_the_zone),
		cmocka_unit_test(a_window_holds_what_is_not_over),
		cmocka_unit_test(exceptions_move_and_delete),
		cmocka_unit_test(a_series_may_be_deleted_to_its_last),
		cmocka_unit_test(without_end),
		cmocka_unit_test(a_time_that_is_nearly_right_is_identified),
		cmocka_unit_test(kept_exceptions_are_settled),
		cmocka_unit_test(what_is_no_series),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
