/* Plain libical on the questions of series-run: a window of a series, and its next occurrence.
 *
 *	ical-run FILE			a line for each series: START:END, between tabs
 *	ical-run FILE ROUNDS		nanoseconds per series of expanding and of finding the next
 *
 * A line of the file: RRULE, zone, first start as the wall clock has it (YYYYMMDDTHHMMSS), length on
 * the wall clock, from, until, most; between tabs, times and length in seconds. A rule is parsed once; an
 * expansion makes an iterator, as every user of libical does, and lets it start at the window where
 * libical can (rules without COUNT). */
#include <libical/ical.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINES_MAX = 100000, FIELDS = 7, SLACK_DAYS = 2 };

struct task {
	struct icalrecurrencetype rule;
	icaltimezone *zone;
	struct icaltimetype first;
	int length;
	int64_t from, until;
	int most;
};

static struct icaltimetype later(struct icaltimetype t, int64_t seconds)
{
	icaltime_adjust(&t, (int)(seconds / 86400), 0, 0, (int)(seconds % 86400));
	return t;
}

/* The day from which on an occurrence may not be over at `from`. */
static struct icaltimetype not_before(const struct task *t)
{
	struct icaltimetype utc =
		icaltime_from_timet_with_zone(t->from, 0, icaltimezone_get_utc_timezone());
	struct icaltimetype at = later(utc, -t->length);
	icaltime_adjust(&at, -SLACK_DAYS, 0, 0, 0);
	at.hour = t->first.hour;
	at.minute = t->first.minute;
	at.second = t->first.second;
	at.zone = NULL;
	return at;
}

/* Calls for each occurrence that is not over at `from`, until it is told to stop. */
static void walk(const struct task *t, int64_t until, int most,
	void (*found)(int64_t, int64_t, void *), void *arg)
{
	icalrecur_iterator *i = icalrecur_iterator_new(t->rule, t->first);
	if (!i)
		return;
	struct icaltimetype start = not_before(t);
	if (!t->rule.count && icaltime_compare(start, t->first) > 0)
		icalrecur_iterator_set_start(i, start);
	for (;;) {
		struct icaltimetype at = icalrecur_iterator_next(i);
		if (icaltime_is_null_time(at))
			break;
		int64_t begins = icaltime_as_timet_with_zone(at, t->zone);
		int64_t ends = icaltime_as_timet_with_zone(later(at, t->length), t->zone);
		if (ends < begins)
			ends = begins + t->length;
		if (begins >= until || most == 0)
			break;
		if (ends > t->from) {
			found(begins, ends, arg);
			most--;
		}
	}
	icalrecur_iterator_free(i);
}

static size_t read_tasks(const char *path, struct task *ret)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0, count = 0;
	while (f && count < LINES_MAX && getline(&line, &cap, f) > 0) {
		char *rest = line, *field[FIELDS];
		line[strcspn(line, "\n")] = '\0';
		for (int i = 0; i < FIELDS; i++)
			if (!(field[i] = strsep(&rest, "\t")))
				exit(1);
		ret[count++] = (struct task){ icalrecurrencetype_from_string(field[0]),
			icaltimezone_get_builtin_timezone(field[1]), icaltime_from_string(field[2]),
			atoi(field[3]), atoll(field[4]), atoll(field[5]), atoi(field[6]) };
	}
	free(line);
	if (f)
		fclose(f);
	return count;
}

static void print(int64_t begins, int64_t ends, void *arg)
{
	bool *first = arg;
	printf("%s%lld:%lld", *first ? "" : "\t", (long long)begins, (long long)ends);
	*first = false;
}

static void sum_up(int64_t begins, int64_t ends, void *arg)
{
	(void)ends;
	*(int64_t *)arg += begins;
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	static struct task tasks[LINES_MAX];
	int64_t sum = 0;
	if (argc < 2)
		return 2;
	size_t count = read_tasks(argv[1], tasks);
	if (argc == 2) {
		for (size_t i = 0; i < count; i++) {
			bool first = true;
			walk(&tasks[i], tasks[i].until, tasks[i].most, print, &first);
			putchar('\n');
		}
		return 0;
	}
	int rounds = atoi(argv[2]);
	int64_t begin = now_ns();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < count; i++)
			walk(&tasks[i], tasks[i].until, tasks[i].most, sum_up, &sum);
	int64_t middle = now_ns();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < count; i++)
			walk(&tasks[i], INT64_MAX, 1, sum_up, &sum);
	double per = (double)rounds * (double)count;
	printf("%.1f %.1f %lld\n", (double)(middle - begin) / per,
		(double)(now_ns() - middle) / per, (long long)sum);
	return 0;
}
