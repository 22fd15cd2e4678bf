#include "exchange/ews_soap.h"

#include "base/text.h"
#include "exchange/ews_error.h"

#include <string.h>

/* The same for every request. Exchange2013_SP1 is the newest version whose features are used here;
 * times come back in UTC, so that no zone needs to be known. */
static const char envelope_head[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
	"<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
	" xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\""
	" xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\"><s:Header>"
	"<t:RequestServerVersion Version=\"Exchange2013_SP1\"/>";

void ews_envelope_begin(struct buf *b, const char *impersonate)
{
	buf_adds(b, envelope_head);
	if (impersonate) {
		/* PrimarySmtpAddress would refuse an organiser's other addresses. */
		buf_adds(b, "<t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>");
		ews_text(b, impersonate);
		buf_adds(b, "</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>");
	}
	buf_adds(b,
		"<t:TimeZoneContext><t:TimeZoneDefinition Id=\"UTC\"/></t:TimeZoneContext>"
		"</s:Header><s:Body>");
}

void ews_envelope_end(struct buf *b)
{
	buf_adds(b, "</s:Body></s:Envelope>");
}

/* What stands for the byte in XML: itself is NULL, nothing is "". */
static const char *markup(unsigned char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\r': return "&#13;";
	case '\t':
	case '\n': return NULL;
	default: return c < 0x20 ? "" : NULL;
	}
}

/* Bytes of the well-formed UTF-8 character at p that XML can carry; 0 when there is none. */
static size_t character_len(const char *p)
{
	unsigned char c = (unsigned char)*p;
	if (c < 0x80)
		return 1;
	size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (strnlen(p, len) < len || !text_is_utf8(p, len))
		return 0;
	bool is_noncharacter = len == 3 && !memcmp(p, "\xef\xbf", 2) && (unsigned char)p[2] >= 0xbe;
	return is_noncharacter ? 0 : len;
}

void ews_text(struct buf *b, const char *text)
{
	const char *run = text, *p = text; /* run..p is to be copied as it is */
	while (*p) {
		const char *instead = markup((unsigned char)*p);
		size_t len = instead ? 1 : character_len(p);
		if (!instead && len) {
			p += len;
			continue;
		}
		buf_add(b, run, (size_t)(p - run));
		if (instead)
			buf_adds(b, instead);
		run = ++p;
	}
	buf_add(b, run, (size_t)(p - run));
}

void ews_item_id(struct buf *b, const char *name, const char *id, const char *change_key)
{
	buf_adds(b, "<t:");
	buf_adds(b, name);
	buf_adds(b, " Id=\"");
	ews_text(b, id);
	if (change_key) {
		buf_adds(b, "\" ChangeKey=\"");
		ews_text(b, change_key);
	}
	buf_adds(b, "\"/>");
}

/* BackOffMilliseconds below a MessageXml: <t:Value Name="BackOffMilliseconds">; -1 if there is
 * none. */
static int64_t backoff_of(const xml_node *message_xml, struct arena *arena)
{
	for (const xml_node *v = xml_child(message_xml, "Value"); v; v = xml_next(v, "Value"))
		if (text_equal_nocase(xml_attribute(v, "Name", arena), "BackOffMilliseconds"))
			return ews_error_backoff(xml_text(v, arena));
	return -1;
}

