#include "markup.h"

#include "base/iso8601.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* XML 1.0 cannot carry these, not even as references. */
static bool forbidden(const unsigned char *p)
{
	if (*p < 0x20)
		return *p != '\t' && *p != '\n' && *p != '\r';
	return p[0] == 0xef && p[1] == 0xbf && (p[2] == 0xbe || p[2] == 0xbf);
}

static const char *reference(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\r': return "&#xD;"; /* a bare one would be read back as a line feed */
	default: return NULL;
	}
}

void markup_text(struct buf *b, const char *text)
{
	const char *from = text, *p = text;

	for (; *p; p++) {
		bool drop = forbidden((const unsigned char *)p);
		const char *instead = reference(*p);
		if (!drop && !instead)
			continue;
		buf_add(b, from, (size_t)(p - from));
		if (instead)
			buf_adds(b, instead);
		else if (drop && (unsigned char)*p == 0xef)
			p += 2;
		from = p + 1;
	}
	buf_add(b, from, (size_t)(p - from));
}

void markup_element(struct buf *b, const char *name, const char *text)
{
	if (!text)
		return;
	buf_addf(b, "<t:%s>", name);
	markup_text(b, text);
	buf_addf(b, "</t:%s>", name);
}

void markup_bool(struct buf *b, const char *name, bool value)
{
	markup_element(b, name, value ? "true" : "false");
}

void markup_int(struct buf *b, const char *name, int64_t value)
{
	buf_addf(b, "<t:%s>%" PRId64 "</t:%s>", name, value, name);
}

void markup_time(struct buf *b, const char *name, int64_t at)
{
	char text[ISO8601_LEN + 1];

	if (at == TIME_NONE)
		return;
	iso8601_format(at, text);
	markup_element(b, name, text);
}

void markup_mailbox(struct buf *b, const struct address *who)
{
	buf_adds(b, "<t:Mailbox>");
	markup_element(b, "Name", who->name ? who->name : who->smtp);
	markup_element(b, "EmailAddress", who->smtp);
	buf_adds(b, "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType>");
	buf_adds(b, "</t:Mailbox>");
}

void html_document(struct buf *b, const char *html)
{
	if (text_find_nocase(html, "<html")) {
		buf_adds(b, html);
		return;
	}
	buf_adds(b,
		"<html>\r\n<head>\r\n"
		"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\r\n"
		"</head>\r\n<body>\r\n");
	buf_adds(b, html);
	buf_adds(b, "\r\n</body>\r\n</html>\r\n");
}

static void add_utf8(struct buf *b, unsigned long code)
{
	if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		code = 0xfffd;
	if (code < 0x80) {
		buf_addc(b, (char)code);
	} else if (code < 0x800) {
		buf_addc(b, (char)(0xc0 | (code >> 6)));
		buf_addc(b, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_addc(b, (char)(0xe0 | (code >> 12)));
		buf_addc(b, (char)(0x80 | ((code >> 6) & 0x3f)));
		buf_addc(b, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | (code >> 18)));
		buf_addc(b, (char)(0x80 | ((code >> 12) & 0x3f)));
		buf_addc(b, (char)(0x80 | ((code >> 6) & 0x3f)));
		buf_addc(b, (char)(0x80 | (code & 0x3f)));
	}
}

/* Adds what the reference at p means; returns the bytes it takes, 0 when it is none. */
static size_t add_reference(struct buf *b, const char *p)
{
	static const struct {
		const char *name, *text;
	} named[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&apos;", "'" }, { "&nbsp;", "\xc2\xa0" }, { "&shy;", "\xc2\xad" } };

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if (text_starts_with(p, named[i].name)) {
			buf_adds(b, named[i].text);
			return strlen(named[i].name);
		}
	}
	if (p[1] != '#')
		return 0;
	bool hex = p[2] == 'x' || p[2] == 'X';
	char *end;
	const char *digits = p + (hex ? 3 : 2);
	unsigned long code = strtoul(digits, &end, hex ? 16 : 10);
	if (*end != ';' || end == digits)
		return 0;
	add_utf8(b, code);
	return (size_t)(end + 1 - p);
}

static bool is_tag(const char *p, const char *name)
{
	size_t len = strlen(name);

	p += p[1] == '/' ? 2 : 1;
	return strncasecmp(p, name, len) == 0 && strchr(" \t\r\n/>", p[len]);
}

static bool ends_line(const char *p)
{
	static const char *const blocks[] = { "p", "div", "tr", "li", "h1", "h2", "h3", "table" };

	if (is_tag(p, "br"))
		return true;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (p[1] == '/' && is_tag(p, blocks[i]))
			return true;
	return false;
}

/* The end of the tag, comment, or element without visible content that starts at p. */
static const char *skip_tag(const char *p)
{
	static const char *const unseen[] = { "head", "style", "script", "title" };
	const char *end;

	if (text_starts_with(p, "<!--"))
		return (end = strstr(p, "-->")) ? end + 3 : p + strlen(p);
	for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++) {
		char close[16] = "</";
		if (p[1] == '/' || !is_tag(p, unseen[i]))
			continue;
		strcat(close, unseen[i]);
		end = text_find_nocase(p, close);
		p = end ? end : p;
		break;
	}
	end = strchr(p, '>');
	return end ? end + 1 : p + strlen(p);
}

void html_to_text(struct buf *b, const char *html)
{
	bool space = false, any = false;

	for (const char *p = html; *p;) {
		if (*p == '<') {
			if (ends_line(p) && any)
				buf_adds(b, "\r\n");
			if (ends_line(p))
				space = false;
			p = skip_tag(p);
			continue;
		}
		if (strchr(" \t\r\n", *p)) {
			space = any && b->len && b->data[b->len - 1] != '\n';
			p++;
			continue;
		}
		if (space)
			buf_addc(b, ' ');
		space = false;
		any = true;
		size_t taken = *p == '&' ? add_reference(b, p) : 0;
		if (!taken)
			buf_addc(b, *p);
		p += taken ? taken : 1;
	}
}

void text_to_html(struct buf *b, const char *text)
{
	buf_adds(b,
		"<html>\r\n<head>\r\n"
		"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\r\n"
		"</head>\r\n<body>\r\n<div class=\"PlainText\">");
	for (const char *p = text; *p; p++) {
		char one[2] = { *p, 0 };
		if (*p == '\n')
			buf_adds(b, "<br>\r\n");
		else if (*p != '\r')
			text_escape_markup(b, one);
	}
	buf_adds(b, "</div>\r\n</body>\r\n</html>\r\n");
}
