#include "store/insertions.h"

bool insertion_put(
	struct store *store, int64_t connector, const struct stored_insertion *row, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO insertion (exchange_connector, item_id, meeting, organizer, "
		"start_time,"
		" end_time, original_start, token, placeholder, instructions, marker)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
		" ON CONFLICT (exchange_connector, item_id) DO UPDATE SET meeting = "
		"excluded.meeting,"
		" organizer = excluded.organizer, start_time = excluded.start_time,"
		" end_time = excluded.end_time, original_start = excluded.original_start,"
		" token = excluded.token, placeholder = excluded.placeholder,"
		" instructions = excluded.instructions, marker = excluded.marker",
		"isisiiissss", connector, row->item_id, row->meeting, row->organizer,
		row->start_time, row->end_time, row->original_start, row->token, row->placeholder,
		row->instructions, row->marker);
}

bool insertion_find(struct store *store, int64_t connector, const char *item_id,
	struct arena *arena, struct stored_insertion *ret, bool *ret_found, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT i.meeting, m.uid, i.organizer, i.start_time, i.end_time, "
		    "i.original_start,"
		    " i.token, i.placeholder, i.instructions, i.marker FROM insertion i"
		    " JOIN meeting m ON m.id = i.meeting AND m.conference IS NOT NULL"
		    " WHERE i.exchange_connector = $1 AND i.item_id = $2",
		    "is", connector, item_id))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		*ret = (struct stored_insertion){ .item_id = arena_strdup(arena, item_id),
			.meeting = row_int(&rows, 0),
			.uid = arena_strdup(arena, row_text(&rows, 1)),
			.organizer = arena_strdup(arena, row_text(&rows, 2)),
			.start_time = row_int(&rows, 3),
			.end_time = row_int(&rows, 4),
			.original_start = row_int(&rows, 5),
			.token = arena_strdup(arena, row_text(&rows, 6)),
			.placeholder = arena_strdup(arena, row_text(&rows, 7)),
			.instructions = arena_strdup(arena, row_text(&rows, 8)),
			.marker = arena_strdup(arena, row_text(&rows, 9)) };
	row_done(&rows);
	return !rows.failed;
}

static bool forget(struct store *store, int64_t connector, const char *item_id, struct err *err)
{
	return store_exec(store, err,
		"DELETE FROM insertion WHERE exchange_connector = $1 AND item_id = $2", "is",
		connector, item_id);
}

bool insertion_done(
	struct store *store, int64_t connector, const struct stored_insertion *row, struct err *err)
{
	return forget(store, connector, row->item_id, err) &&
		store_exec(store, err,
			"UPDATE meeting SET own_update = 1 WHERE id = $1 AND recurrence_id = $2",
			"ii", row->meeting,
			row->original_start == FIELD_NULL ? 0 : row->original_start) &&
		store_exec(store, err,
			"UPDATE outbox SET kind = 'discard', body = '' WHERE exchange_connector = "
			"$1"
			" AND item_id = $2",
			"is", connector, row->item_id);
}

bool insertion_refused(
	struct store *store, int64_t connector, const struct stored_insertion *row, struct err *err)
{
	return forget(store, connector, row->item_id, err) &&
		store_exec(store, err,
			"UPDATE outbox SET kind = 'accept', body = body || $3"
			" WHERE exchange_connector = $1 AND item_id = $2",
			"iss", connector, row->item_id, row->instructions);
}
