#include "auth/openid_keys.h"
#include "auth/jwt.h"
#include "base/origin.h"
#include "base/text.h"
#include "wire/json.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

/* ---- metadata ------------------------------------------------------------------------------- */

static bool copy(const char *text, size_t max, char *ret)
{
	if (text_empty(text) || strlen(text) > max)
		return false;
	memcpy(ret, text, strlen(text) + 1);
	return true;
}

static bool read_metadata(
	const json_t *document, const char *url, struct openid_metadata *ret, struct err *err)
{
	struct origin ours, theirs;
	char expected[ORIGIN_TEXT_MAX + 1];
	if (!copy(json_text(document, "issuer"), KEY_ISSUER_MAX, ret->issuer))
		return err_set(err, ERR_PROTOCOL, "the OpenID metadata names no issuer");
	if (!copy(json_text(document, "jwks_uri"), OPENID_URL_MAX, ret->jwks_uri))
		return err_set(err, ERR_PROTOCOL, "the OpenID metadata names no 'jwks_uri'");
	if (!origin_read(url, &ours))
		return err_set(err, ERR_PROTOCOL, "the address is not an https URL");
	if (origin_read(ret->jwks_uri, &theirs) && origin_equal(&ours, &theirs))
		return true;
	origin_format(&ours, expected);
	return err_set(err, ERR_PROTOCOL,
		"the OpenID metadata's 'jwks_uri' '%.100s' is not on '%s', where the metadata are",
		ret->jwks_uri, expected);
}

static bool parse(const char *what, const char *bytes, size_t len, json_t **ret, struct err *err)
{
	struct err why;
	if (json_parse(bytes, len, ret, &why))
		return true;
	return err_set(err, ERR_PROTOCOL, "%s not JSON: %.200s", what, why.text);
}

bool openid_metadata_read(const char *bytes, size_t len, const char *url,
	struct openid_metadata *ret, struct err *err)
{
	json_t *document;
	struct openid_metadata found;
	if (!parse("the OpenID metadata are", bytes, len, &document, err))
		return false;
	bool ok = read_metadata(document, url, &found, err);
	json_decref(document);
	if (ok)
		*ret = found;
	return ok;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static bool decode_number(const json_t *entry, const char *name, size_t max, struct buf *ret)
{
	const char *text = json_text(entry, name);
	buf_init(ret, max);
	return text && text_base64url_decode(ret, text, strlen(text)) && !ret->overflow && ret->len;
}

static EVP_PKEY *rsa_from(OSSL_PARAM *params)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* An even modulus or exponent, and an exponent of 1, make no RSA key. */
static EVP_PKEY *rsa_new(const struct buf *n, const struct buf *e)
{
	BIGNUM *modulus = BN_bin2bn((const unsigned char *)n->data, (int)n->len, NULL);
	BIGNUM *exponent = BN_bin2bn((const unsigned char *)e->data, (int)e->len, NULL);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;
	if (modulus && exponent && builder && BN_is_odd(modulus) && BN_is_odd(exponent) &&
		!BN_is_one(exponent) &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params)
		key = rsa_from(params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	BN_free(modulus);
	BN_free(exponent);
	return key;
}

static EVP_MD_CTX *verifier_of(const json_t *entry)
{
	struct buf n, e;
	EVP_PKEY *key = NULL;
	bool ok = decode_number(entry, "n", JWKS_MODULUS_MAX, &n);
	ok = decode_number(entry, "e", JWKS_EXPONENT_MAX, &e) && ok;
	if (ok)
		key = rsa_new(&n, &e);
	EVP_MD_CTX *verifier = key ? jwt_verifier_new(key, NULL) : NULL;
	EVP_PKEY_free(key);
	ERR_clear_error();
	buf_release(&n);
	buf_release(&e);
	return verifier;
}

/* Absent, or this. */
static bool may_be(const json_t *entry, const char *name, const char *value)
{
	return !json_object_get(entry, name) || text_equal(json_text(entry, name), value);
}

/* Entra's documents also hold keys of other issuers; "{tenantid}" stands for any of its tenants. */
static bool of_issuer(const json_t *entry, const char *issuer)
{
	const char *named = json_text(entry, "issuer");
	return !named || !*issuer || strchr(named, '{') || text_equal(named, issuer);
}

static bool known_already(const struct key_set *set, const struct signing_key *key)
{
	for (size_t i = 0; i < set->count; i++)
		if ((*key->kid && strcmp(set->keys[i].kid, key->kid) == 0) ||
			(*key->x5t && strcmp(set->keys[i].x5t, key->x5t) == 0))
			return true;
	return false;
}

static void read_key(const json_t *entry, const char *issuer, struct key_set *set)
{
	struct signing_key key = { 0 };
	if (!text_equal(json_text(entry, "kty"), "RSA") || !may_be(entry, "use", "sig") ||
		!may_be(entry, "alg", "RS256") || !of_issuer(entry, issuer))
		return;
	copy(json_text(entry, "kid"), KEY_NAME_MAX, key.kid);
	copy(json_text(entry, "x5t"), X5T_LEN, key.x5t);
	/* Tokens could not tell two keys of one name apart: the first it is. */
	if ((!*key.kid && !*key.x5t) || known_already(set, &key))
		return;
	key.verifier = verifier_of(entry);
	if (key.verifier)
		set->keys[set->count++] = key;
}

bool jwks_read(
	const char *bytes, size_t len, const char *issuer, struct key_set *ret, struct err *err)
{
	json_t *document;
	if (!parse("the key set is", bytes, len, &document, err))
		return false;
	const json_t *list = json_object_get(document, "keys");
	for (size_t i = 0; i < json_array_size(list) && ret->count < IDENTITY_KEYS_PER_URL_MAX; i++)
		read_key(json_array_get(list, i), issuer, ret);
	json_decref(document);
	if (!ret->count)
		return err_set(err, ERR_PROTOCOL,
			"the key set has no RSA key of at least %d bits for signatures",
			JWT_RSA_BITS_MIN);
	snprintf(ret->issuer, sizeof(ret->issuer), "%s", issuer);
	return true;
}

/* ---- sources -------------------------------------------------------------------------------- */

static bool load_metadata(const struct key_source *source, const struct key_fetch *fetch,
	struct openid_metadata *ret, struct err *err)
{
	struct buf document;
	if (!key_fetch_document(fetch, source->url, source->ca, &document, err))
		return false;
	bool ok = openid_metadata_read(document.data, document.len, source->url, ret, err);
	buf_release(&document);
	return ok;
}

bool openid_keys_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err)
{
	struct openid_metadata metadata;
	struct buf document;
	if (!load_metadata(source, fetch, &metadata, err))
		return false;
	if (!key_fetch_document(fetch, metadata.jwks_uri, source->ca, &document, err))
		return err_prefix(err, "the key set at '%.200s'", metadata.jwks_uri);
	bool ok = jwks_read(document.data, document.len, metadata.issuer, ret, err);
	buf_release(&document);
	return ok;
}

bool jwks_document_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err)
{
	(void)fetch;
	return jwks_read(source->document, strlen(source->document), "", ret, err);
}

void jwks_name(const char *document, char ret[JWKS_NAME_MAX + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf text;
	EVP_Digest(document, strlen(document), digest, &len, EVP_sha256(), NULL);
	buf_init(&text, JWKS_NAME_MAX);
	text_hex_encode(&text, digest, 16);
	snprintf(ret, JWKS_NAME_MAX + 1, "addin_jwks (%s)", text.data);
	buf_release(&text);
}
