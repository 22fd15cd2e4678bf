/*
 * utf8 - walking UTF-8 text by code points.
 *
 * Texts inside the engine are well-formed (val_from() sees to that), so decoding needs no checks
 * beyond the end of the text.
 */
#ifndef TMPL_UTF8_H
#define TMPL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t utf8_size(unsigned char first)
{
	return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* Decodes the code point at `at` and moves past it. */
static inline uint32_t utf8_next(const char *text, size_t *at)
{
	const unsigned char *p = (const unsigned char *)text + *at;
	size_t size = utf8_size(*p);
	*at += size;
	switch (size) {
	case 1: return p[0];
	case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	default:
		return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
			(p[3] & 0x3fu);
	}
}

/* Moves back over one code point and decodes it; at > 0. */
static inline uint32_t utf8_prev(const char *text, size_t *at)
{
	do
		--*at;
	while (((unsigned char)text[*at] & 0xc0) == 0x80);
	size_t again = *at;
	return utf8_next(text, &again);
}

static inline size_t utf8_encode(uint32_t code, char ret[4])
{
	if (code < 0x80) {
		ret[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret[0] = (char)(0xc0 | code >> 6);
		ret[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		ret[0] = (char)(0xe0 | code >> 12);
		ret[1] = (char)(0x80 | (code >> 6 & 0x3f));
		ret[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	ret[0] = (char)(0xf0 | code >> 18);
	ret[1] = (char)(0x80 | (code >> 12 & 0x3f));
	ret[2] = (char)(0x80 | (code >> 6 & 0x3f));
	ret[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Code points in the text. */
static inline size_t utf8_count(const char *text, size_t len)
{
	size_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static inline bool utf8_is_ascii(const char *text, size_t len)
{
	uint64_t all = 0, eight;
	size_t i = 0;
	for (; i + 8 <= len; i += 8) {
		memcpy(&eight, text + i, 8);
		all |= eight;
	}
	for (; i < len; i++)
		all |= (unsigned char)text[i] & 0x80;
	return (all & 0x8080808080808080) == 0;
}

/* Byte offset of the code point number `index`, or len when there are fewer. */
static inline size_t utf8_offset(const char *text, size_t len, size_t index)
{
	size_t at = 0;
	while (at < len && index > 0) {
		at += utf8_size((unsigned char)text[at]);
		index--;
	}
	return at;
}

#endif
