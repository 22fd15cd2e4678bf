#include "sched/reconcile.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/calendar.h"
#include "store/mailboxes.h"
#include "store/meetings.h"

#include <stdio.h>
#include <string.h>

/* What one comparison works with. */
struct work {
	struct mailbox *mb;
	struct inbox *inbox;
	enum queue_kinds kinds;
	struct calendar calendar;
	struct arena page; /* one page of the calendar */
	int64_t now, until;
	struct reconciliation *result;
};

/* ---- what differs ------------------------------------------------------------------------- */

/* Is it still so, now that the inbox is dealt with? */
static bool still_differs(
	struct work *w, const struct exchange_entry *e, bool *ret, struct err *err)
{
	struct rows rows;
	int64_t original = e->original_start == MEETING_NO_TIME ? FIELD_NULL : e->original_start;
	if (!store_query(w->mb->store, &rows, err,
		    "SELECT 1 FROM scheduled_conference s JOIN meeting m ON m.conference ="
		    " s.conference WHERE m.exchange_connector = $1 AND m.uid = $2"
		    " AND (s.original_start_time IS $3 OR (m.recurrence_id = 0 AND"
		    " m.recurring_conference IS NOT NULL))"
		    " AND (($4 = s.start_time AND $5 = s.end_time) OR m.recurring_conference IS NOT"
		    " NULL)",
		    "isiii", w->mb->connector, e->uid, original, e->start, e->end))
		return false;
	*ret = !row_next(&rows, err);
	row_done(&rows);
	return !rows.failed;
}

/* An accepted meeting without a marker, that is to be declined: too many of them are left alone. */
static bool is_spared(struct work *w, const struct meeting *m, bool *ret, struct err *err)
{
	struct markers markers;
	struct rows rows;
	*ret = false;
	if (m->response != RESPONSE_ACCEPTED ||
		!text_equal(w->mb->settings.meetings_without_addin, "decline"))
		return true;
	markers_find(m->body, m->body_is_html, &markers);
	if (markers.count || markers.damaged)
		return true;
	if (!store_query(w->mb->store, &rows, err,
		    "SELECT 1 FROM meeting WHERE exchange_connector = $1 AND uid = $2"
		    " AND conference IS NOT NULL",
		    "is", w->mb->connector, m->uid))
		return false;
	if (!row_next(&rows, err))
		*ret = ++w->result->stripped > RECONCILE_DECLINES_MAX;
	row_done(&rows);
	return !rows.failed;
}

