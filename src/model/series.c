/*
 * How this works: the rule numbers its days without walking them (model/recurrence), and from one
 * occurrence to the next both starts and ends only grow. So an expansion begins at the number of a
 * day that is surely early enough, a few days before the window, and goes on from there. Exceptions
 * are merged in by their original start.
 */
#include "model/series.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 86400,
	SLACK_DAYS =
		2, /* more than any offset of a zone, or change of one, can move a wall clock */
};

static int64_t day_of(int64_t wall)
{
	return wall / DAY - (wall % DAY < 0);
}

/* A meeting whose end would come before its start, in the hours around a change, has its length. */
static bool place(const struct series *s, int64_t index, struct occurrence *ret)
{
	int64_t day;
	if (!recurrence_day(&s->rule, index, &day))
		return false;
	int64_t wall = day * DAY + s->time_of_day;
	int64_t start = zone_to_utc(s->zone, wall), end = zone_to_utc(s->zone, wall + s->length);
	*ret = (struct occurrence){ start, start, end < start ? start + s->length : end, index,
		false };
	return true;
}

/* Number of an occurrence near the time, never later than the first that starts at it or after. */
static int64_t index_before(const struct series *s, int64_t at)
{
	int64_t wall = zone_to_wall(s->zone, at);
	return recurrence_index(&s->rule, day_of(wall - s->time_of_day) - SLACK_DAYS);
}

