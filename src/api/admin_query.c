/* A list's query: filters, order, page. */
#include "api/admin_call.h"
#include "base/text.h"
#include "model/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	QUERY_NAME_MAX = 128,          /* bytes, decoded */
	QUERY_VALUE_MAX = 4096,        /* bytes, decoded */
	QUERY_NUMBER_MAX = 1000000000, /* limit and offset */
};

static const struct {
	const char *suffix;
	enum store_match match;
} suffixes[] = {
	{ "exact", STORE_EXACT },
	{ "iexact", STORE_IEXACT },
	{ "contains", STORE_CONTAINS },
	{ "icontains", STORE_ICONTAINS },
	{ "startswith", STORE_STARTSWITH },
	{ "endswith", STORE_ENDSWITH },
	{ "in", STORE_IN },
	{ "lt", STORE_LT },
	{ "lte", STORE_LTE },
	{ "gt", STORE_GT },
	{ "gte", STORE_GTE },
	{ "isnull", STORE_ISNULL },
	{ "regex", STORE_REGEX },
};

static bool parse_suffix(const char *text, enum store_match *ret)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (text_equal(suffixes[i].suffix, text)) {
			*ret = suffixes[i].match;
			return true;
		}
	return false;
}

static bool parse_field(struct admin_call *c, const char *name, const struct field **ret)
{
	*ret = record_field(c->type, name);
	return *ret || text_equal(name, "id") || text_equal(name, "pk");
}

/* A reference may be given as its address. */
static const char *filter_value(struct admin_call *c, const struct field *f, const char *value)
{
	int64_t id;
	if (f && f->kind == FIELD_REF && record_uri_parse(record_type_find(f->extra), value, &id))
		return arena_printf(&c->arena, "%" PRId64, id);
	return arena_strdup(&c->arena, value);
}

/* "name", "name__startswith". */
static bool parse_filter(struct admin_call *c, char *name, const char *value,
	struct store_filter *ret, struct err *err)
{
	char *suffix = strstr(name, "__");
	ret->match = STORE_EXACT;
	if (suffix) {
		*suffix = '\0';
		if (!parse_suffix(suffix + 2, &ret->match))
			return err_set(err, ERR_INVALID,
				"filter '%s__%s': there is no such comparison", name, suffix + 2);
	}
	if (!parse_field(c, name, &ret->field))
		return err_set(
			err, ERR_INVALID, "filter '%s': %s has no such field", name, c->type->name);
	ret->value = filter_value(c, ret->field, value);
	return true;
}

static bool parse_order(
	struct admin_call *c, const char *value, struct store_list *ret, struct err *err)
{
	ret->descending = value[0] == '-';
	if (!parse_field(c, value + ret->descending, &ret->order))
		return err_set(err, ERR_INVALID, "order_by '%s': %s has no such field", value,
			c->type->name);
	if (ret->order && ret->order->flags & FIELD_SECRET)
		return err_set(err, ERR_INVALID, "order_by '%s': is a secret", value);
	return true;
}

static bool parse_number(const char *name, const char *value, int64_t *ret, struct err *err)
{
	if (text_to_int64(value, ret) && *ret >= 0 && *ret <= QUERY_NUMBER_MAX)
		return true;
	return err_set(err, ERR_INVALID, "%s '%s': must be a whole number from 0 to %d", name,
		value, QUERY_NUMBER_MAX);
}

static bool parse_pair(struct admin_call *c, char *name, const char *value,
	struct store_filter *filters, struct store_list *ret, struct err *err)
{
	if (text_equal(name, "format"))
		return true; /* JSON is all there is */
	if (text_equal(name, "limit"))
		return parse_number(name, value, &ret->limit, err);
	if (text_equal(name, "offset"))
		return parse_number(name, value, &ret->offset, err);
	if (text_equal(name, "order_by"))
		return parse_order(c, value, ret, err);
	if (ret->n_filters == STORE_FILTERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d filters", STORE_FILTERS_MAX);
	return parse_filter(c, name, value, &filters[ret->n_filters++], err);
}

static bool decode(const char *text, size_t len, char *ret, size_t size)
{
	return http_percent_decode(text, len, true, ret, size) && text_is_utf8(ret, strlen(ret));
}

bool admin_query(struct admin_call *c, struct store_list *ret, struct err *err)
{
	struct store_filter *filters =
		arena_array(&c->arena, STORE_FILTERS_MAX, sizeof(struct store_filter));
	*ret = (struct store_list){ .filters = filters, .limit = ADMIN_LIMIT_DEFAULT };
	for (const char *at = c->query; *at;) {
		char name[QUERY_NAME_MAX], value[QUERY_VALUE_MAX];
		size_t len = strcspn(at, "&"), name_len = strcspn(at, "=&");
		const char *equals = at + name_len + (name_len < len);
		if (!decode(at, name_len, name, sizeof(name)) ||
			!decode(equals, (size_t)(at + len - equals), value, sizeof(value)))
			return err_set(err, ERR_INVALID, "the query is too long or badly encoded");
		if (len > 0 && !parse_pair(c, name, value, filters, ret, err))
			return false;
		at += len + (at[len] == '&');
	}
	return true;
}

const char *admin_query_at(struct admin_call *c, int64_t limit, int64_t offset)
{
	struct buf b;
	buf_init(&b, strlen(c->query) + 128);
	buf_addf(&b, "%s%s/?limit=%" PRId64 "&offset=%" PRId64, record_uri_prefix(c->type),
		c->type->name, limit, offset);
	for (const char *at = c->query; *at;) {
		size_t len = strcspn(at, "&");
		if (len && !text_starts_with(at, "limit=") && !text_starts_with(at, "offset=")) {
			buf_addc(&b, '&');
			buf_add(&b, at, len);
		}
		at += len + (at[len] == '&');
	}
	const char *text = arena_strdup(&c->arena, b.data);
	buf_release(&b);
	return text;
}
