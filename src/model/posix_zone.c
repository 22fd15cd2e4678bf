#include "model/posix_zone.h"

#include "base/iso8601.h"

#include <stdlib.h>
#include <string.h>

enum {
	HOUR = 3600,
	DAY = 86400,
	WEEK = 7,
	NAME_MIN = 3,
	DECEMBER = 12,
	OUTSIDE_DAYS = 9, /* POSIX_ZONE_CHANGE_MAX and POSIX_ZONE_OFFSET_MAX, and a day */
};

struct reader {
	const char *p, *end;
};

static bool take(struct reader *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* "CET", or "<+0330>". */
static bool skip_name(struct reader *r)
{
	bool quoted = take(r, '<');
	const char *begin = r->p;
	while (r->p < r->end && (quoted ? *r->p != '>' : is_letter(*r->p)))
		r->p++;
	return r->p - begin >= NAME_MIN && (!quoted || take(r, '>'));
}

static bool number(struct reader *r, int most, int *ret)
{
	const char *begin = r->p;
	int value = 0;
	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
		value = value * 10 + (*r->p - '0');
		if (value > most)
			return false;
	}
	*ret = value;
	return r->p > begin;
}

/* [+-]hh[:mm[:ss]] */
static bool clock_time(struct reader *r, int most, int *ret)
{
	int sign = take(r, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;
	if (sign > 0)
		take(r, '+');
	if (!number(r, most / HOUR, &hours) ||
		(take(r, ':') &&
			(!number(r, 59, &minutes) || (take(r, ':') && !number(r, 59, &seconds)))))
		return false;
	*ret = sign * (hours * HOUR + minutes * 60 + seconds);
	return abs(*ret) <= most;
}

static bool change(struct reader *r, struct posix_change *ret)
{
	struct posix_change c = { .time = 2 * HOUR };
	bool ok;
	if (take(r, 'M')) {
		ok = number(r, 12, &c.month) && c.month && take(r, '.') && number(r, 5, &c.week) &&
			c.week && take(r, '.') && number(r, WEEK - 1, &c.weekday);
	} else if (take(r, 'J')) {
		c.kind = POSIX_DAY_JULIAN;
		ok = number(r, 365, &c.day) && c.day;
	} else {
		c.kind = POSIX_DAY_ZERO;
		ok = number(r, 365, &c.day);
	}
	if (ok && take(r, '/'))
		ok = clock_time(r, POSIX_ZONE_CHANGE_MAX, &c.time);
	*ret = c;
	return ok;
}

bool posix_zone_parse(const char *text, size_t len, struct posix_zone *ret)
{
	struct reader r = { text, text + len };
	struct posix_zone zone = { 0 };
	int west;
	if (len > POSIX_ZONE_TEXT_MAX || !skip_name(&r) ||
		!clock_time(&r, POSIX_ZONE_OFFSET_MAX, &west))
		return false;
	zone.standard = zone.summer = -west;
	if (r.p == r.end) {
		*ret = zone;
		return true;
	}
	if (!skip_name(&r))
		return false;
	zone.has_summer = true;
	zone.summer = zone.standard + HOUR;
	if (r.p < r.end && *r.p != ',') {
		if (!clock_time(&r, POSIX_ZONE_OFFSET_MAX, &west))
			return false;
		zone.summer = -west;
	}
	if (zone.summer > POSIX_ZONE_OFFSET_MAX)
		return false;
	if (!take(&r, ',') || !change(&r, &zone.to_summer) || !take(&r, ',') ||
		!change(&r, &zone.to_standard) || r.p != r.end)
		return false;
	*ret = zone;
	return true;
}

static void add_time(struct buf *b, int seconds)
{
	int n = abs(seconds);
	buf_addf(b, "%s%d", seconds < 0 ? "-" : "", n / HOUR);
	if (n % HOUR)
		buf_addf(b, ":%02d", n / 60 % 60);
	if (n % 60)
		buf_addf(b, ":%02d", n % 60);
}

static void add_change(struct buf *b, const struct posix_change *c)
{
	if (c->kind == POSIX_DAY_WEEKDAY)
		buf_addf(b, ",M%d.%d.%d", c->month, c->week, c->weekday);
	else
		buf_addf(b, c->kind == POSIX_DAY_JULIAN ? ",J%d" : ",%d", c->day);
	buf_adds(b, "/");
	add_time(b, c->time);
}

void posix_zone_format(const struct posix_zone *zone, struct buf *b)
{
	buf_adds(b, "STD");
	add_time(b, -zone->standard);
	if (!zone->has_summer)
		return;
	buf_adds(b, "DST");
	add_time(b, -zone->summer);
	add_change(b, &zone->to_summer);
	add_change(b, &zone->to_standard);
}

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Day of the year, from 0. */
static int day_of_year(const struct posix_change *c, int64_t january, bool is_leap)
{
	static const int begins[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	enum { THURSDAY = 4, FEBRUARY = 2, LATER_THAN_FEBRUARY_28 = 60 };
	if (c->kind == POSIX_DAY_ZERO)
		return c->day;
	if (c->kind == POSIX_DAY_JULIAN)
		return c->day - 1 + (is_leap && c->day >= LATER_THAN_FEBRUARY_28);
	int first = begins[c->month - 1] + (is_leap && c->month > FEBRUARY);
	int next = begins[c->month] + (is_leap && c->month >= FEBRUARY);
	int weekday = (int)(((january + first + THURSDAY) % WEEK + WEEK) % WEEK);
	int day = first + (c->weekday - weekday + WEEK) % WEEK + (c->week - 1) * WEEK;
	return day < next ? day : day - WEEK;
}

/* The segments that begin in a year, in order of their beginning. */
static void of_year(const struct posix_zone *zone, int64_t year, struct zone_segment ret[2])
{
	int64_t january = days_from_civil(year, 1, 1);
	bool is_leap = leap(year);
	struct zone_segment summer = {
		(january + day_of_year(&zone->to_summer, january, is_leap)) * DAY +
			zone->to_summer.time - zone->standard,
		zone->summer,
	};
	struct zone_segment standard = {
		(january + day_of_year(&zone->to_standard, january, is_leap)) * DAY +
			zone->to_standard.time - zone->summer,
		zone->standard,
	};
	bool south = standard.begins < summer.begins;
	ret[0] = south ? standard : summer;
	ret[1] = south ? summer : standard;
}

struct zone_segment posix_zone_at(const struct posix_zone *zone, int64_t utc)
{
	struct zone_segment year_has[2];
	int64_t year, days = utc / DAY - (utc % DAY < 0);
	int month, day;
	if (!zone->has_summer)
		return (struct zone_segment){ INT64_MIN, zone->standard };
	civil_from_days(days, &year, &month, &day);
	/* A change may lie some days outside its own year: then the years beside are looked at too. Of
	 * two in the same second the later year's counts ("summer all year"). */
	struct zone_segment best = { INT64_MIN, 0 };
	for (int64_t y = year + (month == DECEMBER);; y--) {
		of_year(zone, y, year_has);
		for (int i = 1; i >= 0; i--)
			if (year_has[i].begins <= utc && year_has[i].begins > best.begins)
				best = year_has[i];
		if (best.begins >= (days_from_civil(y, 1, 1) + OUTSIDE_DAYS) * DAY)
			return best;
		if (best.begins != INT64_MIN && y < year)
			return best;
	}
}
