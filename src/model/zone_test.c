#include "model/zone.h"

#include "base/iso8601.h"
#include "model/zone_windows.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct zone *zone(const char *text)
{
	const struct zone *found = NULL;
	struct err err;
	if (!zone_open(text, &found, &err))
		fail_msg("%s", err.text);
	return found;
}

static int64_t at(const char *text)
{
	int64_t ret;
	assert_true(iso8601_parse(text, &ret));
	return ret;
}

static void utc_of(const char *name, const char *wall, const char *expected)
{
	char text[ISO8601_LEN + 1];
	iso8601_format(zone_to_utc(zone(name), at(wall)), text);
	assert_string_equal(text, expected);
}

static void a_zone_has_many_names(void **state)
{
	(void)state;
	const struct zone *berlin = zone("Europe/Berlin");
	assert_string_equal(zone_name(berlin), "Europe/Berlin");
	assert_ptr_equal(zone("europe/BERLIN"), berlin);
	assert_ptr_equal(zone("W. Europe Standard Time"), berlin);
	assert_ptr_equal(zone("w. europe standard time"), berlin);
	assert_string_equal(zone_name(zone("america/argentina/buenos_aires")),
		"America/Argentina/Buenos_Aires");
	assert_ptr_equal(zone("UTC"), zone_utc());
	assert_ptr_equal(zone("tzone://Microsoft/Utc"), zone_utc());
	assert_string_equal(zone_name(zone_utc()), "UTC");
	assert_int_equal(zone_to_utc(zone("Asia/Calcutta"), 0), -19800);
	assert_int_equal(zone_to_utc(zone("India Standard Time"), 0), -19800);
}

static void what_is_no_zone_is_named(void **state)
{
	(void)state;
	static const char *const names[] = { "", "(UTC+01:00) Amsterdam, Berlin", "Nowhere/Else",
		"tzone://Microsoft/Custom", "Customized Time Zone", "../../etc/passwd",
		"/etc/passwd", "Europe", "Europe/", "Europe//Berlin", "right/Europe/Berlin",
		"posix/Europe/Berlin", "localtime", "posixrules", "." };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct zone *none;
		struct err err;
		assert_false(zone_open(names[i], &none, &err));
		assert_int_equal(err.code, ERR_NOT_FOUND);
		assert_non_null(strstr(err.text, names[i]));
	}
	struct err err;
	const struct zone *none;
	assert_false(zone_open("zone.tab", &none, &err));
	char longest[ZONE_TEXT_MAX + 2];
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_false(zone_open(longest, &none, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void every_windows_name_has_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < zone_windows_count; i++) {
		zone(zone_windows[i].windows);
		assert_true(
			!i || strcasecmp(zone_windows[i - 1].windows, zone_windows[i].windows) < 0);
	}
}

static void the_gap_is_read_by_the_offset_before_it(void **state)
{
	(void)state;
	utc_of("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z");
	utc_of("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z");
	utc_of("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z");
	utc_of("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z");
	utc_of("Australia/Sydney", "2026-10-04T02:30:00", "2026-10-03T16:30:00Z");
	utc_of("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00Z");
	utc_of("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z");
}

static void the_overlap_is_standard_time(void **state)
{
	(void)state;
	utc_of("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z");
	utc_of("Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T01:00:00Z");
	utc_of("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T01:30:00Z");
	utc_of("Australia/Sydney", "2026-04-05T02:30:00", "2026-04-04T16:30:00Z");
	utc_of("America/New_York", "2099-11-01T01:30:00", "2099-11-01T06:30:00Z");
	utc_of("Europe/Dublin", "2099-10-25T01:30:00", "2099-10-25T01:30:00Z");
}

static void a_wall_clock_comes_back(void **state)
{
	(void)state;
	const struct zone *z = zone("Europe/Berlin");
	for (int64_t utc = at("2026-01-01T00:30:00Z"); utc < at("2027-01-01T00:00:00Z");
		utc += 3600)
		if (zone_to_utc(z, zone_to_wall(z, utc)) != utc)
			assert_int_equal(utc, at("2026-10-25T00:30:00Z")); /* summer's 02:30 */
}

