/*
 * entra_token - does this access token say that Entra knows the user who holds it, and let him use
 * the add-in's web API?
 *
 * The add-in sends an access token for our API: by nested app authentication (msal-browser), or by
 * Office's older single sign-on. Versions 1.0 and 2.0 are taken ("Access tokens in the Microsoft
 * identity platform"). Keys come from the authority that the administrator configured, or from a key
 * set that was given. An ID token, or one of an application without user, is none.
 *
 * The claims are checked one by one, after the signature; each refusal says what was found and what
 * was expected.
 */
#ifndef AUTH_ENTRA_TOKEN_H
#define AUTH_ENTRA_TOKEN_H

#include "auth/identity.h"
#include "auth/identity_keys.h"

#include <stdint.h>

/* What this integration accepts. */
struct entra_rules {
	const char *authority;    /* see tenant_parse() */
	const char *metadata_url; /* "": where the authority has it */
	const char *jwks;         /* the keys (RFC 7517); "": they are fetched */
	const char *api;          /* application ID of the API: the audience */
	const char *host;    /* of the add-in, for the audience "api://<host>/<application ID>" */
	const char *client;  /* application ID of the add-in, which asks for tokens */
	bool office_clients; /* Office's own applications ask too */
	const char *more_clients; /* IDs, one a line */
	const char *scope;
	const char *ca; /* PEM of authorities trusted besides the system's; "": none */
	int64_t now;    /* UTC seconds */
};

/* From any thread. ERR_DENIED, ERR_LIMIT: the token is refused, the sentence says why; others as in
 * identity_keys_find(): we could not tell. */
bool entra_token_check(struct identity_keys *keys, const char *token,
	const struct entra_rules *rules, struct identity *ret, struct err *err);

#endif
