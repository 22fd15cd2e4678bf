/*
 * calendar - what is to be compared: the windows that we have, and what the resource's calendar holds.
 *
 * Windows are read from the database once; entries of the calendar are ticked off against them. Nothing
 * is done here. Memory: about 200 bytes for each window and 50 for each instance of a series.
 */
#ifndef SCHED_CALENDAR_H
#define SCHED_CALENDAR_H

#include "exchange/exchange.h"
#include "sched/apply.h"
#include "store/store.h"

enum { CALENDAR_WINDOWS_MAX = 1000000 };

/* One window of ours. */
struct calendar_window {
	const char *uid, *room;
	int64_t original_start; /* MEETING_NO_TIME: a single meeting */
	int64_t start, end;
	int64_t conference;
	bool series; /* one of a series' windows, not of a meeting with its own room */
	bool seen;   /* the calendar holds it */
};

/* A series of ours, and its instances in the calendar in the order of their start. */
struct calendar_series {
	const char *uid;
	struct apply_instance *instances;
	size_t count, room;
	bool differs;
};

struct calendar {
	struct arena arena;
	struct calendar_window *windows; /* by UID and original start */
	size_t n_windows;
	struct calendar_series *series; /* by UID */
	size_t n_series;
	int64_t from, horizon; /* windows of series are complete between these */
};

enum calendar_match {
	CALENDAR_SAME,    /* or none of our business */
	CALENDAR_MOVED,   /* we have it at another time */
	CALENDAR_UNKNOWN, /* we have nothing */
};

/* Reads the integration's windows that end after from. */
bool calendar_read(struct calendar *calendar, struct store *store, int64_t connector, int64_t from,
	int64_t horizon, struct err *err);
void calendar_release(struct calendar *calendar);

/* Ticks off what the entry matches. What differs of a series is noted there, not told. */
enum calendar_match calendar_tick(struct calendar *calendar, const struct exchange_entry *entry);
/* All entries that start before until were ticked off: which series differ? */
void calendar_judge_series(struct calendar *calendar, int64_t until);
/* Does the calendar hold nothing at all of a meeting that has this window? */
bool calendar_lacks(const struct calendar *calendar, const struct calendar_window *window);
/* Before the calendar is read once more: what was found stays, instances are collected anew. */
void calendar_rewind(struct calendar *calendar);

#endif
