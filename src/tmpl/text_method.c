/*
 * Methods of texts that make other texts or lists of them. The rules of markup are MarkupSafe's:
 * most methods of a markup text escape their arguments and give markup.
 */
#include "tmpl/text_method.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

/* An argument of a method of markup. */
static struct val fitted(struct cx *cx, struct val self, struct val arg)
{
	return self.flag && arg.kind == V_TEXT ? escaped(cx, arg) : arg;
}

static bool in_chars(struct val chars, uint32_t code)
{
	if (absent(chars))
		return char_is_space(code);
	for (size_t at = 0; at < chars.len;)
		if (utf8_next(chars.text, &at) == code)
			return true;
	return false;
}

struct val text_strip(struct cx *cx, struct val text, struct val chars, enum strip side)
{
	size_t start = 0, end = text.len;
	if (!absent(chars))
		chars = fitted(cx, text, arg_text(cx, chars, "strip"));
	charge(cx, text.len / 64);
	while (side & STRIP_LEFT && start < end) {
		size_t next = start;
		if (!in_chars(chars, utf8_next(text.text, &next)))
			break;
		start = next;
	}
	while (side & STRIP_RIGHT && end > start) {
		size_t before = end;
		if (!in_chars(chars, utf8_prev(text.text, &before)))
			break;
		end = before;
	}
	return markup_val(text_val(text.text + start, end - start), text.flag);
}

static struct val padded(struct cx *cx, struct val text, int64_t left, int64_t right, uint32_t fill)
{
	struct sb b;
	if (left <= 0 && right <= 0)
		return text;
	sb_init(&b);
	sb_fill(cx, &b, fill, (size_t)left);
	sb_add(cx, &b, text.text, text.len);
	sb_fill(cx, &b, fill, (size_t)right);
	return sb_text(&b, text.flag);
}

/* Python puts the odd blank to the left when the width is odd. */
struct val text_center(struct cx *cx, struct val text, int64_t width, uint32_t fill)
{
	int64_t room = width - length_of(cx, text);
	if (room <= 0)
		return text;
	int64_t left = room / 2 + (room & width & 1);
	return padded(cx, text, left, room - left, fill);
}

struct val text_replace(
	struct cx *cx, struct val text, struct val old, struct val new, int64_t count)
{
	struct sb b;
	size_t at = 0;
	sb_init(&b);
	charge(cx, text.len / 16);
	while (count != 0 && at + old.len <= text.len) {
		const char *hit = memmem(text.text + at, text.len - at, old.text, old.len);
		if (hit == NULL)
			break;
		size_t start = (size_t)(hit - text.text);
		sb_add(cx, &b, text.text + at, start - at);
		sb_add(cx, &b, new.text, new.len);
		at = start + old.len;
		count--;
		if (old.len > 0)
			continue;
		/* Nothing is found before every character and at the end. */
		if (at >= text.len) {
			at = text.len + 1;
			break;
		}
		size_t size = utf8_size((unsigned char)text.text[at]);
		sb_add(cx, &b, text.text + at, size);
		at += size;
	}
	if (at < text.len)
		sb_add(cx, &b, text.text + at, text.len - at);
	return sb_text(&b, text.flag);
}

static void push_part(struct cx *cx, struct list *l, struct val text, size_t from, size_t to)
{
	charge(cx, 1);
	list_push(cx, l, markup_val(text_val(text.text + from, to - from), text.flag));
}

struct list *text_lines(struct cx *cx, struct val text, bool keep_ends)
{
	struct list *l = list_new(cx, 0);
	for (size_t start = 0, at = 0; at < text.len;) {
		size_t end = at;
		uint32_t code = utf8_next(text.text, &at);
		if (char_is_line_break(code)) {
			at += code == '\r' && at < text.len && text.text[at] == '\n';
			push_part(cx, l, text, start, keep_ends ? at : end);
			start = at;
		} else if (at >= text.len) {
			push_part(cx, l, text, start, at);
		}
	}
	return l;
}

