/*
 * series - a recurrence with what differs from it: moved, changed and deleted occurrences.
 *
 * An occurrence is named by its original start (UTC): where the rule alone would have it. It is
 * kept only when it differs; all others are made when somebody looks at them (occurrence.h).
 */
#ifndef EMULATOR_SERIES_H
#define EMULATOR_SERIES_H

#include "recurrence.h"

#include <stddef.h>
#include <stdint.h>

struct item;

struct exception {
	int64_t original_start;
	struct item *item; /* how it is instead; NULL: deleted */
};

struct series {
	struct recurrence rule;
	struct exception *exceptions;
	size_t count;
};

struct series *series_new(const struct recurrence *rule);
struct series *series_copy(const struct series *from); /* NULL gives NULL */
void series_free(struct series **series);

struct exception *series_find(const struct series *series, int64_t original_start);
/* Takes the item (NULL: the occurrence is deleted) over, for that occurrence. */
void series_set(struct series *series, int64_t original_start, struct item *item);
/* A change of the rule or the time of day makes all exceptions void. */
void series_forget_exceptions(struct series *series);

#endif
