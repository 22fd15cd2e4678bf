/*
 * Filters for markup, URLs and JSON.
 */
#include "tmpl/engine.h"
#include "tmpl/html.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

#include <inttypes.h>

static struct val filter_escape(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return escaped(cx, v);
}

static struct val filter_forceescape(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return html_escape(cx, str_of(cx, v));
}

static struct val filter_safe(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return markup_val(soft_str(cx, v), true);
}

static struct val filter_striptags(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	return strip_tags(cx, str_of(cx, v));
}

/* --- URLs --- */

static bool url_safe(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '.' || c == '-' || c == '~';
}

void add_url_quoted(struct cx *cx, struct sb *b, struct val text, bool in_query)
{
	for (uint32_t i = 0; i < text.len; i++) {
		char c = text.text[i];
		if (url_safe(c) || (c == '/' && !in_query))
			sb_addc(cx, b, c);
		else if (c == ' ' && in_query)
			sb_addc(cx, b, '+');
		else
			sb_addf(cx, b, "%%%02X", (unsigned char)c);
	}
}

static void add_query_pair(struct cx *cx, struct sb *b, struct val key, struct val value)
{
	if (b->len > 0)
		sb_addc(cx, b, '&');
	add_url_quoted(cx, b, str_of(cx, key), true);
	sb_addc(cx, b, '=');
	add_url_quoted(cx, b, str_of(cx, value), true);
}

static struct val filter_urlencode(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	struct sb b;
	sb_init(&b);
	if (v.kind == V_TEXT || !iterable(v)) {
		add_url_quoted(cx, &b, str_of(cx, v), false);
		return sb_text(&b, false);
	}
	if (v.kind == V_DICT) {
		for (uint32_t i = 0; i < v.dict->count; i++)
			add_query_pair(cx, &b, v.dict->pairs[i].key, v.dict->pairs[i].value);
		return sb_text(&b, false);
	}
	struct iter *it = iter_of(cx, v);
	for (struct val pair; iter_next(cx, it, &pair);) {
		struct list *l = iterable(pair) ? list_of(cx, pair) : NULL;
		if (l == NULL || l->count != 2)
			template_fail(cx, "'urlencode' wants pairs");
		add_query_pair(cx, &b, l->items[0], l->items[1]);
	}
	return sb_text(&b, false);
}

static struct val filter_xmlattr(struct cx *cx, struct val v, const struct args *a)
{
	struct sb b;
	sb_init(&b);
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind != V_DICT)
		template_fail(cx, "'xmlattr' wants a dict, not a %s", kind_name(v));
	for (uint32_t i = 0; i < v.dict->count; i++) {
		struct val key = v.dict->pairs[i].key, value = v.dict->pairs[i].value;
		if (value.kind == V_NONE || value.kind == V_UNDEFINED)
			continue;
		arg_text(cx, key, "xmlattr");
		for (uint32_t k = 0; k < key.len; k++)
			if (strchr(" \t\n\r\f\v/>=", key.text[k]))
				template_fail(cx, "an attribute's name has a forbidden character");
		if (b.len > 0 || arg_bool_or(a->at[0], true))
			sb_addc(cx, &b, ' ');
		add_escaped(cx, &b, key);
		sb_adds(cx, &b, "=\"");
		add_escaped(cx, &b, value);
		sb_addc(cx, &b, '"');
	}
	return sb_text(&b, cx->autoescape);
}

/* JSON that is also harmless inside HTML. */
static struct val filter_tojson(struct cx *cx, struct val v, const struct args *a)
{
	struct sb json, safe;
	sb_init(&json);
	sb_init(&safe);
	add_json(cx, &json, v, absent(a->at[0]) ? -1 : arg_int(cx, a->at[0], "indent"), true);
	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		if (c == '<' || c == '>' || c == '&' || c == '\'')
			sb_addf(cx, &safe, "\\u%04x", c);
		else
			sb_addc(cx, &safe, c);
	}
	return sb_text(&safe, true);
}

const struct callable filters_html[] = {
	{ "e", filter_escape, .keeps_markup = true },
	{ "escape", filter_escape, .keeps_markup = true },
	{ "forceescape", filter_forceescape, .keeps_markup = true },
	{ "safe", filter_safe, .keeps_markup = true },
	{ "striptags", filter_striptags },
	{ "tojson", filter_tojson, { "indent" } },
	{ "urlencode", filter_urlencode },
	{ "urlize", filter_urlize,
		{ "trim_url_limit", "nofollow", "target", "rel", "extra_schemes" },
		.keeps_markup = true },
	{ "xmlattr", filter_xmlattr, { "autospace" } },
};
const size_t filters_html_count = sizeof(filters_html) / sizeof(filters_html[0]);
