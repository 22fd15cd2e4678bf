/* Any bytes, given to every reader of Exchange's answers and to the stream splitter. The first byte
 * chooses HTTP status and cut. */
#include "exchange/ews_answer.h"
#include "exchange/ews_entry.h"
#include "exchange/ews_item.h"
#include "exchange/ews_note.h"
#include "exchange/ews_stream.h"
#include "exchange/ews_sync.h"
#include "exchange/ews_view.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_answers(const struct ews_reply *reply)
{
	const struct exchange_change items[2] = { { .item_id = "a" }, { .item_id = "b" } };
	struct meeting meetings[2];
	struct exchange_result results[2];
	struct exchange_page page;
	struct exchange_view view;
	const struct exchange_entry entries[2] = { { .item_id = "a" },
		{ .item_id = "b", .type = MEETING_OCCURRENCE } };
	bool alone[2];
	enum exchange_processing processing;
	struct arena arena;
	const char *id;
	struct err err;
	arena_init(&arena);
	ews_sync_read(reply, "state", &arena, &page, &err);
	ews_item_read(reply, items, 2, &arena, meetings, results, &err);
	ews_answer_read(reply, "CreateItem", 2, results, &err);
	ews_answer_read(reply, "DeleteItem", 2, results, &err);
	ews_view_read(reply, 0, EXCHANGE_VIEW_SPAN, &arena, &view, &err);
	ews_entry_read(reply, entries, 2, &arena, meetings, results, alone, &err);
	ews_note_get_read(reply, &arena, &id, &err);
	ews_note_done_read(reply, "CreateUserConfiguration", &err);
	ews_processing_read(reply, &processing, &err);
	ews_subscribe_read(reply, &arena, &id, &err);
	arena_release(&arena);
}

static void notice(const char *bytes, size_t len, void *arg)
{
	struct ews_notice ignored;
	struct err err;
	ews_notice_read(bytes, len, arg, &ignored, &err);
}

static void read_stream(const char *bytes, size_t len, size_t cut)
{
	struct ews_stream s;
	struct buf inbox;
	struct err err;
	buf_init(&inbox, 64);
	ews_stream_init(&s);
	if (cut > len)
		cut = len;
	if (ews_stream_feed(&s, bytes, cut, notice, &inbox, &err))
		ews_stream_feed(&s, bytes + cut, len - cut, notice, &inbox, &err);
	ews_stream_release(&s);
	buf_release(&inbox);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const char *bytes = (const char *)data + 1;
	const struct ews_reply reply = { data[0] & 1 ? 500 : 200, "text/xml", -1, bytes, size - 1 };
	read_answers(&reply);
	read_stream(bytes, size - 1, data[0]);
	return 0;
}
