/*
 * The filter wordwrap: Python's textwrap, whose way of cutting a line into chunks is a regular
 * expression; chunk_end() says the same by hand.
 */
#include "tmpl/text_method.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

/* The blanks of textwrap are ASCII only. */
static bool is_blank(uint32_t code)
{
	return code == ' ' || (code >= 9 && code <= 13);
}

struct wrapping {
	struct cx *cx;
	int64_t width;
	bool break_words, break_hyphens;
	struct val between; /* lines */
	struct sb out;
	bool any_line;
};

static uint32_t code_at(struct val line, size_t at)
{
	return at < line.len ? utf8_next(line.text, &at) : ' ';
}

static uint32_t code_before(struct val line, size_t at)
{
	return at > 0 ? utf8_prev(line.text, &at) : ' ';
}

static bool is_letter(uint32_t code)
{
	return code == '_' ? false : char_is_alnum(code) && !char_is_decimal(code);
}

static bool is_word_punct(uint32_t code)
{
	return code == '_' || char_is_alnum(code) ||
		(code < 0x80 && code && strchr("!\"'&.,?", (int)code));
}

/* At a hyphen that may end a chunk: two letters, perhaps with a hyphen between, on both sides. */
static bool breaks_at_hyphen(struct val line, size_t at, size_t start)
{
	size_t back = at;
	if (code_at(line, at) != '-' || at == start)
		return false;
	uint32_t one = utf8_prev(line.text, &back);
	uint32_t two = back > start ? code_before(line, back) : ' ';
	size_t back_two = back;
	if (back > start)
		utf8_prev(line.text, &back_two);
	uint32_t three = back_two > start ? code_before(line, back_two) : ' ';
	if (!is_letter(one) || !(is_letter(two) || (two == '-' && is_letter(three))))
		return false;
	size_t next = at + 1;
	uint32_t after = next < line.len ? utf8_next(line.text, &next) : ' ';
	uint32_t second = next < line.len ? utf8_next(line.text, &next) : ' ';
	uint32_t third = code_at(line, next);
	return is_letter(after) && (is_letter(second) || (second == '-' && is_letter(third)));
}

static size_t hyphens(struct val line, size_t at)
{
	size_t end = at;
	while (end < line.len && line.text[end] == '-')
		end++;
	return end - at;
}

/* An em-dash: two hyphens or more between a word and a word. */
static bool is_dash(struct val line, size_t at)
{
	size_t count = hyphens(line, at);
	uint32_t after = code_at(line, at + count);
	return count >= 2 && is_word_punct(code_before(line, at)) &&
		(after == '_' || char_is_alnum(after));
}

static size_t chunk_end(const struct wrapping *w, struct val line, size_t start)
{
	size_t at = start;
	bool blank = is_blank(code_at(line, start));
	if (w->break_hyphens && !blank && start > 0 && is_dash(line, start))
		return start + hyphens(line, start);
	while (at < line.len && is_blank(code_at(line, at)) == blank) {
		if (!blank && w->break_hyphens && at > start) {
			if (breaks_at_hyphen(line, at, start))
				return at + 1;
			if (is_dash(line, at))
				return at;
		}
		utf8_next(line.text, &at);
	}
	return at;
}

static struct list *chunks(struct wrapping *w, struct val line)
{
	struct list *l = list_new(w->cx, 8);
	for (size_t at = 0; at < line.len;) {
		size_t end = chunk_end(w, line, at);
		charge(w->cx, 1);
		list_push(w->cx, l, text_val(line.text + at, end - at));
		at = end;
	}
	return l;
}

static bool all_blank(struct cx *cx, struct val chunk)
{
	return text_strip(cx, chunk, none_val(), STRIP_BOTH).len == 0;
}

static void end_line(struct wrapping *w, const struct list *line)
{
	if (line->count == 0)
		return;
	if (w->any_line)
		sb_add(w->cx, &w->out, w->between.text, w->between.len);
	w->any_line = true;
	for (uint32_t i = 0; i < line->count; i++)
		sb_add(w->cx, &w->out, line->items[i].text, line->items[i].len);
}

/* A chunk wider than the line: cut off what fits, after a hyphen if there is one. */
static int64_t cut_point(const struct wrapping *w, struct val chunk, int64_t room)
{
	if (!w->break_hyphens || length_of(w->cx, chunk) <= room)
		return room;
	struct val head = text_between(w->cx, chunk, 0, room);
	const char *hyphen = memrchr(head.text, '-', head.len);
	bool worth = false;
	for (const char *p = head.text; hyphen && p < hyphen; p++)
		worth |= *p != '-';
	return hyphen && hyphen > head.text && worth
		? (int64_t)utf8_count(head.text, (size_t)(hyphen - head.text)) + 1
		: room;
}

static void wrap_chunks(struct wrapping *w, struct list *all)
{
	uint32_t at = 0;
	while (at < all->count) {
		struct list *line = list_new(w->cx, 8);
		int64_t length = 0;
		if (w->any_line && all_blank(w->cx, all->items[at]))
			at++;
		while (at < all->count) {
			int64_t size = length_of(w->cx, all->items[at]);
			if (length + size > w->width)
				break;
			list_push(w->cx, line, all->items[at++]);
			length += size;
		}
		if (at < all->count && length_of(w->cx, all->items[at]) > w->width) {
			struct val chunk = all->items[at];
			int64_t room = w->width < 1 ? 1 : w->width - length;
			if (w->break_words) {
				int64_t cut = cut_point(w, chunk, room);
				list_push(w->cx, line, text_between(w->cx, chunk, 0, cut));
				all->items[at] =
					text_between(w->cx, chunk, cut, length_of(w->cx, chunk));
			} else if (line->count == 0) {
				list_push(w->cx, line, all->items[at++]);
			}
		}
		if (line->count > 0 && all_blank(w->cx, line->items[line->count - 1]))
			line->count--;
		end_line(w, line);
	}
}

struct val filter_wordwrap(struct cx *cx, struct val v, const struct args *a)
{
	struct list *lines = text_lines(cx, arg_text(cx, v, "wordwrap"), false);
	struct wrapping w = { .cx = cx,
		.width = arg_int_or(cx, a->at[0], "width", 79),
		.break_words = arg_bool_or(a->at[1], true),
		.between = absent(a->at[2]) ? template_newline(cx)
					    : arg_text(cx, a->at[2], "wrapstring"),
		.break_hyphens = arg_bool_or(a->at[3], true) };
	sb_init(&w.out);
	if (w.width <= 0)
		template_fail(cx, "'wordwrap' wants a width above zero");
	for (uint32_t i = 0; i < lines->count; i++) {
		if (i > 0)
			sb_add(cx, &w.out, w.between.text, w.between.len);
		w.any_line = false;
		wrap_chunks(&w, chunks(&w, lines->items[i]));
	}
	return sb_text(&w.out, false);
}
