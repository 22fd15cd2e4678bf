/*
 * json_values - template variables from JSON: for previews, and for the tests and tools of this folder.
 *
 * The values point into the JSON, and into memory of the arena.
 */
#ifndef TMPL_JSON_VALUES_H
#define TMPL_JSON_VALUES_H

#include "base/arena.h"
#include "tmpl/tmpl.h"

#include <jansson.h>

static struct tmpl_value value_from_json(struct arena *a, const json_t *j);

static struct tmpl_var *vars_from_json(struct arena *a, const json_t *object, size_t *ret_count)
{
	struct tmpl_var *vars = arena_array(a, json_object_size(object) + 1, sizeof(*vars));
	const char *name;
	json_t *item;
	*ret_count = 0;
	json_object_foreach((json_t *)object, name, item) /* a macro that wants it writable */
	{
		vars[*ret_count].name = name;
		vars[(*ret_count)++].value = value_from_json(a, item);
	}
	return vars;
}

static struct tmpl_value list_from_json(struct arena *a, const json_t *array)
{
	size_t count = json_array_size(array);
	struct tmpl_value *items = arena_array(a, count + 1, sizeof(*items));
	for (size_t i = 0; i < count; i++)
		items[i] = value_from_json(a, json_array_get(array, i));
	return tmpl_list(items, count);
}

static struct tmpl_value value_from_json(struct arena *a, const json_t *j)
{
	struct tmpl_value v = { .kind = TMPL_NONE };
	switch (json_typeof(j)) {
	case JSON_OBJECT:
		v.kind = TMPL_DICT;
		v.dict.vars = vars_from_json(a, j, &v.dict.count);
		break;
	case JSON_ARRAY: return list_from_json(a, j);
	case JSON_STRING:
		v = tmpl_text(json_string_value(j));
		v.text.len = json_string_length(j);
		break;
	case JSON_INTEGER: return tmpl_int(json_integer_value(j));
	case JSON_REAL:
		v.kind = TMPL_FLOAT;
		v.real = json_real_value(j);
		break;
	case JSON_TRUE:
	case JSON_FALSE: return tmpl_bool(json_is_true(j));
	case JSON_NULL: break;
	}
	return v;
}

#endif
