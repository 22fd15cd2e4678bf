/*
 * Methods of texts that answer a question: where, how often, of what kind. And the methods of the
 * other types.
 */
#include "tmpl/text_method.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

/* The part of self between the optional start and end arguments; its first code point's index in
 * *ret_from. False when start lies behind the end: then nothing is found, not even "". */
static bool part_of(
	struct cx *cx, struct val self, const struct args *a, struct val *ret, int64_t *ret_from)
{
	int64_t length = length_of(cx, self);
	int64_t from = absent(a->at[1]) ? 0 : arg_int(cx, a->at[1], "start");
	int64_t to = absent(a->at[2]) ? length : arg_int(cx, a->at[2], "end");
	from = from < 0 ? from + length : from;
	to = to < 0 ? to + length : to;
	from = from < 0 ? 0 : from;
	to = to > length ? length : to;
	*ret_from = from;
	*ret = text_between(cx, self, from, to);
	return from <= (to < 0 ? 0 : to) && from <= length;
}

static bool has_end(struct val text, struct val part, bool end)
{
	return part.len <= text.len &&
		memcmp(text.text + (end ? text.len - part.len : 0), part.text, part.len) == 0;
}

static bool one_affix(struct cx *cx, struct val self, const struct args *a, bool end)
{
	struct val part;
	int64_t from;
	bool inside = part_of(cx, self, a, &part, &from);
	if (a->at[0].kind == V_TEXT)
		return inside && has_end(part, a->at[0], end);
	if (a->at[0].kind != V_TUPLE)
		template_fail(cx, "'%s' wants a text or a tuple of texts",
			end ? "endswith" : "startswith");
	for (uint32_t i = 0; i < a->at[0].list->count; i++)
		if (inside && has_end(part, arg_text(cx, a->at[0].list->items[i], "affix"), end))
			return true;
	return false;
}

static struct val do_startswith(struct cx *cx, struct val self, const struct args *a)
{
	return bool_val(one_affix(cx, self, a, false));
}

static struct val do_endswith(struct cx *cx, struct val self, const struct args *a)
{
	return bool_val(one_affix(cx, self, a, true));
}

static const char *last_hit(struct val text, struct val part)
{
	for (size_t at = text.len; at >= part.len; at--) {
		if (memcmp(text.text + at - part.len, part.text, part.len) == 0)
			return text.text + at - part.len;
		if (at == 0)
			break;
	}
	return NULL;
}

static int64_t position(struct cx *cx, struct val self, const struct args *a, bool last)
{
	struct val part, wanted = arg_text(cx, a->at[0], "find");
	int64_t from;
	charge(cx, self.len / 16);
	if (last) /* looked for at every place */
		charge(cx, (size_t)self.len * wanted.len / 1024);
	if (!part_of(cx, self, a, &part, &from))
		return -1;
	const char *hit = last ? last_hit(part, wanted)
			       : memmem(part.text, part.len, wanted.text, wanted.len);
	return hit ? from + (int64_t)utf8_count(part.text, (size_t)(hit - part.text)) : -1;
}

static struct val do_find(struct cx *cx, struct val self, const struct args *a)
{
	return int_val(position(cx, self, a, false));
}

static struct val do_rfind(struct cx *cx, struct val self, const struct args *a)
{
	return int_val(position(cx, self, a, true));
}

static struct val do_index(struct cx *cx, struct val self, const struct args *a)
{
	int64_t at = position(cx, self, a, false);
	if (at < 0)
		template_fail(cx, "'index' does not find the text");
	return int_val(at);
}

static struct val do_rindex(struct cx *cx, struct val self, const struct args *a)
{
	int64_t at = position(cx, self, a, true);
	if (at < 0)
		template_fail(cx, "'rindex' does not find the text");
	return int_val(at);
}

static struct val do_count(struct cx *cx, struct val self, const struct args *a)
{
	struct val part, wanted = arg_text(cx, a->at[0], "count");
	int64_t from, count = 0;
	charge(cx, self.len / 16);
	if (!part_of(cx, self, a, &part, &from))
		return int_val(0);
	if (wanted.len == 0)
		return int_val(length_of(cx, part) + 1);
	for (const char *at = part.text, *end = part.text + part.len, *hit;
		(hit = memmem(at, (size_t)(end - at), wanted.text, wanted.len)) != NULL;
		at = hit + wanted.len)
		count++;
	return int_val(count);
}

/* All characters of a text that is not empty. */
static struct val all_are(struct cx *cx, struct val self, bool (*is)(uint32_t))
{
	charge(cx, self.len / 16);
	for (size_t at = 0; at < self.len;)
		if (!is(utf8_next(self.text, &at)))
			return bool_val(false);
	return bool_val(self.len > 0);
}

static struct val do_isalpha(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_alpha);
}

static struct val do_isalnum(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_alnum);
}

static struct val do_isdigit(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_digit);
}

static struct val do_isdecimal(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_decimal);
}

static struct val do_isnumeric(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_numeric);
}

static struct val do_isspace(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return all_are(cx, self, char_is_space);
}

static struct val do_isprintable(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	return self.len == 0 ? bool_val(true) : all_are(cx, self, char_is_printable);
}

static struct val do_isascii(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	charge(cx, self.len / 64);
	return bool_val(utf8_is_ascii(self.text, self.len));
}

bool text_is_lower(struct val text)
{
	bool any = false;
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		if (char_is_upper(code) || char_is_title(code))
			return false;
		any |= char_is_lower(code);
	}
	return any;
}

bool text_is_upper(struct val text)
{
	bool any = false;
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		if (char_is_lower(code) || char_is_title(code))
			return false;
		any |= char_is_upper(code);
	}
	return any;
}

static struct val do_islower(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	charge(cx, self.len / 16);
	return bool_val(text_is_lower(self));
}

static struct val do_isupper(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	charge(cx, self.len / 16);
	return bool_val(text_is_upper(self));
}

static struct val do_istitle(struct cx *cx, struct val self, const struct args *a)
{
	(void)a;
	bool cased = false, any = false;
	charge(cx, self.len / 16);
	for (size_t at = 0; at < self.len;) {
		uint32_t code = utf8_next(self.text, &at);
		bool up = char_is_upper(code) || char_is_title(code), low = char_is_lower(code);
		if (up ? cased : low && !cased)
			return bool_val(false);
		cased = up || low;
		any |= cased;
	}
	return bool_val(any);
}

const struct callable methods_text_find[] = {
	{ "startswith", do_startswith, { "", "", "" }, .required = 1 },
	{ "endswith", do_endswith, { "", "", "" }, .required = 1 },
	{ "find", do_find, { "", "", "" }, .required = 1 },
	{ "rfind", do_rfind, { "", "", "" }, .required = 1 },
	{ "index", do_index, { "", "", "" }, .required = 1 },
	{ "rindex", do_rindex, { "", "", "" }, .required = 1 },
	{ "count", do_count, { "", "", "" }, .required = 1 },
	{ "isalpha", do_isalpha },
	{ "isalnum", do_isalnum },
	{ "isdigit", do_isdigit },
	{ "isdecimal", do_isdecimal },
	{ "isnumeric", do_isnumeric },
	{ "isspace", do_isspace },
	{ "isprintable", do_isprintable },
	{ "isascii", do_isascii },
	{ "islower", do_islower },
	{ "isupper", do_isupper },
	{ "istitle", do_istitle },
};
const size_t methods_text_find_count = sizeof(methods_text_find) / sizeof(methods_text_find[0]);
