/*
 * ews_zone - the time zone of an item, as a text that zone_open() reads.
 *
 * Exchange names zones as Windows does, and brings along their rules (EWS TimeZoneDefinition). A
 * name that we know is taken, with the system's rules; a definition under any other name is taken by
 * its own rules.
 */
#ifndef EXCHANGE_EWS_ZONE_H
#define EXCHANGE_EWS_ZONE_H

#include "wire/xml.h"

/* Of a MeetingRequest or CalendarItem. "": Exchange tells none. A name that nothing here knows is given
 * as it is. */
const char *ews_zone_read(const xml_node *item, struct arena *arena);

#endif
