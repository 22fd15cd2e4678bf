/*
 * Source to tokens.
 *
 * Line ends are made \n first and one at the very end is dropped, as Jinja2 does; what \n becomes
 * in the output is tmpl->newline. Positions are offsets in that text.
 */
#include "tmpl/template.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

#include <stdlib.h>

struct lexer {
	struct cx *cx;
	struct tmpl *t;
	const char *source;
	size_t len, at;
	struct token *tokens;
	size_t count, cap;
	char brackets[TMPL_NESTING_MAX]; /* that must still be closed */
	int depth;
};

static _Noreturn void lex_fail(struct lexer *x, size_t at, const char *what)
{
	x->cx->pos = (uint32_t)at;
	template_fail(x->cx, "%s", what);
}

static struct token *push(struct lexer *x, enum token_type type, size_t pos)
{
	if (x->count == x->cap) {
		size_t cap = x->cap ? x->cap * 2 : 64;
		struct token *list = mem(x->cx, cap * sizeof(*list));
		if (x->count > 0)
			memcpy(list, x->tokens, x->count * sizeof(*list));
		x->tokens = list;
		x->cap = cap;
	}
	x->tokens[x->count] = (struct token){ .type = type, .pos = (uint32_t)pos };
	return &x->tokens[x->count++];
}

static bool starts(const struct lexer *x, size_t at, const char *with)
{
	size_t len = strlen(with);
	return x->len - at >= len && memcmp(x->source + at, with, len) == 0;
}

static size_t skip_space(const struct lexer *x, size_t at)
{
	while (at < x->len) {
		size_t next = at;
		if (!char_is_space(utf8_next(x->source, &next)))
			break;
		at = next;
	}
	return at;
}

/* Text in the output: line ends as the template wants them. */
static void push_data(struct lexer *x, size_t from, size_t to)
{
	struct sb b;
	if (from == to)
		return;
	sb_init(&b);
	for (size_t i = from; i < to; i++) {
		if (x->source[i] == '\n')
			sb_adds(x->cx, &b, x->t->newline);
		else
			sb_addc(x->cx, &b, x->source[i]);
	}
	struct token *t = push(x, T_DATA, from);
	t->text = b.data;
	t->len = (uint32_t)b.len;
}

static size_t strip_end(const struct lexer *x, size_t from, size_t to)
{
	while (to > from) {
		size_t before = to;
		if (!char_is_space(utf8_prev(x->source, &before)))
			break;
		to = before;
	}
	return to;
}

/* After the two characters that open a tag: its sign, '-', '+' or none. */
static char sign_at(const struct lexer *x, size_t at)
{
	return at < x->len && (x->source[at] == '-' || x->source[at] == '+') ? x->source[at] : 0;
}

/* {% raw %} at `at`: the offset behind it, or 0. */
static size_t raw_begin(const struct lexer *x, size_t at)
{
	at += 2;
	at = skip_space(x, at + (sign_at(x, at) != 0));
	if (!starts(x, at, "raw"))
		return 0;
	at = skip_space(x, at + 3);
	if (starts(x, at, "-%}"))
		return skip_space(x, at + 3);
	return starts(x, at, "%}") ? at + 2 : 0;
}

static size_t raw_end(const struct lexer *x, size_t at)
{
	at += 2;
	at = skip_space(x, at + (sign_at(x, at) != 0));
	if (!starts(x, at, "endraw"))
		return 0;
	at = skip_space(x, at + 6);
	if (starts(x, at, "-%}"))
		return skip_space(x, at + 3);
	if (starts(x, at, "+%}"))
		return at + 3;
	return starts(x, at, "%}") ? at + 2 : 0;
}

static void lex_raw(struct lexer *x, size_t opened, size_t from)
{
	for (size_t at = from; at + 1 < x->len; at++) {
		if (!starts(x, at, "{%"))
			continue;
		size_t after = raw_end(x, at);
		if (after == 0)
			continue;
		push_data(x, from, sign_at(x, at + 2) == '-' ? strip_end(x, from, at) : at);
		x->at = after;
		return;
	}
	lex_fail(x, opened, "'raw' is never closed; 'endraw' is missing");
}

static void lex_comment(struct lexer *x, size_t opened)
{
	for (size_t at = x->at; at + 1 < x->len; at++) {
		if (starts(x, at, "-#}")) {
			x->at = skip_space(x, at + 3);
			return;
		}
		if (starts(x, at, "#}")) {
			x->at = at + 2;
			return;
		}
	}
	lex_fail(x, opened, "a comment is never closed; '#}' is missing");
}

/* --- inside tags --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(char c)
{
	return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Digits that may have single underscores between them. */
