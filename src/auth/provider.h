/*
 * provider - who signs users in for their personal rooms: AD FS or Entra.
 *
 * OpenID Connect with an authorization code and PKCE (RFC 6749, RFC 7636, OpenID Connect Core 1.0).
 * The user's window is sent to provider_address(); the code it comes back with is redeemed by
 * provider_redeem(), from here to the provider, over verified TLS. What comes back is used to learn
 * the user's e-mail address, and forgotten: no token is kept.
 *
 * The ID token is checked like any other: signature by the provider's keys, issuer, audience, nonce,
 * times. AD FS issues the address into it only where a rule says so; otherwise it stands in the
 * access token for the relying party, whose signature and audience are checked too.
 */
#ifndef AUTH_PROVIDER_H
#define AUTH_PROVIDER_H

#include "auth/identity.h"
#include "auth/identity_keys.h"
#include "auth/openid_keys.h"
#include "auth/sign_ins.h"
#include "model/records.h"

enum {
	PROVIDER_ADDRESS_MAX = 4096, /* bytes */
	PROVIDER_FORM_MAX = 16384,   /* bytes sent to the token endpoint */
	PROVIDER_CODE_MAX = 4096,    /* bytes of an authorization code; AD FS' are long */
};

/* Posts a form (application/x-www-form-urlencoded) and gives status and body of the answer, with
 * the limits of an identity_fetch_fn. */
typedef bool provider_post_fn(const char *url, const char *ca, const char *form, struct buf *ret,
	long *ret_status, void *arg, struct err *err);

struct provider {
	const struct ms_exchange_connector *connector;
	const char *redirect; /* where it sends the user back: <base>signed_in */
	char metadata[OPENID_URL_MAX + 1];
};

struct person {
	char email[IDENTITY_SHOWN_MAX + 1];
	char name[IDENTITY_SHOWN_MAX + 1]; /* "": not told */
};

/* redirect must outlive *ret. ERR_INVALID: a setting is missing, the sentence names it. */
bool provider_init(struct provider *ret, const struct ms_exchange_connector *connector,
	const char *redirect, struct err *err);

/* Where the user's window goes. */
void provider_address(
	const struct provider *provider, const struct sign_in *sign_in, struct buf *ret);

/* Learns who signed in. ERR_DENIED: the provider, or a check of its answer, refused; ERR_NET,
 * ERR_PROTOCOL, ERR_BUSY: we could not tell. now: UTC seconds. */
bool provider_redeem(struct identity_keys *keys, provider_post_fn *post, void *arg,
	const struct provider *provider, const struct sign_in *sign_in, const char *code,
	int64_t now, struct person *ret, struct err *err);

#endif
