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

#include "auth/identity_keys.h"

/* Reads the signing keys; entries that are no signing certificates with an RSA key fit for tokens
 * are passed over, and so are those beyond IDENTITY_KEYS_PER_URL_MAX. *ret is all zeros before.
 * ERR_PROTOCOL: not such a document, or none usable in it. key_set_release() after success. */
bool exchange_metadata_read(const char *bytes, size_t len, struct key_set *ret, struct err *err);

/* A key_source's load(): the document at its url. */
bool exchange_metadata_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err);

#endif
