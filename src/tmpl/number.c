/*
 * Numbers from text, and rounding, as Python does them.
 */
#include "tmpl/engine.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_TEXT_MAX = 400 }; /* bytes of a text that is read as a number */

/* Strips white space and turns every decimal digit into its ASCII one; false when the text is too
 * long for a number or has other non-ASCII characters. */
static bool plain_number(struct cx *cx, struct val text, char ret[NUMBER_TEXT_MAX + 1])
{
	charge(cx, text.len / 64);
	size_t at = 0, len = 0, kept = 0;
	while (at < text.len) {
		uint32_t code = utf8_next(text.text, &at);
		if (char_is_space(code)) {
			if (len == 0)
				continue;
			code = ' ';
		} else if (code >= 0x80) {
			int digit = char_decimal(code);
			if (digit < 0)
				return false;
			code = (uint32_t)('0' + digit);
		}
		if (len == NUMBER_TEXT_MAX)
			return false;
		ret[len++] = (char)code;
		if (code != ' ')
			kept = len;
	}
	ret[kept] = '\0';
	return kept > 0 && strlen(ret) == kept;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

static const char *skip_prefix(const char *p, int *base)
{
	static const struct {
		char letter;
		int base;
	} prefixes[] = { { 'x', 16 }, { 'o', 8 }, { 'b', 2 } };
	for (int i = 0; i < 3; i++)
		if (p[0] == '0' && (p[1] | 32) == prefixes[i].letter &&
			(*base == 0 || *base == prefixes[i].base)) {
			*base = prefixes[i].base;
			return p[2] == '_' ? p + 3 : p + 2;
		}
	return p;
}

bool parse_int(struct cx *cx, struct val text, int base, int64_t *ret)
{
	char plain[NUMBER_TEXT_MAX + 1];
	if ((base != 0 && (base < 2 || base > 36)) || !plain_number(cx, text, plain))
		return false;
	const char *p = plain;
	bool minus = *p == '-';
	p += minus || *p == '+';
	bool any_base = base == 0;
	p = skip_prefix(p, &base);
	bool leading_zero = any_base && base == 0 && *p == '0';
	base = base ? base : 10;
	uint64_t all = 0;
	bool overflow = false;
	for (bool first = true;; first = false) {
		p += *p == '_' && !first;
		int digit = digit_of(*p);
		if (digit >= base)
			return false;
		overflow |= __builtin_mul_overflow(all, (uint64_t)base, &all) ||
			__builtin_add_overflow(all, (uint64_t)digit, &all);
		if (*++p == '\0')
			break;
	}
	if (leading_zero && (all != 0 || overflow))
		return false;
	if (overflow || all > (uint64_t)INT64_MAX + minus)
		template_limit(cx, "the number '%.60s' is beyond 64 bits", plain);
	*ret = minus ? (int64_t)(0 - all) : (int64_t)all;
	return true;
}

static const char *skip_digits(const char *p, char **out)
{
	const char *start = p;
	while ((*p >= '0' && *p <= '9') ||
		(*p == '_' && p > start && p[-1] != '_' && p[1] >= '0' && p[1] <= '9')) {
		if (*p != '_')
			*(*out)++ = *p;
		p++;
	}
	return p;
}

static bool named_float(const char *p, double *ret)
{
	bool minus = *p == '-';
	p += minus || *p == '+';
	bool nan_ = strcasecmp(p, "nan") == 0;
	if (!nan_ && strcasecmp(p, "inf") != 0 && strcasecmp(p, "infinity") != 0)
		return false;
	*ret = nan_ ? NAN : minus ? -INFINITY : INFINITY;
	return true;
}

bool parse_float(struct cx *cx, struct val text, double *ret)
{
	char plain[NUMBER_TEXT_MAX + 1], clean[NUMBER_TEXT_MAX + 1];
	if (!plain_number(cx, text, plain))
		return false;
	if (named_float(plain, ret))
		return true;
	const char *p = plain;
	char *out = clean;
	if (*p == '+' || *p == '-')
		*out++ = *p++;
	const char *whole = p;
	p = skip_digits(p, &out);
	bool digits = p > whole;
	if (*p == '.') {
		*out++ = *p++;
		const char *fraction = p;
		p = skip_digits(p, &out);
		digits |= p > fraction;
	}
	if (digits && (*p | 32) == 'e') {
		*out++ = *p++;
		if (*p == '+' || *p == '-')
			*out++ = *p++;
		const char *exponent = p;
		p = skip_digits(p, &out);
		digits = p > exponent;
	}
	*out = '\0';
	if (!digits || *p != '\0')
		return false;
	*ret = strtod(clean, NULL);
	return true;
}

int64_t int_from_real(struct cx *cx, double d)
{
	if (isnan(d) || isinf(d))
		template_fail(cx, "%s cannot be an integer", isnan(d) ? "nan" : "infinity");
	if (d >= 9223372036854775808.0 || d < -9223372036854775808.0)
		template_limit(cx, "the number %g is beyond 64 bits", d);
	return (int64_t)d;
}

/* Half to even on the exact decimal value, which is what printf does. */
double round_to(double d, int64_t digits)
{
	char text[400];
	if (isnan(d) || isinf(d) || digits > 323 || d == 0)
		return d;
	if (digits >= 0) {
		int len = snprintf(text, sizeof(text), "%.*f", (int)digits, d);
		return len < (int)sizeof(text) ? strtod(text, NULL) : d;
	}
	/* Digits before the point that stay significant. */
	int64_t whole = (int64_t)floor(log10(fabs(d))) + 1;
	if (whole + digits < 0)
		return copysign(0.0, d);
	if (whole + digits == 0) {
		double unit = pow(10.0, (double)-digits);
		return copysign(fabs(d) > unit / 2 ? unit : 0.0, d);
	}
	snprintf(text, sizeof(text), "%.*e", (int)(whole + digits - 1), d);
	return strtod(text, NULL);
}
