#include "recurrence.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "markup.h"

#include <stdio.h>
#include <string.h>

static const char *const pattern_names[] = {
	[PATTERN_DAILY] = "DailyRecurrence",
	[PATTERN_WEEKLY] = "WeeklyRecurrence",
	[PATTERN_ABSOLUTE_MONTHLY] = "AbsoluteMonthlyRecurrence",
	[PATTERN_RELATIVE_MONTHLY] = "RelativeMonthlyRecurrence",
	[PATTERN_ABSOLUTE_YEARLY] = "AbsoluteYearlyRecurrence",
	[PATTERN_RELATIVE_YEARLY] = "RelativeYearlyRecurrence",
};
static const char *const range_names[] = {
	[RANGE_NO_END] = "NoEndRecurrence",
	[RANGE_END_DATE] = "EndDateRecurrence",
	[RANGE_NUMBERED] = "NumberedRecurrence",
};
static const struct {
	const char *name;
	unsigned bits;
} weekdays[] = { { "Sunday", 1 }, { "Monday", 2 }, { "Tuesday", 4 }, { "Wednesday", 8 },
	{ "Thursday", 16 }, { "Friday", 32 }, { "Saturday", 64 }, { "Day", 127 }, { "Weekday", 62 },
	{ "WeekendDay", 65 } };
static const char *const weeks[] = { "First", "Second", "Third", "Fourth", "Last" };
static const char *const months[] = { "January", "February", "March", "April", "May", "June",
	"July", "August", "September", "October", "November", "December" };

enum { WEEKDAY_NAMES = 10, MONTHS = 12, WEEKS = 5, DAY_NONE = -1 };

static int word_index(const char *const *words, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (text_equal(words[i], word))
			return i;
	return DAY_NONE;
}

/* "Monday Wednesday" */
static bool read_weekdays(const char *text, unsigned *ret)
{
	*ret = 0;
	while (text && *(text += strspn(text, " \t\r\n"))) {
		size_t len = strcspn(text, " \t\r\n");
		int i = 0;
		while (i < WEEKDAY_NAMES &&
			(strlen(weekdays[i].name) != len || strncmp(weekdays[i].name, text, len)))
			i++;
		if (i == WEEKDAY_NAMES)
			return false;
		*ret |= weekdays[i].bits;
		text += len;
	}
	return *ret != 0;
}

/* xs:date, an offset is ignored: the day is the series' own. */
static bool read_day(const char *text, int64_t *ret)
{
	int year, month, day;

	if (!text || sscanf(text, "%4d-%2d-%2d", &year, &month, &day) != 3 || month < 1 ||
		month > MONTHS || day < 1 || day > 31)
		return false;
	*ret = days_from_civil(year, month, day);
	return true;
}

static bool read_number(const xml_node *node, const char *name, struct arena *arena, int least,
	int most, int *ret, struct err *err)
{
	const char *text = xml_child_text(node, name, arena);
	int64_t value;

	if (!text || !text_to_int64(text, &value) || value < least || value > most)
		return err_set(err, ERR_INVALID, "'%s' is '%s'; it must be %d..%d", name,
			text ? text : "", least, most);
	*ret = (int)value;
	return true;
}

