#include "model/recurrence.h"

#include "base/iso8601.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { SUNDAY = 1, MONDAY = 2, TUESDAY = 4, FRIDAY = 32, SATURDAY = 64, WEEKDAY = 62, ANY = 127 };

static int64_t day(int year, int month, int day_of_month)
{
	return days_from_civil(year, month, day_of_month);
}

static int64_t nth(const struct recurrence *rule, int64_t index)
{
	int64_t found;
	assert_true(recurrence_check(rule, NULL));
	assert_true(recurrence_day(rule, index, &found));
	assert_int_equal(recurrence_index(rule, found), index);
	assert_int_equal(recurrence_index(rule, found + 1), index + 1);
	return found;
}

static void days_at_an_interval(void **state)
{
	(void)state;
	struct recurrence rule = { .interval = 3, .start_day = day(2026, 2, 27) };
	assert_int_equal(nth(&rule, 1), day(2026, 2, 27));
	assert_int_equal(nth(&rule, 2), day(2026, 3, 2));
	assert_int_equal(recurrence_index(&rule, day(2026, 2, 28)), 2);
	assert_int_equal(recurrence_index(&rule, INT64_MIN), 1);
	assert_true(recurrence_last(&rule) == INT64_MAX);
}

/* RFC 5545's own example: Tuesday and Sunday of every other week differ by the week's first day. */
static void the_first_day_of_the_week_matters(void **state)
{
	(void)state;
	struct recurrence rule = { .pattern = RECURRENCE_WEEKLY,
		.interval = 2,
		.weekdays = TUESDAY | SUNDAY,
		.first_weekday = 1,
		.start_day = day(1997, 8, 5) };
	assert_int_equal(nth(&rule, 2), day(1997, 8, 10));
	assert_int_equal(nth(&rule, 3), day(1997, 8, 19));
	assert_int_equal(nth(&rule, 4), day(1997, 8, 24));
	rule.first_weekday = 0;
	assert_int_equal(nth(&rule, 2), day(1997, 8, 17));
	assert_int_equal(nth(&rule, 3), day(1997, 8, 19));
	assert_int_equal(nth(&rule, 4), day(1997, 8, 31));
}

static void shorter_months_have_it_on_their_last_day(void **state)
{
	(void)state;
	struct recurrence rule = { .pattern = RECURRENCE_ABSOLUTE_MONTHLY,
		.interval = 1,
		.day_of_month = 31,
		.start_day = day(2027, 12, 31) };
	assert_int_equal(nth(&rule, 2), day(2028, 1, 31));
	assert_int_equal(nth(&rule, 3), day(2028, 2, 29));
	assert_int_equal(nth(&rule, 5), day(2028, 4, 30));
	rule = (struct recurrence){ .pattern = RECURRENCE_ABSOLUTE_YEARLY,
		.interval = 1,
		.month = 2,
		.day_of_month = 29,
		.start_day = day(2028, 2, 29) };
	assert_int_equal(nth(&rule, 2), day(2029, 2, 28));
	assert_int_equal(nth(&rule, 5), day(2032, 2, 29));
}

static void a_start_behind_the_pattern_waits_for_the_next(void **state)
{
	(void)state;
	struct recurrence rule = { .pattern = RECURRENCE_ABSOLUTE_MONTHLY,
		.interval = 2,
		.day_of_month = 5,
		.start_day = day(2026, 1, 6) };
	assert_int_equal(nth(&rule, 1), day(2026, 3, 5));
	rule = (struct recurrence){ .pattern = RECURRENCE_ABSOLUTE_YEARLY,
		.interval = 1,
		.month = 3,
		.day_of_month = 5,
		.start_day = day(2026, 3, 6) };
	assert_int_equal(nth(&rule, 1), day(2027, 3, 5));
	rule.start_day = day(2026, 12, 1);
	assert_int_equal(nth(&rule, 1), day(2027, 3, 5));
	rule.start_day = day(2026, 1, 1);
	assert_int_equal(nth(&rule, 1), day(2026, 3, 5));
}

static void weekdays_of_a_month(void **state)
{
	(void)state;
	struct recurrence rule = { .pattern = RECURRENCE_RELATIVE_MONTHLY,
		.interval = 1,
		.weekdays = FRIDAY,
		.week_index = RECURRENCE_LAST_WEEK,
		.start_day = day(2026, 1, 1) };
	assert_int_equal(nth(&rule, 1), day(2026, 1, 30));
	assert_int_equal(nth(&rule, 2), day(2026, 2, 27));
	rule.week_index = 4;
	assert_int_equal(nth(&rule, 1), day(2026, 1, 23));
	rule.weekdays = ANY;
	assert_int_equal(nth(&rule, 1), day(2026, 1, 4));
	rule.weekdays = WEEKDAY;
	rule.week_index = RECURRENCE_LAST_WEEK;
	assert_int_equal(nth(&rule, 5), day(2026, 5, 29));
	rule.weekdays = SATURDAY | SUNDAY;
	rule.week_index = 1;
	assert_int_equal(nth(&rule, 2), day(2026, 2, 1));
	rule = (struct recurrence){ .pattern = RECURRENCE_RELATIVE_YEARLY,
		.interval = 1,
		.month = 9,
		.weekdays = MONDAY,
		.week_index = 1,
		.start_day = day(2026, 9, 8) };
	assert_int_equal(nth(&rule, 1), day(2027, 9, 6));
}