static struct list *split_blanks(struct cx *cx, struct val text, int64_t max)
{
	struct list *l = list_new(cx, 0);
	struct val none = none_val();
	text = text_strip(cx, text, none, STRIP_LEFT);
	for (size_t start = 0, at = 0; start < text.len; at = start) {
		size_t end = start;
		if (max-- == 0) {
			push_part(cx, l, text, start, text.len);
			return l;
		}
		while (at < text.len && !char_is_space(utf8_next(text.text, &at)))
			end = at;
		push_part(cx, l, text, start, end);
		start = end;
		for (at = start; at < text.len && char_is_space(utf8_next(text.text, &at));)
			start = at;
	}
	return l;
}

struct list *text_split(struct cx *cx, struct val text, struct val sep, int64_t max)
{
	if (absent(sep))
		return split_blanks(cx, text, max);
	if (arg_text(cx, sep, "split").len == 0)
		template_fail(cx, "a text cannot be split at nothing");
	struct list *l = list_new(cx, 0);
	size_t start = 0;
	charge(cx, text.len / 16);
	while (max-- != 0) {
		const char *hit = memmem(text.text + start, text.len - start, sep.text, sep.len);
		if (hit == NULL)
			break;
		push_part(cx, l, text, start, (size_t)(hit - text.text));
		start = (size_t)(hit - text.text) + sep.len;
	}
	push_part(cx, l, text, start, text.len);
	return l;
}

static void turn_around(struct list *l)
{
	for (uint32_t i = 0, k = l->count; i + 1 < k; i++) {
		struct val swap = l->items[i];
		l->items[i] = l->items[--k];
		l->items[k] = swap;
	}
}

static struct list *rsplit_blanks(struct cx *cx, struct val text, int64_t max)
{
	struct list *l = list_new(cx, 0);
	struct val none = none_val();
	size_t end = text_strip(cx, text, none, STRIP_RIGHT).len;
	while (end > 0) {
		size_t start = end, at = end;
		if (max-- == 0) {
			push_part(cx, l, text, 0, end);
			break;
		}
		while (at > 0 && !char_is_space(utf8_prev(text.text, &at)))
			start = at;
		push_part(cx, l, text, start, end);
		end = start;
		for (at = end; at > 0 && char_is_space(utf8_prev(text.text, &at));)
			end = at;
	}
	turn_around(l);
	return l;
}

struct list *text_rsplit(struct cx *cx, struct val text, struct val sep, int64_t max)
{
	if (absent(sep))
		return rsplit_blanks(cx, text, max);
	if (arg_text(cx, sep, "rsplit").len == 0)
		template_fail(cx, "a text cannot be split at nothing");
	struct list *l = list_new(cx, 0);
	size_t end = text.len;
	charge(cx, text.len / 16 + (size_t)text.len * sep.len / 1024);
	for (size_t at = end; max != 0 && at >= sep.len;) {
		if (memcmp(text.text + at - sep.len, sep.text, sep.len) != 0) {
			at--;
			continue;
		}
		push_part(cx, l, text, at, end);
		end = at -= sep.len;
		max--;
	}
	push_part(cx, l, text, 0, end);
	turn_around(l);
	return l;
}

struct val text_join(struct cx *cx, struct val separator, const struct list *items)
{
	struct sb b;
	sb_init(&b);
	for (uint32_t i = 0; i < items->count; i++) {
		struct val item = items->items[i];
		if (i > 0)
			sb_add(cx, &b, separator.text, separator.len);
		if (separator.flag) {
			add_escaped(cx, &b, item);
			continue;
		}
		if (item.kind != V_TEXT)
			template_fail(
				cx, "'join' of a text wants texts, not a %s", kind_name(item));
		sb_add(cx, &b, item.text, item.len);
	}
	return sb_text(&b, separator.flag);
}

/* --- the methods --- */

static struct val do_upper(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return text_to_case(cx, self, CASE_UPPER);
}

static struct val do_lower(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return text_to_case(cx, self, CASE_LOWER);
}

static struct val do_casefold(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return markup_val(text_to_case(cx, self, CASE_FOLD), false);
}

static struct val do_capitalize(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return text_capitalize(cx, self);
}

static struct val do_title(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return text_title(cx, self);
}

static struct val do_swapcase(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return text_swapcase(cx, self);
}

static struct val do_strip(struct cx *cx, struct val self, const struct args *a)
{
	return text_strip(cx, self, a->at[0], STRIP_BOTH);
}