static size_t skip_digits(const struct lexer *x, size_t at)
{
	while (at < x->len &&
		(is_digit(x->source[at]) ||
			(x->source[at] == '_' && at + 1 < x->len && is_digit(x->source[at + 1]) &&
				is_digit(x->source[at - 1]))))
		at++;
	return at;
}

static size_t float_end(const struct lexer *x, size_t at)
{
	bool real = false;
	if (at > 0 && x->source[at - 1] == '.')
		return 0;
	at = skip_digits(x, at);
	if (at + 1 < x->len && x->source[at] == '.' && is_digit(x->source[at + 1])) {
		at = skip_digits(x, at + 1);
		real = true;
	}
	if (at < x->len && (x->source[at] | 32) == 'e') {
		size_t exponent = at + 1;
		if (exponent < x->len && (x->source[exponent] == '+' || x->source[exponent] == '-'))
			exponent++;
		if (exponent < x->len && is_digit(x->source[exponent])) {
			at = skip_digits(x, exponent);
			real = true;
		}
	}
	return real ? at : 0;
}

static size_t based_end(const struct lexer *x, size_t at, const char *digits)
{
	size_t end = at += 2;
	for (;;) {
		size_t next = end + (end < x->len && x->source[end] == '_');
		if (next >= x->len || !x->source[next] || !strchr(digits, x->source[next] | 32))
			return end > at ? end : 0;
		end = next + 1;
	}
}

static size_t int_end(const struct lexer *x, size_t at)
{
	size_t end = 0;
	if (x->source[at] != '0')
		return skip_digits(x, at);
	char letter = at + 1 < x->len ? x->source[at + 1] | 32 : 0;
	if (letter == 'x')
		end = based_end(x, at, "0123456789abcdef");
	else if (letter == 'o')
		end = based_end(x, at, "01234567");
	else if (letter == 'b')
		end = based_end(x, at, "01");
	if (end)
		return end;
	for (end = at + 1; end < x->len; end++)
		if (x->source[end] != '0' && !(x->source[end] == '_' && x->source[end + 1] == '0'))
			break;
	return end;
}

static void lex_number(struct lexer *x)
{
	size_t start = x->at, end = float_end(x, start);
	struct token *t = push(x, end ? T_FLOAT : T_INT, start);
	x->cx->pos = (uint32_t)start;
	if (!end)
		end = int_end(x, start);
	struct val text = text_val(x->source + start, end - start);
	if (t->type == T_FLOAT ? !parse_float(x->cx, text, &t->real)
			       : !parse_int(x->cx, text, 0, &t->integer))
		lex_fail(x, start, "a number is too long");
	if (t->type == T_FLOAT && __builtin_isinf(t->real))
		lex_fail(x, start, "a number is too large");
	x->at = end;
}

