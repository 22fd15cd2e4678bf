/*
 * Methods of lists, tuples, dicts, ranges, loops and cyclers; and which type has which.
 */
#include "tmpl/engine.h"

static struct val view_of_dict(struct cx *cx, struct val self, enum view_of of)
{
	struct view *v = mem(cx, sizeof(*v));
	*v = (struct view){ self.dict, of };
	return (struct val){ .kind = V_VIEW, .view = v };
}

static struct val dict_keys(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return view_of_dict(cx, self, VIEW_KEYS);
}

static struct val dict_values(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return view_of_dict(cx, self, VIEW_VALUES);
}

static struct val dict_items(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return view_of_dict(cx, self, VIEW_ITEMS);
}

static struct val dict_get_method(struct cx *cx, struct val self, const struct args *a)
{
	if (!hashable(a->at[0]))
		template_fail(cx, "a %s cannot be the key of a dict", kind_name(a->at[0]));
	const struct val *v = dict_get(cx, self.dict, a->at[0]);
	return v ? *v : given(a->at[1]) ? a->at[1] : none_val();
}

static struct val dict_copy(struct cx *cx, struct val self, const struct args *a)
{
	(void)cx;
	(void)a;
	return self; /* nothing can change a dict */
}

static const struct callable methods_dict[] = {
	{ "get", dict_get_method, { "", "" }, .required = 1 },
	{ "items", dict_items },
	{ "keys", dict_keys },
	{ "values", dict_values },
	{ "copy", dict_copy },
};

static struct val list_count(struct cx *cx, struct val self, const struct args *a)
{
	int64_t count = 0;
	struct iter *it = iter_of(cx, self);
	for (struct val v; iter_next(cx, it, &v);)
		count += equal(cx, v, a->at[0]);
	return int_val(count);
}

static struct val list_index(struct cx *cx, struct val self, const struct args *a)
{
	int64_t count = length_of(cx, self), i = 0;
	int64_t from = arg_int_or(cx, a->at[1], "start", 0);
	int64_t to = arg_int_or(cx, a->at[2], "end", count);
	from = from < 0 ? from + count : from;
	to = to < 0 ? to + count : to;
	struct iter *it = iter_of(cx, self);
	for (struct val v; iter_next(cx, it, &v); i++)
		if (i >= from && i < to && equal(cx, v, a->at[0]))
			return int_val(i);
	template_fail(cx, "'index' does not find the value");
}

static struct val list_copy(struct cx *cx, struct val self, const struct args *a)
{
	(void)cx;
	(void)a;
	return self;
}

/* copy is last: tuples and ranges have none. */
static const struct callable methods_list[] = {
	{ "count", list_count, { "" }, .required = 1 },
	{ "index", list_index, { "", "", "" }, .required = 1 },
	{ "copy", list_copy },
};

static struct val loop_cycle(struct cx *cx, struct val self, const struct args *a)
{
	if (a->keyword_count > 0 || a->count == 0)
		template_fail(cx, "'cycle' wants one value or more, without names");
	return a->at[self.loop->index0 % a->count];
}

static struct val loop_changed(struct cx *cx, struct val self, const struct args *a)
{
	if (a->keyword_count > 0)
		template_fail(cx, "'changed' takes no named arguments");
	struct list *l = list_new(cx, a->count);
	memcpy(l->items, a->at, a->count * sizeof(*a->at));
	l->count = a->count;
	struct val now = list_val(V_TUPLE, l);
	bool same = given(self.loop->changed) && equal(cx, self.loop->changed, now);
	self.loop->changed = now;
	return bool_val(!same);
}

static const struct callable methods_loop[] = {
	{ "cycle", loop_cycle, .variadic = true },
	{ "changed", loop_changed, .variadic = true },
};

static struct val cycler_next(struct cx *cx, struct val self, const struct args *a)
{
	(void)cx;
	(void)a;
	struct val v = self.cycler->items->items[self.cycler->at];
	self.cycler->at = (self.cycler->at + 1) % self.cycler->items->count;
	return v;
}

static struct val cycler_reset(struct cx *cx, struct val self, const struct args *a)
{
	(void)cx;
	(void)a;
	self.cycler->at = 0;
	return none_val();
}

static const struct callable methods_cycler[] = {
	{ "next", cycler_next },
	{ "reset", cycler_reset },
};

#define FIND(table, less)                                                                          \
	callable_find(table, sizeof(table) / sizeof((table)[0]) - (less), name, len)

const struct callable *method_find(struct val self, const char *name, size_t len)
{
	const struct callable *c;
	if (len == 0)
		return NULL;
	switch (self.kind) {
	case V_TEXT:
		c = callable_find(methods_text, methods_text_count, name, len);
		return c ? c : callable_find(methods_text_find, methods_text_find_count, name, len);
	case V_DICT: return FIND(methods_dict, 0);
	case V_LIST: return FIND(methods_list, 0);
	case V_TUPLE:
	case V_RANGE: return FIND(methods_list, 1);
	case V_LOOP: return FIND(methods_loop, 0);
	case V_CYCLER: return FIND(methods_cycler, 0);
	default: return NULL;
	}
}

/* Attributes of Python's types that templates have no use for. To call them undefined would be
 * wrong (`if x.encode` is true in Jinja2), so they are refused by name. */
static const struct {
	uint8_t kind;
	const char *names;
} refused[] = {
	{ V_TEXT,
		" encode isidentifier format_map translate maketrans escape unescape striptags " },
	{ V_INT,
		" real imag numerator denominator conjugate bit_length bit_count to_bytes "
		"from_bytes as_integer_ratio " },
	{ V_BOOL,
		" real imag numerator denominator conjugate bit_length bit_count to_bytes "
		"from_bytes as_integer_ratio " },
	{ V_FLOAT, " real imag conjugate is_integer hex fromhex as_integer_ratio " },
	{ V_DICT, " fromkeys " },
	{ V_VIEW, " isdisjoint mapping " },
	{ V_ITER, " send throw close " },
	{ V_CYCLER, " items pos " },
	{ V_JOINER, " sep used " },
	{ V_SLICE, " start stop step indices " },
};

bool attr_is_refused(struct val self, const char *name, size_t len)
{
	char word[32];
	if (len == 0 || len > sizeof(word) - 3)
		return false;
	word[0] = word[len + 1] = ' ';
	memcpy(word + 1, name, len);
	word[len + 2] = '\0';
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (refused[i].kind == self.kind && strstr(refused[i].names, word))
			return true;
	return false;
}
