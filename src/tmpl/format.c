/*
 * Python's format specifications, [[fill]align][sign][#][0][width][,][.precision][type], and the
 * number formats that % shares with them.
 */
#include "tmpl/format.h"
#include "tmpl/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRECISION_MAX = 100, WIDTH_MAX = 10000 };

static size_t spec_number(struct cx *cx, const char *spec, size_t len, size_t at, int64_t *ret)
{
	int64_t n = 0;
	size_t start = at;
	for (; at < len && spec[at] >= '0' && spec[at] <= '9'; at++)
		if ((n = n * 10 + spec[at] - '0') > WIDTH_MAX)
			template_limit(cx, "a width or precision is above %d", WIDTH_MAX);
	if (at > start)
		*ret = n;
	return at;
}

static bool is_align(char c)
{
	return c == '<' || c == '>' || c == '^' || c == '=';
}

struct format_spec format_spec_parse(struct cx *cx, const char *spec, size_t len)
{
	struct format_spec s = { .fill = ' ', .width = -1, .precision = -1 };
	size_t at = 0, after_fill = len ? utf8_size((unsigned char)spec[0]) : 0;
	if (after_fill < len && is_align(spec[after_fill])) {
		s.fill = utf8_next(spec, &at);
		s.align = spec[at++];
		s.filled = true;
	} else if (len && is_align(spec[0])) {
		s.align = spec[at++];
	}
	if (at < len && strchr("+- ", spec[at]) && spec[at])
		s.sign = spec[at++];
	if (at < len && spec[at] == '#') {
		s.alternate = true;
		at++;
	}
	if (at < len && spec[at] == '0') {
		s.zero = true;
		if (!s.filled)
			s.fill = '0';
		if (!s.align)
			s.align = '=';
		at++;
	}
	at = spec_number(cx, spec, len, at, &s.width);
	if (at < len && (spec[at] == ',' || spec[at] == '_'))
		s.group = spec[at++];
	if (at < len && spec[at] == '.') {
		size_t digits = at + 1;
		at = spec_number(cx, spec, len, digits, &s.precision);
		if (at == digits)
			template_fail(cx, "a format has no precision after its dot");
	}
	if (at < len)
		s.type = spec[at++];
	if (at != len)
		template_fail(cx, "a format specification is wrong");
	return s;
}

void add_padded(struct cx *cx, struct sb *b, const struct format_spec *s, struct val body,
	size_t sign_len, char default_align)
{
	char align = s->align ? s->align : default_align;
	int64_t room = s->width - (int64_t)utf8_count(body.text, body.len);
	int64_t left = align == '>' || align == '=' ? room : align == '^' ? room / 2 : 0;
	if (room < 0)
		room = left = 0;
	if (align == '=') {
		sb_add(cx, b, body.text, sign_len);
		sb_fill(cx, b, s->fill, (size_t)left);
		sb_add(cx, b, body.text + sign_len, body.len - sign_len);
		return;
	}
	sb_fill(cx, b, s->fill, (size_t)left);
	sb_add(cx, b, body.text, body.len);
	sb_fill(cx, b, s->fill, (size_t)(room - left));
}

/* Digits of the whole part in groups; with zero padding the zeros are grouped too. */
static void add_grouped(struct cx *cx, struct sb *b, const char *digits, size_t len,
	const struct format_spec *s, size_t others)
{
	int every = strchr("boxX", s->type ? s->type : 'd') ? 4 : 3;
	bool zeros = s->fill == '0' && s->align == '=';
	size_t total = len;
	if (zeros)
		while ((int64_t)(total + (total - 1) / (size_t)every + others) < s->width &&
			(int64_t)(total + 1 + total / (size_t)every + others) <= s->width + 1)
			total++;
	/* A separator never comes first: one zero more may exceed the width, as in Python. */
	for (size_t i = 0; i < total; i++) {
		size_t left = total - i;
		if (i > 0 && left % (size_t)every == 0)
			sb_addc(cx, b, s->group);
		sb_addc(cx, b, i < total - len ? '0' : digits[i - (total - len)]);
	}
}

static size_t add_sign(struct cx *cx, struct sb *b, const struct format_spec *s, bool minus)
{
	if (minus)
		sb_addc(cx, b, '-');
	else if (s->sign == '+' || s->sign == ' ')
		sb_addc(cx, b, s->sign);
	return b->len;
}

void add_int_digits(struct cx *cx, struct sb *b, uint64_t n, unsigned base, bool capitals)
{
	const char *all = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[65];
	size_t at = sizeof(digits);
	do
		digits[--at] = all[n % base];
	while ((n /= base) > 0);
	sb_add(cx, b, digits + at, sizeof(digits) - at);
}

static unsigned base_of(char type)
{
	return type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
}

static void add_formatted_int(struct cx *cx, struct sb *b, int64_t i, const struct format_spec *s)
{
	struct sb body, digits;
	sb_init(&body);
	sb_init(&digits);
	if (s->precision >= 0)
		template_fail(cx, "an integer takes no precision in a format");
	if (s->type == 'c') {
		if (s->sign || s->alternate || s->group)
			template_fail(cx, "format 'c' takes no sign, '#' or ','");
		if (i < 0 || i > 0x10ffff || (i >= 0xd800 && i < 0xe000))
			template_fail(cx, "format 'c' wants the number of a character");
		sb_code(cx, &body, (uint32_t)i);
		add_padded(cx, b, s, sb_text(&body, false), 0, '<');
		return;
	}
	if (s->group == ',' && base_of(s->type) != 10)
		template_fail(cx, "',' does not go with format '%c'", s->type);
	size_t sign = add_sign(cx, &body, s, i < 0);
	if (s->alternate && base_of(s->type) != 10) {
		sb_addc(cx, &body, '0');
		sb_addc(cx, &body, s->type);
		sign += 2;
	}
	add_int_digits(cx, &digits, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, base_of(s->type),
		s->type == 'X');
	if (s->group)
		add_grouped(cx, &body, digits.data, digits.len, s, sign);
	else
		sb_add(cx, &body, digits.data, digits.len);
	add_padded(cx, b, s, sb_text(&body, false), sign, '>');
}

