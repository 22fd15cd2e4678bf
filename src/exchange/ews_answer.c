#include "exchange/ews_answer.h"

#include "base/text.h"

static void write_answer(struct buf *b, const struct exchange_answer *a)
{
	const char *name = a->verdict == EXCHANGE_ACCEPT ? "AcceptItem" : "DeclineItem";
	buf_addf(b, "<t:%s>", name);
	if (!text_empty(a->text)) {
		buf_adds(b, "<t:Body BodyType=\"HTML\">");
		ews_text(b, a->text);
		buf_adds(b, "</t:Body>");
	}
	ews_item_id(b, "ReferenceItemId", a->item_id, a->change_key);
	buf_addf(b, "</t:%s>", name);
}

void ews_answer_write(
	struct buf *b, const char *impersonate, const struct exchange_answer *answers, size_t count)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:CreateItem MessageDisposition=\"SendAndSaveCopy\"><m:Items>");
	for (size_t i = 0; i < count; i++)
		write_answer(b, &answers[i]);
	buf_adds(b, "</m:Items></m:CreateItem>");
	ews_envelope_end(b);
}

void ews_remove_write(struct buf *b, const char *impersonate, const char *const *ids,
	const char *const *change_keys, size_t count)
{
	ews_envelope_begin(b, impersonate);
	/* No MessageDisposition: there is no message, as Microsoft's own client has it. */
	buf_adds(b, "<m:CreateItem><m:Items>");
	for (size_t i = 0; i < count; i++) {
		buf_adds(b, "<t:RemoveItem>");
		ews_item_id(b, "ReferenceItemId", ids[i], change_keys ? change_keys[i] : NULL);
		buf_adds(b, "</t:RemoveItem>");
	}
	buf_adds(b, "</m:Items></m:CreateItem>");
	ews_envelope_end(b);
}

void ews_discard_write(struct buf *b, const char *impersonate, const char *const *ids, size_t count)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b,
		"<m:DeleteItem DeleteType=\"MoveToDeletedItems\""
		" SendMeetingCancellations=\"SendToNone\"><m:ItemIds>");
	for (size_t i = 0; i < count; i++)
		ews_item_id(b, "ItemId", ids[i], NULL);
	buf_adds(b, "</m:ItemIds></m:DeleteItem>");
	ews_envelope_end(b);
}

bool ews_answer_read(const struct ews_reply *reply, const char *operation, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, operation, &response, err))
		return false;
	bool ok = ews_results_read(&response, count, NULL, NULL, ret_results, err);
	ews_response_release(&response);
	return ok;
}

void ews_processing_write(struct buf *b, const char *impersonate)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b,
		"<m:GetUserConfiguration><m:UserConfigurationName Name=\"Calendar\">"
		"<t:DistinguishedFolderId Id=\"calendar\"/></m:UserConfigurationName>"
		"<m:UserConfigurationProperties>Dictionary</m:UserConfigurationProperties>"
		"</m:GetUserConfiguration>");
	ews_envelope_end(b);
}

/* The number at AutomateProcessing: 0, 1 or 2 (MS-OXOCFG 2.2.5.1.1). */
static enum exchange_processing read_processing(const xml_node *message, struct arena *arena)
{
	static const enum exchange_processing values[] = { EXCHANGE_PROCESSING_NONE,
		EXCHANGE_PROCESSING_UPDATE, EXCHANGE_PROCESSING_ACCEPT };
	const xml_node *entry = xml_path(message, "UserConfiguration/Dictionary/DictionaryEntry");
	for (; entry; entry = xml_next(entry, "DictionaryEntry")) {
		const char *key = xml_text(xml_path(entry, "DictionaryKey/Value"), arena);
		const char *value = xml_text(xml_path(entry, "DictionaryValue/Value"), arena);
		int64_t n;
		if (text_equal(key, "AutomateProcessing") && value && text_to_int64(value, &n) &&
			n >= 0 && n < (int64_t)(sizeof(values) / sizeof(*values)))
			return values[n];
	}
	return EXCHANGE_PROCESSING_UNKNOWN;
}

bool ews_processing_read(
	const struct ews_reply *reply, enum exchange_processing *ret, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "GetUserConfiguration", &response, err))
		return false;
	struct arena arena;
	arena_init(&arena);
	bool unset = text_equal(ews_message_code(response.first, &arena), "ErrorItemNotFound");
	bool ok = unset || ews_message_ok(response.first, err);
	if (ok)
		*ret = unset ? EXCHANGE_PROCESSING_UNKNOWN
			     : read_processing(response.first, &arena);
	arena_release(&arena);
	ews_response_release(&response);
	return ok;
}
