#include "model/plain.h"
#include "model/visible.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

enum { HREF_MAX = 2048 }; /* bytes; longer addresses are left out */

struct writer {
	struct buf *out;
	size_t begin;            /* out's length before us */
	int lines;               /* wished before the next word */
	bool space;              /* wished before the next word */
	char href[HREF_MAX + 1]; /* of the link we are in */
	size_t link_text;        /* where in out it begins */
};

static void add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* What was wished before a word. */
static void settle(struct writer *w)
{
	bool first = w->out->len == w->begin;
	for (int i = 0; i < w->lines && !first; i++)
		buf_adds(w->out, "\r\n");
	if (w->space && !w->lines && !first)
		buf_addc(w->out, ' ');
	w->lines = 0;
	w->space = false;
}

static bool is_name(const char *p, const char *name)
{
	size_t len = strlen(name);
	return strncasecmp(p, name, len) == 0 && strchr(" \t\r\n/>", p[len]);
}

/* Lines that a tag wishes before what follows it. */
static int lines_of(const char *name, bool closes)
{
	static const struct {
		const char *name;
		int before, after;
	} blocks[] = {
		{ "p", 2, 2 },
		{ "div", 1, 1 },
		{ "tr", 1, 1 },
		{ "li", 1, 1 },
		{ "ul", 1, 1 },
		{ "ol", 1, 1 },
		{ "table", 1, 1 },
		{ "h1", 2, 2 },
		{ "h2", 2, 2 },
		{ "h3", 2, 2 },
		{ "h4", 2, 2 },
		{ "blockquote", 1, 1 },
		{ "hr", 1, 1 },
	};
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (is_name(name, blocks[i].name))
			return closes ? blocks[i].after : blocks[i].before;
	return 0;
}

/* The href of a link's tag [p, end), its entities decoded. */
static void begin_link(struct writer *w, const char *p, const char *end)
{
	struct buf href;
	const char *at = text_find_nocase(p, "href=");
	w->href[0] = '\0';
	w->link_text = w->out->len;
	if (!at || at >= end)
		return;
	at += strlen("href=");
	char quote = *at == '"' || *at == '\'' ? *at++ : 0;
	buf_init(&href, HREF_MAX);
	while (at < end && (quote ? *at != quote : !strchr(" \t\r\n>", *at))) {
		const char *after = at;
		uint32_t c = *at == '&' ? visible_entity(at, &after) : 0;
		if (c)
			add_utf8(&href, c);
		else
			buf_addc(&href, *at++);
		if (c)
			at = after;
	}
	if (!href.overflow)
		memcpy(w->href, href.data, href.len + 1);
	buf_release(&href);
}

static void end_link(struct writer *w)
{
	const char *text = w->out->data + w->link_text;
	const char *href = w->href;
	for (; *text && strchr(" \r\n", *text);)
		text++;
	const char *bare = text_starts_with(href, "mailto:") ? href + strlen("mailto:")
		: text_starts_with(href, "tel:")             ? href + strlen("tel:")
							     : href;
	if (*href && *text && !text_equal(text, href) && !text_equal(text, bare)) {
		buf_adds(w->out, " <");
		buf_adds(w->out, href);
		buf_adds(w->out, ">");
	}
	w->href[0] = '\0';
}

static void take_tag(struct writer *w, const char *p, const char *end)
{
	bool closes = p[1] == '/';
	const char *name = p + 1 + closes;
	int lines = lines_of(name, closes);
	if (is_name(name, "br"))
		w->lines++;
	else if (lines > w->lines)
		w->lines = lines;
	else if (is_name(name, "td") && closes)
		w->space = true;
	if (is_name(name, "a") && closes)
		end_link(w);
	else if (is_name(name, "a"))
		begin_link(w, p, end);
}

void plain_of_html(const char *html, struct buf *ret)
{
	struct writer w = { .out = ret, .begin = ret->len };
	for (const char *p = html; *p && !ret->overflow;) {
		const char *after = p;
		if (*p == '<' && (after = visible_markup_end(p)) != p) {
			take_tag(&w, p, after);
			p = after;
			continue;
		}
		uint32_t c = *p == '&' ? visible_entity(p, &after) : 0;
		if (!c && strchr(" \t\r\n", *p)) {
			w.space = true;
			p++;
			continue;
		}
		settle(&w);
		if (c == 0xa0)
			c = ' ';
		if (c)
			add_utf8(ret, c);
		else
			buf_addc(ret, *p++);
		if (c)
			p = after;
	}
}
