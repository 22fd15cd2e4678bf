/*
 * occurrence - single instances of a series, as items made on demand, and the ids that name them.
 *
 * An occurrence's id holds its master's id and its original start, so nothing is kept for it.
 */
#ifndef EMULATOR_OCCURRENCE_H
#define EMULATOR_OCCURRENCE_H

#include "mailbox.h"
#include "series.h"

/* Visits the original starts in order, deleted ones too: struct occurrence_walk w;
 * occurrence_walk_init(&w, master); while (occurrence_next(&w, &original_start)).
 * w.days.index is the InstanceIndex of the one given last. */
struct occurrence_walk {
	const struct item *master;
	struct recurrence_walk days;
	int64_t time_of_day; /* seconds, by the clock of the series' zone */
};
void occurrence_walk_init(struct occurrence_walk *walk, const struct item *master);
bool occurrence_next(struct occurrence_walk *walk, int64_t *ret_original_start);

/* The occurrence as an item of its own (item_free() it); it is not in the folder it names. NULL:
 * deleted, or there never was one at that time. */
struct item *occurrence_item(const struct item *master, int64_t original_start);
bool occurrence_exists(const struct item *master, int64_t original_start);

/* free() the result. */
char *occurrence_id(const struct item *master, int64_t original_start);
/* False: the text is no occurrence's id, or the series is gone. */
bool occurrence_of_id(
	const struct org *org, const char *id, struct item **ret_master, int64_t *ret_original);

/* Moves the master's start to the first day of its rule; false when there is none. */
bool occurrence_align(struct item *master);

#endif
