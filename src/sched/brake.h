/*
 * brake - keeps a mailbox that was emptied by mistake from taking all rooms with it.
 *
 * When more than a set share of the future rooms, and at least a set number, would be removed at once,
 * none is until an administrator confirms it. What counts as at once: all cancellations that wait in the
 * inbox together with what went in the last minute; all that one comparison finds missing in the
 * calendar. Rooms are made and changed meanwhile as ever.
 */
#ifndef SCHED_BRAKE_H
#define SCHED_BRAKE_H

#include "sched/mailbox.h"
#include "sched/queue.h"

enum {
	BRAKE_WINDOW_MS = 60 * 1000, /* what was removed so short a time ago counts too */
	BRAKE_NAMES = 10,            /* rooms that are named */
	BRAKE_NAMES_MAX = 3000,      /* bytes of all their names */
};

/* Rooms that would go. */
struct brake_load {
	int64_t going, rooms; /* of so many future rooms */
	int named;
	char names[BRAKE_NAMES_MAX]; /* of the first, one a line */
};

struct brake {
	bool holds;    /* cancellations wait for confirmation */
	bool released; /* confirmed, until those are dealt with */
	size_t looked; /* cancellations in the queue when each was looked at */
	struct brake_load load;
	int64_t recent, recent_ms; /* rooms removed of late; since when (monotonic) */

	bool calendar_holds;    /* what the calendar lacks waits for confirmation */
	bool calendar_released; /* confirmed, for the next comparison */
	struct brake_load calendar;
};

bool brake_too_much(const struct ms_exchange_connector *settings, int64_t going, int64_t rooms);
void brake_name(struct brake_load *load, const char *room);

/* Looks at the cancellations in the queue: brake->holds says whether they must wait. Raises and lowers
 * the alarm. False: the mailbox or the store failed. */
bool brake_look(struct brake *brake, struct mailbox *mb, struct queue *queue, struct err *err);
/* So many rooms were removed now. */
void brake_removed(struct brake *brake, int64_t rooms);
/* An administrator confirms what is held. */
void brake_release(struct brake *brake, struct mailbox *mb);

/* What a comparison with the calendar would remove is held (load NULL: nothing is). */
void brake_hold_calendar(struct brake *brake, struct mailbox *mb, const struct brake_load *load);

#endif
