/*
 * counters - how often which operation was asked for, and how many bytes it took.
 */
#ifndef EMULATOR_COUNTERS_H
#define EMULATOR_COUNTERS_H

#include "base/strmap.h"

#include <jansson.h>

struct counter {
	int64_t requests, bytes_in, bytes_out;
};

struct counters {
	struct strmap by_operation; /* -> struct counter */
};

void counters_init(struct counters *counters);
void counters_release(struct counters *counters);
void counters_reset(struct counters *counters);
struct counter *counters_of(struct counters *counters, const char *operation);
/* {"requests": n, "bytes_in": n, "bytes_out": n, "operations": {"GetItem": {...}}} */
json_t *counters_json(const struct counters *counters);

#endif
