#include "wire/xml_source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static int digit(char c, int base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static bool is_legal(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
		(c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

/* The length of the reference to a forbidden character that begins at `at`, or 0. */
static size_t forbidden_reference(const char *at, const char *end)
{
	const char *start = at;
	if (end - at < 4 || at[1] != '#')
		return 0;
	int base = at[2] == 'x' ? 16 : 10, value;
	at += base == 16 ? 3 : 2;
	const char *digits = at;
	uint32_t c = 0;
	for (; at < end && (value = digit(*at, base)) >= 0; at++)
		if (c <= 0x10ffff) /* larger ones stay larger, and never wrap round */
			c = c * (uint32_t)base + (uint32_t)value;
	if (at == digits || at == end || *at != ';' || is_legal(c))
		return 0;
	return (size_t)(at + 1 - start);
}

int xml_source_read(void *arg, char *ret, int size)
{
	struct xml_source *source = arg;
	size_t len = 0, room = (size_t)size;
	while (source->at < source->end && len < room) {
		size_t most = (size_t)(source->end - source->at), forbidden;
		if (most > room - len)
			most = room - len;
		const char *reference = memchr(source->at, '&', most);
		if (reference)
			most = (size_t)(reference - source->at);
		memcpy(ret + len, source->at, most);
		len += most;
		source->at += most;
		if (!reference)
			continue;
		if (!(forbidden = forbidden_reference(reference, source->end))) {
			ret[len++] = '&';
			source->at++;
		} else if (room - len >= sizeof(replacement) - 1) {
			memcpy(ret + len, replacement, sizeof(replacement) - 1);
			len += sizeof(replacement) - 1;
			source->at += forbidden;
		} else {
			break; /* next time */
		}
	}
	return (int)len;
}
