#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

struct char_range {
	uint32_t first, last;
	uint16_t flags;
};

struct char_pair {
	uint32_t code, to;
};

struct char_expansion {
	uint32_t code, to[3];
};

#include "tmpl/unicode.inc"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned flags_of(uint32_t code)
{
	size_t low = 0, high = COUNT(char_ranges);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (code < char_ranges[middle].first)
			high = middle;
		else if (code > char_ranges[middle].last)
			low = middle + 1;
		else
			return char_ranges[middle].flags;
	}
	return 0;
}

bool char_is_space(uint32_t code)
{
	if (code < 0x80)
		return code == ' ' || (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x1f);
	return flags_of(code) & CHAR_SPACE;
}

bool char_is_printable(uint32_t code)
{
	return flags_of(code) & CHAR_PRINTABLE;
}

bool char_is_alpha(uint32_t code)
{
	return flags_of(code) & CHAR_ALPHA;
}

bool char_is_decimal(uint32_t code)
{
	return flags_of(code) & CHAR_DECIMAL;
}

bool char_is_digit(uint32_t code)
{
	return flags_of(code) & CHAR_DIGIT;
}

bool char_is_numeric(uint32_t code)
{
	return flags_of(code) & CHAR_NUMERIC;
}

bool char_is_alnum(uint32_t code)
{
	return flags_of(code) & (CHAR_ALPHA | CHAR_DECIMAL | CHAR_DIGIT | CHAR_NUMERIC);
}

bool char_is_upper(uint32_t code)
{
	return flags_of(code) & CHAR_UPPER;
}

bool char_is_lower(uint32_t code)
{
	return flags_of(code) & CHAR_LOWER;
}

bool char_is_title(uint32_t code)
{
	return flags_of(code) & CHAR_TITLE;
}

bool char_is_line_break(uint32_t code)
{
	return (code >= 10 && code <= 13) || (code >= 0x1c && code <= 0x1e) || code == 0x85 ||
		code == 0x2028 || code == 0x2029;
}

int char_decimal(uint32_t code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9' ? (int)code - '0' : -1;
	for (size_t i = 0; i < COUNT(decimal_zeros); i++)
		if (code >= decimal_zeros[i] && code < decimal_zeros[i] + 10)
			return (int)(code - decimal_zeros[i]);
	return -1;
}

struct case_table {
	const struct char_pair *one;
	size_t one_count;
	const struct char_expansion *more;
	size_t more_count;
};

#define CASE_TABLE(name)                                                                           \
	{                                                                                          \
		name##_one, COUNT(name##_one), name##_more, COUNT(name##_more)                     \
	}

static const struct case_table cases[] = {
	[CASE_LOWER] = CASE_TABLE(lower),
	[CASE_UPPER] = CASE_TABLE(upper),
	[CASE_TITLE] = CASE_TABLE(title),
	[CASE_FOLD] = CASE_TABLE(fold),
};

static bool ascii_case(struct cx *cx, struct sb *b, uint32_t code, enum char_case to)
{
	if (code >= 0x80)
		return false;
	bool down = to == CASE_LOWER || to == CASE_FOLD;
	if (down && code >= 'A' && code <= 'Z')
		code += 32;
	else if (!down && code >= 'a' && code <= 'z')
		code -= 32;
	sb_addc(cx, b, (char)code);
	return true;
}

