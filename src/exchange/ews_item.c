#include "exchange/ews_item.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "exchange/ews_recurrence.h"

#include <string.h>

/* A path that a message's class does not have (a cancellation's Resources) is left out by Exchange,
 * it is no error. */
static const char *const wanted[] = {
	"item:Subject",
	"item:Body",
	"message:From",
	"meeting:IsDelegated",
	"meeting:IsOutOfDate",
	"meetingRequest:MeetingRequestType",
	"calendar:Start",
	"calendar:End",
	"calendar:OriginalStart",
	"calendar:Location",
	"calendar:CalendarItemType",
	"calendar:IsAllDayEvent",
	"calendar:Recurrence",
	"calendar:ModifiedOccurrences",
	"calendar:DeletedOccurrences",
	"calendar:StartTimeZone",
	"calendar:EndTimeZone",
	"calendar:Organizer",
	"calendar:RequiredAttendees",
	"calendar:OptionalAttendees",
	"calendar:Resources",
	"calendar:AppointmentSequenceNumber",
	"calendar:UID",
	"calendar:RecurrenceId",
	"calendar:DateTimeStamp",
	"calendar:MyResponseType",
	"calendar:IsCancelled",
};

void ews_item_shape(struct buf *b, bool calendar)
{
	/* Best: HTML where the sender wrote HTML or rich text, text where he wrote text. */
	buf_adds(b,
		"<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
		"<t:BodyType>Best</t:BodyType><t:AdditionalProperties>");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!calendar || text_starts_with(wanted[i], "item:") ||
			text_starts_with(wanted[i], "calendar:"))
			buf_addf(b, "<t:FieldURI FieldURI=\"%s\"/>", wanted[i]);
	buf_adds(b, "</t:AdditionalProperties></m:ItemShape>");
}

void ews_item_write(
	struct buf *b, const char *impersonate, const struct exchange_change *items, size_t count)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:GetItem>");
	ews_item_shape(b, false);
	buf_adds(b, "<m:ItemIds>");
	/* Without change keys: the newest state is what counts. */
	for (size_t i = 0; i < count; i++)
		ews_item_id(b, "ItemId", items[i].item_id, NULL);
	buf_adds(b, "</m:ItemIds></m:GetItem>");
	ews_envelope_end(b);
}

const char *ews_child_text(const xml_node *node, const char *name, struct arena *arena)
{
	const char *text = xml_child_text(node, name, arena);
	return text ? text : "";
}

bool ews_child_true(const xml_node *node, const char *name, struct arena *arena)
{
	const char *text = ews_child_text(node, name, arena);
	return text_equal(text, "true") || text_equal(text, "1");
}

int64_t ews_child_time(const xml_node *node, const char *name, struct arena *arena)
{
	int64_t at;
	return iso8601_parse(ews_child_text(node, name, arena), &at) ? at : MEETING_NO_TIME;
}

/* Requests are numbered from 0; the schema has no number for cancellations. */
static int64_t read_sequence(const xml_node *item, struct arena *arena)
{
	int64_t n;
	const char *text = ews_child_text(item, "AppointmentSequenceNumber", arena);
	return text_to_int64(text, &n) && n >= 0 ? n : MEETING_NO_SEQUENCE;
}

static size_t count_attendees(const xml_node *list)
{
	size_t count = 0;
	for (const xml_node *a = xml_child(list, "Attendee"); a; a = xml_next(a, "Attendee"))
		count++;
	return count;
}

static void read_attendees(const xml_node *item, struct arena *arena, struct meeting *m)
{
	static const char *const names[] = {
		[ATTENDEE_REQUIRED] = "RequiredAttendees",
		[ATTENDEE_OPTIONAL] = "OptionalAttendees",
		[ATTENDEE_RESOURCE] = "Resources",
	};
	const xml_node *lists[sizeof(names) / sizeof(*names)];
	size_t total = 0;
	for (size_t role = 0; role < sizeof(names) / sizeof(*names); role++) {
		lists[role] = xml_child(item, names[role]);
		total += count_attendees(lists[role]);
	}
	struct attendee *attendees = arena_array(arena, total, sizeof(*attendees)),
			*next = attendees;
	for (size_t role = 0; role < sizeof(names) / sizeof(*names); role++)
		for (const xml_node *a = xml_child(lists[role], "Attendee"); a;
			a = xml_next(a, "Attendee")) {
			const xml_node *mailbox = xml_child(a, "Mailbox");
			*next++ = (struct attendee){ ews_child_text(mailbox, "Name", arena),
				ews_child_text(mailbox, "EmailAddress", arena),
				(enum attendee_role)role };
		}
	m->attendees = attendees;
	m->n_attendees = total;
}

enum meeting_type ews_item_type(const xml_node *item, int64_t recurrence_id, struct arena *arena)
{
	static const struct {
		const char *name;
		enum meeting_type type;
	} types[] = {
		{ "Single", MEETING_SINGLE },
		{ "Occurrence", MEETING_OCCURRENCE },
		{ "Exception", MEETING_EXCEPTION },
		{ "RecurringMaster", MEETING_SERIES },
	};
	const char *text = ews_child_text(item, "CalendarItemType", arena);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (text_equal_nocase(text, types[i].name))
			return types[i].type;
	if (xml_child(item, "Recurrence"))
		return MEETING_SERIES;
	return recurrence_id == MEETING_NO_TIME ? MEETING_SINGLE : MEETING_EXCEPTION;
}

