/*
 * Equality, order and membership as Python has them.
 */
#include "tmpl/engine.h"
#include "tmpl/utf8.h"

#include <math.h>

/* Exact also where a double cannot hold the integer. */
static int compare_int_real(int64_t i, double d)
{
	if (d >= 9223372036854775808.0)
		return -1;
	if (d < -9223372036854775808.0)
		return 1;
	int64_t whole = (int64_t)d;
	if (i != whole)
		return i < whole ? -1 : 1;
	double rest = d - (double)whole;
	return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

/* -1, 0, 1; 2 when a NaN is among them. */
static int compare_numbers(struct val a, struct val b)
{
	if (a.kind != V_FLOAT && b.kind != V_FLOAT)
		return (int_of(a) > int_of(b)) - (int_of(a) < int_of(b));
	if (isnan(real_of(a)) || isnan(real_of(b)))
		return 2;
	if (a.kind != V_FLOAT)
		return compare_int_real(int_of(a), b.real);
	if (b.kind != V_FLOAT)
		return -compare_int_real(int_of(b), a.real);
	return (a.real > b.real) - (a.real < b.real);
}

/* UTF-8 sorts as its code points do. */
static int compare_texts(struct val a, struct val b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.text, b.text, common);
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool lists_equal(struct cx *cx, const struct list *a, const struct list *b)
{
	if (a->count != b->count)
		return false;
	charge(cx, a->count / 16);
	for (uint32_t i = 0; i < a->count; i++)
		if (!equal(cx, a->items[i], b->items[i]))
			return false;
	return true;
}

static bool dicts_equal(struct cx *cx, const struct dict *a, const struct dict *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct val *other = dict_get(cx, b, a->pairs[i].key);
		if (other == NULL || !equal(cx, a->pairs[i].value, *other))
			return false;
	}
	return true;
}

static bool ranges_equal(const struct range *a, const struct range *b)
{
	return a->count == b->count && (a->count == 0 || a->start == b->start) &&
		(a->count < 2 || a->step == b->step);
}

static bool compounds_equal(struct cx *cx, struct val a, struct val b)
{
	depth_enter(cx);
	bool same = a.kind == V_DICT ? dicts_equal(cx, a.dict, b.dict)
				     : lists_equal(cx, a.list, b.list);
	depth_leave(cx);
	return same;
}

static bool texts_equal(struct cx *cx, struct val a, struct val b)
{
	charge(cx, a.len / 256);
	return memcmp(a.text, b.text, a.len) == 0;
}

bool equal(struct cx *cx, struct val a, struct val b)
{
	if (is_number(a) && is_number(b))
		return compare_numbers(a, b) == 0;
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case V_TEXT: return a.len == b.len && texts_equal(cx, a, b);
	case V_LIST:
	case V_TUPLE:
	case V_DICT: charge(cx, 1); return compounds_equal(cx, a, b);
	case V_RANGE: return ranges_equal(a.range, b.range);
	case V_UNDEFINED:
	case V_NONE: return true;
	case V_VIEW: template_fail(cx, "views of a dict cannot be compared; make lists of them");
	default: return a.list == b.list; /* the same thing in memory */
	}
}

static _Noreturn void no_order(struct cx *cx, struct val a, struct val b)
{
	if (a.kind == V_UNDEFINED)
		undefined_fail(cx, a);
	if (b.kind == V_UNDEFINED)
		undefined_fail(cx, b);
	template_fail(cx, "a %s and a %s have no order", kind_name(a), kind_name(b));
}

/* As Python: the first items that differ decide. */
static bool lists_less(struct cx *cx, const struct list *a, const struct list *b)
{
	for (uint32_t i = 0; i < a->count && i < b->count; i++) {
		charge(cx, 1);
		if (!equal(cx, a->items[i], b->items[i]))
			return less(cx, a->items[i], b->items[i]);
	}
	return a->count < b->count;
}

bool less(struct cx *cx, struct val a, struct val b)
{
	if (is_number(a) && is_number(b))
		return compare_numbers(a, b) == -1;
	if (a.kind != b.kind)
		no_order(cx, a, b);
	if (a.kind == V_TEXT) {
		charge(cx, a.len / 256);
		return compare_texts(a, b) < 0;
	}
	if (a.kind != V_LIST && a.kind != V_TUPLE)
		no_order(cx, a, b);
	depth_enter(cx);
	bool is = lists_less(cx, a.list, b.list);
	depth_leave(cx);
	return is;
}

static bool range_contains(const struct range *r, int64_t i)
{
	for (int64_t k = 0; k < r->count; k++)
		if (r->start + k * r->step == i)
			return true;
	return false;
}

static bool walk_contains(struct cx *cx, struct val container, struct val item)
{
	struct iter *it = iter_of(cx, container);
	for (struct val v; iter_next(cx, it, &v);)
		if (equal(cx, v, item))
			return true;
	return false;
}

static bool text_contains(struct cx *cx, struct val text, struct val part)
{
	if (part.kind == V_UNDEFINED)
		undefined_fail(cx, part);
	if (part.kind != V_TEXT)
		template_fail(cx, "only a text can be in a text, not a %s", kind_name(part));
	charge(cx, text.len / 64);
	return memmem(text.text, text.len, part.text, part.len) != NULL;
}

bool contains(struct cx *cx, struct val container, struct val item)
{
	switch (container.kind) {
	case V_TEXT: return text_contains(cx, container, item);
	case V_RANGE:
		charge(cx, (size_t)container.range->count / 16);
		if (item.kind == V_INT || item.kind == V_BOOL)
			return range_contains(container.range, int_of(item));
		return walk_contains(cx, container, item);
	case V_DICT:
		if (!hashable(item))
			template_fail(cx, "a %s cannot be the key of a dict", kind_name(item));
		return dict_get(cx, container.dict, item) != NULL;
	default: return walk_contains(cx, container, item);
	}
}

int64_t length_of(struct cx *cx, struct val v)
{
	switch (v.kind) {
	case V_UNDEFINED: return 0;
	case V_TEXT: charge(cx, v.len / 64); return (int64_t)utf8_count(v.text, v.len);
	case V_LIST:
	case V_TUPLE: return v.list->count;
	case V_DICT: return v.dict->count;
	case V_RANGE: return v.range->count;
	case V_VIEW: return v.view->dict->count;
	default: template_fail(cx, "a %s has no length", kind_name(v));
	}
}
