/*
 * recurrence - the rule of a series: a pattern of days and the range it is applied to.
 *
 * Days are civil days of the series' own time zone, counted from 1970-01-01. A plain value without
 * anything to release; two rules are the same when their bytes are.
 */
#ifndef EMULATOR_RECURRENCE_H
#define EMULATOR_RECURRENCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/xml.h"

#include <stdint.h>

enum pattern {
	PATTERN_DAILY,
	PATTERN_WEEKLY,
	PATTERN_ABSOLUTE_MONTHLY,
	PATTERN_RELATIVE_MONTHLY,
	PATTERN_ABSOLUTE_YEARLY,
	PATTERN_RELATIVE_YEARLY,
};
enum range { RANGE_NO_END, RANGE_END_DATE, RANGE_NUMBERED };

enum {
	WEEK_LAST = 5,              /* week_index: the last of the month */
	RECURRENCE_PERIODS = 40000, /* days, weeks, months or years looked at before giving up */
	RECURRENCE_COUNT_MAX = 999,
};

struct recurrence {
	enum pattern pattern;
	enum range range;
	int interval;
	int month;         /* 1..12: yearly */
	int day_of_month;  /* 1..31, the last day of shorter months: absolute */
	unsigned weekdays; /* bit 0 is Sunday: weekly, relative */
	int week_index;    /* 1..4, WEEK_LAST: relative */
	int first_weekday; /* 0 is Sunday: weekly */
	int count;         /* RANGE_NUMBERED */
	int64_t start_day, end_day;
};

/* t:Recurrence. ERR_INVALID says what is wrong. */
bool recurrence_read(
	const xml_node *node, struct arena *arena, struct recurrence *ret, struct err *err);
void recurrence_write(const struct recurrence *rule, struct buf *b);

/* Visits the days in order: struct recurrence_walk w = { rule }; while (recurrence_next(&w, &day)).
 * w.index is the number of the day given last, from 1. */
struct recurrence_walk {
	const struct recurrence *rule;
	int index;
	int64_t period;
	int64_t days[31];
	int day_count, next;
};
bool recurrence_next(struct recurrence_walk *walk, int64_t *ret_day);

#endif
