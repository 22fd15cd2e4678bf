#include "sched/old_manifests.h"
#include "base/iso8601.h"
#include "sched/alarms.h"
#include "store/addin_versions.h"

static void raise_alarm(struct store *store, const char *integration,
	const struct addin_version_old *found, struct arena *arena)
{
	char used[ISO8601_LEN + 1], made[ISO8601_LEN + 1];
	iso8601_format(found->old.last_used_time, used);
	iso8601_format(found->current.creation_time, made);
	alarm_raise(store, ALARM_OLD_MANIFEST, integration,
		arena_printf(arena, "version %s was used at %s; the current one is %s, since %s",
			found->old.version, used, found->current.version, made));
}

static bool check(struct store *store, const struct ms_exchange_connector *c, int64_t days,
	int64_t now, struct arena *arena, struct err *err)
{
	struct addin_version_old old;
	bool found;
	if (!addin_version_find_old(store, c->id, days, now, arena, &old, &found, err))
		return false;
	if (found)
		raise_alarm(store, c->name, &old, arena);
	else
		alarm_lower(store, ALARM_OLD_MANIFEST, c->name);
	return true;
}

static bool check_all(struct store *store, int64_t now, struct arena *arena, struct err *err)
{
	struct global_settings settings;
	void *connectors;
	size_t count;
	if (!store_get(store, &global_settings_type, 1, arena, &settings, err) ||
		!store_list(store, &ms_exchange_connector_type, NULL, arena, &connectors, &count,
			NULL, err))
		return false;
	const struct ms_exchange_connector *c = connectors;
	for (size_t i = 0; i < count; i++)
		if (!check(store, &c[i], settings.old_manifest_days, now, arena, err))
			return false;
	return true;
}

/* Of integrations that were deleted or renamed. */
static bool lower_forgotten(struct store *store, struct arena *arena, struct err *err)
{
	struct rows rows;
	struct forgotten {
		struct forgotten *next;
		const char *instance;
	} *all = NULL;
	if (!store_query(store, &rows, err,
		    "SELECT instance FROM alarm WHERE name = $1 AND instance NOT IN "
		    "(SELECT name FROM ms_exchange_connector)",
		    "s", alarm_kinds[ALARM_OLD_MANIFEST].name))
		return false;
	while (row_next(&rows, err)) {
		struct forgotten *one = arena_alloc(arena, sizeof(*one));
		*one = (struct forgotten){ all, arena_strdup(arena, row_text(&rows, 0)) };
		all = one;
	}
	bool ok = !rows.failed;
	row_done(&rows);
	for (; all; all = all->next)
		alarm_lower(store, ALARM_OLD_MANIFEST, all->instance);
	return ok;
}

bool old_manifests_check(struct store *store, int64_t now, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	bool ok = check_all(store, now, &arena, err) && lower_forgotten(store, &arena, err);
	arena_release(&arena);
	return ok;
}
