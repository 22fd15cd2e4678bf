/*
 * The text of values: Python's str() and repr(), to the letter.
 */
#include "tmpl/engine.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The shortest digits that read back as the same double: never more than 17, mostly 15 do. Very
 * small numbers have fewer digits than 15 and are tried from one on. */
static void shortest(double d, char ret[40])
{
	int digits = fabs(d) < 1e-300 ? 1 : 15;
	do
		snprintf(ret, 40, "%.*e", digits - 1, d);
	while (digits++ < 17 && strtod(ret, NULL) != d);
}

/* Python writes 1e-05 and 1e+16, and between them plain decimals with at least ".0". */
void add_float(struct cx *cx, struct sb *b, double d)
{
	char text[40], digits[24];
	if (isnan(d) || isinf(d)) {
		sb_adds(cx, b, isnan(d) ? "nan" : d > 0 ? "inf" : "-inf");
		return;
	}
	shortest(d, text);
	char *e = strchr(text, 'e');
	int exponent = atoi(e + 1), count = 0;
	for (char *p = text; p < e; p++)
		if (*p >= '0' && *p <= '9')
			digits[count++] = *p;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	if (text[0] == '-')
		sb_addc(cx, b, '-');
	if (exponent < -4 || exponent >= 16) {
		sb_add(cx, b, digits, 1);
		if (count > 1) {
			sb_addc(cx, b, '.');
			sb_add(cx, b, digits + 1, (size_t)count - 1);
		}
		sb_addf(cx, b, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
		return;
	}
	if (exponent < 0) {
		sb_adds(cx, b, "0.");
		sb_fill(cx, b, '0', (size_t)(-exponent - 1));
		sb_add(cx, b, digits, (size_t)count);
		return;
	}
	for (int i = 0; i <= exponent; i++)
		sb_addc(cx, b, i < count ? digits[i] : '0');
	sb_addc(cx, b, '.');
	if (count > exponent + 1)
		sb_add(cx, b, digits + exponent + 1, (size_t)(count - exponent - 1));
	else
		sb_addc(cx, b, '0');
}

static void add_int(struct cx *cx, struct sb *b, int64_t i)
{
	char digits[24];
	char *p = digits + sizeof(digits);
	uint64_t rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (i < 0)
		*--p = '-';
	sb_add(cx, b, p, (size_t)(digits + sizeof(digits) - p));
}

static void add_escape_code(struct cx *cx, struct sb *b, uint32_t code)
{
	if (code == '\n' || code == '\r' || code == '\t')
		sb_adds(cx, b, code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
	else if (code < 0x100)
		sb_addf(cx, b, "\\x%02x", code);
	else
		sb_addf(cx, b, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
}

void add_ascii(struct cx *cx, struct sb *b, struct val text)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		if (code < 0x80)
			sb_addc(cx, b, (char)code);
		else
			add_escape_code(cx, b, code);
	}
}

/* Python takes double quotes only for a text with a single and no double one. */
static void add_quoted(struct cx *cx, struct sb *b, struct val text)
{
	bool single = memchr(text.text, '\'', text.len) != NULL;
	char quote = single && memchr(text.text, '"', text.len) == NULL ? '"' : '\'';
	sb_addc(cx, b, quote);
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		if (code == (uint32_t)quote || code == '\\')
			sb_addc(cx, b, '\\');
		if (char_is_printable(code))
			sb_code(cx, b, code);
		else
			add_escape_code(cx, b, code);
	}
	sb_addc(cx, b, quote);
}

static void add_items(struct cx *cx, struct sb *b, struct val v)
{
	for (uint32_t i = 0; i < v.list->count; i++) {
		if (i > 0)
			sb_adds(cx, b, ", ");
		add_repr(cx, b, v.list->items[i]);
	}
}

static void add_pairs(struct cx *cx, struct sb *b, const struct dict *d)
{
	sb_addc(cx, b, '{');
	for (uint32_t i = 0; i < d->count; i++) {
		if (i > 0)
			sb_adds(cx, b, ", ");
		add_repr(cx, b, d->pairs[i].key);
		sb_adds(cx, b, ": ");
		add_repr(cx, b, d->pairs[i].value);
	}
	sb_addc(cx, b, '}');
}

