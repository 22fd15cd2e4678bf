#include "auth/sign_ins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t now_ms;
static struct sign_ins *all;

static int64_t test_now(void)
{
	return now_ms;
}

static int setup(void **state)
{
	(void)state;
	now_ms = 1000;
	all = sign_ins_new(test_now);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sign_ins_free(&all);
	assert_null(all);
	sign_ins_free(&all);
	return 0;
}

static struct identity user(const char *key)
{
	struct identity who = { .kind = IDENTITY_EXCHANGE };
	snprintf(who.user, sizeof(who.user), "%s", key);
	return who;
}

static struct sign_in begin(int64_t connector, const char *key)
{
	struct identity who = user(key);
	struct sign_in s;
	struct err err = { 0 };
	if (!sign_ins_begin(all, connector, &who, &s, &err))
		fail_msg("%s", err.text);
	return s;
}

static bool waits(const struct sign_in *s)
{
	struct sign_in found;
	struct err err;
	return sign_ins_find(all, s->connector, s->state, &found, &err);
}

static void the_whole_way(void **state)
{
	(void)state;
	struct identity olga = user("olga");
	struct sign_in s = begin(1, "olga"), found;
	struct err err;
	char code[SIGN_IN_SECRET_LEN + 1];
	assert_int_equal(strlen(s.state), SIGN_IN_SECRET_LEN);
	assert_int_equal(strlen(s.verifier), SIGN_IN_SECRET_LEN);
	assert_string_not_equal(s.state, s.nonce);
	assert_string_not_equal(s.nonce, s.verifier);
	assert_true(waits(&s));
	assert_true(waits(&s));
	assert_true(sign_ins_take(all, 1, s.state, &found, &err));
	assert_string_equal(found.nonce, s.nonce);
	assert_string_equal(found.who.user, "olga");
	assert_false(waits(&s)); /* one use */
	assert_false(sign_ins_take(all, 1, s.state, &found, &err));
	assert_int_equal(err.code, ERR_DENIED);
	strcpy(found.email, "olga@example.com");
	assert_true(sign_ins_prove(all, &found, code, &err));
	assert_false(sign_ins_take(all, 1, code, &s, &err)); /* no state */
	assert_true(sign_ins_redeem(all, 1, &olga, code, &s, &err));
	assert_string_equal(s.email, "olga@example.com");
	assert_false(sign_ins_redeem(all, 1, &olga, code, &s, &err)); /* one use */
}

static void a_code_is_for_the_user_who_asked(void **state)
{
	(void)state;
	struct identity mallory = user("mallory"), olga = user("olga"), entra = olga;
	entra.kind = IDENTITY_ENTRA;
	const struct identity *const others[] = { &mallory, &entra };
	struct sign_in s, found;
	struct err err;
	char code[SIGN_IN_SECRET_LEN + 1];
	for (int i = 0; i < 3; i++) {
		s = begin(1, "olga");
		assert_true(sign_ins_take(all, 1, s.state, &found, &err));
		assert_true(sign_ins_prove(all, &found, code, &err));
		assert_false(sign_ins_redeem(
			all, i == 2 ? 2 : 1, i == 2 ? &olga : others[i], code, &s, &err));
		assert_int_equal(err.code, ERR_DENIED);
		/* Whoever tried another's has spent it; on another integration it is not found. */
		assert_int_equal(sign_ins_redeem(all, 1, &olga, code, &s, &err), i == 2);
	}
}

static void integrations_are_apart(void **state)
{
	(void)state;
	struct sign_in s = begin(1, "olga"), found;
	struct err err;
	assert_false(sign_ins_find(all, 2, s.state, &found, &err));
	assert_false(sign_ins_take(all, 2, s.state, &found, &err));
	assert_true(waits(&s));
}

static void invented_secrets(void **state)
{
	(void)state;
	struct identity olga = user("olga");
	struct sign_in found;
	struct err err;
	begin(1, "olga");
	static const char *const bad[] = { "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	for (size_t i = 0; i < 4; i++) {
		assert_false(sign_ins_take(all, 1, bad[i], &found, &err));
		assert_false(sign_ins_redeem(all, 1, &olga, bad[i], &found, &err));
	}
}

static void they_live_ten_minutes(void **state)
{
	(void)state;
	struct sign_in s = begin(1, "olga"), found;
	struct err err;
	struct identity olga = user("olga");
	char code[SIGN_IN_SECRET_LEN + 1];
	now_ms += SIGN_IN_LIFE_S * 1000LL - 1;
	assert_true(waits(&s));
	assert_true(sign_ins_take(all, 1, s.state, &found, &err));
	assert_true(sign_ins_prove(all, &found, code, &err));
	now_ms += SIGN_IN_LIFE_S * 1000LL;
	assert_false(sign_ins_redeem(all, 1, &olga, code, &found, &err));
	s = begin(1, "olga");
	now_ms += SIGN_IN_LIFE_S * 1000LL;
	assert_false(waits(&s));
}

static void a_user_has_so_many(void **state)
{
	(void)state;
	struct sign_in s[SIGN_INS_PER_USER + 1], other = begin(1, "ben");
	for (int i = 0; i <= SIGN_INS_PER_USER; i++) {
		now_ms++;
		s[i] = begin(1, "olga");
	}
	assert_false(waits(&s[0]));
	for (int i = 1; i <= SIGN_INS_PER_USER; i++)
		assert_true(waits(&s[i]));
	assert_true(waits(&other));
}

static void all_together_are_bounded(void **state)
{
	(void)state;
	char key[32];
	struct identity last = user("last");
	struct sign_in s;
	struct err err;
	for (int i = 0; i < SIGN_INS_MAX; i++) {
		snprintf(key, sizeof(key), "u%d", i);
		begin(1, key);
	}
	assert_false(sign_ins_begin(all, 1, &last, &s, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(err.retry_after_ms, SIGN_IN_RETRY_MS);
	now_ms += SIGN_IN_LIFE_S * 1000LL;
	begin(1, "last");
}

static void few_ask_the_provider_at_once(void **state)
{
	(void)state;
	struct err err;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < SIGN_INS_ASKING_MAX; i++)
			assert_true(sign_ins_ask(all, &err));
		assert_false(sign_ins_ask(all, &err));
		assert_int_equal(err.code, ERR_BUSY);
		for (int i = 0; i < SIGN_INS_ASKING_MAX; i++)
			sign_ins_asked(all);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_whole_way),
		T(a_code_is_for_the_user_who_asked),
		T(integrations_are_apart),
		T(invented_secrets),
		T(they_live_ten_minutes),
		T(a_user_has_so_many),
		T(all_together_are_bounded),
		T(few_ask_the_provider_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
