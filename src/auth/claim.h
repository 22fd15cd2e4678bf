/*
 * claim - one claim of a token against what it must be.
 *
 * A refusal names the claim, what was found and what was expected, so that an administrator sees
 * which of the two is wrong. A stranger's text is shown short and of visible ASCII only.
 */
#ifndef AUTH_CLAIM_H
#define AUTH_CLAIM_H

#include "auth/jwt.h"

#include <stdint.h>

enum { CLAIM_SHOWN_MAX = 80 }; /* bytes of a stranger's text that a sentence repeats */

void claim_show(const char *text, size_t len, char ret[CLAIM_SHOWN_MAX + 1]);

/* By which the header names the signing key: kid, or else x5t. NULL: by none, or not by a plain one
 * (letters, digits, '-', '_'; at most KEY_NAME_MAX), as issuers make them and as can be looked up and
 * shown without care. */
const char *claim_key_name(const struct jwt *jwt);

/* nbf and exp, with IDENTITY_SKEW_S of allowance. ERR_DENIED. */
bool claim_check_time(const struct jwt *jwt, int64_t now, struct err *err);

/* iat and exp likewise: ID tokens need no nbf (OpenID Connect Core 1.0 section 2). */
bool claim_check_id_time(const struct jwt *jwt, int64_t now, struct err *err);

/* ERR_DENIED: the token's 'aud' is '...', not '...'. The expected text may say "'a' or 'b'" itself. */
bool claim_refuse(const struct jwt *jwt, const char *name, const char *expected, struct err *err);

/* False and the refusal, unless the claim is that text, byte for byte. */
bool claim_is(const struct jwt *jwt, const char *name, const char *expected, struct err *err);

/* Whether a text of words separated by spaces has that word. */
bool claim_has_word(const char *words, const char *word);

#endif
