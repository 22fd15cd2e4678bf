#include "tmpl/engine.h"
#include "tmpl/marker_guard.h"
#include "tmpl/utf8.h"

#include "base/text.h"

struct list *list_new(struct cx *cx, size_t cap)
{
	struct list *l = mem(cx, sizeof(*l));
	*l = (struct list){ .cap = (uint32_t)(cap ? cap : 1) };
	l->items = mem_array(cx, l->cap, sizeof(struct val));
	return l;
}

void list_push(struct cx *cx, struct list *l, struct val v)
{
	if (l->count == l->cap) {
		size_t cap = l->cap < TMPL_LIST_MAX / 2 ? l->cap * 2 : TMPL_LIST_MAX;
		struct val *items = mem_array(cx, l->count < cap ? cap : cap + 1, sizeof(*items));
		memcpy(items, l->items, l->count * sizeof(*items));
		l->items = items;
		l->cap = (uint32_t)cap;
	}
	l->items[l->count++] = v;
}

struct val list_val(enum kind kind, struct list *list)
{
	return (struct val){ .kind = (uint8_t)kind, .list = list };
}

struct val pair_val(struct cx *cx, struct val a, struct val b)
{
	struct list *l = list_new(cx, 2);
	l->items[0] = a;
	l->items[1] = b;
	l->count = 2;
	return list_val(V_TUPLE, l);
}

struct dict *dict_new(struct cx *cx, size_t cap)
{
	struct dict *d = mem(cx, sizeof(*d));
	*d = (struct dict){ .cap = (uint32_t)(cap ? cap : 1) };
	d->pairs = mem_array(cx, d->cap, sizeof(struct pair));
	return d;
}

static struct pair *dict_find(struct cx *cx, const struct dict *d, struct val key)
{
	charge(cx, d->count / 16);
	for (uint32_t i = 0; i < d->count; i++)
		if (equal(cx, d->pairs[i].key, key))
			return &d->pairs[i];
	return NULL;
}

static void dict_grow(struct cx *cx, struct dict *d)
{
	uint32_t cap = d->cap * 2;
	struct pair *pairs = mem_array(cx, cap, sizeof(*pairs));
	memcpy(pairs, d->pairs, d->count * sizeof(*pairs));
	d->pairs = pairs;
	d->cap = cap;
}

void dict_put(struct cx *cx, struct dict *d, struct val key, struct val value)
{
	if (!hashable(key))
		template_fail(cx, "a %s cannot be the key of a dict", kind_name(key));
	struct pair *old = dict_find(cx, d, key);
	if (old != NULL) {
		old->value = value;
		return;
	}
	if (d->count == d->cap)
		dict_grow(cx, d);
	d->pairs[d->count++] = (struct pair){ key, value };
}

const struct val *dict_get(struct cx *cx, const struct dict *d, struct val key)
{
	struct pair *p = dict_find(cx, d, key);
	return p ? &p->value : NULL;
}

const struct val *dict_get_name(const struct dict *d, const char *name, size_t len)
{
	for (uint32_t i = 0; i < d->count; i++) {
		const struct val *key = &d->pairs[i].key;
		if (key->kind == V_TEXT && key->len == len && memcmp(key->text, name, len) == 0)
			return &d->pairs[i].value;
	}
	return NULL;
}

/* --- values of the caller --- */

static size_t utf8_valid_size(const char *text, size_t len)
{
	size_t size = utf8_size((unsigned char)*text);
	return size <= len && (*text == '\0' || text_is_utf8(text, size)) ? size : 0;
}

static struct val repaired(struct cx *cx, const char *bytes, size_t len)
{
	struct sb b;
	sb_init(&b);
	for (size_t at = 0; at < len;) {
		size_t size = utf8_valid_size(bytes + at, len - at);
		if (size > 0)
			sb_add(cx, &b, bytes + at, size);
		else
			sb_code(cx, &b, 0xfffd);
		at += size ? size : 1;
	}
	return sb_text(&b, false);
}

static struct val text_from(struct cx *cx, const char *bytes, size_t len, bool stranger)
{
	if (len > TMPL_TEXT_MAX)
		template_limit(cx, "a variable's text is longer than %d bytes", TMPL_TEXT_MAX);
	struct val v = text_val(bytes, len);
	if (!utf8_is_ascii(bytes, len) && !text_is_utf8(bytes, len))
		v = repaired(cx, bytes, len);
	return stranger ? marker_guard(cx, v) : v;
}

