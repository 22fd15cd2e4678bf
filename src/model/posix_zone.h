/*
 * posix_zone - the yearly rule of a time zone, as a TZ string of POSIX writes it.
 *
 * "CET-1CEST,M3.5.0,M10.5.0/3": winter and summer offset and the two days of the year on which the
 * clock changes. Extensions of RFC 8536 (hours -167..167) are read. A plain value. Offsets here are
 * seconds east of UTC, the other way round than in the text.
 */
#ifndef MODEL_POSIX_ZONE_H
#define MODEL_POSIX_ZONE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POSIX_ZONE_TEXT_MAX = 120,         /* bytes; tzdata's longest has 40 */
	POSIX_ZONE_OFFSET_MAX = 25 * 3600, /* seconds, either way */
	POSIX_ZONE_CHANGE_MAX =
		167 * 3600, /* time of a change, seconds from midnight, either way */
};

enum posix_day {
	POSIX_DAY_WEEKDAY, /* M: the week-th weekday of the month; week 5 is the last */
	POSIX_DAY_JULIAN,  /* J: 1..365, February 29th is never counted */
	POSIX_DAY_ZERO,    /* 0..365, it is counted */
};

struct posix_change {
	enum posix_day kind;
	int month, week, weekday; /* POSIX_DAY_WEEKDAY; 0 is Sunday */
	int day;                  /* the others */
	int time;                 /* seconds after midnight by the clock that ends then */
};

struct posix_zone {
	int standard, summer; /* offsets; equal when there is no summer time */
	bool has_summer;
	struct posix_change to_summer, to_standard;
};

/* A stretch of time with one offset. */
struct zone_segment {
	int64_t begins; /* UTC; INT64_MIN: ever since */
	int offset;
};

/* Reads a TZ string, all of text[0..len). */
bool posix_zone_parse(const char *text, size_t len, struct posix_zone *ret);

/* parse(format(zone)) is the zone. The names in it mean nothing. */
void posix_zone_format(const struct posix_zone *zone, struct buf *b);

/* The segment that holds an instant of the years -9999..9999. */
struct zone_segment posix_zone_at(const struct posix_zone *zone, int64_t utc);

#endif
