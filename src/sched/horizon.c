#include "sched/horizon.h"
#include "base/log.h"
#include "base/text.h"
#include "model/records.h"
#include "store/exceptions.h"
#include "store/windows.h"

#include <stdlib.h>
#include <string.h>

enum {
	DAY_S = 86400,
	EDGE_S = 3 *
		DAY_S, /* so near to the horizon the calendar was not compared yet: it lags, by days */
};
/* An endless series ends with the year 9999, as far as a date can be written. */
#define LAST_TIME INT64_C(253402300799)

bool horizon_series(struct store *store, const struct stored_meeting *m, struct arena *arena,
	struct series *ret, struct err *err)
{
	struct stored_exception *stored;
	size_t count;
	*ret = (struct series){ .time_of_day = m->time_of_day, .length = m->length };
	if (!recurrence_parse(m->recurrence, &ret->rule, err) ||
		!zone_open(m->zone, &ret->zone, err) ||
		!exceptions_list(store, m->id, arena, &stored, &count, err))
		return false;
	struct meeting_exception *all = arena_array(arena, count + 1, sizeof(*all));
	for (size_t i = 0; i < count; i++)
		all[i] = (struct meeting_exception){ .original_start = stored[i].original_start,
			.start = stored[i].start_time,
			.end = stored[i].end_time,
			.deleted = stored[i].deleted };
	series_settle(ret, all, count); /* the zone's rules may have changed since */
	return true;
}

/* A uid, cut to the record's field, as all windows of the meeting have it. */
static const char *uid_field(struct arena *arena, const char *uid)
{
	size_t limit = (size_t)record_field(&scheduled_conference_type, "ews_item_uid")->max;
	char *copy = arena_strndup(arena, uid, strnlen(uid, limit));
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return copy;
}

/* All columns of a meeting's windows but those of the single one. */
static void window_columns(int64_t connector, const struct stored_meeting *m, struct arena *arena,
	struct scheduled_conference *ret)
{
	record_defaults(&scheduled_conference_type, ret, arena);
	ret->conference = m->conference;
	ret->ews_item_uid = uid_field(arena, m->uid);
	ret->original_start_time =
		m->recurrence_id == MEETING_WHOLE ? FIELD_NULL : m->recurrence_id;
	ret->recurring_conference =
		text_empty(m->recurrence) ? FIELD_NULL : m->recurring_conference;
	ret->scheduled_alias = m->scheduled_alias;
	ret->exchange_connector = connector;
}

bool horizon_clear(struct store *store, int64_t connector, const struct stored_meeting *m,
	bool *ret_changed, struct err *err)
{
	struct scheduled_conference of;
	struct arena arena;
	arena_init(&arena);
	window_columns(connector, m, &arena, &of);
	bool ok = windows_follow(store, &of, NULL, 0, 0, 0, ret_changed, err);
	arena_release(&arena);
	return ok;
}

bool horizon_follow_calendar(struct store *store, int64_t connector, const struct stored_meeting *m,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until,
	bool *ret_changed, struct err *err)
{
	struct scheduled_conference of;
	struct arena arena;
	arena_init(&arena);
	window_columns(connector, m, &arena, &of);
	bool ok = windows_follow(store, &of, windows, count, from, until, ret_changed, err);
	arena_release(&arena);
	return ok;
}

bool horizon_put(struct store *store, int64_t connector, const struct stored_meeting *m,
	const struct stored_window *window, bool gone, struct err *err)
{
	struct scheduled_conference of;
	struct arena arena;
	arena_init(&arena);
	window_columns(connector, m, &arena, &of);
	bool ok = window_put(store, &of, window, gone, err);
	arena_release(&arena);
	return ok;
}

/* What one laying out works with. */
struct layout {
	struct store *store;
	struct stored_meeting *m;
	struct scheduled_conference of;
	const char *subject;
	int64_t now;
	int64_t keep_s, horizon_s;
	struct arena arena;
	struct stored_window *windows;
	size_t count;
	bool *changed;
};

static bool read_settings(struct layout *l, struct err *err)
{
	struct global_settings global;
	if (!store_get(l->store, &global_settings_type, 1, &l->arena, &global, err))
		return false;
	l->keep_s = (global.expired_meeting_hours + 3) * 3600; /* and the longest buffer */
	l->horizon_s = global.series_horizon_days * DAY_S;
	return true;
}

/* Subjects of exceptions differ. Both lists are short; no two occurrences are so near. */
static const char *subject_of(const struct layout *l, const struct stored_exception *exceptions,
	size_t count, int64_t original_start)
{
	for (size_t i = 0; i < count; i++)
		if (llabs(exceptions[i].original_start - original_start) < SERIES_NEAR &&
			!text_empty(exceptions[i].subject))
			return exceptions[i].subject;
	return l->subject;
}

