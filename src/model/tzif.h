/*
 * tzif - the rules of a time zone, as a file of the system's time zone data has them (RFC 8536).
 *
 * Versions 2 and later, their 64-bit part. Leap seconds are passed over: our clock knows none.
 */
#ifndef MODEL_TZIF_H
#define MODEL_TZIF_H

#include "base/err.h"
#include "model/posix_zone.h"

enum {
	TZIF_FILE_MAX = 256 * 1024, /* bytes; the system's largest have 4 KB */
	TZIF_SEGMENTS_MAX = 8192,
};

struct tzif {
	struct zone_segment *segments; /* segments[0].begins is INT64_MIN; free() them */
	size_t count;
	bool has_rule;
	struct posix_zone rule; /* what holds from the last segment's beginning on */
};

/* ERR_INVALID, ERR_LIMIT: the sentence is about "it". */
bool tzif_read(const void *bytes, size_t len, struct tzif *ret, struct err *err);

/* As zone_to_wall() and zone_to_utc(), of the years 1 to 9999. */
int64_t tzif_to_wall(const struct tzif *rules, int64_t utc);
int64_t tzif_to_utc(const struct tzif *rules, int64_t wall);

#endif
