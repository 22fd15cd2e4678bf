#include "store/meetings.h"
#include "base/text.h"
#include "model/records.h"

#include <string.h>

bool meeting_find(struct store *store, int64_t connector, const char *uid, struct arena *arena,
	struct stored_meeting *ret, bool *ret_found, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT id, organizer_email, subject, sequence, stamp, start_time, end_time,"
		    " cancelled, conference, scheduled_alias, room_name, room_description,"
		    " was_update FROM meeting WHERE exchange_connector = $1 AND uid = $2",
		    "is", connector, uid))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		*ret = (struct stored_meeting){ .id = row_int(&rows, 0),
			.uid = arena_strdup(arena, uid),
			.organizer_email = arena_strdup(arena, row_text(&rows, 1)),
			.subject = arena_strdup(arena, row_text(&rows, 2)),
			.sequence = row_int(&rows, 3),
			.stamp = row_int(&rows, 4),
			.start_time = row_int(&rows, 5),
			.end_time = row_int(&rows, 6),
			.cancelled = row_int(&rows, 7) != 0,
			.conference = row_int(&rows, 8),
			.scheduled_alias = row_int(&rows, 9),
			.room_name = arena_strdup(arena, row_text(&rows, 10)),
			.room_description = arena_strdup(arena, row_text(&rows, 11)),
			.was_update = row_int(&rows, 12) != 0 };
	row_done(&rows);
	return !rows.failed;
}

bool meeting_save(
	struct store *store, int64_t connector, const struct stored_meeting *m, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO meeting (exchange_connector, uid, organizer_email, subject, sequence, "
		"stamp,"
		" start_time, end_time, cancelled, conference, scheduled_alias, room_name,"
		" room_description, was_update)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
		" ON CONFLICT (exchange_connector, uid) DO UPDATE SET"
		" organizer_email = excluded.organizer_email, subject = excluded.subject,"
		" sequence = excluded.sequence, stamp = excluded.stamp,"
		" start_time = excluded.start_time, end_time = excluded.end_time,"
		" cancelled = excluded.cancelled, conference = excluded.conference,"
		" scheduled_alias = excluded.scheduled_alias, room_name = excluded.room_name,"
		" room_description = excluded.room_description, was_update = excluded.was_update",
		"isssiiiibiissb", connector, m->uid, m->organizer_email, m->subject, m->sequence,
		m->stamp, m->start_time, m->end_time, m->cancelled, m->conference,
		m->scheduled_alias, m->room_name, m->room_description, m->was_update);
}

bool alias_use_find(struct store *store, int64_t connector, const char *uuid, struct arena *arena,
	struct alias_use *ret, bool *ret_found, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT a.id, a.is_used, m.uid, m.conference IS NOT NULL, EXISTS"
		    " (SELECT 1 FROM conference_alias c WHERE c.alias <> ''"
		    "  AND lower(c.alias) IN (lower(a.alias), lower(a.numeric_alias))"
		    "  AND (m.conference IS NULL OR c.conference <> m.conference))"
		    " FROM scheduled_alias a LEFT JOIN meeting m ON m.scheduled_alias = a.id"
		    " WHERE a.uuid <> '' AND lower(a.uuid) = lower($1) AND a.exchange_connector = "
		    "$2",
		    "si", uuid, connector))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		*ret = (struct alias_use){ .id = row_int(&rows, 0),
			.used = row_int(&rows, 1) != 0,
			.uid = arena_strdup(arena, row_text(&rows, 2)),
			.has_room = row_int(&rows, 3) != 0,
			.text_taken = row_int(&rows, 4) != 0 };
	row_done(&rows);
	return !rows.failed;
}

bool alias_bind(struct store *store, int64_t alias, const char *uid, struct err *err)
{
	return store_exec(store, err,
		"UPDATE scheduled_alias SET is_used = 1, ews_item_uid = $2 WHERE id = $1", "is",
		alias, uid);
}

bool alias_unbind(struct store *store, int64_t alias, int64_t deletion_time, struct err *err)
{
	return store_exec(store, err,
		"UPDATE scheduled_alias SET conference_deletion_time = $2 WHERE id = $1", "ii",
		alias, deletion_time);
}

/* As many bytes of text as make at most `characters` UTF-8 characters. */
static size_t prefix_length(const char *text, size_t characters)
{
	size_t i = 0;
	for (; text[i]; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && characters-- == 0)
			break;
	return i;
}

static bool name_is_free(
	struct store *store, const char *name, int64_t except, bool *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT 1 FROM conference WHERE name <> '' AND lower(name) = lower($1) AND id "
		    "<> $2",
		    "si", name, except == FIELD_NULL ? 0 : except))
		return false;
	*ret = !row_next(&rows, err);
	row_done(&rows);
	return !rows.failed;
}

