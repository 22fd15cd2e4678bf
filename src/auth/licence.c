#include "auth/licence.h"
#include "base/iso8601.h"
#include "base/random.h"
#include "base/text.h"
#include "model/record.h"
#include "wire/json.h"

#include <ctype.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 32, SIGNATURE = crypto_sign_BYTES };
_Static_assert(
	(int)KEY == (int)crypto_sign_PUBLICKEYBYTES && (int)KEY == (int)crypto_sign_SEEDBYTES,
	"both keys have the same length");

static const char prefix[] = "vmrd-licence-1.";

/* ---- keys --------------------------------------------------------------------------------- */

static bool read_key(const char *text, unsigned char ret[KEY])
{
	struct buf b;
	buf_init(&b, KEY);
	bool ok = sodium_init() >= 0 && text_base64_decode(&b, text, strlen(text)) && b.len == KEY;
	if (ok)
		memcpy(ret, b.data, KEY);
	sodium_memzero(b.data, b.len);
	buf_release(&b);
	return ok;
}

static void write_key(const unsigned char key[KEY], char ret[LICENCE_KEY_LEN + 1])
{
	sodium_bin2base64(ret, LICENCE_KEY_LEN + 1, key, KEY, sodium_base64_VARIANT_ORIGINAL);
}

static bool read_secret(const char *text, unsigned char ret_public[KEY],
	unsigned char ret_secret[crypto_sign_SECRETKEYBYTES], struct err *err)
{
	unsigned char seed[KEY];
	if (!read_key(text, seed))
		return err_set(
			err, ERR_INVALID, "this is no secret key; 'vmrd licence keygen' makes one");
	crypto_sign_seed_keypair(ret_public, ret_secret, seed);
	sodium_memzero(seed, sizeof(seed));
	return true;
}

void licence_keys_new(char ret_public[LICENCE_KEY_LEN + 1], char ret_secret[LICENCE_KEY_LEN + 1])
{
	unsigned char seed[KEY];
	if (sodium_init() < 0)
		abort(); /* no source of random numbers: no secret could be made at all */
	random_bytes(seed, sizeof(seed));
	write_key(seed, ret_secret);
	sodium_memzero(seed, sizeof(seed));
	licence_public_key(ret_secret, ret_public, NULL);
}

bool licence_public_key(const char *secret_key, char ret[LICENCE_KEY_LEN + 1], struct err *err)
{
	unsigned char public_key[KEY], secret[crypto_sign_SECRETKEYBYTES];
	if (!read_secret(secret_key, public_key, secret, err))
		return false;
	sodium_memzero(secret, sizeof(secret));
	write_key(public_key, ret);
	return true;
}

/* ---- the document ------------------------------------------------------------------------- */

static bool bad(struct err *err, const char *name)
{
	return err_set(err, ERR_INVALID, "the licence's '%s' is missing or makes no sense", name);
}

static bool read_word(const json_t *document, const char *name, struct arena *arena,
	const char **ret, struct err *err)
{
	const char *text = json_text(document, name);
	if (text_empty(text) || strlen(text) > LICENCE_WORD_MAX)
		return bad(err, name);
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return bad(err, name);
	*ret = arena_strdup(arena, text);
	return true;
}

static bool read_features(
	const json_t *document, struct arena *arena, const char **ret, struct err *err)
{
	const json_t *list = json_object_get(document, "features"), *one;
	struct buf b;
	size_t i;
	buf_init(&b, LICENCE_WORD_MAX);
	bool ok = json_is_array(list);
	for (i = 0; ok && i < json_array_size(list); i++) {
		one = json_array_get(list, i);
		ok = json_is_string(one) && !strpbrk(json_string_value(one), ", \t\r\n");
		if (ok)
			buf_addf(&b, "%s%s", i ? "," : "", json_string_value(one));
	}
	ok = ok && !b.overflow;
	if (ok)
		*ret = arena_strdup(arena, b.data);
	buf_release(&b);
	return ok || bad(err, "features");
}

/* null (where it may be) is FIELD_NULL. */
static bool read_time(
	const json_t *document, const char *name, bool nullable, int64_t *ret, struct err *err)
{
	const json_t *value = json_object_get(document, name);
	if (nullable && json_is_null(value)) {
		*ret = FIELD_NULL;
		return true;
	}
	return (json_is_string(value) && iso8601_parse(json_string_value(value), ret)) ||
		bad(err, name);
}

static bool read_meetings(const json_t *document, int64_t *ret, struct err *err)
{
	const json_t *value = json_object_get(document, "meetings");
	if (!json_is_null(value) && (!json_is_integer(value) || json_integer_value(value) < 0))
		return bad(err, "meetings");
	*ret = json_is_null(value) ? FIELD_NULL : (int64_t)json_integer_value(value);
	return true;
}

static bool read_document(
	const json_t *document, struct arena *arena, struct licence_terms *ret, struct err *err)
{
	struct licence_terms t;
	if (!json_is_object(document))
		return err_set(err, ERR_INVALID, "the licence holds no JSON object");
	if (!read_word(document, "entitlement_id", arena, &t.entitlement_id, err) ||
		!read_word(document, "type", arena, &t.type, err) ||
		!read_features(document, arena, &t.features, err) ||
		!read_time(document, "start", false, &t.start, err) ||
		!read_time(document, "expiration", true, &t.expires, err) ||
		!read_meetings(document, &t.meetings, err))
		return false;
	if (t.expires != FIELD_NULL && t.expires <= t.start)
		return bad(err, "expiration");
	*ret = t;
	return true;
}

