/*
 * How this works: every pattern has one day in each of its periods (interval days, months or years
 * from the period that the range starts in), the weekly one as many days as it has weekdays. So
 * the days can be counted without walking them. Days of the first period that lie before the
 * range's start are counted too, which gives "raw" numbers from 0; a rule's own numbers leave them
 * out.
 */
#include "model/recurrence.h"

#include "base/iso8601.h"

enum { WEEK = 7, WEEKDAYS = 0x7f, YEAR_MONTHS = 12 };

static bool within(struct err *err, const char *name, int64_t value, int64_t least, int64_t most)
{
	if (value >= least && value <= most)
		return true;
	return err_set(err, ERR_INVALID, "the recurrence's %s is %lld, not %lld to %lld", name,
		(long long)value, (long long)least, (long long)most);
}

static bool absolute(const struct recurrence *rule)
{
	return rule->pattern == RECURRENCE_ABSOLUTE_MONTHLY ||
		rule->pattern == RECURRENCE_ABSOLUTE_YEARLY;
}

static bool relative(const struct recurrence *rule)
{
	return rule->pattern == RECURRENCE_RELATIVE_MONTHLY ||
		rule->pattern == RECURRENCE_RELATIVE_YEARLY;
}

static bool yearly(const struct recurrence *rule)
{
	return rule->pattern == RECURRENCE_ABSOLUTE_YEARLY ||
		rule->pattern == RECURRENCE_RELATIVE_YEARLY;
}

bool recurrence_check(const struct recurrence *rule, struct err *err)
{
	bool weekly = rule->pattern == RECURRENCE_WEEKLY;
	return within(err, "pattern", (int64_t)rule->pattern, 0, RECURRENCE_RELATIVE_YEARLY) &&
		within(err, "range", (int64_t)rule->range, 0, RECURRENCE_NUMBERED) &&
		within(err, "interval", rule->interval, 1, RECURRENCE_INTERVAL_MAX) &&
		(!yearly(rule) || within(err, "month", rule->month, 1, YEAR_MONTHS)) &&
		(!absolute(rule) || within(err, "day of month", rule->day_of_month, 1, 31)) &&
		(!(weekly || relative(rule)) ||
			within(err, "set of weekdays", rule->weekdays, 1, WEEKDAYS)) &&
		(!relative(rule) ||
			within(err, "week index", rule->week_index, 1, RECURRENCE_LAST_WEEK)) &&
		(!weekly || within(err, "first weekday", rule->first_weekday, 0, WEEK - 1)) &&
		within(err, "start day", rule->start_day, RECURRENCE_DAY_MIN, RECURRENCE_DAY_MAX) &&
		(rule->range != RECURRENCE_NUMBERED ||
			within(err, "count", rule->count, 1, RECURRENCE_COUNT_MAX)) &&
		(rule->range != RECURRENCE_END_DATE ||
			within(err, "end day", rule->end_day, RECURRENCE_DAY_MIN,
				RECURRENCE_DAY_MAX));
}

static int64_t divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int weekday_of(int64_t day)
{
	enum { THURSDAY = 4 }; /* 1970-01-01 */
	int64_t rest = (day + THURSDAY) % WEEK;
	return (int)(rest < 0 ? rest + WEEK : rest);
}

/* The set seen from another day of the week: bit 0 is `first`. */
static unsigned rotate(unsigned weekdays, int first)
{
	return (weekdays >> first | weekdays << (WEEK - first)) & WEEKDAYS;
}

/* Place of the n-th (from 0) bit. */
static int bit_place(unsigned bits, int n)
{
	while (n-- > 0)
		bits &= bits - 1;
	return __builtin_ctz(bits);
}

