#include "series.h"

#include "item.h"

#include <stdlib.h>

struct series *series_new(const struct recurrence *rule)
{
	struct series *series = calloc(1, sizeof(*series));

	if (!series)
		abort();
	series->rule = *rule;
	return series;
}

struct series *series_copy(const struct series *from)
{
	if (!from)
		return NULL;
	struct series *copy = series_new(&from->rule);
	for (size_t i = 0; i < from->count; i++) {
		const struct exception *e = &from->exceptions[i];
		series_set(copy, e->original_start,
			e->item ? item_clone(e->item, ITEM_CALENDAR) : NULL);
	}
	return copy;
}

void series_forget_exceptions(struct series *series)
{
	for (size_t i = 0; i < series->count; i++)
		item_free(&series->exceptions[i].item);
	free(series->exceptions);
	series->exceptions = NULL;
	series->count = 0;
}

void series_free(struct series **series)
{
	if (!*series)
		return;
	series_forget_exceptions(*series);
	free(*series);
	*series = NULL;
}

struct exception *series_find(const struct series *series, int64_t original_start)
{
	for (size_t i = 0; i < series->count; i++)
		if (series->exceptions[i].original_start == original_start)
			return &series->exceptions[i];
	return NULL;
}

void series_set(struct series *series, int64_t original_start, struct item *item)
{
	struct exception *e = series_find(series, original_start);

	if (!e) {
		series->exceptions = realloc(series->exceptions, (series->count + 1) * sizeof(*e));
		if (!series->exceptions)
			abort();
		e = &series->exceptions[series->count++];
		*e = (struct exception){ .original_start = original_start };
	}
	item_free(&e->item);
	e->item = item;
}
