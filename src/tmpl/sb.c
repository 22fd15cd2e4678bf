#include "tmpl/engine.h"
#include "tmpl/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum { SB_FIRST = 64 };

void sb_init(struct sb *b)
{
	*b = (struct sb){ 0 };
}

/* Growing leaves the old bytes in the arena; doubling keeps that below the final size. */
void sb_room(struct cx *cx, struct sb *b, size_t len)
{
	size_t need = b->len + len;
	if (need > TMPL_TEXT_MAX)
		template_limit(cx, "a text is longer than %d bytes", TMPL_TEXT_MAX);
	charge(cx, need / 256);
	size_t cap = b->cap ? b->cap * 2 : SB_FIRST;
	if (cap < need)
		cap = need;
	char *data = mem(cx, cap);
	if (b->len > 0)
		memcpy(data, b->data, b->len);
	b->data = data;
	b->cap = cap;
}

void sb_adds(struct cx *cx, struct sb *b, const char *text)
{
	sb_add(cx, b, text, strlen(text));
}

void sb_addc(struct cx *cx, struct sb *b, char c)
{
	sb_add(cx, b, &c, 1);
}

void sb_code(struct cx *cx, struct sb *b, uint32_t code)
{
	char bytes[4];
	sb_add(cx, b, bytes, utf8_encode(code, bytes));
}

void sb_fill(struct cx *cx, struct sb *b, uint32_t code, size_t count)
{
	char bytes[4];
	size_t size = utf8_encode(code, bytes);
	if (count > TMPL_TEXT_MAX)
		template_limit(cx, "a text is longer than %d bytes", TMPL_TEXT_MAX);
	if (b->cap - b->len < size * count)
		sb_room(cx, b, size * count);
	for (size_t i = 0; i < count; i++)
		sb_add(cx, b, bytes, size);
}

void sb_addf(struct cx *cx, struct sb *b, const char *fmt, ...)
{
	char text[512];
	va_list args;
	va_start(args, fmt);
	int len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len >= (int)sizeof(text))
		template_limit(cx, "a number has more than %zu characters", sizeof(text));
	sb_add(cx, b, text, (size_t)len);
}

static const char *entity_of(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&#34;";
	default: return "&#39;";
	}
}

static const bool special[256] = {
	['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true
};

void sb_escape(struct cx *cx, struct sb *b, const char *bytes, size_t len)
{
	const char *end = bytes + len;
	for (const char *at = bytes;; at++) {
		while (at < end && !special[(unsigned char)*at])
			at++;
		sb_add(cx, b, bytes, (size_t)(at - bytes));
		if (at == end)
			return;
		const char *entity = entity_of(*at);
		sb_add(cx, b, entity, strlen(entity));
		bytes = at + 1;
	}
}

struct val sb_text(const struct sb *b, bool markup)
{
	return markup_val(text_val(b->len ? b->data : "", b->len), markup);
}
