/*
 * Who and what there is: names, time zones, ids.
 */
#include "base/text.h"
#include "markup.h"
#include "operations.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 100 };

static bool name_matches(const struct mailbox *mailbox, const char *entry)
{
	if (text_starts_with(entry, "smtp:") || text_starts_with(entry, "SMTP:"))
		return text_equal_nocase(mailbox->smtp, entry + 5);
	return strncasecmp(mailbox->smtp, entry, strlen(entry)) == 0 ||
		text_find_nocase(mailbox->name, entry) != NULL;
}

static size_t resolve(struct call *call, const char *entry, struct buf *b)
{
	const struct strmap_entry *e;
	size_t count = 0;

	for (size_t i = 0; strmap_next(&call->org->mailboxes, &i, &e);) {
		const struct mailbox *mailbox = e->value;
		if (!name_matches(mailbox, entry) || count++ >= CANDIDATES_MAX)
			continue;
		struct address who = { .name = mailbox->name, .smtp = mailbox->smtp };
		buf_adds(b, "<t:Resolution>");
		markup_mailbox(b, &who);
		buf_adds(b, "</t:Resolution>");
	}
	return count;
}

static void reply_resolution(struct call *call, const char *op, const struct buf *set, size_t count)
{
	struct buf *b = &call->out;

	if (count > 1)
		buf_addf(b,
			"<m:%sResponseMessage ResponseClass=\"Warning\">"
			"<m:MessageText>Multiple results were found.</m:MessageText>"
			"<m:ResponseCode>ErrorNameResolutionMultipleResults</m:ResponseCode>"
			"<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>",
			op);
	else
		reply_ok(call, op);
	buf_addf(b, "<m:ResolutionSet TotalItemsInView=\"%zu\" IncludesLastItemInRange=\"%s\">",
		count, count > CANDIDATES_MAX ? "false" : "true");
	buf_add(b, set->data, set->len);
	buf_adds(b, "</m:ResolutionSet>");
	reply_end_message(call, op);
}

void op_resolve_names(struct call *call)
{
	static const char op[] = "ResolveNames";
	struct refusal r;
	struct buf set;

	const xml_node *e = xml_child(call->op, "UnresolvedEntry");
	if (!e || text_empty(xml_text(e, call->arena))) {
		soap_malformed(call, "'ResolveNames' has no UnresolvedEntry");
		return;
	}
	reply_begin(call, op);
	for (; e; e = xml_next(e, "UnresolvedEntry")) {
		buf_init(&set, SOAP_ANSWER_MAX);
		size_t count = resolve(call, xml_text(e, call->arena), &set);
		if (count) {
			reply_resolution(call, op, &set, count);
		} else {
			refuse(&r, "ErrorNameResolutionNoResults", "No results were found.");
			reply_refusal(call, op, &r, NULL);
		}
		buf_release(&set);
	}
	reply_end(call, op);
}

void op_get_server_time_zones(struct call *call)
{
	static const char op[] = "GetServerTimeZones";
	const char *full = xml_attribute(call->op, "ReturnFullTimeZoneData", call->arena);
	bool whole = text_equal_nocase(full, "true") || text_equal(full, "1");
	const xml_node *ids = xml_child(call->op, "Ids");

	reply_begin(call, op);
	reply_ok(call, op);
	buf_adds(&call->out, "<m:TimeZoneDefinitions>");
	for (const xml_node *id = xml_child(ids, "Id"); id; id = xml_next(id, "Id")) {
		const struct zone_name *zone = zone_find(xml_text(id, call->arena));
		if (zone)
			zone_write_definition(&call->out, zone, whole);
	}
	for (size_t i = 0; !ids && i < zone_count; i++)
		zone_write_definition(&call->out, &zone_names[i], whole);
	buf_adds(&call->out, "</m:TimeZoneDefinitions>");
	reply_end_message(call, op);
	reply_end(call, op);
}

/* Ids have one form only here; unknown ones are refused as Exchange does, which is how clients
 * ask for the server's version. */
void op_convert_id(struct call *call)
{
	static const char op[] = "ConvertId";
	const char *format = xml_attribute(call->op, "DestinationFormat", call->arena);
	struct refusal r;

	if (!format) {
		soap_malformed(call, "'ConvertId' has no DestinationFormat");
		return;
	}
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "SourceIds"), "AlternateId");
	for (; id; id = xml_next(id, "AlternateId")) {
		const char *text = xml_attribute(id, "Id", call->arena);
		const char *mailbox = xml_attribute(id, "Mailbox", call->arena);
		if (!text || !org_item(call->org, text) || !text_equal(format, "EwsId")) {
			refuse(&r, "ErrorInvalidIdMalformed", "Id is malformed.");
			reply_refusal(call, op, &r, NULL);
			continue;
		}
		reply_ok(call, op);
		buf_addf(&call->out, "<m:AlternateId Format=\"EwsId\" Id=\"%s\" Mailbox=\"", text);
		markup_text(&call->out, mailbox ? mailbox : "");
		buf_adds(&call->out, "\" xsi:type=\"t:AlternateIdType\"/>");
		reply_end_message(call, op);
	}
	reply_end(call, op);
}
