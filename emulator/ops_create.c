/*
 * CreateItem: messages, calendar items, and the answers that are created as items.
 */
#include "base/clock.h"
#include "base/text.h"
#include "markup.h"
#include "meeting.h"
#include "operations.h"
#include "outgoing.h"
#include "series.h"

#include <stdlib.h>

static const char op[] = "CreateItem";

struct creation {
	struct folder *folder;   /* SavedItemFolderId; NULL: where such things go */
	const char *disposition; /* NULL: not said */
	const char *invitations; /* NULL: not said */
};

/* What the answer shows of what was created: ids only. */
static void show(struct call *call, const struct item *item)
{
	if (!item)
		return;
	buf_addf(&call->out, "<t:%s>", item_element(item));
	item_write_id(item, &call->out);
	buf_addf(&call->out, "</t:%s>", item_element(item));
}

static void created(struct call *call, const struct item *first, const struct item *second)
{
	reply_ok(call, op);
	buf_adds(&call->out, "<m:Items>");
	show(call, first);
	show(call, second);
	buf_adds(&call->out, "</m:Items>");
	reply_end_message(call, op);
}

static bool need_disposition(const struct creation *how, struct refusal *r)
{
	if (how->disposition)
		return true;
	return refuse(r, "ErrorMessageDispositionRequired",
		"Message disposition is required for this type of item.");
}

static bool create_message(
	struct call *call, const xml_node *element, const struct creation *how, struct refusal *r)
{
	struct item *item;

	if (!need_disposition(how, r) || !outgoing_read(call, element, ITEM_MESSAGE, &item, r))
		return false;
	if (text_equal(how->disposition, "SaveOnly")) {
		item->is_draft = true;
		folder_add(how->folder ? how->folder : call->mailbox->folders[FOLDER_DRAFTS], item,
			false);
		created(call, item, NULL);
		return true;
	}
	item->sent = clock_now();
	outgoing_send(call->mailbox, item);
	if (text_equal(how->disposition, "SendOnly")) {
		item_free(&item);
		created(call, NULL, NULL);
		return true;
	}
	item->is_read = item->is_from_me = item->is_submitted = true;
	folder_add(how->folder ? how->folder : call->mailbox->folders[FOLDER_SENT], item, false);
	created(call, item, NULL);
	return true;
}

static bool create_calendar(
	struct call *call, const xml_node *element, const struct creation *how, struct refusal *r)
{
	struct folder *folder = how->folder;
	struct item *item;

	if (!how->invitations)
		return refuse(r, "ErrorSendMeetingInvitationsRequired",
			"SendMeetingInvitations attribute is required for Calendar items.");
	if (folder && !text_equal(folder_infos[folder->kind].element, "CalendarFolder"))
		return refuse(r, "ErrorCannotCreateCalendarItemInNonCalendarFolder",
			"Cannot create a calendar item in a folder that is no calendar.");
	if (!outgoing_read(call, element, ITEM_CALENDAR, &item, r))
		return false;
	item->request_was_sent = item->is_meeting && !text_equal(how->invitations, "SendToNone");
	folder_add(folder ? folder : call->mailbox->folders[FOLDER_CALENDAR], item, false);
	if (item->request_was_sent)
		meeting_invite_all(call->mailbox, item, REQUEST_NEW,
			text_equal(how->invitations, "SendToAllAndSaveCopy"));
	created(call, item, NULL);
	return true;
}

/* The item an answer is about. */
static bool referenced(
	struct call *call, const xml_node *element, struct item **ret, struct refusal *r)
{
	const xml_node *id = xml_child(element, "ReferenceItemId");

	if (!id)
		return refuse(r, "ErrorMissingInformationReferenceItemId",
			"The response object has no ReferenceItemId.");
	return soap_item(call, id, ret, r);
}

/* The comment: HTML becomes a document, as any body does. */
static void read_comment(struct call *call, const xml_node *body, struct reply *reply)
{
	struct buf document;

	reply->text = xml_text(body, call->arena);
	reply->html = text_equal(xml_attribute(body, "BodyType", call->arena), "HTML");
	if (!reply->text || !reply->html)
		return;
	buf_init(&document, SOAP_ANSWER_MAX);
	html_document(&document, reply->text);
	reply->text = arena_strdup(call->arena, document.data);
	buf_release(&document);
}

static bool create_answer(struct call *call, const xml_node *element, const struct creation *how,
	enum answer answer, struct refusal *r)
{
	struct reply reply = { .answer = answer };
	struct item *item, *calendar, *message;

