#include "base/log_quota.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[32];

static int setup(void **state)
{
	(void)state;
	struct err err;
	strcpy(directory, "/tmp/vmrd-quota-XXXXXX");
	return mkdtemp(directory) && log_open(directory, LOG_LEVEL_INFO, false, &err) ? 0 : -1;
}

static const char *path(const char *file)
{
	static char text[64];
	snprintf(text, sizeof(text), "%s/%s", directory, file);
	return text;
}

static int teardown(void **state)
{
	(void)state;
	log_close();
	unlink(path("administrator.log"));
	unlink(path("support.log"));
	return rmdir(directory);
}

static const char *logged(void)
{
	static char text[4096];
	FILE *f = fopen(path("administrator.log"), "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static int take(struct log_quota *quota, int times, int64_t now_ms)
{
	int taken = 0;
	for (int i = 0; i < times; i++)
		taken += log_quota_take(quota, now_ms);
	return taken;
}

static void a_minute_has_so_many_lines_and_one_for_the_rest(void **state)
{
	(void)state;
	int64_t now = 7 * LOG_QUOTA_MS;
	struct log_quota *quota = log_quota_new("client");
	assert_int_equal(take(quota, LOG_QUOTA_LINES + 3, now), LOG_QUOTA_LINES);
	log_quota_tell(quota, now + LOG_QUOTA_MS - 1);
	assert_int_equal(take(quota, 2, now + LOG_QUOTA_MS - 1), 0);
	assert_string_equal(logged(), "");
	log_quota_tell(quota, now + LOG_QUOTA_MS);
	assert_non_null(strstr(logged(),
		"Message=\"5 more refused requests were not logged\" Listener=\"client\"\n"));
	assert_int_equal(take(quota, 2, now + LOG_QUOTA_MS), 2);
	log_quota_free(&quota);
	assert_null(strchr(strchr(logged(), '\n') + 1, '\n'));
}

static void nothing_left_out_is_not_told(void **state)
{
	(void)state;
	struct log_quota *quota = log_quota_new("client");
	assert_int_equal(take(quota, LOG_QUOTA_LINES, LOG_QUOTA_MS), LOG_QUOTA_LINES);
	log_quota_tell(quota, 2 * LOG_QUOTA_MS);
	log_quota_free(&quota);
	assert_string_equal(logged(), "");
}

static void the_next_line_and_the_end_tell_too(void **state)
{
	(void)state;
	struct log_quota *quota = log_quota_new("client");
	take(quota, LOG_QUOTA_LINES + 1, LOG_QUOTA_MS);
	assert_int_equal(take(quota, LOG_QUOTA_LINES + 2, 2 * LOG_QUOTA_MS), LOG_QUOTA_LINES);
	assert_non_null(strstr(logged(), "\"1 more refused"));
	log_quota_free(&quota);
	assert_non_null(strstr(logged(), "\"2 more refused"));
}

static void no_quota_is_no_bound(void **state)
{
	(void)state;
	assert_int_equal(take(NULL, 2 * LOG_QUOTA_LINES, 0), 2 * LOG_QUOTA_LINES);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_minute_has_so_many_lines_and_one_for_the_rest),
		T(nothing_left_out_is_not_told),
		T(the_next_line_and_the_end_tell_too),
		T(no_quota_is_no_bound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
