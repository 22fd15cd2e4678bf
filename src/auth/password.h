/*
 * password - administrators' passwords: hashed for keeping, made up for `vmrd init`.
 *
 * Hashes are argon2id in the usual text form ("$argon2id$v=19$m=..."), with cost and salt in the
 * text, so a later release may raise the cost and still verify what is stored. Both hashing and
 * verifying take tens of milliseconds and PASSWORD_MEMORY bytes on purpose: callers that check a
 * password per request remember the answer for a while. Safe from any thread.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "base/err.h"

#include <stdbool.h>

enum {
	PASSWORD_HASH_MAX = 128,    /* bytes of a hash, the NUL included */
	PASSWORD_LEN_MAX = 1024,    /* bytes; longer ones are refused before any work is done */
	PASSWORD_MEMORY = 19 << 20, /* bytes; OWASP's minimum for argon2id with 2 passes */
	PASSWORD_PASSES = 2,
	PASSWORD_RANDOM_LEN = 27, /* of password_random(), the hyphens included */
};

/* ERR_LIMIT: too long. ERR_INTERNAL: the memory is not to be had. */
bool password_hash(const char *password, char ret[PASSWORD_HASH_MAX], struct err *err);

/* False for a wrong password and for a text that is no hash. */
bool password_verify(const char *hash, const char *password);

/* A password of 118 random bits that survives being read aloud and typed: four groups of six from
 * an alphabet without 0, 1, i, l, o, joined by hyphens. */
void password_random(char ret[PASSWORD_RANDOM_LEN + 1]);

#endif
