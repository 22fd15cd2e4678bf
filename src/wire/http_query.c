#include "wire/http_server.h"

#include <string.h>

enum { PARAMETER_NAME_MAX = 128 };

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool http_percent_decode(const char *text, size_t len, bool plus, char *ret, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (c == '%') {
			int high = len - i > 2 ? hex_digit(text[i + 1]) : -1;
			int low = len - i > 2 ? hex_digit(text[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (!c || n + 1 >= size)
			return false;
		ret[n++] = c;
	}
	if (n >= size)
		return false;
	ret[n] = '\0';
	return true;
}

static bool is_named(const char *text, size_t len, const char *name)
{
	char decoded[PARAMETER_NAME_MAX];
	return http_percent_decode(text, len, true, decoded, sizeof(decoded)) &&
		!strcmp(decoded, name);
}

bool http_query_value(const struct http_request *req, const char *name, char *ret, size_t size)
{
	for (const char *pair = http_query(req); *pair;) {
		size_t len = strcspn(pair, "&");
		const char *equals = memchr(pair, '=', len);
		size_t name_len = equals ? (size_t)(equals - pair) : len;
		if (is_named(pair, name_len, name)) {
			size_t skip = equals ? name_len + 1 : len;
			return http_percent_decode(pair + skip, len - skip, true, ret, size);
		}
		pair += len;
		if (*pair)
			pair++;
	}
	return false;
}
