#include "field_computed.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "field.h"
#include "mailbox.h"
#include "markup.h"
#include "occurrence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREVIEW_MAX = 255, BODY_MAX = 32 << 20 };

void write_item_id(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	item_write_id(item, b);
}

void write_parent(const struct item *item, struct buf *b, const struct shape *shape)
{
	char key[CHANGE_KEY_LEN + 1];

	(void)shape;
	if (!item->folder)
		return;
	org_change_key(item->folder->mailbox->org, item->folder->version, key);
	buf_addf(b, "<t:ParentFolderId Id=\"%s\" ChangeKey=\"%s\"/>", item->folder->id, key);
}

void write_size(const struct item *item, struct buf *b, const struct shape *shape)
{
	size_t size = 1024;

	(void)shape;
	size += item->body ? strlen(item->body) : 0;
	size += item->subject ? 2 * strlen(item->subject) : 0;
	size += 256 * item_attendee_count(item);
	markup_int(b, "Size", (int64_t)size);
}

void write_is_resend(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)item, (void)shape;
	markup_bool(b, "IsResend", false);
}

void write_is_unmodified(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	markup_bool(b, "IsUnmodified", item->created_at == item->changed_at);
}

static bool owner_organizes(const struct item *item)
{
	return item->folder && text_equal_nocase(item->organizer.smtp, item->folder->mailbox->smtp);
}

void write_response_objects(const struct item *item, struct buf *b, const struct shape *shape)
{
	static const char answers[] = "<t:AcceptItem/><t:TentativelyAcceptItem/><t:DeclineItem/>";
	static const char replies[] = "<t:ReplyToItem/><t:ForwardItem/><t:ReplyAllToItem/>";

	(void)shape;
	buf_adds(b, "<t:ResponseObjects>");
	if (item->type == ITEM_REQUEST && !item->is_out_of_date)
		buf_adds(b, answers);
	if (item->type == ITEM_CALENDAR && item->is_meeting && !owner_organizes(item))
		buf_adds(b, answers);
	if (item->type == ITEM_CANCELLATION)
		buf_adds(b, "<t:RemoveItem/>");
	else if (item->type == ITEM_CALENDAR && item->is_meeting && owner_organizes(item))
		buf_adds(b, "<t:CancelCalendarItem/><t:ForwardItem/>");
	else
		buf_adds(b, replies);
	buf_adds(b, "</t:ResponseObjects>");
}

void write_reminder_due(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	if (item->reminder_is_set)
		markup_time(b, "ReminderDueBy", item->start);
}

static void write_names(struct buf *b, const char *element, const struct attendees *first,
	const struct attendees *second)
{
	struct buf names;

	buf_init(&names, 64 << 10);
	for (int i = 0; i < 2; i++) {
		const struct attendees *list = i ? second : first;
		for (size_t j = 0; list && j < list->count; j++) {
			const struct address *who = &list->list[j].who;
			buf_adds(&names, names.len ? "; " : "");
			buf_adds(&names, who->name ? who->name : who->smtp);
		}
	}
	markup_element(b, element, names.data);
	buf_release(&names);
}

void write_display_cc(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	write_names(b, "DisplayCc", &item->cc, &item->optional);
}

void write_display_to(const struct item *item, struct buf *b, const struct shape *shape)
{
	bool message = item->type & ITEM_ANY_MESSAGE;

	(void)shape;
	write_names(b, "DisplayTo", message ? &item->to : &item->required,
		message ? NULL : &item->resources);
}

void write_has_attachments(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)item, (void)shape;
	markup_bool(b, "HasAttachments", false);
}

void write_effective_rights(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)item, (void)shape;
	buf_adds(b,
		"<t:EffectiveRights><t:CreateAssociated>false</t:CreateAssociated>"
		"<t:CreateContents>false</t:CreateContents>"
		"<t:CreateHierarchy>false</t:CreateHierarchy><t:Delete>true</t:Delete>"
		"<t:Modify>true</t:Modify><t:Read>true</t:Read>"
		"<t:ViewPrivateItems>true</t:ViewPrivateItems></t:EffectiveRights>");
}

void write_is_associated(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)item, (void)shape;
	markup_bool(b, "IsAssociated", false);
}

/* Items of one meeting, or of one topic, are one conversation. */
static uint64_t conversation(const struct item *item)
{
	const char *topic = item->uid ? item->uid : item->conversation_topic;
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (; topic && *topic; topic++)
		hash = (hash ^ (unsigned char)*topic) * 1099511628211u;
	return hash;
}

void write_conversation_id(const struct item *item, struct buf *b, const struct shape *shape)
{
	char text[17];

	(void)shape;
	snprintf(text, sizeof(text), "%016" PRIx64, conversation(item));
	buf_adds(b, "<t:ConversationId Id=\"");
	text_base64_encode(b, text, strlen(text));
	buf_adds(b, "\"/>");
}

