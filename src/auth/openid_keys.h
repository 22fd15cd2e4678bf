/*
 * openid_keys - the signing keys of an OpenID provider: Entra, AD FS.
 *
 * Two documents: the provider's metadata (OpenID Connect Discovery 1.0) name the issuer and the
 * address of the key set (RFC 7517). The metadata's address comes from the settings alone, never
 * from a token; the key set must be on the same host and port. Only RSA keys for signatures are
 * taken, of JWT_RSA_BITS_MIN bits or more; a key is made from its modulus and exponent, and what
 * else an entry says (certificates, addresses of some) is not looked at.
 */
#ifndef AUTH_OPENID_KEYS_H
#define AUTH_OPENID_KEYS_H

#include "auth/identity_keys.h"

enum {
	OPENID_URL_MAX = 512,    /* bytes */
	JWKS_EXPONENT_MAX = 8,   /* bytes of "e" */
	JWKS_MODULUS_MAX = 1024, /* bytes of "n": 8192 bits */
};

struct openid_metadata {
	char issuer[KEY_ISSUER_MAX + 1];
	char jwks_uri[OPENID_URL_MAX + 1];
};

/* url: where the document came from. ERR_PROTOCOL: not such a document, or one that names keys on
 * another host. */
bool openid_metadata_read(const char *bytes, size_t len, const char *url,
	struct openid_metadata *ret, struct err *err);

/* issuer: keys that name another one are passed over; "": whatever they name. *ret is all zeros
 * before. ERR_PROTOCOL: no key set, or no usable key in it. key_set_release() after success. */
bool jwks_read(
	const char *bytes, size_t len, const char *issuer, struct key_set *ret, struct err *err);

/* The load() of two kinds of key_source. openid_keys_load: the metadata are at its url.
 * jwks_document_load: its document is the key set; its url is a name for it (jwks_name()). */
bool openid_keys_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err);
bool jwks_document_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err);

enum { JWKS_NAME_MAX = 64 };
/* "addin_jwks (0123456789abcdef)": another text, another name. */
void jwks_name(const char *document, char ret[JWKS_NAME_MAX + 1]);

#endif
