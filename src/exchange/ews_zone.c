#include "exchange/ews_zone.h"

#include "base/text.h"
#include "model/posix_zone.h"
#include "model/zone.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, NUMBER_MAX = 100000, LAST_WEEK = 5 };

static int64_t unit_seconds(char unit, bool time)
{
	switch (unit) {
	case 'D': return time ? 0 : DAY;
	case 'H': return time ? HOUR : 0;
	case 'M': return time ? MINUTE : 0; /* months have no length */
	case 'S': return time;
	default: return 0;
	}
}

/* "12", or "12.5": fractions are dropped. False when there is no number, or one beyond all reason. */
static bool take_number(const char **p, int64_t *ret)
{
	int64_t n = 0;
	const char *begin = *p;
	for (; **p >= '0' && **p <= '9' && n <= NUMBER_MAX; (*p)++)
		n = n * 10 + (**p - '0');
	*ret = n;
	if (*p == begin || n > NUMBER_MAX)
		return false;
	if (**p == '.')
		*p += 1 + strspn(*p + 1, "0123456789");
	return true;
}

/* xs:duration without years and months: "-PT1H", "P0DT8H0M0.0S". */
static bool read_duration(const char *p, int *ret)
{
	int64_t seconds = 0, n;
	bool negative = *p == '-', time = false;
	p += negative;
	if (*p++ != 'P' || !*p)
		return false;
	while (*p) {
		if (!time && *p == 'T') {
			time = true;
			p++;
		}
		if (!take_number(&p, &n) || !unit_seconds(*p, time))
			return false;
		seconds += n * unit_seconds(*p++, time);
	}
	if (seconds > POSIX_ZONE_CHANGE_MAX)
		return false;
	*ret = (int)(negative ? -seconds : seconds);
	return true;
}

static bool read_int(
	const xml_node *node, const char *name, struct arena *arena, int least, int most, int *ret)
{
	int64_t n;
	const char *text = xml_child_text(node, name, arena);
	if (!text || !text_to_int64(text, &n) || n < least || n > most)
		return false;
	*ret = (int)n;
	return true;
}

struct definition {
	const xml_node *node;
	struct arena *arena;
};

/* The child of `list` whose Id is what the transition's To says. */
static const xml_node *target(const struct definition *d, const xml_node *transition,
	const char *list, const char *element)
{
	const char *id = xml_child_text(transition, "To", d->arena);
	const xml_node *n = xml_child(xml_child(d->node, list), element);
	while (n && !text_equal(xml_attribute(n, "Id", d->arena), id))
		n = xml_next(n, element);
	return n;
}

/* Seconds east of UTC of the period that a transition leads to. */
static bool period_offset(const struct definition *d, const xml_node *transition, int *ret)
{
	int bias;
	const xml_node *period = target(d, transition, "Periods", "Period");
	const char *text = period ? xml_attribute(period, "Bias", d->arena) : NULL;
	if (!text || !read_duration(text, &bias) || bias > POSIX_ZONE_OFFSET_MAX ||
		bias < -POSIX_ZONE_OFFSET_MAX)
		return false;
	*ret = -bias;
	return true;
}

static bool read_weekday(const xml_node *transition, struct arena *arena, int *ret)
{
	static const char *const names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	const char *text = xml_child_text(transition, "DayOfWeek", arena);
	for (int i = 0; i < (int)(sizeof(names) / sizeof(*names)); i++)
		if (text_equal(text, names[i])) {
			*ret = i;
			return true;
		}
	return false;
}