static json_t *time_json(int64_t time)
{
	char text[ISO8601_LEN + 1];
	if (time == FIELD_NULL)
		return json_null();
	iso8601_format(time, text);
	return json_string(text);
}

/* "a,b" as a list. */
static json_t *features_json(const char *features)
{
	json_t *list = json_array();
	for (const char *p = features; *p; p += *p == ',') {
		size_t len = strcspn(p, ",");
		if (len)
			json_array_append_new(list, json_stringn(p, len));
		p += len;
	}
	return list;
}

static json_t *document_of(const struct licence_terms *t)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "entitlement_id", t->entitlement_id,
		"type", t->type, "features", features_json(t->features), "start",
		time_json(t->start), "expiration", time_json(t->expires), "meetings",
		t->meetings == FIELD_NULL ? json_null() : json_integer(t->meetings));
}

/* ---- the text ----------------------------------------------------------------------------- */

static bool not_a_licence(struct err *err)
{
	return err_set(err, ERR_INVALID,
		"this is no licence; paste the whole text that begins with '%s'", prefix);
}

/* The text without its white space. */
static bool squeeze(const char *text, struct buf *ret, struct err *err)
{
	if (strlen(text) > LICENCE_TEXT_MAX)
		return err_set(
			err, ERR_LIMIT, "a licence has at most %d characters", LICENCE_TEXT_MAX);
	for (; *text; text++)
		if (!isspace((unsigned char)*text))
			buf_addc(ret, *text);
	return text_starts_with(ret->data, prefix) || not_a_licence(err);
}

static bool check_signature(
	const unsigned char public_key[KEY], const char *text, size_t len, struct err *err)
{
	struct buf signature;
	buf_init(&signature, SIGNATURE);
	const char *encoded = text + len + 1;
	bool formed = text_base64url_decode(&signature, encoded, strlen(encoded)) &&
		signature.len == SIGNATURE;
	bool good = formed &&
		crypto_sign_verify_detached((const unsigned char *)signature.data,
			(const unsigned char *)text, len, public_key) == 0;
	buf_release(&signature);
	if (!formed)
		return not_a_licence(err);
	return good ||
		err_set(err, ERR_DENIED,
			"the licence was changed, or is not signed by the key of "
			"licence_public_key");
}

static bool read_signed(const unsigned char public_key[KEY], const char *text, struct arena *arena,
	struct licence_terms *ret, struct err *err)
{
	const char *document = text + sizeof(prefix) - 1, *dot = strchr(document, '.');
	struct buf bytes;
	json_t *json;
	if (!dot)
		return not_a_licence(err);
	if (!check_signature(public_key, text, (size_t)(dot - text), err))
		return false;
	buf_init(&bytes, LICENCE_TEXT_MAX);
	bool ok = text_base64url_decode(&bytes, document, (size_t)(dot - document));
	if (!ok)
		not_a_licence(err);
	ok = ok && json_parse(bytes.data, bytes.len, &json, err);
	if (ok) {
		ok = read_document(json, arena, ret, err);
		json_decref(json);
	}
	buf_release(&bytes);
	return ok;
}

bool licence_read(const char *public_key, const char *text, struct arena *arena,
	struct licence_terms *ret, struct err *err)
{
	unsigned char key[KEY];
	struct buf squeezed;
	if (!read_key(public_key, key))
		return err_set(err, ERR_INTERNAL, "licence_public_key is damaged or missing");
	buf_init(&squeezed, LICENCE_TEXT_MAX);
	bool ok = squeeze(text, &squeezed, err) && read_signed(key, squeezed.data, arena, ret, err);
	buf_release(&squeezed);
	return ok;
}

/* Whoever reads it must take what was signed. */
static bool check_terms(json_t *document, struct err *err)
{
	struct licence_terms read_back;
	struct arena arena;
	if (!document)
		return err_set(err, ERR_INVALID, "the licence's words are not UTF-8");
	arena_init(&arena);
	bool ok = read_document(document, &arena, &read_back, err);
	arena_release(&arena);
	return ok;
}

static void write_signed(json_t *document, const unsigned char *secret, struct buf *ret)
{
	struct buf json, text;
	unsigned char signature[SIGNATURE];
	buf_init(&json, LICENCE_TEXT_MAX);
	buf_init(&text, LICENCE_TEXT_MAX);
	json_write(&json, document);
	buf_adds(&text, prefix);
	text_base64url_encode(&text, json.data, json.len);
	crypto_sign_detached(signature, NULL, (const unsigned char *)text.data, text.len, secret);
	buf_addc(&text, '.');
	text_base64url_encode(&text, signature, sizeof(signature));
	buf_add(ret, text.data, text.len);
	buf_release(&json);
	buf_release(&text);
}

bool licence_sign(
	const char *secret_key, const struct licence_terms *terms, struct buf *ret, struct err *err)
{
	unsigned char public_key[KEY], secret[crypto_sign_SECRETKEYBYTES];
	if (!read_secret(secret_key, public_key, secret, err))
		return false;
	json_t *document = document_of(terms);
	bool ok = check_terms(document, err);
	if (ok)
		write_signed(document, secret, ret);
	json_decref(document);
	sodium_memzero(secret, sizeof(secret));
	return ok;
}
