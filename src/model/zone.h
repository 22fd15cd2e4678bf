/*
 * zone - time zones: wall clock to UTC and back.
 *
 * Rules come from the system's tzdata (TZDIR, /usr/share/zoneinfo), names from Windows' table
 * ("W. Europe Standard Time"), from IANA ("Europe/Berlin"), or are custom definitions that bring their
 * rules along. A zone is immutable and shared by all threads; it is never freed while the process
 * lives, so there is nothing to release. When tzdata changes on disk, zone_refresh() makes later
 * zone_open() calls give the new rules.
 */
#ifndef MODEL_ZONE_H
#define MODEL_ZONE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	ZONE_TEXT_MAX = 2000,   /* bytes of a name or custom definition */
	ZONE_CUSTOM_MAX = 2000, /* different custom definitions in one process */
};

/* Times outside the years 1 to 9999 count as the first or last of them. */
#define ZONE_TIME_MIN (-62135596800)
#define ZONE_TIME_MAX 253402300799

struct zone;

/* text: a Windows or IANA name, "UTC", or a custom definition as exchange drivers write it (see
 * zone_custom.h). Without regard to letter case. ERR_NOT_FOUND: no such zone, the sentence names it.
 * ERR_INVALID: a custom definition that makes no sense, or a damaged file of tzdata. */
bool zone_open(const char *text, const struct zone **ret, struct err *err);
const struct zone *zone_utc(void);
const char *zone_name(const struct zone *zone); /* as tzdata calls it, or "custom" */

/* Seconds of the wall clock, counted as if it were UTC. A wall clock that does not exist (the gap in
 * spring) is read by the offset before the gap; one that exists twice is the later, standard time one:
 * so does Windows. */
int64_t zone_to_utc(const struct zone *zone, int64_t wall);
int64_t zone_to_wall(const struct zone *zone, int64_t utc);

/* Looks whether tzdata has changed since it was read. Once a day is enough. True: some zone that had
 * been opened has other rules now, and zone_open() gives them. */
bool zone_refresh(void);

#endif
