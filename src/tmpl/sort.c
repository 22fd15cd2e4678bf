/*
 * Sorting, and looking attributes up by path: what sort, groupby, map and their like share.
 */
#include "tmpl/unicode.h"

struct val lowered(struct cx *cx, struct val v)
{
	return v.kind == V_TEXT ? text_to_case(cx, v, CASE_LOWER) : v;
}

static struct val path_part(struct cx *cx, const char *text, size_t len)
{
	int64_t number;
	struct val part = text_val(text, len);
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return part;
	return len > 0 && parse_int(cx, part, 10, &number) ? int_val(number) : part;
}

struct path path_of(struct cx *cx, struct val attribute)
{
	struct path p = { 0 };
	if (absent(attribute))
		return p;
	if (attribute.kind != V_TEXT) {
		p.parts = mem(cx, sizeof(*p.parts));
		p.parts[p.count++] = attribute;
		return p;
	}
	p.parts = mem(cx, (attribute.len + 1u) * sizeof(*p.parts));
	const char *at = attribute.text, *end = attribute.text + attribute.len;
	for (;;) {
		const char *dot = memchr(at, '.', (size_t)(end - at));
		p.parts[p.count++] = path_part(cx, at, (size_t)((dot ? dot : end) - at));
		if (dot == NULL)
			return p;
		at = dot + 1;
	}
}

struct val path_get(struct cx *cx, const struct path *p, struct val item)
{
	for (uint32_t i = 0; i < p->count; i++)
		item = get_item(cx, item, p->parts[i]);
	return item;
}

/* Merge sort: stable also when reversed, as Python's. */
struct sorting {
	struct cx *cx;
	const struct val *keys;
	bool reverse;
};

static bool right_first(const struct sorting *s, uint32_t left, uint32_t right)
{
	charge(s->cx, 1);
	return s->reverse ? less(s->cx, s->keys[left], s->keys[right])
			  : less(s->cx, s->keys[right], s->keys[left]);
}

static void merge_sort(const struct sorting *s, uint32_t *order, uint32_t *spare, size_t count)
{
	size_t half = count / 2, l = 0, r = half, out = 0;
	if (count < 2)
		return;
	merge_sort(s, order, spare, half);
	merge_sort(s, order + half, spare, count - half);
	while (l < half && r < count)
		spare[out++] = right_first(s, order[l], order[r]) ? order[r++] : order[l++];
	while (l < half)
		spare[out++] = order[l++];
	while (r < count)
		spare[out++] = order[r++];
	memcpy(order, spare, count * sizeof(*order));
}

void sort_values(
	struct cx *cx, struct val *items, const struct val *keys, size_t count, bool reverse)
{
	struct sorting s = { cx, keys, reverse };
	uint32_t *order = mem(cx, (count + 1) * sizeof(*order));
	uint32_t *spare = mem(cx, (count + 1) * sizeof(*spare));
	struct val *sorted = mem(cx, (count + 1) * sizeof(*sorted));
	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	merge_sort(&s, order, spare, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = items[order[i]];
	if (count > 0)
		memcpy(items, sorted, count * sizeof(*items));
}
