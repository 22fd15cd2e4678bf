/*
 * budget - how often a mailbox may be asked: Exchange's throttling policy, simplified to requests in
 * each second of the monotonic clock.
 */
#ifndef EMULATOR_BUDGET_H
#define EMULATOR_BUDGET_H

#include <stdint.h>

struct budget {
	int64_t requests_per_second; /* 0: without limit */
	int64_t second, spent;       /* the current one, and what was asked in it */
};

/* Takes one request off the budget; returns 0, or for how many milliseconds it is used up. */
int64_t budget_spend(struct budget *budget, int64_t now_ms);

#endif