static int month_length(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* Months are counted from January of the year 0. */
static int64_t month_of(int64_t day)
{
	int64_t year;
	int month, day_of_month;
	civil_from_days(day, &year, &month, &day_of_month);
	return year * YEAR_MONTHS + month - 1;
}

/* The day of the n-th matching weekday of the month, or of the last one. */
static int64_t nth_weekday(const struct recurrence *rule, int64_t first, int length)
{
	int count = __builtin_popcount(rule->weekdays), n = rule->week_index - 1;
	if (rule->week_index < RECURRENCE_LAST_WEEK)
		return first + n / count * WEEK +
			bit_place(rotate(rule->weekdays, weekday_of(first)), n % count);
	/* The last seven days of the month hold every weekday once. */
	int64_t week = first + length - WEEK;
	return week + bit_place(rotate(rule->weekdays, weekday_of(week)), count - 1);
}

static int64_t day_in_month(const struct recurrence *rule, int64_t number)
{
	int64_t year = divide_down(number, YEAR_MONTHS);
	int month = (int)(number - year * YEAR_MONTHS) + 1, length = month_length(year, month);
	int64_t first = days_from_civil(year, month, 1);
	if (relative(rule))
		return nth_weekday(rule, first, length);
	return first + (rule->day_of_month < length ? rule->day_of_month : length) - 1;
}

/* First day of the week that the range starts in. */
static int64_t first_week(const struct recurrence *rule)
{
	return rule->start_day - (weekday_of(rule->start_day) - rule->first_weekday + WEEK) % WEEK;
}

/* Monthly and yearly: the month that periods are counted from. */
static int64_t first_month(const struct recurrence *rule)
{
	int64_t month = month_of(rule->start_day);
	if (!yearly(rule))
		return month;
	return divide_down(month, YEAR_MONTHS) * YEAR_MONTHS + rule->month - 1;
}

static int64_t period_months(const struct recurrence *rule)
{
	return yearly(rule) ? (int64_t)rule->interval * YEAR_MONTHS : rule->interval;
}

static int64_t raw_day(const struct recurrence *rule, int64_t number)
{
	if (rule->pattern == RECURRENCE_DAILY)
		return rule->start_day + number * rule->interval;
	if (rule->pattern != RECURRENCE_WEEKLY)
		return day_in_month(rule, first_month(rule) + number * period_months(rule));
	unsigned bits = rotate(rule->weekdays, rule->first_weekday);
	int count = __builtin_popcount(bits);
	return first_week(rule) + number / count * WEEK * rule->interval +
		bit_place(bits, (int)(number % count));
}

/* How many whole periods lie before the part'th part (part >= 0), and whether that begins one. */
static int64_t whole_periods(int64_t part, int64_t length, bool *ret_begins)
{
	*ret_begins = part % length == 0;
	return part / length + !*ret_begins;
}

static int64_t weekly_before(const struct recurrence *rule, int64_t day)
{
	unsigned bits = rotate(rule->weekdays, rule->first_weekday);
	int64_t days = day - first_week(rule);
	bool begins;
	int64_t periods = whole_periods(days / WEEK, rule->interval, &begins);
	unsigned passed = begins ? bits & ((1u << days % WEEK) - 1) : 0;
	return periods * __builtin_popcount(bits) + __builtin_popcount(passed);
}

static int64_t monthly_before(const struct recurrence *rule, int64_t day)
{
	int64_t month = month_of(day), months = month - first_month(rule);
	bool begins;
	if (months < 0) /* yearly: earlier in the year */
		return 0;
	int64_t periods = whole_periods(months, period_months(rule), &begins);
	return periods + (begins && day_in_month(rule, month) < day);
}

/* Raw number of the first day that is not before `day`, which is not before the start. */
static int64_t raw_before(const struct recurrence *rule, int64_t day)
{
	bool begins;
	switch (rule->pattern) {
	case RECURRENCE_DAILY: return whole_periods(day - rule->start_day, rule->interval, &begins);
	case RECURRENCE_WEEKLY: return weekly_before(rule, day);
	default: return monthly_before(rule, day);
	}
}

/* The range's end apart, and days that no calendar has. */
static int64_t unbounded_index(const struct recurrence *rule, int64_t day)
{
	if (day <= rule->start_day)
		return 1;
	if (day > RECURRENCE_DAY_MAX)
		day = RECURRENCE_DAY_MAX + 1;
	return raw_before(rule, day) - raw_before(rule, rule->start_day) + 1;
}

int64_t recurrence_last(const struct recurrence *rule)
{
	if (rule->range == RECURRENCE_NO_END)
		return INT64_MAX;
	bool numbered = rule->range == RECURRENCE_NUMBERED;
	int64_t end = numbered ? RECURRENCE_DAY_MAX : rule->end_day;
	int64_t last = end < rule->start_day ? 0 : unbounded_index(rule, end + 1) - 1;
	return numbered && rule->count < last ? rule->count : last;
}

int64_t recurrence_index(const struct recurrence *rule, int64_t day)
{
	int64_t index = unbounded_index(rule, day), last = recurrence_last(rule);
	return index <= last ? index : last + 1;
}

bool recurrence_day(const struct recurrence *rule, int64_t index, int64_t *ret_day)
{
	/* No pattern has more days than there are, so the product below cannot overflow. */
	if (index < 1 || index > RECURRENCE_DAY_MAX - RECURRENCE_DAY_MIN + 1 ||
		(rule->range == RECURRENCE_NUMBERED && index > rule->count))
		return false;
	int64_t day = raw_day(rule, raw_before(rule, rule->start_day) + index - 1);
	if (day > RECURRENCE_DAY_MAX || (rule->range == RECURRENCE_END_DATE && day > rule->end_day))
		return false;
	*ret_day = day;
	return true;
}
