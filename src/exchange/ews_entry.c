#include "exchange/ews_entry.h"

#include "base/text.h"
#include "exchange/ews_item.h"

static void write_id(struct buf *b, const struct exchange_entry *e, bool alone)
{
	if (alone || e->type == MEETING_SINGLE) {
		ews_item_id(b, "ItemId", e->item_id, NULL);
		return;
	}
	buf_adds(b, "<t:RecurringMasterItemId OccurrenceId=\"");
	ews_text(b, e->item_id);
	buf_adds(b, "\"/>");
}

void ews_entry_write(struct buf *b, const char *impersonate, const struct exchange_entry *entries,
	size_t count, bool alone)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:GetItem>");
	ews_item_shape(b, true);
	buf_adds(b, "<m:ItemIds>");
	for (size_t i = 0; i < count; i++)
		write_id(b, &entries[i], alone);
	buf_adds(b, "</m:ItemIds></m:GetItem>");
	ews_envelope_end(b);
}

struct batch {
	const struct exchange_entry *entries;
	struct arena *arena;
	struct meeting *meetings;
};

static bool read_entry(const xml_node *message, size_t i, void *arg, struct err *err)
{
	const struct batch *batch = arg;
	const struct exchange_entry *e = &batch->entries[i];
	const xml_node *item = ews_item_of(message);
	if (!item)
		return err_set(err, ERR_PROTOCOL, "exchange's answer lacks the item");
	if (!text_equal(xml_name(item), "CalendarItem"))
		return err_set(err, ERR_INVALID, "the item is a '%.100s', nothing of the calendar",
			xml_name(item));
	struct meeting m = { .item_id = e->item_id,
		.change_key = e->change_key ? e->change_key : "" };
	if (!ews_item_meeting(item, batch->arena, &m, err))
		return false;
	if (m.type == MEETING_SINGLE && m.recurrence_id == MEETING_NO_TIME &&
		e->type != MEETING_SINGLE)
		m.recurrence_id = e->original_start;
	if (m.type != MEETING_SERIES && m.recurrence_id != MEETING_NO_TIME)
		m.type = MEETING_OCCURRENCE;
	batch->meetings[i] = m;
	return true;
}

/* Exchange's way to say that an occurrence has no series here. */
static bool has_no_series(const char *code)
{
	return text_equal(code, "ErrorCalendarCannotUseIdForRecurringMasterId");
}

static void find_alone(
	const struct ews_response *response, size_t count, struct arena *arena, bool *ret_alone)
{
	const xml_node *message = response->first;
	for (size_t i = 0; i < count; i++) {
		ret_alone[i] = message && has_no_series(ews_message_code(message, arena));
		message = message ? xml_next(message, NULL) : NULL;
	}
}

bool ews_entry_read(const struct ews_reply *reply, const struct exchange_entry *entries,
	size_t count, struct arena *arena, struct meeting *ret_meetings,
	struct exchange_result *ret_results, bool *ret_alone, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "GetItem", &response, err))
		return false;
	struct batch batch = { entries, arena, ret_meetings };
	bool ok = ews_results_read(&response, count, read_entry, &batch, ret_results, err);
	if (ok && ret_alone)
		find_alone(&response, count, arena, ret_alone);
	ews_response_release(&response);
	return ok;
}
