/*
 * zone_custom - time zones that bring their rules along, as text:
 *
 *	custom:RULE[;WALL=RULE]...
 *
 * with TZ strings of POSIX as rules, and the wall clock (of the rule before, YYYY-MM-DDThh:mm:ss) from
 * which the next one holds: "custom:STD8DST7,M4.1.0/2,M10.5.0/2;2007-01-01T00:00:00=STD8DST7,..."
 */
#ifndef MODEL_ZONE_CUSTOM_H
#define MODEL_ZONE_CUSTOM_H

#include "model/tzif.h"

enum { ZONE_CUSTOM_SEGMENTS_MAX = 1000 }; /* changes between the first rule and the last */

/* Reads what stands behind "custom:"; free() ret->segments. */
bool zone_custom_read(const char *text, struct tzif *ret, struct err *err);

#endif
