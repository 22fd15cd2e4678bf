/*
 * expire - rooms and memories whose time is over.
 */
#ifndef SCHED_EXPIRE_H
#define SCHED_EXPIRE_H

#include "base/err.h"

#include <stdint.h>

struct store;

enum {
	EXPIRE_BATCH = 100,      /* rooms removed in one transaction, so that nobody waits long */
	EXPIRE_MEMORY_DAYS = 30, /* what we know of a meeting without a room is kept as long */
};

/* Removes the single-use rooms whose last meeting ended (buffer included) more than the global
 * settings' expired_meeting_hours ago, and memories of old meetings.
 * removed(arg, store, conference) is called for each room, after the commit. */
bool expire_rooms(struct store *store, int64_t now,
	void (*removed)(void *arg, struct store *store, int64_t conference), void *arg,
	int64_t *ret_rooms, struct err *err);

#endif
