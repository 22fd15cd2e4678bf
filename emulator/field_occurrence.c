/*
 * The computed properties of a series: its first, last, changed and deleted occurrences.
 */
#include "field.h"
#include "field_computed.h"
#include "markup.h"
#include "occurrence.h"

#include <stdlib.h>

static void write_info(
	const struct item *master, const struct item *one, const char *element, struct buf *b)
{
	char *id = occurrence_id(master, one->original_start);

	buf_addf(b, "<t:%s><t:ItemId Id=\"%s\"/>", element, id);
	markup_time(b, "Start", one->start);
	markup_time(b, "End", one->end);
	markup_time(b, "OriginalStart", one->original_start);
	buf_addf(b, "</t:%s>", element);
	free(id);
}

/* The first, or the last, of those that are not deleted. */
static void write_end(const struct item *item, const char *element, bool last, struct buf *b)
{
	struct occurrence_walk walk;
	struct item *found = NULL;
	int64_t at, chosen = TIME_NONE;

	if (!item->series || !item->id)
		return;
	occurrence_walk_init(&walk, item);
	while ((last || chosen == TIME_NONE) && occurrence_next(&walk, &at)) {
		const struct exception *e = series_find(item->series, at);
		if (!e || e->item)
			chosen = at;
	}
	if (chosen == TIME_NONE)
		return;
	found = occurrence_item(item, chosen);
	write_info(item, found, element, b);
	item_free(&found);
}

void write_first_occurrence(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	write_end(item, "FirstOccurrence", false, b);
}

void write_last_occurrence(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	if (item->series && item->series->rule.range != RANGE_NO_END)
		write_end(item, "LastOccurrence", true, b);
}

void write_modified_occurrences(const struct item *item, struct buf *b, const struct shape *shape)
{
	size_t count = 0;

	(void)shape;
	for (size_t i = 0; item->series && item->id && i < item->series->count; i++) {
		const struct exception *e = &item->series->exceptions[i];
		if (!e->item)
			continue;
		if (!count++)
			buf_adds(b, "<t:ModifiedOccurrences>");
		struct item *one = occurrence_item(item, e->original_start);
		write_info(item, one, "Occurrence", b);
		item_free(&one);
	}
	if (count)
		buf_adds(b, "</t:ModifiedOccurrences>");
}

void write_deleted_occurrences(const struct item *item, struct buf *b, const struct shape *shape)
{
	size_t count = 0;

	(void)shape;
	for (size_t i = 0; item->series && i < item->series->count; i++) {
		const struct exception *e = &item->series->exceptions[i];
		if (e->item)
			continue;
		if (!count++)
			buf_adds(b, "<t:DeletedOccurrences>");
		buf_adds(b, "<t:DeletedOccurrence>");
		markup_time(b, "Start", e->original_start);
		buf_adds(b, "</t:DeletedOccurrence>");
	}
	if (count)
		buf_adds(b, "</t:DeletedOccurrences>");
}