	if (!need_disposition(how, r) || !referenced(call, element, &item, r))
		return false;
	if (text_equal(how->disposition, "SaveOnly"))
		reply.disposition = DISPOSITION_SAVE;
	else if (text_equal(how->disposition, "SendOnly"))
		reply.disposition = DISPOSITION_SEND;
	else
		reply.disposition = DISPOSITION_SEND_AND_SAVE;
	read_comment(call, xml_child(element, "Body"), &reply);
	if (!meeting_answer(call->mailbox, item, &reply, &calendar, &message, r))
		return false;
	created(call, calendar, message);
	return true;
}

static bool create_removal(struct call *call, const xml_node *element, struct refusal *r)
{
	struct item *item;

	if (!referenced(call, element, &item, r) || !meeting_remove(call->mailbox, item, r))
		return false;
	created(call, item, NULL);
	return true;
}

static bool create_cancel(struct call *call, const xml_node *element, struct refusal *r)
{
	struct reply reply = { 0 };
	struct item *item;

	if (!referenced(call, element, &item, r))
		return false;
	if (item->type != ITEM_CALENDAR || !item->is_meeting)
		return refuse(r, "ErrorInvalidItemForOperationCancelItem",
			"Only a meeting can be cancelled.");
	if (!text_equal_nocase(item->organizer.smtp, call->mailbox->smtp))
		return refuse(r, "ErrorCalendarIsNotOrganizer",
			"Only the organizer can cancel a meeting.");
	read_comment(call, xml_child(element, "NewBodyContent"), &reply);
	meeting_cancel_for_all(call->mailbox, item, reply.text, reply.html, true);
	if (item->master) {
		series_set(item->master->series, item->original_start, NULL);
		folder_changed(item->master);
		item = item->master;
	} else {
		item->is_cancelled = true;
		folder_move(item, call->mailbox->folders[FOLDER_DELETED]);
	}
	created(call, item, NULL);
	return true;
}

static bool create_one(
	struct call *call, const xml_node *element, const struct creation *how, struct refusal *r)
{
	const char *name = xml_name(element);

	if (text_equal(name, "CalendarItem"))
		return create_calendar(call, element, how, r);
	if (text_equal(name, "Message"))
		return create_message(call, element, how, r);
	if (text_equal(name, "AcceptItem"))
		return create_answer(call, element, how, ANSWER_ACCEPT, r);
	if (text_equal(name, "TentativelyAcceptItem"))
		return create_answer(call, element, how, ANSWER_TENTATIVE, r);
	if (text_equal(name, "DeclineItem"))
		return create_answer(call, element, how, ANSWER_DECLINE, r);
	if (text_equal(name, "RemoveItem"))
		return create_removal(call, element, r);
	if (text_equal(name, "CancelCalendarItem"))
		return create_cancel(call, element, r);
	return refuse(r, "ErrorInvalidItemForOperationCreateItem",
		"Items of type '%s' cannot be created here.", name);
}

static bool one_of(const char *value, const char *a, const char *b, const char *c)
{
	return !value || text_equal(value, a) || text_equal(value, b) || text_equal(value, c);
}

static bool read_creation(
	struct call *call, struct creation *ret, bool *ret_found, struct refusal *r)
{
	const xml_node *saved = xml_child(call->op, "SavedItemFolderId");

	*ret = (struct creation){
		.disposition = xml_attribute(call->op, "MessageDisposition", call->arena),
		.invitations = xml_attribute(call->op, "SendMeetingInvitations", call->arena),
	};
	if (!one_of(ret->disposition, "SaveOnly", "SendOnly", "SendAndSaveCopy"))
		return soap_malformed(call, "'%s' is no MessageDisposition", ret->disposition);
	if (!one_of(ret->invitations, "SendToNone", "SendOnlyToAll", "SendToAllAndSaveCopy"))
		return soap_malformed(call, "'%s' is no SendMeetingInvitations", ret->invitations);
	*ret_found = !saved || soap_folder_in(call, saved, &ret->folder, r);
	return true;
}

void op_create_item(struct call *call)
{
	const xml_node *items = xml_child(call->op, "Items");
	struct creation how;
	struct refusal r;
	bool found = false;

	if (!soap_need_mailbox(call) || !read_creation(call, &how, &found, &r))
		return;
	if (!xml_child(items, NULL)) {
		soap_malformed(call, "'CreateItem' has no Items");
		return;
	}
	reply_begin(call, op);
	for (const xml_node *e = xml_child(items, NULL); e; e = xml_next(e, NULL)) {
		if (found && create_one(call, e, &how, &r))
			continue;
		if (call->status != 200)
			return; /* a fault has taken the place of the answer */
		reply_refusal(call, op, &r, "<m:Items/>");
	}
	reply_end(call, op);
}
