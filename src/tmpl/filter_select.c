/*
 * map, select, reject, selectattr, rejectattr: filters that apply other filters and tests. They
 * give iterators, which work when they are asked.
 */
#include "tmpl/engine.h"

struct applied {
	const struct callable *callable; /* NULL: the value itself decides, or path only */
	struct args args;
	struct path path;
	struct val other; /* map(attribute=..., default=...) */
	bool reject;
};

static const struct val *keyword(const struct args *a, const char *name)
{
	for (uint32_t i = 0; i < a->keyword_count; i++)
		if (strcmp(a->keywords[i].name, name) == 0)
			return &a->keywords[i].value;
	return NULL;
}

static const struct callable *named(struct cx *cx, struct val name, bool filter)
{
	arg_text(cx, name, filter ? "map" : "select");
	const struct callable *c =
		filter ? filter_find(name.text, name.len) : test_find(name.text, name.len);
	if (c == NULL)
		template_fail(cx, "there is no %s '%.*s'", filter ? "filter" : "test",
			name.len > 60 ? 60 : (int)name.len, name.text);
	return c;
}

static void map_attribute(struct cx *cx, struct applied *ap, const struct args *a)
{
	const struct val *other = keyword(a, "default");
	ap->other = other ? *other : none_val();
	if (a->keyword_count > 1u + (other != NULL))
		template_fail(cx, "'map' by attribute takes only 'default' besides");
	ap->path = path_of(cx, *keyword(a, "attribute"));
}

/* The rest of the arguments, after the first `skip`, are the other filter's or test's. */
static void apply_named(
	struct cx *cx, struct applied *ap, const struct args *a, uint32_t skip, bool filter)
{
	if (a->count <= skip)
		return;
	ap->callable = named(cx, a->at[skip], filter);
	ap->args = *a;
	ap->args.at += skip + 1;
	ap->args.count -= skip + 1;
}

/* Arguments are looked at when the first item is asked for, like Python's. */
static void prepare(struct cx *cx, struct iter *it, bool map, bool by_attribute)
{
	struct applied *ap = mem(cx, sizeof(*ap));
	const struct applied *raw = it->state;
	*ap = *raw;
	const struct args a = raw->args;
	if (map && a.count == 0 && keyword(&a, "attribute"))
		map_attribute(cx, ap, &a);
	else if ((map || by_attribute) && a.count == 0)
		template_fail(cx,
			map ? "'map' needs the name of a filter or an attribute"
			    : "an attribute's name is missing");
	else
		apply_named(cx, ap, &a, by_attribute ? 1 : 0, map);
	if (by_attribute)
		ap->path = path_of(cx, a.at[0]);
	it->state = ap;
	it->inner = iter_of(cx, it->source);
}

static struct val through_path(struct cx *cx, const struct applied *ap, struct val item)
{
	for (uint32_t i = 0; i < ap->path.count; i++) {
		item = get_item(cx, item, ap->path.parts[i]);
		if (!absent(ap->other) && item.kind == V_UNDEFINED)
			item = ap->other;
	}
	return item;
}

static bool next_mapped(struct cx *cx, struct iter *it, struct val *ret)
{
	if (it->inner == NULL) {
		if (!truth(it->source))
			return false;
		prepare(cx, it, true, false);
	}
	const struct applied *ap = it->state;
	if (!iter_next(cx, it->inner, ret))
		return false;
	*ret = ap->callable ? call(cx, ap->callable, *ret, &ap->args) : through_path(cx, ap, *ret);
	return true;
}

static bool selected(struct cx *cx, const struct applied *ap, struct val item)
{
	item = through_path(cx, ap, item);
	struct val v = ap->callable ? call(cx, ap->callable, item, &ap->args) : item;
	return truth(v) != ap->reject;
}

static bool next_selected_by(struct cx *cx, struct iter *it, struct val *ret, bool attribute)
{
	if (it->inner == NULL) {
		if (!truth(it->source))
			return false;
		prepare(cx, it, false, attribute);
	}
	while (iter_next(cx, it->inner, ret))
		if (selected(cx, it->state, *ret))
			return true;
	return false;
}

static bool next_selected(struct cx *cx, struct iter *it, struct val *ret)
{
	return next_selected_by(cx, it, ret, false);
}

static bool next_selected_attr(struct cx *cx, struct iter *it, struct val *ret)
{
	return next_selected_by(cx, it, ret, true);
}

static struct val lazily(struct cx *cx, struct val v, const struct args *a,
	bool (*next)(struct cx *, struct iter *, struct val *), bool reject)
{
	struct applied *ap = mem(cx, sizeof(*ap));
	*ap = (struct applied){ .args = *a, .other = none_val(), .reject = reject };
	struct iter *it = mem(cx, sizeof(*it));
	*it = (struct iter){ .next = next, .source = v, .state = ap };
	return iter_val(it);
}

static struct val filter_map(struct cx *cx, struct val v, const struct args *a)
{
	return lazily(cx, v, a, next_mapped, false);
}

static struct val filter_select(struct cx *cx, struct val v, const struct args *a)
{
	return lazily(cx, v, a, next_selected, false);
}

static struct val filter_reject(struct cx *cx, struct val v, const struct args *a)
{
	return lazily(cx, v, a, next_selected, true);
}

static struct val filter_selectattr(struct cx *cx, struct val v, const struct args *a)
{
	return lazily(cx, v, a, next_selected_attr, false);
}

static struct val filter_rejectattr(struct cx *cx, struct val v, const struct args *a)
{
	return lazily(cx, v, a, next_selected_attr, true);
}

const struct callable filters_select[] = {
	{ "map", filter_map, .variadic = true, .impure = true },
	{ "reject", filter_reject, .variadic = true, .impure = true },
	{ "rejectattr", filter_rejectattr, .variadic = true, .impure = true },
	{ "select", filter_select, .variadic = true, .impure = true },
	{ "selectattr", filter_selectattr, .variadic = true, .impure = true },
};
const size_t filters_select_count = sizeof(filters_select) / sizeof(filters_select[0]);