static void add_view(struct cx *cx, struct sb *b, struct val v)
{
	static const char *const names[] = { "dict_keys", "dict_values", "dict_items" };
	sb_addf(cx, b, "%s([", names[v.view->of]);
	add_items(cx, b, list_val(V_LIST, list_of(cx, v)));
	sb_adds(cx, b, "])");
}

static void add_range(struct cx *cx, struct sb *b, const struct range *r)
{
	sb_addf(cx, b, "range(%" PRId64 ", %" PRId64, r->start, r->stop);
	if (r->step != 1)
		sb_addf(cx, b, ", %" PRId64, r->step);
	sb_addc(cx, b, ')');
}

static void add_compound(struct cx *cx, struct sb *b, struct val v)
{
	depth_enter(cx);
	switch (v.kind) {
	case V_LIST:
		sb_addc(cx, b, '[');
		add_items(cx, b, v);
		sb_addc(cx, b, ']');
		break;
	case V_TUPLE:
		sb_addc(cx, b, '(');
		add_items(cx, b, v);
		sb_adds(cx, b, v.list->count == 1 ? ",)" : ")");
		break;
	case V_DICT: add_pairs(cx, b, v.dict); break;
	case V_NAMESPACE:
		sb_adds(cx, b, "<Namespace ");
		add_pairs(cx, b, v.dict);
		sb_addc(cx, b, '>');
		break;
	default: add_view(cx, b, v);
	}
	depth_leave(cx);
}

static void add_time(struct cx *cx, struct sb *b, const struct civil_time *t)
{
	sb_addf(cx, b, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d", t->year, t->month, t->day, t->hour,
		t->minute, t->second);
}

/* What is the same in str() and repr(). */
static void add_other(struct cx *cx, struct sb *b, struct val v)
{
	charge(cx, 1);
	switch (v.kind) {
	case V_NONE: sb_adds(cx, b, "None"); break;
	case V_BOOL: sb_adds(cx, b, v.boolean ? "True" : "False"); break;
	case V_INT: add_int(cx, b, v.integer); break;
	case V_FLOAT: add_float(cx, b, v.real); break;
	case V_LIST:
	case V_TUPLE:
	case V_DICT:
	case V_NAMESPACE:
	case V_VIEW: add_compound(cx, b, v); break;
	case V_RANGE: add_range(cx, b, v.range); break;
	case V_TIME: add_time(cx, b, v.time); break;
	case V_METHOD:
		template_fail(
			cx, "method '%s' is used without being called", v.method->function->name);
	case V_ITER:
		template_fail(
			cx, "an iterator has no text of its own; use the filter list or join");
	default: template_fail(cx, "a %s has no text of its own", kind_name(v));
	}
}

void add_str(struct cx *cx, struct sb *b, struct val v)
{
	if (v.kind == V_TEXT)
		sb_add(cx, b, v.text, v.len);
	else if (v.kind != V_UNDEFINED)
		add_other(cx, b, v);
}

void add_repr(struct cx *cx, struct sb *b, struct val v)
{
	if (v.kind == V_UNDEFINED) {
		sb_adds(cx, b, "Undefined");
	} else if (v.kind != V_TEXT) {
		add_other(cx, b, v);
	} else if (v.flag) {
		sb_adds(cx, b, "Markup(");
		add_quoted(cx, b, v);
		sb_addc(cx, b, ')');
	} else {
		add_quoted(cx, b, v);
	}
}

struct val str_of(struct cx *cx, struct val v)
{
	if (v.kind == V_TEXT)
		return markup_val(v, false);
	struct sb b;
	sb_init(&b);
	add_str(cx, &b, v);
	return sb_text(&b, false);
}

struct val soft_str(struct cx *cx, struct val v)
{
	return v.kind == V_TEXT ? v : str_of(cx, v);
}

struct val html_escape(struct cx *cx, struct val text)
{
	struct sb b;
	sb_init(&b);
	sb_escape(cx, &b, text.text, text.len);
	return sb_text(&b, true);
}

struct val escaped(struct cx *cx, struct val v)
{
	return is_markup(v) ? v : html_escape(cx, str_of(cx, v));
}

void add_escaped(struct cx *cx, struct sb *b, struct val v)
{
	if (v.kind == V_INT)
		add_int(cx, b, v.integer);
	else if (v.kind != V_TEXT)
		v = str_of(cx, v);
	if (is_markup(v))
		sb_add(cx, b, v.text, v.len);
	else if (v.kind == V_TEXT)
		sb_escape(cx, b, v.text, v.len);
}
