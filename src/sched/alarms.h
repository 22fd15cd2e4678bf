/*
 * alarms - raising and lowering: in the database, where status/v1/alarm/ shows them, and in the log.
 *
 * An alarm lasts from its first raising until it is lowered; raising it again only renews the
 * details. A store that fails must not stop what the alarm is about: that is logged, no more.
 */
#ifndef SCHED_ALARMS_H
#define SCHED_ALARMS_H

#include "model/alarm.h"
#include "store/store.h"

/* instance: what it is about ("Head office", "Head office: conference_name_template"). */
void alarm_raise(
	struct store *store, enum alarm_kind kind, const char *instance, const char *details);
/* Lowers the alarm of this instance and of everything below it ("<instance>: ..."). */
void alarm_lower(struct store *store, enum alarm_kind kind, const char *instance);

#endif
