/*
 * "...".format(values), as Python's string.Formatter.
 */
#include "tmpl/format.h"
#include "tmpl/utf8.h"

enum { BRACE_DEPTH_MAX = 2 };

struct brace {
	struct cx *cx;
	const struct args *args;
	bool markup;
	int64_t automatic; /* next number; -1 after a number was written out */
};

static void add_braced(struct brace *f, struct sb *b, struct val format, int depth);

static struct val value_numbered(struct brace *f, int64_t i)
{
	if (i < 0 || i >= (int64_t)f->args->count)
		template_fail(f->cx, "'format' has no value number %lld", (long long)i);
	return f->args->at[i];
}

static struct val value_named(struct brace *f, struct val name)
{
	for (uint32_t i = 0; i < f->args->keyword_count; i++)
		if (equal(f->cx, str_val(f->args->keywords[i].name), name))
			return f->args->keywords[i].value;
	template_fail(f->cx, "'format' has no value named '%.*s'",
		name.len > 60 ? 60 : (int)name.len, name.text);
}

static bool is_number_text(struct val text)
{
	for (uint32_t i = 0; i < text.len; i++)
		if (text.text[i] < '0' || text.text[i] > '9')
			return false;
	return text.len > 0;
}

static struct val first_value(struct brace *f, struct val name)
{
	int64_t number;
	if (name.len == 0 || is_number_text(name)) {
		bool automatic = name.len == 0;
		if (automatic ? f->automatic < 0 : f->automatic > 0)
			template_fail(f->cx, "'format' mixes places with and without numbers");
		if (automatic)
			return value_numbered(f, f->automatic++);
		f->automatic = -1;
		if (!parse_int(f->cx, name, 10, &number))
			number = -1;
		return value_numbered(f, number);
	}
	return value_named(f, name);
}

static struct val item_key(struct brace *f, struct val key)
{
	int64_t number;
	if (is_number_text(key) && parse_int(f->cx, key, 10, &number))
		return int_val(number);
	return key;
}

/* name.attribute[item]... */
static struct val field_value(struct brace *f, struct val field)
{
	size_t at = 0;
	while (at < field.len && field.text[at] != '.' && field.text[at] != '[')
		at++;
	struct val v = first_value(f, text_val(field.text, at));
	while (at < field.len) {
		char kind = field.text[at++];
		size_t start = at;
		const char *stop =
			kind == '[' ? memchr(field.text + at, ']', field.len - at) : NULL;
		if (kind == '[' && stop == NULL)
			template_fail(f->cx, "a '[' in a format is not closed");
		while (kind == '.' && at < field.len && field.text[at] != '.' &&
			field.text[at] != '[')
			at++;
		if (kind == '[')
			at = (size_t)(stop - field.text);
		struct val part = text_val(field.text + start, at - start);
		at += kind == '[';
		if ((kind != '.' && kind != '[') || part.len == 0)
			template_fail(f->cx, "a place in a format is wrong");
		v = kind == '.' ? get_attr(f->cx, v, part.text, part.len)
				: get_item(f->cx, v, item_key(f, part));
	}
	return v;
}

static struct val converted(struct brace *f, struct val v, char conversion)
{
	struct sb b;
	sb_init(&b);
	switch (conversion) {
	case 0: return v;
	case 's': return str_of(f->cx, v);
	case 'r': add_repr(f->cx, &b, v); return sb_text(&b, false);
	case 'a':
		add_repr(f->cx, &b, v);
		struct val repr = sb_text(&b, false);
		sb_init(&b);
		add_ascii(f->cx, &b, repr);
		return sb_text(&b, false);
	default: template_fail(f->cx, "'!%c' is no conversion", conversion);
	}
}

static void add_value(struct brace *f, struct sb *b, struct val v, struct val spec)
{
	if (f->markup && is_markup(v)) {
		if (spec.len > 0)
			template_fail(f->cx, "markup takes no format specification");
		sb_add(f->cx, b, v.text, v.len);
		return;
	}
	if (!f->markup) {
		add_formatted(f->cx, b, v, spec.text, spec.len);
		return;
	}
	struct sb plain;
	sb_init(&plain);
	add_formatted(f->cx, &plain, v, spec.text, spec.len);
	sb_escape(f->cx, b, plain.data ? plain.data : "", plain.len);
}

/* One place between braces: name!conversion:spec, where spec may hold places again. */
static void add_place(struct brace *f, struct sb *b, struct val place, int depth)
{
	size_t at = 0;
	bool bracket = false;
	for (; at < place.len; at++) {
		char c = place.text[at];
		bracket = c == '[' ? true : c == ']' ? false : bracket;
		if (!bracket && (c == '!' || c == ':'))
			break;
		if (c == '{' || c == '}')
			template_fail(f->cx, "a place in a format is wrong");
	}
	struct val field = text_val(place.text, at), spec = text_val("", 0);
	char conversion = 0;
	if (at < place.len && place.text[at] == '!') {
		if (at + 1 >= place.len || (at + 2 < place.len && place.text[at + 2] != ':'))
			template_fail(f->cx, "a conversion in a format is wrong");
		conversion = place.text[at + 1];
		at += 2;
	}
	struct sb own;
	sb_init(&own);
	struct val v = converted(f, field_value(f, field), conversion);
	if (at < place.len) {
		add_braced(f, &own, text_val(place.text + at + 1, place.len - at - 1), depth + 1);
		spec = sb_text(&own, false);
	}
	add_value(f, b, v, spec);
}

static size_t place_end(struct brace *f, struct val format, size_t at)
{
	int depth = 1;
	for (; at < format.len; at++) {
		if (format.text[at] == '{')
			depth++;
		else if (format.text[at] == '}' && --depth == 0)
			return at;
	}
	template_fail(f->cx, "a '{' in a format is not closed");
}

static void add_braced(struct brace *f, struct sb *b, struct val format, int depth)
{
	if (depth >= BRACE_DEPTH_MAX && format.len > 0 &&
		(memchr(format.text, '{', format.len) || memchr(format.text, '}', format.len)))
		template_fail(f->cx, "places in a format are nested too deep");
	for (size_t at = 0; at < format.len;) {
		char c = format.text[at];
		bool twice = at + 1 < format.len && format.text[at + 1] == c;
		if ((c == '{' || c == '}') && twice) {
			sb_addc(f->cx, b, c);
			at += 2;
		} else if (c == '{') {
			size_t end = place_end(f, format, at + 1);
			add_place(f, b, text_val(format.text + at + 1, end - at - 1), depth);
			at = end + 1;
		} else if (c == '}') {
			template_fail(f->cx, "a '}' in a format stands alone");
		} else {
			sb_addc(f->cx, b, c);
			at++;
		}
	}
}

struct val brace_format(struct cx *cx, struct val format, const struct args *args)
{
	struct brace f = { .cx = cx, .args = args, .markup = format.flag };
	struct sb b;
	sb_init(&b);
	add_braced(&f, &b, format, 0);
	return sb_text(&b, format.flag);
}
