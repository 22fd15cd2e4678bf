/*
 * addin_token - the token that came with a call of the add-in, checked as the integration is set.
 *
 * addin_authentication_method says which kind it must be; whatever it is, the result is an identity.
 */
#ifndef AUTH_ADDIN_TOKEN_H
#define AUTH_ADDIN_TOKEN_H

#include "auth/identity.h"
#include "auth/identity_keys.h"
#include "model/records.h"

#include <stdint.h>

struct addin_token_rules {
	const struct ms_exchange_connector *connector;
	const char *audience;       /* the add-in's URL: of Exchange's tokens */
	const char *const *domains; /* NULL-ended: Exchange's, see amurl_check() */
	int64_t now;                /* UTC seconds */
};

/* token: NULL when there was none. From any thread. ERR_DENIED, ERR_LIMIT: it is refused, the
 * sentence says why; others: we could not tell. */
bool addin_token_check(struct identity_keys *keys, const char *token,
	const struct addin_token_rules *rules, struct identity *ret, struct err *err);

#endif
