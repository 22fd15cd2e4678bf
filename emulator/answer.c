/*
 * Answers to invitations: what they do to the attendee's mailbox and to the organiser's.
 */
#include "base/clock.h"
#include "base/text.h"
#include "meeting.h"
#include "occurrence.h"
#include "series.h"
#include "soap.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *response, *class, *prefix, *free_busy, *cancelled, *organizer;
} kinds[] = {
	[ANSWER_ACCEPT] = { "Accept", "IPM.Schedule.Meeting.Resp.Pos", "Accepted", "Busy",
		"ErrorCalendarIsCancelledForAccept", "ErrorCalendarIsOrganizerForAccept" },
	[ANSWER_TENTATIVE] = { "Tentative", "IPM.Schedule.Meeting.Resp.Tent", "Tentative",
		"Tentative", "ErrorCalendarIsCancelledForTentative",
		"ErrorCalendarIsOrganizerForTentative" },
	[ANSWER_DECLINE] = { "Decline", "IPM.Schedule.Meeting.Resp.Neg", "Declined", "Free",
		"ErrorCalendarIsCancelledForDecline", "ErrorCalendarIsOrganizerForDecline" },
};

static const struct address *organizer_of(const struct item *item)
{
	return item->organizer.smtp ? &item->organizer : &item->from;
}

static bool check(const struct mailbox *mailbox, const struct item *item, enum answer answer,
	struct refusal *r)
{
	if (item->type != ITEM_REQUEST && item->type != ITEM_CALENDAR)
		return refuse(r, "ErrorInvalidItemForOperationAcceptItem",
			"The item is neither a meeting request nor a calendar item.");
	if (item->is_out_of_date)
		return refuse(r, "ErrorCalendarMeetingRequestIsOutOfDate",
			"The meeting request is out of date.");
	if (item->is_cancelled)
		return refuse(r, kinds[answer].cancelled, "The meeting has been canceled.");
	if (text_equal_nocase(organizer_of(item)->smtp, mailbox->smtp))
		return refuse(
			r, kinds[answer].organizer, "The organizer cannot answer the own meeting.");
	if (item->type == ITEM_CALENDAR && !item->is_meeting)
		return refuse(r, "ErrorInvalidItemForOperationAcceptItem",
			"The calendar item is no meeting.");
	return true;
}

static struct item *response_of(
	struct mailbox *mailbox, const struct item *item, const struct reply *reply)
{
	const struct address *organizer = organizer_of(item);
	struct item *m = item_clone(item, ITEM_RESPONSE);
	char *subject;

	if (asprintf(&subject, "%s: %s", kinds[reply->answer].prefix,
		    item->subject ? item->subject : "") < 0)
		abort();
	item_set(&m->subject, subject);
	free(subject);
	item_set(&m->item_class, kinds[reply->answer].class);
	item_set(&m->response_type, kinds[reply->answer].response);
	item_set(&m->body, reply->text ? reply->text : "");
	m->body_is_html = reply->text && reply->html;
	m->created = m->received = TIME_NONE;
	m->sent = m->stamp = clock_now();
	m->is_read = m->is_draft = m->is_from_me = m->is_out_of_date = false;
	m->has_been_processed = true;
	address_set(&m->sender, mailbox->name, mailbox->smtp);
	address_set(&m->from, mailbox->name, mailbox->smtp);
	attendees_release(&m->to);
	attendees_release(&m->cc);
	attendees_add(&m->to, organizer->name, organizer->smtp);
	item_set(&m->conversation_topic, item->subject);
	item_set(&m->internet_message_id, NULL);
	return m;
}

/* What is said of one occurrence is remembered by it: from then on it is an exception, also when
 * nothing else of it was changed. NULL: there is no such occurrence. */
static struct item *own_exception(struct item *master, int64_t original_start)
{
	struct exception *e = series_find(master->series, original_start);
	struct item *one = e ? NULL : occurrence_item(master, original_start);

	if (one) {
		series_set(master->series, original_start, item_clone(one, ITEM_CALENDAR));
		item_free(&one);
		e = series_find(master->series, original_start);
	}
	return e ? e->item : NULL;
}

/* The organiser's own item remembers who said what. */
static void track(struct mailbox *organizer, const struct item *response, const char *smtp)
{
	const struct meeting_thread *thread = mailbox_thread(organizer, response->uid);
	struct attendee *who;

	struct item *meeting = thread ? thread->calendar : NULL;
	if (meeting && meeting->series && response->recurrence_id != TIME_NONE) {
		meeting = own_exception(meeting, response->recurrence_id);
	}
	if (!meeting || !item_has_attendee(meeting, smtp, &who))
		return;
	who->response = response_type_intern(response->response_type);
	who->response_time = response->stamp;
	folder_changed(thread->calendar);
}