static void the_farthest_times_saturate(void **state)
{
	(void)state;
	const struct zone *z = zone("America/New_York");
	assert_int_equal(zone_to_wall(z, INT64_MAX), ZONE_TIME_MAX - 5 * 3600);
	assert_int_equal(zone_to_utc(z, INT64_MAX), ZONE_TIME_MAX + 5 * 3600);
	assert_true(zone_to_wall(z, INT64_MIN) > INT64_MIN);
	assert_true(zone_to_utc(z, INT64_MIN) > INT64_MIN);
	assert_int_equal(zone_to_utc(zone_utc(), at("9999-12-31T23:59:59Z")), ZONE_TIME_MAX);
}

static void a_custom_zone_brings_its_rules(void **state)
{
	(void)state;
	const char *fixed = "custom:STD-5:45", *north = "custom:STD-1DST-2,M3.5.0/2,M10.5.0/3",
		   *dates = "custom:STD0DST-1,J60/0,J305/24:30";
	assert_string_equal(zone_name(zone(north)), "custom");
	assert_ptr_equal(zone(north), zone("CUSTOM:std-1dst-2,m3.5.0/2,m10.5.0/3"));
	utc_of(fixed, "2026-07-01T05:45:00", "2026-07-01T00:00:00Z");
	utc_of(north, "2026-07-01T12:00:00", "2026-07-01T10:00:00Z");
	utc_of(north, "2026-01-01T12:00:00", "2026-01-01T11:00:00Z");
	utc_of(north, "2026-10-25T02:30:00", "2026-10-25T01:30:00Z");
	utc_of(dates, "2028-03-01T00:30:00", "2028-03-01T00:30:00Z");
	utc_of(dates, "2028-03-01T01:00:00", "2028-03-01T00:00:00Z");
	utc_of(dates, "2028-11-02T00:29:00", "2028-11-02T00:29:00Z");
}

static void a_custom_zones_rules_follow_one_another(void **state)
{
	(void)state;
	const char *text = "custom:STD8DST7,M4.1.0/2,M10.5.0/2;"
			   "2007-01-01T00:00:00=STD8DST7,M3.2.0/2,M11.1.0/2;"
			   "2026-06-01T00:00:00=STD7";
	utc_of(text, "2006-03-20T12:00:00", "2006-03-20T20:00:00Z");
	utc_of(text, "2006-04-20T12:00:00", "2006-04-20T19:00:00Z");
	utc_of(text, "2007-03-20T12:00:00", "2007-03-20T19:00:00Z");
	utc_of(text, "2026-01-20T12:00:00", "2026-01-20T20:00:00Z");
	utc_of(text, "2026-12-20T12:00:00", "2026-12-20T19:00:00Z");
	utc_of(text, "1960-07-20T12:00:00", "1960-07-20T20:00:00Z");
}

static void a_custom_zone_that_makes_no_sense(void **state)
{
	(void)state;
	static const char *const texts[] = { "custom:", "custom:X", "custom:STD", "custom:STD99",
		"custom:STD0DST", "custom:STD0DST-1,M13.1.0,M10.5.0",
		"custom:STD0DST-1,M3.6.0,M10.5.0", "custom:STD0DST-1,M3.5.7,M10.5.0",
		"custom:STD0DST-1,J0,J9", "custom:STD0DST-1,366,9",
		"custom:STD0DST-1,M3.5.0/168,M10.5.0", "custom:STD0DST-1,M3.5.0",
		"custom:STD0;STD1", "custom:STD0;2026-01-01T00:00:00STD1", "custom:STD0;2026=STD1",
		"custom:STD0;2026-01-01T00:00:00=STD1;2025-01-01T00:00:00=STD2",
		"custom:STD0DST-1,M3.5.0,M10.5.0;9000-01-01T00:00:00=STD1" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const struct zone *none;
		struct err err;
		assert_false(zone_open(texts[i], &none, &err));
		assert_true(err.code == ERR_INVALID || err.code == ERR_LIMIT);
	}
}

