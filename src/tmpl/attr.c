/*
 * Attributes and items: `a.b` prefers the attribute (a method), `a['b']` the item; what is not
 * there is undefined.
 */
#include "tmpl/engine.h"
#include "tmpl/utf8.h"

static struct val no_attribute(struct cx *cx, const char *name, size_t len)
{
	char *copy = mem(cx, len + 1);
	memcpy(copy, name, len);
	copy[len] = '\0';
	return undefined_val(UNDEFINED_ATTRIBUTE, copy);
}

static bool name_is(const char *name, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(name, word, len) == 0;
}

static int64_t loop_length(struct cx *cx, struct loop *l)
{
	if (l->length >= 0)
		return l->length;
	/* An iterator does not know: the rest is read ahead. */
	struct list *rest = list_of(cx, iter_val(l->items));
	l->length = rest->count + l->index0 + 1 + given(l->after);
	l->items = iter_of(cx, list_val(V_LIST, rest));
	return l->length;
}

static struct val loop_peek(struct cx *cx, struct loop *l)
{
	if (!given(l->after) && !iter_next(cx, l->items, &l->after))
		l->after = (struct val){ .kind = V_MISSING };
	return l->after;
}

enum loop_word {
	LOOP_INDEX,
	LOOP_INDEX0,
	LOOP_REVINDEX,
	LOOP_REVINDEX0,
	LOOP_FIRST,
	LOOP_LAST,
	LOOP_LENGTH,
	LOOP_PREVITEM,
	LOOP_NEXTITEM,
	LOOP_DEPTH,
	LOOP_DEPTH0,
	LOOP_WORDS,
};

static const char *const loop_words[LOOP_WORDS] = { "index", "index0", "revindex", "revindex0",
	"first", "last", "length", "previtem", "nextitem", "depth", "depth0" };

static struct val or_undefined(struct val v, const char *sentence)
{
	return given(v) ? v : undefined_val(UNDEFINED_SENTENCE, sentence);
}

static struct val loop_attr(struct cx *cx, struct loop *l, int word)
{
	switch (word) {
	case LOOP_INDEX: return int_val(l->index0 + 1);
	case LOOP_INDEX0: return int_val(l->index0);
	case LOOP_REVINDEX: return int_val(loop_length(cx, l) - l->index0);
	case LOOP_REVINDEX0: return int_val(loop_length(cx, l) - l->index0 - 1);
	case LOOP_FIRST: return bool_val(l->index0 == 0);
	case LOOP_LAST: return bool_val(!given(loop_peek(cx, l)));
	case LOOP_LENGTH: return int_val(loop_length(cx, l));
	case LOOP_PREVITEM:
		return or_undefined(l->index0 == 0 ? (struct val){ .kind = V_MISSING } : l->before,
			"there is no previous item");
	case LOOP_NEXTITEM: return or_undefined(loop_peek(cx, l), "there is no next item");
	case LOOP_DEPTH: return int_val(l->depth0 + 1);
	default: return int_val(l->depth0);
	}
}

static int loop_word(const char *name, size_t len)
{
	int word = 0;
	while (word < LOOP_WORDS && !name_is(name, len, loop_words[word]))
		word++;
	return word;
}

static struct val time_attr(struct cx *cx, const struct civil_time *t, const char *name, size_t len)
{
	static const char *const words[] = { "month", "day", "hour", "minute", "second",
		"microsecond" };
	const int numbers[] = { t->month, t->day, t->hour, t->minute, t->second, t->microsecond };
	if (name_is(name, len, "year"))
		return int_val(t->year);
	for (int i = 0; i < 6; i++)
		if (name_is(name, len, words[i]))
			return int_val(numbers[i]);
	return no_attribute(cx, name, len);
}

/* Attributes that are not items: V_MISSING when there is none of that name. */
static struct val own_attr(struct cx *cx, struct val v, const char *name, size_t len)
{
	if (v.kind == V_LOOP && loop_word(name, len) < LOOP_WORDS)
		return loop_attr(cx, v.loop, loop_word(name, len));
	if (v.kind == V_TUPLE && v.list->group && name_is(name, len, "grouper"))
		return v.list->items[0];
	if (v.kind == V_TUPLE && v.list->group && name_is(name, len, "list"))
		return v.list->items[1];
	if (v.kind == V_CYCLER && name_is(name, len, "current"))
		return v.cycler->items->items[v.cycler->at];
	if (v.kind == V_NAMESPACE) {
		const struct val *item = dict_get(cx, v.dict, text_val(name, len));
		return item ? *item : (struct val){ .kind = V_MISSING };
	}
	if (v.kind == V_RANGE) {
		if (name_is(name, len, "start"))
			return int_val(v.range->start);
		if (name_is(name, len, "stop"))
			return int_val(v.range->stop);
		if (name_is(name, len, "step"))
			return int_val(v.range->step);
	}
	const struct callable *function = method_find(v, name, len);
	if (function == NULL && attr_is_refused(v, name, len))
		template_fail(
			cx, "'.%.*s' is not supported for a %s", (int)len, name, kind_name(v));
	if (function == NULL)
		return (struct val){ .kind = V_MISSING };
	struct method *m = mem(cx, sizeof(*m));
	*m = (struct method){ v, function };
	return (struct val){ .kind = V_METHOD, .method = m };
}

