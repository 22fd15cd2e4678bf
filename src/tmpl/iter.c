#include "tmpl/engine.h"
#include "tmpl/utf8.h"

/* Each kind of value has its step; `at` is an index, or a byte offset in a text. */

static bool next_of_list(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at >= it->source.list->count)
		return false;
	*ret = it->source.list->items[it->at++];
	return true;
}

static bool next_of_text(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at >= it->source.len)
		return false;
	size_t size = utf8_size((unsigned char)it->source.text[it->at]);
	*ret = text_val(it->source.text + it->at, size);
	it->at += size;
	return true;
}

static struct val view_item(struct cx *cx, const struct pair *p, enum view_of of)
{
	return of == VIEW_KEYS      ? p->key
		: of == VIEW_VALUES ? p->value
				    : pair_val(cx, p->key, p->value);
}

static bool next_of_dict(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at >= it->source.dict->count)
		return false;
	*ret = it->source.dict->pairs[it->at++].key;
	return true;
}

static bool next_of_view(struct cx *cx, struct iter *it, struct val *ret)
{
	const struct view *v = it->source.view;
	if (it->at >= v->dict->count)
		return false;
	*ret = view_item(cx, &v->dict->pairs[it->at++], v->of);
	return true;
}

static bool next_of_range(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	const struct range *r = it->source.range;
	if ((int64_t)it->at >= r->count)
		return false;
	*ret = int_val(r->start + (int64_t)it->at++ * r->step);
	return true;
}

static bool next_of_nothing(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	(void)it;
	(void)ret;
	return false;
}

static bool (*step_of(struct val v))(struct cx *, struct iter *, struct val *)
{
	switch (v.kind) {
	case V_LIST:
	case V_TUPLE: return next_of_list;
	case V_TEXT: return next_of_text;
	case V_DICT: return next_of_dict;
	case V_VIEW: return next_of_view;
	case V_RANGE: return next_of_range;
	case V_UNDEFINED: return next_of_nothing;
	default: return NULL;
	}
}

bool iterable(struct val v)
{
	return v.kind == V_ITER || v.kind == V_LOOP || step_of(v) != NULL;
}

struct iter *iter_of(struct cx *cx, struct val v)
{
	if (v.kind == V_ITER)
		return v.iter;
	if (step_of(v) == NULL)
		template_fail(cx, "a %s cannot be iterated over", kind_name(v));
	struct iter *it = mem(cx, sizeof(*it));
	*it = (struct iter){ .next = step_of(v), .source = v };
	return it;
}

bool iter_next(struct cx *cx, struct iter *it, struct val *ret)
{
	charge(cx, 1);
	return it->next(cx, it, ret);
}

struct val iter_val(struct iter *it)
{
	return (struct val){ .kind = V_ITER, .iter = it };
}

struct list *list_of(struct cx *cx, struct val v)
{
	size_t cap = 8;
	if (v.kind == V_LIST || v.kind == V_TUPLE)
		cap = v.list->count + 1;
	else if (v.kind == V_RANGE)
		cap = (size_t)v.range->count + 1;
	struct iter *it = iter_of(cx, v);
	struct list *l = list_new(cx, cap);
	for (struct val item; iter_next(cx, it, &item);)
		list_push(cx, l, item);
	return l;
}

/* --- the other way round --- */

static bool back_of_list(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at == 0)
		return false;
	*ret = it->source.list->items[--it->at];
	return true;
}

/* Python walks a text backwards by index, and an item of markup is markup. */
static bool back_of_text(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at == 0)
		return false;
	size_t end = it->at;
	utf8_prev(it->source.text, &it->at);
	*ret = markup_val(text_val(it->source.text + it->at, end - it->at), it->source.flag);
	return true;
}

static bool back_of_dict(struct cx *cx, struct iter *it, struct val *ret)
{
	if (it->at == 0)
		return false;
	bool view = it->source.kind == V_VIEW;
	const struct dict *d = view ? it->source.view->dict : it->source.dict;
	*ret = view_item(cx, &d->pairs[--it->at], view ? it->source.view->of : VIEW_KEYS);
	return true;
}

static bool back_of_range(struct cx *cx, struct iter *it, struct val *ret)
{
	(void)cx;
	if (it->at == 0)
		return false;
	*ret = int_val(it->source.range->start + (int64_t)--it->at * it->source.range->step);
	return true;
}

struct iter *reversed(struct cx *cx, struct val v)
{
	struct iter made = { .source = v };
	switch (v.kind) {
	case V_LIST:
	case V_TUPLE: made.next = back_of_list, made.at = v.list->count; break;
	case V_TEXT: made.next = back_of_text, made.at = v.len; break;
	case V_DICT: made.next = back_of_dict, made.at = v.dict->count; break;
	case V_VIEW: made.next = back_of_dict, made.at = v.view->dict->count; break;
	case V_RANGE: made.next = back_of_range, made.at = (size_t)v.range->count; break;
	case V_UNDEFINED: made.next = next_of_nothing; break;
	default: return NULL;
	}
	struct iter *it = mem(cx, sizeof(*it));
	*it = made;
	return it;
}