static uint32_t hex_escape(struct lexer *x, size_t at, int digits)
{
	uint32_t code = 0;
	for (int i = 0; i < digits; i++) {
		char c = at + (size_t)i < x->len ? x->source[at + (size_t)i] : 0;
		int digit = is_digit(c)                      ? c - '0'
			: (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
							     : -1;
		if (digit < 0)
			lex_fail(x, at - 2, "an escape in a text has too few digits");
		code = code << 4 | (uint32_t)digit;
	}
	if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		lex_fail(x, at - 2, "an escape in a text names no character");
	return code;
}

/* One backslash escape at `at` (the backslash); returns the offset behind it. */
static size_t lex_escape(struct lexer *x, struct sb *b, size_t at)
{
	static const char letters[] = "abfnrtv\\'\"", meant[] = "\a\b\f\n\r\t\v\\'\"";
	char c = x->source[at + 1];
	const char *letter = strchr(letters, c);
	if (c == '\n')
		return at + 2;
	if (c && letter) {
		sb_addc(x->cx, b, meant[letter - letters]);
		return at + 2;
	}
	if (c >= '0' && c <= '7') {
		uint32_t code = 0;
		size_t end = at + 1;
		for (; end < at + 4 && x->source[end] >= '0' && x->source[end] <= '7'; end++)
			code = code * 8 + (uint32_t)(x->source[end] - '0');
		sb_code(x->cx, b, code);
		return end;
	}
	int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (digits) {
		sb_code(x->cx, b, hex_escape(x, at + 2, digits));
		return at + 2 + (size_t)digits;
	}
	if (c == 'N' || (unsigned char)c >= 0x80)
		lex_fail(x, at, "this escape in a text is not supported; use \\u and four digits");
	sb_addc(x->cx, b, '\\');
	return at + 1;
}

static void lex_text(struct lexer *x)
{
	size_t start = x->at, at = start + 1;
	char quote = x->source[start];
	struct sb b;
	sb_init(&b);
	while (at < x->len && x->source[at] != quote) {
		if (x->source[at] == '\\' && at + 1 < x->len)
			at = lex_escape(x, &b, at);
		else if (x->source[at] == '\n')
			sb_adds(x->cx, &b, x->t->newline), at++;
		else
			sb_addc(x->cx, &b, x->source[at++]);
	}
	if (at >= x->len)
		lex_fail(x, start, "a text is never closed; its quote is missing");
	struct token *t = push(x, T_TEXT, start);
	t->text = b.len ? b.data : "";
	t->len = (uint32_t)b.len;
	x->at = at + 1;
}

static void balance(struct lexer *x, char c)
{
	static const char open[] = "([{", close[] = ")]}";
	const char *p = strchr(open, c);
	if (p) {
		if (x->depth == TMPL_NESTING_MAX)
			lex_fail(x, x->at, "brackets are nested too deep");
		x->brackets[x->depth++] = close[p - open];
	} else if (strchr(close, c)) {
		if (x->depth == 0 || x->brackets[--x->depth] != c)
			lex_fail(x, x->at, "a closing bracket does not match");
	}
}

static void lex_operator(struct lexer *x)
{
	static const char *const two[] = { "//", "**", "==", "!=", ">=", "<=" };
	size_t len = 0;
	for (int i = 0; i < 6; i++)
		if (starts(x, x->at, two[i]))
			len = 2;
	if (!len && strchr("+-/*%~[](){}><=.:|,;", x->source[x->at]))
		len = 1;
	if (!len)
		lex_fail(x, x->at,
			(unsigned char)x->source[x->at] < 0x80
				? "a character that means nothing here"
				: "a letter beyond ASCII is not supported outside of texts");
	if (len == 1)
		balance(x, x->source[x->at]);
	struct token *t = push(x, T_OPERATOR, x->at);
	t->text = x->source + x->at;
	t->len = (uint32_t)len;
	x->at += len;
}

/* The end of a tag, when all brackets are closed: bytes of it, or 0. */
static size_t tag_end(const struct lexer *x, bool output)
{
	const char *end = output ? "}}" : "%}";
	if (x->depth > 0)
		return 0;
	if (starts(x, x->at, end))
		return 2;
	bool sign =
		x->at < x->len && (x->source[x->at] == '-' || (!output && x->source[x->at] == '+'));
	return sign && starts(x, x->at + 1, end) ? 3 : 0;
}

static void lex_tag(struct lexer *x, bool output, size_t opened)
{
	for (;;) {
		size_t end = tag_end(x, output);
		if (end) {
			push(x, output ? T_CLOSE_OUTPUT : T_CLOSE_BLOCK, x->at);
			bool strip = x->source[x->at] == '-';
			x->at += end;
			if (strip)
				x->at = skip_space(x, x->at);
			return;
		}
		if (x->at >= x->len)
			lex_fail(x, opened,
				output ? "'{{' is never closed; '}}' is missing"
				       : "'{%' is never closed; '%}' is missing");
		size_t after = skip_space(x, x->at);
		char c = x->source[x->at];
		if (after > x->at) {
			x->at = after;
		} else if (is_digit(c)) {
			lex_number(x);
		} else if (is_name_char(c)) {
			struct token *t = push(x, T_NAME, x->at);
			t->text = x->source + x->at;
			while (x->at < x->len && is_name_char(x->source[x->at]))
				x->at++, t->len++;
		} else if (c == '\'' || c == '"') {
			lex_text(x);
		} else {
			lex_operator(x);
		}
	}
}

/* Data up to the next tag, and the tag's opening. False at the end of the source. */
static bool lex_next(struct lexer *x)
{
	size_t from = x->at, at = from;
	while (at + 1 < x->len &&
		!(x->source[at] == '{' && strchr("{%#", x->source[at + 1]) != NULL &&
			x->source[at + 1]))
		at++;
	if (at + 1 >= x->len) {
		push_data(x, from, x->len);
		return false;
	}
	char sign = sign_at(x, at + 2);
	push_data(x, from, sign == '-' ? strip_end(x, from, at) : at);
	x->at = at + 2 + (sign != 0);
	size_t raw = x->source[at + 1] == '%' ? raw_begin(x, at) : 0;
	if (x->source[at + 1] == '#') {
		lex_comment(x, at);
	} else if (raw) {
		lex_raw(x, at, raw);
	} else {
		bool output = x->source[at + 1] == '{';
		push(x, output ? T_OPEN_OUTPUT : T_OPEN_BLOCK, at);
		lex_tag(x, output, at);
	}
	return true;
}

struct tokens lex(struct cx *cx, struct tmpl *t)
{
	struct lexer x = { .cx = cx, .t = t, .source = t->source, .len = t->len };
	while (x.at < x.len && lex_next(&x))
		;
	push(&x, T_END, x.len);
	return (struct tokens){ x.tokens, x.count };
}
