#include "store/meetings.h"
#include "base/text.h"
#include "model/records.h"

#include <string.h>

#define COLUMNS                                                                                    \
	"id, uid, recurrence_id, organizer_email, subject, attendees, sequence, stamp,"            \
	" was_update, start_time, end_time, cancelled, recurrence, former_recurrence, zone,"       \
	" time_of_day, length, by_calendar, own_update, look_again, conference,"                   \
	" recurring_conference, scheduled_alias, room_name, room_description"

static void read_meeting(const struct rows *r, struct arena *arena, struct stored_meeting *ret)
{
	*ret = (struct stored_meeting){ .id = row_int(r, 0),
		.uid = arena_strdup(arena, row_text(r, 1)),
		.recurrence_id = row_int(r, 2),
		.organizer_email = arena_strdup(arena, row_text(r, 3)),
		.subject = arena_strdup(arena, row_text(r, 4)),
		.attendees = arena_strdup(arena, row_text(r, 5)),
		.sequence = row_int(r, 6),
		.stamp = row_int(r, 7),
		.was_update = row_int(r, 8) != 0,
		.start_time = row_int(r, 9),
		.end_time = row_int(r, 10),
		.cancelled = row_int(r, 11) != 0,
		.recurrence = arena_strdup(arena, row_text(r, 12)),
		.former_recurrence = arena_strdup(arena, row_text(r, 13)),
		.zone = arena_strdup(arena, row_text(r, 14)),
		.time_of_day = row_int(r, 15),
		.length = row_int(r, 16),
		.by_calendar = row_int(r, 17) != 0,
		.own_update = row_int(r, 18) != 0,
		.look_again = row_int(r, 19),
		.conference = row_int(r, 20),
		.recurring_conference = row_int(r, 21),
		.scheduled_alias = row_int(r, 22),
		.room_name = arena_strdup(arena, row_text(r, 23)),
		.room_description = arena_strdup(arena, row_text(r, 24)) };
}

/* Reads all rows of an open query, at most max. */
static bool read_all(struct rows *rows, size_t max, struct arena *arena, struct stored_meeting *ret,
	size_t *ret_count, struct err *err)
{
	size_t n = 0;
	while (n < max && row_next(rows, err))
		read_meeting(rows, arena, &ret[n++]);
	row_done(rows);
	*ret_count = n;
	return !rows->failed;
}

bool meeting_find(struct store *store, int64_t connector, const char *uid, int64_t recurrence_id,
	struct arena *arena, struct stored_meeting *ret, bool *ret_found, struct err *err)
{
	struct rows rows;
	size_t count;
	if (!store_query(store, &rows, err,
		    "SELECT " COLUMNS " FROM meeting WHERE exchange_connector = $1 AND uid = $2"
		    " AND recurrence_id = $3",
		    "isi", connector, uid, recurrence_id) ||
		!read_all(&rows, 1, arena, ret, &count, err))
		return false;
	*ret_found = count > 0;
	return true;
}

bool meeting_get(struct store *store, int64_t id, struct arena *arena, struct stored_meeting *ret,
	struct err *err)
{
	struct rows rows;
	size_t count;
	if (!store_query(
		    store, &rows, err, "SELECT " COLUMNS " FROM meeting WHERE id = $1", "i", id) ||
		!read_all(&rows, 1, arena, ret, &count, err))
		return false;
	return count > 0 || err_set(err, ERR_NOT_FOUND, "there is no meeting %lld", (long long)id);
}

bool meetings_of_alias(struct store *store, int64_t alias, size_t max, struct arena *arena,
	struct stored_meeting *ret, size_t *ret_count, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT " COLUMNS " FROM meeting WHERE scheduled_alias = $1 ORDER BY id"
		       " LIMIT $2",
		       "ii", alias, (int64_t)max) &&
		read_all(&rows, max, arena, ret, ret_count, err);
}

bool meetings_of_uid(struct store *store, int64_t connector, const char *uid, size_t max,
	struct arena *arena, struct stored_meeting *ret, size_t *ret_count, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT " COLUMNS " FROM meeting WHERE exchange_connector = $1 AND uid = $2"
		       " AND recurrence_id <> 0 AND conference IS NOT NULL ORDER BY recurrence_id"
		       " LIMIT $3",
		       "isi", connector, uid, (int64_t)max) &&
		read_all(&rows, max, arena, ret, ret_count, err);
}

