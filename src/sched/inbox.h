/*
 * inbox - reads what is new in a mailbox's inbox and deals with it.
 *
 * What is new is listed whole, put into a queue, and dealt with in batches, soonest meeting first;
 * while the queue is long, it is looked again and again for what came meanwhile. The sync state is
 * saved when everything that it covers is committed, so that a crash only means to list it once more.
 * A failure of the mailbox leaves the queue as it is: nothing needs to be listed again.
 *
 * A message that Exchange fails to hand out is set aside and tried again later; the others go on.
 */
#ifndef SCHED_INBOX_H
#define SCHED_INBOX_H

#include "sched/brake.h"
#include "sched/mailbox.h"
#include "sched/queue.h"

enum {
	INBOX_LOOK_MS = 2000, /* so often new changes are looked for while the queue is long */
	INBOX_ASIDE_FIRST_MS = 5 * 1000, /* doubles with each attempt */
	INBOX_ASIDE_LAST_MS = 5 * 60 * 1000,
	INBOX_PAGES_MAX = 10000, /* of one listing: a server that never says "last" */
};

struct inbox {
	struct queue *queue;
	struct brake brake;
	char *position;        /* sync state of what is listed; NULL: as saved */
	int64_t looked_ms;     /* when it was last listed to the end */
	int careful;           /* so many messages are read one by one: one of them is poison */
	bool readable;         /* a message was read since a request for a single one failed */
	int pages;             /* listed in a row */
	bool complete;         /* nothing is left to list */
	bool resynced;         /* Exchange did not know the state: all is read from the beginning */
	int64_t outbox_due_ms; /* when an answer that was set aside is due; INT64_MAX: none is */
};

void inbox_init(struct inbox *inbox);
void inbox_release(struct inbox *inbox);

/* Forgets queue and position: what is saved counts. */
void inbox_forget(struct inbox *inbox);
/* Forgets the saved sync state too: the inbox is read from the beginning. */
bool inbox_restart(struct inbox *inbox, struct mailbox *mb, struct err *err);

/* Deals with all that is new, of these kinds; the others, and cancellations that the brake holds, stay
 * queued. False: back off and call it again. */
bool inbox_catch_up(
	struct inbox *inbox, struct mailbox *mb, enum queue_kinds kinds, struct err *err);

/* When something that waits is due next, monotonic ms; INT64_MAX: nothing waits. */
int64_t inbox_due_ms(const struct inbox *inbox);

#endif