const char *conference_free_name(
	struct store *store, const char *base, int64_t except, struct arena *arena, struct err *err)
{
	enum { SUFFIX_MAX = 24 }; /* characters kept free for " (n)" */
	size_t limit = (size_t)record_field(&conference_type, "name")->max;
	const char *name = arena_strndup(arena, base, prefix_length(base, limit));
	const char *stem = arena_strndup(arena, base, prefix_length(base, limit - SUFFIX_MAX));
	/* Steps of growing length find a free number fast among many equal names, then halving
	 * the step comes back to the first free one behind the last taken one. */
	int64_t taken = 1, step = 1;
	bool is_free;
	if (!name_is_free(store, name, except, &is_free, err))
		return NULL;
	if (is_free)
		return name;
	for (bool growing = true;;) {
		int64_t n = taken + step;
		const char *numbered = arena_printf(arena, "%s (%lld)", stem, (long long)n);
		if (!name_is_free(store, numbered, except, &is_free, err))
			return NULL;
		if (is_free && step == 1)
			return numbered;
		growing = growing && !is_free;
		if (!is_free)
			taken = n;
		step = growing ? step * 2 : step > 1 ? step / 2 : 1;
	}
}

bool outbox_put(
	struct store *store, int64_t connector, const struct outbox_row *row, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO outbox (exchange_connector, item_id, change_key, kind, body, uid,"
		" correlation_id) VALUES ($1, $2, $3, $4, $5, $6, $7)"
		" ON CONFLICT (exchange_connector, item_id) DO UPDATE SET"
		" change_key = excluded.change_key, kind = excluded.kind, body = excluded.body,"
		" correlation_id = excluded.correlation_id",
		"issssss", connector, row->item_id, row->change_key, row->kind, row->body, row->uid,
		row->correlation_id);
}

bool outbox_take(struct store *store, int64_t connector, const char *kind, const char *or_kind,
	size_t max, struct arena *arena, struct outbox_row *ret, size_t *ret_count, struct err *err)
{
	struct rows rows;
	size_t count = 0;
	if (!store_query(store, &rows, err,
		    "SELECT id, item_id, change_key, kind, body, uid, correlation_id, attempts"
		    " FROM outbox WHERE exchange_connector = $1 AND kind IN ($2, $3)"
		    " AND attempts < $4 ORDER BY attempts, id LIMIT $5",
		    "issii", connector, kind, or_kind, (int64_t)OUTBOX_ATTEMPTS_MAX, (int64_t)max))
		return false;
	while (count < max && row_next(&rows, err))
		ret[count++] = (struct outbox_row){ .id = row_int(&rows, 0),
			.item_id = arena_strdup(arena, row_text(&rows, 1)),
			.change_key = arena_strdup(arena, row_text(&rows, 2)),
			.kind = arena_strdup(arena, row_text(&rows, 3)),
			.body = arena_strdup(arena, row_text(&rows, 4)),
			.uid = arena_strdup(arena, row_text(&rows, 5)),
			.correlation_id = arena_strdup(arena, row_text(&rows, 6)),
			.attempts = row_int(&rows, 7) };
	row_done(&rows);
	*ret_count = count;
	return !rows.failed;
}

bool outbox_done(struct store *store, int64_t id, struct err *err)
{
	return store_exec(store, err, "DELETE FROM outbox WHERE id = $1", "i", id);
}

bool outbox_failed(struct store *store, int64_t id, struct err *err)
{
	return store_exec(
		store, err, "UPDATE outbox SET attempts = attempts + 1 WHERE id = $1", "i", id);
}

bool outbox_forget_given_up(struct store *store, int64_t connector, struct err *err)
{
	return store_exec(store, err,
		"DELETE FROM outbox WHERE exchange_connector = $1 AND attempts >= $2", "ii",
		connector, (int64_t)OUTBOX_ATTEMPTS_MAX);
}

bool outbox_count(struct store *store, int64_t connector, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT count(*) FROM outbox WHERE exchange_connector = $1 AND attempts < $2",
		    "ii", connector, (int64_t)OUTBOX_ATTEMPTS_MAX))
		return false;
	bool ok = row_next(&rows, err);
	*ret = ok ? row_int(&rows, 0) : 0;
	row_done(&rows);
	return ok;
}

bool mailbox_claim(struct store *store, int64_t connector, const char *address,
	int64_t *ret_dropped, struct err *err)
{
	if (!store_exec(store, err,
		    "DELETE FROM outbox WHERE exchange_connector = $1 AND EXISTS (SELECT 1 FROM"
		    " mailbox WHERE exchange_connector = $1 AND address <> $2)",
		    "is", connector, address))
		return false;
	*ret_dropped = store_changes(store);
	return store_exec(store, err,
		"INSERT INTO mailbox (exchange_connector, address, sync_state) VALUES ($1, $2, '')"
		" ON CONFLICT (exchange_connector) DO UPDATE SET address = excluded.address,"
		" sync_state = '' WHERE mailbox.address <> excluded.address",
		"is", connector, address);
}

const char *mailbox_sync_state(struct store *store, int64_t connector, const char *address,
	struct arena *arena, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT sync_state FROM mailbox WHERE exchange_connector = $1 AND address = $2",
		    "is", connector, address))
		return NULL;
	const char *state = row_next(&rows, err) ? arena_strdup(arena, row_text(&rows, 0)) : "";
	row_done(&rows);
	return rows.failed ? NULL : state;
}

bool mailbox_save_sync_state(struct store *store, int64_t connector, const char *address,
	const char *state, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO mailbox (exchange_connector, address, sync_state) VALUES ($1, $2, $3)"
		" ON CONFLICT (exchange_connector) DO UPDATE SET address = excluded.address,"
		" sync_state = excluded.sync_state",
		"iss", connector, address, state);
}