/* Place of the first exception whose original start is not before. */
static size_t exception_from(const struct series *s, int64_t original_start)
{
	size_t low = 0, high = s->n_exceptions;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->exceptions[middle].original_start < original_start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool excepted(const struct series *s, int64_t original_start)
{
	size_t i = exception_from(s, original_start);
	return i < s->n_exceptions && s->exceptions[i].original_start == original_start;
}

bool series_identify(const struct series *s, int64_t told, int64_t *ret_original_start)
{
	struct occurrence o;
	int64_t best = SERIES_NEAR, found = 0;
	if (told < ZONE_TIME_MIN || told > ZONE_TIME_MAX)
		return false;
	for (int64_t i = index_before(s, told); place(s, i, &o); i++) {
		int64_t apart = o.start < told ? told - o.start : o.start - told;
		if (apart < best) {
			best = apart;
			found = o.start;
		}
		if (o.start >= told)
			break;
	}
	if (best == SERIES_NEAR)
		return false;
	*ret_original_start = found;
	return true;
}

bool series_has(const struct series *s, int64_t original_start)
{
	int64_t found;
	return series_identify(s, original_start, &found) && found == original_start;
}

/* The first occurrences of those that were offered. */
struct firsts {
	struct occurrence *items; /* ordered by start */
	size_t count, max;
	bool more;
};

static bool full_before(const struct firsts *f, int64_t start)
{
	return f->count == f->max && (!f->max || f->items[f->max - 1].start <= start);
}

/* Nearly always the last one yet: exceptions seldom pass their neighbours. */
static void offer(struct firsts *f, const struct occurrence *o)
{
	if (f->count == f->max)
		f->more = true;
	if (full_before(f, o->start))
		return;
	size_t i = f->count < f->max ? f->count++ : f->max - 1;
	for (; i > 0 && f->items[i - 1].start > o->start; i--)
		f->items[i] = f->items[i - 1];
	f->items[i] = *o;
}

static int64_t number_of(const struct series *s, int64_t original_start)
{
	struct occurrence o;
	int64_t i = index_before(s, original_start);
	while (place(s, i, &o) && o.start < original_start)
		i++;
	return i;
}

static void offer_exception(const struct series *s, const struct meeting_exception *e, int64_t from,
	int64_t until, struct firsts *f)
{
	if (e->deleted || e->end <= from || e->start >= until)
		return;
	struct occurrence o = { e->original_start, e->start, e->end, 0, true };
	o.index = number_of(s, e->original_start);
	offer(f, &o);
}

/* Number of the first occurrence of the rule that is not over. */
static int64_t index_not_over(const struct series *s, int64_t from)
{
	struct occurrence o;
	int64_t at;
	if (__builtin_sub_overflow(from, s->length, &at))
		at = INT64_MIN;
	int64_t i = index_before(s, at);
	while (place(s, i, &o) && o.end <= from)
		i++;
	return i;
}

size_t series_expand(const struct series *s, int64_t from, int64_t until, struct occurrence *ret,
	size_t max, bool *ret_more)
{
	struct firsts f = { ret, 0, max, false };
	struct occurrence o;
	size_t e = 0;
	for (int64_t i = index_not_over(s, from); place(s, i, &o) && o.start < until; i++) {
		while (e < s->n_exceptions && s->exceptions[e].original_start < o.start)
			offer_exception(s, &s->exceptions[e++], from, until, &f);
		if (e < s->n_exceptions && s->exceptions[e].original_start == o.start)
			continue; /* offered in the next round, or behind the loop */
		offer(&f, &o);
		if (f.more && full_before(&f, o.start))
			break;
	}
	for (; e < s->n_exceptions; e++)
		offer_exception(s, &s->exceptions[e], from, until, &f);
	if (ret_more)
		*ret_more = f.more;
	return f.count;
}

bool series_next(const struct series *s, int64_t at, struct occurrence *ret)
{
	return series_expand(s, at, INT64_MAX, ret, 1, NULL) > 0;
}

int64_t series_end(const struct series *s)
{
	struct occurrence o;
	int64_t last = recurrence_last(&s->rule), end = INT64_MIN;
	if (last == INT64_MAX)
		return INT64_MAX;
	while (place(s, last, &o) && excepted(s, o.start))
		last--;
	if (place(s, last, &o))
		end = o.end;
	for (size_t i = 0; i < s->n_exceptions; i++)
		if (!s->exceptions[i].deleted && s->exceptions[i].end > end)
			end = s->exceptions[i].end;
	return end;
}

static int by_original_start(const void *a, const void *b)
{
	const struct meeting_exception *x = a, *y = b;
	return (x->original_start > y->original_start) - (x->original_start < y->original_start);
}

void series_settle(struct series *s, struct meeting_exception *exceptions, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		series_identify(s, exceptions[i].original_start, &exceptions[i].original_start);
	if (count > 1)
		qsort(exceptions, count, sizeof(*exceptions), by_original_start);
	for (size_t i = 0; i < count; i++) {
		bool again =
			kept && exceptions[kept - 1].original_start == exceptions[i].original_start;
		if (!again)
			exceptions[kept++] = exceptions[i];
		else if (!exceptions[i].deleted)
			exceptions[kept - 1] = exceptions[i];
	}
	s->exceptions = exceptions;
	s->n_exceptions = kept;
}

bool series_of(struct meeting *m, struct series *ret, struct err *err)
{
	struct series s = { 0 };
	if (!m->recurrence)
		return err_set(err, ERR_INVALID, "the meeting has no recurrence");
	if (m->start == MEETING_NO_TIME || m->end == MEETING_NO_TIME)
		return err_set(err, ERR_INVALID, "the series has no start or no end");
	if (text_empty(m->zone))
		return err_set(err, ERR_NOT_FOUND, "the series has no time zone");
	if (!recurrence_check(m->recurrence, err) || !zone_open(m->zone, &s.zone, err))
		return false;
	s.rule = *m->recurrence;
	int64_t start = zone_to_wall(s.zone, m->start), end = zone_to_wall(s.zone, m->end);
	s.time_of_day = start - day_of(start) * DAY;
	s.length = end > start ? end - start : 0;
	series_settle(&s, (struct meeting_exception *)m->exceptions, m->n_exceptions);
	m->n_exceptions = s.n_exceptions;
	*ret = s;
	return true;
}
