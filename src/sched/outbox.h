/*
 * outbox - gives the answers that were decided on.
 *
 * An answer leaves the outbox when Exchange has taken it, or when it says that the message is gone
 * (we were killed between giving it and noting it down) or can never be answered. At most one answer
 * is given to one message: Exchange moves an answered request out of the inbox, so giving it once
 * more finds nothing. What fails for the mailbox's sake is tried for ever; what fails for this one
 * message's sake is set aside, each time for twice as long, and given up after OUTBOX_ATTEMPTS_MAX
 * attempts, loudly; the others do not wait.
 */
#ifndef SCHED_OUTBOX_H
#define SCHED_OUTBOX_H

#include "exchange/exchange.h"
#include "model/records.h"
#include "store/store.h"

enum { OUTBOX_ASIDE_FIRST_S = 2, OUTBOX_ASIDE_LAST_S = 5 * 60 };

/* A message that changed under our hands: its new state must be read and decided on. */
struct outbox_changed {
	struct exchange_change items[EXCHANGE_ANSWER_BATCH];
	size_t count;
};

/* How long an answer that was tried so often without success waits, in seconds. */
int64_t outbox_aside_s(int64_t attempts);

/* Gives up to one batch of answers and one of removals. ret_left: how many wait still. False: stop
 * and back off (err), what was given is noted. Texts of ret_changed belong to arena. */
bool outbox_drain(struct exchange *ex, struct store *store,
	const struct ms_exchange_connector *settings, struct arena *arena,
	struct outbox_changed *ret_changed, int64_t *ret_left, struct err *err);

#endif
