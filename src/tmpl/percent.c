/*
 * "..." % values.
 *
 * Markup on the left escapes every value, as MarkupSafe does; it hands values over wrapped, so
 * that with markup %x, %o and %c do not work, only what asks for text, int or float.
 */
#include "tmpl/format.h"
#include "tmpl/utf8.h"

#include <math.h>

struct percent {
	struct cx *cx;
	struct val format;
	struct val arg;
	size_t at;
	uint32_t used; /* of a tuple of values */
	bool mapping_used, single_used;
	struct sb out;
};

static char peek(struct percent *p)
{
	if (p->at >= p->format.len)
		template_fail(p->cx, "a format ends after '%%'");
	return p->format.text[p->at];
}

static struct val next_value(struct percent *p)
{
	if (p->arg.kind == V_TUPLE) {
		if (p->used >= p->arg.list->count)
			template_fail(p->cx, "a format has more places than there are values");
		return p->arg.list->items[p->used++];
	}
	if (p->single_used)
		template_fail(p->cx, "a format has more places than there are values");
	p->single_used = true;
	return p->arg;
}

static struct val named_value(struct percent *p)
{
	size_t start = ++p->at;
	for (int depth = 1; depth > 0; p->at++) {
		char c = peek(p);
		depth += c == '(' ? 1 : c == ')' ? -1 : 0;
	}
	struct val key = text_val(p->format.text + start, p->at - 1 - start);
	if (p->arg.kind != V_DICT)
		template_fail(p->cx, "a format with names wants a dict");
	const struct val *v = dict_get(p->cx, p->arg.dict, key);
	if (v == NULL)
		template_fail(p->cx, "the format's name '%.*s' has no value",
			key.len > 60 ? 60 : (int)key.len, key.text);
	p->mapping_used = true;
	return *v;
}

static void flags(struct percent *p, struct format_spec *s, bool *left)
{
	for (;; p->at++) {
		switch (peek(p)) {
		case '-': *left = true; break;
		case '+': s->sign = '+'; break;
		case ' ': s->sign = s->sign ? s->sign : ' '; break;
		case '#': s->alternate = true; break;
		case '0': s->zero = true; break;
		default: return;
		}
	}
}

static int64_t number_or_star(struct percent *p, bool *left)
{
	int64_t n = 0;
	if (peek(p) == '*') {
		p->at++;
		n = arg_int(p->cx, next_value(p), "*");
		if (n < 0 && left)
			*left = true;
		n = n < 0 ? (left ? -n : 0) : n;
	} else {
		while (peek(p) >= '0' && peek(p) <= '9' && n <= TMPL_TEXT_MAX)
			n = n * 10 + p->format.text[p->at++] - '0';
	}
	if (n > TMPL_TEXT_MAX)
		template_limit(p->cx, "a text is longer than %d bytes", TMPL_TEXT_MAX);
	return n;
}

static void add_field(struct percent *p, struct format_spec *s, struct val body, size_t sign,
	bool left, bool number)
{
	s->fill = number && s->zero && !left ? '0' : ' ';
	s->align = left ? '<' : number && s->zero ? '=' : '>';
	add_padded(p->cx, &p->out, s, body, sign, '>');
}

static void add_text_field(struct percent *p, struct format_spec *s, struct val v, bool left)
{
	struct sb b;
	sb_init(&b);
	if (s->type == 's')
		add_str(p->cx, &b, v);
	else
		add_repr(p->cx, &b, v);
	struct val text = sb_text(&b, s->type == 's' && is_markup(v));
	if (p->format.flag)
		text = escaped(p->cx, text);
	if (s->type == 'a') {
		sb_init(&b);
		add_ascii(p->cx, &b, text);
		text = sb_text(&b, false);
	}
	if (s->precision >= 0)
		text = text_between(p->cx, text, 0, s->precision);
	add_field(p, s, text, 0, left, false);
}

static void add_int_field(struct percent *p, struct format_spec *s, struct val v, bool left)
{
	struct sb body, digits;
	unsigned base = s->type == 'x' || s->type == 'X' ? 16 : s->type == 'o' ? 8 : 10;
	if (v.kind == V_UNDEFINED && (base == 10 || !p->format.flag))
		undefined_fail(p->cx, v);
	int64_t i;
	if (base == 10 && p->format.flag && v.kind == V_TEXT) {
		if (!parse_int(p->cx, v, 10, &i))
			template_fail(p->cx, "a format wants a number, not a text");
	} else {
		if (!is_number(v) || (base != 10 && (v.kind == V_FLOAT || p->format.flag)))
			template_fail(p->cx, "a format wants a number, not a %s", kind_name(v));
		i = v.kind == V_FLOAT ? int_from_real(p->cx, v.real) : int_of(v);
	}
	sb_init(&body);
	sb_init(&digits);
	if (i < 0)
		sb_addc(p->cx, &body, '-');
	else if (s->sign)
		sb_addc(p->cx, &body, s->sign);
	if (s->alternate && base != 10) {
		sb_addc(p->cx, &body, '0');
		sb_addc(p->cx, &body, s->type);
	}
	size_t sign = body.len;
	add_int_digits(p->cx, &digits, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, base, s->type == 'X');
	if (s->precision > (int64_t)digits.len)
		sb_fill(p->cx, &body, '0', (size_t)s->precision - digits.len);
	sb_add(p->cx, &body, digits.data, digits.len);
	add_field(p, s, sb_text(&body, false), sign, left, true);
}

