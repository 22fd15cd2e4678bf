#include "sched/expire.h"
#include "base/log.h"
#include "model/records.h"
#include "store/aliases.h"
#include "store/store.h"

struct expired_room {
	int64_t id;
	const char *name;
};

#define BUFFER " + 60 * coalesce(x.meeting_buffer_after, 0)"

/* A window that an administrator deleted does not keep its room for ever: then the meeting's end as
 * it was told counts. */
static bool expired(struct store *store, int64_t now, int64_t hours, struct arena *arena,
	struct expired_room *ret, size_t *ret_count, struct err *err)
{
	struct rows rows;
	size_t n = 0;
	if (!store_query(store, &rows, err,
		    "SELECT c.id, c.name FROM conference c"
		    " LEFT JOIN ms_exchange_connector x ON x.id = c.exchange_connector"
		    " WHERE c.single_use = 1"
		    " AND NOT EXISTS (SELECT 1 FROM scheduled_conference s"
		    " WHERE s.conference = c.id AND s.end_time" BUFFER " >= $1)"
		    " AND NOT EXISTS (SELECT 1 FROM meeting m"
		    " WHERE m.conference = c.id AND m.end_time" BUFFER " >= $1)"
		    " AND (c.creation_time" BUFFER " < $1"
		    " OR EXISTS (SELECT 1 FROM scheduled_conference WHERE conference = c.id)"
		    " OR EXISTS (SELECT 1 FROM meeting WHERE conference = c.id))"
		    " ORDER BY c.id LIMIT $2",
		    "ii", now - hours * 3600, (int64_t)EXPIRE_BATCH))
		return false;
	while (n < EXPIRE_BATCH && row_next(&rows, err))
		ret[n++] = (struct expired_room){ .id = row_int(&rows, 0),
			.name = arena_strdup(arena, row_text(&rows, 1)) };
	row_done(&rows);
	*ret_count = n;
	return !rows.failed;
}

static bool remove_rooms(struct store *store, int64_t now, const struct expired_room *rooms,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (!aliases_room_goes(store, rooms[i].id, now, err) ||
			!store_delete(store, &conference_type, rooms[i].id, err))
			return false;
	return true;
}

static bool forget(struct store *store, int64_t now, struct err *err)
{
	return store_exec(store, err,
		"DELETE FROM meeting WHERE conference IS NULL AND end_time < $1", "i",
		now - (int64_t)EXPIRE_MEMORY_DAYS * 86400);
}

bool expire_rooms(struct store *store, int64_t now,
	void (*removed)(void *arg, struct store *store, int64_t conference), void *arg,
	int64_t *ret_rooms, struct err *err)
{
	struct arena arena;
	struct global_settings global;
	struct expired_room rooms[EXPIRE_BATCH];
	size_t count = 0;
	arena_init(&arena);
	bool ok = store_begin(store, err);
	if (ok) {
		ok = store_get(store, &global_settings_type, 1, &arena, &global, err) &&
			expired(store, now, global.expired_meeting_hours, &arena, rooms, &count,
				err) &&
			remove_rooms(store, now, rooms, count, err) && forget(store, now, err);
		if (ok)
			ok = store_commit(store, err);
		else
			store_rollback(store);
	}
	for (size_t i = 0; ok && i < count; i++) {
		log_info("administrator.configuration", "Deleted", "User", "schedulingservice",
			"Record", "conference", "Name", rooms[i].name, "Reason",
			"the meeting is over", NULL);
		removed(arg, store, rooms[i].id);
	}
	arena_release(&arena);
	*ret_rooms = (int64_t)count;
	return ok;
}