static bool apply_entries(struct work *w, const struct exchange_entry *entries, size_t count,
	int64_t *ret_touched, struct err *err)
{
	struct meeting meetings[EXCHANGE_FETCH_BATCH];
	struct exchange_result results[EXCHANGE_FETCH_BATCH];
	struct applied applied[EXCHANGE_FETCH_BATCH];
	size_t read = 0;
	arena_reset(&w->mb->batch);
	if (!w->mb->guard(w->mb->arg, err) ||
		!exchange_fetch_entries(
			w->mb->ex, entries, count, &w->mb->batch, meetings, results, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool spared = false;
		if (results[i].ok && !is_spared(w, &meetings[i], &spared, err))
			return false;
		if (results[i].ok && !spared)
			meetings[read++] = meetings[i];
		else if (!results[i].ok && results[i].err.code != ERR_NOT_FOUND)
			log_warning("administrator.scheduling",
				"A meeting of the calendar cannot be read", "User",
				"schedulingservice", "Integration", w->mb->settings.name, "Uid",
				entries[i].uid, "Detail", results[i].err.text, NULL);
	}
	if (read &&
		!apply_messages(w->mb->store, &w->mb->settings, w->mb->texts, meetings, read,
			clock_now(), &w->mb->batch, applied, err))
		return false;
	for (size_t i = 0; i < read; i++) {
		mailbox_tell_rooms(w->mb, &applied[i]);
		*ret_touched += applied[i].conference != FIELD_NULL;
	}
	return true;
}

/* Entries of one page that we do not have, or have otherwise. A few of an unknown series will do: the
 * first one tells all of it, unless they are occurrences that stand alone. */
struct findings {
	struct exchange_entry *entries;
	size_t count;
};

static void find(struct findings *f, const struct exchange_entry *e)
{
	int before = 0;
	for (size_t i = 0; e->original_start != MEETING_NO_TIME && i < f->count; i++)
		before += text_equal(f->entries[i].uid, e->uid);
	if (before < RECONCILE_INSTANCES)
		f->entries[f->count++] = *e;
}

static bool put_right(struct work *w, const struct findings *f, int64_t *count, struct err *err)
{
	struct exchange_entry batch[EXCHANGE_FETCH_BATCH];
	size_t n = 0;
	for (size_t i = 0; i < f->count; i++) {
		bool differs;
		if (mailbox_stops(w->mb))
			return err_set(err, ERR_CANCELLED, "asked to stop");
		if (!still_differs(w, &f->entries[i], &differs, err))
			return false;
		if (differs)
			batch[n++] = f->entries[i];
		if (n && (n == EXCHANGE_FETCH_BATCH || i + 1 == f->count)) {
			if (!apply_entries(w, batch, n, count, err))
				return false;
			n = 0;
		}
	}
	return !n || apply_entries(w, batch, n, count, err);
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool deal_with_page(struct work *w, const struct exchange_view *view, struct err *err)
{
	struct findings unknown = { .entries = arena_array(
					    &w->page, view->count + 1, sizeof(*unknown.entries)) };
	struct findings moved = { .entries = arena_array(
					  &w->page, view->count + 1, sizeof(*moved.entries)) };
	for (size_t i = 0; i < view->count; i++) {
		enum calendar_match match = calendar_tick(&w->calendar, &view->entries[i]);
		if (match == CALENDAR_UNKNOWN)
			find(&unknown, &view->entries[i]);
		else if (match == CALENDAR_MOVED)
			find(&moved, &view->entries[i]);
	}
	if (!inbox_catch_up(w->inbox, w->mb, w->kinds, err))
		return false;
	return !(w->kinds & QUEUE_REQUESTS) ||
		(put_right(w, &unknown, &w->result->missing, err) &&
			put_right(w, &moved, &w->result->moved, err));
}

/* first: what differs is dealt with; else only ticked off. */
static bool read_all(struct work *w, bool first, struct err *err)
{
	w->until = w->now;
	while (w->until < w->now + EXCHANGE_VIEW_SPAN) {
		struct exchange_view view;
		arena_reset(&w->page);
		if (mailbox_stops(w->mb))
			return err_set(err, ERR_CANCELLED, "asked to stop");
		if (!exchange_view(
			    w->mb->ex, w->until, w->now + EXCHANGE_VIEW_SPAN, &w->page, &view, err))
			return false;
		if (view.until <= w->until)
			return err_set(err, ERR_PROTOCOL,
				"the calendar of mailbox '%s' cannot be read: more than %d meetings"
				" at the same time",
				w->mb->settings.room_mailbox_email_address, EXCHANGE_VIEW_PAGE);
		w->until = view.until;
		if (first) {
			w->result->entries += (int64_t)view.count;
			if (!deal_with_page(w, &view, err))
				return false;
		} else {
			for (size_t i = 0; i < view.count; i++)
				calendar_tick(&w->calendar, &view.entries[i]);
		}
	}
	calendar_judge_series(&w->calendar, w->until);
	return true;
}

/* ---- series ------------------------------------------------------------------------------- */

/* What is not accepted yet (the answer, or the update with the instructions, is still to come) the
 * calendar does not hold as we have it. */
static bool is_under_way(struct work *w, const char *uid, bool *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(w->mb->store, &rows, err,
		    "SELECT 1 FROM outbox WHERE exchange_connector = $1 AND uid = $2"
		    " AND attempts < $3 UNION ALL SELECT 1 FROM meeting"
		    " WHERE exchange_connector = $1 AND uid = $2 AND own_update = 1",
		    "isi", w->mb->connector, uid, (int64_t)OUTBOX_ATTEMPTS_MAX))
		return false;
	*ret = row_next(&rows, err);
	row_done(&rows);
	return !rows.failed;
}

static bool follow_series(struct work *w, struct err *err)
{
	int64_t until = w->until < w->calendar.horizon ? w->until : w->calendar.horizon;
	for (size_t i = 0; i < w->calendar.n_series; i++) {
		const struct calendar_series *s = &w->calendar.series[i];
		struct applied applied;
		bool pending;
		if (!s->differs || !s->count)
			continue; /* or it is gone */
		if (!is_under_way(w, s->uid, &pending, err))
			return false;
		if (pending)
			continue;
		if (!w->mb->guard(w->mb->arg, err) ||
			!apply_instances(w->mb->store, &w->mb->settings, s->uid, s->instances,
				s->count, w->calendar.from, until, clock_now(), &applied, err))
			return false;
		mailbox_tell_rooms(w->mb, &applied);
		w->result->moved += applied.conference != FIELD_NULL;
	}
	return true;
}

/* ---- what is gone ------------------------------------------------------------------------- */

/* One for each meeting: its first window. */
static bool is_first_of_gone(const struct work *w, size_t i)
{
	const struct calendar_window *v = &w->calendar.windows[i];
	if (v->start >= w->until || !calendar_lacks(&w->calendar, v))
		return false;
	for (; v->series && i > 0 && text_equal(w->calendar.windows[i - 1].uid, v->uid); i--)
		if (w->calendar.windows[i - 1].series)
			return false;
	return true;
}

/* A window that changed since, or went, is not gone but news. */
static bool may_go(struct work *w, const struct calendar_window *v, bool *ret, struct err *err)
{
	struct rows rows;
	bool pending;
	if (!is_under_way(w, v->uid, &pending, err) ||
		!store_query(w->mb->store, &rows, err,
			"SELECT 1 FROM scheduled_conference WHERE conference = $1"
			" AND start_time = $2 AND end_time = $3",
			"iii", v->conference, v->start, v->end))
		return false;
	*ret = row_next(&rows, err) && !pending;
	row_done(&rows);
	return !rows.failed;
}

static bool count_gone(struct work *w, struct err *err)
{
	struct reconciliation *r = w->result;
	r->gone = 0;
	r->load = (struct brake_load){ 0 };
	for (size_t i = 0; i < w->calendar.n_windows; i++) {
		bool may;
		if (!is_first_of_gone(w, i))
			continue;
		if (!may_go(w, &w->calendar.windows[i], &may, err))
			return false;
		if (!may)
			continue;
		r->gone++;
		brake_name(&r->load, w->calendar.windows[i].room);
	}
	r->load.going = r->gone;
	return mailbox_future_rooms(w->mb->store, w->mb->connector, w->now, &r->load.rooms, err);
}

static bool remove_gone(struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->calendar.n_windows; i++) {
		const struct calendar_window *v = &w->calendar.windows[i];
		struct applied applied;
		bool may;
		if (!is_first_of_gone(w, i))
			continue;
		if (!may_go(w, v, &may, err))
			return false;
		if (!may)
			continue;
		if (!w->mb->guard(w->mb->arg, err) ||
			!apply_gone(w->mb->store, &w->mb->settings, w->mb->texts, v->uid,
				v->series ? MEETING_NO_TIME : v->original_start, clock_now(),
				&w->page, &applied, err))
			return false;
		mailbox_tell_rooms(w->mb, &applied);
	}
	return true;
}