static bool has_own_room(const struct stored_meeting *own, size_t count, int64_t original_start)
{
	for (size_t i = 0; i < count; i++)
		if (own[i].recurrence_id == original_start)
			return true;
	return false;
}

static bool expand(struct layout *l, const struct series *series, struct err *err)
{
	struct occurrence *found = arena_array(&l->arena, WINDOWS_MAX + 1, sizeof(*found));
	struct stored_meeting *own = arena_array(&l->arena, HORIZON_OWN_ROOMS_MAX, sizeof(*own));
	struct stored_exception *exceptions;
	size_t n_own, n_exceptions;
	bool more;
	if (!meetings_of_uid(l->store, l->of.exchange_connector, l->m->uid, HORIZON_OWN_ROOMS_MAX,
		    &l->arena, own, &n_own, err) ||
		!exceptions_list(l->store, l->m->id, &l->arena, &exceptions, &n_exceptions, err))
		return false;
	size_t n = series_expand(
		series, l->now - l->keep_s, l->now + l->horizon_s, found, WINDOWS_MAX, &more);
	/* The present or next one counts however far it is. */
	struct occurrence next;
	if (series_next(series, l->now, &next) && next.start >= l->now + l->horizon_s)
		found[n++] = next;
	l->windows = arena_array(&l->arena, n + 1, sizeof(*l->windows));
	for (size_t i = 0; i < n; i++)
		if (!has_own_room(own, n_own, found[i].original_start))
			l->windows[l->count++] =
				(struct stored_window){ .original_start = found[i].original_start,
					.start = found[i].start,
					.end = found[i].end,
					.subject = subject_of(l, exceptions, n_exceptions,
						found[i].original_start) };
	return true;
}

static bool update_index(struct layout *l, const struct series *series, struct err *err)
{
	struct occurrence next;
	bool left = series_next(series, l->now, &next);
	if (left && next.end < l->now + HORIZON_PERIOD_S)
		l->m->look_again = next.end + 1;
	else
		l->m->look_again = left ? l->now + HORIZON_PERIOD_S : FIELD_NULL;
	return store_exec(l->store, err,
		"UPDATE recurring_conference SET is_depleted = $2,"
		" current_index = CASE WHEN $3 > 0 THEN $3 ELSE current_index END, subject = $4"
		" WHERE id = $1 AND (is_depleted <> $2 OR subject <> $4 OR ($3 > 0 AND"
		" current_index <> $3))",
		"ibis", l->m->recurring_conference, !left, left ? next.index : (int64_t)0,
		l->subject);
}

/* Exchange's instances differ from the rule: they stay as reconcile laid them, but what is over goes. */
static bool drop_past(struct layout *l, struct err *err)
{
	if (!store_exec(l->store, err,
		    "DELETE FROM scheduled_conference WHERE conference = $1 AND ews_item_uid = $2"
		    " AND end_time < $3",
		    "isi", l->m->conference, l->of.ews_item_uid, l->now - l->keep_s))
		return false;
	*l->changed = *l->changed || store_changes(l->store) > 0;
	return true;
}

/* The last window that there is; *ret 0: there is none. */
static bool last_window(struct layout *l, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(l->store, &rows, err,
		    "SELECT coalesce(max(max(start_time, original_start_time)), 0)"
		    " FROM scheduled_conference WHERE recurring_conference = $1",
		    "i", l->m->recurring_conference))
		return false;
	bool ok = row_next(&rows, err);
	*ret = ok ? row_int(&rows, 0) : 0;
	row_done(&rows);
	return ok;
}

/* Behind what the calendar told the rule is the best guess, until it is compared again; before that, what it
 * does not hold stays away. */
static bool follow_last(struct layout *l, const struct series *series, struct err *err)
{
	int64_t last;
	if (!drop_past(l, err) || !last_window(l, &last, err) || !expand(l, series, err))
		return false;
	if (last < l->now + l->horizon_s - EDGE_S)
		last = l->now + l->horizon_s - EDGE_S;
	for (size_t i = 0; i < l->count; i++) {
		if (l->windows[i].original_start <= last + SERIES_NEAR ||
			l->windows[i].start <= last)
			continue;
		*l->changed = true;
		if (!window_put(l->store, &l->of, &l->windows[i], false, err))
			return false;
	}
	return true;
}

