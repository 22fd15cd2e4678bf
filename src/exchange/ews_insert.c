#include "exchange/ews_insert.h"

#include "base/text.h"
#include "exchange/ews_item.h"
#include "exchange/ews_view.h"
#include "model/placeholder.h"

#include <string.h>
#include <strings.h>

/* The organiser's item, as read. */
struct found {
	const char *item_id, *change_key;
	const char *body;
	bool body_is_html;
};

bool ews_same_uid(const char *a, const char *b)
{
	static const char head[] = "040000008200E00074C5B7101A82E008";
	enum { DATE_AT = sizeof(head) - 1, DATE_LEN = 8 };
	if (text_equal_nocase(a, b))
		return true;
	if (strlen(a) != strlen(b) || strlen(a) <= DATE_AT + DATE_LEN ||
		strncasecmp(a, head, DATE_AT) != 0 || strncasecmp(b, head, DATE_AT) != 0)
		return false;
	return text_equal_nocase(a + DATE_AT + DATE_LEN, b + DATE_AT + DATE_LEN);
}

void ews_insert_get_write(struct buf *b, const char *organizer, const char *item_id, bool master)
{
	ews_envelope_begin(b, organizer);
	buf_adds(b,
		"<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
		"<t:BodyType>Best</t:BodyType><t:AdditionalProperties>"
		"<t:FieldURI FieldURI=\"item:Body\"/></t:AdditionalProperties></m:ItemShape>"
		"<m:ItemIds>");
	if (master) {
		buf_adds(b, "<t:RecurringMasterItemId OccurrenceId=\"");
		ews_text(b, item_id);
		buf_adds(b, "\"/>");
	} else {
		ews_item_id(b, "ItemId", item_id, NULL);
	}
	buf_adds(b, "</m:ItemIds></m:GetItem>");
	ews_envelope_end(b);
}

void ews_insert_update_write(struct buf *b, const char *organizer, const char *item_id,
	const char *change_key, const char *body, bool body_is_html)
{
	ews_envelope_begin(b, organizer);
	buf_adds(b,
		"<m:UpdateItem ConflictResolution=\"NeverOverwrite\""
		" SendMeetingInvitationsOrCancellations=\"SendToAllAndSaveCopy\"><m:ItemChanges>"
		"<t:ItemChange>");
	ews_item_id(b, "ItemId", item_id, change_key);
	buf_addf(b,
		"<t:Updates><t:SetItemField><t:FieldURI FieldURI=\"item:Body\"/><t:CalendarItem>"
		"<t:Body BodyType=\"%s\">",
		body_is_html ? "HTML" : "Text");
	ews_text(b, body);
	buf_adds(b,
		"</t:Body></t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange>"
		"</m:ItemChanges></m:UpdateItem>");
	ews_envelope_end(b);
}

static bool is_meant(const struct exchange_insertion *in, const struct exchange_entry *e)
{
	return ews_same_uid(e->uid, in->uid) && !e->cancelled &&
		(in->original_start == MEETING_NO_TIME || e->type == MEETING_SINGLE ||
			e->original_start == in->original_start);
}

/* One page of the organiser's calendar; *ret is false when the meeting is not in it. */
static bool look(struct ews *e, const struct exchange_insertion *in, int64_t *from, int64_t until,
	struct arena *arena, struct exchange_entry *ret, bool *ret_found, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct exchange_view view;
	ews_view_write(ews_begin(e), in->organizer, *from, until);
	if (!ews_send_for(e, in->organizer, &answer, &reply, err))
		return false;
	bool ok = ews_view_read(&reply, *from, until, arena, &view, err);
	http_answer_release(&answer);
	*ret_found = false;
	for (size_t i = 0; ok && i < view.count && !*ret_found; i++)
		if (is_meant(in, &view.entries[i])) {
			*ret = view.entries[i];
			*ret_found = true;
		}
	if (ok)
		*from = view.until;
	return ok;
}

static bool look_between(struct ews *e, const struct exchange_insertion *in, int64_t from,
	int64_t until, struct arena *arena, struct exchange_entry *ret, bool *ret_found,
	struct err *err)
{
	*ret_found = false;
	for (int page = 0; page < EWS_INSERT_PAGES && !*ret_found && from < until; page++)
		if (!look(e, in, &from, until, arena, ret, ret_found, err))
			return false;
	return true;
}

/* Where the meeting is; then, as the first occurrences of a series may be moved or deleted, as far as
 * one view reaches. */
