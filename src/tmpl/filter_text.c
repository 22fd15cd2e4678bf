/*
 * Filters on texts.
 */
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"
#include "tmpl/text_method.h"

static struct val filter_upper(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return text_to_case(cx, soft_str(cx, v), CASE_UPPER);
}

static struct val filter_lower(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return text_to_case(cx, soft_str(cx, v), CASE_LOWER);
}

static struct val filter_capitalize(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return text_capitalize(cx, soft_str(cx, v));
}

static bool ends_word(uint32_t code)
{
	return code == '-' || code == '(' || code == '{' || code == '[' || code == '<' ||
		char_is_space(code);
}

/* Every part after blanks, hyphens and opening brackets gets a capital; the separators too, which
 * changes nothing. Jinja2 joins the parts to plain text. */
static struct val filter_title(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = soft_str(cx, v);
	struct sb b;
	sb_init(&b);
	for (size_t at = 0; at < text.len;) {
		size_t start = at, end;
		uint32_t first = utf8_next(text.text, &at);
		bool separator = ends_word(first);
		for (end = at; end < text.len; end = at)
			if (ends_word(utf8_next(text.text, &at)) != separator)
				break;
		at = start;
		utf8_next(text.text, &at);
		char_to_case(cx, &b, first, CASE_UPPER);
		/* Sigma is judged within the rest of the word. */
		add_lower(cx, &b, text.text + at, end - at, 0, end - at);
		at = end;
	}
	return sb_text(&b, false);
}

static struct val filter_trim(struct cx *cx, struct val v, const struct args *a)
{
	return text_strip(cx, soft_str(cx, v), a->at[0], STRIP_BOTH);
}

static struct val filter_center(struct cx *cx, struct val v, const struct args *a)
{
	return text_center(cx, soft_str(cx, v), arg_int_or(cx, a->at[0], "width", 80), ' ');
}

static struct val filter_string(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return soft_str(cx, v);
}

static struct val filter_replace(struct cx *cx, struct val v, const struct args *a)
{
	struct val old = soft_str(cx, a->at[0]), new = soft_str(cx, a->at[1]);
	int64_t count = absent(a->at[2]) ? -1 : arg_int(cx, a->at[2], "count");
	struct val text = soft_str(cx, v);
	if (!cx->autoescape)
		return text_replace(cx, markup_val(text, false), old, new, count);
	if (is_markup(old) || (is_markup(new) && !is_markup(text)))
		text = escaped(cx, text);
	if (is_markup(text)) {
		old = escaped(cx, old);
		new = escaped(cx, new);
	}
	return text_replace(cx, text, old, new, count);
}

static struct val filter_format(struct cx *cx, struct val v, const struct args *a)
{
	struct val arg;
	if (a->count > 0 && a->keyword_count > 0)
		template_fail(cx, "'format' takes either plain or named arguments");
	if (a->keyword_count > 0) {
		struct dict *d = dict_new(cx, a->keyword_count);
		for (uint32_t i = 0; i < a->keyword_count; i++)
			dict_put(cx, d, str_val(a->keywords[i].name), a->keywords[i].value);
		arg = (struct val){ .kind = V_DICT, .dict = d };
	} else {
		struct list *l = list_new(cx, a->count);
		memcpy(l->items, a->at, a->count * sizeof(*a->at));
		l->count = a->count;
		arg = list_val(V_TUPLE, l);
	}
	return percent_format(cx, soft_str(cx, v), arg);
}

static struct val filter_truncate(struct cx *cx, struct val v, const struct args *a)
{
	int64_t length = arg_int_or(cx, a->at[0], "length", 255);
	struct val end = given(a->at[2]) ? a->at[2] : str_val("...");
	int64_t leeway = absent(a->at[3]) ? 5 : arg_int(cx, a->at[3], "leeway");
	int64_t keep = length - length_of(cx, end);
	if (keep < 0)
		template_fail(cx, "'truncate' to %lld characters has no room for its end",
			(long long)length);
	if (leeway < 0)
		template_fail(cx, "'truncate' wants a leeway that is not negative");
	if (length_of(cx, v) <= length + leeway)
		return v;
	struct val start = text_between(cx, arg_text(cx, v, "truncate"), 0, keep);
	const char *blank = memrchr(start.text, ' ', start.len);
	if (!arg_bool_or(a->at[1], false) && blank)
		start.len = (uint32_t)(blank - start.text);
	return op_add(cx, start, end);
}

static struct val filter_wordcount(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct val text = soft_str(cx, v);
	int64_t words = 0;
	charge(cx, text.len / 16);
	bool inside = false;
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		bool word = code == '_' || char_is_alnum(code);
		words += word && !inside;
		inside = word;
	}
	return int_val(words);
}

static struct val indention_of(struct cx *cx, struct val width)
{
	if (width.kind == V_TEXT)
		return width;
	int64_t spaces = arg_int_or(cx, width, "width", 4);
	return op_mul(cx, str_val(" "), int_val(spaces));
}

static struct val filter_indent(struct cx *cx, struct val v, const struct args *a)
{
	struct val text = op_add(cx, v, str_val("\n"));
	struct val indention = indention_of(cx, a->at[0]);
	bool first = arg_bool_or(a->at[1], false), blank = arg_bool_or(a->at[2], false);
	struct list *lines = text_lines(cx, arg_text(cx, text, "indent"), false);
	struct sb b;
	sb_init(&b);
	/* Jinja2 would take the indention for markup as it is. */
	if (text.flag && !indention.flag && escaped(cx, indention).len != indention.len)
		template_fail(cx, "an indention with markup in it must be marked safe");
	if (first && text.flag)
		indention = markup_val(indention, true);
	for (uint32_t i = 0; i < lines->count; i++) {
		if (i > 0)
			sb_addc(cx, &b, '\n');
		if (i > 0 ? blank || lines->items[i].len > 0 : first)
			sb_add(cx, &b, indention.text, indention.len);
		sb_add(cx, &b, lines->items[i].text, lines->items[i].len);
	}
	return sb_text(&b, text.flag || (first && indention.flag));
}

const struct callable filters_text[] = {
	{ "capitalize", filter_capitalize, .keeps_markup = true },
	{ "center", filter_center, { "width" }, .keeps_markup = true },
	{ "format", filter_format, .variadic = true, .keeps_markup = true },
	{ "indent", filter_indent, { "width", "first", "blank" }, .keeps_markup = true },
	{ "lower", filter_lower, .keeps_markup = true },
	{ "replace", filter_replace, { "old", "new", "count" }, .required = 2,
		.keeps_markup = true },
	{ "string", filter_string, .keeps_markup = true },
	{ "title", filter_title },
	{ "trim", filter_trim, { "chars" }, .keeps_markup = true },
	{ "truncate", filter_truncate, { "length", "killwords", "end", "leeway" },
		.keeps_markup = true },
	{ "upper", filter_upper, .keeps_markup = true },
	{ "wordcount", filter_wordcount, .keeps_markup = true },
	{ "wordwrap", filter_wordwrap,
		{ "width", "break_long_words", "wrapstring", "break_on_hyphens" } },
};
const size_t filters_text_count = sizeof(filters_text) / sizeof(filters_text[0]);
