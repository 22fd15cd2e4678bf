#include "model/record.h"
#include "model/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One value for one field: refused with this sentence, or (NULL) accepted and given back as kept. */
struct value_case {
	enum field_kind kind;
	unsigned flags;
	int64_t min, max;
	const char *extra;
	const char *text;
	const char *refusal;
	const char *kept; /* NULL: as given */
};

static const struct value_case cases[] = {
	{ FIELD_TEXT, 0, 0, 5, NULL, "", NULL },
	{ FIELD_TEXT, FIELD_REQUIRED, 0, 5, NULL, "", "must not be empty" },
	{ FIELD_TEXT, 0, 0, 5, NULL, "h\xc3\xa9llo", NULL },
	{ FIELD_TEXT, 0, 0, 5, NULL, "hello!", "is 6 characters long; at most 5 are allowed" },
	{ FIELD_TEXT, 0, 12, 50, NULL, "short", "is 5 characters long; at least 12 are needed" },
	{ FIELD_TEXT, 0, 0, 9, NULL, "a\nb", "must be one line without control characters" },
	{ FIELD_TEXT, FIELD_LONG, 0, 9, NULL, "a\nb", NULL },
	{ FIELD_TEXT, FIELD_LONG, 0, 9, NULL, "a\x01", "must not contain control characters" },
	{ FIELD_TEXT, 0, 0, 9, NULL, "\xc3(", "is not valid UTF-8" },
	{ FIELD_URL, 0, 0, 99, NULL, "https://mail.example.com/EWS/Exchange.asmx", NULL },
	{ FIELD_URL, 0, 0, 99, NULL, "http://[::1]:8080/x", NULL },
	{ FIELD_URL, 0, 0, 99, NULL, "mail.example.com", "must begin with https://" },
	{ FIELD_URL, 0, 0, 99, NULL, "javascript:alert(1)", "must begin with https://" },
	{ FIELD_URL, 0, 0, 99, NULL, "https://", "has no valid host name" },
	{ FIELD_URL, 0, 0, 99, NULL, "https://a:99999/", "has no valid host name" },
	{ FIELD_URL, 0, 0, 99, NULL, "https://u@host/", "must not contain a user name" },
	{ FIELD_URL, 0, 0, 99, NULL, "https://a/\"onload=\"",
		"contains a character that must be percent-encoded in a URL" },
	{ FIELD_FQDN, 0, 0, 192, NULL, "vc.example.com", NULL },
	{ FIELD_FQDN, 0, 0, 192, NULL, "127.0.0.1:8443", NULL },
	{ FIELD_FQDN, 0, 0, 192, NULL, "[2001:db8::1]:443", NULL },
	{ FIELD_FQDN, 0, 0, 192, NULL, "-a.example.com", "is not a valid host name" },
	{ FIELD_FQDN, 0, 0, 192, NULL, "a..b", "is not a valid host name" },
	{ FIELD_FQDN, 0, 0, 192, NULL, "https://a.example.com",
		"must be a host name only, without 'https://'" },
	{ FIELD_HOST_URL, 0, 0, 192, NULL, "mail.example.com", NULL },
	{ FIELD_HOST_URL, 0, 0, 192, NULL, "https://mail.example.com:444", NULL },
	{ FIELD_HOST_URL, 0, 0, 192, NULL, "http://mail.example.com", "must begin with https://" },
	{ FIELD_HOST_URL, 0, 0, 192, NULL, "https://mail.example.com/owa",
		"must end after the host name (and port)" },
	{ FIELD_EMAIL, 0, 0, 100, NULL, "o'brien+x@example.com", NULL },
	{ FIELD_EMAIL, 0, 0, 100, NULL, "room",
		"is not one e-mail address, such as room@example.com" },
	{ FIELD_EMAIL, 0, 0, 100, NULL, "a@b,c@d",
		"is not one e-mail address, such as room@example.com" },
	{ FIELD_DIGITS, 0, 4, 20, NULL, "", NULL },
	{ FIELD_DIGITS, 0, 4, 20, NULL, "0123", NULL },
	{ FIELD_DIGITS, 0, 4, 20, NULL, "123", "is 3 characters long; at least 4 are needed" },
	{ FIELD_DIGITS, 0, 4, 20, NULL, "12a4", "must consist of digits only" },
	{ FIELD_UUID, 0, 36, 36, NULL, "12345678-1234-1234-1234-123456789abc", NULL },
	{ FIELD_UUID, 0, 36, 36, NULL, "12345678-1234-1234-1234-123456789abg", "is not a UUID" },
	{ FIELD_CHOICE, 0, 0, 0, "yes|no", "no", NULL },
	{ FIELD_CHOICE, 0, 0, 0, "yes|no", "", "'' is not one of yes|no" },
	{ FIELD_CHOICE, 0, 0, 0, "yes|no", "ye", "'ye' is not one of yes|no" },
	{ FIELD_BOOL, 0, 0, 0, NULL, "true", NULL },
	{ FIELD_BOOL, 0, 0, 0, NULL, "1", "must be true or false" },
	{ FIELD_INT, 0, 5, 15, "digits", "15", NULL },
	{ FIELD_INT, 0, 5, 15, "digits", "16", "must be from 5 to 15 digits" },
	{ FIELD_INT, 0, 5, 15, "digits", "4", "must be from 5 to 15 digits" },
	{ FIELD_INT, 0, 0, INT64_MAX, NULL, "-1", "must be 0 or more" },
	{ FIELD_INT, 0, 0, 9, NULL, "1.5", "must be a whole number" },
	{ FIELD_INT, 0, 0, 9, NULL, "", "must not be empty" },
	{ FIELD_INT, FIELD_NULLABLE, 0, 9, NULL, "", NULL },
	{ FIELD_TIME, 0, 0, 0, NULL, "2026-11-23T10:30:00+01:00", NULL, "2026-11-23T09:30:00Z" },
	{ FIELD_TIME, 0, 0, 0, NULL, "tomorrow", "is not a time such as 2026-11-23T09:30:00Z" },
	{ FIELD_REF, 0, 0, 0, "conference", "7", NULL },
	{ FIELD_REF, 0, 0, 0, "conference", "0", "is not a valid reference" },
	{ FIELD_REF, FIELD_NULLABLE, 0, 0, "conference", "", NULL },
};

