#include "model/visible.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Decodes one UTF-8 character; a malformed byte counts as one character that nobody searches for. */
static uint32_t next_char(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more ? s[0] & (0x3fu >> more) : s[0];
	for (int i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			(*p)++;
			return 0xfffd;
		}
		c = c << 6 | (s[i] & 0x3f);
	}
	*p += more + 1;
	return c;
}

static bool is_invisible(uint32_t c)
{
	return c <= 0x20 || c == 0x7f || c == 0xa0 || c == 0xad || c == 0x1680 || c == 0x180e ||
		(c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
		(c >= 0x205f && c <= 0x2064) || c == 0x3000 || c == 0xfeff;
}

static bool is_dash(uint32_t c)
{
	return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xfe63 || c == 0xff0d;
}

static char squeezed(uint32_t c)
{
	/* Nothing beyond ASCII occurs in what is searched for; one byte that matches nothing
	 * keeps the distance. */
	return is_dash(c) ? '-' : c < 0x80 ? (char)c : '\x1a';
}

/* The character of an entity at p (after '&'); 0 when it is none. *ret_after is behind it. */
static uint32_t entity(const char *p, const char **ret_after)
{
	static const struct {
		const char *name;
		uint32_t c;
	} names[] = {
		{ "amp", '&' },
		{ "lt", '<' },
		{ "gt", '>' },
		{ "quot", '"' },
		{ "apos", '\'' },
		{ "nbsp", 0xa0 },
		{ "shy", 0xad },
		{ "zwnj", 0x200c },
		{ "zwj", 0x200d },
		{ "lrm", 0x200e },
		{ "rlm", 0x200f },
		{ "ensp", 0x2002 },
		{ "emsp", 0x2003 },
		{ "thinsp", 0x2009 },
		{ "ndash", 0x2013 },
		{ "mdash", 0x2014 },
		{ "minus", 0x2212 },
		{ "hyphen", 0x2010 },
		{ "dash", 0x2010 },
		{ "num", '#' },
		{ "colon", ':' },
		{ "lowbar", '_' },
		{ "period", '.' },
		{ "NewLine", '\n' },
		{ "Tab", '\t' },
	};
	char *end;
	if (*p == '#') {
		bool hex = p[1] == 'x' || p[1] == 'X';
		const char *digits = p + (hex ? 2 : 1);
		unsigned long c = strtoul(digits, &end, hex ? 16 : 10);
		if (end == digits || *digits == '-' || *digits == '+' || c > 0x10ffff)
			return 0;
		*ret_after = *end == ';' ? end + 1 : end;
		return c ? (uint32_t)c : 0xfffd;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i].name);
		if (strncmp(p, names[i].name, len) == 0 && p[len] == ';') {
			*ret_after = p + len + 1;
			return names[i].c;
		}
	}
	return 0;
}

/* True when the tag at p ('<') is name, opening. */
static bool opens(const char *p, const char *name)
{
	size_t len = strlen(name);
	return strncasecmp(p + 1, name, len) == 0 && strchr(" \t\r\n/>", p[1 + len]);
}

const char *visible_markup_end(const char *p)
{
	/* Word draws the bullets of its lists for those who cannot: nobody wrote them. */
	static const char drawn[] = "<![if !supportLists]>", end_drawn[] = "<![endif]>";
	if (strncasecmp(p, drawn, sizeof(drawn) - 1) == 0) {
		const char *end = text_find_nocase(p, end_drawn);
		if (end)
			return end + sizeof(end_drawn) - 1;
	}
	if (strncmp(p, "<!--", 4) == 0) {
		const char *end = strstr(p + 4, "-->");
		return end ? end + 3 : p + strlen(p);
	}
	if (!strchr("/!?", p[1]) && !((p[1] | 32) >= 'a' && (p[1] | 32) <= 'z'))
		return p;
	const char *close = opens(p, "style") ? "</style" : opens(p, "script") ? "</script" : NULL;
	if (close) {
		const char *end = text_find_nocase(p, close);
		if (!end)
			return p + strlen(p);
		p = end;
	}
	for (char quote = 0; *p; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (*p == '>')
			return p + 1;
	}
	return p;
}

uint32_t visible_entity(const char *p, const char **ret_after)
{
	return entity(p + 1, ret_after);
}

void visible_begin(struct visible *v, const char *body, bool is_html)
{
	*v = (struct visible){ .p = body, .is_html = is_html };
}

bool visible_next(struct visible *v)
{
	while (*v->p) {
		const char *from = v->p, *after = from;
		if (v->is_html && *from == '<' && (after = visible_markup_end(from)) != from) {
			v->p = after;
			continue;
		}
		uint32_t c = v->is_html && *from == '&' ? entity(from + 1, &after) : 0;
		if (c)
			v->p = after;
		else
			c = next_char(&v->p);
		if (is_invisible(c))
			continue;
		v->from = from;
		v->to = v->p;
		v->c = squeezed(c);
		return true;
	}
	return false;
}

void visible_squeeze(const char *body, bool is_html, struct buf *ret)
{
	struct visible v;
	visible_begin(&v, body, is_html);
	while (!ret->overflow && visible_next(&v))
		buf_addc(ret, v.c);
}
