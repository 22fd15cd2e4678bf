#include "base/err.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Whoever quotes a text with a greatest length, in bytes, may cut its last character in two; the
 * sentence goes into JSON, where no such thing may stand. */
static void repair(char *text)
{
	enum { SEQUENCE_MAX = 4 };
	for (char *p = text; *p;) {
		size_t n = 1;
		while (n < SEQUENCE_MAX && p[n] && !text_is_utf8(p, n))
			n++;
		if (text_is_utf8(p, n))
			p += n;
		else
			*p++ = '?';
	}
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	if (!err)
		return false;
	/* Formatted apart, because the arguments may point into err->text itself. */
	char text[ERR_TEXT_MAX];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	repair(text);
	*err = (struct err){ .code = code };
	memcpy(err->text, text, sizeof(text));
	return false;
}

bool err_prefix(struct err *err, const char *fmt, ...)
{
	if (!err)
		return false;
	char prefix[ERR_TEXT_MAX], text[2 * ERR_TEXT_MAX + 3];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %s", prefix, err->text);
	text[ERR_TEXT_MAX - 1] = '\0';
	repair(text);
	memcpy(err->text, text, ERR_TEXT_MAX);
	return false;
}

const char *err_code_name(enum err_code code)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",
		[ERR_INVALID] = "invalid",
		[ERR_NOT_FOUND] = "not_found",
		[ERR_CONFLICT] = "conflict",
		[ERR_LIMIT] = "limit",
		[ERR_DENIED] = "denied",
		[ERR_BUSY] = "busy",
		[ERR_NET] = "net",
		[ERR_PROTOCOL] = "protocol",
		[ERR_IO] = "io",
		[ERR_CANCELLED] = "cancelled",
		[ERR_INTERNAL] = "internal",
	};
	return names[code];
}