static void there_is_a_limit_of_custom_zones(void **state)
{
	(void)state;
	const struct zone *ignored;
	struct err err;
	int opened = 0;
	char text[40];
	do
		snprintf(text, sizeof(text), "custom:STD%d:%02d:%02d", opened / 3600,
			opened / 60 % 60, opened % 60);
	while (zone_open(text, &ignored, &err) && ++opened <= ZONE_CUSTOM_MAX);
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(opened > ZONE_CUSTOM_MAX / 2 && opened <= ZONE_CUSTOM_MAX);
	zone("custom:STD0:00:00"); /* one that is known is still given */
}

static void copy_file(const char *from, const char *directory)
{
	char temporary[200], path[200], bytes[10000];
	snprintf(temporary, sizeof(temporary), "%s/new", directory);
	snprintf(path, sizeof(path), "%s/Here", directory);
	FILE *in = fopen(from, "rb"), *out = fopen(temporary, "wb");
	assert_true(in && out);
	size_t len = fread(bytes, 1, sizeof(bytes), in);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	fclose(in);
	fclose(out);
	assert_int_equal(rename(temporary, path), 0);
}

static void rules_that_change_on_disk_are_read_anew(void **state)
{
	(void)state;
	char directory[] = "/tmp/vmrd-zone-XXXXXX", path[200];
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/Here", directory);
	setenv("TZDIR", directory, 1);
	copy_file("/usr/share/zoneinfo/Europe/Berlin", directory);
	const struct zone *before = zone("here");
	assert_string_equal(zone_name(before), "Here");
	assert_int_equal(zone_to_utc(before, 0), -3600);
	assert_false(zone_refresh());
	copy_file("/usr/share/zoneinfo/Europe/Berlin", directory);
	assert_false(zone_refresh()); /* another file, the same rules */
	assert_ptr_equal(zone("Here"), before);
	copy_file("/usr/share/zoneinfo/Asia/Tokyo", directory);
	assert_true(zone_refresh());
	assert_int_equal(zone_to_utc(zone("Here"), 0), -9 * 3600);
	assert_int_equal(zone_to_utc(before, 0), -3600); /* still readable */
	copy_file("/etc/hostname", directory);           /* damaged, or away */
	assert_false(zone_refresh());
	assert_int_equal(unlink(path), 0);
	assert_false(zone_refresh());
	assert_int_equal(zone_to_utc(zone("Here"), 0), -9 * 3600);
	assert_int_equal(rmdir(directory), 0);
	unsetenv("TZDIR");
}

static void *open_and_read(void *arg)
{
	enum { ROUNDS = 20 };
	for (size_t i = 0; i < ROUNDS * zone_windows_count; i++) {
		const struct zone_windows *w = &zone_windows[i % zone_windows_count];
		const struct zone *z;
		if (!zone_open(i & 1 ? w->windows : w->iana, &z, NULL) ||
			zone_to_utc(z, zone_to_wall(z, 1800000000)) != 1800000000)
			return arg;
	}
	return NULL;
}

static void threads_share_zones(void **state)
{
	enum { THREADS = 4, REFRESHES = 50 };
	(void)state;
	pthread_t threads[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_and_read, threads), 0);
	for (int i = 0; i < REFRESHES; i++)
		assert_false(zone_refresh());
	for (size_t i = 0; i < THREADS; i++) {
		void *failed;
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_has_many_names),
		cmocka_unit_test(what_is_no_zone_is_named),
		cmocka_unit_test(every_windows_name_has_rules),
		cmocka_unit_test(the_gap_is_read_by_the_offset_before_it),
		cmocka_unit_test(the_overlap_is_standard_time),
		cmocka_unit_test(a_wall_clock_comes_back),
		cmocka_unit_test(the_farthest_times_saturate),
		cmocka_unit_test(a_custom_zone_brings_its_rules),
		cmocka_unit_test(a_custom_zones_rules_follow_one_another),
		cmocka_unit_test(a_custom_zone_that_makes_no_sense),
		cmocka_unit_test(there_is_a_limit_of_custom_zones),
		cmocka_unit_test(threads_share_zones),
		cmocka_unit_test(rules_that_change_on_disk_are_read_anew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
