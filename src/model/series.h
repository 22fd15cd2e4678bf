/*
 * series - the occurrences of a recurring meeting.
 *
 * A series keeps the wall clock of its zone: the rule gives days, the first occurrence gives the time
 * of day and the length on the wall clock, both over changes between summer and winter time. Exceptions
 * move or delete single occurrences; an occurrence's identity is its original start, where the rule
 * puts it, in UTC seconds. Plain values: nothing to release.
 */
#ifndef MODEL_SERIES_H
#define MODEL_SERIES_H

#include "model/meeting.h"
#include "model/recurrence.h"
#include "model/zone.h"

#include <stddef.h>

enum {
	SERIES_NEAR = 3 * 3600
}; /* seconds: no zone has ever changed by more, but over a whole day */

struct series {
	struct recurrence rule;
	const struct zone *zone;
	int64_t time_of_day; /* of the start, seconds of the wall clock after midnight */
	int64_t length;      /* seconds on the wall clock, >= 0 */
	const struct meeting_exception *exceptions; /* ordered by original_start, unique */
	size_t n_exceptions;
};

struct occurrence {
	int64_t original_start, start, end; /* UTC seconds */
	int64_t index;                      /* in the rule's order, from 1; deleted ones count */
	bool exception;                     /* moved */
};

/* Takes rule, zone, wall clock and exceptions of a MEETING_SERIES message (the exceptions' array is the
 * meeting's own, put in order; their identities are those of series_identify()). ERR_INVALID / ERR_NOT_FOUND: a rule or zone that cannot be. An unknown
 * zone without rules of its own is an error here: what to do is the caller's decision. */
bool series_of(struct meeting *m, struct series *ret, struct err *err);

/* Gives the series its exceptions: puts the array in order, each by what series_identify() says of its
 * original start, one for each occurrence (of two the one that is not deleted: it is there). Needed
 * again when they were kept while the zone's rules may have changed. */
void series_settle(struct series *series, struct meeting_exception *exceptions, size_t count);

/* The occurrences that are not over at `from` (end > from) and start before `until`, in the order of
 * their start, at most max. ret_more: there were more than max. Cost is that of the occurrences
 * returned, not of those since the series began. */
size_t series_expand(const struct series *series, int64_t from, int64_t until,
	struct occurrence *ret, size_t max, bool *ret_more);

/* The first occurrence that is not over at `at`; false: the series is over by then. */
bool series_next(const struct series *series, int64_t at, struct occurrence *ret);

/* End of the last occurrence, INT64_MAX if there is no last one, INT64_MIN if all are deleted. */
int64_t series_end(const struct series *series);

/* The occurrence that a time told by somebody means: the rule's own at that very second, or the
 * nearest one if it is less than SERIES_NEAR away (the zone's rules have changed since, or theirs
 * differ from ours; Exchange's own identity is the day). False: none is. */
bool series_identify(const struct series *series, int64_t told, int64_t *ret_original_start);

/* Whether the rule itself puts an occurrence at this original start, deleted or moved or not. */
bool series_has(const struct series *series, int64_t original_start);

#endif
