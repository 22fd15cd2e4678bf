/*
 * UpdateItem: changing properties, and telling the attendees of a meeting about it.
 */
#include "base/clock.h"
#include "base/text.h"
#include "meeting.h"
#include "operations.h"
#include "outgoing.h"
#include "occurrence.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

static const char op[] = "UpdateItem";

struct update {
	const char *conflicts, *disposition, *send;
};

/* Who changed what since the client read the item? Tracking of answers is no conflict that
 * AutoResolve could not resolve. */
static bool check_change_key(struct call *call, const struct item *item, const xml_node *id,
	const struct update *how, struct refusal *r)
{
	const char *key = xml_attribute(id, "ChangeKey", call->arena);
	uint64_t version;

	if (text_equal(how->conflicts, "AlwaysOverwrite"))
		return true;
	if (text_empty(key))
		return refuse(r, "ErrorChangeKeyRequiredForWriteOperations",
			"The change key is required.");
	if (!org_version_of(key, &version))
		return refuse(r, "ErrorInvalidChangeKey", "The change key is invalid.");
	uint64_t least = text_equal(how->conflicts, "NeverOverwrite") ? item->version
								      : item->content_version;
	if (version < least)
		return refuse(r, "ErrorIrresolvableConflict",
			"The send or update operation could not be performed because the change "
			"key passed in the request does not match the current change key for the "
			"item.");
	return true;
}

static bool change_field(
	struct call *call, struct item *item, const xml_node *change, struct refusal *r)
{
	const xml_node *path = xml_child(change, NULL), *node;
	const char *verb = xml_name(change);
	const char *uri = xml_attribute(path, "FieldURI", call->arena);
	const struct field *field = field_by_uri(uri, item->type);
	struct err err;

	if (text_equal(verb, "DeleteItemField") && uri && !field)
		return true; /* nothing here has it */
	if (!uri || !field || !(field->flags & FIELD_SETTABLE))
		return refuse(r, "ErrorInvalidPropertySet", "%s is invalid for property '%s'.",
			verb,
			uri            ? uri
				: path ? xml_name(path)
				       : "");
	node = xml_child(xml_next(path, NULL), field->name);
	if (text_equal(uri, "calendar:UID")) /* what a meeting is known by stays */
		return text_equal(verb, "SetItemField") &&
				text_equal(xml_text(node, call->arena), item->uid)
			? true
			: refuse(r, "ErrorInvalidPropertySet", "The UID cannot be changed.");
	if (text_equal(uri, "calendar:Recurrence") && item->recurrence_id != TIME_NONE)
		return refuse(r, "ErrorCalendarInvalidPropertyState",
			"An occurrence has no recurrence of its own.");
	if (text_equal(verb, "DeleteItemField")) {
		field_clear(field, item);
		return true;
	}
	if (!node)
		return refuse(r, "ErrorIncorrectUpdatePropertyCount",
			"The property '%s' is not in the change.", uri);
	if (text_equal(verb, "SetItemField"))
		return outgoing_set(call, item, field, node,
			item->start_zone ? item->start_zone : call->zone, r);
	if (!text_equal(verb, "AppendToItemField"))
		return refuse(r, "ErrorInvalidPropertySet", "'%s' is no update.", verb);
	if (field_append(field, item, node, call->arena, &err))
		return true;
	return refuse(r, "ErrorInvalidPropertyAppend", "%s", err.text);
}

/* A master stands where the first of its days is. Moving it without a new rule moves the rule. */
static bool settle_series(
	struct call *call, struct item *item, const xml_node *updates, struct refusal *r)
{
	bool start = false, rule = false;

	if (!item->series)
		return true;
	const xml_node *change = xml_child(updates, NULL);
	for (; change; change = xml_next(change, NULL)) {
		const char *uri = xml_attribute(xml_child(change, NULL), "FieldURI", call->arena);
		start |= text_equal(uri, "calendar:Start");
		rule |= text_equal(uri, "calendar:Recurrence");
	}
	if (start && !rule)
		item->series->rule.start_day = zone_to_local(item->start_zone, item->start) / 86400;
	return occurrence_align(item) ||
		refuse(r, "ErrorRecurrenceHasNoOccurrence",
			"The recurrence pattern has no occurrence.");
}

