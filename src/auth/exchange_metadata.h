/*
 * exchange_metadata - the document in which an Exchange server tells its token signing keys.
 *
 * {"keys": [{"usage": "signing", "keyinfo": {"x5t": ...},
 *            "keyvalue": {"type": "x509Certificate", "value": <base64 of the DER>}}], ...}
 *
 * Several keys are usual: Exchange lists the present, the previous and the next certificate. A key
 * goes by the SHA-1 thumbprint that we compute from the certificate itself, so a document cannot
 * give one certificate the name of another. Dates in the certificates are not looked at: they are
 * self-signed, and trust rests on where the document came from.
 */
#ifndef AUTH_EXCHANGE_METADATA_H
#define AUTH_EXCHANGE_METADATA_H

#include "base/err.h"

#include <openssl/evp.h>
#include <stddef.h>

enum { X5T_LEN = 27 }; /* base64url of 20 bytes */

struct signing_key {
	char x5t[X5T_LEN + 1];
	EVP_MD_CTX *verifier; /* see jwt_verifier_new() */
};

/* Reads the signing keys, at most max; entries that are no signing certificates with
 * an RSA key fit for tokens are passed over.
 * ERR_PROTOCOL: not such a document, or none usable in it. signing_keys_release() after success. */
bool exchange_metadata_read(const char *bytes, size_t len, struct signing_key *ret, size_t max,
	size_t *ret_count, struct err *err);
void signing_keys_release(struct signing_key *keys, size_t count);

#endif
