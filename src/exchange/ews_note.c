#include "exchange/ews_note.h"

#include "base/text.h"

static void write_name(struct buf *b, const char *prefix, const char *name)
{
	buf_addf(b, "<%s:UserConfigurationName Name=\"", prefix);
	ews_text(b, name);
	buf_addf(
		b, "\"><t:DistinguishedFolderId Id=\"inbox\"/></%s:UserConfigurationName>", prefix);
}

void ews_note_read_write(struct buf *b, const char *impersonate, const char *name)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:GetUserConfiguration>");
	write_name(b, "m", name);
	buf_adds(b,
		"<m:UserConfigurationProperties>Dictionary</m:UserConfigurationProperties>"
		"</m:GetUserConfiguration>");
	ews_envelope_end(b);
}

static const char *read_text(const xml_node *message, struct arena *arena)
{
	const xml_node *entry = xml_path(message, "UserConfiguration/Dictionary/DictionaryEntry");
	for (; entry; entry = xml_next(entry, "DictionaryEntry"))
		if (text_equal(xml_text(xml_path(entry, "DictionaryKey/Value"), arena), "text"))
			return xml_text(xml_path(entry, "DictionaryValue/Value"), arena);
	return NULL;
}

bool ews_note_read_read(
	const struct ews_reply *reply, struct arena *arena, const char **ret_text, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "GetUserConfiguration", &response, err))
		return false;
	bool none = text_equal(ews_message_code(response.first, arena), "ErrorItemNotFound");
	bool ok = none || ews_message_ok(response.first, err);
	if (ok) {
		const char *text = none ? NULL : read_text(response.first, arena);
		*ret_text = none || text ? text : "";
	}
	ews_response_release(&response);
	return ok;
}

void ews_note_store_write(struct buf *b, const char *impersonate, const char *operation,
	const char *name, const char *text)
{
	ews_envelope_begin(b, impersonate);
	buf_addf(b, "<m:%s><m:UserConfiguration>", operation);
	write_name(b, "t", name);
	buf_adds(b,
		"<t:Dictionary><t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type>"
		"<t:Value>text</t:Value></t:DictionaryKey><t:DictionaryValue><t:Type>String</"
		"t:Type>"
		"<t:Value>");
	ews_text(b, text);
	buf_addf(b,
		"</t:Value></t:DictionaryValue></t:DictionaryEntry></t:Dictionary>"
		"</m:UserConfiguration></m:%s>",
		operation);
	ews_envelope_end(b);
}

void ews_note_remove_write(struct buf *b, const char *impersonate, const char *name)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:DeleteUserConfiguration>");
	write_name(b, "m", name);
	buf_adds(b, "</m:DeleteUserConfiguration>");
	ews_envelope_end(b);
}

bool ews_note_done_read(const struct ews_reply *reply, const char *operation, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, operation, &response, err))
		return false;
	bool ok = ews_message_ok(response.first, err);
	ews_response_release(&response);
	return ok;
}
