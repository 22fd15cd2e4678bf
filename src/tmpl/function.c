/*
 * Functions that a template may call by name.
 */
#include "tmpl/engine.h"

static int64_t range_count(struct cx *cx, int64_t start, int64_t stop, int64_t step)
{
	if (step == 0)
		template_fail(cx, "the step of a range cannot be zero");
	if (step > 0 ? start >= stop : start <= stop)
		return 0;
	uint64_t span =
		step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
	uint64_t unit = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
	uint64_t count = (span - 1) / unit + 1;
	if (count > TMPL_LIST_MAX)
		template_limit(cx, "a range has more than %d items", TMPL_LIST_MAX);
	return (int64_t)count;
}

static struct val do_range(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	struct range *r = mem(cx, sizeof(*r));
	*r = (struct range){ 0, arg_int(cx, a->at[0], "range"), 1, 0 };
	if (given(a->at[1])) {
		r->start = r->stop;
		r->stop = arg_int(cx, a->at[1], "range");
	}
	r->step = arg_int_or(cx, a->at[2], "range", 1);
	r->count = range_count(cx, r->start, r->stop, r->step);
	return (struct val){ .kind = V_RANGE, .range = r };
}

static void put_pair(struct cx *cx, struct dict *d, struct val pair)
{
	struct list *l = iterable(pair) ? list_of(cx, pair) : NULL;
	if (l == NULL || l->count != 2)
		template_fail(cx, "a dict is made from pairs or named arguments");
	dict_put(cx, d, l->items[0], l->items[1]);
}

static struct dict *dict_from_args(struct cx *cx, const struct args *a)
{
	struct dict *d = dict_new(cx, a->keyword_count + 1);
	if (a->count > 1)
		template_fail(cx, "a dict is made from one value at most");
	if (a->count == 1 && a->at[0].kind == V_DICT) {
		for (uint32_t i = 0; i < a->at[0].dict->count; i++)
			dict_put(cx, d, a->at[0].dict->pairs[i].key, a->at[0].dict->pairs[i].value);
	} else if (a->count == 1 && a->at[0].kind == V_UNDEFINED) {
		undefined_fail(cx, a->at[0]); /* elsewhere one iterates as if empty */
	} else if (a->count == 1) {
		struct iter *it = iter_of(cx, a->at[0]);
		for (struct val pair; iter_next(cx, it, &pair);)
			put_pair(cx, d, pair);
	}
	for (uint32_t i = 0; i < a->keyword_count; i++)
		dict_put(cx, d, str_val(a->keywords[i].name), a->keywords[i].value);
	return d;
}

static struct val do_dict(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	return (struct val){ .kind = V_DICT, .dict = dict_from_args(cx, a) };
}

static struct val do_namespace(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	return (struct val){ .kind = V_NAMESPACE, .dict = dict_from_args(cx, a) };
}

static struct val do_cycler(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	if (a->keyword_count > 0 || a->count == 0)
		template_fail(cx, "'cycler' wants one value or more, without names");
	struct cycler *c = mem(cx, sizeof(*c));
	*c = (struct cycler){ list_new(cx, a->count), 0 };
	memcpy(c->items->items, a->at, a->count * sizeof(*a->at));
	c->items->count = a->count;
	return (struct val){ .kind = V_CYCLER, .cycler = c };
}

static struct val do_joiner(struct cx *cx, struct val self, const struct args *a)
{
	(void)self;
	struct joiner *j = mem(cx, sizeof(*j));
	*j = (struct joiner){ given(a->at[0]) ? a->at[0] : str_val(", "), false };
	return (struct val){ .kind = V_JOINER, .joiner = j };
}

static const struct callable functions[] = {
	{ "range", do_range, { "", "", "" }, .required = 1 },
	{ "dict", do_dict, .variadic = true },
	{ "namespace", do_namespace, .variadic = true },
	{ "cycler", do_cycler, .variadic = true },
	{ "joiner", do_joiner, { "sep" } },
};

const struct callable *function_find(const char *name, size_t len)
{
	const struct callable *c;
	if (len == 0)
		return NULL;
	c = callable_find(functions, sizeof(functions) / sizeof(functions[0]), name, len);
	return c ? c : callable_find(functions_pex, functions_pex_count, name, len);
}
