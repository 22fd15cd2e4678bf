/*
 * format - format specifications and the two manners of using them: brace_format(),
 * percent_format().
 */
#ifndef TMPL_FORMAT_H
#define TMPL_FORMAT_H

#include "tmpl/engine.h"

struct format_spec {
	uint32_t fill;
	char align; /* '<', '>', '^', '=', or 0 */
	char sign;
	char group; /* ',' or '_' or 0 */
	char type;
	bool filled, alternate, zero;
	int64_t width, precision; /* -1: none */
};

struct format_spec format_spec_parse(struct cx *cx, const char *spec, size_t len);
/* sign_len: leading bytes of body that stay left of '=' padding. */
void add_padded(struct cx *cx, struct sb *b, const struct format_spec *s, struct val body,
	size_t sign_len, char default_align);
void add_int_digits(struct cx *cx, struct sb *b, uint64_t n, unsigned base, bool capitals);
/* Without sign: d >= 0. precision < 0: 6. */
void add_float_as(
	struct cx *cx, struct sb *b, double d, char type, int64_t precision, bool alternate);
/* format(v, spec) */
void add_formatted(struct cx *cx, struct sb *b, struct val v, const char *spec, size_t len);

#endif
