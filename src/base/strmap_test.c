#include "base/strmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

static void behaves_like_a_map(void **state)
{
	(void)state;
	enum { KEYS = 2000 };
	static int values[KEYS];
	struct strmap m;
	char key[16];
	strmap_init(&m);
	assert_null(strmap_get(&m, "absent"));
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key-%d", i);
		assert_null(strmap_put(&m, key, &values[i]));
	}
	/* Removing every third must leave the others reachable through the holes. */
	for (int i = 0; i < KEYS; i += 3) {
		snprintf(key, sizeof(key), "key-%d", i);
		assert_ptr_equal(strmap_remove(&m, key), &values[i]);
		assert_null(strmap_remove(&m, key));
	}
	size_t seen = 0;
	const struct strmap_entry *e;
	for (size_t i = 0; strmap_next(&m, &i, &e);)
		seen++;
	assert_int_equal(seen, m.count);
	for (int i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "key-%d", i);
		assert_ptr_equal(strmap_get(&m, key), i % 3 ? &values[i] : NULL);
	}
	assert_ptr_equal(strmap_put(&m, "key-1", &values[0]), &values[1]);
	strmap_release(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(behaves_like_a_map) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
