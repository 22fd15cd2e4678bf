#include "auth/licence.h"
#include "base/text.h"
#include "model/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static char public_key[LICENCE_KEY_LEN + 1], secret_key[LICENCE_KEY_LEN + 1];
static const struct licence_terms terms = { .entitlement_id = "E-1",
	.type = "scheduling",
	.features = "series,add-in",
	.start = 1767225600,
	.expires = 1798761600,
	.meetings = 500 };

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	licence_keys_new(public_key, secret_key);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const char *signed_by(const char *key, const struct licence_terms *t)
{
	struct buf b;
	struct err err = { 0 };
	buf_init(&b, LICENCE_TEXT_MAX);
	if (!licence_sign(key, t, &b, &err))
		fail_msg("%s", err.text);
	const char *text = arena_strdup(&arena, b.data);
	buf_release(&b);
	return text;
}

static void refused(const char *key, const char *text, enum err_code code, const char *words)
{
	struct licence_terms t = { .start = -1 };
	struct err err = { 0 };
	assert_false(licence_read(key, text, &arena, &t, &err));
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(t.start, -1);
}

static void assert_terms(const struct licence_terms *a, const struct licence_terms *b)
{
	assert_string_equal(a->entitlement_id, b->entitlement_id);
	assert_string_equal(a->type, b->type);
	assert_string_equal(a->features, b->features);
	assert_int_equal(a->start, b->start);
	assert_int_equal(a->expires, b->expires);
	assert_int_equal(a->meetings, b->meetings);
}

static void what_was_signed_is_read(void **state)
{
	(void)state;
	struct licence_terms got, endless = terms;
	struct err err = { 0 };
	const char *text = signed_by(secret_key, &terms);
	assert_true(licence_read(public_key, text, &arena, &got, &err));
	assert_terms(&got, &terms);
	/* Wrapped by a mail on its way. */
	const char *wrapped =
		arena_printf(&arena, " %.40s\r\n\t%.40s \n%s\n", text, text + 40, text + 80);
	assert_true(licence_read(public_key, wrapped, &arena, &got, &err));
	assert_terms(&got, &terms);
	endless.expires = endless.meetings = FIELD_NULL;
	endless.features = "";
	assert_true(licence_read(public_key, signed_by(secret_key, &endless), &arena, &got, &err));
	assert_terms(&got, &endless);
	char again[LICENCE_KEY_LEN + 1];
	assert_true(licence_public_key(secret_key, again, &err));
	assert_string_equal(again, public_key);
}

static void a_changed_one_is_refused(void **state)
{
	(void)state;
	const char *text = signed_by(secret_key, &terms);
	for (size_t i = strlen("vmrd-licence-1."); text[i]; i++) {
		struct licence_terms t;
		char *bad = arena_strdup(&arena, text);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		assert_false(licence_read(public_key, bad, &arena, &t, NULL));
	}
	char *bad = arena_strdup(&arena, text);
	bad[30] ^= 1;
	refused(public_key, bad, ERR_DENIED, "was changed, or is not signed by the key");
}

static void another_key_is_refused(void **state)
{
	(void)state;
	char other_public[LICENCE_KEY_LEN + 1], other_secret[LICENCE_KEY_LEN + 1];
	licence_keys_new(other_public, other_secret);
	assert_string_not_equal(other_public, public_key);
	refused(public_key, signed_by(other_secret, &terms), ERR_DENIED, "not signed by the key");
	refused("", signed_by(secret_key, &terms), ERR_INTERNAL, "licence_public_key");
	refused("AAAA", signed_by(secret_key, &terms), ERR_INTERNAL, "licence_public_key");
}

static void what_is_no_licence_is_said_so(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "E-1", "vmrd-licence-1.", "vmrd-licence-1.e30",
		"vmrd-licence-2.e30.AAAA", "vmrd-licence-1.e30.AAAA", "vmrd-licence-1..." };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		refused(public_key, texts[i], ERR_INVALID, "this is no licence; paste the whole");
	char *huge = arena_alloc(&arena, LICENCE_TEXT_MAX + 2);
	memset(huge, ' ', LICENCE_TEXT_MAX + 1);
	huge[LICENCE_TEXT_MAX + 1] = '\0';
	refused(public_key, huge, ERR_LIMIT, "at most 8192 characters");
}

static void terms_without_sense_are_not_signed(void **state)
{
	(void)state;
	struct licence_terms t = terms;
	struct buf b;
	struct err err = { 0 };
	char word[LICENCE_WORD_MAX + 2];
	memset(word, 'w', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	buf_init(&b, LICENCE_TEXT_MAX);
	t.entitlement_id = "";
	assert_false(licence_sign(secret_key, &t, &b, &err));
	assert_non_null(strstr(err.text, "'entitlement_id'"));
	t.entitlement_id = word;
	assert_false(licence_sign(secret_key, &t, &b, &err));
	word[LICENCE_WORD_MAX] = '\0';
	assert_true(licence_sign(secret_key, &t, &b, &err));
	buf_reset(&b);
	t = terms;
	t.features = "a b";
	assert_false(licence_sign(secret_key, &t, &b, &err));
	t = terms;
	t.expires = t.start;
	assert_false(licence_sign(secret_key, &t, &b, &err));
	assert_non_null(strstr(err.text, "'expiration'"));
	t = terms;
	t.meetings = -1;
	assert_false(licence_sign(secret_key, &t, &b, &err));
	t = terms;
	t.type = "\xff";
	assert_false(licence_sign(secret_key, &t, &b, &err));
	assert_false(licence_sign("no key", &terms, &b, &err));
	assert_non_null(strstr(err.text, "vmrd licence keygen"));
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_signed_is_read),
		cmocka_unit_test(a_changed_one_is_refused),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(what_is_no_licence_is_said_so),
		cmocka_unit_test(terms_without_sense_are_not_signed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
