/*
 * How this works: a list of children that is sent replaces those stored. An entry is one of them if
 * it names its id or resource_uri, or else if it has the same name (alias, domain); it is changed.
 * Every other entry is new, and whatever no entry stands for is deleted.
 */
#include "api/admin_call.h"
#include "base/text.h"
#include "model/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CHILDREN_MAX = 1000 }; /* of one record */

struct brood {
	const struct record_children *kind;
	int64_t parent;
	char *stored; /* array of the child's struct */
	size_t count;
	bool *kept; /* for each of them */
};

static bool load(struct admin_call *c, struct brood *b, struct err *err)
{
	const struct record_type *type = b->kind->child;
	struct store_filter of_parent = { record_field(type, b->kind->reference), STORE_EXACT,
		arena_printf(&c->arena, "%" PRId64, b->parent) };
	struct store_list all = { .filters = &of_parent, .n_filters = 1 };
	void *stored;
	if (!store_list(c->api->store, type, &all, &c->arena, &stored, &b->count, NULL, err))
		return false;
	b->stored = stored;
	b->kept = arena_array(&c->arena, b->count + 1, sizeof(*b->kept));
	return true;
}

static void *child(const struct brood *b, size_t i)
{
	return b->stored + i * b->kind->child->size;
}

/* ---- out ---------------------------------------------------------------------------------- */

json_t *admin_object(struct admin_call *c, const struct record_type *type, const void *record)
{
	json_t *object = record_to_json(type, record, &c->arena);
	for (const struct record_children *kind = record_children; kind->parent; kind++) {
		struct brood b = { .kind = kind, .parent = *(const int64_t *)record };
		struct err err = { 0 };
		if (kind->parent != type)
			continue;
		if (!load(c, &b, &err)) {
			json_decref(object);
			admin_fail_err(c, &err);
			return NULL;
		}
		json_t *list = json_array();
		for (size_t i = 0; i < b.count; i++)
			json_array_append_new(
				list, record_to_json(kind->child, child(&b, i), &c->arena));
		json_object_set_new(object, kind->name, list);
		if (kind->count_name)
			json_object_set_new(
				object, kind->count_name, json_integer((json_int_t)b.count));
	}
	return object;
}

/* ---- in ----------------------------------------------------------------------------------- */

bool admin_alias_is_free(struct admin_call *c, const void *conference_alias, struct err *err)
{
	const struct conference_alias *a = conference_alias;
	static const char *const fields[] = { "alias", "numeric_alias" };
	for (int i = 0; i < 2; i++) {
		struct scheduled_alias given;
		struct err missing = { 0 };
		if (store_find(c->api->store, &scheduled_alias_type, fields[i], a->alias, &c->arena,
			    &given, &missing))
			return err_set(err, ERR_INVALID,
				"'%.200s' was given out in an invitation; it goes only with its "
				"conference",
				a->alias);
	}
	return true;
}

static bool is_alias(const struct brood *b)
{
	return b->kind->child == &conference_alias_type;
}

/* The stored child that an entry stands for; b->count: none. */
static size_t find(const struct brood *b, const json_t *entry)
{
	const struct field *key = &b->kind->child->fields[0];
	int64_t id = json_integer_value(json_object_get(entry, "id"));
	const char *uri =
		json_is_string(entry) ? json_string_value(entry) : json_text(entry, "resource_uri");
	const char *name = json_text(entry, key->name);
	if (uri)
		record_uri_parse(b->kind->child, uri, &id);
	for (size_t i = 0; i < b->count; i++) {
		bool same = id ? *(int64_t *)child(b, i) == id
			       : name && text_equal_nocase(field_text(key, child(b, i)), name);
		if (same && !b->kept[i])
			return i;
	}
	return b->count;
}

/* The problem's sentence says which entry. */
static bool blame(const struct brood *b, size_t index, const char *sentence, json_t *problems)
{
	char text[2 * ERR_TEXT_MAX];
	snprintf(text, sizeof(text), "entry %zu: %.*s", index + 1, ERR_TEXT_MAX, sentence);
	record_problem(problems, b->kind->name, text);
	return false;
}