enum meeting_response ews_item_response(const xml_node *item, struct arena *arena)
{
	static const struct {
		const char *name;
		enum meeting_response response;
	} responses[] = {
		{ "Accept", RESPONSE_ACCEPTED },
		{ "Tentative", RESPONSE_TENTATIVE },
		{ "Decline", RESPONSE_DECLINED },
		{ "Organizer", RESPONSE_ORGANIZER },
	};
	const char *text = ews_child_text(item, "MyResponseType", arena);
	for (size_t i = 0; i < sizeof(responses) / sizeof(*responses); i++)
		if (text_equal_nocase(text, responses[i].name))
			return responses[i].response;
	return RESPONSE_NONE;
}

static void read_times(const xml_node *item, struct arena *arena, struct meeting *m)
{
	m->start = ews_child_time(item, "Start", arena);
	m->end = ews_child_time(item, "End", arena);
	m->stamp = ews_child_time(item, "DateTimeStamp", arena);
	m->recurrence_id = ews_child_time(item, "RecurrenceId", arena);
	m->type = ews_item_type(item, m->recurrence_id, arena);
	if (m->recurrence_id == MEETING_NO_TIME &&
		(m->type == MEETING_OCCURRENCE || m->type == MEETING_EXCEPTION))
		m->recurrence_id = ews_child_time(item, "OriginalStart", arena);
}

static void read_organizer(const xml_node *item, struct arena *arena, struct meeting *m)
{
	/* A cancellation has no Organizer. */
	const xml_node *mailbox = xml_path(item, "Organizer/Mailbox");
	if (!mailbox)
		mailbox = xml_path(item, "From/Mailbox");
	m->organizer_name = ews_child_text(mailbox, "Name", arena);
	m->organizer_email = ews_child_text(mailbox, "EmailAddress", arena);
}

static void read_body(const xml_node *item, struct arena *arena, struct meeting *m)
{
	const xml_node *body = xml_child(item, "Body");
	const char *text = xml_text(body, arena);
	m->body = text ? text : "";
	const char *type = body ? xml_attribute(body, "BodyType", arena) : NULL;
	m->body_is_html = type && text_equal_nocase(type, "HTML");
}

static void read_id(const xml_node *item, struct arena *arena, struct meeting *m)
{
	const xml_node *id = xml_child(item, "ItemId");
	if (!id || !xml_attribute(id, "Id", arena))
		return;
	const char *key = xml_attribute(id, "ChangeKey", arena);
	m->item_id = xml_attribute(id, "Id", arena);
	m->change_key = key ? key : "";
}

/* What it is, by its element; false if it is no meeting. */
static bool read_kind(const xml_node *item, struct arena *arena, struct meeting *m)
{
	const char *name = xml_name(item);
	m->calendar_item = text_equal(name, "CalendarItem");
	bool cancelled = m->calendar_item ? ews_child_true(item, "IsCancelled", arena)
					  : text_equal(name, "MeetingCancellation");
	m->message = cancelled ? MEETING_CANCELLATION : MEETING_REQUEST;
	return m->calendar_item || cancelled || text_equal(name, "MeetingRequest");
}

bool ews_item_meeting(const xml_node *item, struct arena *arena, struct meeting *m, struct err *err)
{
	read_id(item, arena, m);
	if (!read_kind(item, arena, m))
		return err_set(
			err, ERR_INVALID, "the item is a '%.100s', no meeting", xml_name(item));
	m->uid = ews_child_text(item, "UID", arena);
	m->sequence = read_sequence(item, arena);
	m->out_of_date = ews_child_true(item, "IsOutOfDate", arena) ||
		text_equal(ews_child_text(item, "MeetingRequestType", arena), "Outdated");
	m->update = text_ends_with(ews_child_text(item, "MeetingRequestType", arena), "Update");
	m->delegated = ews_child_true(item, "IsDelegated", arena);
	m->response = ews_item_response(item, arena);
	m->subject = ews_child_text(item, "Subject", arena);
	m->location = ews_child_text(item, "Location", arena);
	read_times(item, arena, m);
	ews_recurrence_read(item, arena, m);
	read_organizer(item, arena, m);
	read_attendees(item, arena, m);
	read_body(item, arena, m);
	if (!*m->uid)
		return err_set(err, ERR_INVALID, "the meeting has no UID");
	if (m->message == MEETING_REQUEST &&
		(m->start == MEETING_NO_TIME || m->end == MEETING_NO_TIME))
		return err_set(err, ERR_INVALID, "the meeting has no start or no end");
	return true;
}

const xml_node *ews_item_of(const xml_node *message)
{
	return xml_child(xml_child(message, "Items"), NULL);
}

struct batch {
	const struct exchange_change *items;
	struct arena *arena;
	struct meeting *meetings;
};

static bool read_item(const xml_node *message, size_t i, void *arg, struct err *err)
{
	const struct batch *batch = arg;
	const xml_node *item = ews_item_of(message);
	if (!item)
		return err_set(err, ERR_PROTOCOL, "exchange's answer lacks the item");
	struct meeting m = { .item_id = batch->items[i].item_id,
		.change_key = batch->items[i].change_key ? batch->items[i].change_key : "" };
	if (text_equal(xml_name(item), "CalendarItem"))
		return err_set(
			err, ERR_INVALID, "the item is a 'CalendarItem', no meeting message");
	if (!ews_item_meeting(item, batch->arena, &m, err))
		return false;
	batch->meetings[i] = m;
	return true;
}

bool ews_item_read(const struct ews_reply *reply, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "GetItem", &response, err))
		return false;
	struct batch batch = { items, arena, ret_meetings };
	bool ok = ews_results_read(&response, count, read_item, &batch, ret_results, err);
	ews_response_release(&response);
	return ok;
}