bool meetings_due(struct store *store, int64_t now, int64_t latest, size_t max, int64_t *ret_ids,
	size_t *ret_count, struct err *err)
{
	struct rows rows;
	size_t n = 0;
	if (!store_query(store, &rows, err,
		    "SELECT id FROM meeting WHERE (look_again <= $1 OR look_again > $2)"
		    " AND conference IS NOT NULL ORDER BY look_again LIMIT $3",
		    "iii", now, latest, (int64_t)max))
		return false;
	while (n < max && row_next(&rows, err))
		ret_ids[n++] = row_int(&rows, 0);
	row_done(&rows);
	*ret_count = n;
	return !rows.failed;
}

bool meetings_share(struct store *store, int64_t conference, int64_t except, int64_t *ret_others,
	struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT count(*) FROM meeting WHERE conference = $1 AND id <> $2", "ii",
		    conference, except))
		return false;
	bool ok = row_next(&rows, err);
	*ret_others = ok ? row_int(&rows, 0) : 0;
	row_done(&rows);
	return ok;
}

bool meeting_save(struct store *store, int64_t connector, struct stored_meeting *m, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "INSERT INTO meeting (exchange_connector, uid, recurrence_id, organizer_email,"
		    " subject, attendees, sequence, stamp, was_update, start_time, end_time,"
		    " cancelled, recurrence, former_recurrence, zone, time_of_day, length,"
		    " by_calendar, own_update, look_again, conference, recurring_conference,"
		    " scheduled_alias, room_name, room_description)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, "
		    "$16,"
		    " $17, $18, $19, $20, $21, $22, $23, $24, $25)"
		    " ON CONFLICT (exchange_connector, uid, recurrence_id) DO UPDATE SET"
		    " organizer_email = excluded.organizer_email, subject = excluded.subject,"
		    " attendees = excluded.attendees, sequence = excluded.sequence,"
		    " stamp = excluded.stamp, was_update = excluded.was_update,"
		    " start_time = excluded.start_time, end_time = excluded.end_time,"
		    " cancelled = excluded.cancelled, recurrence = excluded.recurrence,"
		    " former_recurrence = excluded.former_recurrence, zone = excluded.zone,"
		    " time_of_day = excluded.time_of_day, length = excluded.length,"
		    " by_calendar = excluded.by_calendar, own_update = excluded.own_update,"
		    " look_again = excluded.look_again, conference = excluded.conference,"
		    " recurring_conference = excluded.recurring_conference,"
		    " scheduled_alias = excluded.scheduled_alias, room_name = excluded.room_name,"
		    " room_description = excluded.room_description RETURNING id",
		    "isisssiibiibsssiibbiiiiss", connector, m->uid, m->recurrence_id,
		    m->organizer_email, m->subject, m->attendees, m->sequence, m->stamp,
		    m->was_update, m->start_time, m->end_time, m->cancelled, m->recurrence,
		    m->former_recurrence, m->zone, m->time_of_day, m->length, m->by_calendar,
		    m->own_update, m->look_again, m->conference, m->recurring_conference,
		    m->scheduled_alias, m->room_name, m->room_description))
		return false;
	if (row_next(&rows, err))
		m->id = row_int(&rows, 0);
	/* To its end: the statement is done only then. */
	while (!rows.failed && row_next(&rows, err))
		;
	row_done(&rows);
	return !rows.failed;
}

