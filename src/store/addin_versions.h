/*
 * addin_versions - which version an integration's add-in has, and which ones are still in use.
 *
 * The version belongs to what the manifests say: whoever makes them digests them and asks for their
 * version. A digest unlike that of the current version makes a new one, so the version rises with
 * each change (also with one that takes a change back) and never without one. Both is done in one
 * transaction: two who ask at the same time get the same version.
 *
 * What is in use is told by Outlook: the addresses in a manifest carry its version. Times are kept to
 * ADDIN_SEEN_S, so that a thousand users at work write once an hour. A version that we never made is
 * nobody's: it is not noted, and nobody can fill the table.
 */
#ifndef STORE_ADDIN_VERSIONS_H
#define STORE_ADDIN_VERSIONS_H

#include "model/records.h"
#include "store/store.h"

enum {
	ADDIN_SEEN_S = 3600,      /* a version seen again within it is not written again */
	ADDIN_OLD_S = 86400,      /* an old version not used for so long is gone */
	ADDIN_VERSIONS_MAX = 100, /* kept for one integration; the oldest go */
};

/* The number of the version whose content has this digest. Not inside a transaction. False too
 * where there is no such integration. ERR_LIMIT: the numbers are used up. */
bool addin_version_of(struct store *store, int64_t connector, const char *digest, int64_t now,
	int64_t *ret_number, struct err *err);

/* The number of the current version; 0: none was made yet. */
bool addin_version_current(
	struct store *store, int64_t connector, int64_t *ret_number, struct err *err);

/* Notes that a version is about. used: by someone whose token is good; else anybody may have said so. */
bool addin_version_seen(struct store *store, int64_t connector, int64_t number, bool used,
	int64_t now, struct err *err);

struct addin_version_old {
	struct addin_version old, current;
};
/* The old version that someone used last, at least `days` after the current one was made and within
 * the last ADDIN_OLD_S. */
bool addin_version_find_old(struct store *store, int64_t connector, int64_t days, int64_t now,
	struct arena *arena, struct addin_version_old *ret, bool *ret_found, struct err *err);

#endif
