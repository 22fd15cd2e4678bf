/* Any text as the rule of a series: what is read is written the same again, its days are in order and
 * have the numbers they say, and an expansion keeps to its window. */
#include "model/recurrence.h"
#include "model/series.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const struct recurrence *rule)
{
	struct recurrence again;
	struct buf b;
	buf_init(&b, RECURRENCE_TEXT_MAX);
	recurrence_format(rule, &b);
	check(!b.overflow && recurrence_parse(b.data, &again, NULL));
	check(memcmp(&again, rule, sizeof(again)) == 0);
	buf_release(&b);
}

static void check_days(const struct recurrence *rule)
{
	enum { DAYS = 50 };
	int64_t last = recurrence_last(rule), before = rule->start_day - 1, day;
	for (int64_t i = 1; i <= DAYS && recurrence_day(rule, i, &day); i++) {
		check(i <= last && day > before);
		check(recurrence_index(rule, day) == i && recurrence_index(rule, before + 1) == i);
		before = day;
	}
	if (last != INT64_MAX) {
		check(!recurrence_day(rule, last + 1, &day));
		check(!last || recurrence_day(rule, last, &day));
	}
}

static void check_window(const struct recurrence *rule, int64_t noise)
{
	enum { MOST = 20 };
	struct meeting_exception e[2] = { { (rule->start_day + 1) * 86400, 0, 0, true },
		{ rule->start_day * 86400, noise, noise + 60, false } };
	struct series s = { *rule, zone_utc(), 0, noise & 0xfffff, NULL, 0 };
	struct occurrence o[MOST];
	bool more;
	series_settle(&s, e, 2);
	int64_t from = rule->start_day * 86400 + noise % 100000000, until = from + 1000000;
	size_t n = series_expand(&s, from, until, o, MOST, &more);
	for (size_t i = 0; i < n; i++) {
		check(o[i].end > from && o[i].start < until && o[i].end >= o[i].start);
		check(!i || o[i - 1].start <= o[i].start);
	}
	check(series_next(&s, from, o) || series_end(&s) <= from || series_end(&s) == INT64_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recurrence rule;
	int64_t noise = 0;
	memcpy(&noise, data, size < 5 ? size : 5);
	char *text = malloc(size + 1);
	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (recurrence_parse(text, &rule, NULL)) {
		check_text(&rule);
		check_days(&rule);
		check_window(&rule, noise);
	}
	free(text);
	return 0;
}
