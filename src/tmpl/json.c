/*
 * Values as JSON, in the manner of Python's json.dumps.
 */
#include "tmpl/engine.h"
#include "tmpl/utf8.h"

#include <inttypes.h>
#include <math.h>

struct json {
	struct cx *cx;
	struct sb *b;
	int64_t indent; /* -1: one line */
	int level;
	bool sorted;
};

static void add_value(struct json *j, struct val v);

static void add_unit(struct json *j, uint32_t unit)
{
	sb_addf(j->cx, j->b, "\\u%04x", unit);
}

static void add_text(struct json *j, struct val text)
{
	static const char letters[] = "\b\f\n\r\t\"\\", escapes[] = "bfnrt\"\\";
	sb_addc(j->cx, j->b, '"');
	for (size_t at = 0; at < text.len;) {
		uint32_t code = utf8_next(text.text, &at);
		const char *letter = code && code < 0x80 ? strchr(letters, (int)code) : NULL;
		if (letter) {
			sb_addc(j->cx, j->b, '\\');
			sb_addc(j->cx, j->b, escapes[letter - letters]);
		} else if (code >= 0x20 && code < 0x7f) {
			sb_addc(j->cx, j->b, (char)code);
		} else if (code == 0x7f) {
			sb_addc(j->cx, j->b, 0x7f);
		} else if (code < 0x10000) {
			add_unit(j, code);
		} else {
			add_unit(j, 0xd800 + ((code - 0x10000) >> 10));
			add_unit(j, 0xdc00 + ((code - 0x10000) & 0x3ff));
		}
	}
	sb_addc(j->cx, j->b, '"');
}

static void add_float_json(struct json *j, double d)
{
	if (isnan(d))
		sb_adds(j->cx, j->b, "NaN");
	else if (isinf(d))
		sb_adds(j->cx, j->b, d > 0 ? "Infinity" : "-Infinity");
	else
		add_float(j->cx, j->b, d);
}

static void add_line(struct json *j, bool first)
{
	if (!first)
		sb_addc(j->cx, j->b, ',');
	if (j->indent < 0) {
		if (!first)
			sb_addc(j->cx, j->b, ' ');
		return;
	}
	sb_addc(j->cx, j->b, '\n');
	if (j->indent * j->level > TMPL_TEXT_MAX)
		template_limit(j->cx, "a text is longer than %d bytes", TMPL_TEXT_MAX);
	sb_fill(j->cx, j->b, ' ', (size_t)(j->indent * j->level));
}

static void add_end(struct json *j, char c)
{
	j->level--;
	if (j->indent >= 0)
		add_line(j, true);
	sb_addc(j->cx, j->b, c);
}

static void add_array(struct json *j, const struct list *l)
{
	if (l->count == 0) {
		sb_adds(j->cx, j->b, "[]");
		return;
	}
	sb_addc(j->cx, j->b, '[');
	j->level++;
	for (uint32_t i = 0; i < l->count; i++) {
		add_line(j, i == 0);
		add_value(j, l->items[i]);
	}
	add_end(j, ']');
}

static void add_key(struct json *j, struct val key)
{
	if (key.kind == V_TEXT) {
		add_text(j, key);
		return;
	}
	if (key.kind != V_NONE && !is_number(key))
		template_fail(j->cx, "a %s cannot be a key in JSON", kind_name(key));
	sb_addc(j->cx, j->b, '"');
	add_value(j, key);
	sb_addc(j->cx, j->b, '"');
}

static void add_object(struct json *j, const struct dict *d)
{
	if (d->count == 0) {
		sb_adds(j->cx, j->b, "{}");
		return;
	}
	struct list *pairs = list_new(j->cx, d->count);
	struct val *keys = mem_array(j->cx, d->count, sizeof(*keys));
	for (uint32_t i = 0; i < d->count; i++) {
		keys[i] = d->pairs[i].key;
		list_push(j->cx, pairs, pair_val(j->cx, keys[i], d->pairs[i].value));
	}
	if (j->sorted)
		sort_values(j->cx, pairs->items, keys, pairs->count, false);
	sb_addc(j->cx, j->b, '{');
	j->level++;
	for (uint32_t i = 0; i < pairs->count; i++) {
		const struct val *pair = pairs->items[i].list->items;
		add_line(j, i == 0);
		add_key(j, pair[0]);
		sb_adds(j->cx, j->b, ": ");
		add_value(j, pair[1]);
	}
	add_end(j, '}');
}

static void add_value(struct json *j, struct val v)
{
	charge(j->cx, 1);
	depth_enter(j->cx);
	switch (v.kind) {
	case V_NONE: sb_adds(j->cx, j->b, "null"); break;
	case V_BOOL: sb_adds(j->cx, j->b, v.boolean ? "true" : "false"); break;
	case V_INT: sb_addf(j->cx, j->b, "%" PRId64, v.integer); break;
	case V_FLOAT: add_float_json(j, v.real); break;
	case V_TEXT: add_text(j, v); break;
	case V_LIST:
	case V_TUPLE: add_array(j, v.list); break;
	case V_DICT: add_object(j, v.dict); break;
	case V_UNDEFINED: undefined_fail(j->cx, v);
	default: template_fail(j->cx, "a %s cannot be written as JSON", kind_name(v));
	}
	depth_leave(j->cx);
}

void add_json(struct cx *cx, struct sb *b, struct val v, int64_t indent, bool sorted)
{
	struct json j = { cx, b, indent < 0 ? -1 : indent, 0, sorted };
	add_value(&j, v);
}