/* RecurringDayTransition, RecurringDateTransition. */
static bool read_change(const xml_node *transition, struct arena *arena, struct posix_change *ret)
{
	static const int begins[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	struct posix_change c = { 0 };
	int day;
	const char *offset = xml_child_text(transition, "TimeOffset", arena);
	if (!offset || !read_duration(offset, &c.time) ||
		!read_int(transition, "Month", arena, 1, 12, &c.month))
		return false;
	if (text_equal(xml_name(transition), "RecurringDateTransition")) {
		if (!read_int(transition, "Day", arena, 1, 31, &day))
			return false;
		c.kind = POSIX_DAY_JULIAN;
		c.day = begins[c.month - 1] + day;
	} else if (!read_weekday(transition, arena, &c.weekday) ||
		!read_int(transition, "Occurrence", arena, -1, LAST_WEEK, &c.week) || !c.week) {
		return false;
	}
	if (c.week < 0)
		c.week = LAST_WEEK;
	*ret = c;
	return true;
}

static bool two_changes(const struct definition *d, const xml_node *first, const xml_node *second,
	struct posix_zone *ret)
{
	struct posix_change change[2];
	int offset[2];
	if (xml_next(second, NULL) || !period_offset(d, first, &offset[0]) ||
		!period_offset(d, second, &offset[1]) ||
		!read_change(first, d->arena, &change[0]) ||
		!read_change(second, d->arena, &change[1]))
		return false;
	int summer = offset[1] > offset[0];
	*ret = (struct posix_zone){ .standard = offset[!summer],
		.summer = offset[summer],
		.has_summer = offset[0] != offset[1],
		.to_summer = change[summer],
		.to_standard = change[!summer] };
	return true;
}

/* A group of the definition as a yearly rule. Groups of more than two changes a year are not known
 * of any zone. */
static bool read_group(const struct definition *d, const xml_node *group, struct posix_zone *ret)
{
	const xml_node *first = xml_child(group, NULL),
		       *second = first ? xml_next(first, NULL) : NULL;
	int offset;
	if (second)
		return two_changes(d, first, second, ret);
	if (!first || !period_offset(d, first, &offset))
		return false;
	*ret = (struct posix_zone){ .standard = offset, .summer = offset };
	return true;
}

/* What a transition of the definition leads to: a group, or a single period. */
static bool read_rule(
	const struct definition *d, const xml_node *transition, struct posix_zone *ret)
{
	const char *kind = xml_attribute(xml_child(transition, "To"), "Kind", d->arena);
	int offset;
	if (text_equal(kind, "Group"))
		return read_group(
			d, target(d, transition, "TransitionsGroups", "TransitionsGroup"), ret);
	if (!text_equal(kind, "Period") || !period_offset(d, transition, &offset))
		return false;
	*ret = (struct posix_zone){ .standard = offset, .summer = offset };
	return true;
}

/* The definition as model/zone's custom text; false when that cannot say it. */
static bool write_custom(const struct definition *d, struct buf *b)
{
	enum { WALL_LEN = 19 }; /* "2007-01-01T00:00:00" */
	const xml_node *t = xml_child(xml_child(d->node, "Transitions"), NULL);
	struct posix_zone rule;
	buf_adds(b, "custom:");
	if (!t)
		return false;
	for (bool first = true; t; t = xml_next(t, NULL), first = false) {
		const char *from = xml_child_text(t, "DateTime", d->arena);
		if (!xml_child(t, "To") || !read_rule(d, t, &rule) || first != !from ||
			(from && strlen(from) < WALL_LEN))
			return false;
		if (from)
			buf_addf(b, ";%.*s=", WALL_LEN, from);
		posix_zone_format(&rule, b);
	}
	return !b->overflow;
}

static const char *read_custom(const xml_node *definition, struct arena *arena)
{
	const struct definition d = { definition, arena };
	const struct zone *ignored;
	const char *ret = NULL;
	struct buf b;
	buf_init(&b, ZONE_TEXT_MAX);
	if (write_custom(&d, &b) && zone_open(b.data, &ignored, NULL))
		ret = arena_strdup(arena, b.data);
	buf_release(&b);
	return ret;
}

const char *ews_zone_read(const xml_node *item, struct arena *arena)
{
	/* The last is what Exchange 2007 told, without rules that we would need. */
	static const char *const elements[][2] = { { "StartTimeZone", "Id" },
		{ "EndTimeZone", "Id" }, { "MeetingTimeZone", "TimeZoneName" } };
	const struct zone *ignored;
	const char *unknown = "";
	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++) {
		const xml_node *zone = xml_child(item, elements[i][0]);
		const char *name = zone ? xml_attribute(zone, elements[i][1], arena) : NULL;
		if (name && *name && zone_open(name, &ignored, NULL))
			return name;
		const char *custom = zone ? read_custom(zone, arena) : NULL;
		if (custom)
			return custom;
		if (name && !*unknown)
			unknown = name;
	}
	return unknown;
}
