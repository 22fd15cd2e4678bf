/*
 * exceptions - occurrences of a series that are not where, or what, its rule says.
 *
 * Plain SQL on store.h, inside the caller's transaction. Texts returned belong to the arena given.
 */
#ifndef STORE_EXCEPTIONS_H
#define STORE_EXCEPTIONS_H

#include "store/store.h"

enum { EXCEPTIONS_MAX = 10000 }; /* of one series, that are looked at */

struct stored_exception {
	int64_t original_start; /* identity of the occurrence, UTC seconds */
	bool deleted;
	int64_t start_time, end_time;
	const char *subject;     /* "": as the series */
	int64_t sequence, stamp; /* of the newest message about it; stamp FIELD_NULL: none */
	bool was_update;
};

/* All of a meeting (its row's id), ordered by original_start. */
bool exceptions_list(struct store *store, int64_t meeting, struct arena *arena,
	struct stored_exception **ret, size_t *ret_count, struct err *err);
/* Inserts or replaces one. */
bool exception_save(
	struct store *store, int64_t meeting, const struct stored_exception *e, struct err *err);
/* Forgets those whose newest message is not newer than the stamp (FIELD_NULL: all). */
bool exceptions_forget(struct store *store, int64_t meeting, int64_t stamp, struct err *err);
/* Occurrences that were cancelled not before the stamp, but before anything was known of their series, are
 * exceptions of it. */
bool exceptions_adopt(struct store *store, int64_t meeting, int64_t stamp, struct err *err);

#endif
