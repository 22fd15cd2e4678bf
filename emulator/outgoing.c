#include "outgoing.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "meeting.h"
#include "occurrence.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

enum { DURATION_MAX_S = 5 * 366 * 86400, DEFAULT_DURATION_S = 1800 };

bool outgoing_set(struct call *call, struct item *item, const struct field *field,
	const xml_node *node, const char *zone, struct refusal *r)
{
	struct err err;

	if (!(field->flags & FIELD_SETTABLE))
		return refuse(r, "ErrorInvalidPropertySet",
			"Set action is invalid for property '%s'.", field->uri);
	if (field_read(field, item, node, zone, call->arena, &err))
		return true;
	return refuse(r, "ErrorInvalidPropertySet", "%s", err.text);
}

/* Exchange reads strictly by its schema: elements out of order are refused before anything. */
static bool in_order(
	struct call *call, const struct field *field, const struct field **last, const char *name)
{
	if (*last && field <= *last)
		return soap_malformed(call,
			"the element '%s' comes after '%s'; the schema wants it before", name,
			(*last)->name);
	*last = field;
	return true;
}

static const char *zone_of(struct call *call, const xml_node *element)
{
	const char *zone = zone_read(xml_child(element, "StartTimeZone"), call->arena);
	return zone ? zone : call->zone;
}

static bool read_children(
	struct call *call, const xml_node *element, struct item *item, struct refusal *r)
{
	const char *zone = zone_of(call, element);
	const struct field *last = NULL;

	for (const xml_node *e = xml_child(element, NULL); e; e = xml_next(e, NULL)) {
		const char *name = xml_name(e);
		const struct field *field = field_by_name(name, item->type);
		if (!field)
			return refuse(r, "ErrorInvalidPropertySet",
				"The property '%s' cannot be set on a '%s'.", name,
				xml_name(element));
		if (!in_order(call, field, &last, name))
			return false;
		if (!outgoing_set(call, item, field, e, zone, r))
			return false;
	}
	return true;
}

static void set_default(char **slot, const char *value)
{
	if (!*slot)
		item_set(slot, value);
}

bool outgoing_check_times(const struct item *item, struct refusal *r)
{
	if (item->type != ITEM_CALENDAR)
		return true;
	if (item->end < item->start)
		return refuse(r, "ErrorCalendarEndDateIsEarlierThanStartDate",
			"EndDate is earlier than StartDate");
	if (item->end - item->start > DURATION_MAX_S)
		return refuse(r, "ErrorCalendarDurationIsTooLong",
			"The meeting is longer than five years.");
	return true;
}

static void complete_calendar(struct mailbox *owner, struct item *item)
{
	int64_t now = clock_now();

	if (item->start == TIME_NONE)
		item->start = item->end == TIME_NONE ? now - now % 1800 + 1800 : item->end;
	if (item->end == TIME_NONE)
		item->end = item->start + DEFAULT_DURATION_S;
	item->stamp = now;
	item->is_read = true;
	item->is_meeting = item_attendee_count(item) > 0;
	address_set(&item->organizer, owner->name, owner->smtp);
	set_default(&item->free_busy, "Busy");
	set_default(&item->item_class, "IPM.Appointment");
	item_set(&item->my_response, item->is_meeting ? "Organizer" : "Unknown");
	if (!item->uid)
		item->uid = meeting_new_uid();
}

static void complete_message(struct mailbox *owner, struct item *item)
{
	char id[UUID_LEN + 32] = "<";

	set_default(&item->item_class, "IPM.Note");
	item_set(&item->conversation_topic, item->subject);
	random_uuid(id + 1);
	strcat(id, "@exchange.invalid>");
	set_default(&item->internet_message_id, id);
	if (!item->from.smtp)
		address_set(&item->from, owner->name, owner->smtp);
	address_set(&item->sender, owner->name, owner->smtp);
}

static void complete(struct mailbox *owner, struct item *item)
{
	set_default(&item->sensitivity, "Normal");
	set_default(&item->importance, "Normal");
	set_default(&item->culture, "en-US");
	item_set(&item->modified_by, owner->name);
	if (item->type == ITEM_CALENDAR)
		complete_calendar(owner, item);
	else
		complete_message(owner, item);
}

bool outgoing_read(struct call *call, const xml_node *element, enum item_type type,
	struct item **ret, struct refusal *r)
{
	struct item *item = item_new(type);

	item->response_requested = type == ITEM_CALENDAR;
	item->reminder_is_set = type == ITEM_CALENDAR;
	if (!read_children(call, element, item, r)) {
		item_free(&item);
		return false;
	}
	complete(call->mailbox, item);
	bool ok = outgoing_check_times(item, r);
	if (ok && item->series && !occurrence_align(item))
		ok = refuse(r, "ErrorRecurrenceHasNoOccurrence",
			"The recurrence pattern has no occurrence.");
	if (!ok) {
		item_free(&item);
		return false;
	}
	*ret = item;
	return true;
}

static void send_to(struct mailbox *from, const struct item *message, const struct attendees *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct mailbox *to = org_mailbox(from->org, list->list[i].who.smtp);
		if (!to)
			continue;
		struct item *copy = item_clone(message, ITEM_MESSAGE);
		copy->is_read = copy->is_draft = copy->is_from_me = copy->is_submitted = false;
		copy->created = copy->received = TIME_NONE;
		copy->sent = clock_now();
		attendees_release(&copy->bcc);
		address_set(&copy->received_by, to->name, to->smtp);
		folder_add(to->folders[FOLDER_INBOX], copy, true);
	}
}

void outgoing_send(struct mailbox *from, const struct item *message)
{
	send_to(from, message, &message->to);
	send_to(from, message, &message->cc);
	send_to(from, message, &message->bcc);
}
