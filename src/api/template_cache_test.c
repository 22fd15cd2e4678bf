#include "api/template_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>

static bool render(struct template_cache *cache, int64_t id, const char *source, const char *want)
{
	const struct tmpl_var vars[] = { { "x", tmpl_text("<5>") } };
	struct buf said, out;
	struct err err;
	buf_init(&said, 100);
	buf_init(&out, 100);
	bool ok = template_cache_render(cache, id, source, vars, 1, &said, &out, &err);
	if (ok)
		assert_string_equal(out.data, want);
	buf_release(&said);
	buf_release(&out);
	return ok;
}

static void compiled_once_until_it_changes(void **state)
{
	(void)state;
	struct template_cache *cache = template_cache_new();
	for (int i = 0; i < 3; i++)
		assert_true(render(cache, 1, "a{{ x }}", "a&lt;5&gt;"));
	assert_int_equal(template_cache_compiled(cache), 1);
	assert_true(render(cache, 1, "b{{ x }}", "b&lt;5&gt;"));
	assert_true(render(cache, 2, "a{{ x }}", "a&lt;5&gt;"));
	assert_int_equal(template_cache_compiled(cache), 3);
	/* What does not compile leaves what was kept. */
	assert_false(render(cache, 1, "{{", ""));
	assert_true(render(cache, 1, "b{{ x }}", "b&lt;5&gt;"));
	assert_int_equal(template_cache_compiled(cache), 4);
	/* Two that meet in one slot take turns. */
	assert_true(render(cache, 1 + TEMPLATE_CACHE_MAX, "c", "c"));
	assert_true(render(cache, 1, "b{{ x }}", "b&lt;5&gt;"));
	assert_int_equal(template_cache_compiled(cache), 6);
	template_cache_free(&cache);
	assert_null(cache);
}

static void *render_many(void *arg)
{
	for (int i = 0; i < 500; i++)
		render(arg, 1, i % 2 ? "a{{ x }}" : "b{{ x }}",
			i % 2 ? "a&lt;5&gt;" : "b&lt;5&gt;");
	return NULL;
}

static void threads_share_it(void **state)
{
	(void)state;
	struct template_cache *cache = template_cache_new();
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, render_many, cache), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_true(template_cache_compiled(cache) >= 2);
	template_cache_free(&cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled_once_until_it_changes),
		cmocka_unit_test(threads_share_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
