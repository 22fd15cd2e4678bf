/*
 * Operations on items that exist: read, delete, move, copy, send.
 */
#include "base/text.h"
#include "meeting.h"
#include "operations.h"
#include "outgoing.h"
#include "series.h"

void op_get_item(struct call *call)
{
	static const char op[] = "GetItem";
	struct shape shape;
	struct refusal r;
	struct item *item;

	if (!soap_need_mailbox(call) ||
		!soap_shape(call, xml_child(call->op, "ItemShape"), false, &shape))
		return;
	const xml_node *ids = xml_child(call->op, "ItemIds");
	if (!xml_child(ids, NULL)) {
		soap_malformed(call, "'GetItem' has no ItemIds");
		return;
	}
	reply_begin(call, op);
	for (const xml_node *id = xml_child(ids, NULL); id; id = xml_next(id, NULL)) {
		if (!soap_item(call, id, &item, &r)) {
			reply_refusal(call, op, &r, "<m:Items/>");
			continue;
		}
		reply_ok(call, op);
		buf_adds(&call->out, "<m:Items>");
		item_write(item, &call->out, &shape);
		buf_adds(&call->out, "</m:Items>");
		reply_end_message(call, op);
	}
	reply_end(call, op);
}

struct removal {
	const char *type, *cancellations;
};

static bool is_organizer(const struct mailbox *mailbox, const struct item *item)
{
	return text_equal_nocase(item->organizer.smtp, mailbox->smtp);
}

/* Deleting a meeting tells the others: its organiser cancels it, an attendee declines. ret_item is
 * what is left to delete (declining puts another item in its place); NULL: nothing. */
static void tell_others(
	struct call *call, struct item *item, const char *mode, struct item **ret_item)
{
	struct reply decline = { .answer = ANSWER_DECLINE, .disposition = DISPOSITION_SEND };
	struct item *message;
	struct refusal r;

	*ret_item = item;
	if (!item->is_meeting || item->is_cancelled || text_equal(mode, "SendToNone"))
		return;
	if (is_organizer(call->mailbox, item)) {
		meeting_cancel_for_all(
			call->mailbox, item, NULL, false, text_equal(mode, "SendToAllAndSaveCopy"));
		return;
	}
	bool occurrence = item->master != NULL;
	if (meeting_answer(call->mailbox, item, &decline, ret_item, &message, &r) && occurrence)
		*ret_item = NULL; /* the series knows already */
}

static bool remove_one(
	struct call *call, const xml_node *id, const struct removal *how, struct refusal *r)
{
	struct folder *deleted = call->mailbox->folders[FOLDER_DELETED];
	struct item *item;

	if (!soap_item(call, id, &item, r))
		return false;
	if (item->type == ITEM_CALENDAR && !how->cancellations)
		return refuse(r, "ErrorSendMeetingCancellationsRequired",
			"SendMeetingCancellations attribute is required for Calendar items.");
	if (item->type == ITEM_CALENDAR && item->folder->kind == FOLDER_CALENDAR)
		tell_others(call, item, how->cancellations, &item);
	if (!item)
		return true;
	if (item->master) {
		series_set(item->master->series, item->original_start, NULL);
		folder_changed(item->master);
	} else if (!text_equal(how->type, "MoveToDeletedItems")) {
		folder_delete(item);
	} else if (item->folder != deleted) {
		folder_move(item, deleted);
	}
	return true;
}

void op_delete_item(struct call *call)
{
	static const char op[] = "DeleteItem";
	struct removal how = {
		.type = xml_attribute(call->op, "DeleteType", call->arena),
		.cancellations = xml_attribute(call->op, "SendMeetingCancellations", call->arena),
	};
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	if (!text_equal(how.type, "HardDelete") && !text_equal(how.type, "SoftDelete") &&
		!text_equal(how.type, "MoveToDeletedItems")) {
		soap_malformed(call, "'%s' is no DeleteType", how.type ? how.type : "");
		return;
	}
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "ItemIds"), NULL);
	for (; id; id = xml_next(id, NULL)) {
		if (!remove_one(call, id, &how, &r)) {
			reply_refusal(call, op, &r, NULL);
			continue;
		}
		reply_ok(call, op);
		reply_end_message(call, op);
	}
	reply_end(call, op);
}

static void reply_place(struct call *call, const char *op, const struct item *item)
{
	const char *element = item_element(item);

	reply_ok(call, op);
	buf_addf(&call->out, "<m:Items><t:%s>", element);
	item_write_id(item, &call->out);
	buf_addf(&call->out, "</t:%s></m:Items>", element);
	reply_end_message(call, op);
}

static void move_or_copy(struct call *call, const char *op, bool copy)
{
	struct folder *to;
	struct item *item;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	const xml_node *target = xml_child(call->op, "ToFolderId");
	bool found = soap_folder_in(call, target, &to, &r);
	if (!found)
		r.code = "ErrorToFolderNotFound";
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "ItemIds"), NULL);
	for (; id; id = xml_next(id, NULL)) {
		if (!found || !soap_item(call, id, &item, &r)) {
			reply_refusal(call, op, &r, "<m:Items/>");
			continue;
		}
		if (item->master) {
			refuse(&r, "ErrorCalendarCannotMoveOrCopyOccurrence",
				"Calendar occurrence cannot be moved or copied.");
			reply_refusal(call, op, &r, "<m:Items/>");
			continue;
		}
		if (copy) {
			item = item_clone(item, item->type);
			folder_add(to, item, false);
		} else {
			folder_move(item, to);
		}
		reply_place(call, op, item);
	}
	reply_end(call, op);
}

void op_move_item(struct call *call)
{
	move_or_copy(call, "MoveItem", false);
}

void op_copy_item(struct call *call)
{
	move_or_copy(call, "CopyItem", true);
}

static bool send_one(struct call *call, const xml_node *id, struct folder *saved, struct refusal *r)
{
	struct item *item;

	if (!soap_item(call, id, &item, r))
		return false;
	if (item->type != ITEM_MESSAGE)
		return refuse(
			r, "ErrorInvalidItemForOperationSendItem", "The item cannot be sent.");
	if (!text_empty(xml_attribute(id, "ChangeKey", call->arena)) || saved == NULL)
		outgoing_send(call->mailbox, item);
	else
		return refuse(r, "ErrorChangeKeyRequiredForWriteOperations",
			"The change key is required.");
	item->is_draft = false;
	item->is_from_me = item->is_submitted = item->is_read = true;
	if (saved)
		folder_move(item, saved);
	else
		folder_delete(item);
	return true;
}

void op_send_item(struct call *call)
{
	static const char op[] = "SendItem";
	struct folder *saved = NULL;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	bool save = text_equal(xml_attribute(call->op, "SaveItemToFolder", call->arena), "true");
	const xml_node *where = xml_child(call->op, "SavedItemFolderId");
	if (save && !where)
		saved = call->mailbox->folders[FOLDER_SENT];
	bool found = !save || saved || soap_folder_in(call, where, &saved, &r);
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "ItemIds"), NULL);
	for (; id; id = xml_next(id, NULL)) {
		if (!found || !send_one(call, id, saved, &r)) {
			reply_refusal(call, op, &r, NULL);
			continue;
		}
		reply_ok(call, op);
		reply_end_message(call, op);
	}
	reply_end(call, op);
}
