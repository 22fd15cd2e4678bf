#include "sched/calendar.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static int compare_windows(const void *a, const void *b)
{
	const struct calendar_window *x = a, *y = b;
	int order = strcmp(x->uid, y->uid);
	if (order)
		return order;
	return (x->original_start > y->original_start) - (x->original_start < y->original_start);
}

static int compare_series(const void *a, const void *b)
{
	return strcmp(
		((const struct calendar_series *)a)->uid, ((const struct calendar_series *)b)->uid);
}

/* Several meetings may share a room: each has its own windows there. */
static bool read_windows(
	struct calendar *c, struct store *store, int64_t connector, struct err *err)
{
	struct rows rows;
	size_t room = 0;
	if (!store_query(store, &rows, err,
		    "SELECT m.uid, s.original_start_time, s.start_time, s.end_time, s.conference,"
		    " c.name, m.recurrence_id = 0 AND m.recurring_conference IS NOT NULL"
		    " FROM scheduled_conference s JOIN conference c ON c.id = s.conference"
		    " JOIN meeting m ON m.conference = s.conference"
		    " AND CASE WHEN s.recurring_conference IS NOT NULL"
		    " THEN m.recurring_conference = s.recurring_conference"
		    " ELSE m.recurring_conference IS NULL"
		    " AND m.recurrence_id = coalesce(s.original_start_time, 0) END"
		    " WHERE s.exchange_connector = $1 AND s.end_time > $2 LIMIT $3",
		    "iii", connector, c->from, (int64_t)CALENDAR_WINDOWS_MAX))
		return false;
	while (row_next(&rows, err)) {
		if (c->n_windows == room) {
			room = room ? room * 2 : 256;
			c->windows = reallocarray(c->windows, room, sizeof(*c->windows));
			if (!c->windows)
				abort();
		}
		int64_t original = row_int(&rows, 1);
		c->windows[c->n_windows++] = (struct calendar_window){
			.uid = arena_strdup(&c->arena, row_text(&rows, 0)),
			.original_start = original == FIELD_NULL ? MEETING_NO_TIME : original,
			.start = row_int(&rows, 2),
			.end = row_int(&rows, 3),
			.conference = row_int(&rows, 4),
			.room = arena_strdup(&c->arena, row_text(&rows, 5)),
			.series = row_int(&rows, 6) != 0,
		};
	}
	row_done(&rows);
	return !rows.failed;
}

static void list_series(struct calendar *c)
{
	c->series = calloc(c->n_windows + 1, sizeof(*c->series));
	if (!c->series)
		abort();
	for (size_t i = 0; i < c->n_windows; i++) {
		const struct calendar_window *w = &c->windows[i];
		if (w->series &&
			(!c->n_series || !text_equal(c->series[c->n_series - 1].uid, w->uid)))
			c->series[c->n_series++].uid = w->uid;
	}
}

bool calendar_read(struct calendar *c, struct store *store, int64_t connector, int64_t from,
	int64_t horizon, struct err *err)
{
	*c = (struct calendar){ .from = from, .horizon = horizon };
	arena_init(&c->arena);
	if (!read_windows(c, store, connector, err)) {
		calendar_release(c);
		return false;
	}
	if (c->n_windows)
		qsort(c->windows, c->n_windows, sizeof(*c->windows), compare_windows);
	list_series(c);
	return true;
}

void calendar_release(struct calendar *c)
{
	for (size_t i = 0; i < c->n_series; i++)
		free(c->series[i].instances);
	free(c->series);
	free(c->windows);
	arena_release(&c->arena);
	*c = (struct calendar){ 0 };
}

/* ---- ticking off -------------------------------------------------------------------------- */

static struct calendar_window *find_window(
	const struct calendar *c, const char *uid, int64_t original_start)
{
	const struct calendar_window key = { .uid = uid, .original_start = original_start };
	return c->n_windows ? bsearch(&key, c->windows, c->n_windows, sizeof(key), compare_windows)
			    : NULL;
}

static struct calendar_series *find_series(const struct calendar *c, const char *uid)
{
	const struct calendar_series key = { .uid = uid };
	return c->n_series ? bsearch(&key, c->series, c->n_series, sizeof(key), compare_series)
			   : NULL;
}

static void add_instance(struct calendar_series *s, const struct exchange_entry *e)
{
	const struct apply_instance instance = { e->original_start, e->start, e->end };
	/* What overlaps the seam between two pages comes twice. */
	for (size_t i = s->count; i > 0 && s->instances[i - 1].start >= e->start; i--)
		if (s->instances[i - 1].original_start == e->original_start)
			return;
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 32;
		s->instances = reallocarray(s->instances, s->room, sizeof(*s->instances));
		if (!s->instances)
			abort();
	}
	s->instances[s->count++] = instance;
}

static bool is_at(const struct calendar_window *w, const struct exchange_entry *e)
{
	return w->start == e->start && w->end == e->end;
}

/* An occurrence beyond the horizon has no window yet; its series is known all the same. */
static enum calendar_match tick_occurrence(
	struct calendar *c, const struct exchange_entry *e, struct calendar_window *w)
{
	struct calendar_series *s = find_series(c, e->uid);
	if (!s || (w && !w->series)) /* it stands alone, or we know nothing of its series */
		return !w ? CALENDAR_UNKNOWN : is_at(w, e) ? CALENDAR_SAME : CALENDAR_MOVED;
	if (e->start < c->from || e->start >= c->horizon)
		return CALENDAR_SAME;
	add_instance(s, e);
	if (!w || !is_at(w, e))
		s->differs = true;
	return CALENDAR_SAME;
}

enum calendar_match calendar_tick(struct calendar *c, const struct exchange_entry *e)
{
	struct calendar_window *w = find_window(c, e->uid, e->original_start);
	if (e->cancelled)
		return CALENDAR_SAME;
	if (w)
		w->seen = true;
	if (e->response == RESPONSE_DECLINED || e->response == RESPONSE_ORGANIZER)
		return CALENDAR_SAME;
	if (e->original_start != MEETING_NO_TIME)
		return tick_occurrence(c, e, w);
	return !w ? CALENDAR_UNKNOWN : is_at(w, e) ? CALENDAR_SAME : CALENDAR_MOVED;
}

void calendar_judge_series(struct calendar *c, int64_t until)
{
	int64_t end = until < c->horizon ? until : c->horizon;
	for (size_t i = 0; i < c->n_windows; i++) {
		const struct calendar_window *w = &c->windows[i];
		if (w->series && !w->seen && w->start >= c->from && w->start < end)
			find_series(c, w->uid)->differs = true;
	}
}

bool calendar_lacks(const struct calendar *c, const struct calendar_window *w)
{
	if (!w->series)
		return !w->seen;
	/* Windows of one series stand side by side. */
	const struct calendar_window *end = c->windows + c->n_windows;
	const struct calendar_window *first = w;
	while (first > c->windows && text_equal(first[-1].uid, w->uid))
		first--;
	for (; first < end && text_equal(first->uid, w->uid); first++)
		if (first->series && first->seen)
			return false;
	const struct calendar_series *s = find_series(c, w->uid);
	return !s || !s->count;
}

void calendar_rewind(struct calendar *c)
{
	for (size_t i = 0; i < c->n_series; i++)
		c->series[i].count = 0;
}