/* The zones first: instants without offset are read in them. */
static bool change_fields(
	struct call *call, struct item *item, const xml_node *updates, struct refusal *r)
{
	for (int pass = 0; pass < 2; pass++) {
		const xml_node *change = xml_child(updates, NULL);
		for (; change; change = xml_next(change, NULL)) {
			const char *uri =
				xml_attribute(xml_child(change, NULL), "FieldURI", call->arena);
			bool zone = uri && text_ends_with(uri, "TimeZone");
			if (zone == (pass == 0) && !change_field(call, item, change, r))
				return false;
		}
	}
	return outgoing_check_times(item, r) && settle_series(call, item, updates, r);
}

static bool moved(const struct item *before, const struct item *after)
{
	if (!before->series != !after->series ||
		(after->series &&
			memcmp(&before->series->rule, &after->series->rule,
				sizeof(after->series->rule)) != 0))
		return true;
	return before->start != after->start || before->end != after->end ||
		before->is_all_day != after->is_all_day;
}

/* Whoever had agreed to the old time has not agreed to the new one. */
static void forget_answers(struct item *item)
{
	for (size_t i = 0; i < item_attendee_count(item); i++) {
		struct attendee *who = item_attendee(item, i);
		who->response = "Unknown";
		who->response_time = TIME_NONE;
	}
}

static void tell_removed(struct call *call, const struct item *before, const struct item *after)
{
	for (size_t i = 0; i < item_attendee_count(before); i++) {
		const char *smtp = item_attendee(before, i)->who.smtp;
		if (item_attendee_is_first(before, i) && !item_has_attendee(after, smtp, NULL))
			meeting_cancel_for(call->mailbox, after, smtp, NULL, false);
	}
}

static void tell_added(struct call *call, const struct item *before, const struct item *after)
{
	for (size_t i = 0; i < item_attendee_count(after); i++) {
		const char *smtp = item_attendee(after, i)->who.smtp;
		if (item_attendee_is_first(after, i) && !item_has_attendee(before, smtp, NULL))
			meeting_invite(call->mailbox, after, smtp, REQUEST_NEW);
	}
}

static void tell_staying(struct call *call, const struct item *before, const struct item *after)
{
	enum request_kind kind =
		moved(before, after) ? REQUEST_FULL_UPDATE : REQUEST_INFORMATIONAL_UPDATE;

	if (!before->request_was_sent)
		kind = REQUEST_NEW;
	for (size_t i = 0; i < item_attendee_count(after); i++) {
		const char *smtp = item_attendee(after, i)->who.smtp;
		if (item_attendee_is_first(after, i) && item_has_attendee(before, smtp, NULL))
			meeting_invite(call->mailbox, after, smtp, kind);
	}
}

static void tell_attendees(
	struct call *call, const struct item *before, struct item *after, const char *mode)
{
	bool changed_only = text_equal(mode, "SendOnlyToChanged") ||
		text_equal(mode, "SendToChangedAndSaveCopy");

	tell_removed(call, before, after);
	if (!changed_only)
		tell_staying(call, before, after);
	tell_added(call, before, after);
	if (text_ends_with(mode, "SaveCopy") && item_attendee_count(after)) {
		struct item *copy = item_clone(after, ITEM_REQUEST);
		item_set(&copy->item_class, "IPM.Schedule.Meeting.Request");
		item_set(&copy->request_type, "FullUpdate");
		copy->is_read = copy->is_from_me = true;
		folder_add(call->mailbox->folders[FOLDER_SENT], copy, false);
	}
}

static void meeting_updated(
	struct call *call, const struct item *before, struct item *item, const char *mode)
{
	bool send = mode && !text_equal(mode, "SendToNone");

	item->is_meeting = item_attendee_count(item) > 0 || item->is_meeting;
	if (!item->is_meeting)
		return;
	item_set(&item->my_response, "Organizer");
	if (!send && !moved(before, item))
		return;
	/* two updates within a second are still one after the other */
	item->stamp = clock_now() > before->stamp ? clock_now() : before->stamp + 1;
	if (moved(before, item)) {
		item->sequence += before->request_was_sent;
		forget_answers(item);
	}
	if (!send)
		return;
	item->request_was_sent = true;
	tell_attendees(call, before, item, mode);
}

