#include "auth/sealed_token.h"
#include "base/random.h"
#include "base/text.h"
#include "model/marker.h"
#include "model/sealing_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW  1800000000LL
#define USER "8a7c@exchange.example.com https://mail.example.com/autodiscover/metadata/json/1"

static struct arena arena;
static struct ms_exchange_connector ours, theirs;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	record_defaults(&ms_exchange_connector_type, &ours, &arena);
	record_defaults(&ms_exchange_connector_type, &theirs, &arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const char *sealed(const struct ms_exchange_connector *c, const char *user)
{
	struct err err = { 0 };
	char text[SEALED_TOKEN_LEN + 1];
	if (!sealed_token_seal(c->public_key, c->sealing_key, c->uuid, user, NOW, text, &err))
		fail_msg("%s", err.text);
	return arena_strdup(&arena, text);
}

static bool opened(const struct ms_exchange_connector *c, const char *text, int64_t now,
	struct sealed_token *ret, struct err *err)
{
	return sealed_token_open(c->private_key, c->sealing_key, c->uuid, text, now, ret, err);
}

static void refused(const struct ms_exchange_connector *c, const char *text, int64_t now,
	enum err_code code, const char *words)
{
	struct sealed_token t = { .issued = -1 };
	struct err err = { 0 };
	assert_false(opened(c, text, now, &t, &err));
	assert_int_equal(err.code, code);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(t.issued, -1);
}

static void what_was_sealed_is_opened(void **state)
{
	(void)state;
	struct sealed_token a, again, b;
	struct err err = { 0 };
	const char *text = sealed(&ours, USER);
	assert_int_equal(strlen(text), SEALED_TOKEN_LEN);
	assert_true(opened(&ours, text, NOW, &a, &err));
	assert_int_equal(a.issued, NOW);
	char user[SEALED_TOKEN_USER_LEN + 1];
	assert_true(sealed_token_user(ours.sealing_key, USER, user, &err));
	assert_string_equal(a.user, user);
	assert_true(opened(&ours, text, NOW + 60, &again, &err));
	assert_string_equal(a.id, again.id);
	assert_int_equal(strlen(a.id), SEALED_TOKEN_ID_LEN);
	char id[SEALED_TOKEN_ID_LEN + 1];
	assert_true(sealed_token_id(text, id, NULL));
	assert_string_equal(a.id, id);
	/* The same user at the same moment: another token all the same. */
	assert_true(opened(&ours, sealed(&ours, USER), NOW, &b, &err));
	assert_string_not_equal(a.id, b.id);
	assert_string_equal(a.user, b.user);
	assert_true(opened(&ours, sealed(&ours, "somebody else"), NOW, &b, &err));
	assert_string_not_equal(a.user, b.user);
	assert_true(sealed_token_user(theirs.sealing_key, USER, user, &err));
	assert_string_not_equal(a.user, user); /* elsewhere the user has another digest */
}

static void nothing_readable_is_in_it(void **state)
{
	(void)state;
	struct buf a, b;
	buf_init(&a, 64);
	buf_init(&b, 64);
	const char *one = sealed(&ours, USER), *two = sealed(&ours, USER);
	assert_true(text_base32_decode(&a, one, strlen(one)));
	assert_true(text_base32_decode(&b, two, strlen(two)));
	/* Made at the same time for the same user: no part of four bytes is the same. */
	for (size_t i = 0; i + 4 <= a.len; i++)
		assert_memory_not_equal(a.data + i, b.data + i, 4);
	buf_release(&a);
	buf_release(&b);
}

/* One that was sealed long ago: mails on their way outlive a change of the program. */
static void the_format_stays(void **state)
{
	(void)state;
	static const char private_key[] = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
			  sealing_key[] = "ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=",
			  uuid[] = "0f8fad5b-d9cb-469f-a165-70867728950e",
			  text[] = "WUC6JHOBVIA77YL4WYASKH66RXR2WNRVRG65DA2RBLQ4HUGGRA"
				   "F6S2PERKMNMXSWRUXTCEVO7HC3F4Y53L6PTO6P3G5XUIRYCAUQ";
	struct sealed_token t;
	struct err err = { 0 };
	char user[SEALED_TOKEN_USER_LEN + 1];
	assert_true(sealed_token_open(private_key, sealing_key, uuid, text, NOW, &t, &err));
	assert_int_equal(t.issued, NOW);
	assert_true(sealed_token_user(sealing_key, "ada", user, &err));
	assert_string_equal(t.user, user);
}

static void it_is_valid_for_eight_hours(void **state)
{
	(void)state;
	struct sealed_token t;
	struct err err = { 0 };
	const char *text = sealed(&ours, USER);
	int64_t last = NOW + SEALED_TOKEN_VALID_S + SEALED_TOKEN_SKEW_S;
	assert_int_equal(SEALED_TOKEN_VALID_S, 8 * 60 * 60);
	assert_true(opened(&ours, text, last, &t, &err));
	refused(&ours, text, last + 1, ERR_DENIED,
		"the sealed token is not valid after 2027-01-15T16:00:00Z");
	assert_true(opened(&ours, text, NOW - SEALED_TOKEN_SKEW_S, &t, &err));
	refused(&ours, text, NOW - SEALED_TOKEN_SKEW_S - 1, ERR_DENIED,
		"the sealed token is not valid until 2027-01-15T08:00:00Z");
}

static void another_integrations_keys_do_not_open_it(void **state)
{
	(void)state;
	static const char words[] = "the sealed token is of another integration, or forged";
	const char *text = sealed(&ours, USER);
	refused(&theirs, text, NOW, ERR_DENIED, words);
	/* Each of the three alone is enough. */
	struct ms_exchange_connector mixed = ours;
	mixed.uuid = theirs.uuid;
	refused(&mixed, text, NOW, ERR_DENIED, words);
	mixed = ours;
	mixed.sealing_key = theirs.sealing_key;
	refused(&mixed, text, NOW, ERR_DENIED, words);
	mixed = ours;
	mixed.private_key = theirs.private_key;
	refused(&mixed, text, NOW, ERR_DENIED, words);
	/* The public key and what is in everybody's manifest make no token. */
	mixed = ours;
	mixed.sealing_key = theirs.sealing_key;
	refused(&ours, sealed(&mixed, USER), NOW, ERR_DENIED, words);
	/* Letter case of the identity does not matter, as nowhere. */
	struct sealed_token t;
	struct err err = { 0 };
	char *uuid = arena_strdup(&arena, ours.uuid);
	for (char *p = uuid; *p; p++)
		if (*p >= 'a' && *p <= 'f')
			*p -= 32;
	mixed = ours;
	mixed.uuid = uuid;
	assert_true(opened(&mixed, text, NOW, &t, &err));
}

static void every_bit_counts(void **state)
{
	(void)state;
	struct buf bytes, text;
	buf_init(&bytes, 64);
	buf_init(&text, SEALED_TOKEN_LEN);
	const char *good = sealed(&ours, USER);
	assert_true(text_base32_decode(&bytes, good, strlen(good)));
	for (size_t bit = 0; bit < bytes.len * 8; bit++) {
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		buf_reset(&text);
		text_base32_encode(&text, bytes.data, bytes.len);
		refused(&ours, text.data, NOW, ERR_DENIED, "forged");
		bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	/* A point of small order, with which the shared secret would be known to all. */
	memset(bytes.data, 0, 32);
	buf_reset(&text);
	text_base32_encode(&text, bytes.data, bytes.len);
	refused(&ours, text.data, NOW, ERR_DENIED, "forged");
	buf_release(&bytes);
	buf_release(&text);
}

static void what_has_not_its_form_is_damaged(void **state)
{
	(void)state;
	const char *good = sealed(&ours, USER);
	refused(&ours, "", NOW, ERR_INVALID, "the sealed token is damaged");
	refused(&ours, good + 1, NOW, ERR_INVALID, "damaged");
	refused(&ours, arena_printf(&arena, "%sA", good), NOW, ERR_INVALID, "damaged");
	char *bad = arena_strdup(&arena, good);
	bad[50] = '1';
	refused(&ours, bad, NOW, ERR_INVALID, "damaged");
	bad = arena_strdup(&arena, good);
	bad[SEALED_TOKEN_LEN - 1] = 'B'; /* bits that belong to no byte */
	refused(&ours, bad, NOW, ERR_INVALID, "damaged");
}

static void damaged_keys_are_named(void **state)
{
	(void)state;
	struct ms_exchange_connector c = ours;
	const char *text = sealed(&ours, USER);
	char ret[SEALED_TOKEN_LEN + 1];
	struct err err = { 0 };
	c.private_key = "";
	refused(&c, text, NOW, ERR_INTERNAL, "the integration's private key is damaged or missing");
	c = ours;
	c.sealing_key = "AAAA";
	refused(&c, text, NOW, ERR_INTERNAL, "sealing key");
	assert_false(sealed_token_user(c.sealing_key, USER, ret, &err));
	assert_false(sealed_token_seal(c.public_key, c.sealing_key, c.uuid, USER, NOW, ret, &err));
	assert_false(sealed_token_seal("x", ours.sealing_key, c.uuid, USER, NOW, ret, &err));
	assert_non_null(strstr(err.text, "public key"));
	/* 32 zero bytes: a point of small order. */
	assert_false(sealed_token_seal("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		ours.sealing_key, c.uuid, USER, NOW, ret, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
}

/* ---- on its way through mail ---------------------------------------------------------------- */

/* Writes the marker as mail clients leave it behind. */
static void spoil(struct buf *b, const char *marker, int how)
{
	static const char *const between[] = { "", "\xc2\xad", "</span><span style='x:\">\"'>",
		"\r\n", "&shy;", "\xe2\x80\x8b", "<wbr>", " <br>\n ", "=\r\n" };
	buf_reset(b);
	for (size_t i = 0; marker[i]; i++) {
		char c = marker[i];
		if (how == 1 && c >= 'A' && c <= 'Z')
			c |= 32;
		if (how == 2 && c == '-')
			buf_adds(b, "\xe2\x80\x91"); /* a hyphen that does not break */
		else if (how == 3)
			buf_addf(b, "&#%d;", c);
		else
			buf_addc(b, c);
		if (how >= 4 && i % 7 == 3)
			buf_adds(b, between[how - 3]);
	}
}

static void it_survives_what_mail_clients_do(void **state)
{
	(void)state;
	char marker[MARKER_MAX + 1];
	struct buf body;
	buf_init(&body, 1 << 16);
	marker_format_token(sealed(&ours, USER), marker);
	assert_true(strlen(marker) <= SEALED_TOKEN_MARKER_MAX);
	assert_int_equal(MARKER_MAX, SEALED_TOKEN_MARKER_MAX);
	for (int how = 0; how <= 10; how++) {
		struct markers m;
		struct sealed_token t;
		struct err err = { 0 };
		spoil(&body, marker, how);
		markers_find(body.data, true, &m);
		if (m.count != 1 || m.damaged)
			fail_msg("%d: not found in '%s'", how, body.data);
		assert_int_equal(m.items[0].kind, MARKER_TOKEN);
		if (!opened(&ours, m.items[0].token, NOW, &t, &err))
			fail_msg("%d: %s", how, err.text);
	}
	/* A plain text that was wrapped at 76 characters, and quoted-printable as it should never
	 * arrive, which is no marker any more. */
	struct markers m;
	struct sealed_token t;
	markers_find(arena_printf(&arena, "%.76s\n%s", marker, marker + 76), false, &m);
	assert_int_equal(m.count, 1);
	assert_true(opened(&ours, m.items[0].token, NOW, &t, NULL));
	spoil(&body, marker, 11);
	markers_find(body.data, true, &m);
	assert_int_equal(m.count, 0);
	buf_release(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_is_opened),
		cmocka_unit_test(nothing_readable_is_in_it),
		cmocka_unit_test(the_format_stays),
		cmocka_unit_test(it_is_valid_for_eight_hours),
		cmocka_unit_test(another_integrations_keys_do_not_open_it),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(what_has_not_its_form_is_damaged),
		cmocka_unit_test(damaged_keys_are_named),
		cmocka_unit_test(it_survives_what_mail_clients_do),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
