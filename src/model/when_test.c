#include "model/when.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

static void buffers_widen_an_occurrence(void **state)
{
	(void)state;
	struct window w = window_of(10000, 13600, 30, 60);
	assert_int_equal(w.opens, 10000 - 1800);
	assert_int_equal(w.closes, 13600 + 3600);
	w = window_of(10000, 9000, -5, 0); /* ends before it starts */
	assert_int_equal(w.opens, 10000);
	assert_int_equal(w.closes, 10000);
}

static void the_farthest_times_saturate(void **state)
{
	(void)state;
	struct window w = window_of(INT64_MIN + 1, INT64_MAX - 1, 180, 180);
	assert_true(w.opens == INT64_MIN);
	assert_true(w.closes == INT64_MAX);
	w = window_of(0, 0, INT64_MAX, INT64_MAX);
	assert_true(w.opens == -INT64_MAX);
	assert_true(w.closes == INT64_MAX);
}

static void overlapping_and_touching_windows_become_one(void **state)
{
	(void)state;
	struct window w[] = { { 50, 60 }, { 10, 20 }, { 15, 18 }, { 21, 30 }, { 55, 70 },
		{ 32, 40 } };
	assert_int_equal(windows_normalize(w, 6), 3);
	assert_int_equal(w[0].opens, 10);
	assert_int_equal(w[0].closes, 30);
	assert_int_equal(w[1].opens, 32);
	assert_int_equal(w[2].closes, 70);
	assert_int_equal(windows_normalize(w, 0), 0);
	struct window ever[] = { { 0, INT64_MAX }, { 5, 9 } };
	assert_int_equal(windows_normalize(ever, 2), 1);
	assert_true(ever[0].closes == INT64_MAX);
}

static void both_ends_belong_to_the_window(void **state)
{
	(void)state;
	struct window w[] = { { 10, 20 }, { 30, 40 } };
	assert_null(windows_at(w, 2, 9));
	assert_ptr_equal(windows_at(w, 2, 10), &w[0]);
	assert_ptr_equal(windows_at(w, 2, 20), &w[0]);
	assert_null(windows_at(w, 2, 21));
	assert_ptr_equal(windows_at(w, 2, 30), &w[1]);
	assert_null(windows_at(w, 2, 41));
	assert_null(windows_at(w, 0, 10));
}

/* The set, once normal, says the same as asking each window by itself. */
static void a_normal_set_answers_as_its_parts(void **state)
{
	(void)state;
	enum { ROUNDS = 200, MOST = 12, SPAN = 80 };
	srandom(7);
	for (int round = 0; round < ROUNDS; round++) {
		struct window parts[MOST], set[MOST];
		size_t n = (size_t)random() % MOST;
		for (size_t i = 0; i < n; i++) {
			parts[i].opens = random() % SPAN;
			parts[i].closes = parts[i].opens + random() % 15;
			set[i] = parts[i];
		}
		size_t kept = windows_normalize(set, n);
		for (int64_t now = -1; now < SPAN + 20; now++) {
			bool open = false;
			for (size_t i = 0; i < n; i++)
				open |= parts[i].opens <= now && now <= parts[i].closes;
			assert_int_equal(windows_at(set, kept, now) != NULL, open);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_widen_an_occurrence),
		cmocka_unit_test(the_farthest_times_saturate),
		cmocka_unit_test(overlapping_and_touching_windows_become_one),
		cmocka_unit_test(both_ends_belong_to_the_window),
		cmocka_unit_test(a_normal_set_answers_as_its_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
