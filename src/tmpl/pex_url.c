#include "tmpl/pex.h"
#include "tmpl/html.h"
#include "tmpl/utf8.h"

#include "base/buf.h"
#include "base/text.h"

static int hex(char c)
{
	return c >= '0' && c <= '9'                  ? c - '0'
		: (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						     : -1;
}

static struct val repaired(struct cx *cx, const struct sb *raw)
{
	struct sb b;
	if (raw->len == 0 || text_is_utf8(raw->data, raw->len))
		return sb_text(raw, false);
	sb_init(&b);
	for (size_t at = 0; at < raw->len;) {
		size_t size = utf8_size((unsigned char)raw->data[at]);
		bool good = size <= raw->len - at &&
			(raw->data[at] == '\0' || text_is_utf8(raw->data + at, size));
		if (good)
			sb_add(cx, &b, raw->data + at, size);
		else
			sb_code(cx, &b, 0xfffd);
		at += good ? size : 1;
	}
	return sb_text(&b, false);
}

struct val url_decode(struct cx *cx, struct val text)
{
	struct sb b;
	sb_init(&b);
	for (size_t i = 0; i < text.len; i++) {
		int high = i + 2 < text.len && text.text[i] == '%' ? hex(text.text[i + 1]) : -1;
		int low = high >= 0 ? hex(text.text[i + 2]) : -1;
		if (low < 0) {
			sb_addc(cx, &b, text.text[i]);
			continue;
		}
		sb_addc(cx, &b, (char)(high << 4 | low));
		i += 2;
	}
	return repaired(cx, &b);
}

static bool find(struct val in, const char *what, size_t *ret_after)
{
	const char *hit = memmem(in.text, in.len, what, strlen(what));
	if (hit)
		*ret_after = (size_t)(hit - in.text) + strlen(what);
	return hit != NULL;
}

static struct val until(struct val in, size_t from, const char *stops)
{
	size_t end = from;
	while (end < in.len && !strchr(stops, in.text[end]))
		end++;
	return text_val(in.text + from, end - from);
}

/* The value of a parameter in the query of a URL. */
static bool parameter(struct val url, const char *name, struct val *ret)
{
	size_t after, len = strlen(name);
	if (!find(url, "?", &after))
		return false;
	while (after < url.len) {
		struct val pair = until(url, after, "&#");
		if (pair.len > len && memcmp(pair.text, name, len) == 0 && pair.text[len] == '=') {
			*ret = text_val(pair.text + len + 1, pair.len - len - 1);
			return true;
		}
		after += pair.len + 1;
	}
	return false;
}

static struct val host_of(struct val url)
{
	size_t after = 0;
	find(url, "://", &after);
	return until(url, after, "/?#:");
}

static bool host_ends(struct val url, const char *end)
{
	struct val host = host_of(url);
	size_t len = strlen(end);
	return host.len >= len && strncasecmp(host.text + host.len - len, end, len) == 0 &&
		(host.len == len || end[0] == '.' || host.text[host.len - len - 1] == '.');
}

struct val safelinks_decode(struct cx *cx, struct val url)
{
	struct val inner;
	struct val plain = html_unescape(cx, url);
	if (!host_ends(plain, ".safelinks.protection.outlook.com") ||
		!parameter(plain, "url", &inner))
		return url;
	return url_decode(cx, inner);
}

/* Version 2 writes '%' as '-' and '/' as '_'. */
static struct val decode_v2(struct cx *cx, struct val u)
{
	char *copy = mem(cx, u.len + 1u);
	for (uint32_t i = 0; i < u.len; i++)
		copy[i] = u.text[i] == '-' ? '%' : u.text[i] == '_' ? '/' : u.text[i];
	return html_unescape(cx, url_decode(cx, text_val(copy, u.len)));
}

/* Version 3 takes special bytes out: "*" stands for the next of them, "**A" for two, "**B" three
 * and so on in the alphabet of base64url. */
static size_t run_length(struct val u, size_t at)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	if (at + 2 >= u.len || u.text[at + 1] != '*')
		return 1;
	const char *p = u.text[at + 2] ? strchr(letters, u.text[at + 2]) : NULL;
	return p ? (size_t)(p - letters) + 2 : 1;
}

static struct val fill_in(struct cx *cx, struct val u, struct val bytes)
{
	struct sb b;
	size_t next = 0;
	sb_init(&b);
	for (size_t at = 0; at < u.len; at++) {
		if (u.text[at] != '*') {
			sb_addc(cx, &b, u.text[at]);
			continue;
		}
		size_t run = run_length(u, at);
		for (size_t i = 0; i < run && next < bytes.len; i++)
			sb_addc(cx, &b, bytes.text[next++]);
		at += run > 1 ? 2 : 0;
	}
	return repaired(cx, &b);
}

static struct val decode_v3(struct cx *cx, struct val url, struct val unchanged)
{
	size_t start, after;
	if (!find(url, "/v3/__", &start))
		return unchanged;
	struct val rest = text_val(url.text + start, url.len - start);
	if (!find(rest, "__;", &after))
		return unchanged;
	struct val u = text_val(rest.text, after - 3), encoded = until(rest, after, "!");
	struct buf bytes;
	buf_init(&bytes, TMPL_TEXT_MAX);
	bool ok = text_base64url_decode(&bytes, encoded.text, encoded.len);
	char *copy = arena_strndup(cx->arena, bytes.data, bytes.len);
	struct val filler = text_val(copy, bytes.len);
	buf_release(&bytes);
	return ok ? fill_in(cx, u, filler) : unchanged;
}

struct val urldefense_decode(struct cx *cx, struct val url)
{
	struct val inner;
	struct val plain = html_unescape(cx, url);
	size_t at;
	if (host_ends(plain, "urldefense.com") && find(plain, "/v3/", &at))
		return decode_v3(cx, plain, url);
	if (!host_ends(plain, "urldefense.proofpoint.com") || !parameter(plain, "u", &inner))
		return url;
	if (find(plain, "/v2/", &at))
		return decode_v2(cx, inner);
	if (find(plain, "/v1/", &at))
		return html_unescape(cx, url_decode(cx, inner));
	return url;
}
