#include "base/origin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_MAX = 65535, PORT_DIGITS_MAX = 5 };

static const char scheme[] = "https://";

static size_t host_length(const char *text)
{
	if (*text == '[') {
		size_t len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		return text[len] == ']' ? len + 1 : 0;
	}
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
}

const char *origin_read_host(const char *text, struct origin *ret)
{
	size_t len = host_length(text);
	if (len == 0 || len > ORIGIN_HOST_MAX)
		return NULL;
	for (size_t i = 0; i < len; i++)
		ret->host[i] = (char)tolower((unsigned char)text[i]);
	ret->host[len] = '\0';
	ret->port = ORIGIN_HTTPS_PORT;
	text += len;
	if (*text != ':')
		return text;
	size_t digits = strspn(text + 1, "0123456789");
	if (digits == 0 || digits > PORT_DIGITS_MAX)
		return NULL;
	ret->port = atoi(text + 1);
	return ret->port > 0 && ret->port <= PORT_MAX ? text + 1 + digits : NULL;
}

const char *origin_read(const char *url, struct origin *ret)
{
	size_t len = strlen(scheme);
	if (strncasecmp(url, scheme, len) != 0)
		return NULL;
	const char *rest = origin_read_host(url + len, ret);
	return rest && (*rest == '\0' || *rest == '/') ? rest : NULL;
}

bool origin_equal(const struct origin *a, const struct origin *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

void origin_format(const struct origin *origin, char ret[ORIGIN_TEXT_MAX + 1])
{
	int n = snprintf(ret, ORIGIN_TEXT_MAX + 1, "%s%s", scheme, origin->host);
	if (origin->port != ORIGIN_HTTPS_PORT)
		snprintf(ret + n, (size_t)(ORIGIN_TEXT_MAX + 1 - n), ":%d", origin->port);
}
