/*
 * recurrence - the rule of a series, as Exchange expresses it: a pattern of days and its range.
 *
 * Days are civil days of the series' own time zone, counted from 1970-01-01 (day 0, a Thursday). The
 * rule says nothing of the time of day: model/series does. A plain value; two rules that are equal
 * member by member are the same rule. Source: EWS RecurrenceType (MS-OXWSCDATA 2.2.4.x).
 */
#ifndef MODEL_RECURRENCE_H
#define MODEL_RECURRENCE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum recurrence_pattern {
	RECURRENCE_DAILY,
	RECURRENCE_WEEKLY,
	RECURRENCE_ABSOLUTE_MONTHLY,
	RECURRENCE_RELATIVE_MONTHLY,
	RECURRENCE_ABSOLUTE_YEARLY,
	RECURRENCE_RELATIVE_YEARLY,
};
enum recurrence_range { RECURRENCE_NO_END, RECURRENCE_END_DATE, RECURRENCE_NUMBERED };

enum {
	RECURRENCE_LAST_WEEK = 5,      /* week_index: the last of the month */
	RECURRENCE_INTERVAL_MAX = 999, /* of days, weeks, months or years */
	RECURRENCE_COUNT_MAX = 999,
	RECURRENCE_TEXT_MAX = 160, /* bytes of recurrence_format() */

	RECURRENCE_DAY_MIN = -719162, /* 0001-01-01: no range starts before it */
	RECURRENCE_DAY_MAX = 2932896, /* 9999-12-31: a range without end ends there */
};

struct recurrence {
	enum recurrence_pattern pattern;
	enum recurrence_range range;
	int interval;      /* 1..RECURRENCE_INTERVAL_MAX */
	int month;         /* 1..12: yearly */
	int day_of_month;  /* 1..31; shorter months have it on their last day: absolute */
	unsigned weekdays; /* bit 0 is Sunday: weekly, relative */
	int week_index;    /* 1..4, RECURRENCE_LAST_WEEK: relative */
	int first_weekday; /* 0 is Sunday: weekly */
	int count;         /* RECURRENCE_NUMBERED: 1..RECURRENCE_COUNT_MAX */
	int64_t start_day; /* first day of the range */
	int64_t end_day;   /* RECURRENCE_END_DATE: last day of the range */
};

/* ERR_INVALID says which member is out of its range. */
bool recurrence_check(const struct recurrence *rule, struct err *err);

/* The rule's days are numbered from 1 in their order; all three take the same time for any rule and
 * any day. The rule has passed recurrence_check(). */

/* The index-th day; false: the rule has fewer, or the index is less than 1. */
bool recurrence_day(const struct recurrence *rule, int64_t index, int64_t *ret_day);
/* Number of the rule's first day that is not before `day`, if there is one (its last number and
 * one more otherwise). */
int64_t recurrence_index(const struct recurrence *rule, int64_t day);
/* Number of the last day: 0 when the range holds none, INT64_MAX when it has no end. */
int64_t recurrence_last(const struct recurrence *rule);

/* One line of text that the store keeps and people can read: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;..."
 * (RFC 5545 words where it has them; START and UNTIL are days). parse(format(rule)) is the rule. */
void recurrence_format(const struct recurrence *rule, struct buf *b);
bool recurrence_parse(const char *text, struct recurrence *ret, struct err *err);

#endif
