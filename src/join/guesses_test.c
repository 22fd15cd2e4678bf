#include "join/guesses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

enum { START = 1000000, MINUTE = 60000 };

static int spend(struct guesses *g, const char *who, const char *what, int64_t now, int most)
{
	int spent = 0;
	while (spent < most && guesses_ask(g, who, what, now) == GUESSES_HEAR) {
		guesses_wrong(g, who, what, now);
		spent++;
	}
	return spent;
}

static void a_source_has_its_budget_and_gets_it_back(void **state)
{
	(void)state;
	struct guesses *g = guesses_new(30, 0);
	assert_int_equal(spend(g, "192.0.2.1", "", START, 1000), 30);
	assert_int_equal(guesses_ask(g, "192.0.2.1", "", START), GUESSES_NARROW_OVER);
	assert_int_equal(guesses_ask(g, "192.0.2.2", "", START), GUESSES_HEAR);
	/* Half a minute gives half of it back; a long silence the whole, not more. */
	assert_int_equal(spend(g, "192.0.2.1", "", START + MINUTE / 2, 1000), 15);
	assert_int_equal(spend(g, "192.0.2.1", "", START + 100 * MINUTE, 1000), 30);
	guesses_free(&g);
	assert_null(g);
}

static void an_attack_from_many_sources_locks_only_them_out(void **state)
{
	(void)state;
	enum { SOURCES = 100, WIDE = 300 };
	char source[32];
	int heard = 0;
	struct guesses *g = guesses_new(30, WIDE);
	for (int i = 0; i < SOURCES; i++) {
		snprintf(source, sizeof(source), "10.0.0.%d", i);
		heard += spend(g, source, "", START, 30);
	}
	/* Once the wide budget is gone each new source gets one guess, then is known. */
	assert_in_range(heard, WIDE, WIDE + SOURCES);
	snprintf(source, sizeof(source), "10.0.0.%d", SOURCES - 1);
	assert_int_equal(guesses_ask(g, source, "", START), GUESSES_WIDE_OVER);
	assert_int_equal(guesses_ask(g, "198.51.100.7", "", START), GUESSES_HEAR);
	guesses_free(&g);
}

static void a_large_limit_is_still_one(void **state)
{
	(void)state;
	struct guesses *g = guesses_new(100000, 1000000);
	assert_in_range(spend(g, "192.0.2.1", "", START, 200000), 59999, 100000);
	guesses_free(&g);
}

static void zero_means_no_limit(void **state)
{
	(void)state;
	struct guesses *g = guesses_new(0, 0);
	assert_int_equal(spend(g, "192.0.2.1", "", START, 10000), 10000);
	guesses_set(g, 5, 0);
	assert_int_equal(spend(g, "192.0.2.1", "", START + MINUTE, 10000), 5);
	guesses_free(&g);
}

static void few_strangers_share_an_attackers_fate(void **state)
{
	(void)state;
	enum { ATTACKERS = 1000, STRANGERS = 1000 };
	char source[32];
	int unlucky = 0;
	struct guesses *g = guesses_new(5, 0);
	for (int i = 0; i < ATTACKERS; i++) {
		snprintf(source, sizeof(source), "attacker %d", i);
		for (int n = 0; n < 5; n++)
			guesses_wrong(g, source, "", START);
	}
	for (int i = 0; i < STRANGERS; i++) {
		snprintf(source, sizeof(source), "stranger %d", i);
		unlucky += guesses_ask(g, source, "", START) != GUESSES_HEAR;
	}
	/* (1000/16384)^2 = 0.4 %: about 4 of 1000. */
	assert_in_range(unlucky, 0, 20);
	guesses_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_has_its_budget_and_gets_it_back),
		cmocka_unit_test(an_attack_from_many_sources_locks_only_them_out),
		cmocka_unit_test(a_large_limit_is_still_one),
		cmocka_unit_test(zero_means_no_limit),
		cmocka_unit_test(few_strangers_share_an_attackers_fate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
