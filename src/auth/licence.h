/*
 * licence - a signed statement of what may be scheduled, until when.
 *
 * One line of text that can be pasted into a field or a mail; white space in it does not matter:
 *
 *	vmrd-licence-1.<base64url of a JSON document>.<base64url of its Ed25519 signature>
 *
 *	{"entitlement_id":"E-1","type":"scheduling","features":["series"],
 *	 "start":"2026-01-01T00:00:00Z","expiration":"2027-01-01T00:00:00Z","meetings":500}
 *
 * expiration and meetings may be null: never, as many as one likes. The signature (RFC 8032) is of
 * the text before the last dot. Keys are base64: the public one of 32 bytes, the secret one its
 * seed, 32 bytes too.
 */
#ifndef AUTH_LICENCE_H
#define AUTH_LICENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

enum {
	LICENCE_TEXT_MAX = 8192, /* characters, white space included */
	LICENCE_WORD_MAX = 250,  /* characters of the entitlement's id, the type, all features */
	LICENCE_KEY_LEN = 44,    /* characters of either key */
};

struct licence_terms {
	const char *entitlement_id, *type;
	const char *features; /* separated by commas */
	int64_t start;        /* UTC seconds */
	int64_t expires;      /* UTC seconds: from then on it is worth nothing; FIELD_NULL: never */
	int64_t meetings;     /* scheduled at a time; FIELD_NULL: no limit */
};

/* Texts of *ret belong to arena. ERR_INVALID: it is no licence; ERR_DENIED: not signed by that key;
 * ERR_INTERNAL: the key is none. Whether it is valid now is the caller's question. */
bool licence_read(const char *public_key, const char *text, struct arena *arena,
	struct licence_terms *ret, struct err *err);

/* Appends the licence. ERR_INVALID: the terms make no sense, or the key is none. */
bool licence_sign(const char *secret_key, const struct licence_terms *terms, struct buf *ret,
	struct err *err);

void licence_keys_new(char ret_public[LICENCE_KEY_LEN + 1], char ret_secret[LICENCE_KEY_LEN + 1]);
/* The public key of a secret one. ERR_INVALID: it is none. */
bool licence_public_key(const char *secret_key, char ret[LICENCE_KEY_LEN + 1], struct err *err);

#endif
