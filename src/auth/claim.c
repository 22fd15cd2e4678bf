#include "auth/claim.h"
#include "auth/identity.h"
#include "auth/identity_keys.h"
#include "base/iso8601.h"
#include "base/text.h"

#include <string.h>

void claim_show(const char *text, size_t len, char ret[CLAIM_SHOWN_MAX + 1])
{
	size_t n = len < CLAIM_SHOWN_MAX ? len : CLAIM_SHOWN_MAX;
	for (size_t i = 0; i < n; i++)
		ret[i] = text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
	ret[n] = '\0';
}

const char *claim_key_name(const struct jwt *jwt)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *name = jwt_header_text(jwt, "kid");
	if (!name)
		name = jwt_header_text(jwt, "x5t");
	size_t len = name ? strlen(name) : 0;
	return len && len <= KEY_NAME_MAX && strspn(name, alphabet) == len ? name : NULL;
}

/* The sentences about a wrong time are the ones administrators of such systems know. */
static bool check_time(const struct jwt *jwt, const char *begin, int64_t now, struct err *err)
{
	int64_t from, until;
	if (!jwt_claim_time(jwt, begin, &from))
		return err_set(
			err, ERR_DENIED, "the token does not say when it begins ('%s')", begin);
	if (!jwt_claim_time(jwt, "exp", &until))
		return err_set(err, ERR_DENIED, "the token does not say when it ends ('exp')");
	char at[ISO8601_LEN + 1];
	if (now < from - IDENTITY_SKEW_S) {
		iso8601_format(from, at);
		return err_set(err, ERR_DENIED, "The token is not valid until %s", at);
	}
	if (now >= until + IDENTITY_SKEW_S) {
		iso8601_format(until, at);
		return err_set(err, ERR_DENIED, "The token is not valid after %s", at);
	}
	return true;
}

bool claim_check_time(const struct jwt *jwt, int64_t now, struct err *err)
{
	return check_time(jwt, "nbf", now, err);
}

bool claim_check_id_time(const struct jwt *jwt, int64_t now, struct err *err)
{
	return check_time(jwt, "iat", now, err);
}

bool claim_refuse(const struct jwt *jwt, const char *name, const char *expected, struct err *err)
{
	const json_t *claim = json_object_get(jwt->claims, name);
	char shown[CLAIM_SHOWN_MAX + 1];
	if (!claim)
		return err_set(
			err, ERR_DENIED, "the token has no '%s', expected '%s'", name, expected);
	if (!json_is_string(claim))
		return err_set(err, ERR_DENIED, "the token's '%s' is no text, expected '%s'", name,
			expected);
	claim_show(json_string_value(claim), json_string_length(claim), shown);
	return err_set(
		err, ERR_DENIED, "the token's '%s' is '%s', expected '%s'", name, shown, expected);
}

bool claim_is(const struct jwt *jwt, const char *name, const char *expected, struct err *err)
{
	return text_equal(jwt_claim_text(jwt, name), expected) ||
		claim_refuse(jwt, name, expected, err);
}

bool claim_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *p = words; *p;) {
		size_t n = strcspn(p, " ");
		if (n == len && memcmp(p, word, len) == 0)
			return true;
		p += n + (p[n] == ' ');
	}
	return false;
}
