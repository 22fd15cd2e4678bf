#include "base/iso8601.h"

#include <string.h>

/* Both from Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (public domain). */
int64_t days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void civil_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*ret_day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*ret_year = yoe + era * 400 + (*ret_month <= 2);
}

/* Every line of the logs has a time: printf would be most of the work of writing it. */
static void put_digits(char *to, int value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
}

void iso8601_format(int64_t at, char ret[ISO8601_LEN + 1])
{
	int64_t days = at / 86400, second = at % 86400, year;
	int month, day;
	if (second < 0) {
		second += 86400;
		days--;
	}
	civil_from_days(days, &year, &month, &day);
	static const char shape[] = "0000-00-00T00:00:00Z";
	_Static_assert(sizeof(shape) == ISO8601_LEN + 1, "as long as it says");
	memcpy(ret, shape, sizeof(shape));
	put_digits(ret, (int)(year / 100 % 100));
	put_digits(ret + 2, (int)(year % 100));
	put_digits(ret + 5, month);
	put_digits(ret + 8, day);
	put_digits(ret + 11, (int)(second / 3600));
	put_digits(ret + 14, (int)(second / 60 % 60));
	put_digits(ret + 17, (int)(second % 60));
}

/* Reads exactly n digits; -1 if there are fewer. */
static int digits(const char **p, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (**p - '0');
	}
	return value;
}

static bool zone_offset(const char *p, int64_t *ret_seconds)
{
	*ret_seconds = 0;
	if (!*p || ((*p == 'Z' || *p == 'z') && !p[1]))
		return true;
	if (*p != '+' && *p != '-')
		return false;
	int sign = *p++ == '-' ? -1 : 1;
	int hours = digits(&p, 2);
	if (hours < 0 || hours > 14 || *p++ != ':')
		return false;
	int minutes = digits(&p, 2);
	if (minutes < 0 || minutes > 59 || *p)
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

bool iso8601_parse(const char *text, int64_t *ret)
{
	const char *p = text;
	int year = digits(&p, 4);
	if (year < 1 || *p++ != '-')
		return false;
	int month = digits(&p, 2);
	if (month < 1 || month > 12 || *p++ != '-')
		return false;
	int day = digits(&p, 2);
	if (day < 1 || day > month_days(year, month) || (*p != 'T' && *p != 't' && *p != ' '))
		return false;
	p++;
	int hour = digits(&p, 2);
	if (hour < 0 || hour > 24 || *p++ != ':')
		return false;
	int minute = digits(&p, 2), second = 0;
	if (minute < 0 || minute > 59)
		return false;
	if (*p == ':') {
		p++;
		second = digits(&p, 2);
		if (second < 0 || second > 60)
			return false;
		if (*p == '.' && p[1] >= '0' && p[1] <= '9')
			for (p++; *p >= '0' && *p <= '9';)
				p++;
	}
	if (hour == 24 && (minute || second))
		return false;
	int64_t offset;
	if (!zone_offset(p, &offset))
		return false;
	*ret = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
		offset;
	return true;
}