static bool read_pattern(
	const xml_node *node, struct arena *arena, struct recurrence *rule, struct err *err)
{
	enum pattern p = rule->pattern;
	bool yearly = p >= PATTERN_ABSOLUTE_YEARLY;
	bool absolute = p == PATTERN_ABSOLUTE_MONTHLY || p == PATTERN_ABSOLUTE_YEARLY;
	bool relative = p == PATTERN_RELATIVE_MONTHLY || p == PATTERN_RELATIVE_YEARLY;

	rule->interval = 1;
	if (!yearly && !read_number(node, "Interval", arena, 1, 999, &rule->interval, err))
		return false;
	if (absolute && !read_number(node, "DayOfMonth", arena, 1, 31, &rule->day_of_month, err))
		return false;
	if ((relative || p == PATTERN_WEEKLY) &&
		!read_weekdays(xml_child_text(node, "DaysOfWeek", arena), &rule->weekdays))
		return err_set(err, ERR_INVALID, "the DaysOfWeek are wrong");
	if (relative)
		rule->week_index =
			1 + word_index(weeks, WEEKS, xml_child_text(node, "DayOfWeekIndex", arena));
	if (relative && !rule->week_index)
		return err_set(err, ERR_INVALID, "the DayOfWeekIndex is wrong");
	if (yearly)
		rule->month = 1 + word_index(months, MONTHS, xml_child_text(node, "Month", arena));
	if (yearly && !rule->month)
		return err_set(err, ERR_INVALID, "the Month is wrong");
	const char *first = xml_child_text(node, "FirstDayOfWeek", arena);
	for (int i = 0; first && i < 7; i++)
		if (text_equal(weekdays[i].name, first))
			rule->first_weekday = i;
	return true;
}

static bool read_range(
	const xml_node *node, struct arena *arena, struct recurrence *rule, struct err *err)
{
	if (!read_day(xml_child_text(node, "StartDate", arena), &rule->start_day))
		return err_set(err, ERR_INVALID, "the recurrence has no StartDate");
	if (rule->range == RANGE_END_DATE &&
		!read_day(xml_child_text(node, "EndDate", arena), &rule->end_day))
		return err_set(err, ERR_INVALID, "the recurrence has no EndDate");
	return rule->range != RANGE_NUMBERED ||
		read_number(node, "NumberOfOccurrences", arena, 1, RECURRENCE_COUNT_MAX,
			&rule->count, err);
}

bool recurrence_read(
	const xml_node *node, struct arena *arena, struct recurrence *ret, struct err *err)
{
	struct recurrence rule;
	const xml_node *pattern = xml_child(node, NULL);
	const xml_node *range = xml_next(pattern, NULL);

	memset(&rule, 0, sizeof(rule)); /* rules are compared by their bytes */
	int p = pattern ? word_index(pattern_names, 6, xml_name(pattern)) : DAY_NONE;
	int r = range ? word_index(range_names, 3, xml_name(range)) : DAY_NONE;
	if (p < 0 || r < 0)
		return err_set(err, ERR_INVALID, "the Recurrence has no pattern or no range");
	rule.pattern = (enum pattern)p;
	rule.range = (enum range)r;
	if (!read_pattern(pattern, arena, &rule, err) || !read_range(range, arena, &rule, err))
		return false;
	memcpy(ret, &rule, sizeof(rule));
	return true;
}

static void write_day(struct buf *b, const char *element, int64_t day)
{
	char text[ISO8601_LEN + 1];

	iso8601_format(day * 86400, text);
	text[10] = 0;
	markup_element(b, element, text);
}

/* groups: "Weekday" and the like may stand for several days (not in weekly patterns). */
static void write_weekdays(struct buf *b, unsigned bits, bool groups)
{
	bool first = true;

	buf_adds(b, "<t:DaysOfWeek>");
	for (int i = 7; groups && i < WEEKDAY_NAMES; i++) {
		if (weekdays[i].bits == bits) {
			buf_adds(b, weekdays[i].name);
			bits = 0;
		}
	}
	for (int i = 0; i < 7; i++) {
		if (!(bits & weekdays[i].bits))
			continue;
		buf_addf(b, "%s%s", first ? "" : " ", weekdays[i].name);
		first = false;
	}
	buf_adds(b, "</t:DaysOfWeek>");
}

