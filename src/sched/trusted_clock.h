/*
 * trusted_clock - may the wall clock be believed when things are deleted by it?
 *
 * A clock that is set far ahead by mistake makes every meeting look as if it were long over. So what is
 * deleted by age waits, after the clock jumped, until it has gone on evenly for an hour: whoever set it
 * wrong has that long to set it right. Compared are the wall clock and the boot clock, which nobody can
 * set; and over restarts the last time that was believed, which the database keeps.
 */
#ifndef SCHED_TRUSTED_CLOCK_H
#define SCHED_TRUSTED_CLOCK_H

#include "store/store.h"

enum {
	CLOCK_TOLERANCE_S = 10 * 60,      /* so much may be set at a time */
	CLOCK_AWAY_MAX_S = 7 * 24 * 3600, /* we may have been stopped for so long */
	CLOCK_SETTLE_MS = 60 * 60 * 1000, /* a clock that jumped is believed after so long */
};

struct trusted_clock {
	bool known, doubted;
	int64_t difference_ms; /* between the two clocks, when last looked at */
	int64_t doubted_ms;    /* boot clock: since when */
};

/* Call it regularly: wall in UTC seconds, boot_ms as clock_boot_ms(). *ret: it is believed. Logs when
 * that changes. */
bool trusted_clock_look(struct trusted_clock *clock, struct store *store, int64_t wall,
	int64_t boot_ms, bool *ret, struct err *err);

#endif
