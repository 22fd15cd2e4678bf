#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_equal_nocase(const char *a, const char *b)
{
	return a == b || (a && b && strcasecmp(a, b) == 0);
}

bool text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text), want = strlen(suffix);
	return len >= want && memcmp(text + len - want, suffix, want) == 0;
}

const char *text_find_nocase(const char *haystack, const char *needle)
{
	size_t len = strlen(needle);
	for (const char *p = haystack;; p++) {
		if (strncasecmp(p, needle, len) == 0)
			return p;
		if (!*p)
			return NULL;
	}
}

bool text_empty(const char *text)
{
	return !text || !*text;
}

bool text_to_int64(const char *text, int64_t *ret)
{
	const char *digits = *text == '-' ? text + 1 : text;
	if (*digits < '0' || *digits > '9')
		return false;
	char *end;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || *end)
		return false;
	*ret = n;
	return true;
}

/* Length of the well-formed sequence at p (RFC 3629 table 3-7 of Unicode), 0 if there is none. */
static size_t utf8_sequence(const unsigned char *p, size_t len)
{
	unsigned char c = p[0];
	if (c < 0x80)
		return c ? 1 : 0;
	size_t n = c >= 0xc2 && c <= 0xdf ? 2
		: (c & 0xf0) == 0xe0      ? 3
		: c >= 0xf0 && c <= 0xf4  ? 4
					  : 0;
	if (!n || n > len)
		return 0;
	unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Eight bytes of ASCII without NUL at once: nearly all text is that. */
static bool is_plain_word(const char *bytes)
{
	const uint64_t high = 0x8080808080808080, ones = 0x0101010101010101;
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return !((word | (word - ones)) & high);
}

bool text_is_utf8(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		if (len - i >= sizeof(uint64_t) && is_plain_word(bytes + i)) {
			i += sizeof(uint64_t);
			continue;
		}
		size_t n = utf8_sequence((const unsigned char *)bytes + i, len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

void text_escape_markup(struct buf *b, const char *text)
{
	for (const char *p = text; *p;) {
		size_t plain = strcspn(p, "&<>\"'");
		buf_add(b, p, plain);
		p += plain;
		switch (*p) {
		case '&': buf_adds(b, "&amp;"); break;
		case '<': buf_adds(b, "&lt;"); break;
		case '>': buf_adds(b, "&gt;"); break;
		case '"': buf_adds(b, "&#34;"); break;
		case '\'': buf_adds(b, "&#39;"); break;
		default: return;
		}
		p++;
	}
}

void text_percent_encode(struct buf *b, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (strchr(unreserved, *p))
			buf_addc(b, (char)*p);
		else
			buf_addf(b, "%%%02X", *p);
	}
}

static const char base64_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(struct buf *b, const void *bytes, size_t len, const char *alphabet, bool pad)
{
	const unsigned char *p = bytes;
	for (; len >= 3; p += 3, len -= 3) {
		const char quad[4] = { alphabet[p[0] >> 2], alphabet[(p[0] & 3) << 4 | p[1] >> 4],
			alphabet[(p[1] & 15) << 2 | p[2] >> 6], alphabet[p[2] & 63] };
		buf_add(b, quad, 4);
	}
	if (!len)
		return;
	buf_addc(b, alphabet[p[0] >> 2]);
	buf_addc(b, alphabet[(p[0] & 3) << 4 | (len == 2 ? p[1] >> 4 : 0)]);
	if (len == 2)
		buf_addc(b, alphabet[(p[1] & 15) << 2]);
	if (pad)
		buf_adds(b, len == 2 ? "=" : "==");
}

/* Where a character stands in both alphabets, counted from 1. */
/* clang-format off */
static const unsigned char base64_place[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7,
	['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62,
};
/* clang-format on */

static int base64_value(char c, const char *alphabet)
{
	int place = base64_place[(unsigned char)c];
	if (place)
		return place - 1;
	return c == alphabet[62] ? 62 : c == alphabet[63] ? 63 : -1;
}

/* Decodes text without padding. The unused low bits of the last character must be zero, so that
 * each value has one encoding only. */
static bool decode(struct buf *b, const char *text, size_t len, const char *alphabet)
{
	if (len % 4 == 1)
		return false;
	size_t before = b->len, filled = 0;
	unsigned bits = 0, value = 0;
	char chunk[256]; /* so that the buf grows seldom */
	for (size_t i = 0; i < len; i++) {
		int v = base64_value(text[i], alphabet);
		if (v < 0)
			goto bad;
		value = (value << 6 | (unsigned)v) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		chunk[filled++] = (char)(value >> bits & 0xff);
		if (filled == sizeof(chunk)) {
			buf_add(b, chunk, filled);
			filled = 0;
		}
	}
	if (value & ((1u << bits) - 1))
		goto bad;
	buf_add(b, chunk, filled);
	if (!b->overflow)
		return true;
bad:
	b->len = before;
	if (b->cap)
		b->data[before] = '\0';
	return false;
}

void text_base64_encode(struct buf *b, const void *bytes, size_t len)
{
	encode(b, bytes, len, base64_std, true);
}

bool text_base64_decode(struct buf *b, const char *text, size_t len)
{
	if (len % 4)
		return false;
	for (int i = 0; i < 2 && len && text[len - 1] == '='; i++)
		len--;
	return decode(b, text, len, base64_std);
}

void text_base64url_encode(struct buf *b, const void *bytes, size_t len)
{
	encode(b, bytes, len, base64_url, false);
}

bool text_base64url_decode(struct buf *b, const char *text, size_t len)
{
	return decode(b, text, len, base64_url);
}

void text_base32_encode(struct buf *b, const void *bytes, size_t len)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const unsigned char *p = bytes;
	unsigned value = 0, bits = 0;
	for (size_t i = 0; i < len; i++) {
		value = (value << 8 | p[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			buf_addc(b, alphabet[value >> (bits - 5) & 31]);
	}
	if (bits)
		buf_addc(b, alphabet[value << (5 - bits) & 31]);
}

static int base32_value(char c)
{
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	c |= 32;
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

bool text_base32_decode(struct buf *b, const char *text, size_t len)
{
	size_t before = b->len;
	unsigned value = 0, bits = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < len; i++) {
		int v = base32_value(text[i]);
		ok = v >= 0;
		value = (value << 5 | (unsigned)v) & 0xfff;
		bits += 5;
		if (ok && bits >= 8)
			buf_addc(b, (char)(value >> (bits -= 8) & 0xff));
	}
	/* Fewer bits than a character has, and none of them set: each value has one encoding only. */
	if (ok && bits < 5 && !(value & ((1u << bits) - 1)) && !b->overflow)
		return true;
	b->len = before;
	if (b->cap)
		b->data[before] = '\0';
	return false;
}

bool text_is_uuid(const char *bytes, size_t len)
{
	bool ok = len == 36;
	for (int i = 0; ok && i < 36; i++)
		ok = i == 8 || i == 13 || i == 18 || i == 23
			? bytes[i] == '-'
			: isxdigit((unsigned char)bytes[i]) != 0;
	return ok;
}

void text_hex_encode(struct buf *b, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < len; i++)
		buf_addf(b, "%02x", p[i]);
}
