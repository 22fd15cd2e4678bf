/*
 * identity_fetch - gets Exchange's metadata document over the network, as identity_keys wants it.
 *
 * Certificates are verified, against the system's authorities and those given (where Exchange's
 * certificate comes from a private one). Redirects are not followed, only https is spoken.
 */
#ifndef AUTH_IDENTITY_FETCH_H
#define AUTH_IDENTITY_FETCH_H

#include "base/buf.h"
#include "base/err.h"

enum {
	IDENTITY_FETCH_CONNECT_MS = 3000,
	IDENTITY_FETCH_TIMEOUT_MS = 8000, /* in all */
};

/* An identity_fetch_fn; arg is not used. */
bool identity_fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err);

/* Posts a form, for provider_redeem(); likewise. */
bool identity_post(const char *url, const char *ca, const char *form, struct buf *ret,
	long *ret_status, void *arg, struct err *err);

#endif
