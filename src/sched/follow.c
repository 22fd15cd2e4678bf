/*
 * How this works: what a message says of times becomes the meeting's row, its exceptions and windows. A
 * series' message tells all its exceptions; a message about one occurrence tells that one. Windows are
 * then laid out anew (horizon.h), which writes only what differs.
 */
#include "base/text.h"
#include "model/series.h"
#include "sched/application.h"
#include "sched/horizon.h"
#include "store/exceptions.h"

static const char *window_subject(struct application *a)
{
	return application_fitting(a, &scheduled_conference_type, "subject",
		application_render(a, "conference_subject_template"));
}

/* The exceptions that the message tells are all there are, but for those that newer messages told. */
static bool take_exceptions(struct application *a, struct err *err)
{
	struct stored_exception *kept;
	size_t n_kept;
	if (!exceptions_forget(a->store, a->stored.id, a->m->stamp, err) ||
		!exceptions_list(a->store, a->stored.id, &a->arena, &kept, &n_kept, err))
		return false;
	for (size_t i = 0, k = 0; i < a->m->n_exceptions; i++) {
		const struct meeting_exception *e = &a->exceptions[i];
		while (k < n_kept && kept[k].original_start < e->original_start)
			k++;
		if (k < n_kept && kept[k].original_start == e->original_start)
			continue;
		const struct stored_exception row = { .original_start = e->original_start,
			.deleted = e->deleted,
			.start_time = e->deleted ? e->original_start : e->start,
			.end_time = e->deleted ? e->original_start : e->end,
			.subject = "",
			.sequence = MEETING_NO_SEQUENCE,
			.stamp = a->m->stamp };
		if (!exception_save(a->store, a->stored.id, &row, err))
			return false;
	}
	return exceptions_adopt(a->store, a->stored.id, a->m->stamp, err);
}

/* A rule that ends earlier than before was perhaps split: what follows is a series of its own. */
static void note_cut(struct application *a, const char *rule)
{
	struct recurrence before, now;
	if (text_empty(a->stored.recurrence) ||
		!recurrence_parse(a->stored.recurrence, &before, NULL) ||
		!recurrence_parse(rule, &now, NULL))
		return;
	if (now.range == RECURRENCE_NO_END)
		a->stored.former_recurrence = "";
	else if (text_empty(a->stored.former_recurrence) && !text_equal(rule, a->stored.recurrence))
		a->stored.former_recurrence = a->stored.recurrence;
}

static bool become_series(struct application *a, struct err *err)
{
	char text[RECURRENCE_TEXT_MAX + 1];
	struct buf b;
	buf_init(&b, sizeof(text) - 1);
	recurrence_format(a->m->recurrence, &b);
	const char *rule = arena_strdup(&a->arena, b.data);
	buf_release(&b);
	note_cut(a, rule);
	a->stored.recurrence = rule;
	a->stored.zone = a->zone;
	a->stored.time_of_day = a->time_of_day;
	a->stored.length = a->length;
	a->stored.by_calendar = false;
	if (a->stored.recurring_conference != FIELD_NULL)
		return true;
	struct recurring_conference rc;
	record_defaults(&recurring_conference_type, &rc, &a->arena);
	rc.conference = a->stored.conference;
	rc.ews_item_id =
		application_fitting(a, &recurring_conference_type, "ews_item_id", a->m->item_id);
	rc.subject = window_subject(a);
	rc.scheduled_alias = a->stored.scheduled_alias;
	if (!store_insert(a->store, &recurring_conference_type, &rc, NULL, err))
		return false;
	a->stored.recurring_conference = rc.id;
	return true;
}

static bool become_single(struct application *a, struct err *err)
{
	const struct stored_meeting before = a->stored;
	int64_t series = before.recurring_conference;
	a->stored.recurrence = a->stored.former_recurrence = a->stored.zone = "";
	a->stored.by_calendar = false;
	a->stored.recurring_conference = FIELD_NULL;
	a->stored.start_time = a->m->start;
	a->stored.end_time = a->m->end;
	/* While its windows can still be told from those of occurrences with rooms of their own. */
	if (series != FIELD_NULL &&
		!horizon_clear(a->store, a->settings->id, &before, &a->windows_changed, err))
		return false;
	return (a->stored.id == FIELD_NULL ||
		       exceptions_forget(a->store, a->stored.id, FIELD_NULL, err)) &&
		(series == FIELD_NULL ||
			store_delete(a->store, &recurring_conference_type, series, err));
}

