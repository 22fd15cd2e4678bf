/* R4: a clock that is set wrong deletes nothing at once. */
#include "sched/trusted_clock.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { NOW = 1800000000, BOOT = 5000000, MINUTE = 60, HOUR = 3600, DAY = 86400, YEAR = 365 * DAY };

struct rig {
	struct fixture f;
	struct trusted_clock clock;
};

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	fixture_init(&r->f);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	fixture_release(&r->f);
	free(r);
	return 0;
}

/* After so many seconds, with the wall clock ahead by so many. */
static bool trusts(struct rig *r, int64_t after, int64_t ahead)
{
	bool trusted;
	struct err err;
	if (!trusted_clock_look(&r->clock, r->f.store, NOW + after + ahead, BOOT + after * 1000,
		    &trusted, &err))
		fail_msg("%s", err.text);
	return trusted;
}

static void restart(struct rig *r)
{
	r->clock = (struct trusted_clock){ 0 };
}

static void an_even_clock_is_believed(void **state)
{
	struct rig *r = *state;
	for (int i = 0; i < 100; i++)
		assert_true(trusts(r, i * 10 * MINUTE, i % 3));
}

static void a_jump_is_believed_after_an_hour(void **state)
{
	static const int64_t jumps[] = { DAY, -DAY, YEAR, -50 * (int64_t)YEAR, 11 * MINUTE };
	struct rig *r = *state;
	int64_t t = 0, ahead = 0;
	assert_true(trusts(r, t, ahead));
	for (size_t i = 0; i < sizeof(jumps) / sizeof(*jumps); i++) {
		ahead += jumps[i];
		assert_false(trusts(r, t += 10 * MINUTE, ahead));
		assert_false(trusts(r, t += 59 * MINUTE, ahead));
		assert_true(trusts(r, t += MINUTE, ahead));
	}
}

static void a_clock_that_jumps_back_in_time_deleted_nothing(void **state)
{
	struct rig *r = *state;
	assert_true(trusts(r, 0, 0));
	assert_false(trusts(r, 10 * MINUTE, YEAR));
	assert_false(trusts(r, 20 * MINUTE, 0));
	assert_true(trusts(r, 80 * MINUTE, 0));
}

static void small_corrections_are_none(void **state)
{
	struct rig *r = *state;
	assert_true(trusts(r, 0, 0));
	assert_true(trusts(r, 10 * MINUTE, 9 * MINUTE));
	assert_true(trusts(r, 20 * MINUTE, 0));
}

static void a_restart_forgets_nothing(void **state)
{
	struct rig *r = *state;
	assert_true(trusts(r, 0, 0));
	restart(r);
	assert_true(trusts(r, 6 * DAY, 0));
	restart(r);
	assert_false(trusts(r, 6 * DAY + MINUTE, YEAR));
	restart(r);
	assert_false(trusts(r, 6 * DAY + 2 * MINUTE, YEAR));
	assert_true(trusts(r, 6 * DAY + 2 * MINUTE + HOUR, YEAR));
	restart(r);
	assert_true(trusts(r, 6 * DAY + 2 * HOUR, YEAR));
}

static void the_first_start_has_nothing_to_compare(void **state)
{
	struct rig *r = *state;
	assert_true(trusts(r, 0, 0));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_even_clock_is_believed),
		TEST(a_jump_is_believed_after_an_hour),
		TEST(a_clock_that_jumps_back_in_time_deleted_nothing),
		TEST(small_corrections_are_none),
		TEST(a_restart_forgets_nothing),
		TEST(the_first_start_has_nothing_to_compare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