static bool lay_out_series(struct layout *l, struct err *err)
{
	struct series series;
	if (!horizon_series(l->store, l->m, &l->arena, &series, err) ||
		!update_index(l, &series, err))
		return false;
	int64_t end = series_end(&series);
	/* Nothing is left of it: the room goes when what was last has passed. */
	l->m->end_time = end == INT64_MIN ? l->m->start_time : end > LAST_TIME ? LAST_TIME : end;
	if (l->m->by_calendar)
		return follow_last(l, &series, err);
	return expand(l, &series, err) &&
		windows_follow(l->store, &l->of, l->windows, l->count, 0, 0, l->changed, err);
}

static bool lay_out_single(struct layout *l, struct err *err)
{
	const struct stored_window window = { .original_start = l->of.original_start_time,
		.start = l->m->start_time,
		.end = l->m->end_time,
		.subject = l->subject };
	l->m->look_again = FIELD_NULL;
	return windows_follow(l->store, &l->of, &window, 1, 0, 0, l->changed, err);
}

bool horizon_lay_out(struct store *store, int64_t connector, struct stored_meeting *m,
	const char *subject, int64_t now, bool *ret_changed, struct err *err)
{
	struct layout l = {
		.store = store, .m = m, .subject = subject, .now = now, .changed = ret_changed
	};
	arena_init(&l.arena);
	window_columns(connector, m, &l.arena, &l.of);
	bool ok = read_settings(&l, err) &&
		(text_empty(m->recurrence) ? lay_out_single(&l, err) : lay_out_series(&l, err)) &&
		store_exec(store, err,
			"UPDATE meeting SET look_again = $2, end_time = $3 WHERE id = $1", "iii",
			m->id, m->look_again, m->end_time);
	arena_release(&l.arena);
	return ok;
}

/* One series whose time has come. A rule that cannot be read any more (its zone is gone from tzdata, say)
 * is logged and looked at the next day; the others go on. */
static bool bring_forward(struct store *store, int64_t id, int64_t now, struct arena *arena,
	int64_t *ret_conference, struct err *err)
{
	struct stored_meeting m;
	struct rows rows;
	struct err why;
	bool changed = false;
	int64_t connector = FIELD_NULL;
	const char *subject = "";
	*ret_conference = FIELD_NULL;
	if (!meeting_get(store, id, arena, &m, err) ||
		!store_query(store, &rows, err,
			"SELECT m.exchange_connector, r.subject FROM meeting m LEFT JOIN"
			" recurring_conference r ON r.id = m.recurring_conference WHERE m.id = $1",
			"i", id))
		return false;
	if (row_next(&rows, err)) {
		connector = row_int(&rows, 0);
		subject = arena_strdup(arena, row_text(&rows, 1));
	}
	row_done(&rows);
	if (rows.failed)
		return false;
	if (horizon_lay_out(store, connector, &m, subject, now, &changed, &why)) {
		*ret_conference = changed ? m.conference : FIELD_NULL;
		return true;
	}
	if (why.code == ERR_IO || why.code == ERR_BUSY) {
		if (err)
			*err = why;
		return false;
	}
	log_error("administrator.scheduling", "A series cannot be brought forward", "User",
		"schedulingservice", "Uid", m.uid, "Detail", why.text, NULL);
	return store_exec(store, err, "UPDATE meeting SET look_again = $2 WHERE id = $1", "ii", id,
		now + HORIZON_PERIOD_S);
}

static bool extend_batch(
	struct store *store, int64_t now, int64_t *conferences, size_t *ret_count, struct err *err)
{
	int64_t ids[HORIZON_BATCH];
	struct arena arena;
	if (!meetings_due(
		    store, now, now + HORIZON_PERIOD_S + 1, HORIZON_BATCH, ids, ret_count, err) ||
		*ret_count == 0)
		return *ret_count == 0;
	if (!store_begin(store, err))
		return false;
	arena_init(&arena);
	bool ok = true;
	for (size_t i = 0; ok && i < *ret_count; i++) {
		arena_reset(&arena);
		ok = bring_forward(store, ids[i], now, &arena, &conferences[i], err);
	}
	arena_release(&arena);
	if (ok)
		return store_commit(store, err);
	store_rollback(store);
	return false;
}

bool horizon_extend(struct store *store, int64_t now,
	void (*changed)(void *arg, struct store *store, int64_t conference), void *arg,
	int64_t *ret_series, struct err *err)
{
	int64_t conferences[HORIZON_BATCH];
	size_t count = HORIZON_BATCH;
	*ret_series = 0;
	zone_refresh();
	while (count == HORIZON_BATCH) {
		count = 0;
		if (!extend_batch(store, now, conferences, &count, err))
			return false;
		for (size_t i = 0; i < count; i++)
			if (conferences[i] != FIELD_NULL)
				changed(arg, store, conferences[i]);
		*ret_series += (int64_t)count;
	}
	return true;
}