static void a_range_ends(void **state)
{
	(void)state;
	int64_t ignored;
	struct recurrence rule = { .pattern = RECURRENCE_WEEKLY,
		.interval = 1,
		.weekdays = MONDAY,
		.range = RECURRENCE_NUMBERED,
		.count = 3,
		.start_day = day(2026, 1, 6) };
	assert_int_equal(nth(&rule, 3), day(2026, 1, 26));
	assert_false(recurrence_day(&rule, 4, &ignored));
	assert_false(recurrence_day(&rule, 0, &ignored));
	assert_int_equal(recurrence_last(&rule), 3);
	assert_int_equal(recurrence_index(&rule, day(2030, 1, 1)), 4);
	rule.range = RECURRENCE_END_DATE;
	rule.end_day = day(2026, 1, 26);
	assert_int_equal(recurrence_last(&rule), 3);
	assert_false(recurrence_day(&rule, 4, &ignored));
	rule.end_day = day(2026, 1, 25);
	assert_int_equal(recurrence_last(&rule), 2);
	rule.end_day = day(2026, 1, 11); /* before the first Monday */
	assert_int_equal(recurrence_last(&rule), 0);
	assert_int_equal(recurrence_index(&rule, day(2030, 1, 1)), 1);
	rule.end_day = day(2026, 1, 1);
	assert_int_equal(recurrence_last(&rule), 0);
}

static void the_calendar_ends_in_9999(void **state)
{
	(void)state;
	int64_t ignored;
	struct recurrence rule = { .interval = 999, .start_day = RECURRENCE_DAY_MAX - 999 };
	assert_int_equal(nth(&rule, 2), day(9999, 12, 31));
	assert_false(recurrence_day(&rule, 3, &ignored));
	assert_false(recurrence_day(&rule, INT64_MAX, &ignored));
	assert_int_equal(recurrence_index(&rule, INT64_MAX), 3);
	rule.range = RECURRENCE_NUMBERED;
	rule.count = 5;
	assert_int_equal(recurrence_last(&rule), 2);
	rule.start_day = RECURRENCE_DAY_MIN;
	assert_int_equal(nth(&rule, 1), day(1, 1, 1));
}

static const struct recurrence simple = { .interval = 1, .start_day = 0 };

static void each_limit_is_named(void **state)
{
	(void)state;
	struct err err;
	struct recurrence rule = simple;
#define REFUSED(words, ...)                                                                        \
	rule = simple;                                                                             \
	__VA_ARGS__;                                                                               \
	assert_false(recurrence_check(&rule, &err));                                               \
	assert_int_equal(err.code, ERR_INVALID);                                                   \
	assert_non_null(strstr(err.text, words))
	assert_true(recurrence_check(&rule, &err));
	REFUSED("interval", rule.interval = 0);
	REFUSED("interval", rule.interval = RECURRENCE_INTERVAL_MAX + 1);
	REFUSED("pattern", rule.pattern = (enum recurrence_pattern)6);
	REFUSED("range", rule.range = (enum recurrence_range)3);
	REFUSED("count", rule.range = RECURRENCE_NUMBERED);
	REFUSED("count", rule.range = RECURRENCE_NUMBERED, rule.count = RECURRENCE_COUNT_MAX + 1);
	REFUSED("start day", rule.start_day = RECURRENCE_DAY_MAX + 1);
	REFUSED("start day", rule.start_day = RECURRENCE_DAY_MIN - 1);
	REFUSED("end day", rule.range = RECURRENCE_END_DATE, rule.end_day = RECURRENCE_DAY_MAX + 1);
	REFUSED("weekdays", rule.pattern = RECURRENCE_WEEKLY);
	REFUSED("weekdays", rule.pattern = RECURRENCE_WEEKLY, rule.weekdays = ANY + 1);
	REFUSED("first weekday", rule.pattern = RECURRENCE_WEEKLY, rule.weekdays = 1,
		rule.first_weekday = 7);
	REFUSED("day of month", rule.pattern = RECURRENCE_ABSOLUTE_MONTHLY);
	REFUSED("day of month", rule.pattern = RECURRENCE_ABSOLUTE_MONTHLY, rule.day_of_month = 32);
	REFUSED("week index", rule.pattern = RECURRENCE_RELATIVE_MONTHLY, rule.weekdays = 1);
	REFUSED("month", rule.pattern = RECURRENCE_ABSOLUTE_YEARLY, rule.day_of_month = 1);
}