static void values_are_checked_and_kept(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct value_case *c = &cases[i];
		struct field f = { c->kind, "f", "F", "", NULL, c->min, c->max, c->extra, c->flags,
			0 };
		union {
			const char *text;
			int64_t number;
			bool yes;
		} record = { 0 };
		struct err err = { 0 };
		bool ok = record_set(&f, &record, c->text, &arena, &err);
		if (ok != !c->refusal || (!ok && strcmp(err.text, c->refusal) != 0))
			fail_msg("case %zu, '%s': %s", i, c->text, ok ? "accepted" : err.text);
		if (ok)
			assert_string_equal(
				record_get(&f, &record, &arena), c->kept ? c->kept : c->text);
	}
	arena_release(&arena);
}

static void a_hashed_field_is_checked_as_plain_text_only(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct administrator a;
	record_defaults(&administrator_type, &a, &arena);
	a.username = "admin";
	const struct field *password = record_field(&administrator_type, "password");
	struct err err;
	assert_false(record_set(password, &a, "elevenchars", &arena, &err));
	assert_true(record_set(password, &a, "twelve chars", &arena, &err));
	const struct field *blamed = NULL;
	a.password = "";
	assert_false(record_check(&administrator_type, &a, &blamed, &err));
	assert_ptr_equal(blamed, password);
	a.password = "$argon2id$v=19$m=65536";
	assert_true(record_check(&administrator_type, &a, &blamed, &err));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_checked_and_kept),
		cmocka_unit_test(a_hashed_field_is_checked_as_plain_text_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
