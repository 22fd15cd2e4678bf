/*
 * identity_fetch - gets Exchange's metadata document over the network.
 *
 * Certificates are verified against the system's authorities, or those of one file where Exchange's
 * certificate comes from a private authority. Redirects are not followed, only https is spoken.
 */
#ifndef AUTH_IDENTITY_FETCH_H
#define AUTH_IDENTITY_FETCH_H

#include "base/buf.h"
#include "base/err.h"

enum {
	IDENTITY_FETCH_CONNECT_MS = 3000,
	IDENTITY_FETCH_TIMEOUT_MS = 8000, /* in all */
};

struct identity_fetch {
	const char *ca_file; /* PEM; NULL: the system's authorities */
};

/* An identity_fetch_fn; arg is a const struct identity_fetch *. */
bool identity_fetch(const char *url, struct buf *ret, void *arg, struct err *err);

#endif
