/*
 * alarms - raising and lowering: in the database, where status/v1/alarm/ shows them, and in the log.
 *
 * An alarm lasts from its first raising until it is lowered; raising it again only renews the
 * details. A store that fails must not stop what the alarm is about: then it is kept in memory, shown
 * all the same, and stored when that can be done again.
 */
#ifndef SCHED_ALARMS_H
#define SCHED_ALARMS_H

#include "base/arena.h"
#include "model/alarm.h"
#include "model/records.h"
#include "store/store.h"

/* instance: what it is about ("Head office", "Head office: conference_name_template"). */
void alarm_raise(
	struct store *store, enum alarm_kind kind, const char *instance, const char *details);
/* Lowers the alarm of this instance and of everything below it ("<instance>: ..."). */
void alarm_lower(struct store *store, enum alarm_kind kind, const char *instance);

enum { ALARMS_UNSAVED_MAX = 100 }; /* in memory; of more, the log alone tells */

/* Those in memory: *ret is an array in arena. Any thread. */
void alarms_unsaved(struct arena *arena, struct alarm **ret, size_t *ret_count);
/* Tries to store them. Regularly, by one thread. */
void alarms_save(struct store *store);

#endif
