/*
 * zone - Windows time zones, their rules taken from the system's tzdata.
 */
#ifndef EMULATOR_ZONE_H
#define EMULATOR_ZONE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone_name {
	const char *windows; /* "W. Europe Standard Time" */
	const char *iana;    /* "Europe/Berlin" */
};
extern const struct zone_name zone_names[];
extern const size_t zone_count;

const struct zone_name *zone_find(const char *windows); /* NULL: unknown */

/* A wall clock (as if it were UTC) of the zone to UTC, and back. Unknown zones count as UTC. */
int64_t zone_to_utc(const char *windows, int64_t local);
int64_t zone_to_local(const char *windows, int64_t at);

/* <t:element Id="..." Name="..."/> */
void zone_write_reference(struct buf *b, const char *element, const char *windows);
/* As TimeZoneDefinition; full: with periods and transitions. */
void zone_write_definition(struct buf *b, const struct zone_name *zone, bool full);

#endif