/* Like repr(), but with g's exponent rule for precision 17: what no type at all means. */
static void plain_float(struct cx *cx, struct sb *b, double d, const struct format_spec *s)
{
	if (s->precision < 0) {
		add_float(cx, b, d);
		return;
	}
	/* 'g', but with at least one digit after the point. */
	char text[PRECISION_MAX + 40];
	int precision = s->precision ? (int)s->precision : 1;
	snprintf(text, sizeof(text), "%.*e", precision - 1, d);
	int exponent = atoi(strchr(text, 'e') + 1);
	snprintf(text, sizeof(text), s->alternate ? "%#.*g" : "%.*g", precision, d);
	if (exponent >= precision - 1 && strchr(text, 'e') == NULL)
		snprintf(text, sizeof(text), "%.*e", precision - 1, d);
	sb_adds(cx, b, text);
	if (strpbrk(text, ".e") == NULL)
		sb_adds(cx, b, ".0");
}

void add_float_as(
	struct cx *cx, struct sb *b, double d, char type, int64_t precision, bool alternate)
{
	char format[8] = "%.*f", text[512];
	bool capitals = type == 'F' || type == 'E' || type == 'G';
	if (precision < 0)
		precision = 6;
	if (precision > PRECISION_MAX)
		template_limit(cx, "a precision is above %d", PRECISION_MAX);
	if (isnan(d) || isinf(d)) {
		sb_adds(cx, b, isnan(d) ? (capitals ? "NAN" : "nan") : capitals ? "INF" : "inf");
		return;
	}
	if ((type | 32) == 'g' && precision == 0)
		precision = 1;
	snprintf(format, sizeof(format), alternate ? "%%#.*%c" : "%%.*%c", type);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	int len = snprintf(text, sizeof(text), format, (int)precision, d);
#pragma GCC diagnostic pop
	if (len >= (int)sizeof(text))
		template_limit(cx, "a number has more than %zu characters", sizeof(text));
	sb_add(cx, b, text, (size_t)len);
}

static void add_formatted_float(struct cx *cx, struct sb *b, double d, const struct format_spec *s)
{
	struct sb body, digits;
	double magnitude = fabs(d);
	char type = s->type == 'n' ? 'g' : s->type == '%' ? 'f' : s->type;
	sb_init(&body);
	sb_init(&digits);
	size_t sign = add_sign(cx, &body, s, signbit(d) && !isnan(d));
	if (s->precision > PRECISION_MAX)
		template_limit(cx, "a precision is above %d", PRECISION_MAX);
	if (s->type == '%')
		magnitude *= 100;
	if (type && strchr("eEfFgG", type))
		add_float_as(cx, &digits, magnitude, type, s->precision, s->alternate);
	else if (!type)
		plain_float(cx, &digits, magnitude, s);
	else
		template_fail(cx, "format '%c' does not go with a float", type);
	if (s->type == '%')
		sb_addc(cx, &digits, '%');
	size_t whole = 0;
	while (whole < digits.len && digits.data[whole] >= '0' && digits.data[whole] <= '9')
		whole++;
	if (s->group && whole > 0) {
		add_grouped(cx, &body, digits.data, whole, s, sign + digits.len - whole);
		sb_add(cx, &body, digits.data + whole, digits.len - whole);
	} else {
		sb_add(cx, &body, digits.data, digits.len);
	}
	add_padded(cx, b, s, sb_text(&body, false), sign, '>');
}

static void add_formatted_text(
	struct cx *cx, struct sb *b, struct val text, const struct format_spec *s)
{
	if ((s->type && s->type != 's') || s->sign || s->alternate || s->group ||
		(s->align == '=' && !s->zero))
		template_fail(cx, "this format does not go with a text");
	if (s->precision >= 0)
		text = text_between(cx, text, 0, s->precision);
	struct format_spec left = *s;
	if (left.align == '=') /* the zero alone fills a text from the right side */
		left.align = '<';
	add_padded(cx, b, &left, text, 0, '<');
}

void add_formatted(struct cx *cx, struct sb *b, struct val v, const char *spec, size_t len)
{
	if (len == 0) {
		add_str(cx, b, v);
		return;
	}
	if (v.kind != V_TEXT && !is_number(v))
		template_fail(cx, "a %s takes no format specification", kind_name(v));
	struct format_spec s = format_spec_parse(cx, spec, len);
	if (v.kind == V_TEXT)
		add_formatted_text(cx, b, v, &s);
	else if (v.kind == V_FLOAT || (s.type && strchr("eEfFgG%", s.type)))
		add_formatted_float(cx, b, real_of(v), &s);
	else if (s.type == 0 || strchr("bcdoxXn", s.type))
		add_formatted_int(cx, b, int_of(v), &s);
	else
		template_fail(cx, "format '%c' does not go with an integer", s.type);
}
