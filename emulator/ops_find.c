/*
 * FindItem: by restriction, in an order, by pages; or by CalendarView.
 */
#include "base/iso8601.h"
#include "base/text.h"
#include "occurrence.h"
#include "operations.h"
#include "restriction.h"
#include "view.h"

#include <stdlib.h>

static const char op[] = "FindItem";

enum { SORT_KEYS_MAX = 4, CALENDAR_VIEW_MAX_S = 2 * 366 * 86400 };

struct sort_key {
	const char *uri;
	bool descending;
};

struct query {
	struct shape shape;
	struct view view;
	struct condition *condition; /* NULL: everything */
	struct sort_key keys[SORT_KEYS_MAX];
	size_t key_count;
	bool by_calendar;
	int64_t from, to; /* of the CalendarView */
};

struct found {
	const struct item **list;
	size_t count, cap;
};

static void found_add(struct found *found, const struct item *item)
{
	if (found->count == found->cap) {
		found->cap = found->cap ? found->cap * 2 : 64;
		found->list = realloc(found->list, found->cap * sizeof(*found->list));
		if (!found->list)
			abort();
	}
	found->list[found->count++] = item;
}

static int compare_items(const void *a, const void *b, void *arg)
{
	const struct item *x = *(const struct item *const *)a;
	const struct item *y = *(const struct item *const *)b;
	const struct query *query = arg;

	for (size_t i = 0; i < query->key_count; i++) {
		const struct field *field = field_by_uri(query->keys[i].uri, x->type);
		const struct field *other = field_by_uri(query->keys[i].uri, y->type);
		int order = field && field == other ? field_compare(field, x, y) : 0;
		if (order)
			return query->keys[i].descending ? -order : order;
	}
	return x->created_at < y->created_at ? 1 : -1; /* newest first */
}

static bool read_sort(struct call *call, struct query *query, struct refusal *r)
{
	const xml_node *order = xml_child(xml_child(call->op, "SortOrder"), "FieldOrder");

	for (; order; order = xml_next(order, "FieldOrder")) {
		const char *uri = xml_attribute(xml_child(order, NULL), "FieldURI", call->arena);
		if (!field_by_uri(uri, ITEM_ANY))
			return refuse(r, "ErrorUnsupportedPathForSortGroup",
				"Items cannot be sorted by '%s'.", uri ? uri : "");
		if (query->key_count == SORT_KEYS_MAX)
			return refuse(r, "ErrorUnsupportedPathForSortGroup",
				"More than %d sort keys.", SORT_KEYS_MAX);
		query->keys[query->key_count++] = (struct sort_key){ uri,
			text_equal(xml_attribute(order, "Order", call->arena), "Descending") };
	}
	return true;
}

static bool read_calendar_view(
	struct call *call, const xml_node *node, struct query *query, struct refusal *r)
{
	const char *from = xml_attribute(node, "StartDate", call->arena);
	const char *to = xml_attribute(node, "EndDate", call->arena);
	const char *max = xml_attribute(node, "MaxEntriesReturned", call->arena);
	int64_t value;

	if (!from || !to || !iso8601_parse(from, &query->from) || !iso8601_parse(to, &query->to))
		return soap_malformed(call, "the CalendarView has no StartDate or no EndDate");
	query->by_calendar = true;
	query->view.max = VIEW_MAX;
	if (max && text_to_int64(max, &value) && value > 0 && value < VIEW_MAX)
		query->view.max = (size_t)value;
	query->keys[0] = (struct sort_key){ "calendar:Start", false };
	query->key_count = 1;
	if (query->to < query->from)
		return refuse(r, "ErrorCalendarEndDateIsEarlierThanStartDate",
			"EndDate is earlier than StartDate");
	if (query->to - query->from > CALENDAR_VIEW_MAX_S)
		return refuse(r, "ErrorCalendarViewRangeTooBig",
			"The specified view range exceeds the maximum range of two years.");
	return true;
}

