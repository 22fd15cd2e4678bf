#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define SMILE "\xf0\x9f\x98\x80"

static void a_sentence_is_whole_utf8(void **state)
{
	(void)state;
	struct err err;
	assert_false(err_set(&err, ERR_INVALID, "'%.6s' is \xc3\xa4rgerlich", SMILE SMILE));
	assert_string_equal(err.text, "'" SMILE "\?\?' is \xc3\xa4rgerlich");
	assert_false(err_prefix(&err, "%.3s", SMILE));
	assert_string_equal(err.text, "\?\?\?: '" SMILE "\?\?' is \xc3\xa4rgerlich");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
	(void)state;
	char smiles[4 * 200 + 1] = "";
	struct err err;
	for (int i = 0; i < 200; i++)
		strcat(smiles, SMILE);
	err_set(&err, ERR_INVALID, "x%s", smiles);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_string_equal(err.text + ERR_TEXT_MAX - 1 - 6, SMILE "\?\?");
	err_set(&err, ERR_INVALID, "%s", "");
	err_prefix(&err, "y%s", smiles);
	assert_string_equal(err.text + ERR_TEXT_MAX - 1 - 6, SMILE "\?\?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sentence_is_whole_utf8),
		cmocka_unit_test(a_long_sentence_is_cut_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
