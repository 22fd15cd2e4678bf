#include "base/text.h"
#include "soap.h"

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
