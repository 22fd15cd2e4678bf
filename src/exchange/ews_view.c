#include "exchange/ews_view.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "exchange/ews_item.h"

#include <stdlib.h>

static const char *const wanted[] = {
	"calendar:UID",
	"calendar:Start",
	"calendar:End",
	"calendar:CalendarItemType",
	"calendar:RecurrenceId",
	"calendar:OriginalStart",
	"calendar:IsCancelled",
	"calendar:MyResponseType",
};

void ews_view_write(struct buf *b, const char *impersonate, int64_t from, int64_t until)
{
	char start[ISO8601_LEN + 1], end[ISO8601_LEN + 1];
	iso8601_format(from, start);
	iso8601_format(until, end);
	ews_envelope_begin(b, impersonate);
	buf_adds(b,
		"<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>"
		"<t:AdditionalProperties>");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		buf_addf(b, "<t:FieldURI FieldURI=\"%s\"/>", wanted[i]);
	buf_addf(b,
		"</t:AdditionalProperties></m:ItemShape><m:CalendarView MaxEntriesReturned=\"%d\""
		" StartDate=\"%s\" EndDate=\"%s\"/>",
		EXCHANGE_VIEW_PAGE, start, end);
	buf_adds(b,
		"<m:ParentFolderIds><t:DistinguishedFolderId Id=\"calendar\"/></m:ParentFolderIds>"
		"</m:FindItem>");
	ews_envelope_end(b);
}

/* RecurrenceId says where the rule puts it; OriginalStart is what older servers tell instead. A
 * single meeting that has a RecurrenceId is an occurrence that stands alone. */
static void read_identity(const xml_node *item, struct arena *arena, struct exchange_entry *e)
{
	e->original_start = ews_child_time(item, "RecurrenceId", arena);
	e->type = ews_item_type(item, e->original_start, arena);
	if (e->type == MEETING_SINGLE && e->original_start != MEETING_NO_TIME)
		e->type = MEETING_OCCURRENCE;
	if (e->type != MEETING_SINGLE && e->original_start == MEETING_NO_TIME)
		e->original_start = ews_child_time(item, "OriginalStart", arena);
	if (e->type != MEETING_SINGLE && e->original_start == MEETING_NO_TIME)
		e->original_start = e->start;
}

/* False for what is no meeting, and for masters, which a view never shows. */
static bool read_entry(const xml_node *item, struct arena *arena, struct exchange_entry *ret)
{
	const xml_node *id = xml_child(item, "ItemId");
	struct exchange_entry e = {
		.item_id = id ? xml_attribute(id, "Id", arena) : NULL,
		.change_key = id ? xml_attribute(id, "ChangeKey", arena) : NULL,
		.uid = ews_child_text(item, "UID", arena),
		.start = ews_child_time(item, "Start", arena),
		.end = ews_child_time(item, "End", arena),
		.cancelled = ews_child_true(item, "IsCancelled", arena),
		.response = ews_item_response(item, arena),
	};
	read_identity(item, arena, &e);
	*ret = e;
	return text_equal(xml_name(item), "CalendarItem") && !text_empty(e.item_id) &&
		e.start != MEETING_NO_TIME && e.end != MEETING_NO_TIME && e.type != MEETING_SERIES;
}

static int by_start(const void *a, const void *b)
{
	const struct exchange_entry *x = a, *y = b;
	return (x->start > y->start) - (x->start < y->start);
}

static void read_entries(const xml_node *items, struct arena *arena, struct exchange_view *view)
{
	size_t most = 0;
	for (const xml_node *i = xml_child(items, NULL); i; i = xml_next(i, NULL))
		most++;
	view->entries = arena_array(arena, most, sizeof(*view->entries));
	for (const xml_node *i = xml_child(items, NULL); i; i = xml_next(i, NULL))
		view->count += read_entry(i, arena, &view->entries[view->count]);
	if (view->count)
		qsort(view->entries, view->count, sizeof(*view->entries), by_start);
}

/* A calendar view has no offset to go on from: what starts before the last entry's start is there. */
static bool settle_end(struct exchange_view *view, bool complete, int64_t from, struct err *err)
{
	if (complete)
		return true;
	if (view->count)
		view->until = view->entries[view->count - 1].start;
	if (view->count && view->until > from)
		return true;
	return err_set(err, ERR_LIMIT,
		"exchange shows only %zu of the meetings that are on at the same time: raise "
		"EWSFindCountLimit in the mailbox's throttling policy",
		view->count);
}

static bool read_view(const xml_node *message, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err)
{
	if (!ews_message_ok(message, err))
		return false;
	const xml_node *root = xml_child(message, "RootFolder");
	const char *last = root ? xml_attribute(root, "IncludesLastItemInRange", arena) : NULL;
	struct exchange_view view = { .until = until };
	if (!root)
		return err_set(err, ERR_PROTOCOL, "exchange's answer lacks the calendar's items");
	read_entries(xml_child(root, "Items"), arena, &view);
	bool complete = last ? text_equal(last, "true") || text_equal(last, "1")
			     : view.count < EXCHANGE_VIEW_PAGE;
	if (!settle_end(&view, complete, from, err))
		return false;
	*ret = view;
	return true;
}

bool ews_view_read(const struct ews_reply *reply, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "FindItem", &response, err))
		return false;
	bool ok = read_view(response.first, from, until, arena, ret, err);
	ews_response_release(&response);
	return ok;
}
