/*
 * identity_token - does this token say that Exchange knows the user who holds it?
 *
 * The add-in sends an Exchange user identity token (Office.js getUserIdentityTokenAsync; Microsoft
 * Learn, "Inside the Exchange identity token"). It tells no address, only that this Exchange server
 * vouches for one of its users, which is what giving out an alias needs.
 *
 * The order of the steps matters: what costs nothing first, and no request before the token's
 * metadata host is known to be one of the administrator's.
 */
#ifndef AUTH_IDENTITY_TOKEN_H
#define AUTH_IDENTITY_TOKEN_H

#include "auth/identity.h"
#include "auth/identity_keys.h"

#include <stdint.h>

/* What this integration accepts. */
struct identity_rules {
	const char *audience;       /* the add-in's URL, exactly */
	const char *const *domains; /* NULL-ended, see amurl_check() */
	const char *ca;             /* PEM of authorities trusted besides the system's; "": none */
	int64_t now;                /* UTC seconds */
};

/* From any thread. ERR_DENIED, ERR_LIMIT: the token is refused, the sentence says why; others as in
 * identity_keys_find(): we could not tell. */
bool identity_token_check(struct identity_keys *keys, const char *token,
	const struct identity_rules *rules, struct identity *ret, struct err *err);

#endif
