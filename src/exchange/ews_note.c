#include "exchange/ews_note.h"

#include "base/text.h"

static void write_name(struct buf *b, const char *prefix, const char *name)
{
	buf_addf(b, "<%s:UserConfigurationName Name=\"", prefix);
	ews_text(b, name);
	buf_addf(
		b, "\"><t:DistinguishedFolderId Id=\"inbox\"/></%s:UserConfigurationName>", prefix);
}

void ews_note_get_write(struct buf *b, const char *impersonate, const char *name)
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

bool ews_note_get_read(
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

bool ews_note_read(struct ews *e, const char *name, struct arena *arena, const char **ret_text,
	struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	ews_note_get_write(ews_begin(e), e->impersonate, name);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_note_get_read(&reply, arena, ret_text, &why);
	http_answer_release(&answer);
	return ok || ews_fail(e, &why, err);
}

/* Sends what was written about a note. */
static bool do_note(struct ews *e, const char *operation, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_note_done_read(&reply, operation, &why);
	http_answer_release(&answer);
	return ok || ews_fail(e, &why, err);
}

/* Exchange has no code of its own for "it is there already": one looks. */
static bool is_taken(struct ews *e, const char *name, const struct err *why)
{
	static const enum err_code elsewhere[] = { ERR_BUSY, ERR_NET, ERR_DENIED, ERR_CANCELLED };
	const char *text = NULL;
	struct arena arena;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (why->code == elsewhere[i])
			return false;
	arena_init(&arena);
	bool taken = ews_note_read(e, name, &arena, &text, NULL) && text;
	arena_release(&arena);
	return taken;
}

bool ews_note_create(struct ews *e, const char *name, const char *text, struct err *err)
{
	static const char operation[] = "CreateUserConfiguration";
	struct err why;
	ews_note_store_write(ews_begin(e), e->impersonate, operation, name, text);
	if (do_note(e, operation, &why))
		return true;
	if (is_taken(e, name, &why))
		return err_set(err, ERR_CONFLICT, "the mailbox has a note '%s' already", name);
	return ews_fail(e, &why, err);
}

bool ews_note_write(struct ews *e, const char *name, const char *text, struct err *err)
{
	static const char operation[] = "UpdateUserConfiguration";
	ews_note_store_write(ews_begin(e), e->impersonate, operation, name, text);
	return do_note(e, operation, err);
}

bool ews_note_remove(struct ews *e, const char *name, struct err *err)
{
	static const char operation[] = "DeleteUserConfiguration";
	struct err why;
	ews_note_remove_write(ews_begin(e), e->impersonate, name);
	return do_note(e, operation, &why) || why.code == ERR_NOT_FOUND || ews_fail(e, &why, err);
}
