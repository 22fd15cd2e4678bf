/*
 * jwt - signed tokens in compact form (RFC 7515, RFC 7519), read strictly.
 *
 * A token is a stranger's text until jwt_verify() said yes. Exactly one form is taken: three parts
 * of canonical base64url, a JSON object in the first two without a repeated name, signed with
 * RS256. The algorithm is pinned here and never chosen by the token: "none", HMAC under a public
 * key and everything else are refused by name. So are tokens that bring extensions we must
 * understand ("crit") or their own keys ("jku", "x5u", "jwk", "x5c").
 *
 * The claims may be looked at before the signature is verified, to find the key; nobody acts on
 * them before.
 *
 *	jwt_parse -> jwt_header_text, jwt_claim_... -> jwt_verify -> jwt_release
 */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdint.h>

enum {
	JWT_BYTES_MAX = 16384,    /* of the whole token */
	JWT_SIGNATURE_MAX = 1024, /* bytes: RSA up to 8192 bits */
	JWT_RSA_BITS_MIN = 2048,
};

struct jwt {
	const char *token; /* the caller's */
	size_t signed_len; /* bytes of token under the signature: "<header>.<claims>" */
	struct buf signature;
	json_t *header, *claims; /* objects */
};

/* typ: what the header's "typ" must say, without regard to case (RFC 7515 section 4.1.9). The token
 * must outlive *ret. ERR_LIMIT: too long; ERR_DENIED: not such a token. */
bool jwt_parse(const char *token, const char *typ, struct jwt *ret, struct err *err);
void jwt_release(struct jwt *jwt);

/* NULL when absent or not a text. */
const char *jwt_header_text(const struct jwt *jwt, const char *name);
const char *jwt_claim_text(const struct jwt *jwt, const char *name);
/* Seconds since 1970, as a number or (as Exchange writes them) a text of digits; false when absent
 * or neither. */
bool jwt_claim_time(const struct jwt *jwt, const char *name, int64_t *ret);

/* RS256 under the RSA public key. ERR_DENIED: the signature or the key will not do. */
bool jwt_verify(const struct jwt *jwt, EVP_PKEY *key, struct err *err);

/* The same in two steps, for keys that are used often: setting a verifier up costs as much as an
 * eighth of a verification. One verifier verifies once; EVP_MD_CTX_copy_ex() makes more of them.
 * EVP_MD_CTX_free() it. NULL: the key will not do. */
EVP_MD_CTX *jwt_verifier_new(EVP_PKEY *key, struct err *err);
bool jwt_verify_once(const struct jwt *jwt, EVP_MD_CTX *verifier, struct err *err);

#endif