static struct val do_lstrip(struct cx *cx, struct val self, const struct args *a)
{
	return text_strip(cx, self, a->at[0], STRIP_LEFT);
}

static struct val do_rstrip(struct cx *cx, struct val self, const struct args *a)
{
	return text_strip(cx, self, a->at[0], STRIP_RIGHT);
}

static uint32_t fill_of(struct cx *cx, struct val self, struct val fill)
{
	size_t at = 0;
	if (!given(fill))
		return ' ';
	fill = fitted(cx, self, arg_text(cx, fill, "fill"));
	if (fill.len == 0 || utf8_size((unsigned char)fill.text[0]) != fill.len)
		template_fail(cx, "the fill must be one character");
	return utf8_next(fill.text, &at);
}

static struct val do_center(struct cx *cx, struct val self, const struct args *a)
{
	int64_t width = arg_int(cx, a->at[0], "center");
	return text_center(cx, self, width, fill_of(cx, self, a->at[1]));
}

static struct val do_ljust(struct cx *cx, struct val self, const struct args *a)
{
	int64_t room = arg_int(cx, a->at[0], "ljust") - length_of(cx, self);
	return padded(cx, self, 0, room, fill_of(cx, self, a->at[1]));
}

static struct val do_rjust(struct cx *cx, struct val self, const struct args *a)
{
	int64_t room = arg_int(cx, a->at[0], "rjust") - length_of(cx, self);
	return padded(cx, self, room, 0, fill_of(cx, self, a->at[1]));
}

static struct val do_zfill(struct cx *cx, struct val self, const struct args *a)
{
	struct sb b;
	int64_t room = arg_int(cx, a->at[0], "zfill") - length_of(cx, self);
	size_t sign = self.len > 0 && (self.text[0] == '+' || self.text[0] == '-');
	if (room <= 0)
		return self;
	sb_init(&b);
	sb_add(cx, &b, self.text, sign);
	sb_fill(cx, &b, '0', (size_t)room);
	sb_add(cx, &b, self.text + sign, self.len - sign);
	return sb_text(&b, self.flag);
}

static struct val do_replace(struct cx *cx, struct val self, const struct args *a)
{
	struct val old = fitted(cx, self, arg_text(cx, a->at[0], "replace"));
	struct val new = fitted(cx, self, arg_text(cx, a->at[1], "replace"));
	return text_replace(cx, self, old, new, arg_int_or(cx, a->at[2], "replace", -1));
}

static struct val do_split(struct cx *cx, struct val self, const struct args *a)
{
	int64_t max = arg_int_or(cx, a->at[1], "maxsplit", -1);
	return list_val(V_LIST, text_split(cx, self, a->at[0], max));
}

static struct val do_rsplit(struct cx *cx, struct val self, const struct args *a)
{
	int64_t max = arg_int_or(cx, a->at[1], "maxsplit", -1);
	return list_val(V_LIST, text_rsplit(cx, self, a->at[0], max));
}

static struct val do_splitlines(struct cx *cx, struct val self, const struct args *a)
{
	return list_val(V_LIST, text_lines(cx, self, arg_int_or(cx, a->at[0], "keepends", 0) != 0));
}

static struct val do_join(struct cx *cx, struct val self, const struct args *a)
{
	return text_join(cx, self, list_of(cx, a->at[0]));
}

static struct val do_format(struct cx *cx, struct val self, const struct args *a)
{
	return brace_format(cx, self, a);
}

static struct val part_tuple(struct cx *cx, struct val self, size_t from, size_t to, bool right)
{
	struct list *l = list_new(cx, 3);
	struct val all = text_val(self.text, self.len), empty = text_val("", 0);
	l->count = 3;
	l->items[0] = from == SIZE_MAX ? (right ? empty : all) : text_val(self.text, from);
	l->items[1] = from == SIZE_MAX ? empty : text_val(self.text + from, to - from);
	l->items[2] =
		from == SIZE_MAX ? (right ? all : empty) : text_val(self.text + to, self.len - to);
	for (int i = 0; i < 3; i++)
		l->items[i].flag = self.flag;
	return list_val(V_TUPLE, l);
}

