#include "api/promise_allowance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1800000000LL

static void each_user_gets_so_many_an_hour(void **state)
{
	(void)state;
	struct promise_allowance *a = promise_allowance_new();
	struct err err = { 0 };
	assert_true(promise_allowance_charge(a, "ada", 2, NOW, &err));
	assert_true(promise_allowance_charge(a, "ada", 2, NOW, &err));
	assert_false(promise_allowance_charge(a, "ada", 2, NOW, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(err.retry_after_ms, 1800000);
	assert_non_null(strstr(err.text, "try again in 30 minutes"));
	/* A refusal costs nothing. */
	assert_false(promise_allowance_charge(a, "ada", 2, NOW + 1799, &err));
	assert_true(promise_allowance_charge(a, "ada", 2, NOW + 1800, &err));
	assert_true(promise_allowance_charge(a, "bob", 2, NOW, &err));
	for (int i = 0; i < 100; i++)
		assert_true(promise_allowance_charge(a, "mia", 0, NOW, &err));
	promise_allowance_free(&a);
	assert_null(a);
	promise_allowance_free(&a);
}

static void many_users_fit(void **state)
{
	(void)state;
	struct promise_allowance *a = promise_allowance_new();
	struct err err = { 0 };
	char user[32];
	for (int i = 0; i < 3 * PROMISE_USERS; i++) {
		snprintf(user, sizeof(user), "user %d", i);
		assert_true(promise_allowance_charge(a, user, 1, NOW, &err));
	}
	assert_false(promise_allowance_charge(a, user, 1, NOW, &err)); /* the last is still there */
	promise_allowance_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_user_gets_so_many_an_hour),
		cmocka_unit_test(many_users_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
