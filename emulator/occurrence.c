#include "occurrence.h"

#include "base/text.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 1024, ID_KIND_AT = 1, ID_ITEM = 0x02, ID_OCCURRENCE = 0x03 };

static int64_t floor_day(int64_t seconds)
{
	return (seconds - ((seconds % 86400) + 86400) % 86400) / 86400;
}

void occurrence_walk_init(struct occurrence_walk *walk, const struct item *master)
{
	int64_t local = zone_to_local(master->start_zone, master->start);

	*walk = (struct occurrence_walk){
		.master = master,
		.days = { .rule = &master->series->rule },
		.time_of_day = local - floor_day(local) * 86400,
	};
}

bool occurrence_next(struct occurrence_walk *walk, int64_t *ret_original_start)
{
	int64_t day;

	if (!recurrence_next(&walk->days, &day))
		return false;
	*ret_original_start =
		zone_to_utc(walk->master->start_zone, day * 86400 + walk->time_of_day);
	return true;
}

bool occurrence_exists(const struct item *master, int64_t original_start)
{
	const struct exception *e = series_find(master->series, original_start);
	struct occurrence_walk walk;
	int64_t at;

	if (e)
		return e->item != NULL;
	occurrence_walk_init(&walk, master);
	while (occurrence_next(&walk, &at) && at <= original_start)
		if (at == original_start)
			return true;
	return false;
}

/* By the clock, as the start is: a pattern has minutes from midnight of its day for both (MS-OXOCAL
 * 2.2.1.44.5, EndTimeOffset). In the hour that a clock skips it lasts as long as the others. */
static int64_t end_of(const struct item *master, int64_t start)
{
	const char *zone = master->start_zone;
	int64_t first_midnight = floor_day(zone_to_local(zone, master->start)) * 86400;
	int64_t end_offset = zone_to_local(zone, master->end) - first_midnight;
	int64_t midnight = floor_day(zone_to_local(zone, start)) * 86400;
	int64_t end = zone_to_utc(zone, midnight + end_offset);

	return end < start ? start + (master->end - master->start) : end;
}

struct item *occurrence_item(const struct item *master, int64_t original_start)
{
	const struct exception *e = series_find(master->series, original_start);
	struct item *item;

	if (!occurrence_exists(master, original_start))
		return NULL;
	item = item_clone(e ? e->item : master, ITEM_CALENDAR);
	series_free(&item->series);
	if (!e) {
		item->start = original_start;
		item->end = end_of(master, original_start);
	}
	item->recurrence_id = item->original_start = original_start;
	item->is_exception = e != NULL;
	item->master = (struct item *)master;
	item->folder = master->folder;
	item->version = master->version;
	item->content_version = master->content_version;
	item->id = occurrence_id(master, original_start);
	return item;
}

char *occurrence_id(const struct item *master, int64_t original_start)
{
	struct buf bytes, text;
	unsigned char when[8];

	for (int i = 7; i >= 0; i--)
		when[7 - i] = (unsigned char)((uint64_t)original_start >> (8 * i));
	buf_init(&bytes, ID_MAX);
	buf_init(&text, ID_MAX);
	text_base64_decode(&bytes, master->id, strlen(master->id));
	bytes.data[ID_KIND_AT] = ID_OCCURRENCE;
	buf_add(&bytes, when, sizeof(when));
	text_base64_encode(&text, bytes.data, bytes.len);
	buf_release(&bytes);
	return buf_steal(&text);
}

bool occurrence_of_id(
	const struct org *org, const char *id, struct item **ret_master, int64_t *ret_original)
{
	struct buf bytes, text;
	uint64_t when = 0;

	buf_init(&bytes, ID_MAX);
	buf_init(&text, ID_MAX);
	struct item *master = NULL;
	if (text_base64_decode(&bytes, id, strlen(id)) && bytes.len > 16 &&
		bytes.data[ID_KIND_AT] == ID_OCCURRENCE) {
		for (size_t i = bytes.len - 8; i < bytes.len; i++)
			when = when << 8 | (unsigned char)bytes.data[i];
		bytes.data[ID_KIND_AT] = ID_ITEM;
		text_base64_encode(&text, bytes.data, bytes.len - 8);
		master = org_item(org, text.data);
	}
	buf_release(&bytes);
	buf_release(&text);
	if (!master || !master->series)
		return false;
	*ret_master = master;
	*ret_original = (int64_t)when;
	return true;
}

bool occurrence_align(struct item *master)
{
	struct occurrence_walk walk;
	int64_t first, end;

	occurrence_walk_init(&walk, master);
	if (!occurrence_next(&walk, &first))
		return false;
	end = end_of(master, first);
	master->start = first;
	master->end = end;
	return true;
}