static void send_response(
	struct mailbox *mailbox, const struct item *item, const struct reply *reply)
{
	struct mailbox *organizer = org_mailbox(mailbox->org, organizer_of(item)->smtp);
	struct item *copy;

	if (reply->disposition != DISPOSITION_SEND) {
		copy = response_of(mailbox, item, reply);
		copy->is_read = copy->is_from_me = true;
		copy->is_draft = reply->disposition == DISPOSITION_SAVE;
		folder_add(mailbox->folders[copy->is_draft ? FOLDER_DRAFTS : FOLDER_SENT], copy,
			false);
	}
	if (reply->disposition == DISPOSITION_SAVE || !organizer)
		return;
	copy = response_of(mailbox, item, reply);
	address_set(&copy->received_by, organizer->name, organizer->smtp);
	track(organizer, copy, mailbox->smtp);
	meeting_arrive(organizer, copy);
}

/* The resource's copy loses the organiser's texts, as Set-CalendarProcessing has it by default
 * (DeleteComments, DeleteSubject, AddOrganizerToSubject). */
static void strip(struct item *entry)
{
	item_set(&entry->body, "");
	entry->body_is_html = false;
	item_set(&entry->subject,
		entry->organizer.name ? entry->organizer.name : entry->organizer.smtp);
}

/* Who answers a series answers its exceptions with it. */
static void answer_exceptions(struct series *series, const char *response)
{
	for (size_t i = 0; series && i < series->count; i++)
		if (series->exceptions[i].item)
			item_set(&series->exceptions[i].item->my_response, response);
}

static struct item *entry_of(
	struct mailbox *mailbox, const struct item *item, const struct reply *reply)
{
	struct item *entry = item_clone(item, ITEM_CALENDAR);

	item_set(&entry->item_class, "IPM.Appointment");
	item_set(&entry->my_response, kinds[reply->answer].response);
	answer_exceptions(entry->series, kinds[reply->answer].response);
	item_set(&entry->free_busy,
		reply->answer == ANSWER_ACCEPT && item->intended_status
			? item->intended_status
			: kinds[reply->answer].free_busy);
	entry->reply_time = clock_now();
	entry->created = TIME_NONE;
	entry->is_read = entry->is_meeting = entry->request_was_sent = true;
	entry->reminder_is_set = !mailbox->equipment && reply->answer != ANSWER_DECLINE;
	if (reply->strip)
		strip(entry);
	return entry;
}

/* One occurrence of a series that is on the calendar; NULL: declined. */
static void answer_occurrence(struct item *master, int64_t original_start, struct item *entry)
{
	series_set(master->series, original_start, entry);
	folder_changed(master);
}

bool meeting_answer(struct mailbox *mailbox, struct item *item, const struct reply *reply,
	struct item **ret_calendar, struct item **ret_message, struct refusal *r)
{
	struct meeting_thread *thread = mailbox_thread(mailbox, item->uid);
	struct item *filed = thread ? thread->calendar : NULL;
	bool decline = reply->answer == ANSWER_DECLINE;

	if (!check(mailbox, item, reply->answer, r))
		return false;
	struct item *entry = entry_of(mailbox, item, reply);
	send_response(mailbox, item, reply);
	*ret_message = NULL;
	if (item->type == ITEM_REQUEST) {
		item->has_been_processed = item->is_read = true;
		folder_move(item, mailbox->folders[FOLDER_DELETED]);
		*ret_message = item;
	}
	if (filed && filed->series && item->recurrence_id != TIME_NONE) {
		answer_occurrence(filed, item->recurrence_id, decline ? NULL : entry);
		if (decline)
			item_free(&entry);
		*ret_calendar = filed;
		return true;
	}
	if (item->type == ITEM_CALENDAR && item != filed) {
		folder_delete(item);
	}
	if (filed)
		folder_delete(filed);
	folder_add(mailbox->folders[decline ? FOLDER_DELETED : FOLDER_CALENDAR], entry, false);
	*ret_calendar = entry;
	return true;
}

bool meeting_remove(struct mailbox *mailbox, struct item *cancellation, struct refusal *r)
{
	const struct meeting_thread *thread = mailbox_thread(mailbox, cancellation->uid);

	if (cancellation->type != ITEM_CANCELLATION)
		return refuse(r, "ErrorInvalidItemForOperationRemoveItem",
			"The item is no meeting cancellation.");
	struct item *filed = thread ? thread->calendar : NULL;
	if (filed && filed->series && cancellation->recurrence_id != TIME_NONE)
		answer_occurrence(filed, cancellation->recurrence_id, NULL);
	else if (filed && filed->recurrence_id == cancellation->recurrence_id)
		folder_move(filed, mailbox->folders[FOLDER_DELETED]);
	cancellation->has_been_processed = true;
	folder_move(cancellation, mailbox->folders[FOLDER_DELETED]);
	return true;
}
