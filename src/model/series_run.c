/* For tests and benches: answers questions about zones and series, one a line, fields between tabs.
 *
 *	wall ZONE TIME...			the wall clocks
 *	utc ZONE WALL...			and back
 *	expand RULE ZONE START END EXCEPTIONS FROM UNTIL MAX
 *	next RULE ZONE START END EXCEPTIONS AT...
 *	has RULE ZONE START END EXCEPTIONS TIME...	1 or 0
 *	end RULE ZONE START END EXCEPTIONS
 *
 * All times are seconds. EXCEPTIONS are ORIGINAL:START:END, or ORIGINAL alone when deleted, between
 * commas. An occurrence is answered as ORIGINAL:START:END:INDEX, with '*' behind when it is an
 * exception. `series-run bench FILE ROUNDS` times the expand and next questions of the file. */
#include "base/text.h"
#include "model/series.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIELDS_MAX = 5000, EXCEPTIONS_MAX = 1000, OCCURRENCES_MAX = 5000, LINES_MAX = 100000 };

struct question {
	char *fields[FIELDS_MAX];
	int count;
};

struct rig {
	struct recurrence rule;
	struct meeting meeting;
	struct meeting_exception exceptions[EXCEPTIONS_MAX];
	struct series series;
};

static int64_t number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static void split(char *line, struct question *ret)
{
	ret->count = 0;
	line[strcspn(line, "\n")] = '\0';
	for (char *field; (field = strsep(&line, "\t")) && ret->count < FIELDS_MAX;)
		ret->fields[ret->count++] = field;
}

static size_t read_exceptions(char *text, struct meeting_exception *ret)
{
	size_t count = 0;
	for (char *one; *text && (one = strsep(&text, ",")) && count < EXCEPTIONS_MAX;) {
		long long original, start = 0, end = 0;
		int found = sscanf(one, "%lld:%lld:%lld", &original, &start, &end);
		ret[count++] = (struct meeting_exception){ original, start, end, found < 3 };
		if (!text)
			break;
	}
	return count;
}

/* Fields 1 to 5. */
static bool read_series(const struct question *q, struct rig *ret, struct err *err)
{
	if (q->count < 6)
		return err_set(err, ERR_INVALID, "too few fields");
	if (!recurrence_parse(q->fields[1], &ret->rule, err))
		return false;
	ret->meeting = (struct meeting){ .type = MEETING_SERIES,
		.zone = q->fields[2],
		.start = number(q->fields[3]),
		.end = number(q->fields[4]),
		.recurrence = &ret->rule,
		.exceptions = ret->exceptions,
		.n_exceptions = read_exceptions(q->fields[5], ret->exceptions) };
	return series_of(&ret->meeting, &ret->series, err);
}

static void put(const struct occurrence *o)
{
	printf("%lld:%lld:%lld:%lld%s", (long long)o->original_start, (long long)o->start,
		(long long)o->end, (long long)o->index, o->exception ? "*" : "");
}

static void expand(const struct series *s, const struct question *q)
{
	static struct occurrence o[OCCURRENCES_MAX];
	bool more;
	size_t max = (size_t)number(q->fields[8]);
	size_t n = series_expand(s, number(q->fields[6]), number(q->fields[7]), o,
		max < OCCURRENCES_MAX ? max : OCCURRENCES_MAX, &more);
	fputs(more ? "more" : "all", stdout);
	for (size_t i = 0; i < n; i++) {
		putchar('\t');
		put(&o[i]);
	}
}

static bool about_series(const struct question *q, struct err *err)
{
	static struct rig rig;
	struct occurrence o;
	bool next = text_equal(q->fields[0], "next"), has = text_equal(q->fields[0], "has");
	if (!read_series(q, &rig, err))
		return false;
	if (text_equal(q->fields[0], "expand") && q->count == 9)
		expand(&rig.series, q);
	else if (text_equal(q->fields[0], "end"))
		printf("%lld", (long long)series_end(&rig.series));
	else if (!next && !has)
		return err_set(err, ERR_INVALID, "no such question");
	for (int i = 6; (next || has) && i < q->count; i++) {
		if (i > 6)
			putchar('\t');
		if (has)
			printf("%d", series_has(&rig.series, number(q->fields[i])));
		else if (series_next(&rig.series, number(q->fields[i]), &o))
			put(&o);
		else
			fputs("none", stdout);
	}
	return true;
}