bool alias_use_find(struct store *store, int64_t connector, const char *uuid, const char *uid,
	int64_t recurrence_id, struct arena *arena, struct alias_use *ret, bool *ret_found,
	struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT a.id, a.is_used, m.uid, m.conference IS NOT NULL, EXISTS"
		    " (SELECT 1 FROM conference_alias c WHERE c.alias <> ''"
		    "  AND lower(c.alias) IN (lower(a.alias), lower(a.numeric_alias))"
		    "  AND (m.conference IS NULL OR c.conference <> m.conference)),"
		    " m.recurrence_id, m.end_time, a.conference_deletion_time"
		    " FROM scheduled_alias a LEFT JOIN meeting m ON m.scheduled_alias = a.id"
		    " WHERE a.uuid <> '' AND lower(a.uuid) = lower($1) AND a.exchange_connector = "
		    "$2 ORDER BY m.uid = $3 AND m.recurrence_id = $4 DESC,"
		    " m.conference IS NOT NULL DESC, m.id LIMIT 1",
		    "sisi", uuid, connector, uid, recurrence_id))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		*ret = (struct alias_use){ .id = row_int(&rows, 0),
			.used = row_int(&rows, 1) != 0,
			.uid = arena_strdup(arena, row_text(&rows, 2)),
			.has_room = row_int(&rows, 3) != 0,
			.text_taken = row_int(&rows, 4) != 0,
			.recurrence_id = row_int(&rows, 5),
			.end_time = row_int(&rows, 6),
			.deletion_time = row_int(&rows, 7) };
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

bool alias_revive(struct store *store, const struct scheduled_alias *alias, struct err *err)
{
	return store_exec(store, err,
		       "UPDATE scheduled_alias SET conference_deletion_time = NULL WHERE id = $1",
		       "i", alias->id) &&
		store_exec(store, err,
			"DELETE FROM resting_alias WHERE alias IN (lower($1), lower($2))", "ss",
			alias->alias, alias->numeric_alias);
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

/* Not set aside; a clock that was far ahead once must not keep it for ever. */
#define DUE(now) " AND (not_before <= " now " OR not_before > " now " + 86400)"

bool outbox_take(struct store *store, int64_t connector, const char *kind, const char *or_kind,
	int64_t now, size_t max, struct arena *arena, struct outbox_row *ret, size_t *ret_count,
	struct err *err)
{
	struct rows rows;
	size_t count = 0;
	if (!store_query(store, &rows, err,
		    "SELECT id, item_id, change_key, kind, body, uid, correlation_id, attempts"
		    " FROM outbox WHERE exchange_connector = $1 AND kind IN ($2, $3)"
		    " AND attempts < $4" DUE("$6") " ORDER BY attempts, id LIMIT $5",
		    "issiii", connector, kind, or_kind, (int64_t)OUTBOX_ATTEMPTS_MAX, (int64_t)max,
		    now))
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

bool outbox_failed(struct store *store, int64_t id, int64_t not_before, struct err *err)
{
	return store_exec(store, err,
		"UPDATE outbox SET attempts = attempts + 1, not_before = $2 WHERE id = $1", "ii",
		id, not_before);
}

bool outbox_forget_given_up(struct store *store, int64_t connector, struct err *err)
{
	return store_exec(store, err,
		"DELETE FROM outbox WHERE exchange_connector = $1 AND attempts >= $2", "ii",
		connector, (int64_t)OUTBOX_ATTEMPTS_MAX);
}

static bool one_number(struct rows *rows, int64_t *ret, struct err *err)
{
	bool ok = row_next(rows, err);
	if (ok)
		*ret = row_int(rows, 0);
	row_done(rows);
	return ok;
}

bool outbox_count(
	struct store *store, int64_t connector, int64_t now, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT count(*) FROM outbox WHERE exchange_connector = $1"
		       " AND attempts < $2" DUE("$3"),
		       "iii", connector, (int64_t)OUTBOX_ATTEMPTS_MAX, now) &&
		one_number(&rows, ret, err);
}

bool outbox_next(struct store *store, int64_t connector, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT min(not_before) FROM outbox WHERE exchange_connector = $1"
		       " AND attempts < $2",
		       "ii", connector, (int64_t)OUTBOX_ATTEMPTS_MAX) &&
		one_number(&rows, ret, err);
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
		" sync_state = '', saves = 0, reconciled = NULL"
		" WHERE mailbox.address <> excluded.address",
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
		"INSERT INTO mailbox (exchange_connector, address, sync_state, saves)"
		" VALUES ($1, $2, $3, 1)"
		" ON CONFLICT (exchange_connector) DO UPDATE SET address = excluded.address,"
		" sync_state = excluded.sync_state, saves = mailbox.saves + 1",
		"iss", connector, address, state);
}
