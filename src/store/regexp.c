/*
 * How this works: SQLite calls regexp(pattern, text) for each row. The compiled pattern is hung on
 * the statement as auxiliary data, so it is compiled once a query. PCRE2's match limit bounds what
 * a wicked pattern can cost; a text on which it is reached counts as not matching.
 */
#include "store/connection.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

enum {
	REGEXP_MATCH_LIMIT = 100000,  /* internal match() calls for one text */
	REGEXP_PATTERN_MAX = 1 << 10, /* bytes */
};

static void free_code(void *code)
{
	pcre2_code_free(code);
}

static pcre2_code *compile(sqlite3_context *ctx, sqlite3_value *pattern)
{
	if (sqlite3_value_bytes(pattern) > REGEXP_PATTERN_MAX) {
		sqlite3_result_error(ctx, "regular expression is too long", -1);
		return NULL;
	}
	int reason;
	size_t at;
	pcre2_code *code = pcre2_compile(sqlite3_value_text(pattern), PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &reason, &at, NULL);
	if (code)
		return code;
	char text[256], why[128] = "";
	pcre2_get_error_message(reason, (PCRE2_UCHAR *)why, sizeof(why));
	snprintf(text, sizeof(text), "regular expression, character %zu: %s", at, why);
	sqlite3_result_error(ctx, text, -1);
	return NULL;
}

static bool matches(const pcre2_code *code, sqlite3_value *text)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(limits, REGEXP_MATCH_LIMIT);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
	int found = pcre2_match(code, sqlite3_value_text(text), (size_t)sqlite3_value_bytes(text),
		0, 0, data, limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	return found >= 0;
}

static void regexp(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	if (sqlite3_value_type(argv[0]) == SQLITE_NULL ||
		sqlite3_value_type(argv[1]) == SQLITE_NULL) {
		sqlite3_result_int(ctx, 0);
		return;
	}
	pcre2_code *code = sqlite3_get_auxdata(ctx, 0);
	bool fresh = !code;
	if (fresh && !(code = compile(ctx, argv[0])))
		return;
	sqlite3_result_int(ctx, matches(code, argv[1]));
	if (fresh) /* last: SQLite may free it at once */
		sqlite3_set_auxdata(ctx, 0, code, free_code);
}

void connection_add_regexp(sqlite3 *db)
{
	sqlite3_create_function_v2(db, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
		regexp, NULL, NULL, NULL);
}
