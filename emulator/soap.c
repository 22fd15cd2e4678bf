#include "soap.h"

#include "base/text.h"
#include "markup.h"
#include "operations.h"

#include <stdarg.h>
#include <stdio.h>

#define NS_SOAP     "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_MESSAGES "http://schemas.microsoft.com/exchange/services/2006/messages"
#define NS_TYPES    "http://schemas.microsoft.com/exchange/services/2006/types"
#define NS_ERRORS   "http://schemas.microsoft.com/exchange/services/2006/errors"

bool refuse(struct refusal *r, const char *code, const char *fmt, ...)
{
	va_list args;

	r->code = code;
	va_start(args, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, args);
	va_end(args);
	return false;
}

static const xml_node *body_of(const xml_node *envelope)
{
	if (!envelope || !text_equal(xml_name(envelope), "Envelope"))
		return NULL;
	return xml_child(envelope, "Body");
}

const char *soap_operation(const xml_node *envelope)
{
	const xml_node *op = xml_child(body_of(envelope), NULL);

	return op ? xml_name(op) : "";
}

static const xml_node *connecting(const xml_node *envelope)
{
	return xml_child(xml_path(envelope, "Header/ExchangeImpersonation/ConnectingSID"), NULL);
}

const char *soap_subject(
	const xml_node *envelope, const struct account *account, struct arena *arena)
{
	const xml_node *sid = connecting(envelope);

	return sid ? xml_text(sid, arena) : account->smtp;
}

