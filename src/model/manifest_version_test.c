#include "model/manifest_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	int64_t number;
	const char *text, *short_text;
} versions[] = {
	{ 0, "1.0.0.0", "1.0.0" },
	{ 1, "1.0.0.1", "1.0.1" },
	{ 99999, "1.0.0.99999", "1.0.99999" },
	{ 100000, "1.0.1.0", "1.1.0" },
	{ MANIFEST_NUMBER_MAX, "1.0.99999.99999", "1.99999.99999" },
};

static void numbers_have_one_text_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++) {
		char text[MANIFEST_VERSION_LEN + 1];
		int64_t number = -1;
		manifest_version_format(versions[i].number, text);
		assert_string_equal(text, versions[i].text);
		assert_true(manifest_version_parse(text, &number));
		assert_true(number == versions[i].number);
		manifest_version_format_short(versions[i].number, text);
		assert_string_equal(text, versions[i].short_text);
	}
}

static void everything_else_is_no_version(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "1", "1.0", "1.0.0", "1.0.0.", "1.0.0.1.2",
		"2.0.0.1", "1.1.0.1", "1.0.0.01", "1.0.0.-1", "1.0.0. 1", "1.0.+0.1",
		"1.0.0.100000", "1.0.100000.0", "1.0.0.1 ", "1.0.0.1x",
		"1.0.0.99999999999999999999999" };
	int64_t number = 42;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (manifest_version_parse(texts[i], &number))
			fail_msg("'%s' was taken for a version", texts[i]);
	assert_true(number == 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_one_text_and_back),
		cmocka_unit_test(everything_else_is_no_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
