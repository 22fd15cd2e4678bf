/*
 * Zones that clients define themselves: kept as "Id|TZ string", so that libc can be asked about them
 * as about all others. One group of one or two transitions on weekdays, which is what Outlook writes.
 */
#include "zone.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TZ_MAX = 80 };

/* "-PT1H30M" in minutes. */
static bool read_minutes(const char *text, long *ret)
{
	bool negative = text && *text == '-';
	long hours = 0, minutes = 0;
	char unit;

	if (!text || strncmp(text + negative, "PT", 2) != 0)
		return false;
	for (char *p = (char *)text + negative + 2; *p;) {
		long n = strtol(p, &p, 10);
		unit = *p++;
		if (unit == 'H')
			hours = n;
		else if (unit == 'M')
			minutes = n;
		else if (unit != 'S')
			return false;
	}
	*ret = (hours * 60 + minutes) * (negative ? -1 : 1);
	return true;
}

static bool read_bias(
	const xml_node *definition, const xml_node *transition, struct arena *arena, long *ret)
{
	const char *id = xml_child_text(transition, "To", arena);
	const xml_node *period = xml_path(definition, "Periods/Period");

	while (period && !text_equal(xml_attribute(period, "Id", arena), id))
		period = xml_next(period, "Period");
	return period && read_minutes(xml_attribute(period, "Bias", arena), ret);
}

static bool write_change(const xml_node *transition, struct arena *arena, struct buf *b)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	const char *day = xml_child_text(transition, "DayOfWeek", arena);
	const char *month = xml_child_text(transition, "Month", arena);
	const char *week = xml_child_text(transition, "Occurrence", arena);
	long at;
	size_t i = 0;

	while (i < 7 && !text_equal(days[i], day))
		i++;
	if (i == 7 || !month || !week ||
		!read_minutes(xml_child_text(transition, "TimeOffset", arena), &at))
		return false;
	buf_addf(b, ",M%d.%d.%zu/%ld:%02ld", atoi(month), atoi(week) < 0 ? 5 : atoi(week), i,
		at / 60, at % 60);
	return true;
}

static void write_bias(struct buf *b, const char *name, long minutes)
{
	buf_addf(b, "%s%s%ld:%02ld", name, minutes < 0 ? "-" : "", labs(minutes) / 60,
		labs(minutes) % 60);
}

static bool write_tz(const xml_node *definition, struct arena *arena, struct buf *b)
{
	const xml_node *first =
		xml_child(xml_path(definition, "TransitionsGroups/TransitionsGroup"), NULL);
	const xml_node *second = first ? xml_next(first, NULL) : NULL;
	long one, other;

	if (!first || !read_bias(definition, first, arena, &one))
		return false;
	if (!second) {
		write_bias(b, "STD", one);
		return true;
	}
	if (xml_next(second, NULL) || !read_bias(definition, second, arena, &other))
		return false;
	bool first_is_summer = one < other;
	write_bias(b, "STD", first_is_summer ? other : one);
	write_bias(b, "DST", first_is_summer ? one : other);
	return write_change(first_is_summer ? first : second, arena, b) &&
		write_change(first_is_summer ? second : first, arena, b);
}

const char *zone_read(const xml_node *node, struct arena *arena)
{
	const char *id = node ? xml_attribute(node, "Id", arena) : NULL;
	const char *ret = id;
	struct buf b;

	if (!id || zone_find(id))
		return id;
	buf_init(&b, TZ_MAX);
	if (write_tz(node, arena, &b) && !b.overflow)
		ret = arena_printf(arena, "%s|%s", id, b.data);
	buf_release(&b);
	return ret;
}
