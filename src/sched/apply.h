/*
 * apply - deals with one meeting message: facts, decision and effects in ONE transaction.
 *
 * The transaction holds everything a decision changes: rooms, aliases, windows, what we know of the
 * meeting, and the answer to give (outbox). A crash before the commit leaves nothing, a crash after
 * it leaves everything; the answer is then given from the outbox. Dealing with the same message
 * twice gives the same state.
 */
#ifndef SCHED_APPLY_H
#define SCHED_APPLY_H

#include "sched/decide.h"
#include "sched/texts.h"
#include "store/store.h"

struct applied {
	struct plan plan;
	int64_t conference; /* room made, changed or removed; FIELD_NULL: none was touched */
};

/* False only when the store failed: nothing was changed, try again. Whatever is wrong with the
 * message itself is answered. Logs what was done, once it is committed. */
bool apply_message(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const struct meeting *m, int64_t now, struct applied *ret,
	struct err *err);

#endif
