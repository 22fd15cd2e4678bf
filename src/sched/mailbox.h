/*
 * mailbox - one integration's mailbox while somebody works on it: its settings, a connection to the
 * database, a session with Exchange; what every part of the watch needs at hand.
 *
 * Belongs to the thread of its watch. Only mailbox_cancel() and mailbox_wake() may come from others.
 */
#ifndef SCHED_MAILBOX_H
#define SCHED_MAILBOX_H

#include "base/arena.h"
#include "exchange/exchange.h"
#include "model/records.h"
#include "sched/apply.h"
#include "sched/texts.h"
#include "sched/watch.h"
#include "store/store.h"

#include <pthread.h>

struct mailbox {
	const struct watch_options *options;
	int64_t connector;
	struct exchange *ex; /* NULL while there is no session */
	struct store *store;
	struct ms_exchange_connector settings;
	int64_t lease_ms; /* of the owner */
	struct texts *texts;
	struct arena batch; /* reset before each batch */

	/* Before each batch that writes: is the mailbox still ours? Else ERR_CONFLICT. */
	bool (*guard)(void *arg, struct err *err);
	void *arg;

	/* Private. */
	struct arena settings_arena;
	pthread_mutex_t lock; /* for what others touch: ex, cancelled, woken */
	pthread_cond_t news;
	bool cancelled, woken;
};

/* Tells the joining side; FIELD_NULL: no room, nothing to tell. */
static inline void mailbox_room_changed(const struct mailbox *mb, int64_t conference)
{
	if (conference != FIELD_NULL)
		mb->options->room_changed(mb->options->arg, mb->store, conference);
}
/* Of all rooms that a decision touched. */
static inline void mailbox_tell_rooms(const struct mailbox *mb, const struct applied *applied)
{
	mailbox_room_changed(mb, applied->conference);
	for (size_t i = 0; i < applied->n_others; i++)
		mailbox_room_changed(mb, applied->others[i]);
}

void mailbox_init(struct mailbox *mb, const struct watch_options *options, int64_t connector);
void mailbox_release(struct mailbox *mb);

/* Reads the settings and opens a session; an older one is closed before. */
bool mailbox_open(struct mailbox *mb, struct err *err);
void mailbox_close(struct mailbox *mb);

void mailbox_cancel(struct mailbox *mb);
void mailbox_wake(struct mailbox *mb);
bool mailbox_stops(struct mailbox *mb); /* it was cancelled */
/* Waits on the monotonic clock, until cancelled or woken. */
void mailbox_pause(struct mailbox *mb, int64_t ms);
bool mailbox_was_woken(struct mailbox *mb); /* since last asked */

#endif