void write_conversation_index(const struct item *item, struct buf *b, const struct shape *shape)
{
	unsigned char bytes[22] = { 0x01 };
	uint64_t hash = conversation(item);

	(void)shape;
	memcpy(bytes + 6, &hash, sizeof(hash));
	buf_adds(b, "<t:ConversationIndex>");
	text_base64_encode(b, bytes, sizeof(bytes));
	buf_adds(b, "</t:ConversationIndex>");
}

static void body_as_text(const struct item *item, struct buf *ret)
{
	buf_init(ret, BODY_MAX);
	if (item->body && item->body_is_html)
		html_to_text(ret, item->body);
	else if (item->body)
		buf_adds(ret, item->body);
}

void write_text_body(const struct item *item, struct buf *b, const struct shape *shape)
{
	struct buf text;

	(void)shape;
	body_as_text(item, &text);
	buf_adds(b, "<t:TextBody BodyType=\"Text\" IsTruncated=\"false\">");
	markup_text(b, text.data);
	buf_adds(b, "</t:TextBody>");
	buf_release(&text);
}

static void write_body_copy(const struct item *item, struct buf *b, const char *element)
{
	if (!item->body)
		return;
	buf_addf(b, "<t:%s BodyType=\"%s\" IsTruncated=\"false\">", element,
		item->body_is_html ? "HTML" : "Text");
	markup_text(b, item->body);
	buf_addf(b, "</t:%s>", element);
}

void write_unique_body(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	write_body_copy(item, b, "UniqueBody");
}

void write_normalized_body(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	write_body_copy(item, b, "NormalizedBody");
}

void write_preview(const struct item *item, struct buf *b, const struct shape *shape)
{
	struct buf text;
	size_t len;

	(void)shape;
	body_as_text(item, &text);
	len = text.len < PREVIEW_MAX ? text.len : PREVIEW_MAX;
	while (len < text.len && len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--; /* not inside a character */
	if (len < text.len)
		text.data[len] = 0;
	markup_element(b, "Preview", text.data);
	buf_release(&text);
}

void write_associated(const struct item *item, struct buf *b, const struct shape *shape)
{
	char key[CHANGE_KEY_LEN + 1];
	const struct meeting_thread *thread =
		item->folder ? mailbox_thread(item->folder->mailbox, item->uid) : NULL;

	(void)shape;
	if (!thread || !thread->calendar)
		return;
	org_change_key(item->folder->mailbox->org, thread->calendar->version, key);
	buf_addf(b, "<t:AssociatedCalendarItemId Id=\"%s\" ChangeKey=\"%s\"/>",
		thread->calendar->id, key);
}

void write_is_organizer(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	markup_bool(b, "IsOrganizer", owner_organizes(item));
}

void write_when(const struct item *item, struct buf *b, const struct shape *shape)
{
	char start[ISO8601_LEN + 1], end[ISO8601_LEN + 1], text[64];

	(void)shape;
	if (item->start == TIME_NONE || item->end == TIME_NONE)
		return;
	iso8601_format(item->start, start);
	iso8601_format(item->end, end);
	snprintf(text, sizeof(text), "%.10s %.5s-%.5s (UTC)", start, start + 11, end + 11);
	markup_element(b, "When", text);
}

void write_is_recurring(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	markup_bool(b, "IsRecurring", item->series || item->recurrence_id != TIME_NONE);
}

void write_calendar_item_type(const struct item *item, struct buf *b, const struct shape *shape)
{
	bool plain = item->master && !item->is_exception;

	(void)shape;
	markup_element(b, "CalendarItemType",
		item->series                               ? "RecurringMaster"
			: item->recurrence_id == TIME_NONE ? "Single"
			: plain                            ? "Occurrence"
							   : "Exception");
}

void write_duration(const struct item *item, struct buf *b, const struct shape *shape)
{
	int64_t seconds = item->end - item->start;

	(void)shape;
	if (item->start == TIME_NONE || item->end == TIME_NONE || seconds < 0)
		return;
	buf_addf(b, "<t:Duration>P%" PRId64 "DT%" PRId64 "H%" PRId64 "M%" PRId64 "S</t:Duration>",
		seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
}

void write_time_zone(const struct item *item, struct buf *b, const struct shape *shape)
{
	(void)shape;
	markup_element(b, "TimeZone", item->start_zone ? item->start_zone : "UTC");
}

void write_appointment_state(const struct item *item, struct buf *b, const struct shape *shape)
{
	enum { STATE_MEETING = 1, STATE_RECEIVED = 2, STATE_CANCELLED = 4 };
	int state = 0;

	(void)shape;
	if (item->is_meeting)
		state |= STATE_MEETING | (owner_organizes(item) ? 0 : STATE_RECEIVED);
	if (item->is_cancelled)
		state |= STATE_CANCELLED;
	markup_int(b, "AppointmentState", state);
}
