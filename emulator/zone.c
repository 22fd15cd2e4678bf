#include "zone.h"

#include "base/clock.h"
#include "base/text.h"
#include "markup.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct zone_name *zone_find(const char *windows)
{
	static struct zone_name own;
	const char *rules = windows ? strchr(windows, '|') : NULL;

	if (rules) {
		own = (struct zone_name){ windows, rules + 1 };
		return &own;
	}
	for (size_t i = 0; i < zone_count; i++)
		if (text_equal_nocase(zone_names[i].windows, windows))
			return &zone_names[i];
	return NULL;
}

/* libc knows one zone at a time; everything here runs on the loop's thread. */
static void use_zone(const struct zone_name *zone)
{
	const char *present = getenv("TZ");

	if (text_equal(present, zone->iana))
		return;
	setenv("TZ", zone->iana, 1);
	tzset();
}

static long offset_at(const struct zone_name *zone, int64_t at)
{
	time_t when = (time_t)at;
	struct tm tm;

	use_zone(zone);
	localtime_r(&when, &tm);
	return tm.tm_gmtoff;
}

/* A clock that exists twice is standard time, the later one, as Windows reads it; one that is skipped
 * is read by the offset before. (mktime() goes by what it was asked last.) */
int64_t zone_to_utc(const char *windows, int64_t local)
{
	const struct zone_name *zone = windows ? zone_find(windows) : NULL;

	if (!zone)
		return local;
	int64_t before = local - offset_at(zone, local - 86400);
	int64_t after = local - offset_at(zone, local + 86400);
	bool before_exists = before + offset_at(zone, before) == local;
	bool after_exists = after + offset_at(zone, after) == local;
	if (before_exists && after_exists)
		return before > after ? before : after;
	return after_exists ? after : before;
}

int64_t zone_to_local(const char *windows, int64_t at)
{
	const struct zone_name *zone = windows ? zone_find(windows) : NULL;

	return zone ? at + offset_at(zone, at) : at;
}

static void write_names(struct buf *b, const char *windows, const struct zone_name *zone)
{
	char *id = strndup(windows, strcspn(windows, "|"));

	buf_adds(b, " Id=\"");
	markup_text(b, id);
	buf_adds(b, "\"");
	free(id);
	if (!zone)
		return;
	long minutes = labs(offset_at(zone, clock_now())) / 60;
	bool west = offset_at(zone, clock_now()) < 0;
	buf_addf(b, " Name=\"(UTC%c%02ld:%02ld) %s\"", west ? '-' : '+', minutes / 60, minutes % 60,
		zone->iana);
}

/* The first instant in (from, to] with another offset than `from`; `to` when there is none. */
static int64_t next_change(const struct zone_name *zone, int64_t from, int64_t to)
{
	enum { STEP = 7 * 86400 };
	long offset = offset_at(zone, from);
	int64_t low = from, high = from;

	while (high < to && offset_at(zone, high) == offset)
		low = high, high = high + STEP < to ? high + STEP : to;
	if (offset_at(zone, high) == offset)
		return to;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (offset_at(zone, middle) == offset)
			low = middle;
		else
			high = middle;
	}
	return high;
}

static void write_period(struct buf *b, const struct zone_name *zone, long offset, const char *name)
{
	buf_addf(b, "<t:Period Bias=\"%sPT%ldM\" Name=\"%s\" Id=\"trule:%s-%s\"/>",
		offset > 0 ? "-" : "", labs(offset) / 60, name, zone->windows, name);
}

static void write_transition(
	struct buf *b, const struct zone_name *zone, int64_t at, const char *to)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	time_t wall = (time_t)(at + offset_at(zone, at - 1)); /* by the clock that ends here */
	struct tm tm;

	gmtime_r(&wall, &tm);
	int week = tm.tm_mday > 21 ? -1 : (tm.tm_mday - 1) / 7 + 1;
	buf_addf(b, "<t:RecurringDayTransition><t:To Kind=\"Period\">trule:%s-%s</t:To>",
		zone->windows, to);
	buf_addf(b, "<t:TimeOffset>PT%dH%dM</t:TimeOffset><t:Month>%d</t:Month>", tm.tm_hour,
		tm.tm_min, tm.tm_mon + 1);
	buf_addf(b, "<t:DayOfWeek>%s</t:DayOfWeek><t:Occurrence>%d</t:Occurrence>",
		days[tm.tm_wday], week);
	buf_adds(b, "</t:RecurringDayTransition>");
}

/* The rules of the present year, as a zone's newest rule is on Exchange. */
static void write_rules(struct buf *b, const struct zone_name *zone)
{
	time_t now = (time_t)clock_now();
	struct tm tm;

	gmtime_r(&now, &tm);
	int64_t year = now - ((int64_t)tm.tm_yday * 86400 + now % 86400), end = year + 365 * 86400;
	int64_t first = next_change(zone, year, end);
	int64_t second = first < end ? next_change(zone, first, end) : end;
	long winter = offset_at(zone, year), summer = offset_at(zone, first);
	bool dst = second < end;
	bool south = dst && summer < winter;

	buf_adds(b, "<t:Periods>");
	write_period(b, zone, south ? summer : winter, "Standard");
	if (dst)
		write_period(b, zone, south ? winter : summer, "Daylight");
	buf_adds(b, "</t:Periods><t:TransitionsGroups><t:TransitionsGroup Id=\"0\">");
	if (dst) {
		write_transition(b, zone, first, south ? "Standard" : "Daylight");
		write_transition(b, zone, second, south ? "Daylight" : "Standard");
	} else {
		buf_addf(b, "<t:Transition><t:To Kind=\"Period\">trule:%s-Standard</t:To>",
			zone->windows);
		buf_adds(b, "</t:Transition>");
	}
	buf_adds(b,
		"</t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition>"
		"<t:To Kind=\"Group\">0</t:To></t:Transition></t:Transitions>");
}

void zone_write_reference(struct buf *b, const char *element, const char *windows)
{
	const struct zone_name *zone = zone_find(windows);

	buf_addf(b, "<t:%s", element);
	write_names(b, windows, zone);
	if (!zone || !strchr(windows, '|')) {
		buf_adds(b, "/>");
		return;
	}
	buf_adds(b, ">");
	write_rules(b, zone);
	buf_addf(b, "</t:%s>", element);
}

void zone_write_definition(struct buf *b, const struct zone_name *zone, bool full)
{
	buf_adds(b, "<t:TimeZoneDefinition");
	write_names(b, zone->windows, zone);
	buf_adds(b, full ? ">" : "/>");
	if (!full)
		return;
	write_rules(b, zone);
	buf_adds(b, "</t:TimeZoneDefinition>");
}
