#include "api/record_json.h"
#include "auth/password.h"
#include "base/text.h"
#include "model/records.h"
#include "tmpl/tmpl.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct record_children record_children[] = {
	{ &ms_exchange_connector_type, &exchange_domain_type, "domains", "exchange_connector", NULL,
		true },
	{ &conference_type, &conference_alias_type, "aliases", "conference", NULL, true },
	{ &conference_type, &scheduled_conference_type, "scheduled_conferences", "conference",
		"scheduled_conferences_count", false },
	{ NULL },
};

/* ---- addresses ---------------------------------------------------------------------------- */

const char *record_uri_prefix(const struct record_type *type)
{
	return type->status ? RECORD_STATUS_PREFIX : RECORD_URI_PREFIX;
}

const char *record_uri(const struct record_type *type, int64_t id, struct arena *arena)
{
	return arena_printf(arena, "%s%s/%" PRId64 "/", record_uri_prefix(type), type->name, id);
}

bool record_uri_parse(const struct record_type *type, const char *uri, int64_t *ret_id)
{
	size_t name = strlen(type->name);
	if (!text_starts_with(uri, RECORD_URI_PREFIX))
		return false;
	uri += sizeof(RECORD_URI_PREFIX) - 1;
	if (strncmp(uri, type->name, name) != 0 || uri[name] != '/')
		return false;
	char id[24] = "";
	size_t len = strcspn(uri + name + 1, "/");
	if (len == 0 || len >= sizeof(id))
		return false;
	memcpy(id, uri + name + 1, len);
	const char *rest = uri + name + 1 + len;
	int64_t value;
	if ((*rest && strcmp(rest, "/") != 0) || !text_to_int64(id, &value) || value < 1)
		return false;
	*ret_id = value;
	return true;
}

/* ---- out ---------------------------------------------------------------------------------- */

static json_t *field_to_json(const struct field *f, const void *record, struct arena *arena)
{
	if (field_is_text(f))
		return json_string(f->flags & FIELD_SECRET ? "" : field_text(f, record));
	if (f->kind == FIELD_BOOL)
		return json_boolean(field_bool(f, record));
	int64_t value = field_int(f, record);
	if (value == FIELD_NULL)
		return json_null();
	if (f->kind == FIELD_INT)
		return json_integer(value);
	if (f->kind == FIELD_TIME)
		return json_string(record_get(f, record, arena));
	return json_string(record_uri(record_type_find(f->extra), value, arena));
}

json_t *record_to_json(const struct record_type *type, const void *record, struct arena *arena)
{
	json_t *object = json_object();
	int64_t id = *(const int64_t *)record;
	json_object_set_new(object, "id", json_integer(id));
	json_object_set_new(object, "resource_uri", json_string(record_uri(type, id, arena)));
	for (size_t i = 0; i < type->n_fields; i++)
		json_object_set_new(object, type->fields[i].name,
			field_to_json(&type->fields[i], record, arena));
	return object;
}

/* ---- in ----------------------------------------------------------------------------------- */

void record_problem(json_t *problems, const char *field, const char *sentence)
{
	json_t *list = json_object_get(problems, field);
	if (!list) {
		list = json_array();
		json_object_set_new(problems, field, list);
	}
	json_array_append_new(list, json_string(sentence));
}

static bool reference_text(const struct field *f, const json_t *value, struct arena *arena,
	const char **ret, struct err *err)
{
	const struct record_type *type = record_type_find(f->extra);
	const char *text = json_string_value(value);
	int64_t id;
	if (json_is_integer(value))
		id = json_integer_value(value);
	else if (!text || (!record_uri_parse(type, text, &id) && !text_to_int64(text, &id)))
		return err_set(err, ERR_INVALID, "must be the resource_uri of one, such as %s",
			record_uri(type, 1, arena));
	*ret = arena_printf(arena, "%" PRId64, id);
	return true;
}

/* The value in the form that record_set() takes. */
static bool value_text(const struct field *f, const json_t *value, struct arena *arena,
	const char **ret, struct err *err)
{
	if (json_is_null(value)) {
		*ret = "";
		return true;
	}
	if (f->kind == FIELD_REF)
		return reference_text(f, value, arena, ret, err);
	if (json_is_string(value)) {
		*ret = arena_strdup(arena, json_string_value(value));
		return true;
	}
	if (json_is_boolean(value) && f->kind == FIELD_BOOL) {
		*ret = json_is_true(value) ? "true" : "false";
		return true;
	}
	if (json_is_integer(value) && f->kind == FIELD_INT) {
		*ret = arena_printf(arena, "%" PRId64, (int64_t)json_integer_value(value));
		return true;
	}
	return err_set(err, ERR_INVALID,
		f->kind == FIELD_BOOL          ? "must be true or false"
			: f->kind == FIELD_INT ? "must be a whole number"
					       : "must be a text");
}

