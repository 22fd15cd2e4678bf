#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/vmrd-log-test-XXXXXX";

static char *slurp(const char *file)
{
	static char text[65536];
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	unlink(path);
	return text;
}

static void lines_follow_the_grammar(void **state)
{
	(void)state;
	struct err err;
	assert_non_null(mkdtemp(directory));
	assert_true(log_open(directory, LOG_LEVEL_INFO, false, &err));
	log_info("administrator.configuration", "Created", "User", "a\"b\\c\nLevel=\"X\"", "Absent",
		NULL, "Id", "7", NULL);
	log_info("support.rest", "Request", NULL);
	log_debug("support.rest", "too quiet", NULL);
	static char huge[3 * LOG_LINE_MAX];
	memset(huge, 'h', sizeof(huge) - 1);
	log_warning("support.rest", "huge", "Value", huge, NULL);
	log_close();

	const char *text = slurp("administrator.log");
	regex_t grammar;
	assert_int_equal(regcomp(&grammar,
				 "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}\\+00:00 [^ ]+ "
				 "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8},[0-9]{3} Level=\"INFO\" "
				 "Name=\"administrator.configuration\" Message=\"Created\" "
				 "User=\"a\\\\\"b\\\\\\\\c\\\\nLevel=\\\\\"X\\\\\"\" Id=\"7\"\n$",
				 REG_EXTENDED),
		0);
	assert_int_equal(regexec(&grammar, text, 0, NULL, 0), 0);
	regfree(&grammar);

	text = slurp("support.log");
	assert_non_null(strstr(text, "Created"));
	assert_non_null(strstr(text, "support.rest"));
	assert_null(strstr(text, "too quiet"));
	assert_non_null(strstr(text, "hhh...\"\n"));
	rmdir(directory);
}

/* A terminal takes U+009B for "ESC [", and would clear the screen. */
static void values_hold_no_control_characters(void **state)
{
	(void)state;
	static char place[] = "/tmp/vmrd-log-test-XXXXXX";
	struct err err;
	assert_non_null(mkdtemp(place));
	strcpy(directory, place);
	assert_true(log_open(directory, LOG_LEVEL_INFO, false, &err));
	log_info("support.participant", "came", "Utf8",
		"Zo\xc3\xab \xc2\x9b"
		"2J\xc2\xa0\xc2\x80",
		"Bytes",
		"\x1b[2J\x9b"
		"2J\xc3",
		NULL);
	log_close();
	const char *text = slurp("support.log");
	assert_non_null(strstr(text,
		"Utf8=\"Zo\xc3\xab \\xc2\\x9b2J\xc2\xa0\\xc2\\x80\" "
		"Bytes=\"\\x1b[2J\\x9b2J\\xc3\"\n"));
	slurp("administrator.log");
	rmdir(directory);
}

static void a_missing_directory_is_told(void **state)
{
	(void)state;
	struct err err;
	assert_false(log_open("/nonexistent", LOG_LEVEL_INFO, false, &err));
	assert_string_equal(err.text,
		"cannot open log '/nonexistent/administrator.log': No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_follow_the_grammar),
		cmocka_unit_test(values_hold_no_control_characters),
		cmocka_unit_test(a_missing_directory_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
