#include "token.h"

#include "base/clock.h"
#include "base/text.h"
#include "certificate.h"
#include "wire/json.h"

#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RSA_BITS = 2048, SIGNATURE_MAX = 512, PART_MAX = 1 << 20, URL_MAX = 1024 };

#define EXCHANGE_APP "00000002-0000-0ff1-ce00-000000000000"

bool tokens_init(struct tokens *tokens, struct err *err)
{
	tokens->key = EVP_RSA_gen(RSA_BITS);
	if (!tokens->key)
		return err_set(err, ERR_INTERNAL, "cannot make an RSA key");
	tokens->certificate = certificate_new(
		tokens->key, "Microsoft Exchange Server Auth Certificate", NULL, false, NULL, NULL);
	return true;
}

void tokens_release(struct tokens *tokens)
{
	X509_free(tokens->certificate);
	EVP_PKEY_free(tokens->key);
}

static void thumbprint(const struct tokens *tokens, struct buf *ret)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	X509_digest(tokens->certificate, EVP_sha1(), digest, &len);
	text_base64url_encode(ret, digest, len);
}

static const char *wished(const json_t *wish, const char *key, const char *otherwise)
{
	const char *value = json_text(wish, key);

	return value ? value : otherwise;
}

static int64_t wished_number(const json_t *wish, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(wish, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

/* appctx is an object in the documents and a text in some builds. */
static json_t *make_appctx(
	const struct tokens *tokens, const struct account *account, const json_t *wish)
{
	char amurl[URL_MAX], uid[TOKEN_HOST_MAX + 64];

	snprintf(amurl, sizeof(amurl), "https://%s/autodiscover/metadata/json/1", tokens->host);
	snprintf(uid, sizeof(uid), "%s@localhost", account->guid);
	json_t *appctx = json_pack("{s:s, s:s, s:s}", "msexchuid", wished(wish, "uid", uid),
		"version", wished(wish, "version", "ExIdTok.V1"), "amurl",
		wished(wish, "amurl", amurl));
	if (!json_is_true(json_object_get(wish, "appctx_text")))
		return appctx;
	char *text = json_dumps(appctx, JSON_COMPACT);
	json_decref(appctx);
	appctx = json_string(text);
	free(text);
	return appctx;
}

static json_t *make_claims(
	const struct tokens *tokens, const struct account *account, const json_t *wish)
{
	int64_t now = clock_now();
	char issuer[TOKEN_HOST_MAX], nbf[32], exp[32];

	snprintf(issuer, sizeof(issuer), EXCHANGE_APP "@localhost");
	snprintf(nbf, sizeof(nbf), "%lld",
		(long long)(now + wished_number(wish, "not_before_in", 0)));
	snprintf(exp, sizeof(exp), "%lld",
		(long long)(now + wished_number(wish, "expires_in", TOKEN_LIFE_S)));
	json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "aud",
		wished(wish, "audience", ""), "iss", wished(wish, "issuer", issuer), "nbf", nbf,
		"exp", exp, "appctxsender", issuer, "isbrowserhostedapp", "true", "appctx",
		make_appctx(tokens, account, wish));
	json_object_update(claims, json_object_get(wish, "claims"));
	return claims;
}

static json_t *make_header(const struct tokens *tokens, const json_t *wish)
{
	struct buf x5t;

	buf_init(&x5t, 128);
	thumbprint(tokens, &x5t);
	json_t *header = json_pack("{s:s, s:s, s:s}", "typ", "JWT", "alg",
		wished(wish, "alg", "RS256"), "x5t", wished(wish, "x5t", x5t.data));
	json_object_update(header, json_object_get(wish, "header"));
	buf_release(&x5t);
	return header;
}

static void add_part(struct buf *ret, json_t *part)
{
	char *text = json_dumps(part, JSON_COMPACT);

	text_base64url_encode(ret, text, strlen(text));
	free(text);
	json_decref(part);
}

static bool sign(const struct tokens *tokens, struct buf *token, struct err *err)
{
	unsigned char signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	bool ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, tokens->key) == 1 &&
		EVP_DigestSign(ctx, signature, &len, (unsigned char *)token->data, token->len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return err_set(err, ERR_INTERNAL, "cannot sign the token");
	buf_addc(token, '.');
	text_base64url_encode(token, signature, len);
	return true;
}

bool token_issue(const struct tokens *tokens, const struct account *account, const json_t *wish,
	struct buf *ret, struct err *err)
{
	add_part(ret, make_header(tokens, wish));
	buf_addc(ret, '.');
	add_part(ret, make_claims(tokens, account, wish));
	if (!json_is_false(json_object_get(wish, "sign")))
		return sign(tokens, ret, err);
	buf_addc(ret, '.');
	return true;
}

static json_t *metadata_key(const struct tokens *tokens)
{
	unsigned char *der = NULL;
	struct buf x5t, value;

	buf_init(&x5t, 128);
	buf_init(&value, PART_MAX);
	thumbprint(tokens, &x5t);
	int len = i2d_X509(tokens->certificate, &der);
	text_base64_encode(&value, der, (size_t)len);
	json_t *key = json_pack("{s:s, s:{s:s}, s:{s:s, s:s}}", "usage", "signing", "keyinfo",
		"x5t", x5t.data, "keyvalue", "type", "x509Certificate", "value", value.data);
	OPENSSL_free(der);
	buf_release(&x5t);
	buf_release(&value);
	return key;
}

void token_metadata(const struct tokens *tokens, struct buf *ret)
{
	char url[URL_MAX];

	snprintf(url, sizeof(url), "https://%s/autodiscover/metadata/json/1", tokens->host);
	json_t *doc = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[s], s:[o], s:[{s:s, s:s, s:s}]}",
		"id", "_1e8b2a86-5d06-4e0c-9d5d-emulator", "version", "1.0", "name", "Exchange",
		"realm", "localhost", "serviceName", EXCHANGE_APP, "issuer",
		EXCHANGE_APP "@localhost", "allowedAudiences", EXCHANGE_APP "@localhost", "keys",
		metadata_key(tokens), "endpoints", "location", url, "protocol", "OAuth2", "usage",
		"metadata");
	json_write(ret, doc);
	json_decref(doc);
}
