/*
 * Filters on lists, dicts and whatever can be iterated over.
 */
#include "tmpl/engine.h"
#include "tmpl/text_method.h"

#include "base/random.h"

static struct val filter_default(struct cx *cx, struct val v, const struct args *a)
{
	(void)cx;
	if (v.kind == V_UNDEFINED || (arg_bool_or(a->at[1], false) && !truth(v)))
		return given(a->at[0]) ? a->at[0] : str_val("");
	return v;
}

static struct val filter_length(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	if (v.kind == V_LOOP)
		return get_attr(cx, v, "length", 6);
	return int_val(length_of(cx, v));
}

static struct val filter_list(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return list_val(V_LIST, list_of(cx, v));
}

static struct val filter_first(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val item;
	if (iter_next(cx, iter_of(cx, v), &item))
		return item;
	return undefined_val(UNDEFINED_SENTENCE, "there is no first item, the list is empty");
}

static struct val filter_last(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val item;
	struct iter *it = reversed(cx, v);
	if (it == NULL)
		template_fail(
			cx, "a %s has no last item; use the filter list before", kind_name(v));
	if (iter_next(cx, it, &item))
		return item;
	return undefined_val(UNDEFINED_SENTENCE, "there is no last item, the list is empty");
}

static struct val filter_random(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	int64_t count = length_of(cx, v);
	if (count == 0)
		return undefined_val(
			UNDEFINED_SENTENCE, "there is no random item, the list is empty");
	if (v.kind == V_DICT || v.kind == V_VIEW)
		template_fail(cx, "'random' wants a list, not a %s", kind_name(v));
	return get_item(cx, v, int_val((int64_t)random_below((uint64_t)count)));
}

static struct val reversed_text(struct cx *cx, struct val text)
{
	struct sb b;
	struct iter *it = reversed(cx, text);
	sb_init(&b);
	for (struct val c; iter_next(cx, it, &c);)
		sb_add(cx, &b, c.text, c.len);
	return sb_text(&b, text.flag);
}

static struct val filter_reverse(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	if (v.kind == V_TEXT)
		return reversed_text(cx, v);
	struct iter *it = reversed(cx, v);
	if (it)
		return iter_val(it);
	struct list *l = list_of(cx, v);
	return list_val(V_LIST, list_of(cx, iter_val(reversed(cx, list_val(V_LIST, l)))));
}

/* --- join --- */

static struct list *attributes(struct cx *cx, struct val v, struct val attribute)
{
	struct list *l = list_of(cx, v);
	struct path p = path_of(cx, attribute);
	for (uint32_t i = 0; i < l->count && p.count > 0; i++)
		l->items[i] = path_get(cx, &p, l->items[i]);
	return l;
}

static struct val filter_join(struct cx *cx, struct val v, const struct args *a)
{
	struct val separator = given(a->at[0]) ? a->at[0] : str_val("");
	struct list *l = attributes(cx, v, a->at[1]);
	bool markup = cx->autoescape && is_markup(separator);
	for (uint32_t i = 0; i < l->count && cx->autoescape; i++)
		markup |= is_markup(l->items[i]);
	separator = markup ? escaped(cx, separator) : str_of(cx, separator);
	for (uint32_t i = 0; i < l->count; i++)
		l->items[i] = soft_str(cx, l->items[i]);
	return text_join(cx, separator, l);
}

/* --- order --- */

static struct val fold_case(struct cx *cx, struct val v, bool case_sensitive)
{
	return case_sensitive ? v : lowered(cx, v);
}

/* Several attributes, separated by commas, make the key a list. */
static struct val sort_key(struct cx *cx, const struct path *paths, uint32_t count, struct val item,
	bool case_sensitive)
{
	struct list *key = list_new(cx, count);
	for (uint32_t i = 0; i < count; i++)
		key->items[key->count++] =
			fold_case(cx, path_get(cx, &paths[i], item), case_sensitive);
	return list_val(V_LIST, key);
}