void soap_envelope(struct buf *b, const char *body, size_t len)
{
	buf_adds(b,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>"
		"<s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Header>"
		"<h:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"2\" "
		"MajorBuildNumber=\"1544\" MinorBuildNumber=\"4\" Version=\"V2017_07_11\" "
		"xmlns:h=\"" NS_TYPES "\"/></s:Header><s:Body "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		"xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">");
	buf_add(b, body, len);
	buf_adds(b, "</s:Body></s:Envelope>");
}

static void write_fault(struct call *call, const char *code, const char *text, const char *extra)
{
	struct buf *b = &call->out;

	buf_reset(b);
	call->status = 500;
	buf_addf(b, "<s:Fault><faultcode xmlns:a=\"" NS_TYPES "\">a:%s</faultcode>", code);
	buf_adds(b, "<faultstring xml:lang=\"en-US\">");
	markup_text(b, text);
	buf_addf(b, "</faultstring><detail><e:ResponseCode xmlns:e=\"" NS_ERRORS "\">%s", code);
	buf_adds(b, "</e:ResponseCode><e:Message xmlns:e=\"" NS_ERRORS "\">");
	markup_text(b, text);
	buf_adds(b, "</e:Message>");
	if (extra)
		buf_addf(b, "<t:MessageXml xmlns:t=\"" NS_TYPES "\">%s</t:MessageXml>", extra);
	buf_adds(b, "</detail></s:Fault>");
}

void soap_fault(struct call *call, const char *code, const char *fmt, ...)
{
	char text[REFUSAL_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	write_fault(call, code, text, NULL);
}

void soap_fault_busy(struct call *call, const char *back_off)
{
	const char *extra = arena_printf(
		call->arena, "<t:Value Name=\"BackOffMilliseconds\">%s</t:Value>", back_off);

	write_fault(call, "ErrorServerBusy",
		"The server cannot service this request right now. Try again later.",
		*back_off ? extra : NULL);
}

bool soap_malformed(struct call *call, const char *fmt, ...)
{
	char text[REFUSAL_TEXT_MAX];
	struct buf extra;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_init(&extra, 4096);
	buf_adds(&extra,
		"<t:LineNumber>1</t:LineNumber><t:LinePosition>1</t:LinePosition>"
		"<t:Violation>");
	markup_text(&extra, text);
	buf_adds(&extra, "</t:Violation>");
	write_fault(call, "ErrorSchemaValidation",
		arena_printf(call->arena, "The request failed schema validation: %s", text),
		extra.data);
	buf_release(&extra);
	return false;
}

void reply_begin(struct call *call, const char *op)
{
	buf_addf(&call->out,
		"<m:%sResponse xmlns:m=\"" NS_MESSAGES "\" xmlns:t=\"" NS_TYPES "\">"
		"<m:ResponseMessages>",
		op);
}

void reply_ok(struct call *call, const char *op)
{
	buf_addf(&call->out,
		"<m:%sResponseMessage ResponseClass=\"Success\">"
		"<m:ResponseCode>NoError</m:ResponseCode>",
		op);
}

void reply_end_message(struct call *call, const char *op)
{
	buf_addf(&call->out, "</m:%sResponseMessage>", op);
}

void reply_refusal(struct call *call, const char *op, const struct refusal *r, const char *inside)
{
	struct buf *b = &call->out;

	buf_addf(b, "<m:%sResponseMessage ResponseClass=\"Error\"><m:MessageText>", op);
	markup_text(b, r->text);
	buf_addf(b, "</m:MessageText><m:ResponseCode>%s</m:ResponseCode>", r->code);
	buf_adds(b, "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>");
	if (inside)
		buf_adds(b, inside);
	reply_end_message(call, op);
}

void reply_end(struct call *call, const char *op)
{
	buf_addf(&call->out, "</m:ResponseMessages></m:%sResponse>", op);
}

/* Whose mailbox: the account's own, or the impersonated one if the account may. */
static bool choose_mailbox(struct call *call, const xml_node *envelope)
{
	const xml_node *sid = connecting(envelope);
	const char *smtp;

	if (!sid) {
		call->mailbox = org_mailbox(call->org, call->account->smtp);
		return true;
	}
	smtp = xml_text(sid, call->arena);
	struct mailbox *mailbox = org_mailbox(call->org, smtp);
	if (!mailbox) {
		soap_fault(call, "ErrorNonExistentMailbox",
			"The SMTP address has no mailbox associated with it: '%s'.", smtp);
		return false;
	}
	if (!account_may_impersonate(call->account, smtp)) {
		soap_fault(call, "ErrorImpersonateUserDenied",
			"The account does not have permission to impersonate the requested user.");
		return false;
	}
	call->mailbox = mailbox;
	return true;
}

static bool version_is_known(const char *version)
{
	return !version || text_starts_with(version, "Exchange20") ||
		text_starts_with(version, "V20") || text_equal(version, "V1_1") ||
		text_equal(version, "V2_0");
}

void soap_serve(struct call *call, const xml_node *envelope)
{
	const xml_node *body = body_of(envelope);
	const xml_node *header = xml_child(envelope, "Header");
	const char *version, *name;

	call->status = 200;
	call->op = xml_child(body, NULL);
	if (!call->op) {
		soap_malformed(call, "the request is no SOAP envelope with an operation in it");
		return;
	}
	version = xml_attribute(xml_child(header, "RequestServerVersion"), "Version", call->arena);
	if (!version_is_known(version)) {
		soap_fault(call, "ErrorInvalidServerVersion",
			"The specified server version is invalid.");
		return;
	}
	call->zone = xml_attribute(
		xml_path(header, "TimeZoneContext/TimeZoneDefinition"), "Id", call->arena);
	if (!choose_mailbox(call, envelope))
		return;
	name = xml_name(call->op);
	operation *run = operation_find(name);
	if (!run) {
		soap_fault(call, "ErrorInvalidRequest", "The operation '%s' is unknown.", name);
		return;
	}
	run(call);
	while (call->made) {
		struct item *item = call->made;
		call->made = item->thread_next;
		item_free(&item);
	}
}

bool soap_need_mailbox(struct call *call)
{
	if (call->mailbox)
		return true;
	soap_fault(call, "ErrorNonExistentMailbox", "The account '%s' has no mailbox of its own.",
		call->account->user);
	return false;
}
