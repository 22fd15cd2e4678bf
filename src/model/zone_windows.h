/*
 * zone_windows - the names that Windows, and so Exchange, gives to time zones.
 */
#ifndef MODEL_ZONE_WINDOWS_H
#define MODEL_ZONE_WINDOWS_H

#include <stddef.h>

struct zone_windows {
	const char *windows; /* "W. Europe Standard Time" */
	const char *iana;    /* "Europe/Berlin" */
};

extern const struct zone_windows zone_windows[]; /* ordered by lower case windows */
extern const size_t zone_windows_count;

#endif