static uint32_t sort_paths(struct cx *cx, struct val attribute, struct path **ret)
{
	if (attribute.kind != V_TEXT) {
		*ret = mem(cx, sizeof(**ret));
		**ret = path_of(cx, attribute);
		return 1;
	}
	struct list *parts = text_split(cx, attribute, str_val(","), -1);
	*ret = mem(cx, parts->count * sizeof(**ret));
	for (uint32_t i = 0; i < parts->count; i++)
		(*ret)[i] = path_of(cx, parts->items[i]);
	return parts->count;
}

/* Python's sorted() takes no truth but true, false and integers. */
static bool reverse_arg(struct cx *cx, struct val v)
{
	return given(v) && arg_int(cx, v, "reverse") != 0;
}

static struct val filter_sort(struct cx *cx, struct val v, const struct args *a)
{
	struct path *paths;
	bool case_sensitive = arg_bool_or(a->at[1], false);
	uint32_t count = sort_paths(cx, a->at[2], &paths);
	struct list *l = list_of(cx, v);
	struct val *keys = mem_array(cx, l->count, sizeof(*keys));
	for (uint32_t i = 0; i < l->count; i++)
		keys[i] = sort_key(cx, paths, count, l->items[i], case_sensitive);
	sort_values(cx, l->items, keys, l->count, reverse_arg(cx, a->at[0]));
	return list_val(V_LIST, l);
}

static struct val filter_dictsort(struct cx *cx, struct val v, const struct args *a)
{
	struct val by = given(a->at[1]) ? arg_text(cx, a->at[1], "by") : str_val("key");
	bool by_key = equal(cx, by, str_val("key"));
	if (!by_key && !equal(cx, by, str_val("value")))
		template_fail(cx, "'dictsort' sorts by 'key' or 'value'");
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind != V_DICT)
		template_fail(cx, "'dictsort' wants a dict, not a %s", kind_name(v));
	struct list *l = list_new(cx, v.dict->count);
	struct val *keys = mem_array(cx, v.dict->count, sizeof(*keys));
	for (uint32_t i = 0; i < v.dict->count; i++) {
		struct pair *p = &v.dict->pairs[i];
		keys[i] = fold_case(cx, by_key ? p->key : p->value, arg_bool_or(a->at[0], false));
		list_push(cx, l, pair_val(cx, p->key, p->value));
	}
	sort_values(cx, l->items, keys, l->count, reverse_arg(cx, a->at[2]));
	return list_val(V_LIST, l);
}

static struct val extreme(struct cx *cx, struct val v, const struct args *a, bool max)
{
	struct path p = path_of(cx, a->at[1]);
	bool case_sensitive = arg_bool_or(a->at[0], false);
	struct iter *it = iter_of(cx, v);
	struct val item, best, best_key, key;
	if (!iter_next(cx, it, &best))
		return undefined_val(UNDEFINED_SENTENCE, "there is no item, the list is empty");
	best_key = fold_case(cx, path_get(cx, &p, best), case_sensitive);
	while (iter_next(cx, it, &item)) {
		key = fold_case(cx, path_get(cx, &p, item), case_sensitive);
		if (max ? less(cx, best_key, key) : less(cx, key, best_key)) {
			best = item;
			best_key = key;
		}
	}
	return best;
}

static struct val filter_min(struct cx *cx, struct val v, const struct args *a)
{
	return extreme(cx, v, a, false);
}

static struct val filter_max(struct cx *cx, struct val v, const struct args *a)
{
	return extreme(cx, v, a, true);
}

static struct val filter_sum(struct cx *cx, struct val v, const struct args *a)
{
	struct path p = path_of(cx, a->at[0]);
	struct val sum = given(a->at[1]) ? a->at[1] : int_val(0), item;
	struct iter *it = iter_of(cx, v);
	if (sum.kind == V_TEXT)
		template_fail(cx, "'sum' does not add texts; use the filter join");
	while (iter_next(cx, it, &item))
		sum = op_add(cx, sum, path_get(cx, &p, item));
	return sum;
}

/* --- groups --- */

static struct val path_or(struct cx *cx, const struct path *p, struct val item, struct val other)
{
	for (uint32_t i = 0; i < p->count; i++) {
		item = get_item(cx, item, p->parts[i]);
		if (!absent(other) && item.kind == V_UNDEFINED)
			item = other;
	}
	return item;
}

