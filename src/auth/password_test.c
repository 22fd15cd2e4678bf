#include "auth/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void a_hash_verifies_its_own_password_only(void **state)
{
	(void)state;
	struct err err;
	char hash[PASSWORD_HASH_MAX], again[PASSWORD_HASH_MAX];
	assert_true(password_hash("correct horse", hash, &err));
	assert_memory_equal(hash, "$argon2id$", 10);
	assert_null(strstr(hash, "correct"));
	assert_true(password_verify(hash, "correct horse"));
	assert_false(password_verify(hash, "correct horsf"));
	assert_false(password_verify(hash, ""));
	assert_true(password_hash("correct horse", again, &err));
	assert_string_not_equal(hash, again); /* salted */
}

static void what_is_no_hash_verifies_nothing(void **state)
{
	(void)state;
	char huge[4096];
	memset(huge, '$', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	assert_false(password_verify("", ""));
	assert_false(password_verify("correct horse", "correct horse"));
	assert_false(password_verify("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$", ""));
	assert_false(password_verify(huge, "x"));
}

static void length_is_limited(void **state)
{
	(void)state;
	struct err err;
	char hash[PASSWORD_HASH_MAX] = "untouched", password[PASSWORD_LEN_MAX + 2];
	memset(password, 'p', sizeof(password));
	password[PASSWORD_LEN_MAX + 1] = '\0';
	assert_false(password_hash(password, hash, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(hash, "untouched");
	password[PASSWORD_LEN_MAX] = '\0';
	assert_true(password_hash(password, hash, &err));
	assert_true(password_verify(hash, password));
	password[PASSWORD_LEN_MAX - 1] = '\0';
	assert_false(password_verify(hash, password));
}

static void made_up_passwords_are_easy_to_type_and_differ(void **state)
{
	(void)state;
	char a[PASSWORD_RANDOM_LEN + 1], b[PASSWORD_RANDOM_LEN + 1];
	password_random(a);
	password_random(b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), PASSWORD_RANDOM_LEN);
	assert_null(strpbrk(a, "01ilo"));
	assert_int_equal(strspn(a, "23456789abcdefghjkmnpqrstuvwxyz"), 6);
	assert_int_equal(a[6], '-');
	assert_int_equal(a[PASSWORD_RANDOM_LEN - 7], '-');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_verifies_its_own_password_only),
		cmocka_unit_test(what_is_no_hash_verifies_nothing),
		cmocka_unit_test(length_is_limited),
		cmocka_unit_test(made_up_passwords_are_easy_to_type_and_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
