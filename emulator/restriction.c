#include "restriction.h"

#include "base/iso8601.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

enum verb {
	VERB_AND,
	VERB_OR,
	VERB_NOT,
	VERB_EXISTS,
	VERB_CONTAINS,
	VERB_EQUAL,
	VERB_NOT_EQUAL,
	VERB_GREATER,
	VERB_GREATER_EQUAL,
	VERB_LESS,
	VERB_LESS_EQUAL,
};

static const char *const names[] = {
	[VERB_AND] = "And",
	[VERB_OR] = "Or",
	[VERB_NOT] = "Not",
	[VERB_EXISTS] = "Exists",
	[VERB_CONTAINS] = "Contains",
	[VERB_EQUAL] = "IsEqualTo",
	[VERB_NOT_EQUAL] = "IsNotEqualTo",
	[VERB_GREATER] = "IsGreaterThan",
	[VERB_GREATER_EQUAL] = "IsGreaterThanOrEqualTo",
	[VERB_LESS] = "IsLessThan",
	[VERB_LESS_EQUAL] = "IsLessThanOrEqualTo",
};

enum { VALUE_MAX = 32 << 20 };

struct condition {
	enum verb verb;
	struct condition *first, *next; /* children of And, Or, Not; the sibling */
	const char *uri;                /* of the property */
	const char *other;              /* FieldURI to compare with; NULL: value */
	const char *value;
	int64_t time; /* value as an instant; TIME_NONE: it is none */
	bool exact;   /* Contains: case matters */
	bool prefix, full;
};

static bool read_condition(struct call *call, const xml_node *node, int depth,
	struct condition **ret, struct refusal *r);

static bool read_children(struct call *call, const xml_node *node, int depth,
	struct condition *condition, struct refusal *r)
{
	struct condition **last = &condition->first;

	for (const xml_node *c = xml_child(node, NULL); c; c = xml_next(c, NULL)) {
		if (!read_condition(call, c, depth + 1, last, r))
			return false;
		last = &(*last)->next;
	}
	if (!condition->first)
		return soap_malformed(call, "'%s' is empty", xml_name(node));
	return true;
}

static bool read_uri(struct call *call, const xml_node *node, const char **ret, struct refusal *r)
{
	const char *uri = xml_attribute(node, "FieldURI", call->arena);

	if (!uri || !field_by_uri(uri, ITEM_ANY))
		return refuse(r, "ErrorUnsupportedPathForQuery",
			"The property '%s' cannot be searched for.",
			uri            ? uri
				: node ? xml_name(node)
				       : "");
	*ret = uri;
	return true;
}

static bool read_operand(
	struct call *call, const xml_node *node, struct condition *c, struct refusal *r)
{
	const xml_node *other = xml_child(node, "FieldURIOrConstant");
	const xml_node *constant = xml_child(c->verb == VERB_CONTAINS ? node : other, "Constant");

	if (!constant && other)
		return read_uri(call, xml_child(other, NULL), &c->other, r);
	c->value = xml_attribute(constant, "Value", call->arena);
	if (!c->value)
		return soap_malformed(call, "'%s' has no Constant", xml_name(node));
	if (!iso8601_parse(c->value, &c->time))
		c->time = TIME_NONE;
	return true;
}

static bool read_leaf(
	struct call *call, const xml_node *node, struct condition *c, struct refusal *r)
{
	const char *mode = xml_attribute(node, "ContainmentMode", call->arena);
	const char *comparison = xml_attribute(node, "ContainmentComparison", call->arena);

	if (!read_uri(call, xml_child(node, NULL), &c->uri, r))
		return false;
	c->exact = text_equal(comparison, "Exact");
	c->prefix = text_equal(mode, "Prefixed");
	c->full = text_equal(mode, "FullString");
	return c->verb == VERB_EXISTS || read_operand(call, node, c, r);
}

static bool read_condition(struct call *call, const xml_node *node, int depth,
	struct condition **ret, struct refusal *r)
{
	struct condition *c = arena_zalloc(call->arena, sizeof(*c));

