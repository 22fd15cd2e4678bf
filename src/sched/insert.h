/*
 * insert - puts joining instructions into organisers' own items.
 *
 * What the outbox holds as "insert" becomes, one by one, either done (the update that comes back is answered
 * in its place) or an acceptance that carries the instructions itself, with an alarm when a right is
 * missing. An organiser's mailbox that cannot be reached now is tried again later, OUTBOX_ATTEMPTS_MAX
 * times; nobody else waits for it.
 */
#ifndef SCHED_INSERT_H
#define SCHED_INSERT_H

#include "exchange/exchange.h"
#include "model/records.h"
#include "store/store.h"

enum { INSERT_BATCH = 10 }; /* dealt with at a time */

/* False: the store is in trouble, or we are to stop; what was not done stays in the outbox. */
bool insert_instructions(struct exchange *ex, struct store *store,
	const struct ms_exchange_connector *settings, struct arena *arena, struct err *err);

#endif