static bool blame_fields(const struct brood *b, size_t index, const json_t *own, json_t *problems)
{
	const char *field;
	json_t *sentences;
	json_object_foreach((json_t *)own, field, sentences)
	{
		char text[ERR_TEXT_MAX + 64];
		snprintf(text, sizeof(text), "%s %s", field,
			json_string_value(json_array_get(sentences, 0)));
		blame(b, index, text, problems);
	}
	return false;
}

static bool store_child(struct admin_call *c, const struct brood *b, size_t index, const void *old,
	void *record, json_t *problems)
{
	const struct record_type *type = b->kind->child;
	struct err err = { 0 };
	field_put_int(record_field(type, b->kind->reference), record, b->parent);
	if (old && is_alias(b) &&
		!text_equal(
			field_text(&type->fields[0], old), field_text(&type->fields[0], record)) &&
		!admin_alias_is_free(c, old, &err))
		return blame(b, index, err.text, problems);
	bool ok = old ? store_update(c->api->store, type, record, NULL, &err)
		      : store_insert(c->api->store, type, record, NULL, &err);
	if (!ok)
		return blame(b, index, err.text, problems);
	admin_note(c, type, old, record);
	return true;
}

static bool take_entry(
	struct admin_call *c, struct brood *b, size_t index, const json_t *entry, json_t *problems)
{
	const struct record_type *type = b->kind->child;
	size_t i = find(b, entry);
	const void *old = i < b->count ? child(b, i) : NULL;
	if (old)
		b->kept[i] = true;
	if (json_is_string(entry))
		return old ? true : blame(b, index, "is none of this record's", problems);
	if (!json_is_object(entry))
		return blame(b, index, "must be an object", problems);
	void *record = arena_alloc(&c->arena, type->size);
	json_t *own = json_object(), *fields = json_copy((json_t *)entry);
	json_object_del(fields, b->kind->reference); /* is clear */
	bool ok = record_from_json(type, fields, old ? RECORD_CHANGE : RECORD_CREATE, old, record,
			  &c->arena, own, &c->ignored)
		? store_child(c, b, index, old, record, problems)
		: blame_fields(b, index, own, problems);
	json_decref(fields);
	json_decref(own);
	return ok;
}

/* First, so that a new entry may take what an old one gives up. */
static bool delete_others(
	struct admin_call *c, struct brood *b, const json_t *list, json_t *problems)
{
	size_t index;
	json_t *entry;
	json_array_foreach((json_t *)list, index, entry)
	{
		size_t i = find(b, entry);
		if (i < b->count)
			b->kept[i] = true;
	}
	for (size_t i = 0; i < b->count; i++) {
		struct err err = { 0 };
		if (b->kept[i]) {
			b->kept[i] = false;
			continue;
		}
		if ((is_alias(b) && !admin_alias_is_free(c, child(b, i), &err)) ||
			!store_delete(
				c->api->store, b->kind->child, *(int64_t *)child(b, i), &err)) {
			record_problem(problems, b->kind->name, err.text);
			return false;
		}
		admin_note(c, b->kind->child, child(b, i), NULL);
		b->kept[i] = true; /* no entry may find it */
	}
	return true;
}

static bool take_list(struct admin_call *c, struct brood *b, const json_t *list, json_t *problems)
{
	struct err err = { 0 };
	bool ok = true;
	if (!json_is_array(list)) {
		record_problem(problems, b->kind->name, "must be a list");
		return false;
	}
	if (json_array_size(list) > CHILDREN_MAX) {
		record_problem(problems, b->kind->name, "has more than 1000 entries");
		return false;
	}
	if (!load(c, b, &err)) {
		admin_fail_err(c, &err);
		return false;
	}
	if (!delete_others(c, b, list, problems))
		return false;
	size_t index;
	json_t *entry;
	json_array_foreach((json_t *)list, index, entry) ok =
		take_entry(c, b, index, entry, problems) && ok;
	return ok;
}

bool admin_take_children(struct admin_call *c, const struct record_type *type, int64_t id,
	const json_t *body, json_t *problems)
{
	bool ok = true;
	for (const struct record_children *kind = record_children; kind->parent; kind++) {
		struct brood b = { .kind = kind, .parent = id };
		const json_t *list = json_object_get(body, kind->name);
		if (kind->parent == type && kind->writable && list && !json_is_null(list))
			ok = take_list(c, &b, list, problems) && ok;
	}
	return ok;
}