	if (depth > RESTRICTION_DEPTH_MAX)
		return refuse(r, "ErrorRestrictionTooComplex", "The restriction is too complex.");
	*ret = c;
	c->time = TIME_NONE;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!text_equal(names[i], xml_name(node)))
			continue;
		c->verb = (enum verb)i;
		if (i <= VERB_NOT)
			return read_children(call, node, depth, c, r);
		return read_leaf(call, node, c, r);
	}
	return refuse(
		r, "ErrorInvalidRestriction", "'%s' is no expression known here.", xml_name(node));
}

bool restriction_read(
	struct call *call, const xml_node *node, struct condition **ret, struct refusal *r)
{
	const xml_node *expression = xml_child(node, NULL);

	if (!expression)
		return soap_malformed(call, "the Restriction is empty");
	return read_condition(call, expression, 0, ret, r);
}

static bool contains(const struct condition *c, const char *text)
{
	size_t len = strlen(c->value);

	if (c->full)
		return c->exact ? text_equal(text, c->value) : text_equal_nocase(text, c->value);
	if (c->prefix)
		return c->exact ? strncmp(text, c->value, len) == 0
				: strncasecmp(text, c->value, len) == 0;
	return c->exact ? strstr(text, c->value) != NULL : text_find_nocase(text, c->value) != NULL;
}

static int64_t time_of(const struct field *field, const struct item *item)
{
	return *(const int64_t *)((const char *)item + field->offset);
}

/* How the property stands to the operand; false when one is absent. */
static bool compare(
	const struct condition *c, const struct field *field, const struct item *item, int *ret)
{
	const struct field *other = c->other ? field_by_uri(c->other, item->type) : NULL;
	struct buf value;

	if (c->other) {
		if (!other || field->kind != FIELD_TIME || other->kind != FIELD_TIME)
			return false; /* nothing but instants is worth comparing */
		*ret = (time_of(field, item) > time_of(other, item)) -
			(time_of(field, item) < time_of(other, item));
		return true;
	}
	if (field->kind == FIELD_TIME) {
		int64_t at = time_of(field, item);
		*ret = (at > c->time) - (at < c->time);
		return at != TIME_NONE && c->time != TIME_NONE;
	}
	buf_init(&value, VALUE_MAX);
	bool present = field_value(field, item, &value);
	int64_t x, y;
	if (field->kind == FIELD_INT && text_to_int64(value.data, &x) &&
		text_to_int64(c->value, &y))
		*ret = (x > y) - (x < y);
	else
		*ret = strcasecmp(value.data, c->value);
	buf_release(&value);
	return present;
}

static bool leaf_holds(const struct condition *c, const struct item *item)
{
	const struct field *field = field_by_uri(c->uri, item->type);
	struct buf value;
	int order = 0;

	if (!field)
		return c->verb == VERB_NOT_EQUAL;
	if (c->verb == VERB_CONTAINS || c->verb == VERB_EXISTS) {
		buf_init(&value, VALUE_MAX);
		bool holds = field_value(field, item, &value) &&
			(c->verb == VERB_EXISTS || contains(c, value.data));
		buf_release(&value);
		return holds;
	}
	if (!compare(c, field, item, &order))
		return c->verb == VERB_NOT_EQUAL;
	switch (c->verb) {
	case VERB_EQUAL: return order == 0;
	case VERB_NOT_EQUAL: return order != 0;
	case VERB_GREATER: return order > 0;
	case VERB_GREATER_EQUAL: return order >= 0;
	case VERB_LESS: return order < 0;
	default: return order <= 0;
	}
}

bool restriction_holds(const struct condition *c, const struct item *item)
{
	bool all = c->verb == VERB_AND;

	if (c->verb > VERB_NOT)
		return leaf_holds(c, item);
	if (c->verb == VERB_NOT)
		return !restriction_holds(c->first, item);
	for (const struct condition *child = c->first; child; child = child->next)
		if (restriction_holds(child, item) != all)
			return !all;
	return all;
}
