#include "auth/jwt.h"
#include "base/text.h"
#include "wire/json.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

/* 9999-12-31T23:59:59Z: what our own times can say. */
#define TIME_MAX 253402300799LL

static bool decode_object(
	const char *part, const char *text, size_t len, json_t **ret, struct err *err)
{
	struct buf bytes;
	buf_init(&bytes, JWT_BYTES_MAX);
	struct err why;
	bool ok = true;
	if (!text_base64url_decode(&bytes, text, len))
		ok = err_set(err, ERR_DENIED, "the token's %s is not base64url", part);
	else if (!json_parse(bytes.data, bytes.len, ret, &why))
		ok = err_set(err, ERR_DENIED, "the token's %s is not JSON: %s", part, why.text);
	else if (!json_is_object(*ret))
		ok = err_set(err, ERR_DENIED, "the token's %s is not a JSON object", part);
	buf_release(&bytes);
	return ok;
}

/* A stranger's word, fit for a sentence: short and of visible ASCII, or not told at all. */
static const char *shown(const char *word)
{
	enum { SHOWN_MAX = 16 };
	if (!word)
		return "";
	for (size_t i = 0; word[i]; i++)
		if (word[i] <= ' ' || word[i] >= 0x7f || i >= SHOWN_MAX)
			return "?";
	return word;
}

static bool check_header(const struct jwt *jwt, const char *typ, struct err *err)
{
	static const char *const refused[] = { "crit", "jku", "x5u", "jwk", "x5c", "b64", "zip" };
	const char *alg = jwt_header_text(jwt, "alg");
	if (!alg)
		return err_set(err, ERR_DENIED, "the token names no algorithm");
	if (!text_equal(alg, "RS256"))
		return err_set(err, ERR_DENIED,
			"the token's algorithm '%s' is not accepted, only 'RS256' is", shown(alg));
	const char *found = jwt_header_text(jwt, "typ");
	if (!text_equal_nocase(found, typ))
		return err_set(
			err, ERR_DENIED, "the token's type '%s' is not '%s'", shown(found), typ);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (json_object_get(jwt->header, refused[i]))
			return err_set(err, ERR_DENIED,
				"the token's header has '%s', which is not accepted", refused[i]);
	return true;
}

/* Where the three parts of the token end. */
static bool split(const char *token, size_t len, size_t *ret_first, size_t *ret_second)
{
	const char *first = memchr(token, '.', len);
	const char *second = first ? strchr(first + 1, '.') : NULL;
	if (!second || strchr(second + 1, '.'))
		return false;
	*ret_first = (size_t)(first - token);
	*ret_second = (size_t)(second - token);
	return true;
}

static bool decode(struct jwt *jwt, size_t len, const char *typ, struct err *err)
{
	const char *token = jwt->token;
	size_t first;
	if (!split(token, len, &first, &jwt->signed_len))
		return err_set(err, ERR_DENIED, "the token does not have three parts");
	if (!decode_object("header", token, first, &jwt->header, err) ||
		!check_header(jwt, typ, err))
		return false;
	if (!decode_object(
		    "payload", token + first + 1, jwt->signed_len - first - 1, &jwt->claims, err))
		return false;
	if (!text_base64url_decode(
		    &jwt->signature, token + jwt->signed_len + 1, len - jwt->signed_len - 1) ||
		jwt->signature.overflow)
		return err_set(err, ERR_DENIED, "the token's signature is not base64url");
	if (!jwt->signature.len)
		return err_set(err, ERR_DENIED, "the token is not signed");
	return true;
}

bool jwt_parse(const char *token, const char *typ, struct jwt *ret, struct err *err)
{
	size_t len = strnlen(token, JWT_BYTES_MAX + 1);
	if (len > JWT_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "the token is longer than %d bytes", JWT_BYTES_MAX);
	struct jwt jwt = { .token = token };
	buf_init(&jwt.signature, JWT_SIGNATURE_MAX);
	if (!decode(&jwt, len, typ, err)) {
		jwt_release(&jwt);
		return false;
	}
	*ret = jwt;
	return true;
}

void jwt_release(struct jwt *jwt)
{
	buf_release(&jwt->signature);
	json_decref(jwt->header);
	json_decref(jwt->claims);
	jwt->header = jwt->claims = NULL;
}

const char *jwt_header_text(const struct jwt *jwt, const char *name)
{
	return json_text(jwt->header, name);
}

const char *jwt_claim_text(const struct jwt *jwt, const char *name)
{
	return json_text(jwt->claims, name);
}

bool jwt_claim_time(const struct jwt *jwt, const char *name, int64_t *ret)
{
	const json_t *value = json_object_get(jwt->claims, name);
	int64_t at;
	if (json_is_string(value)) {
		if (!text_to_int64(json_string_value(value), &at))
			return false;
	} else if (json_is_integer(value)) {
		at = json_integer_value(value);
	} else if (json_is_real(value)) { /* RFC 7519: a NumericDate may have a fraction */
		double real = json_real_value(value);
		if (!(real >= 0 && real <= (double)TIME_MAX))
			return false;
		at = (int64_t)real;
	} else {
		return false;
	}
	if (at < 0 || at > TIME_MAX)
		return false;
	*ret = at;
	return true;
}

EVP_MD_CTX *jwt_verifier_new(EVP_PKEY *key, struct err *err)
{
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
		EVP_PKEY_get_bits(key) < JWT_RSA_BITS_MIN) {
		err_set(err, ERR_DENIED, "the token's signing key is not RSA of at least %d bits",
			JWT_RSA_BITS_MIN);
		return NULL;
	}
	EVP_MD_CTX *verifier = EVP_MD_CTX_new();
	if (verifier && EVP_DigestVerifyInit(verifier, NULL, EVP_sha256(), NULL, key) == 1)
		return verifier;
	EVP_MD_CTX_free(verifier);
	ERR_clear_error();
	err_set(err, ERR_DENIED, "the token's signing key cannot be used");
	return NULL;
}

bool jwt_verify_once(const struct jwt *jwt, EVP_MD_CTX *verifier, struct err *err)
{
	bool ok = EVP_DigestVerify(verifier, (const unsigned char *)jwt->signature.data,
			  jwt->signature.len, (const unsigned char *)jwt->token,
			  jwt->signed_len) == 1;
	ERR_clear_error(); /* a bad signature leaves entries behind, which TLS would trip over */
	return ok || err_set(err, ERR_DENIED, "the token's signature is not valid");
}

bool jwt_verify(const struct jwt *jwt, EVP_PKEY *key, struct err *err)
{
	EVP_MD_CTX *verifier = jwt_verifier_new(key, err);
	bool ok = verifier && jwt_verify_once(jwt, verifier, err);
	EVP_MD_CTX_free(verifier);
	return ok;
}
