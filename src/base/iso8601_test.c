#include "base/iso8601.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void instants_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t at;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-23T09:57:35Z", 1795427855 },
		{ "2026-11-23T10:57:35+01:00", 1795427855 },
		{ "2026-11-23T09:57:35.123456Z", 1795427855 },
		{ "2026-11-23T09:57:35", 1795427855 },
		{ "2024-02-29T24:00:00Z", 1709251200 },
		{ "2016-12-31T23:59:60Z", 1483228800 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		int64_t at;
		assert_true(iso8601_parse(good[i].text, &at));
		assert_int_equal(at, good[i].at);
	}
	static const char *const bad[] = { "", "2026-11-23", "2026-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-11-23T25:00:00Z", "2026-11-23T09:57:35X",
		"2026-11-23T24:00:01Z", "0000-01-01T00:00:00Z", "2026-11-23T09:57:35+15:00",
		"2026-11-23T09:57:35.Z" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t at;
		assert_false(iso8601_parse(bad[i], &at));
	}
}

static void every_day_comes_back(void **state)
{
	(void)state;
	for (int64_t day = -800000; day < 800000; day += 7) {
		int64_t year;
		int month, mday;
		civil_from_days(day, &year, &month, &mday);
		assert_int_equal(days_from_civil(year, month, mday), day);
	}
	char text[ISO8601_LEN + 1];
	iso8601_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instants_are_read),
		cmocka_unit_test(every_day_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