static struct val separator_of(struct cx *cx, struct val self, struct val sep)
{
	sep = fitted(cx, self, arg_text(cx, sep, "partition"));
	if (sep.len == 0)
		template_fail(cx, "a text cannot be split at nothing");
	return sep;
}

static struct val do_partition(struct cx *cx, struct val self, const struct args *a)
{
	struct val sep = separator_of(cx, self, a->at[0]);
	charge(cx, self.len / 64);
	const char *hit = memmem(self.text, self.len, sep.text, sep.len);
	size_t from = hit ? (size_t)(hit - self.text) : SIZE_MAX;
	return part_tuple(cx, self, from, from + sep.len, false);
}

static struct val do_rpartition(struct cx *cx, struct val self, const struct args *a)
{
	struct val sep = separator_of(cx, self, a->at[0]);
	size_t from = SIZE_MAX;
	charge(cx, self.len / 16 + (size_t)self.len * sep.len / 1024);
	for (size_t at = self.len; at >= sep.len && from == SIZE_MAX; at--)
		if (memcmp(self.text + at - sep.len, sep.text, sep.len) == 0)
			from = at - sep.len;
	return part_tuple(cx, self, from, from + sep.len, true);
}

static struct val do_expandtabs(struct cx *cx, struct val self, const struct args *a)
{
	struct sb b;
	int64_t size = arg_int_or(cx, a->at[0], "tabsize", 8), column = 0;
	sb_init(&b);
	for (size_t at = 0; at < self.len;) {
		uint32_t code = utf8_next(self.text, &at);
		if (code == '\t') {
			int64_t blanks = size > 0 ? size - column % size : 0;
			sb_fill(cx, &b, ' ', (size_t)blanks);
			column += blanks;
			continue;
		}
		sb_code(cx, &b, code);
		column = code == '\n' || code == '\r' ? 0 : column + 1;
	}
	return sb_text(&b, self.flag);
}

static bool has_affix(struct val text, struct val affix, bool end)
{
	return affix.len <= text.len &&
		memcmp(text.text + (end ? text.len - affix.len : 0), affix.text, affix.len) == 0;
}

static struct val do_removeprefix(struct cx *cx, struct val self, const struct args *a)
{
	struct val affix = arg_text(cx, a->at[0], "removeprefix");
	size_t cut = has_affix(self, affix, false) ? affix.len : 0;
	return text_val(self.text + cut, self.len - cut);
}

static struct val do_removesuffix(struct cx *cx, struct val self, const struct args *a)
{
	struct val affix = arg_text(cx, a->at[0], "removesuffix");
	return text_val(self.text, self.len - (has_affix(self, affix, true) ? affix.len : 0));
}

const struct callable methods_text[] = {
	{ "upper", do_upper },
	{ "lower", do_lower },
	{ "strip", do_strip, { "" } },
	{ "replace", do_replace, { "", "", "" }, .required = 2 },
	{ "split", do_split, { "sep", "maxsplit" } },
	{ "join", do_join, { "" }, .required = 1 },
	{ "format", do_format, .variadic = true },
	{ "capitalize", do_capitalize },
	{ "title", do_title },
	{ "casefold", do_casefold },
	{ "swapcase", do_swapcase },
	{ "lstrip", do_lstrip, { "" } },
	{ "rstrip", do_rstrip, { "" } },
	{ "center", do_center, { "", "" }, .required = 1 },
	{ "ljust", do_ljust, { "", "" }, .required = 1 },
	{ "rjust", do_rjust, { "", "" }, .required = 1 },
	{ "zfill", do_zfill, { "" }, .required = 1 },
	{ "rsplit", do_rsplit, { "sep", "maxsplit" } },
	{ "splitlines", do_splitlines, { "keepends" } },
	{ "partition", do_partition, { "" }, .required = 1 },
	{ "rpartition", do_rpartition, { "" }, .required = 1 },
	{ "expandtabs", do_expandtabs, { "tabsize" } },
	{ "removeprefix", do_removeprefix, { "" }, .required = 1 },
	{ "removesuffix", do_removesuffix, { "" }, .required = 1 },
};
const size_t methods_text_count = sizeof(methods_text) / sizeof(methods_text[0]);
