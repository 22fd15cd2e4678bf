#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void assert_refused(const char *text, size_t len, enum err_code code, const char *part)
{
	struct err err = { 0 };
	json_t *value = NULL;
	if (json_parse(text, len, &value, &err))
		fail_msg("accepted: %.100s", text);
	assert_null(value);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, part))
		fail_msg("'%s' is not in '%s'", part, err.text);
	assert_false(json_parse(text, len, &value, NULL));
}

static void a_value_goes_in_and_comes_out(void **state)
{
	(void)state;
	const char text[] = " {\"z\": \"a/b \\u00e4\", \"a\": [1, 2.5, true, null, {}]}\n";
	json_t *value;
	struct buf b;
	assert_true(json_parse(text, strlen(text), &value, NULL));
	assert_string_equal(json_text(value, "z"), "a/b ä");
	assert_null(json_text(value, "a"));
	assert_null(json_text(value, "missing"));
	assert_null(json_text(json_object_get(value, "a"), "z"));
	assert_null(json_text(NULL, "z"));
	buf_init(&b, 1000);
	json_write(&b, value);
	assert_string_equal(b.data, "{\"z\":\"a/b ä\",\"a\":[1,2.5,true,null,{}]}");
	buf_release(&b);
	json_decref(value);
	assert_true(json_parse("\"x\"", 3, &value, NULL));
	assert_string_equal(json_string_value(value), "x");
	json_decref(value);
}

static void what_is_not_strict_json_is_refused(void **state)
{
	(void)state;
	const char *const texts[] = { "", " ", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "{a:1}", "01",
		"+1", ".5", "1e999", "NaN", "[1] [2]", "{}x", "\"\\x\"", "\"\\ud800\"",
		"\"\\u0000\"", "{\"\\u0000\":1}", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
		"\"tab\there\"", "// c\n1", "99999999999999999999" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_refused(texts[i], strlen(texts[i]), ERR_INVALID, "line 1, column ");
	assert_refused("\"a\0b\"", 5, ERR_INVALID, "line 1");
	assert_refused("{}\0", 3, ERR_INVALID, "line 1");
	assert_refused("{\"a\":1,\"a\":2}", 13, ERR_INVALID, "duplicate");
	assert_refused("\"\\u0000\"", 8, ERR_INVALID, "the character \\u0000 is not allowed");
	assert_refused("{\n \"a\": b}", 10, ERR_INVALID, "line 2, column 7: ");
}

static void secrets_are_not_quoted_in_errors(void **state)
{
	(void)state;
	const char text[] = "{\"password\": \"hunter2\" x}";
	struct err err;
	json_t *value;
	assert_false(json_parse(text, strlen(text), &value, &err));
	assert_null(strstr(err.text, "hunter2"));
	assert_false(json_parse("hunter2", 7, &value, &err));
	assert_null(strstr(err.text, "hunter2"));
}

static void nesting_is_limited(void **state)
{
	(void)state;
	enum { HOSTILE = 1000000 };
	char *text = malloc(HOSTILE + 1);
	memset(text, '[', HOSTILE);
	assert_refused(text, HOSTILE, ERR_LIMIT, "32");
	memset(text + JSON_NESTING_MAX, ']', JSON_NESTING_MAX);
	json_t *value;
	assert_true(json_parse(text, 2 * JSON_NESTING_MAX, &value, NULL));
	json_decref(value);
	text[JSON_NESTING_MAX] = '[';
	memset(text + JSON_NESTING_MAX + 1, ']', JSON_NESTING_MAX + 1);
	assert_refused(text, 2 * JSON_NESTING_MAX + 2, ERR_LIMIT, "32");
	free(text);
	const char brackets[] = "\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[\"";
	assert_true(json_parse(brackets, strlen(brackets), &value, NULL));
	json_decref(value);
}

static void size_is_limited(void **state)
{
	(void)state;
	char *text = malloc(JSON_BYTES_MAX + 1);
	memset(text, ' ', JSON_BYTES_MAX + 1);
	text[0] = '1';
	json_t *value;
	assert_true(json_parse(text, JSON_BYTES_MAX, &value, NULL));
	json_decref(value);
	assert_refused(text, JSON_BYTES_MAX + 1, ERR_LIMIT, "16777216");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_goes_in_and_comes_out),
		cmocka_unit_test(what_is_not_strict_json_is_refused),
		cmocka_unit_test(secrets_are_not_quoted_in_errors),
		cmocka_unit_test(nesting_is_limited),
		cmocka_unit_test(size_is_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
