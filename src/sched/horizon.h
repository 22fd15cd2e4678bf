/*
 * horizon - lays out the windows of meetings as far as we look ahead.
 *
 * A single meeting has one window. A series has one for each occurrence from now (and what is over since
 * less than expired_meeting_hours) to series_horizon_days ahead, and always for the present or next one.
 * Occurrences that have a room of their own are left out. Laying out twice changes nothing; it is done
 * again when an occurrence is over, and daily.
 */
#ifndef SCHED_HORIZON_H
#define SCHED_HORIZON_H

#include "model/series.h"
#include "store/meetings.h"
#include "store/windows.h"

enum {
	HORIZON_BATCH = 100,          /* series brought forward in one transaction */
	HORIZON_PERIOD_S = 24 * 3600, /* so often each series is looked at, whatever happens */
	HORIZON_OWN_ROOMS_MAX = 1000, /* occurrences of a series with rooms of their own */
};

/* The rule and exceptions of a stored series; texts and exceptions belong to arena. */
bool horizon_series(struct store *store, const struct stored_meeting *m, struct arena *arena,
	struct series *ret, struct err *err);

/* Brings windows, current_index and is_depleted of meeting m (which is saved: m->id) up to now; sets
 * m->look_again and, of a series, m->end_time, and stores these two. subject: of its windows, as the
 * template made it. Inside the caller's transaction. */
bool horizon_lay_out(struct store *store, int64_t connector, struct stored_meeting *m,
	const char *subject, int64_t now, bool *ret_changed, struct err *err);

/* Takes away all windows of meeting m. Inside the caller's transaction. */
bool horizon_clear(struct store *store, int64_t connector, const struct stored_meeting *m,
	bool *ret_changed, struct err *err);

/* Makes the windows of series m that start in [from, until) exactly these (see store/windows.h): Exchange's
 * calendar has these instances. Inside the caller's transaction. */
bool horizon_follow_calendar(struct store *store, int64_t connector, const struct stored_meeting *m,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until,
	bool *ret_changed, struct err *err);

/* Makes the window of one occurrence of series m be so, or (gone) not be. */
bool horizon_put(struct store *store, int64_t connector, const struct stored_meeting *m,
	const struct stored_window *window, bool gone, struct err *err);

/* Lays out all series that are due; changed(arg, store, conference) after each commit. */
bool horizon_extend(struct store *store, int64_t now,
	void (*changed)(void *arg, struct store *store, int64_t conference), void *arg,
	int64_t *ret_series, struct err *err);

#endif
