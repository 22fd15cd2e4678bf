#include "store/exceptions.h"

bool exceptions_list(struct store *store, int64_t meeting, struct arena *arena,
	struct stored_exception **ret, size_t *ret_count, struct err *err)
{
	struct rows rows;
	struct stored_exception *all = NULL;
	size_t count = 0, cap = 0;
	if (!store_query(store, &rows, err,
		    "SELECT original_start, deleted, start_time, end_time, subject, sequence, "
		    "stamp,"
		    " was_update FROM meeting_exception WHERE meeting = $1 ORDER BY original_start"
		    " LIMIT $2",
		    "ii", meeting, (int64_t)EXCEPTIONS_MAX))
		return false;
	while (row_next(&rows, err)) {
		if (count == cap) {
			struct stored_exception *old = all;
			cap = cap ? cap * 2 : 8;
			all = arena_array(arena, cap, sizeof(*all));
			for (size_t i = 0; i < count; i++)
				all[i] = old[i];
		}
		all[count++] = (struct stored_exception){ .original_start = row_int(&rows, 0),
			.deleted = row_int(&rows, 1) != 0,
			.start_time = row_int(&rows, 2),
			.end_time = row_int(&rows, 3),
			.subject = arena_strdup(arena, row_text(&rows, 4)),
			.sequence = row_int(&rows, 5),
			.stamp = row_int(&rows, 6),
			.was_update = row_int(&rows, 7) != 0 };
	}
	row_done(&rows);
	*ret = all;
	*ret_count = count;
	return !rows.failed;
}

bool exception_save(
	struct store *store, int64_t meeting, const struct stored_exception *e, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO meeting_exception (meeting, original_start, deleted, start_time,"
		" end_time, subject, sequence, stamp, was_update)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" ON CONFLICT (meeting, original_start) DO UPDATE SET deleted = excluded.deleted,"
		" start_time = excluded.start_time, end_time = excluded.end_time,"
		" subject = excluded.subject, sequence = excluded.sequence,"
		" stamp = excluded.stamp, was_update = excluded.was_update",
		"iibiisiib", meeting, e->original_start, e->deleted, e->start_time, e->end_time,
		e->subject, e->sequence, e->stamp, e->was_update);
}

bool exceptions_forget(struct store *store, int64_t meeting, int64_t stamp, struct err *err)
{
	return store_exec(store, err,
		"DELETE FROM meeting_exception WHERE meeting = $1"
		" AND ($2 IS NULL OR stamp IS NULL OR stamp <= $2)",
		"ii", meeting, stamp);
}

bool exceptions_adopt(struct store *store, int64_t meeting, int64_t stamp, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO meeting_exception (meeting, original_start, deleted, start_time,"
		" end_time, subject, sequence, stamp, was_update)"
		" SELECT s.id, o.recurrence_id, 1, o.recurrence_id, o.recurrence_id, '',"
		" o.sequence, o.stamp, o.was_update FROM meeting s JOIN meeting o"
		" ON o.exchange_connector = s.exchange_connector AND o.uid = s.uid"
		" AND o.recurrence_id <> 0 AND o.cancelled = 1 AND o.conference IS NULL"
		" WHERE s.id = $1 AND o.stamp >= $2"
		" ON CONFLICT (meeting, original_start) DO UPDATE SET deleted = 1,"
		" start_time = excluded.start_time, end_time = excluded.end_time,"
		" subject = '', sequence = excluded.sequence, stamp = excluded.stamp,"
		" was_update = excluded.was_update WHERE excluded.stamp > meeting_exception.stamp",
		"ii", meeting, stamp);
}
