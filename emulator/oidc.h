/*
 * oidc - an OpenID provider, in the manners of Entra and of AD FS.
 *
 * Entra's is at https://localhost:<port>/oidc/<tenant ID>, for any tenant; AD FS' at /adfs. Whoever
 * is an account of the organisation can sign in, without a password, by choosing himself on the
 * authorization page, or by the request's login_hint (user name or address). Authorization code with
 * PKCE (S256, insisted on with Entra) only. Clients and redirect addresses are not registered: all
 * are believed.
 *
 *	/oidc/<tenant>[/v2.0]/.well-known/openid-configuration  /adfs/.well-known/openid-configuration
 *	/oidc/<tenant>/discovery/v2.0/keys                      /adfs/discovery/keys
 *	/oidc/<tenant>/oauth2/v2.0/authorize                    /adfs/oauth2/authorize
 *	/oidc/<tenant>/oauth2/v2.0/token                        /adfs/oauth2/token
 *
 * Operations' names in faults and counters: openid, jwks, authorize, oidc_token.
 */
#ifndef EMULATOR_OIDC_H
#define EMULATOR_OIDC_H

#include "base/buf.h"
#include "base/err.h"
#include "mailbox.h"
#include "wire/http_server.h"

#include <jansson.h>

enum { OIDC_CODES_MAX = 64 }; /* that wait to be redeemed; the oldest makes room */

struct server;
struct oidc;

struct oidc *oidc_new(void);
void oidc_free(struct oidc **oidc);
/* New keys; the old ones are still in the key set. */
void oidc_rotate(struct oidc *oidc);

/* claims: put over those of ID tokens from now on (null: taken out); NULL: none. */
void oidc_wish(struct oidc *oidc, const json_t *claims);

/* False when the path is not the provider's. */
bool oidc_handle(struct server *server, struct http_request *req, bool with_faults);

/* An access token as Entra gives them. wish: {"tenant", "version": 2 | 1, "audience", "client",
 * "scope", and for tests: "expires_in", "not_before_in" (seconds from now), "issuer", "claims": {...}
 * put over all (null: taken out), "header": {...}, "sign": false}. */
bool oidc_issue(struct server *server, const struct account *account, const json_t *wish,
	struct buf *ret, struct err *err);

#endif