/* False with a refusal of every folder, or after a fault. */
static bool read_query(struct call *call, struct query *query, struct refusal *r)
{
	const xml_node *restriction = xml_child(call->op, "Restriction");
	const xml_node *calendar = xml_child(call->op, "CalendarView");

	if (xml_child(call->op, "QueryString"))
		return refuse(r, "ErrorInvalidRequest", "Query strings are not served here.");
	if (restriction && !restriction_read(call, restriction, &query->condition, r))
		return false;
	if (!read_sort(call, query, r))
		return false;
	return !calendar || read_calendar_view(call, calendar, query, r);
}

static bool wanted(const struct query *query, const struct item *item)
{
	if (query->by_calendar &&
		(item->type != ITEM_CALENDAR || item->start >= query->to ||
			item->end <= query->from))
		return false;
	return !query->condition || restriction_holds(query->condition, item);
}

static void reply_found(struct call *call, const struct query *query, const struct found *found)
{
	struct view view = query->view;
	struct buf *b = &call->out;
	size_t shown = 0;

	if (view.from_end)
		view.offset = view.offset + view.max < found->count
			? found->count - view.offset - view.max
			: 0;
	for (size_t i = 0; i < found->count; i++)
		shown += view_shows(&view, i);
	reply_ok(call, op);
	view_write_root(b, &view, found->count, shown);
	buf_adds(b, "<t:Items>");
	for (size_t i = 0; i < found->count; i++)
		if (view_shows(&view, i))
			item_write(found->list[i], b, &query->shape);
	buf_adds(b, "</t:Items></m:RootFolder>");
	reply_end_message(call, op);
}

static void add_if_wanted(const struct query *query, const struct item *item, struct found *found)
{
	if (item && wanted(query, item))
		found_add(found, item);
}

/* In a calendar view a series is its occurrences. Those that were moved are looked at one by one,
 * for they may have come from anywhere. */
static void add_occurrences(struct call *call, const struct query *query, const struct item *master,
	struct found *found)
{
	struct occurrence_walk walk;
	int64_t at;

	occurrence_walk_init(&walk, master);
	while (occurrence_next(&walk, &at) && at < query->to)
		if (at + (master->end - master->start) > query->from &&
			!series_find(master->series, at))
			add_if_wanted(query, soap_occurrence(call, master, at), found);
	for (size_t i = 0; i < master->series->count; i++)
		if (master->series->exceptions[i].item)
			add_if_wanted(query,
				soap_occurrence(
					call, master, master->series->exceptions[i].original_start),
				found);
}

static bool search(struct call *call, const xml_node *id, struct query *query, struct refusal *r)
{
	struct found found = { 0 };
	struct folder *folder;
	struct item *item;

	if (!soap_folder(call, id, &folder, r))
		return false;
	if (query->by_calendar && folder->kind != FOLDER_CALENDAR)
		return refuse(r, "ErrorCalendarFolderIsInvalidForCalendarView",
			"The folder is no calendar.");
	const char *traversal = xml_attribute(call->op, "Traversal", call->arena);
	bool shallow = text_equal(traversal, "Shallow");
	shallow = shallow && !call->mailbox->blank;
	for (size_t at = folder->log_len; shallow && (item = folder_next(folder, &at));)
		if (query->by_calendar && item->type == ITEM_CALENDAR && item->series)
			add_occurrences(call, query, item, &found);
		else
			add_if_wanted(query, item, &found);
	if (query->key_count && found.count)
		qsort_r(found.list, found.count, sizeof(*found.list), compare_items, query);
	reply_found(call, query, &found);
	free(found.list);
	return true;
}

void op_find_item(struct call *call)
{
	struct query query = { 0 };
	struct refusal r;

	if (!soap_need_mailbox(call) ||
		!soap_shape(call, xml_child(call->op, "ItemShape"), true, &query.shape) ||
		!view_read(call, xml_child(call->op, "IndexedPageItemView"), &query.view))
		return;
	bool ok = read_query(call, &query, &r);
	if (call->status != 200)
		return;
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "ParentFolderIds"), NULL);
	for (; id; id = xml_next(id, NULL))
		if (!ok || !search(call, id, &query, &r))
			reply_refusal(call, op, &r, NULL);
	reply_end(call, op);
}