void recurrence_write(const struct recurrence *rule, struct buf *b)
{
	enum pattern p = rule->pattern;

	buf_addf(b, "<t:Recurrence><t:%s>", pattern_names[p]);
	if (p < PATTERN_ABSOLUTE_YEARLY)
		markup_int(b, "Interval", rule->interval);
	if (p == PATTERN_ABSOLUTE_MONTHLY || p == PATTERN_ABSOLUTE_YEARLY)
		markup_int(b, "DayOfMonth", rule->day_of_month);
	if (p == PATTERN_WEEKLY) {
		write_weekdays(b, rule->weekdays, false);
		markup_element(b, "FirstDayOfWeek", weekdays[rule->first_weekday].name);
	}
	if (p == PATTERN_RELATIVE_MONTHLY || p == PATTERN_RELATIVE_YEARLY) {
		write_weekdays(b, rule->weekdays, true);
		markup_element(b, "DayOfWeekIndex", weeks[rule->week_index - 1]);
	}
	if (p >= PATTERN_ABSOLUTE_YEARLY)
		markup_element(b, "Month", months[rule->month - 1]);
	buf_addf(b, "</t:%s><t:%s>", pattern_names[p], range_names[rule->range]);
	write_day(b, "StartDate", rule->start_day);
	if (rule->range == RANGE_END_DATE)
		write_day(b, "EndDate", rule->end_day);
	if (rule->range == RANGE_NUMBERED)
		markup_int(b, "NumberOfOccurrences", rule->count);
	buf_addf(b, "</t:%s></t:Recurrence>", range_names[rule->range]);
}

static int weekday_of(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static void find_in_month(struct recurrence_walk *walk, int64_t month_number)
{
	const struct recurrence *rule = walk->rule;
	int64_t first = days_from_civil(month_number / 12, (int)(month_number % 12) + 1, 1);
	int64_t next =
		days_from_civil((month_number + 1) / 12, (int)((month_number + 1) % 12) + 1, 1);
	int found = 0;

	if (rule->day_of_month) {
		int64_t day = first + rule->day_of_month - 1;
		walk->days[walk->day_count++] = day < next ? day : next - 1;
		return;
	}
	for (int64_t day = first; day < next; day++) {
		if (!(rule->weekdays & (1u << weekday_of(day))))
			continue;
		found++;
		walk->days[0] = day;
		walk->day_count = 1;
		if (rule->week_index != WEEK_LAST && found == rule->week_index)
			return;
	}
}

/* The days of the walk's period: of one day, week, month or year of the pattern. */
static void fill_period(struct recurrence_walk *walk)
{
	const struct recurrence *rule = walk->rule;
	int64_t step = walk->period++ * rule->interval, year;
	int64_t week = rule->start_day -
		(weekday_of(rule->start_day) - rule->first_weekday + 7) % 7 + 7 * step;
	int month, day;

	walk->day_count = walk->next = 0;
	civil_from_days(rule->start_day, &year, &month, &day);
	switch (rule->pattern) {
	case PATTERN_DAILY: walk->days[walk->day_count++] = rule->start_day + step; break;
	case PATTERN_WEEKLY:
		for (int i = 0; i < 7; i++)
			if (rule->weekdays & (1u << weekday_of(week + i)))
				walk->days[walk->day_count++] = week + i;
		break;
	case PATTERN_ABSOLUTE_MONTHLY:
	case PATTERN_RELATIVE_MONTHLY: find_in_month(walk, year * 12 + month - 1 + step); break;
	case PATTERN_ABSOLUTE_YEARLY:
	case PATTERN_RELATIVE_YEARLY:
		find_in_month(walk, (year + step) * 12 + rule->month - 1);
		break;
	}
}

bool recurrence_next(struct recurrence_walk *walk, int64_t *ret_day)
{
	const struct recurrence *rule = walk->rule;
	int64_t day;

	if (rule->range == RANGE_NUMBERED && walk->index >= rule->count)
		return false;
	do {
		while (walk->next == walk->day_count) {
			if (walk->period >= RECURRENCE_PERIODS)
				return false;
			fill_period(walk);
		}
		day = walk->days[walk->next++];
	} while (day < rule->start_day);
	if (rule->range == RANGE_END_DATE && day > rule->end_day)
		return false;
	walk->index++;
	*ret_day = day;
	return true;
}
