/*
 * meeting - invitations, answers and cancellations between mailboxes.
 *
 * The organiser's calendar item is the truth; what others have are copies that travel as meeting
 * messages. An arriving message is put into the inbox and then, unless the mailbox's processing is
 * PROCESSING_NONE, filed into its calendar by the attendant, as Exchange's Calendar Attendant and
 * (PROCESSING_ACCEPT) booking attendant do.
 */
#ifndef EMULATOR_MEETING_H
#define EMULATOR_MEETING_H

#include "mailbox.h"

struct refusal;

enum request_kind { REQUEST_NEW, REQUEST_FULL_UPDATE, REQUEST_INFORMATIONAL_UPDATE };

/* Sends the organiser's item to one attendee; an address that has no mailbox here is skipped. */
void meeting_invite(
	struct mailbox *from, const struct item *meeting, const char *smtp, enum request_kind kind);
/* To every attendee; save_copy: one more lies in the organiser's sent items. Returns how many. */
size_t meeting_invite_all(
	struct mailbox *from, const struct item *meeting, enum request_kind kind, bool save_copy);
/* text: what the organiser says about it; may be NULL. */
void meeting_cancel_for(struct mailbox *from, const struct item *meeting, const char *smtp,
	const char *text, bool html);
void meeting_cancel_for_all(struct mailbox *from, const struct item *meeting, const char *text,
	bool html, bool save_copy);

enum answer { ANSWER_ACCEPT, ANSWER_TENTATIVE, ANSWER_DECLINE };
enum disposition { DISPOSITION_SAVE, DISPOSITION_SEND, DISPOSITION_SEND_AND_SAVE };

struct reply {
	enum answer answer;
	enum disposition disposition;
	const char *text; /* comment; NULL: none */
	bool html;
	bool strip; /* the calendar keeps none of the organiser's texts */
};

/* Answers a meeting request, or a calendar item that came of one. The request leaves for Deleted
 * Items; the calendar item is made anew (accept, tentative) or lies in Deleted Items (decline).
 * ret_message: the request in its new place, NULL when item was a calendar item. */
bool meeting_answer(struct mailbox *mailbox, struct item *item, const struct reply *reply,
	struct item **ret_calendar, struct item **ret_message, struct refusal *r);

/* RemoveItem: the cancelled meeting leaves the calendar, the cancellation the inbox. */
bool meeting_remove(struct mailbox *mailbox, struct item *cancellation, struct refusal *r);

/* Puts a meeting message (owned from here) into the inbox and lets the attendant see to it. It may
 * not be in the inbox any more afterwards. */
void meeting_arrive(struct mailbox *to, struct item *message);

/* A new UID as Exchange makes them (a GlobalObjectId in hexadecimal); free() it. */
char *meeting_new_uid(void);

#endif
