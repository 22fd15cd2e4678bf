/*
 * zone - Windows time zones, their rules taken from the system's tzdata.
 */
#ifndef EMULATOR_ZONE_H
#define EMULATOR_ZONE_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xml.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zone_name {
	const char *windows; /* "W. Europe Standard Time" */
	const char *iana;    /* "Europe/Berlin" */
};
extern const struct zone_name zone_names[];
extern const size_t zone_count;

/* windows: also what zone_read() made of a client's own zone; valid until the next call. NULL: unknown. */
const struct zone_name *zone_find(const char *windows);

/* The zone of a StartTimeZone or EndTimeZone element, by name or by its own rules, as an item keeps it and
 * everything here takes it. NULL: none. */
const char *zone_read(const xml_node *node, struct arena *arena);

/* A wall clock (as if it were UTC) of the zone to UTC, and back. Unknown zones count as UTC. */
int64_t zone_to_utc(const char *windows, int64_t local);
int64_t zone_to_local(const char *windows, int64_t at);

/* <t:element Id="..." Name="..."/>, a client's own zone with its rules. */
void zone_write_reference(struct buf *b, const char *element, const char *windows);
/* As TimeZoneDefinition; full: with periods and transitions. */
void zone_write_definition(struct buf *b, const struct zone_name *zone, bool full);

#endif
