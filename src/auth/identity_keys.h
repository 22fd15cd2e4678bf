/*
 * identity_keys - the public keys of Exchange servers, fetched when needed and kept for a while.
 *
 * One cache serves all integrations and threads. It holds parsed keys per metadata URL, so checking
 * a token whose key is known costs no parsing and no request. The lock is never held during a
 * fetch. While one thread fetches, others that need a key we do not have from the same URL wait, but
 * only a short time: one dead Exchange server must not tie up every thread.
 *
 * A URL is asked for again when its keys are older than IDENTITY_KEYS_LIFETIME_S; when a token names
 * a key we do not know, but at most once in IDENTITY_KEYS_REFETCH_S (a flood of invented key names
 * makes no flood of requests); and after a failed fetch, not sooner than IDENTITY_KEYS_PAUSE_S. Keys
 * we have stay in use while they are young, whatever becomes of a fetch that a stranger's token set
 * off.
 */
#ifndef AUTH_IDENTITY_KEYS_H
#define AUTH_IDENTITY_KEYS_H

#include "base/buf.h"
#include "base/err.h"

#include <openssl/evp.h>
#include <stdint.h>

enum {
	IDENTITY_KEYS_LIFETIME_S = 3600,
	IDENTITY_KEYS_REFETCH_S = 60,
	IDENTITY_KEYS_PAUSE_S = 15,
	IDENTITY_KEYS_WAIT_MS = 1000, /* for a fetch that another thread makes */
	IDENTITY_KEYS_URLS_MAX = 64,  /* the one fetched longest ago makes room */
	IDENTITY_KEYS_PER_URL_MAX = 16,
	IDENTITY_METADATA_MAX = 256 << 10, /* bytes of a metadata document */
};

/* Gets the document at url, at most IDENTITY_METADATA_MAX bytes, over verified TLS and without
 * following redirects, into ret (initialised with that maximum). ca: certificates (PEM) of
 * authorities trusted besides the system's; "": none. Called without the lock, from any thread. */
typedef bool identity_fetch_fn(
	const char *url, const char *ca, struct buf *ret, void *arg, struct err *err);

struct identity_keys;

/* now_ms: monotonic milliseconds; NULL: clock_mono_ms(). Tests bring their own. */
struct identity_keys *identity_keys_new(
	identity_fetch_fn *fetch, void *arg, int64_t (*now_ms)(void));
/* No other thread may be inside. */
void identity_keys_free(struct identity_keys **keys);

/* The key whose certificate has the SHA-1 thumbprint x5t (base64url), at a URL that amurl_check()
 * passed, as ca (see identity_fetch_fn) lets us see it: what one integration's authorities vouch for
 * is no key for another's. The result verifies one token (jwt_verify_once()); EVP_MD_CTX_free() it. ERR_DENIED: no such key there; ERR_NET, ERR_PROTOCOL: the
 * document cannot be had; ERR_BUSY: another thread is fetching it, or we pause after
 * a failure. */
bool identity_keys_find(struct identity_keys *keys, const char *url, const char *ca,
	const char *x5t, EVP_MD_CTX **ret, struct err *err);

#endif