static void add_float_field(struct percent *p, struct format_spec *s, struct val v, bool left)
{
	struct sb body;
	double d;
	if (v.kind == V_UNDEFINED)
		undefined_fail(p->cx, v);
	if (is_number(v))
		d = real_of(v);
	else if (v.kind != V_TEXT || !p->format.flag || !parse_float(p->cx, v, &d))
		template_fail(p->cx, "a format wants a number, not a %s", kind_name(v));
	sb_init(&body);
	if (signbit(d) && !isnan(d))
		sb_addc(p->cx, &body, '-');
	else if (s->sign)
		sb_addc(p->cx, &body, s->sign);
	size_t sign = body.len;
	add_float_as(p->cx, &body, fabs(d), s->type, s->precision, s->alternate);
	add_field(p, s, sb_text(&body, false), sign, left, true);
}

static void add_char_field(struct percent *p, struct format_spec *s, struct val v, bool left)
{
	struct sb b;
	sb_init(&b);
	if (p->format.flag)
		template_fail(p->cx, "'%%c' does not work in markup");
	if (v.kind == V_TEXT && v.len > 0 && utf8_size((unsigned char)v.text[0]) == v.len)
		sb_add(p->cx, &b, v.text, v.len);
	else if ((v.kind == V_INT || v.kind == V_BOOL) && int_of(v) >= 0 && int_of(v) <= 0x10ffff &&
		(int_of(v) < 0xd800 || int_of(v) > 0xdfff))
		sb_code(p->cx, &b, (uint32_t)int_of(v));
	else
		template_fail(p->cx, "'%%c' wants one character");
	add_field(p, s, sb_text(&b, false), 0, left, false);
}

static void add_place(struct percent *p)
{
	struct format_spec s = { .width = -1, .precision = -1 };
	bool left = false, named = false;
	struct val v = none_val();
	p->at++;
	if (peek(p) == '(') {
		v = named_value(p);
		named = true;
	}
	flags(p, &s, &left);
	s.width = number_or_star(p, &left);
	if (peek(p) == '.') {
		p->at++;
		s.precision = number_or_star(p, NULL);
	}
	if (strchr("hlL", peek(p)))
		p->at++;
	s.type = peek(p);
	p->at++;
	if (s.type == '%') {
		sb_addc(p->cx, &p->out, '%');
		return;
	}
	if (!strchr("diusraxXoeEfFgGc", s.type) || s.type == '\0')
		template_fail(p->cx, "'%%%c' is no format", s.type);
	if (!named)
		v = next_value(p);
	if (strchr("sra", s.type))
		add_text_field(p, &s, v, left);
	else if (strchr("diuxXo", s.type))
		add_int_field(p, &s, v, left);
	else if (s.type == 'c')
		add_char_field(p, &s, v, left);
	else
		add_float_field(p, &s, v, left);
}

/* Python forgives unused values only when they could be looked up by name. */
static bool left_over(const struct percent *p)
{
	if (p->arg.kind == V_TUPLE)
		return p->used < p->arg.list->count;
	bool mapping = p->arg.kind == V_DICT || p->arg.kind == V_LIST || p->arg.kind == V_RANGE ||
		p->arg.kind == V_UNDEFINED;
	return !p->single_used && !mapping;
}

struct val percent_format(struct cx *cx, struct val format, struct val arg)
{
	struct percent p = { .cx = cx, .format = format, .arg = arg };
	sb_init(&p.out);
	while (p.at < format.len) {
		const char *place = memchr(format.text + p.at, '%', format.len - p.at);
		size_t end = place ? (size_t)(place - format.text) : format.len;
		sb_add(cx, &p.out, format.text + p.at, end - p.at);
		p.at = end;
		if (place)
			add_place(&p);
	}
	if (left_over(&p))
		template_fail(cx, "a format has fewer places than there are values");
	return sb_text(&p.out, format.flag);
}
