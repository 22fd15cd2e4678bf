#include "store/allowance.h"
#include "store/aliases.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

static struct fixture f;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static void allow(int64_t per_hour)
{
	struct err err;
	must(store_exec(f.store, &err,
		     "UPDATE global_settings SET alias_requests_per_user_per_hour = $1", "i",
		     per_hour),
		&err);
}

static bool charge(const char *user, int64_t now, struct err *err)
{
	*err = (struct err){ 0 };
	must(store_begin(f.store, err), err);
	bool ok = allowance_charge(f.store, user, now, err);
	if (ok)
		must(store_commit(f.store, err), err);
	else
		store_rollback(f.store);
	return ok;
}

static int charged(const char *user, int times, int64_t now)
{
	struct err err;
	int n = 0;
	for (int i = 0; i < times; i++)
		n += charge(user, now, &err);
	return n;
}

static int64_t users(void)
{
	struct rows rows;
	struct err err;
	must(store_query(f.store, &rows, &err, "SELECT count(*) FROM alias_allowance", ""), &err);
	must(row_next(&rows, &err), &err);
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static void the_shipped_allowance_is_60_an_hour(void **state)
{
	(void)state;
	assert_int_equal(charged("ada", 100, NOW), 60);
}

static void it_is_refilled_evenly(void **state)
{
	(void)state;
	struct err err;
	allow(4);
	assert_int_equal(charged("ada", 9, NOW), 4);
	assert_int_equal(charged("ada", 9, NOW + 899), 0);
	assert_int_equal(charged("ada", 9, NOW + 900), 1);
	assert_false(charge("ada", NOW + 1000, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(err.retry_after_ms, 800000);
	assert_string_equal(err.text,
		"You have asked for too many rooms (4 an hour are allowed); try again in 14 "
		"minutes");
	assert_false(charge("ada", NOW + 1799, &err));
	assert_non_null(strstr(err.text, "try again in 1 minute"));
	assert_null(strstr(err.text, "minutes"));
	assert_int_equal(charged("ada", 9, NOW + 1800 + 3600), 4);
}

static void others_have_their_own(void **state)
{
	(void)state;
	allow(1);
	for (int i = 0; i < 100; i++)
		assert_int_equal(charged(arena_printf(&f.arena, "user %d", i), 3, NOW), 1);
	assert_int_equal(users(), 100);
}

static void none_means_no_limit_and_keeps_nothing(void **state)
{
	(void)state;
	allow(0);
	assert_int_equal(charged("ada", 200, NOW), 200);
	assert_int_equal(users(), 0);
}

static void what_is_rolled_back_is_not_charged(void **state)
{
	(void)state;
	struct err err;
	allow(1);
	must(store_begin(f.store, &err), &err);
	assert_true(allowance_charge(f.store, "ada", NOW, &err));
	store_rollback(f.store);
	assert_int_equal(charged("ada", 2, NOW), 1);
}

static void a_clock_set_back_locks_nobody_out(void **state)
{
	(void)state;
	allow(2);
	assert_int_equal(charged("ada", 3, NOW + 86400), 2);
	assert_int_equal(charged("ada", 3, NOW), 2);
}

static void a_smaller_allowance_counts_at_once(void **state)
{
	(void)state;
	allow(100);
	assert_int_equal(charged("ada", 50, NOW), 50);
	allow(2);
	assert_int_equal(charged("ada", 5, NOW), 1);
}

static void whole_allowances_and_names_are_not_kept(void **state)
{
	(void)state;
	struct err err;
	struct rows rows;
	allow(2);
	assert_int_equal(charged("ada@example.com", 1, NOW), 1);
	must(store_query(f.store, &rows, &err, "SELECT user_digest FROM alias_allowance", ""),
		&err);
	must(row_next(&rows, &err), &err);
	assert_int_equal(strlen(row_text(&rows, 0)), 64);
	assert_null(strstr(row_text(&rows, 0), "ada"));
	row_done(&rows);
	must(aliases_expire(f.store, NOW + 1799, NULL, &err), &err);
	assert_int_equal(users(), 1);
	must(aliases_expire(f.store, NOW + 1800, NULL, &err), &err);
	assert_int_equal(users(), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_shipped_allowance_is_60_an_hour),
		T(it_is_refilled_evenly),
		T(others_have_their_own),
		T(none_means_no_limit_and_keeps_nothing),
		T(what_is_rolled_back_is_not_charged),
		T(a_clock_set_back_locks_nobody_out),
		T(a_smaller_allowance_counts_at_once),
		T(whole_allowances_and_names_are_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