static bool hash_secret(const struct field *f, void *record, struct arena *arena, struct err *err)
{
	char hash[PASSWORD_HASH_MAX];
	if (!password_hash(field_text(f, record), hash, err))
		return false;
	field_put_text(f, record, arena_strdup(arena, hash));
	return true;
}

static bool compile_template(const struct field *f, const void *record, struct err *err)
{
	const char *source = field_text(f, record);
	struct tmpl *t = NULL;
	bool ok = tmpl_compile(source, strlen(source), text_equal(f->extra, "html"), &t, err);
	tmpl_free(&t);
	return ok;
}

static bool set_field(const struct field *f, const json_t *value, void *record, struct arena *arena,
	struct err *err)
{
	const char *text;
	if (!value_text(f, value, arena, &text, err))
		return false;
	if (f->flags & FIELD_SECRET && text_empty(text) && !json_is_null(value))
		return true;
	if (!record_set(f, record, text, arena, err))
		return false;
	if (f->flags & FIELD_HASHED)
		return hash_secret(f, record, arena, err);
	return f->kind != FIELD_TEMPLATE || compile_template(f, record, err);
}

/* Sent back as it was given. */
static bool is_unchanged(const struct record_type *type, const struct field *f, const json_t *value,
	const void *record, struct arena *arena)
{
	const char *text;
	if (json_is_null(value))
		return true;
	if (!value_text(f, value, arena, &text, NULL))
		return false;
	if (f->flags & FIELD_SECRET)
		return text_empty(text);
	void *scratch = arena_alloc(arena, type->size);
	memcpy(scratch, record, type->size);
	return record_set(f, scratch, text, arena, NULL) &&
		text_equal(record_get(f, scratch, arena), record_get(f, record, arena));
}

static void begin(const struct record_type *type, enum record_json_mode mode, const void *old,
	void *record, struct arena *arena)
{
	if (mode == RECORD_CHANGE) {
		memcpy(record, old, type->size);
		return;
	}
	record_defaults(type, record, arena);
	if (mode == RECORD_CREATE)
		return;
	*(int64_t *)record = *(const int64_t *)old;
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct field *f = &type->fields[i];
		size_t size = field_is_text(f)  ? sizeof(char *)
			: f->kind == FIELD_BOOL ? sizeof(bool)
						: sizeof(int64_t);
		if (f->flags & (FIELD_READONLY | FIELD_SECRET))
			memcpy((char *)record + f->offset, (const char *)old + f->offset, size);
	}
}

/* Given by us, but no field: neither taken nor worth a word. */
static bool is_extra(const struct record_type *type, const char *name)
{
	if (text_equal(name, "id") || text_equal(name, "resource_uri"))
		return true;
	for (const struct record_children *c = record_children; c->parent; c++)
		if (c->parent == type &&
			(text_equal(c->name, name) || text_equal(c->count_name, name)))
			return true;
	return false;
}

static void take(const struct record_type *type, const char *name, const json_t *value,
	void *record, struct arena *arena, json_t *problems, struct buf *ignored)
{
	const struct field *f = record_field(type, name);
	struct err err = { 0 };
	if (!f) {
		if (!is_extra(type, name))
			buf_addf(ignored, "%s%s", ignored->len ? ", " : "", name);
	} else if (f->flags & FIELD_READONLY) {
		if (!is_unchanged(type, f, value, record, arena))
			record_problem(problems, name, "is set by vmrd only; leave it out");
	} else if (!set_field(f, value, record, arena, &err)) {
		record_problem(problems, name, err.text);
	}
}

bool record_from_json(const struct record_type *type, const json_t *body,
	enum record_json_mode mode, const void *old, void *record, struct arena *arena,
	json_t *problems, struct buf *ignored)
{
	size_t before = json_object_size(problems);
	const char *name;
	json_t *value;
	begin(type, mode, old, record, arena);
	json_object_foreach((json_t *)body, name, value)
		take(type, name, value, record, arena, problems, ignored);
	return json_object_size(problems) == before;
}