static void formats_to(const struct recurrence *rule, const char *text)
{
	struct buf b;
	struct recurrence again;
	buf_init(&b, RECURRENCE_TEXT_MAX);
	recurrence_format(rule, &b);
	assert_false(b.overflow);
	assert_string_equal(b.data, text);
	assert_true(recurrence_parse(text, &again, NULL));
	assert_memory_equal(&again, rule, sizeof(again));
	buf_release(&b);
}

static void a_rule_is_one_line_of_text(void **state)
{
	(void)state;
	static const struct recurrence daily = { .interval = 1, .start_day = 20458 };
	static const struct recurrence weekly = { .pattern = RECURRENCE_WEEKLY,
		.range = RECURRENCE_NUMBERED,
		.interval = 2,
		.weekdays = 10,
		.first_weekday = 1,
		.count = 10,
		.start_day = 20458 };
	static const struct recurrence monthly = { .pattern = RECURRENCE_ABSOLUTE_MONTHLY,
		.range = RECURRENCE_END_DATE,
		.interval = 3,
		.day_of_month = 31,
		.start_day = 20458,
		.end_day = 20500 };
	static const struct recurrence relative = { .pattern = RECURRENCE_RELATIVE_YEARLY,
		.range = RECURRENCE_END_DATE,
		.interval = 999,
		.month = 12,
		.weekdays = ANY,
		.week_index = RECURRENCE_LAST_WEEK,
		.start_day = RECURRENCE_DAY_MIN,
		.end_day = RECURRENCE_DAY_MAX };
	formats_to(&daily, "FREQ=DAILY;INTERVAL=1;START=2026-01-05");
	formats_to(&weekly, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=MO;START=2026-01-05;COUNT=10");
	formats_to(&monthly,
		"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31;START=2026-01-05;UNTIL=2026-02-16");
	formats_to(&relative,
		"FREQ=YEARLY;INTERVAL=999;BYMONTH=12;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1;"
		"START=0001-01-01;UNTIL=9999-12-31");
}

static void other_text_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "FREQ", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=1",
		"FREQ=HOURLY;INTERVAL=1;START=2026-01-05",
		"FREQ=DAILY;INTERVAL=1000;START=2026-01-05",
		"FREQ=DAILY;INTERVAL=1;INTERVAL=1;START=2026-01-05",
		"FREQ=DAILY;INTERVAL=1;START=2026-02-30",
		"FREQ=DAILY;INTERVAL=1;START=2026-01-05;COUNT=1;UNTIL=2026-01-05",
		"FREQ=DAILY;INTERVAL=1;START=2026-01-05;COUNT=0",
		"FREQ=DAILY;INTERVAL=1;START=2026-01-05;BYDAY=MO",
		"FREQ=WEEKLY;INTERVAL=1;START=2026-01-05;BYDAY=MO",
		"FREQ=WEEKLY;INTERVAL=1;START=2026-01-05;BYDAY=MO,MO;WKST=SU",
		"FREQ=WEEKLY;INTERVAL=1;START=2026-01-05;BYDAY=MO,;WKST=SU",
		"FREQ=WEEKLY;INTERVAL=1;START=2026-01-05;BYDAY=;WKST=SU",
		"FREQ=MONTHLY;INTERVAL=1;START=2026-01-05;BYDAY=MO;BYSETPOS=5",
		"FREQ=MONTHLY;INTERVAL=1;START=2026-01-05;BYDAY=MO;BYSETPOS=-2",
		"FREQ=MONTHLY;INTERVAL=1;START=2026-01-05;BYDAY=MO;BYSETPOS=0",
		"FREQ=DAILY;INTERVAL=1;START=2026-01-05;X=1",
		"FREQ=DAILY;INTERVAL=1;START=2026-01-05T00:00:00+00:00:00+00:00:00" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct recurrence rule;
		struct err err;
		assert_false(recurrence_parse(texts[i], &rule, &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_at_an_interval),
		cmocka_unit_test(the_first_day_of_the_week_matters),
		cmocka_unit_test(shorter_months_have_it_on_their_last_day),
		cmocka_unit_test(a_start_behind_the_pattern_waits_for_the_next),
		cmocka_unit_test(weekdays_of_a_month),
		cmocka_unit_test(a_range_ends),
		cmocka_unit_test(the_calendar_ends_in_9999),
		cmocka_unit_test(each_limit_is_named),
		cmocka_unit_test(a_rule_is_one_line_of_text),
		cmocka_unit_test(other_text_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