static bool find_entry(struct ews *e, const struct exchange_insertion *in, struct arena *arena,
	struct exchange_entry *ret, struct err *err)
{
	int64_t from = in->start - EWS_INSERT_MARGIN_S, until = in->end + EWS_INSERT_MARGIN_S;
	bool found;
	if (until - from > EXCHANGE_VIEW_SPAN)
		until = from + EXCHANGE_VIEW_SPAN;
	if (!look_between(e, in, from, until, arena, ret, &found, err))
		return false;
	if (!found &&
		!look_between(e, in, until, from + EXCHANGE_VIEW_SPAN, arena, ret, &found, err))
		return false;
	return found ||
		err_set(err, ERR_NOT_FOUND,
			"the meeting is not in the calendar of '%.200s' any more", in->organizer);
}

static bool read_found(
	const struct ews_reply *reply, struct arena *arena, struct found *ret, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "GetItem", &response, err))
		return false;
	bool ok = ews_message_ok(response.first, err);
	const xml_node *item = ok ? ews_item_of(response.first) : NULL;
	const xml_node *id = xml_child(item, "ItemId"), *body = xml_child(item, "Body");
	struct found found = { 0 };
	if (id) {
		found.item_id = xml_attribute(id, "Id", arena);
		found.change_key = xml_attribute(id, "ChangeKey", arena);
	}
	found.body = xml_text(body, arena);
	const char *type = body ? xml_attribute(body, "BodyType", arena) : NULL;
	found.body_is_html = text_equal_nocase(type, "HTML");
	ews_response_release(&response);
	if (ok && (text_empty(found.item_id) || text_empty(found.change_key)))
		ok = err_set(err, ERR_PROTOCOL, "exchange's answer lacks the item");
	if (!found.body)
		found.body = "";
	if (ok)
		*ret = found;
	return ok;
}

static bool get(struct ews *e, const struct exchange_insertion *in,
	const struct exchange_entry *entry, struct arena *arena, struct found *ret, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	bool master = entry->type != MEETING_SINGLE && in->original_start == MEETING_NO_TIME;
	ews_insert_get_write(ews_begin(e), in->organizer, entry->item_id, master);
	if (!ews_send_for(e, in->organizer, &answer, &reply, err))
		return false;
	bool ok = read_found(&reply, arena, ret, err);
	http_answer_release(&answer);
	return ok;
}

static bool update(struct ews *e, const struct exchange_insertion *in, const struct found *item,
	const char *body, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct ews_response response;
	ews_insert_update_write(ews_begin(e), in->organizer, item->item_id, item->change_key, body,
		item->body_is_html);
	if (!ews_send_for(e, in->organizer, &answer, &reply, err))
		return false;
	bool ok = ews_response_read(&reply, "UpdateItem", &response, err);
	if (ok) {
		ok = ews_message_ok(response.first, err);
		ews_response_release(&response);
	}
	http_answer_release(&answer);
	return ok;
}

/* Changes the item as it is now; ERR_CONFLICT: it was changed before we could. */
static bool change(struct ews *e, const struct exchange_insertion *in,
	const struct exchange_entry *entry, struct arena *arena, struct err *err)
{
	const struct placeholder what = { in->token, in->placeholder, in->instructions,
		in->marker };
	struct found item;
	struct buf body;
	bool ok = false;
	if (!get(e, in, entry, arena, &item, err))
		return false;
	buf_init(&body, PLACEHOLDER_BODY_MAX);
	switch (placeholder_replace(&what, item.body, item.body_is_html, &body)) {
	case PLACEHOLDER_REPLACED: ok = update(e, in, &item, body.data, err); break;
	case PLACEHOLDER_DONE: ok = true; break;
	case PLACEHOLDER_MISSING:
		err_set(err, ERR_NOT_FOUND,
			"the placeholder is not in the meeting of '%.200s' any more",
			in->organizer);
		break;
	case PLACEHOLDER_TOO_LONG:
		err_set(err, ERR_LIMIT, "the meeting's text is longer than %d bytes",
			PLACEHOLDER_BODY_MAX);
		break;
	}
	buf_release(&body);
	return ok;
}

bool ews_insert(struct ews *e, const struct exchange_insertion *in, struct err *err)
{
	struct exchange_entry entry;
	struct arena arena;
	struct err why = { 0 };
	if (!e->impersonate)
		return err_set(err, ERR_DENIED,
			"the integration signs in as the equipment mailbox itself: it needs an "
			"account with the role ApplicationImpersonation to change organisers' "
			"items");
	if (!ews_is_mailbox(in->organizer))
		return err_set(err, ERR_NOT_FOUND, "'%.200s' is no e-mail address of a mailbox",
			in->organizer);
	arena_init(&arena);
	bool ok = find_entry(e, in, &arena, &entry, &why);
	if (ok) {
		int tries = 0;
		do
			ok = change(e, in, &entry, &arena, &why);
		while (!ok && why.code == ERR_CONFLICT && ++tries < EWS_INSERT_TRIES);
	}
	arena_release(&arena);
	if (!ok && err)
		*err = why;
	return ok;
}