static void push_group(struct cx *cx, struct list *groups, const struct path *p,
	struct list *members, struct val other)
{
	struct val group =
		pair_val(cx, path_or(cx, p, members->items[0], other), list_val(V_LIST, members));
	group.list->group = true;
	list_push(cx, groups, group);
}

static struct val filter_groupby(struct cx *cx, struct val v, const struct args *a)
{
	struct path p = path_of(cx, a->at[0]);
	bool case_sensitive = arg_bool_or(a->at[2], false);
	struct list *l = list_of(cx, v), *groups = list_new(cx, 4), *members = NULL;
	struct val *keys = mem_array(cx, l->count, sizeof(*keys)), *sorted;
	for (uint32_t i = 0; i < l->count; i++)
		keys[i] = fold_case(cx, path_or(cx, &p, l->items[i], a->at[1]), case_sensitive);
	sorted = mem_array(cx, l->count, sizeof(*sorted));
	memcpy(sorted, keys, l->count * sizeof(*sorted));
	sort_values(cx, l->items, keys, l->count, false);
	sort_values(cx, sorted, keys, l->count, false);
	for (uint32_t i = 0; i < l->count; i++) {
		if (members && !equal(cx, sorted[i - 1], sorted[i])) {
			push_group(cx, groups, &p, members, a->at[1]);
			members = NULL;
		}
		if (members == NULL)
			members = list_new(cx, 4);
		list_push(cx, members, l->items[i]);
	}
	if (members)
		push_group(cx, groups, &p, members, a->at[1]);
	return list_val(V_LIST, groups);
}

/* --- iterators: they work when they are asked, as Python's generators do --- */

static struct val iterator(struct cx *cx, bool (*next)(struct cx *, struct iter *, struct val *),
	struct val source, const struct val *args, uint32_t count)
{
	struct iter *it = mem(cx, sizeof(*it));
	struct val *kept = mem(cx, (count + 1) * sizeof(*kept));
	memcpy(kept, args, count * sizeof(*kept));
	*it = (struct iter){ .next = next, .source = source, .state = kept };
	return iter_val(it);
}

static bool next_batch(struct cx *cx, struct iter *it, struct val *ret)
{
	const struct val *args = it->state;
	struct val item;
	if (it->inner == NULL)
		it->inner = iter_of(cx, it->source);
	int64_t size = arg_int(cx, args[0], "linecount");
	struct list *l = list_new(cx, 4);
	if (size == 0)
		template_fail(cx, "'batch' wants a size that is not zero");
	while ((int64_t)l->count != size && iter_next(cx, it->inner, &item))
		list_push(cx, l, item);
	if (l->count == 0)
		return false;
	while (!absent(args[1]) && (int64_t)l->count < size)
		list_push(cx, l, args[1]);
	*ret = list_val(V_LIST, l);
	return true;
}

static struct val filter_batch(struct cx *cx, struct val v, const struct args *a)
{
	return iterator(cx, next_batch, v, a->at, 2);
}

static bool next_slice(struct cx *cx, struct iter *it, struct val *ret)
{
	const struct val *args = it->state;
	int64_t slices = arg_int(cx, args[0], "slices"), n = (int64_t)it->at;
	if (it->source.kind != V_LIST || n == 0)
		it->source = list_val(V_LIST, list_of(cx, it->source));
	if (slices == 0)
		template_fail(cx, "division by zero");
	if (n >= slices)
		return false;
	int64_t length = it->source.list->count, size = length / slices, more = length % slices;
	int64_t start = n * size + (n < more ? n : more), end = start + size + (n < more);
	struct list *l = list_new(cx, (size_t)(end - start) + 1);
	for (int64_t i = start; i < end; i++)
		list_push(cx, l, it->source.list->items[i]);
	if (!absent(args[1]) && n >= more)
		list_push(cx, l, args[1]);
	it->at++;
	*ret = list_val(V_LIST, l);
	return true;
}

