/*
 * identity_keys - the public keys of those who vouch for users: Exchange servers, Entra, AD FS.
 *
 * One cache serves all integrations, threads and kinds of issuers. It holds parsed keys per address,
 * so checking a token whose key is known costs no parsing and no request. The lock is never held
 * during a fetch. While one thread fetches, others that need a key we do not have from the same
 * address wait, but only a short time: one dead server must not tie up every thread.
 *
 * An address is asked again when its keys are older than IDENTITY_KEYS_LIFETIME_S; when a token
 * names a key we do not know, but at most once in IDENTITY_KEYS_REFETCH_S (a flood of invented key
 * names makes no flood of requests); and after a failed fetch, not sooner than
 * IDENTITY_KEYS_PAUSE_S. Keys we have stay in use while they are young, whatever becomes of a fetch
 * that a stranger's token set off.
 */
#ifndef AUTH_IDENTITY_KEYS_H
#define AUTH_IDENTITY_KEYS_H

#include "base/buf.h"
#include "base/err.h"

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IDENTITY_KEYS_LIFETIME_S = 3600,
	IDENTITY_KEYS_REFETCH_S = 60,
	IDENTITY_KEYS_PAUSE_S = 15,
	IDENTITY_KEYS_WAIT_MS = 1000, /* for a fetch that another thread makes */
	IDENTITY_KEYS_URLS_MAX = 64, /* one without keys, or else fetched longest ago, makes room */
	IDENTITY_KEYS_PER_URL_MAX = 16,
	IDENTITY_METADATA_MAX = 256 << 10, /* bytes of one document */
	KEY_NAME_MAX = 128,                /* bytes of "kid" */
	X5T_LEN = 27,                      /* base64url of 20 bytes */
	KEY_ISSUER_MAX = 255,              /* bytes */
};

/* A key that tokens name by its kid, or by its certificate's SHA-1 thumbprint; "": not by that. */
struct signing_key {
	char kid[KEY_NAME_MAX + 1];
	char x5t[X5T_LEN + 1];
	EVP_MD_CTX *verifier; /* see jwt_verifier_new() */
};

/* What one address gave. */
struct key_set {
	char issuer[KEY_ISSUER_MAX + 1]; /* as the metadata says; "": they do not say */
	struct signing_key keys[IDENTITY_KEYS_PER_URL_MAX];
	size_t count;
};
void key_set_release(struct key_set *set);

/* Gets the document at url, at most IDENTITY_METADATA_MAX bytes, over verified TLS and without
 * following redirects, into ret (initialised with that maximum). ca: certificates (PEM) of
 * authorities trusted besides the system's; "": none. Called without the lock, from any thread. */
typedef bool identity_fetch_fn(
	const char *url, const char *ca, struct buf *ret, void *arg, struct err *err);

struct key_fetch {
	identity_fetch_fn *fetch;
	void *arg;
};
/* Fetches one document, with its limit. */
bool key_fetch_document(const struct key_fetch *fetch, const char *url, const char *ca,
	struct buf *ret, struct err *err);

/* Where keys come from. A source is known by its url and ca: what one integration's authorities
 * vouch for is no key for another's. Which kind of documents are there follows from the url. */
struct key_source {
	const char *url; /* passed by whoever knows whom to believe: amurl_check(), the settings */
	const char *ca;  /* see identity_fetch_fn */
	/* Gets and reads the documents; *ret is all zeros. key_set_release() after success. */
	bool (*load)(const struct key_source *source, const struct key_fetch *fetch,
		struct key_set *ret, struct err *err);
	const char *document; /* for load(): keys that were given and need no fetch; or NULL */
};

struct identity_keys;

/* now_ms: monotonic milliseconds; NULL: clock_mono_ms(). Tests bring their own. */
struct identity_keys *identity_keys_new(
	identity_fetch_fn *fetch, void *arg, int64_t (*now_ms)(void));
/* No other thread may be inside. */
void identity_keys_free(struct identity_keys **keys);

/* The key of that name: its kid or x5t. The result verifies one token (jwt_verify_once());
 * EVP_MD_CTX_free() it. ret_issuer (may be NULL): the set's. ERR_DENIED: no such key there; ERR_NET,
 * ERR_PROTOCOL: the document cannot be had; ERR_BUSY: another thread is fetching it, or we pause
 * after a failure. */
bool identity_keys_find(struct identity_keys *keys, const struct key_source *source,
	const char *name, EVP_MD_CTX **ret, char ret_issuer[KEY_ISSUER_MAX + 1], struct err *err);

#endif
