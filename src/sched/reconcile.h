/*
 * reconcile - compares the resource's calendar with our windows, and puts right what differs.
 *
 * The calendar is Exchange's own word on what was accepted. What it holds and we do not (Exchange
 * accepted by itself, or our database is older) is read and decided on like a message; what it holds at
 * another time is moved; what it lacks is removed, once a second look lacks it too, and unless that is
 * suspiciously much (sched/brake). It is read from now on, soonest first; nothing is removed that lies
 * beyond what was read completely. Whatever is new in the inbox is dealt with before anything is
 * concluded, and between the pages: it knows better.
 */
#ifndef SCHED_RECONCILE_H
#define SCHED_RECONCILE_H

#include "sched/inbox.h"
#include "sched/mailbox.h"

enum {
	RECONCILE_INSTANCES = 10, /* of an unknown series that are read of one page */
	/* What Exchange accepted without a marker is declined, but no more of it in one comparison: a mailbox
	 * full of such meetings is not meant for us. */
	RECONCILE_DECLINES_MAX = 10,
	RECONCILE_LAG_S =
		2 * 86400, /* so near to the horizon windows of series may still be missing */
	RECONCILE_HELD_MS =
		60 * 60 * 1000, /* when removals are held, it is done again after so long */
};

struct reconciliation {
	int64_t entries, windows; /* in the calendar; ours */
	int64_t missing;          /* meetings that got a room */
	int64_t moved;    /* meetings that were at another time here, and series that differed */
	int64_t stripped; /* meetings without a marker that Exchange accepted */
	int64_t gone;     /* meetings of ours that the calendar lacks */
	bool held;        /* these were not removed: load says what */
	struct brake_load load;
};

/* kinds: what may be dealt with of the inbox; without requests nothing is added. released: removals are
 * confirmed, however many. False: the mailbox or the store failed; what was put right is. */
bool reconcile(struct mailbox *mb, struct inbox *inbox, enum queue_kinds kinds, bool released,
	struct reconciliation *ret, struct err *err);

#endif