void char_to_case(struct cx *cx, struct sb *b, uint32_t code, enum char_case to)
{
	if (ascii_case(cx, b, code, to))
		return;
	const struct case_table *t = &cases[to];
	for (size_t i = 0; i < t->more_count; i++)
		if (t->more[i].code == code) {
			for (int k = 0; k < 3 && t->more[i].to[k]; k++)
				sb_code(cx, b, t->more[i].to[k]);
			return;
		}
	size_t low = 0, high = t->one_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (t->one[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	sb_code(cx, b, low < t->one_count && t->one[low].code == code ? t->one[low].to : code);
}

/* A capital sigma at the end of a word becomes a final one: after a cased letter and before none,
 * marks and points between them not counted. */
static bool sigma_is_final(const char *text, size_t len, size_t from, size_t at, size_t after)
{
	bool cased = false;
	while (at > from) {
		unsigned flags = flags_of(utf8_prev(text, &at));
		if (flags & CHAR_SIGMA_SKIPPED)
			continue;
		cased = flags & CHAR_SIGMA_CASED;
		break;
	}
	if (!cased)
		return false;
	while (after < len) {
		unsigned flags = flags_of(utf8_next(text, &after));
		if (!(flags & CHAR_SIGMA_SKIPPED))
			return !(flags & CHAR_SIGMA_CASED);
	}
	return true;
}

enum { CAPITAL_SIGMA = 0x3a3, SMALL_SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2 };

static void lower_at(struct cx *cx, struct sb *b, const char *text, size_t len, size_t from,
	size_t at, size_t after, uint32_t code)
{
	if (code == CAPITAL_SIGMA)
		sb_code(cx, b,
			sigma_is_final(text, len, from, at, after) ? FINAL_SIGMA : SMALL_SIGMA);
	else
		char_to_case(cx, b, code, CASE_LOWER);
}

void add_lower(struct cx *cx, struct sb *b, const char *text, size_t len, size_t from, size_t to)
{
	for (size_t at = from; at < to;) {
		size_t start = at;
		uint32_t code = utf8_next(text, &at);
		lower_at(cx, b, text, len, from, start, at, code);
	}
}

static struct val ascii_to_case(struct cx *cx, struct val text, bool down)
{
	char *out = mem(cx, text.len + 1u);
	for (uint32_t i = 0; i < text.len; i++) {
		char c = text.text[i];
		char first = down ? 'A' : 'a';
		out[i] = (char)(c ^ (c >= first && c < first + 26 ? 32 : 0));
	}
	return markup_val(text_val(out, text.len), text.flag);
}

struct val text_to_case(struct cx *cx, struct val text, enum char_case to)
{
	struct sb b;
	sb_init(&b);
	charge(cx, text.len / 16);
	if (to != CASE_TITLE && utf8_is_ascii(text.text, text.len))
		return ascii_to_case(cx, text, to != CASE_UPPER);
	sb_room(cx, &b, text.len + 1);
	if (to == CASE_LOWER) {
		add_lower(cx, &b, text.text, text.len, 0, text.len);
		return sb_text(&b, text.flag);
	}
	for (size_t at = 0; at < text.len;)
		char_to_case(cx, &b, utf8_next(text.text, &at), to);
	return sb_text(&b, text.flag);
}

struct val text_capitalize(struct cx *cx, struct val text)
{
	struct sb b;
	sb_init(&b);
	size_t at = 0;
	if (text.len > 0)
		char_to_case(cx, &b, utf8_next(text.text, &at), CASE_TITLE);
	while (at < text.len) {
		size_t start = at;
		uint32_t code = utf8_next(text.text, &at);
		lower_at(cx, &b, text.text, text.len, 0, start, at, code);
	}
	return sb_text(&b, text.flag);
}

struct val text_title(struct cx *cx, struct val text)
{
	struct sb b;
	sb_init(&b);
	bool in_word = false;
	for (size_t at = 0; at < text.len;) {
		size_t start = at;
		uint32_t code = utf8_next(text.text, &at);
		if (in_word)
			lower_at(cx, &b, text.text, text.len, 0, start, at, code);
		else
			char_to_case(cx, &b, code, CASE_TITLE);
		in_word = flags_of(code) & CHAR_CASED;
	}
	return sb_text(&b, text.flag);
}

struct val text_swapcase(struct cx *cx, struct val text)
{
	struct sb b;
	sb_init(&b);
	for (size_t at = 0; at < text.len;) {
		size_t start = at;
		uint32_t code = utf8_next(text.text, &at);
		if (char_is_upper(code))
			lower_at(cx, &b, text.text, text.len, 0, start, at, code);
		else if (char_is_lower(code))
			char_to_case(cx, &b, code, CASE_UPPER);
		else
			sb_code(cx, &b, code);
	}
	return sb_text(&b, text.flag);
}
