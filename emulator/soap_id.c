#include "base/text.h"
#include "soap.h"

#include <string.h>

enum { ID_BYTES_MAX = 1024 };

static bool is_base64(const char *text)
{
	struct buf bytes;

	buf_init(&bytes, ID_BYTES_MAX);
	bool ok = text_base64_decode(&bytes, text, strlen(text)) && bytes.len > 16;
	buf_release(&bytes);
	return ok;
}

bool soap_item(struct call *call, const xml_node *id, struct item **ret, struct refusal *r)
{
	const char *text = xml_attribute(id, "Id", call->arena);

	if (++call->items_named == call->fail_item)
		return refuse(r, call->fail_code, "Refused by fault injection.");
	if (!text || !*text)
		return refuse(r, "ErrorInvalidIdEmpty", "Id must be non-empty.");
	struct item *item = org_item(call->org, text);
	if (!item && !is_base64(text))
		return refuse(r, "ErrorInvalidIdMalformed", "Id is malformed.");
	if (!item || item->folder->mailbox != call->mailbox)
		return refuse(
			r, "ErrorItemNotFound", "The specified object was not found in the store.");
	*ret = item;
	return true;
}

static bool distinguished(struct call *call, const char *name, struct folder **ret)
{
	for (int i = 0; i < FOLDER_KINDS; i++) {
		if (text_equal(folder_infos[i].distinguished, name)) {
			*ret = call->mailbox->folders[i];
			return true;
		}
	}
	return false;
}

bool soap_folder(struct call *call, const xml_node *id, struct folder **ret, struct refusal *r)
{
	const char *text = xml_attribute(id, "Id", call->arena);
	const char *owner = xml_child_text(xml_child(id, "Mailbox"), "EmailAddress", call->arena);

	if (text_empty(text))
		return refuse(r, "ErrorInvalidIdEmpty", "Id must be non-empty.");
	if (owner && !text_equal_nocase(owner, call->mailbox->smtp))
		return refuse(r, "ErrorAccessDenied",
			"Access is denied. Check credentials and try again.");
	if (text_equal(xml_name(id), "DistinguishedFolderId")) {
		if (distinguished(call, text, ret))
			return true;
		return refuse(r, "ErrorFolderNotFound",
			"The specified folder could not be found in the store.");
	}
	struct folder *folder = org_folder(call->org, text);
	if (!folder && !is_base64(text))
		return refuse(r, "ErrorInvalidIdMalformed", "Id is malformed.");
	if (!folder || folder->mailbox != call->mailbox)
		return refuse(r, "ErrorFolderNotFound",
			"The specified folder could not be found in the store.");
	*ret = folder;
	return true;
}

bool soap_folder_in(
	struct call *call, const xml_node *parent, struct folder **ret, struct refusal *r)
{
	const xml_node *id = xml_child(parent, NULL);

	if (!id)
		return refuse(r, "ErrorInvalidRequest", "The request names no folder.");
	return soap_folder(call, id, ret, r);
}

static bool read_base(struct call *call, const xml_node *node, struct shape *ret)
{
	const char *base = xml_child_text(node, "BaseShape", call->arena);

	if (text_equal(base, "IdOnly"))
		ret->base = SHAPE_ID_ONLY;
	else if (text_equal(base, "Default"))
		ret->base = SHAPE_DEFAULT;
	else if (text_equal(base, "AllProperties"))
		ret->base = SHAPE_ALL;
	else
		return soap_malformed(call, "'%s' is no BaseShape", base ? base : "");
	return true;
}

static bool read_body_type(struct call *call, const xml_node *node, struct shape *ret)
{
	const char *body = xml_child_text(node, "BodyType", call->arena);

	if (!body || text_equal(body, "Best"))
		ret->body = BODY_BEST;
	else if (text_equal(body, "HTML"))
		ret->body = BODY_HTML;
	else if (text_equal(body, "Text"))
		ret->body = BODY_TEXT;
	else
		return soap_malformed(call, "'%s' is no BodyType", body);
	return true;
}

static bool known_prefix(const char *uri)
{
	static const char *const prefixes[] = { "folder:", "item:", "message:", "meeting:",
		"meetingRequest:", "calendar:", "task:", "contacts:", "distributionlist:",
		"postitem:", "conversation:", "persona:", "rolemember:", "network:" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (uri && text_starts_with(uri, prefixes[i]))
			return true;
	return false;
}

bool soap_shape(struct call *call, const xml_node *node, bool list, struct shape *ret)
{
	*ret = (struct shape){ .list = list };
	if (!node)
		return soap_malformed(call, "'%s' has no ItemShape", xml_name(call->op));
	if (!read_base(call, node, ret) || !read_body_type(call, node, ret))
		return false;
	const xml_node *p = xml_child(xml_child(node, "AdditionalProperties"), NULL);
	for (; p; p = xml_next(p, NULL)) {
		const char *uri = xml_attribute(p, "FieldURI", call->arena);
		if (text_equal(xml_name(p), "FieldURI") && !known_prefix(uri))
			return soap_malformed(call, "'%s' is no FieldURI", uri ? uri : "");
		for (size_t i = 0; uri && i < field_count; i++)
			ret->wanted[i] |= text_equal(fields[i].uri, uri);
	}
	return true;
}
