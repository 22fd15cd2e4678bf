/*
 * when - the windows in which a room exists for callers.
 *
 * A window is the closed interval [opens, closes] of UTC seconds made from one occurrence: its
 * start less the join-before buffer, its end plus the join-after buffer. Sets of windows are plain
 * arrays; a normal set is ordered and its windows neither touch nor overlap.
 */
#ifndef MODEL_WHEN_H
#define MODEL_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window {
	int64_t opens, closes; /* UTC seconds, both belong to the window */
};

/* Buffers in minutes; negative ones count as 0. An occurrence that ends before it starts (seen from
 * odd clients) is one that ends as it starts. Never overflows: the farthest times saturate. */
struct window window_of(int64_t start, int64_t end, int64_t before_minutes, int64_t after_minutes);

/* Orders and merges the windows in place; returns how many remain. */
size_t windows_normalize(struct window *windows, size_t count);

/* The window of a normal set that holds now; NULL if there is none. */
const struct window *windows_at(const struct window *windows, size_t count, int64_t now);

#endif
