/*
 * token - Exchange identity tokens and the metadata document that vouches for them.
 */
#ifndef EMULATOR_TOKEN_H
#define EMULATOR_TOKEN_H

#include "base/buf.h"
#include "base/err.h"
#include "mailbox.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

enum { TOKEN_LIFE_S = 28800, TOKEN_HOST_MAX = 300 };

struct tokens {
	EVP_PKEY *key;
	X509 *certificate;
	char host[TOKEN_HOST_MAX]; /* "localhost:8443": where the metadata document is */
};

bool tokens_init(struct tokens *tokens, struct err *err);
void tokens_release(struct tokens *tokens);

/* wish: {"audience": "https://...", and for tests: "expires_in", "not_before_in" (seconds from
 * now), "amurl", "version", "uid", "issuer", "alg", "x5t", "appctx_text": true, "claims": {...} put over all,
 * "header": {...}, "sign": false}. The compact JWT goes to ret. */
bool token_issue(const struct tokens *tokens, const struct account *account, const json_t *wish,
	struct buf *ret, struct err *err);

/* The document at /autodiscover/metadata/json/1. */
void token_metadata(const struct tokens *tokens, struct buf *ret);

#endif
