/*
 * apply - deals with meeting messages: facts, decision and effects.
 *
 * One decision is one atomic step: everything it changes (rooms, aliases, windows, what we know of
 * the meeting, the answer to give) is there wholly or not at all. The decisions of one fetched batch
 * share a transaction, each in a savepoint of its own, because what a commit costs hardly depends on
 * how much it holds. A crash before the commit leaves nothing, a crash after it leaves everything;
 * answers are then given from the outbox. Dealing with the same message twice gives the same state.
 */
#ifndef SCHED_APPLY_H
#define SCHED_APPLY_H

#include "sched/decide.h"
#include "sched/texts.h"
#include "store/store.h"

struct applied {
	struct plan plan;
	int64_t conference;    /* room made, changed or removed; FIELD_NULL: none was touched */
	const int64_t *others; /* in the caller's arena: rooms that changed or went with it */
	size_t n_others;
};

enum { APPLY_BATCH = 32 }; /* messages in one transaction */

/* Deals with count (<= APPLY_BATCH) messages, in their order; ret[i] belongs to messages[i]. False only when the store failed: nothing was changed, try again. Whatever is wrong with a message itself
 * is answered. Logs what was done, once it is committed. */
bool apply_messages(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const struct meeting *messages, size_t count, int64_t now,
	struct arena *arena, struct applied *ret, struct err *err);

/* The calendar holds the meeting (or, original_start not MEETING_NO_TIME, the occurrence of a series) no
 * longer: dealt with as its cancellation, of which nobody is told. */
bool apply_gone(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const char *uid, int64_t original_start, int64_t now,
	struct arena *arena, struct applied *ret, struct err *err);

struct apply_instance { /* of a series, as the calendar has it; UTC seconds */
	int64_t original_start, start, end;
};
/* The calendar holds just these instances of series uid that start in [from, until), in the order of their
 * start. Where the rule gives other ones here (a zone with other rules, one that is not known), the
 * windows follow the calendar from now on, until the series is changed. Nothing is done for meetings
 * that are no series, and beyond the horizon. */
bool apply_instances(struct store *store, const struct ms_exchange_connector *settings,
	const char *uid, const struct apply_instance *instances, size_t count, int64_t from,
	int64_t until, int64_t now, struct applied *ret, struct err *err);

#endif
