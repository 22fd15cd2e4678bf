/*
 * sealed_token - a promise of an alias, given out while the database cannot answer.
 *
 * Whoever serves the add-in has checked the user's token, and cannot make an alias. It gives the
 * user a placeholder that ends in the marker `TOK:-<sealed>#`; the scheduling service, once it reads
 * the invitation, opens it and makes the alias. What must hold: nobody without the private key can
 * read it, nobody without the sealing key can make one, none is of use to another integration or
 * after SEALED_TOKEN_VALID_S, and it holds no bearer token of anybody's. No two are alike.
 *
 * The token is an X25519 public key made for it alone, and a content sealed by
 * ChaCha20-Poly1305 (RFC 8439; the nonce is zero, since the key is used once) under
 *
 *	BLAKE2b(X25519(ephemeral, public key) | ephemeral public | public key | uuid), keyed by the
 *	sealing key
 *
 * The content: a version, when it was issued, a digest of the user. The text is base32, which
 * survives whatever mail clients do to letter case, and the marker is short enough for one line.
 *
 * Keys are given as the integration's record has them (base64, see model/sealing_keys); the digest
 * of a user is keyed too, so that it tells nobody whose it is.
 */
#ifndef AUTH_SEALED_TOKEN_H
#define AUTH_SEALED_TOKEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SEALED_TOKEN_VALID_S = 8 * 3600,
	SEALED_TOKEN_SKEW_S = 300,     /* how far the two clocks may be apart */
	SEALED_TOKEN_MARKER_MAX = 120, /* bytes of "TOK:-<sealed>#" */
	SEALED_TOKEN_LEN = 100,        /* characters of <sealed> */
	SEALED_TOKEN_ID_LEN = 32,      /* hexadecimal */
	SEALED_TOKEN_USER_LEN = 16,    /* hexadecimal: 8 bytes */
};

struct sealed_token {
	char id[SEALED_TOKEN_ID_LEN + 1]; /* of this token; the same token has always the same */
	char user[SEALED_TOKEN_USER_LEN + 1]; /* digest of who asked for it */
	int64_t issued;                       /* UTC seconds */
};

/* user: any text that tells users apart. ret: the text between "TOK:-" and "#". ERR_INTERNAL: a key
 * is none. */
bool sealed_token_seal(const char *public_key, const char *sealing_key, const char *uuid,
	const char *user, int64_t now, char ret[SEALED_TOKEN_LEN + 1], struct err *err);

/* text: as struct marker has it. ERR_INVALID: it has not the form of one; ERR_DENIED: it is of
 * another integration or forged, or not valid yet or any more (the sentence says which);
 * ERR_INTERNAL: a key is none. */
bool sealed_token_open(const char *private_key, const char *sealing_key, const char *uuid,
	const char *text, int64_t now, struct sealed_token *ret, struct err *err);

/* sealed_token.id of a text, whether the token is valid or not: a token that became an alias once is known
 * by it. ERR_INVALID: it has not the form of one. */
bool sealed_token_id(const char *text, char ret[SEALED_TOKEN_ID_LEN + 1], struct err *err);

/* What sealed_token.user says of this user. ERR_INTERNAL: the key is none. */
bool sealed_token_user(const char *sealing_key, const char *user,
	char ret[SEALED_TOKEN_USER_LEN + 1], struct err *err);

#endif
