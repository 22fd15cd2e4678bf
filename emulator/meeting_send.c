#include "meeting.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *meeting_new_uid(void)
{
	/* the fixed head of a GlobalObjectId, its date and creation time left zero, 16 bytes */
	static const char head[] = "040000008200E00074C5B7101A82E008";
	unsigned char bytes[16];
	struct buf uid;

	random_bytes(bytes, sizeof(bytes));
	buf_init(&uid, 256);
	buf_adds(&uid, head);
	buf_adds(&uid, "0000000000000000000000000000000000000000");
	buf_adds(&uid, "10000000");
	for (size_t i = 0; i < sizeof(bytes); i++)
		buf_addf(&uid, "%02X", bytes[i]);
	return buf_steal(&uid);
}

static void forget_tracking(struct attendees *list)
{
	for (size_t i = 0; i < list->count; i++) {
		list->list[i].response = "Unknown";
		list->list[i].response_time = TIME_NONE;
	}
}

static void add_all(struct attendees *to, const struct attendees *from)
{
	for (size_t i = 0; i < from->count; i++)
		attendees_add(to, from->list[i].who.name, from->list[i].who.smtp);
}

/* What all meeting messages from the organiser share. */
static struct item *message_of(
	struct mailbox *from, const struct item *meeting, enum item_type type, const char *class)
{
	struct item *m = item_clone(meeting, type);
	char id[UUID_LEN + 32];

	item_set(&m->item_class, class);
	m->created = m->received = TIME_NONE;
	m->sent = clock_now();
	m->is_read = m->is_draft = m->is_submitted = m->is_from_me = m->reminder_is_set = false;
	m->response_requested = meeting->response_requested;
	const struct mailbox *sender = from->acting ? from->acting : from;
	address_set(&m->sender, sender->name, sender->smtp);
	address_set(&m->from, from->name, from->smtp);
	add_all(&m->to, &meeting->required);
	add_all(&m->to, &meeting->resources);
	add_all(&m->cc, &meeting->optional);
	forget_tracking(&m->required);
	forget_tracking(&m->optional);
	forget_tracking(&m->resources);
	item_set(&m->conversation_topic, meeting->subject);
	id[0] = '<';
	random_uuid(id + 1);
	strcat(id, "@exchange.invalid>");
	item_set(&m->internet_message_id, id);
	item_set(&m->response_type, "Unknown");
	return m;
}

static struct item *request_of(
	struct mailbox *from, const struct item *meeting, enum request_kind kind)
{
	static const char *const types[] = { "NewMeetingRequest", "FullUpdate",
		"InformationalUpdate" };
	struct item *m = message_of(from, meeting, ITEM_REQUEST, "IPM.Schedule.Meeting.Request");

	item_set(&m->request_type, types[kind]);
	item_set(&m->intended_status, meeting->free_busy);
	item_set(&m->free_busy, "Tentative");
	item_set(&m->my_response, "NoResponseReceived");
	item_set(&m->response_type, "NoResponseReceived");
	return m;
}

static void address_to(struct item *message, const struct mailbox *to)
{
	address_set(&message->received_by, to->name, to->smtp);
}

void meeting_invite(
	struct mailbox *from, const struct item *meeting, const char *smtp, enum request_kind kind)
{
	struct mailbox *to = org_mailbox(from->org, smtp);

	if (!to || to == from)
		return;
	struct item *request = request_of(from, meeting, kind);
	address_to(request, to);
	meeting_arrive(to, request);
}

static void save_sent(struct mailbox *from, struct item *copy)
{
	copy->is_read = copy->is_from_me = copy->has_been_processed = true;
	folder_add(from->folders[FOLDER_SENT], copy, false);
}

size_t meeting_invite_all(
	struct mailbox *from, const struct item *meeting, enum request_kind kind, bool save_copy)
{
	size_t count = item_attendee_count(meeting);

	for (size_t i = 0; i < count; i++)
		if (item_attendee_is_first(meeting, i))
			meeting_invite(from, meeting, item_attendee(meeting, i)->who.smtp, kind);
	if (save_copy && count)
		save_sent(from, request_of(from, meeting, kind));
	return count;
}

static struct item *cancellation_of(
	struct mailbox *from, const struct item *meeting, const char *text, bool html)
{
	struct item *m =
		message_of(from, meeting, ITEM_CANCELLATION, "IPM.Schedule.Meeting.Canceled");
	char *subject;

	if (asprintf(&subject, "Canceled: %s", meeting->subject ? meeting->subject : "") < 0)
		abort();
	item_set(&m->subject, subject);
	free(subject);
	item_set(&m->importance, "High");
	m->stamp = clock_now() > meeting->stamp ? clock_now() : meeting->stamp + 1;
	m->sequence = meeting->sequence + 1;
	if (text) {
		item_set(&m->body, text);
		m->body_is_html = html;
	}
	return m;
}

void meeting_cancel_for(struct mailbox *from, const struct item *meeting, const char *smtp,
	const char *text, bool html)
{
	struct mailbox *to = org_mailbox(from->org, smtp);

	if (!to || to == from)
		return;
	struct item *cancellation = cancellation_of(from, meeting, text, html);
	address_to(cancellation, to);
	meeting_arrive(to, cancellation);
}

void meeting_cancel_for_all(struct mailbox *from, const struct item *meeting, const char *text,
	bool html, bool save_copy)
{
	size_t count = item_attendee_count(meeting);

	for (size_t i = 0; i < count; i++)
		if (item_attendee_is_first(meeting, i))
			meeting_cancel_for(
				from, meeting, item_attendee(meeting, i)->who.smtp, text, html);
	if (save_copy && count)
		save_sent(from, cancellation_of(from, meeting, text, html));
}
