/*
 * insertions - joining instructions that are to be put into organisers' own items.
 *
 * A row stands beside the outbox row of the same message (kind "insert") and says what goes where. Plain
 * SQL on store.h, inside the caller's transaction; texts returned belong to the arena given.
 */
#ifndef STORE_INSERTIONS_H
#define STORE_INSERTIONS_H

#include "store/store.h"

struct stored_insertion {
	const char *item_id; /* of the message, as in the outbox */
	int64_t meeting;     /* id of its row */
	const char *uid;     /* read only: of that meeting */
	const char *organizer;
	int64_t start_time, end_time;
	int64_t original_start;                                  /* FIELD_NULL: the whole meeting */
	const char *token, *placeholder, *instructions, *marker; /* as in exchange_insertion */
};

bool insertion_put(struct store *store, int64_t connector, const struct stored_insertion *row,
	struct err *err);
/* Not found also when the meeting has no room any more. */
bool insertion_find(struct store *store, int64_t connector, const char *item_id,
	struct arena *arena, struct stored_insertion *ret, bool *ret_found, struct err *err);
/* It is done: the message itself is put aside unanswered, because the update that now comes back will be
 * answered instead (the meeting remembers that; an occurrence without a room of its own need not). */
bool insertion_done(struct store *store, int64_t connector, const struct stored_insertion *row,
	struct err *err);
/* It cannot be done: the answer carries the instructions instead. */
bool insertion_refused(struct store *store, int64_t connector, const struct stored_insertion *row,
	struct err *err);

#endif