/* Saved first: exceptions and windows hang on its row. */
bool follow_message(struct application *a, struct err *err)
{
	bool series = a->m->type == MEETING_SERIES;
	a->stored.start_time = a->m->start;
	if (!(series ? become_series(a, err) : become_single(a, err)) ||
		!meeting_save(a->store, a->settings->id, &a->stored, err) ||
		(series && !take_exceptions(a, err)))
		return false;
	return horizon_lay_out(a->store, a->settings->id, &a->stored, window_subject(a), a->now,
		&a->windows_changed, err);
}

/* The subject of a series' windows, as the template made it. */
static bool read_subject(struct application *a, const struct stored_meeting *series,
	const char **ret, struct err *err)
{
	struct recurring_conference rc;
	if (!store_get(a->store, &recurring_conference_type, series->recurring_conference,
		    &a->arena, &rc, err))
		return false;
	*ret = rc.subject;
	return true;
}

/* Exchange's instances differ from the rule, so the rule cannot tell where the window is. */
static bool move_window(struct application *a, const struct stored_exception *e, struct err *err)
{
	const struct stored_window window = { .original_start = e->original_start,
		.start = e->start_time,
		.end = e->end_time,
		.subject = e->subject };
	a->windows_changed = true;
	return horizon_put(a->store, a->settings->id, &a->stored, &window, e->deleted, err);
}

bool follow_occurrence(struct application *a, bool gone, struct err *err)
{
	const struct stored_exception row = { .original_start = a->original_start,
		.deleted = gone,
		.start_time = gone ? a->original_start : a->m->start,
		.end_time = gone ? a->original_start : a->m->end,
		.subject = gone ? "" : window_subject(a),
		.sequence = a->m->sequence,
		.stamp = a->m->stamp,
		.was_update = a->m->update };
	const char *subject;
	return exception_save(a->store, a->stored.id, &row, err) &&
		read_subject(a, &a->stored, &subject, err) &&
		(!a->stored.by_calendar || move_window(a, &row, err)) &&
		horizon_lay_out(a->store, a->settings->id, &a->stored, subject, a->now,
			&a->windows_changed, err);
}

static bool save_cancelled(struct application *a, int64_t series, struct err *err)
{
	const struct stored_exception row = { .original_start = a->stored.recurrence_id,
		.deleted = true,
		.start_time = a->stored.recurrence_id,
		.end_time = a->stored.recurrence_id,
		.subject = "",
		.sequence = a->m->sequence,
		.stamp = a->m->stamp };
	return exception_save(a->store, series, &row, err);
}

/* A series that follows the calendar is not laid out by its rule: it would keep the window. */
static bool drop_window(struct application *a, const struct stored_meeting *series, struct err *err)
{
	const struct stored_window window = { .original_start = a->stored.recurrence_id };
	return horizon_put(a->store, a->settings->id, series, &window, true, err);
}

bool follow_series_of(struct application *a, bool gone, struct err *err)
{
	struct stored_meeting series;
	const char *subject;
	bool found;
	if (a->stored.recurrence_id == MEETING_WHOLE)
		return true;
	if (!meeting_find(a->store, a->settings->id, a->stored.uid, MEETING_WHOLE, &a->arena,
		    &series, &found, err))
		return false;
	if (!found || series.conference == FIELD_NULL || text_empty(series.recurrence))
		return true;
	application_note_room(a, series.conference);
	return (!gone || save_cancelled(a, series.id, err)) &&
		(!series.by_calendar || drop_window(a, &series, err)) &&
		read_subject(a, &series, &subject, err) &&
		horizon_lay_out(a->store, a->settings->id, &series, subject, a->now,
			&a->windows_changed, err);
}
