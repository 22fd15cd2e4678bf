/*
 * mailbox - one integration's mailbox while a session with it is open: what everything that works on
 * it needs at hand.
 *
 * Belongs to the thread of its watch, which fills and empties it. Only `ex` is touched by others: by
 * watch_cancel() and watch_order(), under the watch's lock.
 */
#ifndef SCHED_MAILBOX_H
#define SCHED_MAILBOX_H

#include "base/arena.h"
#include "exchange/exchange.h"
#include "model/records.h"
#include "sched/texts.h"
#include "sched/watch.h"
#include "store/store.h"

struct mailbox {
	const struct watch_options *options;
	int64_t connector;
	struct exchange *ex; /* NULL while there is no session */
	struct store *store;
	struct ms_exchange_connector settings;
	struct texts *texts;
	struct arena batch; /* reset before each batch */

	bool (*stops)(void *arg); /* was the watch asked to stop? */
	void *arg;
};

/* Tells the joining side; FIELD_NULL: no room, nothing to tell. */
static inline void mailbox_room_changed(const struct mailbox *mb, int64_t conference)
{
	if (conference != FIELD_NULL)
		mb->options->room_changed(mb->options->arg, mb->store, conference);
}

#endif