static struct val list_from(struct cx *cx, const struct tmpl_value *v)
{
	struct list *l = list_new(cx, v->list.count);
	charge(cx, v->list.count);
	for (size_t i = 0; i < v->list.count; i++)
		l->items[l->count++] = val_from(cx, &v->list.items[i]);
	return list_val(V_LIST, l);
}

static struct val dict_from(struct cx *cx, const struct tmpl_value *v)
{
	struct dict *d = dict_new(cx, v->dict.count);
	charge(cx, v->dict.count);
	for (size_t i = 0; i < v->dict.count; i++) {
		const struct tmpl_var *var = &v->dict.vars[i];
		d->pairs[d->count++] =
			(struct pair){ text_from(cx, var->name, strlen(var->name), false),
				val_from(cx, &var->value) };
	}
	return (struct val){ .kind = V_DICT, .dict = d };
}

static struct val compound_from(struct cx *cx, const struct tmpl_value *v)
{
	depth_enter(cx);
	struct val made = v->kind == TMPL_LIST ? list_from(cx, v) : dict_from(cx, v);
	depth_leave(cx);
	return made;
}

struct val val_from(struct cx *cx, const struct tmpl_value *v)
{
	switch (v->kind) {
	case TMPL_UNDEFINED: return (struct val){ .kind = V_MISSING };
	case TMPL_NONE: return none_val();
	case TMPL_BOOL: return bool_val(v->boolean);
	case TMPL_INT: return int_val(v->integer);
	case TMPL_FLOAT: return float_val(v->real);
	case TMPL_TEXT:
		return markup_val(
			text_from(cx, v->text.bytes, v->text.len, v->text.stranger), v->text.safe);
	default: return compound_from(cx, v);
	}
}

/* --- questions --- */

const char *kind_name(struct val v)
{
	static const char *const names[] = { [V_MISSING] = "missing value",
		[V_UNDEFINED] = "undefined value",
		[V_NONE] = "none",
		[V_BOOL] = "bool",
		[V_INT] = "int",
		[V_FLOAT] = "float",
		[V_TEXT] = "text",
		[V_LIST] = "list",
		[V_TUPLE] = "tuple",
		[V_DICT] = "dict",
		[V_RANGE] = "range",
		[V_VIEW] = "view of a dict",
		[V_ITER] = "iterator",
		[V_SLICE] = "slice",
		[V_NAMESPACE] = "namespace",
		[V_LOOP] = "loop",
		[V_CYCLER] = "cycler",
		[V_JOINER] = "joiner",
		[V_FUNCTION] = "function",
		[V_METHOD] = "method",
		[V_TIME] = "time" };
	return names[v.kind];
}

bool truth(struct val v)
{
	switch (v.kind) {
	case V_MISSING:
	case V_UNDEFINED:
	case V_NONE: return false;
	case V_BOOL: return v.boolean;
	case V_INT: return v.integer != 0;
	case V_FLOAT: return v.real != 0;
	case V_TEXT: return v.len > 0;
	case V_LIST:
	case V_TUPLE: return v.list->count > 0;
	case V_DICT: return v.dict->count > 0;
	case V_RANGE: return v.range->count > 0;
	case V_VIEW: return v.view->dict->count > 0;
	default: return true;
	}
}

bool is_number(struct val v)
{
	return v.kind == V_BOOL || v.kind == V_INT || v.kind == V_FLOAT;
}

int64_t int_of(struct val v)
{
	return v.kind == V_BOOL ? v.boolean : v.integer;
}

double real_of(struct val v)
{
	return v.kind == V_FLOAT ? v.real : (double)int_of(v);
}

bool hashable(struct val v)
{
	if (v.kind == V_LIST || v.kind == V_DICT || v.kind == V_SLICE)
		return false;
	if (v.kind == V_VIEW)
		return v.view->of == VIEW_VALUES;
	for (uint32_t i = 0; v.kind == V_TUPLE && i < v.list->count; i++)
		if (!hashable(v.list->items[i]))
			return false;
	return true;
}

bool has_length(struct val v)
{
	return v.kind == V_UNDEFINED || v.kind == V_TEXT || v.kind == V_LIST || v.kind == V_TUPLE ||
		v.kind == V_DICT || v.kind == V_RANGE || v.kind == V_VIEW || v.kind == V_LOOP;
}
