/*
 * token_testkit - for tests only: keys, certificates, tokens and metadata documents as an Exchange
 * server would make them, and as an attacker would. Everything returned belongs to the arena given.
 */
#ifndef AUTH_TOKEN_TESTKIT_H
#define AUTH_TOKEN_TESTKIT_H

#include "base/arena.h"
#include "base/text.h"

#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define TESTKIT __attribute__((unused)) static

struct test_key {
	EVP_PKEY *pkey;
	const char *certificate; /* base64 of the DER */
	const char *x5t;
};

TESTKIT const char *test_base64url(struct arena *arena, const void *bytes, size_t len)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	text_base64url_encode(&b, bytes, len);
	const char *text = arena_strdup(arena, b.data);
	buf_release(&b);
	return text;
}

TESTKIT void test_key_certify(struct arena *arena, struct test_key *key)
{
	X509 *x = X509_new();
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key->pkey);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
		(const unsigned char *)"Exchange Server Auth Certificate", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	assert(X509_sign(x, key->pkey, EVP_sha256()) > 0);
	unsigned char *der = NULL;
	int len = i2d_X509(x, &der);
	assert(len > 0);
	unsigned char digest[20];
	EVP_Digest(der, (size_t)len, digest, NULL, EVP_sha1(), NULL);
	key->x5t = test_base64url(arena, digest, sizeof(digest));
	struct buf b;
	buf_init(&b, 1 << 16);
	text_base64_encode(&b, der, (size_t)len);
	key->certificate = arena_strdup(arena, b.data);
	buf_release(&b);
	OPENSSL_free(der);
	X509_free(x);
}

TESTKIT struct test_key test_key_new(struct arena *arena, unsigned bits)
{
	struct test_key key = { .pkey = EVP_RSA_gen(bits) };
	assert(key.pkey);
	test_key_certify(arena, &key);
	return key;
}

TESTKIT void test_key_free(struct test_key *key)
{
	EVP_PKEY_free(key->pkey);
	key->pkey = NULL;
}

/* header and payload as given, signed with the key whatever the header says. */
TESTKIT const char *test_token(
	struct arena *arena, const struct test_key *key, const char *header, const char *payload)
{
	const char *text =
		arena_printf(arena, "%s.%s", test_base64url(arena, header, strlen(header)),
			test_base64url(arena, payload, strlen(payload)));
	unsigned char signature[1024];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	assert(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1);
	assert(EVP_DigestSign(ctx, signature, &len, (const unsigned char *)text, strlen(text)) ==
		1);
	EVP_MD_CTX_free(ctx);
	return arena_printf(arena, "%s.%s", text, test_base64url(arena, signature, len));
}

TESTKIT const char *test_header(struct arena *arena, const struct test_key *key)
{
	return arena_printf(arena, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t\":\"%s\"}", key->x5t);
}

/* The modulus, as a JSON Web Key has it. */
TESTKIT const char *test_modulus(struct arena *arena, const struct test_key *key)
{
	BIGNUM *n = NULL;
	unsigned char bytes[1024];
	assert(EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1);
	int len = BN_bn2bin(n, bytes);
	BN_free(n);
	return test_base64url(arena, bytes, (size_t)len);
}

/* A JSON Web Key; kid: "" for none; more: further members, each with a comma before it. */
TESTKIT const char *test_jwk(
	struct arena *arena, const struct test_key *key, const char *kid, const char *more)
{
	const char *named = *kid ? arena_printf(arena, ",\"kid\":\"%s\"", kid) : "";
	return arena_printf(arena, "{\"kty\":\"RSA\"%s,\"n\":\"%s\",\"e\":\"AQAB\"%s}", named,
		test_modulus(arena, key), more);
}

/* A metadata document with the keys given, in that order. */
TESTKIT const char *test_metadata(
	struct arena *arena, const struct test_key *const *keys, size_t count)
{
	const char *list = "";
	for (size_t i = 0; i < count; i++)
		list = arena_printf(arena,
			"%s%s{\"usage\":\"signing\",\"keyinfo\":{\"x5t\":\"%s\"},"
			"\"keyvalue\":{\"type\":\"x509Certificate\",\"value\":\"%s\"}}",
			list, i ? "," : "", keys[i]->x5t, keys[i]->certificate);
	return arena_printf(arena,
		"{\"id\":\"_1\",\"version\":\"1.0\",\"name\":\"Exchange\",\"keys\":[%s]}", list);
}

#endif