static struct val filter_slice(struct cx *cx, struct val v, const struct args *a)
{
	return iterator(cx, next_slice, v, a->at, 2);
}

static bool next_item_pair(struct cx *cx, struct iter *it, struct val *ret)
{
	if (it->source.kind == V_UNDEFINED)
		return false;
	if (it->source.kind != V_DICT)
		template_fail(cx, "'items' wants a dict, not a %s", kind_name(it->source));
	if (it->at >= it->source.dict->count)
		return false;
	struct pair *p = &it->source.dict->pairs[it->at++];
	*ret = pair_val(cx, p->key, p->value);
	return true;
}

static struct val filter_items(struct cx *cx, struct val v, const struct args *a)
{
	return iterator(cx, next_item_pair, v, a->at, 0);
}

/* What has been seen, and how to see it. */
struct unique {
	struct path path;
	bool case_sensitive;
	struct list *seen;
};

static bool is_new(struct cx *cx, struct list *seen, struct val key)
{
	if (!hashable(key))
		template_fail(cx, "'unique' cannot compare a %s", kind_name(key));
	charge(cx, seen->count / 16);
	for (uint32_t i = 0; i < seen->count; i++)
		if (equal(cx, seen->items[i], key))
			return false;
	list_push(cx, seen, key);
	return true;
}

static bool next_unique(struct cx *cx, struct iter *it, struct val *ret)
{
	const struct unique *u = it->state;
	if (it->inner == NULL)
		it->inner = iter_of(cx, it->source);
	while (iter_next(cx, it->inner, ret))
		if (is_new(cx, u->seen,
			    fold_case(cx, path_get(cx, &u->path, *ret), u->case_sensitive)))
			return true;
	return false;
}

static struct val filter_unique(struct cx *cx, struct val v, const struct args *a)
{
	struct unique *u = mem(cx, sizeof(*u));
	*u = (struct unique){ path_of(cx, a->at[1]), arg_bool_or(a->at[0], false),
		list_new(cx, 8) };
	struct iter *it = mem(cx, sizeof(*it));
	*it = (struct iter){ .next = next_unique, .source = v, .state = u };
	return iter_val(it);
}

static struct val filter_attr(struct cx *cx, struct val v, const struct args *a)
{
	struct val name = arg_text(cx, a->at[0], "name");
	if (v.kind == V_DICT && method_find(v, name.text, name.len) == NULL)
		return undefined_val(UNDEFINED_SENTENCE, "a dict has items, not attributes");
	return get_attr(cx, v, name.text, name.len);
}

const struct callable filters_list[] = {
	{ "attr", filter_attr, { "name" }, .required = 1 },
	{ "batch", filter_batch, { "linecount", "fill_with" }, .required = 1 },
	{ "count", filter_length, .keeps_markup = true },
	{ "d", filter_default, { "default_value", "boolean" } },
	{ "default", filter_default, { "default_value", "boolean" } },
	{ "dictsort", filter_dictsort, { "case_sensitive", "by", "reverse" } },
	{ "first", filter_first, .keeps_markup = true },
	{ "groupby", filter_groupby, { "attribute", "default", "case_sensitive" }, .required = 1 },
	{ "items", filter_items },
	{ "join", filter_join, { "d", "attribute" }, .keeps_markup = true },
	{ "last", filter_last, .keeps_markup = true },
	{ "length", filter_length, .keeps_markup = true },
	{ "list", filter_list },
	{ "max", filter_max, { "case_sensitive", "attribute" } },
	{ "min", filter_min, { "case_sensitive", "attribute" } },
	{ "random", filter_random, .impure = true },
	{ "reverse", filter_reverse, .keeps_markup = true },
	{ "slice", filter_slice, { "slices", "fill_with" }, .required = 1 },
	{ "sort", filter_sort, { "reverse", "case_sensitive", "attribute" }, .keeps_markup = true },
	{ "sum", filter_sum, { "attribute", "start" } },
	{ "unique", filter_unique, { "case_sensitive", "attribute" } },
};
const size_t filters_list_count = sizeof(filters_list) / sizeof(filters_list[0]);
