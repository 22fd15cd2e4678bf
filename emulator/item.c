#include "item.h"

#include "base/text.h"
#include "field.h"
#include "series.h"

#include <stdlib.h>
#include <string.h>

struct item *item_new(enum item_type type)
{
	struct item *item = calloc(1, sizeof(*item));

	if (!item)
		abort();
	item->type = type;
	item->received = item->sent = item->created = item->modified = TIME_NONE;
	item->recurrence_id = item->stamp = item->original_start = TIME_NONE;
	item->start = item->end = item->reply_time = TIME_NONE;
	item->reminder_minutes = 15;
	item->allow_new_time = true;
	return item;
}

struct item *item_clone(const struct item *from, enum item_type type)
{
	struct item *copy = item_new(type);

	for (size_t i = 0; i < field_count; i++)
		if ((fields[i].types & type) && (fields[i].types & from->type))
			field_copy(&fields[i], copy, from);
	/* two rows of the table stand for each of these, by type */
	copy->response_requested = from->response_requested;
	if (from->series && !copy->series)
		copy->series = series_copy(from->series);
	return copy;
}

void item_free(struct item **ret_item)
{
	struct item *item = *ret_item;

	if (!item)
		return;
	for (size_t i = 0; i < field_count; i++)
		field_clear(&fields[i], item);
	free(item->id);
	free(item->addin_properties);
	free(item);
	*ret_item = NULL;
}

void item_set(char **slot, const char *value)
{
	char *old = *slot;

	*slot = value ? strdup(value) : NULL;
	free(old);
}

static const struct attendees *role(const struct item *item, int index)
{
	const struct attendees *roles[] = { &item->required, &item->optional, &item->resources };
	return roles[index];
}

bool item_has_attendee(const struct item *item, const char *smtp, struct attendee **ret)
{
	for (int i = 0; i < 3; i++) {
		struct attendee *found = attendees_find(role(item, i), smtp);
		if (found && ret)
			*ret = found;
		if (found)
			return true;
	}
	return false;
}

size_t item_attendee_count(const struct item *item)
{
	return item->required.count + item->optional.count + item->resources.count;
}

struct attendee *item_attendee(const struct item *item, size_t index)
{
	for (int i = 0; i < 3; i++) {
		if (index < role(item, i)->count)
			return &role(item, i)->list[index];
		index -= role(item, i)->count;
	}
	return NULL;
}

bool item_attendee_is_first(const struct item *item, size_t index)
{
	struct attendee *who = item_attendee(item, index), *first = NULL;

	return item_has_attendee(item, who->who.smtp, &first) && first == who;
}

const char *item_element(const struct item *item)
{
	switch (item->type) {
	case ITEM_REQUEST: return "MeetingRequest";
	case ITEM_CANCELLATION: return "MeetingCancellation";
	case ITEM_RESPONSE: return "MeetingResponse";
	case ITEM_CALENDAR: return "CalendarItem";
	case ITEM_MESSAGE: break;
	}
	return "Message";
}