struct val get_attr(struct cx *cx, struct val v, const char *name, size_t len)
{
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind == V_TIME)
		return time_attr(cx, v.time, name, len);
	struct val own = own_attr(cx, v, name, len);
	if (given(own))
		return own;
	if (v.kind == V_DICT) {
		const struct val *item = dict_get(cx, v.dict, text_val(name, len));
		if (item)
			return *item;
	}
	return no_attribute(cx, name, len);
}

static struct val text_at(struct cx *cx, struct val text, int64_t index)
{
	charge(cx, text.len / 64);
	int64_t count = utf8_is_ascii(text.text, text.len)
		? text.len
		: (int64_t)utf8_count(text.text, text.len);
	if (index < 0)
		index += count;
	if (index < 0 || index >= count)
		return (struct val){ .kind = V_MISSING };
	size_t at =
		count == text.len ? (size_t)index : utf8_offset(text.text, text.len, (size_t)index);
	return markup_val(
		text_val(text.text + at, utf8_size((unsigned char)text.text[at])), text.flag);
}

static struct val item_at(struct cx *cx, struct val v, int64_t index)
{
	if (v.kind == V_TEXT)
		return text_at(cx, v, index);
	int64_t count = v.kind == V_RANGE ? v.range->count : v.list->count;
	if (index < 0)
		index += count;
	if (index < 0 || index >= count)
		return (struct val){ .kind = V_MISSING };
	return v.kind == V_RANGE ? int_val(v.range->start + index * v.range->step)
				 : v.list->items[index];
}

/* The item itself; V_MISSING where Python raises an error that Jinja2 turns into undefined. */
static struct val plain_item(struct cx *cx, struct val v, struct val key)
{
	bool index = key.kind == V_INT || key.kind == V_BOOL;
	if (v.kind == V_DICT && hashable(key)) {
		const struct val *item = dict_get(cx, v.dict, key);
		return item ? *item : (struct val){ .kind = V_MISSING };
	}
	if (index &&
		(v.kind == V_TEXT || v.kind == V_LIST || v.kind == V_TUPLE || v.kind == V_RANGE))
		return item_at(cx, v, int_of(key));
	return (struct val){ .kind = V_MISSING };
}

struct val get_item(struct cx *cx, struct val v, struct val key)
{
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	struct val item = plain_item(cx, v, key);
	if (given(item))
		return item;
	if (key.kind != V_TEXT)
		return undefined_val(UNDEFINED_SENTENCE, "there is no such item");
	if (v.kind == V_TIME)
		return time_attr(cx, v.time, key.text, key.len);
	struct val own = own_attr(cx, v, key.text, key.len);
	return given(own) ? own : no_attribute(cx, key.text, key.len);
}

/* --- slices --- */

static int64_t slice_bound(struct cx *cx, struct val v, int64_t count, int64_t step, bool stop)
{
	int64_t low = step < 0 ? -1 : 0, high = step < 0 ? count - 1 : count;
	if (absent(v))
		return (step < 0) == stop ? low : high;
	int64_t i = arg_int(cx, v, "slice");
	if (i < 0)
		i += count;
	return i < low ? low : i > high ? high : i;
}

struct val text_between(struct cx *cx, struct val text, int64_t start, int64_t stop)
{
	charge(cx, text.len / 64);
	if (stop <= start)
		return markup_val(text_val("", 0), text.flag);
	size_t from = utf8_offset(text.text, text.len, (size_t)start);
	size_t len = utf8_offset(text.text + from, text.len - from, (size_t)(stop - start));
	return markup_val(text_val(text.text + from, len), text.flag);
}

static struct val text_stepped(
	struct cx *cx, struct val text, int64_t start, int64_t step, int64_t count)
{
	struct sb b;
	sb_init(&b);
	struct list *chars = list_of(cx, text);
	for (int64_t i = 0; i < count; i++) {
		struct val c = chars->items[start + i * step];
		sb_add(cx, &b, c.text, c.len);
	}
	return sb_text(&b, text.flag);
}

static struct val range_slice(struct cx *cx, const struct range *r, int64_t start, int64_t stop,
	int64_t step, int64_t count)
{
	struct range *made = mem(cx, sizeof(*made));
	*made = (struct range){ r->start + start * r->step, r->start + stop * r->step,
		r->step * step, count };
	return (struct val){ .kind = V_RANGE, .range = made };
}

struct val get_slice(struct cx *cx, struct val v, const struct slice *s)
{
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind != V_TEXT && v.kind != V_LIST && v.kind != V_TUPLE && v.kind != V_RANGE)
		template_fail(cx, "a %s has no slices", kind_name(v));
	int64_t step = absent(s->step) ? 1 : arg_int(cx, s->step, "slice");
	if (step == 0)
		template_fail(cx, "the step of a slice cannot be zero");
	if (step > TMPL_TEXT_MAX || step < -TMPL_TEXT_MAX)
		step = step < 0 ? -TMPL_TEXT_MAX : TMPL_TEXT_MAX;
	int64_t length = length_of(cx, v);
	int64_t start = slice_bound(cx, s->start, length, step, false);
	int64_t stop = slice_bound(cx, s->stop, length, step, true);
	int64_t count =
		step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
	count = count < 0 ? 0 : count;
	if (v.kind == V_RANGE)
		return range_slice(cx, v.range, start, stop, step, count);
	if (v.kind == V_TEXT)
		return step == 1 ? text_between(cx, v, start, stop)
				 : text_stepped(cx, v, start, step, count);
	struct list *l = list_new(cx, (size_t)count);
	charge(cx, (size_t)count / 16);
	for (int64_t i = 0; i < count; i++)
		l->items[l->count++] = v.list->items[start + i * step];
	return list_val(v.kind, l);
}
