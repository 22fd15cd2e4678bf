#include "exchange/ews_recurrence.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "exchange/ews_zone.h"
#include "model/recurrence.h"

#include <string.h>

enum { WEEKDAYS = 7, DAY = 86400, DATE_LEN = 10 };

/* "Weekday" and the like stand for several days. */
static const struct {
	const char *name;
	unsigned bits;
} day_names[] = { { "Sunday", 1 }, { "Monday", 2 }, { "Tuesday", 4 }, { "Wednesday", 8 },
	{ "Thursday", 16 }, { "Friday", 32 }, { "Saturday", 64 }, { "Day", 127 }, { "Weekday", 62 },
	{ "WeekendDay", 65 } };
static const char *const week_names[] = { "First", "Second", "Third", "Fourth", "Last", NULL };
static const char *const month_names[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December", NULL };

/* Place of the word from 1; 0 if it is none of them, or missing. */
static int place_of(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (text_equal(word, words[i]))
			return i + 1;
	return 0;
}

/* A list of names between white space; 0 if one is unknown. */
static unsigned read_days(const char *text)
{
	static const char blanks[] = " \t\r\n";
	unsigned bits = 0;
	for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
		size_t len = strcspn(text, blanks);
		unsigned found = 0;
		for (size_t i = 0; i < sizeof(day_names) / sizeof(*day_names); i++)
			if (strlen(day_names[i].name) == len &&
				memcmp(text, day_names[i].name, len) == 0)
				found = day_names[i].bits;
		if (!found)
			return 0;
		bits |= found;
		text += len;
	}
	return bits;
}

/* xs:date; a zone behind it ("2026-01-05Z", "+01:00") means nothing: it is a day of the series' own. */
static bool read_date(const xml_node *range, const char *name, struct arena *arena, int64_t *ret)
{
	const char *text = xml_child_text(range, name, arena);
	int64_t at;
	if (!text || strlen(text) < DATE_LEN ||
		!iso8601_parse(arena_printf(arena, "%.*sT00:00", DATE_LEN, text), &at))
		return false;
	*ret = at / DAY - (at % DAY < 0);
	return true;
}

/* Out of range, and so refused later, when it is no number. */
static int read_number(const xml_node *node, const char *name, struct arena *arena)
{
	const char *text = xml_child_text(node, name, arena);
	int64_t n;
	return text && text_to_int64(text, &n) && n > 0 && n < INT32_MAX ? (int)n : 0;
}

static bool read_pattern(const xml_node *node, struct arena *arena, struct recurrence *rule)
{
	static const char *const names[] = { "DailyRecurrence", "WeeklyRecurrence",
		"AbsoluteMonthlyRecurrence", "RelativeMonthlyRecurrence",
		"AbsoluteYearlyRecurrence", "RelativeYearlyRecurrence", NULL };
	int place = node ? place_of(xml_name(node), names) : 0;
	const char *days = xml_child_text(node, "DaysOfWeek", arena),
		   *first = xml_child_text(node, "FirstDayOfWeek", arena);
	if (!place)
		return false;
	rule->pattern = (enum recurrence_pattern)(place - 1);
	/* Yearly ones have none: they come every year. */
	rule->interval = xml_child(node, "Interval") ? read_number(node, "Interval", arena) : 1;
	rule->day_of_month = read_number(node, "DayOfMonth", arena);
	rule->weekdays = days ? read_days(days) : 0;
	rule->week_index = place_of(xml_child_text(node, "DayOfWeekIndex", arena), week_names);
	rule->month = place_of(xml_child_text(node, "Month", arena), month_names);
	for (int i = 0; i < WEEKDAYS; i++)
		if (text_equal(first, day_names[i].name))
			rule->first_weekday = i;
	return true;
}

static bool read_range(const xml_node *node, struct arena *arena, struct recurrence *rule)
{
	static const char *const names[] = { "NoEndRecurrence", "EndDateRecurrence",
		"NumberedRecurrence", NULL };
	int place = node ? place_of(xml_name(node), names) : 0;
	if (!place || !read_date(node, "StartDate", arena, &rule->start_day))
		return false;
	rule->range = (enum recurrence_range)(place - 1);
	rule->count = read_number(node, "NumberOfOccurrences", arena);
	return rule->range != RECURRENCE_END_DATE ||
		read_date(node, "EndDate", arena, &rule->end_day);
}

static const struct recurrence *read_rule(const xml_node *item, struct arena *arena)
{
	const xml_node *pattern = xml_child(xml_child(item, "Recurrence"), NULL);
	struct recurrence *rule = arena_zalloc(arena, sizeof(*rule));
	if (!pattern || !read_pattern(pattern, arena, rule) ||
		!read_range(xml_next(pattern, NULL), arena, rule) || !recurrence_check(rule, NULL))
		return NULL;
	return rule;
}

static bool read_time(const xml_node *node, const char *name, struct arena *arena, int64_t *ret)
{
	const char *text = xml_child_text(node, name, arena);
	return text && iso8601_parse(text, ret);
}

static size_t count_children(const xml_node *list, const char *name)
{
	size_t count = 0;
	for (const xml_node *n = xml_child(list, name); n; n = xml_next(n, name))
		count++;
	return count;
}

static void read_exceptions(const xml_node *item, struct arena *arena, struct meeting *m)
{
	const xml_node *modified = xml_child(item, "ModifiedOccurrences"),
		       *deleted = xml_child(item, "DeletedOccurrences");
	struct meeting_exception *all = arena_array(arena,
					 count_children(modified, "Occurrence") +
						 count_children(deleted, "DeletedOccurrence"),
					 sizeof(*all)),
				 *next = all;
	for (const xml_node *n = xml_child(modified, "Occurrence"); n;
		n = xml_next(n, "Occurrence"))
		if (read_time(n, "OriginalStart", arena, &next->original_start) &&
			read_time(n, "Start", arena, &next->start) &&
			read_time(n, "End", arena, &next->end))
			next++;
	for (const xml_node *n = xml_child(deleted, "DeletedOccurrence"); n;
		n = xml_next(n, "DeletedOccurrence"))
		if (read_time(n, "Start", arena, &next->original_start)) {
			*next = (struct meeting_exception){ next->original_start, 0, 0, true };
			next++;
		}
	m->exceptions = all;
	m->n_exceptions = (size_t)(next - all);
}

void ews_recurrence_read(const xml_node *item, struct arena *arena, struct meeting *m)
{
	const char *all_day = xml_child_text(item, "IsAllDayEvent", arena);
	m->all_day = text_equal(all_day, "true") || text_equal(all_day, "1");
	m->zone = ews_zone_read(item, arena);
	m->recurrence = read_rule(item, arena);
	read_exceptions(item, arena, m);
}
