#include "sched/alarms.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"

#include <string.h>
#include <unistd.h>

enum { NODE_MAX = 64 };

static void log_failure(enum alarm_kind kind, const struct err *err)
{
	log_error("administrator.system", "An alarm could not be kept", "Alarm",
		alarm_kinds[kind].name, "Detail", err->text, NULL);
}

void alarm_raise(
	struct store *store, enum alarm_kind kind, const char *instance, const char *details)
{
	const struct alarm_kind_info *info = &alarm_kinds[kind];
	char node[NODE_MAX + 1] = "", identifier[UUID_LEN + 1];
	struct err err;
	if (gethostname(node, NODE_MAX) != 0)
		strcpy(node, "vmrd");
	random_uuid(identifier);
	if (!store_exec(store, &err,
		    "UPDATE alarm SET details = $3 WHERE name = $1 AND instance = $2", "sss",
		    info->name, instance, details)) {
		log_failure(kind, &err);
		return;
	}
	if (store_changes(store) > 0)
		return;
	if (!store_exec(store, &err,
		    "INSERT INTO alarm (name, level, node, instance, details, remedy, identifier,"
		    " time_raised) SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS"
		    " (SELECT 1 FROM alarm WHERE name = $1 AND instance = $4)",
		    "sssssssi", info->name, info->level, node, instance, details, info->remedy,
		    identifier, clock_now())) {
		log_failure(kind, &err);
		return;
	}
	log_warning("administrator.alarm", "Alarm raised", "Alarm", info->name, "Level",
		info->level, "Instance", instance, "Text", info->text, "Details", details, "Remedy",
		info->remedy, NULL);
}

void alarm_lower(struct store *store, enum alarm_kind kind, const char *instance)
{
	struct err err;
	if (!store_exec(store, &err,
		    "DELETE FROM alarm WHERE name = $1"
		    " AND (instance = $2 OR substr(instance, 1, length($2) + 2) = $2 || ': ')",
		    "ss", alarm_kinds[kind].name, instance))
		log_failure(kind, &err);
	else if (store_changes(store) > 0)
		log_info("administrator.alarm", "Alarm lowered", "Alarm", alarm_kinds[kind].name,
			"Instance", instance, NULL);
}
