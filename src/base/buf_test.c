#include "base/arena.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stops_at_its_maximum(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 5);
	buf_adds(&b, "abc");
	buf_addf(&b, "%d", 45);
	assert_false(b.overflow);
	buf_addc(&b, 'x');
	assert_true(b.overflow);
	assert_string_equal(b.data, "abc45");
	buf_reset(&b);
	buf_adds(&b, "again");
	char *text = buf_steal(&b);
	assert_string_equal(text, "again");
	assert_int_equal(b.len, 0);
	free(text);
	buf_release(&b);
}

static void arena_keeps_values_apart(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a);
	char *texts[500];
	for (int i = 0; i < 500; i++)
		texts[i] = arena_printf(&a, "text %d", i);
	char *big = arena_zalloc(&a, 3 << 20);
	memset(big, 'x', 3 << 20);
	for (int i = 0; i < 500; i++) {
		char want[16];
		snprintf(want, sizeof(want), "text %d", i);
		assert_string_equal(texts[i], want);
		assert_int_equal((uintptr_t)texts[i] % _Alignof(max_align_t), 0);
	}
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_at_its_maximum),
		cmocka_unit_test(arena_keeps_values_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