/* A meeting may have moved from a page that was not read yet to one that was: only what a second look
 * lacks too is gone. */
static bool deal_with_gone(struct work *w, bool released, struct err *err)
{
	if (!count_gone(w, err))
		return false;
	if (w->result->gone) {
		calendar_rewind(&w->calendar);
		if (!read_all(w, false, err) || !inbox_catch_up(w->inbox, w->mb, w->kinds, err) ||
			!count_gone(w, err))
			return false;
	}
	w->result->held = !released &&
		brake_too_much(&w->mb->settings, w->result->load.going, w->result->load.rooms);
	return w->result->held || remove_gone(w, err);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static bool horizon(struct mailbox *mb, int64_t now, int64_t *ret, struct err *err)
{
	struct global_settings global;
	if (!store_get(mb->store, &global_settings_type, 1, &mb->batch, &global, err))
		return false;
	*ret = now + global.series_horizon_days * 86400 - RECONCILE_LAG_S;
	return true;
}

static void report_stripped(const struct work *w)
{
	char count[24];
	if (w->result->stripped <= RECONCILE_DECLINES_MAX)
		return;
	snprintf(count, sizeof(count), "%lld", (long long)w->result->stripped);
	log_warning("administrator.scheduling",
		"Most meetings of the calendar without a marker are left alone: is it the right"
		" mailbox, and does Exchange leave their text?",
		"User", "schedulingservice", "Integration", w->mb->settings.name, "Count", count,
		NULL);
}

static void report(const struct work *w)
{
	const struct reconciliation *r = w->result;
	char numbers[5][24];
	const int64_t values[] = { r->entries, r->windows, r->missing, r->moved, r->gone };
	for (size_t i = 0; i < 5; i++)
		snprintf(numbers[i], sizeof(numbers[i]), "%lld", (long long)values[i]);
	bool drift = r->missing || r->moved || r->gone;
	log_line(drift ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "administrator.scheduling",
		"Calendar compared", "User", "schedulingservice", "Integration",
		w->mb->settings.name, "Entries", numbers[0], "Windows", numbers[1], "Missing",
		numbers[2], "Moved", numbers[3], "Gone", numbers[4], "Removals",
		r->held ? "held" : NULL, NULL);
	report_stripped(w);
}

bool reconcile(struct mailbox *mb, struct inbox *inbox, enum queue_kinds kinds, bool released,
	struct reconciliation *ret, struct err *err)
{
	struct work w = { .mb = mb, .inbox = inbox, .kinds = kinds, .result = ret };
	int64_t end;
	*ret = (struct reconciliation){ 0 };
	arena_reset(&mb->batch);
	w.now = clock_now();
	if (!horizon(mb, w.now, &end, err) ||
		!calendar_read(&w.calendar, mb->store, mb->connector, w.now, end, err))
		return false;
	arena_init(&w.page);
	ret->windows = (int64_t)w.calendar.n_windows;
	bool ok = read_all(&w, true, err) && inbox_catch_up(inbox, mb, kinds, err) &&
		follow_series(&w, err) && deal_with_gone(&w, released, err);
	if (ok)
		report(&w);
	arena_release(&w.page);
	calendar_release(&w.calendar);
	return ok;
}
