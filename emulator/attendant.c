/*
 * What happens to meeting messages on arrival, without anybody at the mailbox.
 */
#include "base/clock.h"
#include "base/text.h"
#include "meeting.h"
#include "occurrence.h"
#include "soap.h"

#include <stdlib.h>

/* Which of two messages about one meeting is the later one: by sequence, then by date stamp. */
static int compare_age(const struct item *a, const struct item *b)
{
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return (a->stamp > b->stamp) - (a->stamp < b->stamp);
}

static bool same_instance(const struct item *a, const struct item *b)
{
	return a->recurrence_id == b->recurrence_id || b->recurrence_id == TIME_NONE;
}

static void outdate(struct item *request)
{
	request->is_out_of_date = true;
	item_set(&request->request_type, "Outdated");
}

/* Requests in the inbox that `message` makes obsolete say so from now on; returns false when the
 * message itself is older than what came before. */
static bool settle_age(struct mailbox *mailbox, const struct item *message)
{
	const struct meeting_thread *thread = mailbox_thread(mailbox, message->uid);
	bool newest = true;

	for (struct item *m = thread ? thread->inbox : NULL; m; m = m->thread_next) {
		if (m == message || m->type != ITEM_REQUEST || m->is_out_of_date)
			continue;
		if (!same_instance(m, message))
			continue;
		int age = compare_age(m, message);
		if (age > 0)
			newest = false;
		if (age < 0) {
			outdate(m);
			folder_changed(m);
		}
	}
	const struct item *filed = thread ? thread->calendar : NULL;
	return newest &&
		!(filed && filed->recurrence_id == message->recurrence_id &&
			compare_age(filed, message) > 0);
}

static struct item *entry_of_request(
	struct mailbox *mailbox, struct item *request, const struct item *filed)
{
	bool again = filed && text_equal(request->request_type, "InformationalUpdate");
	struct item *entry = item_clone(request, ITEM_CALENDAR);

	item_set(&entry->item_class, "IPM.Appointment");
	item_set(&entry->my_response, again ? filed->my_response : "NoResponseReceived");
	item_set(&entry->free_busy, again ? filed->free_busy : "Tentative");
	entry->is_read = entry->is_meeting = entry->request_was_sent = true;
	entry->reminder_is_set = !mailbox->equipment;
	return entry;
}

/* The calendar takes over everything the request says. */
static struct item *file_request(struct mailbox *mailbox, struct item *request)
{
	struct meeting_thread *thread = mailbox_thread(mailbox, request->uid);
	struct item *filed = thread ? thread->calendar : NULL;
	struct item *entry = entry_of_request(mailbox, request, filed);

	if (filed && filed->series && request->recurrence_id != TIME_NONE) {
		series_set(filed->series, request->recurrence_id, entry);
		folder_changed(filed);
		return filed;
	}
	if (!filed || filed->recurrence_id != request->recurrence_id) {
		entry->created = TIME_NONE;
		folder_add(mailbox->folders[FOLDER_CALENDAR], entry, false);
		return entry;
	}
	for (size_t i = 0; i < field_count; i++)
		if ((fields[i].types & ITEM_CALENDAR) && !text_equal(fields[i].name, "UID"))
			field_copy(&fields[i], filed, entry);
	item_free(&entry);
	folder_changed(filed);
	return filed;
}

static bool is_busy(struct mailbox *mailbox, const struct item *request)
{
	struct folder *calendar = mailbox->folders[FOLDER_CALENDAR];
	struct item *other;

	for (size_t at = calendar->log_len; (other = folder_next(calendar, &at));)
		if (!text_equal(other->uid, request->uid) && !other->is_cancelled &&
			other->start < request->end && request->start < other->end)
			return true;
	return false;
}

static void book(struct mailbox *mailbox, struct item *request)
{
	bool busy = !mailbox->allow_conflicts && is_busy(mailbox, request);
	struct reply reply = {
		.answer = busy ? ANSWER_DECLINE : ANSWER_ACCEPT,
		.disposition = DISPOSITION_SEND,
		.strip = true,
		.text = busy ? "Your request was declined because there are conflicts."
			     : "Your request was accepted.",
	};
	struct item *calendar, *message;
	struct refusal r;

	meeting_answer(mailbox, request, &reply, &calendar, &message, &r);
}

static void request_arrived(struct mailbox *mailbox, struct item *request, bool newest)
{
	if (!newest) {
		outdate(request);
		folder_changed(request);
		return;
	}
	if (mailbox->processing == PROCESSING_NONE)
		return;
	/* ProcessExternalMeetingMessages: the booking attendant leaves strangers' to people */
	if (mailbox->processing == PROCESSING_ACCEPT && !mailbox->process_external &&
		!org_mailbox(mailbox->org, request->organizer.smtp))
		return;
	request->has_been_processed = true;
	if (mailbox->processing == PROCESSING_ACCEPT)
		book(mailbox, request);
	else
		file_request(mailbox, request);
}

static void cancel_entry(struct item *entry, const struct item *cancellation)
{
	entry->is_cancelled = true;
	entry->sequence = cancellation->sequence;
	entry->stamp = cancellation->stamp;
	item_set(&entry->free_busy, "Free");
	item_set(&entry->subject, cancellation->subject);
}

static void cancel_occurrence(struct item *master, const struct item *cancellation)
{
	struct item *one = occurrence_item(master, cancellation->recurrence_id);

	if (!one)
		return;
	cancel_entry(one, cancellation);
	series_set(master->series, cancellation->recurrence_id, item_clone(one, ITEM_CALENDAR));
	item_free(&one);
}

static void cancellation_arrived(struct mailbox *mailbox, struct item *cancellation, bool newest)
{
	const struct meeting_thread *thread = mailbox_thread(mailbox, cancellation->uid);
	struct item *filed = thread ? thread->calendar : NULL;
	struct refusal r;

	cancellation->is_out_of_date = !newest;
	if (mailbox->processing == PROCESSING_NONE || !newest)
		return;
	cancellation->has_been_processed = true;
	if (mailbox->processing == PROCESSING_ACCEPT) {
		meeting_remove(mailbox, cancellation, &r);
		return;
	}
	if (filed && filed->series && cancellation->recurrence_id != TIME_NONE)
		cancel_occurrence(filed, cancellation);
	else if (filed && filed->recurrence_id == cancellation->recurrence_id)
		cancel_entry(filed, cancellation);
	else
		return;
	folder_changed(filed);
}

void meeting_arrive(struct mailbox *to, struct item *message)
{
	folder_add(to->folders[FOLDER_INBOX], message, true);
	if (!message->uid || message->type == ITEM_RESPONSE)
		return;
	bool newest = settle_age(to, message);
	if (message->type == ITEM_REQUEST)
		request_arrived(to, message, newest);
	else
		cancellation_arrived(to, message, newest);
}
