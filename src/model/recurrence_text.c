#include "model/recurrence.h"

#include "base/iso8601.h"
#include "base/text.h"

#include <string.h>

static const char *const frequencies[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
static const char *const weekdays[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

enum { COUNT_OF_WEEKDAYS = 7, COUNT_OF_FREQUENCIES = 4, DATE_LEN = 10, WORD_MAX = 32 };

static void add_date(struct buf *b, const char *key, int64_t day)
{
	char text[ISO8601_LEN + 1];
	iso8601_format(day * 86400, text);
	text[DATE_LEN] = '\0';
	buf_addf(b, ";%s=%s", key, text);
}

static void add_weekdays(struct buf *b, unsigned bits)
{
	const char *before = ";BYDAY=";
	for (int i = 0; i < COUNT_OF_WEEKDAYS; i++)
		if (bits & 1u << i) {
			buf_addf(b, "%s%s", before, weekdays[i]);
			before = ",";
		}
}

static void add_pattern(struct buf *b, const struct recurrence *rule)
{
	switch (rule->pattern) {
	case RECURRENCE_DAILY: break;
	case RECURRENCE_WEEKLY:
		add_weekdays(b, rule->weekdays);
		buf_addf(b, ";WKST=%s", weekdays[rule->first_weekday]);
		break;
	case RECURRENCE_ABSOLUTE_MONTHLY:
	case RECURRENCE_ABSOLUTE_YEARLY: buf_addf(b, ";BYMONTHDAY=%d", rule->day_of_month); break;
	case RECURRENCE_RELATIVE_MONTHLY:
	case RECURRENCE_RELATIVE_YEARLY:
		add_weekdays(b, rule->weekdays);
		buf_addf(b, ";BYSETPOS=%d",
			rule->week_index == RECURRENCE_LAST_WEEK ? -1 : rule->week_index);
		break;
	}
}

void recurrence_format(const struct recurrence *rule, struct buf *b)
{
	static const int frequency_of[] = { [RECURRENCE_DAILY] = 0,
		[RECURRENCE_WEEKLY] = 1,
		[RECURRENCE_ABSOLUTE_MONTHLY] = 2,
		[RECURRENCE_RELATIVE_MONTHLY] = 2,
		[RECURRENCE_ABSOLUTE_YEARLY] = 3,
		[RECURRENCE_RELATIVE_YEARLY] = 3 };
	buf_addf(
		b, "FREQ=%s;INTERVAL=%d", frequencies[frequency_of[rule->pattern]], rule->interval);
	if (rule->pattern >= RECURRENCE_ABSOLUTE_YEARLY)
		buf_addf(b, ";BYMONTH=%d", rule->month);
	add_pattern(b, rule);
	add_date(b, "START", rule->start_day);
	if (rule->range == RECURRENCE_END_DATE)
		add_date(b, "UNTIL", rule->end_day);
	if (rule->range == RECURRENCE_NUMBERED)
		buf_addf(b, ";COUNT=%d", rule->count);
}

static int place_of(const char *word, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (text_equal_nocase(words[i], word))
			return i;
	return -1;
}

static bool read_weekdays(const char *text, unsigned *ret)
{
	unsigned bits = 0;
	for (;; text += 3) {
		char word[3] = { text[0], text[0] ? text[1] : '\0', '\0' };
		int i = place_of(word, weekdays, COUNT_OF_WEEKDAYS);
		if (i < 0 || bits & 1u << i)
			return false;
		bits |= 1u << i;
		if (!text[2]) {
			*ret = bits;
			return true;
		}
		if (text[2] != ',')
			return false;
	}
}

static bool read_date(const char *text, int64_t *ret)
{
	char whole[WORD_MAX + sizeof("T00:00")];
	int64_t at;
	strcpy(whole, text);
	strcat(whole, "T00:00");
	if (strlen(text) != DATE_LEN || !iso8601_parse(whole, &at))
		return false;
	*ret = (at - (at % 86400 + 86400) % 86400) / 86400;
	return true;
}

static bool read_int(const char *text, int *ret)
{
	int64_t n;
	if (!text_to_int64(text, &n) || n < -RECURRENCE_INTERVAL_MAX || n > RECURRENCE_INTERVAL_MAX)
		return false;
	*ret = (int)n;
	return true;
}

/* What the words say, before it is known which go together. */
struct words {
	int frequency, interval, month, day_of_month, place, first_weekday, count;
	unsigned weekdays;
	int64_t start, until;
	unsigned seen; /* bit of each word's place in the table */
};

enum word {
	FREQ,
	INTERVAL,
	BYMONTH,
	BYMONTHDAY,
	BYDAY,
	BYSETPOS,
	WKST,
	START,
	UNTIL,
	COUNT,
	WORDS
};

static bool read_word(struct words *w, const char *key, const char *value)
{
	static const char *const keys[] = { [FREQ] = "FREQ",
		[INTERVAL] = "INTERVAL",
		[BYMONTH] = "BYMONTH",
		[BYMONTHDAY] = "BYMONTHDAY",
		[BYDAY] = "BYDAY",
		[BYSETPOS] = "BYSETPOS",
		[WKST] = "WKST",
		[START] = "START",
		[UNTIL] = "UNTIL",
		[COUNT] = "COUNT" };
	int word = place_of(key, keys, WORDS);
	if (word < 0 || w->seen & 1u << word)
		return false;
	w->seen |= 1u << word;
	switch ((enum word)word) {
	case FREQ:
		w->frequency = place_of(value, frequencies, COUNT_OF_FREQUENCIES);
		return w->frequency >= 0;
	case INTERVAL: return read_int(value, &w->interval);
	case BYMONTH: return read_int(value, &w->month);
	case BYMONTHDAY: return read_int(value, &w->day_of_month);
	case BYDAY: return read_weekdays(value, &w->weekdays);
	case BYSETPOS: return read_int(value, &w->place);
	case WKST:
		w->first_weekday = place_of(value, weekdays, COUNT_OF_WEEKDAYS);
		return w->first_weekday >= 0;
	case START: return read_date(value, &w->start);
	case UNTIL: return read_date(value, &w->until);
	case COUNT: return read_int(value, &w->count);
	default: return false;
	}
}

static bool read_words(const char *text, struct words *w)
{
	while (*text) {
		char key[WORD_MAX + 1], value[WORD_MAX + 1];
		size_t key_len = strcspn(text, "=;");
		if (text[key_len] != '=' || key_len > WORD_MAX)
			return false;
		memcpy(key, text, key_len);
		key[key_len] = '\0';
		text += key_len + 1;
		size_t len = strcspn(text, ";");
		if (len > WORD_MAX)
			return false;
		memcpy(value, text, len);
		value[len] = '\0';
		text += len + (text[len] == ';');
		if (!read_word(w, key, value))
			return false;
	}
	return true;
}

/* The words of each pattern, those of the range apart. */
static bool take_pattern(const struct words *w, struct recurrence *rule)
{
	enum { ALWAYS = 1u << FREQ | 1u << INTERVAL };
	static const struct {
		unsigned words;
		int frequency;
		enum recurrence_pattern pattern;
	} patterns[] = {
		{ ALWAYS, 0, RECURRENCE_DAILY },
		{ ALWAYS | 1u << BYDAY | 1u << WKST, 1, RECURRENCE_WEEKLY },
		{ ALWAYS | 1u << BYMONTHDAY, 2, RECURRENCE_ABSOLUTE_MONTHLY },
		{ ALWAYS | 1u << BYDAY | 1u << BYSETPOS, 2, RECURRENCE_RELATIVE_MONTHLY },
		{ ALWAYS | 1u << BYMONTH | 1u << BYMONTHDAY, 3, RECURRENCE_ABSOLUTE_YEARLY },
		{ ALWAYS | 1u << BYMONTH | 1u << BYDAY | 1u << BYSETPOS, 3,
			RECURRENCE_RELATIVE_YEARLY },
	};
	unsigned words = w->seen & ~(1u << START | 1u << UNTIL | 1u << COUNT);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (words == patterns[i].words && w->frequency == patterns[i].frequency) {
			rule->pattern = patterns[i].pattern;
			return true;
		}
	return false;
}

static bool take_range(const struct words *w, struct recurrence *rule)
{
	bool until = w->seen & 1u << UNTIL, count = w->seen & 1u << COUNT;
	rule->range = until ? RECURRENCE_END_DATE : count ? RECURRENCE_NUMBERED : RECURRENCE_NO_END;
	return w->seen & 1u << START && !(until && count);
}

bool recurrence_parse(const char *text, struct recurrence *ret, struct err *err)
{
	struct words w = { 0 };
	struct recurrence rule;
	memset(&rule, 0, sizeof(rule)); /* rules may be compared by their bytes */
	if (!read_words(text, &w) || !take_pattern(&w, &rule) || !take_range(&w, &rule))
		return err_set(err, ERR_INVALID, "'%.200s' is no recurrence", text);
	rule.interval = w.interval;
	rule.month = w.month;
	rule.day_of_month = w.day_of_month;
	rule.weekdays = w.weekdays;
	rule.week_index = w.place == -1           ? RECURRENCE_LAST_WEEK
		: w.place == RECURRENCE_LAST_WEEK ? 0
						  : w.place;
	rule.first_weekday = w.first_weekday;
	rule.count = w.count;
	rule.start_day = w.start;
	rule.end_day = w.until;
	if (!recurrence_check(&rule, err))
		return false;
	memcpy(ret, &rule, sizeof(rule));
	return true;
}