/* What was changed of an occurrence is kept in its series. */
static void keep_occurrence(struct item *item)
{
	struct item *master = item->master;
	struct item *exception = item_clone(item, ITEM_CALENDAR);

	series_set(master->series, item->original_start, exception);
	folder_changed(master);
	master->content_version = item->version = master->version;
}

static bool update_calendar(
	struct call *call, const struct item *before, struct item *item, const struct update *how)
{
	if (item->series && before->series && moved(before, item))
		series_forget_exceptions(item->series);
	if (text_equal_nocase(item->organizer.smtp, call->mailbox->smtp))
		meeting_updated(call, before, item, how->send);
	return true;
}

/* Only is_read changed: that is another kind of event. */
static bool only_read_flag(struct call *call, const xml_node *updates)
{
	const xml_node *change = xml_child(updates, NULL);

	return change && !xml_next(change, NULL) &&
		text_equal(xml_attribute(xml_child(change, NULL), "FieldURI", call->arena),
			"message:IsRead");
}

/* Tries on a copy, so that a refused change leaves nothing half done. */
static bool apply(struct call *call, struct item *item, const xml_node *updates,
	const struct update *how, struct refusal *r)
{
	struct item *trial = item_clone(item, item->type);
	bool ok = change_fields(call, trial, updates, r);

	item_free(&trial);
	if (!ok)
		return false;
	struct item *before = item_clone(item, item->type);
	bool was_read = item->is_read;
	change_fields(call, item, updates, r);
	item_set(&item->modified_by, call->mailbox->name);
	bool read_flag = only_read_flag(call, updates);
	if (item->is_read != was_read && !item->master) {
		folder_read_flag_changed(item);
	}
	if (!read_flag) {
		if (item->type == ITEM_CALENDAR)
			update_calendar(call, before, item, how);
		if (item->master) {
			keep_occurrence(item);
		} else {
			folder_changed(item);
			item->content_version = item->version;
		}
	}
	item_free(&before);
	return true;
}

static bool update_one(struct call *call, const xml_node *change, const struct update *how,
	struct item **ret, struct refusal *r)
{
	const xml_node *id = xml_child(change, NULL);
	struct item *item = NULL;

	if (!soap_item(call, id, &item, r))
		return false;
	if (item->type == ITEM_CALENDAR && !how->send)
		return refuse(r, "ErrorSendMeetingInvitationsOrCancellationsRequired",
			"SendMeetingInvitationsOrCancellations attribute is required for Calendar "
			"items.");
	if (item->type != ITEM_CALENDAR && !how->disposition)
		return refuse(r, "ErrorMessageDispositionRequired",
			"Message disposition is required for this type of item.");
	if (!check_change_key(call, item, id, how, r) ||
		!apply(call, item, xml_child(change, "Updates"), how, r))
		return false;
	*ret = item;
	return true;
}

static void updated(struct call *call, const struct item *item)
{
	reply_ok(call, op);
	buf_addf(&call->out, "<m:Items><t:%s>", item_element(item));
	item_write_id(item, &call->out);
	buf_addf(&call->out, "</t:%s></m:Items>", item_element(item));
	buf_adds(&call->out, "<m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>");
	reply_end_message(call, op);
}

static bool read_update(struct call *call, struct update *ret)
{
	*ret = (struct update){
		.conflicts = xml_attribute(call->op, "ConflictResolution", call->arena),
		.disposition = xml_attribute(call->op, "MessageDisposition", call->arena),
		.send = xml_attribute(
			call->op, "SendMeetingInvitationsOrCancellations", call->arena),
	};
	const char *c = ret->conflicts;
	if (!text_equal(c, "NeverOverwrite") && !text_equal(c, "AutoResolve") &&
		!text_equal(c, "AlwaysOverwrite"))
		return soap_malformed(call, "'%s' is no ConflictResolution", c ? c : "");
	return true;
}

void op_update_item(struct call *call)
{
	struct update how;
	struct refusal r;
	struct item *item = NULL;

	if (!soap_need_mailbox(call) || !read_update(call, &how))
		return;
	reply_begin(call, op);
	const xml_node *change = xml_child(xml_child(call->op, "ItemChanges"), NULL);
	for (; change; change = xml_next(change, NULL)) {
		if (update_one(call, change, &how, &item, &r))
			updated(call, item);
		else if (call->status != 200)
			return;
		else
			reply_refusal(call, op, &r, "<m:Items/>");
	}
	reply_end(call, op);
}
