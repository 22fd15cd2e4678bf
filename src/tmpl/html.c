#include "tmpl/html.h"
#include "tmpl/text_method.h"
#include "tmpl/utf8.h"

#include <stdlib.h>

struct entity {
	const char *name, *text;
};

#include "tmpl/entities.inc"

enum { ENTITY_NAME_MAX = 32 };

static const char *entity_text(const char *name, size_t len)
{
	size_t low = 0, high = sizeof(entities) / sizeof(entities[0]);
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(entities[middle].name, name, len);
		if (order == 0)
			order = entities[middle].name[len] != '\0';
		if (order == 0)
			return entities[middle].text;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Numbers 0x80 to 0x9f mean what Windows-1252 has there. */
static const uint16_t windows_1252[32] = { 0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
	0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019,
	0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,
	0x017e, 0x0178 };

static bool is_noncharacter(uint64_t code)
{
	return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

static void add_numbered(struct cx *cx, struct sb *b, uint64_t code)
{
	if (code >= 0x80 && code <= 0x9f)
		sb_code(cx, b, windows_1252[code - 0x80]);
	else if (code == 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
		sb_code(cx, b, 0xfffd);
	else if (code == '\r' || (code >= 9 && code <= 10) || code == 0x0c)
		sb_code(cx, b, (uint32_t)code);
	else if (code >= 0x20 && code != 0x7f && !is_noncharacter(code))
		sb_code(cx, b, (uint32_t)code);
}

/* "#123;", "#x1f;": bytes used, 0 when it is no number. */
static size_t add_number(struct cx *cx, struct sb *b, const char *at, const char *end)
{
	const char *p = at + 1;
	bool hex = p < end && (*p == 'x' || *p == 'X');
	uint64_t code = 0;
	p += hex;
	const char *digits = p;
	for (; p < end; p++) {
		int digit = *p >= '0' && *p <= '9'                    ? *p - '0'
			: hex && (*p | 32) >= 'a' && (*p | 32) <= 'f' ? (*p | 32) - 'a' + 10
								      : -1;
		if (digit < 0)
			break;
		if (code <= 0x10ffff)
			code = code * (hex ? 16 : 10) + (unsigned)digit;
	}
	if (p == digits)
		return 0;
	add_numbered(cx, b, code);
	return (size_t)(p - at) + (p < end && *p == ';');
}

/* A name after '&', with its ';' or the longest known beginning: bytes used, or 0. */
static size_t add_named(struct cx *cx, struct sb *b, const char *at, const char *end)
{
	size_t len = 0, room = (size_t)(end - at), chars = 0;
	while (len < room && chars < ENTITY_NAME_MAX && !strchr("\t\n\f <&#;", at[len])) {
		len += utf8_size((unsigned char)at[len]);
		chars++;
	}
	if (len == 0)
		return 0;
	len += len < room && at[len] == ';';
	for (size_t take = len; take > 1; take--) {
		const char *text = entity_text(at, take);
		if (text == NULL)
			continue;
		sb_adds(cx, b, text);
		return take;
	}
	return 0;
}

struct val html_unescape(struct cx *cx, struct val text)
{
	struct sb b;
	const char *end = text.text + text.len;
	if (memchr(text.text, '&', text.len) == NULL)
		return markup_val(text, false);
	sb_init(&b);
	for (const char *at = text.text; at < end;) {
		size_t used = 0;
		charge(cx, 1);
		if (*at == '&' && at + 1 < end)
			used = at[1] == '#' ? add_number(cx, &b, at + 1, end)
					    : add_named(cx, &b, at + 1, end);
		if (used == 0)
			sb_addc(cx, &b, *at++);
		else
			at += used + 1;
	}
	return sb_text(&b, false);
}

/* Removes what lies between the two, these included. */
static struct val without(struct cx *cx, struct val text, const char *from, const char *to)
{
	struct sb b;
	size_t at = 0, from_len = strlen(from), to_len = strlen(to);
	sb_init(&b);
	charge(cx, text.len / 16);
	for (;;) {
		const char *start = memmem(text.text + at, text.len - at, from, from_len);
		if (start == NULL)
			break;
		size_t begin = (size_t)(start - text.text), inside = begin + from_len;
		const char *stop = memmem(text.text + inside, text.len - inside, to, to_len);
		if (stop == NULL)
			break;
		sb_add(cx, &b, text.text + at, begin - at);
		at = (size_t)(stop - text.text) + to_len;
	}
	sb_add(cx, &b, text.text + at, text.len - at);
	return sb_text(&b, false);
}

struct val strip_tags(struct cx *cx, struct val text)
{
	text = without(cx, text, "<!--", "-->");
	text = without(cx, text, "<", ">");
	struct list *words = text_split(cx, text, none_val(), -1);
	return html_unescape(cx, text_join(cx, str_val(" "), words));
}
