#include "tmpl/marker_guard.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

enum { FULL_WIDTH_COLON = 0xff1a };

/* What may stand between the letters of a marker unseen. */
static bool ignorable(uint32_t code)
{
	return char_is_space(code) || code == 0xad || code == 0x34f || code == 0x61c ||
		(code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) ||
		(code >= 0x2060 && code <= 0x206f) || (code >= 0xfe00 && code <= 0xfe0f) ||
		code == 0xfeff || code < 0x20;
}

/* Does the text before `at` end in the word, read backwards and past what is ignorable? */
static bool ends_in(const char *text, size_t at, const char *word)
{
	for (size_t i = strlen(word); i > 0;) {
		if (at == 0)
			return false;
		uint32_t code = utf8_prev(text, &at);
		if (ignorable(code))
			continue;
		if (code >= 'a' && code <= 'z')
			code -= 32;
		if (code != (unsigned char)word[--i])
			return false;
	}
	return true;
}

struct val marker_guard(struct cx *cx, struct val text)
{
	if (memchr(text.text, ':', text.len) == NULL)
		return text;
	struct sb b;
	sb_init(&b);
	for (size_t at = 0; at < text.len;) {
		size_t start = at;
		uint32_t code = utf8_next(text.text, &at);
		bool marker = code == ':' &&
			(ends_in(text.text, start, "PXPS") || ends_in(text.text, start, "TOK"));
		sb_code(cx, &b, marker ? FULL_WIDTH_COLON : code);
	}
	return sb_text(&b, text.flag);
}
