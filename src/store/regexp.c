/*
 * How this works: SQLite calls regexp(pattern, text) for each row. The compiled pattern is hung on
 * the statement as auxiliary data, so it is compiled once a query. PCRE2's match limit bounds what
 * a wicked pattern can cost; a text on which it is reached counts as not matching.
 */
#include "store/connection.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

enum {
	REGEXP_MATCH_LIMIT = 100000,  /* internal match() calls for one text */
	REGEXP_PATTERN_MAX = 1 << 10, /* bytes */
};

static void free_code(void *code)
{
	pcre2_code_free(code);
}

static pcre2_code *compile(const char *pattern, size_t len, struct err *err)
{
	int reason;
	size_t at;
	char why[128] = "";
	if (len > REGEXP_PATTERN_MAX) {
		err_set(err, ERR_LIMIT, "regular expression is longer than %d bytes",
			REGEXP_PATTERN_MAX);
		return NULL;
	}
	pcre2_code *code = pcre2_compile(
		(PCRE2_SPTR)pattern, len, PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &reason, &at, NULL);
	if (code)
		return code;
	pcre2_get_error_message(reason, (PCRE2_UCHAR *)why, sizeof(why));
	err_set(err, ERR_INVALID, "regular expression, character %zu: %s", at, why);
	return NULL;
}

bool connection_check_regexp(const char *pattern, struct err *err)
{
	pcre2_code *code = compile(pattern, strlen(pattern), err);
	pcre2_code_free(code);
	return code != NULL;
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
	if (fresh) {
		struct err err = { 0 };
		code = compile((const char *)sqlite3_value_text(argv[0]),
			(size_t)sqlite3_value_bytes(argv[0]), &err);
		if (!code) {
			sqlite3_result_error(ctx, err.text, -1);
			return;
		}
	}
	sqlite3_result_int(ctx, matches(code, argv[1]));
	if (fresh) /* last: SQLite may free it at once */
		sqlite3_set_auxdata(ctx, 0, code, free_code);
}

void connection_add_regexp(sqlite3 *db)
{
	sqlite3_create_function_v2(db, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
		regexp, NULL, NULL, NULL);
}
