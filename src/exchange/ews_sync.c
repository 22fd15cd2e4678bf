#include "exchange/ews_sync.h"

#include "base/text.h"
#include "exchange/ews_item.h"

#include <string.h>

void ews_sync_write(struct buf *b, const char *impersonate, const char *sync_state)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b,
		"<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
		"<t:AdditionalProperties><t:FieldURI FieldURI=\"calendar:Start\"/>"
		"</t:AdditionalProperties></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId "
		"Id=\"inbox\"/>"
		"</m:SyncFolderId>");
	if (*sync_state) {
		buf_adds(b, "<m:SyncState>");
		ews_text(b, sync_state);
		buf_adds(b, "</m:SyncState>");
	}
	buf_addf(b, "<m:MaxChangesReturned>%d</m:MaxChangesReturned></m:SyncFolderItems>",
		EXCHANGE_SYNC_PAGE);
	ews_envelope_end(b);
}

/* Exchange names an item's element by its class: no need to ask for ItemClass. */
static bool is_cancellation(const xml_node *item)
{
	return text_equal(xml_name(item), "MeetingCancellation");
}

static bool is_meeting(const xml_node *item)
{
	return text_equal(xml_name(item), "MeetingRequest") || is_cancellation(item);
}

/* False for what is no news to us: read flags, items without an id. */
static bool read_change(const xml_node *change, struct arena *arena, struct exchange_change *ret)
{
	const char *name = xml_name(change);
	bool created = text_equal(name, "Create");
	bool deleted = text_equal(name, "Delete");
	if (!created && !deleted && !text_equal(name, "Update"))
		return false;
	const xml_node *item = deleted ? change : xml_child(change, NULL);
	const xml_node *id = xml_child(item, "ItemId");
	const char *text = id ? xml_attribute(id, "Id", arena) : NULL;
	if (text_empty(text))
		return false;
	*ret = (struct exchange_change){
		.kind = created   ? EXCHANGE_CREATED
			: deleted ? EXCHANGE_DELETED
				  : EXCHANGE_UPDATED,
		.meeting = !deleted && is_meeting(item),
		.cancellation = !deleted && is_cancellation(item),
		.start = deleted ? MEETING_NO_TIME : ews_child_time(item, "Start", arena),
		.item_id = text,
		.change_key = xml_attribute(id, "ChangeKey", arena),
	};
	return true;
}

static void read_changes(const xml_node *changes, struct arena *arena, struct exchange_page *page)
{
	size_t most = 0;
	for (const xml_node *c = xml_child(changes, NULL); c; c = xml_next(c, NULL))
		most++;
	page->changes = arena_array(arena, most, sizeof(*page->changes));
	for (const xml_node *c = xml_child(changes, NULL); c; c = xml_next(c, NULL))
		page->count += read_change(c, arena, &page->changes[page->count]);
}

static bool read_page(const xml_node *message, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err)
{
	if (!ews_message_ok(message, err))
		return false;
	struct exchange_page page = { 0 };
	page.sync_state = xml_child_text(message, "SyncState", arena);
	if (text_empty(page.sync_state))
		return err_set(err, ERR_PROTOCOL, "exchange's answer lacks its sync state");
	if (strlen(page.sync_state) > EWS_SYNC_STATE_MAX)
		return err_set(err, ERR_LIMIT, "exchange's sync state is larger than %d bytes",
			EWS_SYNC_STATE_MAX);
	read_changes(xml_child(message, "Changes"), arena, &page);
	const char *last = xml_child_text(message, "IncludesLastItemInRange", arena);
	page.last = last ? text_equal(last, "true") || text_equal(last, "1")
			 : page.count < EXCHANGE_SYNC_PAGE;
	if (!page.last && text_equal(page.sync_state, sync_state))
		return err_set(err, ERR_PROTOCOL,
			"exchange repeats its sync state and yet promises more changes");
	*ret = page;
	return true;
}

bool ews_sync_read(const struct ews_reply *reply, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err)
{
	struct ews_response response;
	struct err why;
	bool ok = ews_response_read(reply, "SyncFolderItems", &response, &why);
	if (ok) {
		ok = read_page(response.first, sync_state, arena, ret, &why);
		ews_response_release(&response);
	}
	/* Without a state there is none to drop: the folder itself is missing. */
	if (!ok && why.code == ERR_CONFLICT && !*sync_state)
		why.code = ERR_NOT_FOUND;
	if (!ok && err)
		*err = why;
	return ok;
}
