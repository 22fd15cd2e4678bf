/*
 * promise_allowance - how many sealed tokens one user may be given.
 *
 * The same rule as for aliases (store/allowance), kept in memory because the database is away: else an
 * outage would be the time to hoard them. A table of PROMISE_USERS users; two who meet in one place
 * of it take turns, each with a fresh allowance. From any thread.
 */
#ifndef API_PROMISE_ALLOWANCE_H
#define API_PROMISE_ALLOWANCE_H

#include "base/err.h"

#include <stdint.h>

enum { PROMISE_USERS = 4096 };

struct promise_allowance;

struct promise_allowance *promise_allowance_new(void);
void promise_allowance_free(struct promise_allowance **allowance);

/* Charges one. per_hour 0, or no table: no limit. ERR_DENIED: none is left; then retry_after_ms says when there
 * is one again. */
bool promise_allowance_charge(struct promise_allowance *allowance, const char *user,
	int64_t per_hour, int64_t now, struct err *err);

#endif