/* "a:ErrorServerBusy" -> "ErrorServerBusy" */
static const char *without_prefix(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

/* SOAP 1.1 {faultcode, faultstring, detail{ResponseCode, Message, MessageXml}}; all may be
 * missing. */
static bool fault_error(const xml_node *fault, const struct ews_reply *reply, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	const xml_node *detail = xml_child(fault, "detail");
	const char *code = xml_child_text(detail, "ResponseCode", &arena);
	const char *text = xml_child_text(detail, "Message", &arena);
	if (text_empty(code))
		code = xml_child_text(fault, "faultcode", &arena);
	if (text_empty(text))
		text = xml_child_text(fault, "faultstring", &arena);
	int64_t backoff = backoff_of(xml_child(detail, "MessageXml"), &arena);
	ews_error_code(text_empty(code) ? "Fault" : without_prefix(code), text,
		backoff < 0 ? reply->retry_after_ms : backoff, err);
	arena_release(&arena);
	return false;
}

/* Why the bytes are no SOAP at all, for status 200. */
static bool foreign_error(const struct ews_reply *reply, const struct err *why, struct err *err)
{
	size_t len = reply->len < 512 ? reply->len : 512;
	char begin[513];
	memcpy(begin, reply->bytes, len);
	begin[len] = '\0';
	const char *type = *reply->content_type ? reply->content_type : "none";
	if (text_find_nocase(begin, "<html") || text_find_nocase(begin, "<!doctype html"))
		return err_set(err, ERR_PROTOCOL,
			"exchange's address answers with an HTML page, perhaps a login page: let "
			"the "
			"proxy before it pass EWS through, and check that the address ends in "
			"/EWS/Exchange.asmx");
	if (!text_find_nocase(type, "xml"))
		return err_set(err, ERR_PROTOCOL,
			"exchange's address answers with content of type '%.100s' instead of XML: "
			"check the address",
			type);
	return err_set(err, why->code, "exchange's answer makes no sense: %s", why->text);
}

/* The element in the SOAP body; NULL (and why) when it is no envelope with something in it. */
static const xml_node *payload_of(const struct xml_doc *doc, struct err *why)
{
	const xml_node *root = xml_root(doc);
	if (!text_equal(xml_name(root), "Envelope")) {
		err_set(why, ERR_PROTOCOL, "its root is '%.100s', no SOAP envelope",
			xml_name(root));
		return NULL;
	}
	const xml_node *payload = xml_child(xml_child(root, "Body"), NULL);
	if (!payload)
		err_set(why, ERR_PROTOCOL, "its SOAP body is empty");
	return payload;
}

static bool is_answer_to(const xml_node *payload, const char *operation)
{
	const char *name = xml_name(payload);
	size_t len = strlen(operation);
	return !strncmp(name, operation, len) && text_equal(name + len, "Response");
}

static bool judge(const struct ews_reply *reply, const char *operation, const struct xml_doc *doc,
	const xml_node **ret_first, struct err *err)
{
	struct err why;
	const xml_node *payload = payload_of(doc, &why);
	if (payload && text_equal(xml_name(payload), "Fault"))
		return fault_error(payload, reply, err);
	if (reply->status != 200)
		return ews_error_status(reply->status, reply->retry_after_ms, err);
	if (!payload)
		return foreign_error(reply, &why, err);
	if (!is_answer_to(payload, operation))
		return err_set(err, ERR_PROTOCOL, "exchange answers '%s' with '%.100s'", operation,
			xml_name(payload));
	const xml_node *first = xml_child(xml_child(payload, "ResponseMessages"), NULL);
	if (!first)
		return err_set(
			err, ERR_PROTOCOL, "exchange answers '%s' with no message", operation);
	*ret_first = first;
	return true;
}

bool ews_response_read(const struct ews_reply *reply, const char *operation,
	struct ews_response *ret, struct err *err)
{
	struct ews_response r = { 0 };
	struct err why;
	if (!reply->len) {
		if (reply->status != 200)
			return ews_error_status(reply->status, reply->retry_after_ms, err);
		return err_set(err, ERR_PROTOCOL,
			"exchange's answer is empty: check the address and any proxy before it");
	}
	if (!xml_parse(reply->bytes, reply->len, &r.doc, &why)) {
		if (reply->status != 200)
			return ews_error_status(reply->status, reply->retry_after_ms, err);
		return foreign_error(reply, &why, err);
	}
	if (!judge(reply, operation, r.doc, &r.first, err)) {
		xml_free(&r.doc);
		return false;
	}
	*ret = r;
	return true;
}

void ews_response_release(struct ews_response *response)
{
	xml_free(&response->doc);
	response->first = NULL;
}

const char *ews_message_code(const xml_node *message, struct arena *arena)
{
	const char *code = xml_child_text(message, "ResponseCode", arena);
	return code ? code : "";
}

bool ews_message_ok(const xml_node *message, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	const char *class = xml_attribute(message, "ResponseClass", &arena);
	const char *code = ews_message_code(message, &arena);
	bool no_error = !*code || text_equal(code, "NoError");
	bool ok = no_error && !text_equal(class, "Error");
	if (!ok)
		ews_error_code(no_error ? "Error" : code,
			xml_child_text(message, "MessageText", &arena),
			backoff_of(xml_child(message, "MessageXml"), &arena), err);
	arena_release(&arena);
	return ok;
}

static void read_result(
	const xml_node *message, size_t i, ews_item_fn *fn, void *arg, struct exchange_result *ret)
{
	*ret = (struct exchange_result){ .ok = false };
	if (!message)
		err_set(&ret->err, ERR_NET, "exchange's answer says nothing of this item");
	else
		ret->ok = ews_message_ok(message, &ret->err) &&
			(!fn || fn(message, i, arg, &ret->err));
}

/* ErrorAccessDenied alone may be about the item as well as about the mailbox; the other refusals name
 * a right of the account. */
static bool is_of_the_item(const xml_node *message)
{
	struct arena arena;
	arena_init(&arena);
	bool of_item =
		message && text_equal(ews_message_code(message, &arena), "ErrorAccessDenied");
	arena_release(&arena);
	return of_item;
}

/* A refusal that has nothing to do with the items. */
static bool is_wholesale(const xml_node *first, const struct exchange_result *results, size_t count)
{
	enum err_code code = results[0].err.code;
	if (code != ERR_DENIED && code != ERR_BUSY)
		return false;
	if (code == ERR_DENIED && count == 1 && is_of_the_item(first))
		return false;
	for (size_t i = 0; i < count; i++)
		if (results[i].ok || results[i].err.code != code)
			return false;
	return true;
}

bool ews_results_read(const struct ews_response *response, size_t count, ews_item_fn *fn, void *arg,
	struct exchange_result *ret_results, struct err *err)
{
	const xml_node *message = response->first;
	for (size_t i = 0; i < count; i++) {
		read_result(message, i, fn, arg, &ret_results[i]);
		if (message)
			message = xml_next(message, NULL);
	}
	if (message)
		return err_set(err, ERR_PROTOCOL,
			"exchange's answer has more messages than the %zu items asked for", count);
	if (!is_wholesale(response->first, ret_results, count)) {
		/* Of some items only: nothing is wrong with the mailbox. */
		for (size_t i = 0; i < count; i++)
			if (ret_results[i].err.code == ERR_DENIED)
				ret_results[i].err.code = ERR_PROTOCOL;
		return true;
	}
	if (err)
		*err = ret_results[0].err;
	return false;
}
