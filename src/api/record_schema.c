#include "api/record_json.h"
#include "base/text.h"

#include <string.h>

enum { DEFAULT_LIMIT = 20 };

static const char *const kind_names[] = { [FIELD_TEXT] = "text",
	[FIELD_URL] = "url",
	[FIELD_FQDN] = "fqdn",
	[FIELD_HOST_URL] = "host_url",
	[FIELD_EMAIL] = "email",
	[FIELD_DIGITS] = "digits",
	[FIELD_TEMPLATE] = "template",
	[FIELD_UUID] = "uuid",
	[FIELD_CHOICE] = "choice",
	[FIELD_BOOL] = "boolean",
	[FIELD_INT] = "integer",
	[FIELD_TIME] = "time",
	[FIELD_REF] = "reference" };

static const char *type_name(const struct field *f)
{
	switch (f->kind) {
	case FIELD_BOOL: return "boolean";
	case FIELD_INT: return "integer";
	case FIELD_TIME: return "datetime";
	case FIELD_REF: return "related";
	default: return "string";
	}
}

static json_t *default_value(const struct field *f)
{
	bool made = text_equal(f->default_text, "now") || text_equal(f->default_text, "random");
	if (f->flags & FIELD_REQUIRED || (f->flags & FIELD_READONLY && made))
		return json_string("No default provided.");
	if (f->kind == FIELD_BOOL)
		return json_boolean(text_equal(f->default_text, "true"));
	int64_t number;
	if (f->kind == FIELD_INT && f->default_text && text_to_int64(f->default_text, &number))
		return json_integer(number);
	if (!field_is_text(f))
		return json_null();
	return json_string(f->default_text ? f->default_text : "");
}

static json_t *choices(const struct field *f)
{
	json_t *list = json_array();
	for (const char *p = f->extra; *p;) {
		size_t len = strcspn(p, "|");
		json_array_append_new(list, json_stringn(p, len));
		p += len + (p[len] == '|');
	}
	return list;
}

static void add_limits(json_t *object, const struct field *f)
{
	if (f->kind == FIELD_CHOICE) {
		json_object_set_new(object, "valid_choices", choices(f));
	} else if (field_is_text(f)) {
		json_object_set_new(object, "max_length", json_integer(f->max));
		if (f->min > 0)
			json_object_set_new(object, "min_length", json_integer(f->min));
	} else if (f->kind == FIELD_INT) {
		json_object_set_new(object, "min_value", json_integer(f->min));
		json_object_set_new(object, "max_value", json_integer(f->max));
		if (f->extra)
			json_object_set_new(object, "unit", json_string(f->extra));
	} else if (f->kind == FIELD_REF) {
		json_object_set_new(object, "related_type", json_string("to_one"));
		json_object_set_new(object, "related_resource", json_string(f->extra));
	}
	if (f->kind == FIELD_TEMPLATE)
		json_object_set_new(object, "output", json_string(f->extra));
}

static json_t *describe(const struct field *f)
{
	json_t *object = json_object();
	json_object_set_new(object, "type", json_string(type_name(f)));
	json_object_set_new(object, "kind", json_string(kind_names[f->kind]));
	json_object_set_new(object, "label", json_string(f->label));
	json_object_set_new(object, "help_text", json_string(f->help));
	json_object_set_new(object, "default", default_value(f));
	json_object_set_new(object, "blank", json_boolean(!(f->flags & FIELD_REQUIRED)));
	json_object_set_new(object, "nullable", json_boolean((f->flags & FIELD_NULLABLE) != 0));
	json_object_set_new(object, "readonly", json_boolean((f->flags & FIELD_READONLY) != 0));
	json_object_set_new(object, "unique", json_boolean((f->flags & FIELD_UNIQUE) != 0));
	json_object_set_new(object, "secret", json_boolean((f->flags & FIELD_SECRET) != 0));
	json_object_set_new(object, "multiline", json_boolean((f->flags & FIELD_LONG) != 0));
	add_limits(object, f);
	return object;
}

static json_t *describe_own(const char *type, const char *help, bool unique)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:b}", "type", type, "help_text", help,
		"default", "No default provided.", "blank", 0, "nullable", 0, "readonly", 1,
		"unique", unique);
}

static json_t *describe_children(const struct record_children *c)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b}", "type", "related",
		"related_type", "to_many", "related_resource", c->child->name, "help_text",
		c->child->help, "blank", 1, "nullable", 1, "readonly", !c->writable, "unique", 0);
}

static json_t *fields(const struct record_type *type)
{
	json_t *object = json_object();
	json_object_set_new(object, "id", describe_own("integer", "Number of the record.", true));
	json_object_set_new(
		object, "resource_uri", describe_own("string", "Address of the record.", true));
	for (size_t i = 0; i < type->n_fields; i++)
		json_object_set_new(object, type->fields[i].name, describe(&type->fields[i]));
	for (const struct record_children *c = record_children; c->parent; c++) {
		if (c->parent != type)
			continue;
		json_object_set_new(object, c->name, describe_children(c));
		if (c->count_name)
			json_object_set_new(object, c->count_name,
				describe_own("integer", "How many there are.", false));
	}
	return object;
}

/* Every suffix works for every field but secrets. */
static json_t *filtering(const struct record_type *type)
{
	json_t *object = json_object();
	json_object_set_new(object, "id", json_integer(1));
	for (size_t i = 0; i < type->n_fields; i++)
		if (!(type->fields[i].flags & FIELD_SECRET))
			json_object_set_new(object, type->fields[i].name, json_integer(1));
	return object;
}

static json_t *ordering(const struct record_type *type)
{
	json_t *list = json_array();
	json_array_append_new(list, json_string("id"));
	for (size_t i = 0; i < type->n_fields; i++)
		if (!(type->fields[i].flags & FIELD_SECRET))
			json_array_append_new(list, json_string(type->fields[i].name));
	return list;
}

json_t *record_schema(const struct record_type *type)
{
	const char *list = type->singleton || type->scheduled || type->status ? "[s]" : "[s,s]";
	json_t *schema = json_object();
	json_object_set_new(schema, "label", json_string(type->label));
	json_object_set_new(schema, "help_text", json_string(type->help));
	json_object_set_new(schema, "allowed_list_http_methods", json_pack(list, "get", "post"));
	json_object_set_new(schema, "allowed_detail_http_methods",
		type->status              ? json_pack("[s]", "get")
			: type->scheduled ? json_pack("[s,s]", "get", "delete")
			: type->singleton
			? json_pack("[s,s,s]", "get", "put", "patch")
			: json_pack("[s,s,s,s]", "get", "put", "patch", "delete"));
	json_object_set_new(schema, "default_format", json_string("application/json"));
	json_object_set_new(schema, "default_limit", json_integer(DEFAULT_LIMIT));
	json_object_set_new(schema, "fields", fields(type));
	json_object_set_new(schema, "filtering", filtering(type));
	json_object_set_new(schema, "ordering", ordering(type));
	return schema;
}
