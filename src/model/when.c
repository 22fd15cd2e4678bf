#include "model/when.h"

#include <stdlib.h>

enum { SECONDS_PER_MINUTE = 60 };

static int64_t minutes(int64_t count)
{
	int64_t seconds;
	if (count <= 0)
		return 0;
	return __builtin_mul_overflow(count, SECONDS_PER_MINUTE, &seconds) ? INT64_MAX : seconds;
}

struct window window_of(int64_t start, int64_t end, int64_t before_minutes, int64_t after_minutes)
{
	struct window w;
	if (end < start)
		end = start;
	if (__builtin_sub_overflow(start, minutes(before_minutes), &w.opens))
		w.opens = INT64_MIN;
	if (__builtin_add_overflow(end, minutes(after_minutes), &w.closes))
		w.closes = INT64_MAX;
	return w;
}

static int by_opening(const void *a, const void *b)
{
	const struct window *x = a, *y = b;
	return (x->opens > y->opens) - (x->opens < y->opens);
}

size_t windows_normalize(struct window *windows, size_t count)
{
	size_t kept = 0;
	qsort(windows, count, sizeof(*windows), by_opening);
	for (size_t i = 0; i < count; i++) {
		struct window *last = kept ? &windows[kept - 1] : NULL;
		/* Seconds are whole: a window that opens one second after another closes touches it. */
		if (last && (last->closes == INT64_MAX || windows[i].opens <= last->closes + 1)) {
			if (windows[i].closes > last->closes)
				last->closes = windows[i].closes;
		} else {
			windows[kept++] = windows[i];
		}
	}
	return kept;
}

const struct window *windows_at(const struct window *windows, size_t count, int64_t now)
{
	size_t low = 0,
	       high = count; /* windows[low..high) may be the first to close at now or later */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (windows[middle].closes < now)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && windows[low].opens <= now ? &windows[low] : NULL;
}
