/*
 * processing - does Exchange answer the resource's invitations by itself? Looked at when the mailbox is
 * connected to and hourly; an alarm names the remedy.
 */
#ifndef SCHED_PROCESSING_H
#define SCHED_PROCESSING_H

#include "sched/mailbox.h"

enum { PROCESSING_PERIOD_MS = 60 * 60 * 1000 };

struct processing {
	int64_t looked_ms; /* monotonic; 0: not yet */
	bool accepts;      /* as last told: meetings appear in the calendar without us */
	bool fresh; /* it was looked at since somebody asked: set here, cleared by who asks */
};

/* Looks, when it is time to. */
void processing_look(struct processing *processing, struct mailbox *mb);

#endif