static bool about_zone(const struct question *q, struct err *err)
{
	const struct zone *zone;
	if (q->count < 2 || !zone_open(q->fields[1], &zone, err))
		return false;
	for (int i = 2; i < q->count; i++) {
		int64_t at = number(q->fields[i]);
		printf("%s%lld", i > 2 ? "\t" : "",
			(long long)(text_equal(q->fields[0], "wall") ? zone_to_wall(zone, at)
								     : zone_to_utc(zone, at)));
	}
	return true;
}

static bool answer(const struct question *q, struct err *err)
{
	if (text_equal(q->fields[0], "wall") || text_equal(q->fields[0], "utc"))
		return about_zone(q, err);
	return about_series(q, err);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

struct task {
	struct recurrence rule;
	struct meeting meeting;
	int64_t from, until;
	size_t max;
};

static size_t read_tasks(const char *path, struct task *ret)
{
	static struct question q;
	char *line = NULL;
	size_t cap = 0, count = 0;
	struct err err;
	FILE *f = fopen(path, "re");
	static struct rig rig;
	while (f && count < LINES_MAX && getline(&line, &cap, f) > 0) {
		split(line, &q);
		if (q.count != 9 || !read_series(&q, &rig, &err)) {
			fprintf(stderr, "series-run: %s\n", q.count != 9 ? "wrong line" : err.text);
			exit(1);
		}
		ret[count] = (struct task){ rig.rule, rig.meeting, number(q.fields[6]),
			number(q.fields[7]), (size_t)number(q.fields[8]) };
		ret[count].meeting.zone = strdup(q.fields[2]);
		ret[count].meeting.recurrence = &ret[count].rule;
		count++;
	}
	free(line);
	if (f)
		fclose(f);
	return count;
}

/* Nanoseconds per series of expanding a window, and of finding the next occurrence; both from what
 * is stored of a series to its occurrences. A sum of all starts, so that nothing is left out. */
static void bench(const struct task *tasks, size_t count, int rounds)
{
	static struct occurrence o[OCCURRENCES_MAX];
	int64_t sum = 0, begin = now_ns();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < count; i++) {
			struct meeting m = tasks[i].meeting;
			struct series s;
			if (!series_of(&m, &s, NULL))
				abort();
			size_t n = series_expand(
				&s, tasks[i].from, tasks[i].until, o, tasks[i].max, NULL);
			for (size_t k = 0; k < n; k++)
				sum += o[k].start;
		}
	int64_t middle = now_ns();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < count; i++) {
			struct meeting m = tasks[i].meeting;
			struct series s;
			if (!series_of(&m, &s, NULL))
				abort();
			if (series_next(&s, tasks[i].from, o))
				sum += o[0].start;
		}
	double per = (double)rounds * (double)count;
	printf("%.1f %.1f %lld\n", (double)(middle - begin) / per,
		(double)(now_ns() - middle) / per, (long long)sum);
}

static int run_bench(const char *path, int rounds)
{
	struct task *tasks = calloc(LINES_MAX, sizeof(*tasks));
	size_t count = tasks ? read_tasks(path, tasks) : 0;
	if (count)
		bench(tasks, count, rounds);
	for (size_t i = 0; i < count; i++)
		free((char *)tasks[i].meeting.zone);
	free(tasks);
	return !count;
}

int main(int argc, char **argv)
{
	static struct question q;
	char *line = NULL;
	size_t cap = 0;
	struct err err;
	if (argc == 4 && text_equal(argv[1], "bench"))
		return run_bench(argv[2], atoi(argv[3]));
	while (getline(&line, &cap, stdin) > 0) {
		split(line, &q);
		if (!answer(&q, &err))
			printf("error\t%s", err.text);
		putchar('\n');
	}
	free(line);
	return 0;
}
