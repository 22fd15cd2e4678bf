/*
 * SyncFolderItems and SyncFolderHierarchy.
 */
#include "base/text.h"
#include "folder_shape.h"
#include "operations.h"
#include "sync_state.h"

#include <string.h>

enum { SYNC_CHANGES_MAX = 512 };

struct page {
	struct sync_place place;
	int64_t room;           /* changes that still fit */
	const xml_node *ignore; /* m:Ignore; NULL: none */
	struct buf changes;
};

static bool ignored(struct call *call, const xml_node *ignore, const char *id)
{
	for (const xml_node *i = xml_child(ignore, NULL); i; i = xml_next(i, NULL))
		if (text_equal(xml_attribute(i, "Id", call->arena), id))
			return true;
	return false;
}

static void write_item_change(
	struct buf *b, const char *kind, const struct item *item, const struct shape *shape)
{
	buf_addf(b, "<t:%s>", kind);
	item_write(item, b, shape);
	buf_addf(b, "</t:%s>", kind);
}

static void write_read_flag(struct buf *b, const struct item *item)
{
	buf_adds(b, "<t:ReadFlagChange>");
	item_write_id(item, b);
	buf_addf(b, "<t:IsRead>%s</t:IsRead></t:ReadFlagChange>", item->is_read ? "true" : "false");
}

/* True when the entry was worth a change in the answer. */
static bool add_change(struct call *call, struct page *page, const struct folder_change *change,
	const struct shape *shape)
{
	struct buf *b = &page->changes;
	const struct item *item = change->item;

	switch (change->kind) {
	case CHANGE_NONE: return false;
	case CHANGE_GONE:
		if (change->gone_created_at > page->place.base)
			return false; /* came and went unseen */
		buf_addf(b, "<t:Delete><t:ItemId Id=\"%s\"/></t:Delete>", change->gone_id);
		return true;
	case CHANGE_CREATED:
		if (ignored(call, page->ignore, item->id))
			return false;
		write_item_change(b, "Create", item, shape);
		return true;
	case CHANGE_UPDATED:
	case CHANGE_READ_FLAG: break;
	}
	if (item->created_at > page->place.base || ignored(call, page->ignore, item->id))
		return false; /* its creation, further down, tells everything */
	if (change->kind == CHANGE_READ_FLAG)
		write_read_flag(b, item);
	else
		write_item_change(b, "Update", item, shape);
	return true;
}

static void fill(struct call *call, const struct folder *folder, struct page *page,
	const struct shape *shape)
{
	struct sync_place *place = &page->place;

	if (place->cursor == place->base) { /* a new round */
		place->base = place->top;
		place->top = place->cursor = folder->log_len - 1;
	}
	if (call->mailbox->blank) /* seen as empty, whatever comes */
		place->cursor = place->base;
	while (page->room > 0 && place->cursor > place->base) {
		page->room -= add_change(call, page, &folder->log[place->cursor], shape);
		place->cursor--;
	}
	/* what is left may be nothing but forgotten entries: then this was the last page */
	while (place->cursor > place->base && folder->log[place->cursor].kind == CHANGE_NONE)
		place->cursor--;
}

static void refuse_sync(
	struct call *call, const char *op, const struct refusal *r, const char *last_element)
{
	reply_refusal(call, op, r,
		arena_printf(call->arena, "<m:SyncState/><m:%s>true</m:%s>", last_element,
			last_element));
}

static bool find_folder(struct call *call, struct folder **ret, struct refusal *r)
{
	const xml_node *id = xml_child(call->op, "SyncFolderId");

	if (soap_folder_in(call, id, ret, r))
		return true;
	if (text_equal(r->code, "ErrorFolderNotFound"))
		r->code = "ErrorSyncFolderNotFound";
	return false;
}

static bool read_place(
	struct call *call, const struct folder *folder, struct sync_place *ret, struct refusal *r)
{
	const char *state = xml_child_text(call->op, "SyncState", call->arena);

	*ret = (struct sync_place){ 0 };
	if (text_empty(state) || sync_state_read(state, folder, ret))
		return true;
	return refuse(r, "ErrorInvalidSyncStateData",
		"Synchronization state data is corrupt or otherwise invalid.");
}

static void reply_page(
	struct call *call, const char *op, const struct folder *folder, const struct page *page)
{
	struct buf *b = &call->out;

	reply_ok(call, op);
	buf_adds(b, "<m:SyncState>");
	sync_state_write(b, folder, &page->place);
	buf_addf(b, "</m:SyncState><m:IncludesLastItemInRange>%s</m:IncludesLastItemInRange>",
		page->place.cursor == page->place.base ? "true" : "false");
	buf_adds(b, "<m:Changes>");
	buf_add(b, page->changes.data, page->changes.len);
	buf_adds(b, "</m:Changes>");
	reply_end_message(call, op);
}

void op_sync_folder_items(struct call *call)
{
	static const char op[] = "SyncFolderItems";
	const char *max = xml_child_text(call->op, "MaxChangesReturned", call->arena);
	struct page page = { .ignore = xml_child(call->op, "Ignore") };
	struct shape shape;
	struct folder *folder;
	struct refusal r;

	if (!soap_need_mailbox(call) ||
		!soap_shape(call, xml_child(call->op, "ItemShape"), true, &shape))
		return;
	if (!max || !text_to_int64(max, &page.room) || page.room < 1 ||
		page.room > SYNC_CHANGES_MAX) {
		soap_malformed(call, "MaxChangesReturned is '%s'; it must be 1..%d", max ? max : "",
			SYNC_CHANGES_MAX);
		return;
	}
	reply_begin(call, op);
	if (!find_folder(call, &folder, &r) || !read_place(call, folder, &page.place, &r)) {
		refuse_sync(call, op, &r, "IncludesLastItemInRange");
	} else {
		buf_init(&page.changes, SOAP_ANSWER_MAX);
		fill(call, folder, &page, &shape);
		reply_page(call, op, folder, &page);
		buf_release(&page.changes);
	}
	reply_end(call, op);
}

/* The hierarchy never changes: everything is told once. */
void op_sync_folder_hierarchy(struct call *call)
{
	static const char op[] = "SyncFolderHierarchy";
	const xml_node *where = xml_child(call->op, "SyncFolderId");
	struct folder_shape shape;
	struct folder *top;
	struct sync_place place;
	struct refusal r;
	struct buf *b = &call->out;

	if (!soap_need_mailbox(call) ||
		!folder_shape_read(call, xml_child(call->op, "FolderShape"), &shape))
		return;
	top = call->mailbox->folders[FOLDER_ROOT];
	reply_begin(call, op);
	if ((where && !find_folder(call, &top, &r)) || !read_place(call, top, &place, &r)) {
		refuse_sync(call, op, &r, "IncludesLastFolderInRange");
		reply_end(call, op);
		return;
	}
	reply_ok(call, op);
	buf_adds(b, "<m:SyncState>");
	sync_state_write(b, top, &place);
	buf_adds(
		b, "</m:SyncState><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>");
	buf_adds(b, "<m:Changes>");
	bool first = text_empty(xml_child_text(call->op, "SyncState", call->arena));
	for (int i = 0; first && i < FOLDER_KINDS; i++) {
		if (call->mailbox->folders[i] == top || !folder_is_below(i, top->kind))
			continue;
		buf_adds(b, "<t:Create>");
		folder_write(call->mailbox->folders[i], b, &shape);
		buf_adds(b, "</t:Create>");
	}
	buf_adds(b, "</m:Changes>");
	reply_end_message(call, op);
	reply_end(call, op);
}
