/*
 * Filters on numbers.
 */
#include "tmpl/engine.h"

#include <math.h>
#include <stdlib.h>

static struct val filter_abs(struct cx *cx, struct val v, const struct args *a)
{
	(void)a;
	if (v.kind == V_FLOAT)
		return float_val(fabs(v.real));
	if (!is_number(v))
		template_fail(cx, "'abs' wants a number, not a %s", kind_name(v));
	return int_of(v) < 0 ? op_negate(cx, v, true) : int_val(int_of(v));
}

static struct val filter_int(struct cx *cx, struct val v, const struct args *a)
{
	struct val other = given(a->at[0]) ? a->at[0] : int_val(0);
	/* What is no number is, as a base, one more reason to try the text as a float. */
	bool based = !given(a->at[1]) || a->at[1].kind == V_INT || a->at[1].kind == V_BOOL;
	int64_t base = given(a->at[1]) && based ? int_of(a->at[1]) : 10, i;
	double d;
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind == V_INT || v.kind == V_BOOL)
		return int_val(int_of(v));
	if (v.kind == V_FLOAT)
		return isnan(v.real) ? other : int_val(int_from_real(cx, v.real));
	if (v.kind != V_TEXT)
		return other;
	if (based && base >= 0 && base <= 36 && parse_int(cx, v, (int)base, &i))
		return int_val(i);
	if (!parse_float(cx, v, &d) || isnan(d))
		return other;
	return int_val(int_from_real(cx, d));
}

static struct val filter_float(struct cx *cx, struct val v, const struct args *a)
{
	double d;
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (is_number(v))
		return float_val(real_of(v));
	if (v.kind == V_TEXT && parse_float(cx, v, &d))
		return float_val(d);
	return given(a->at[0]) ? a->at[0] : float_val(0.0);
}

static struct val round_int(struct cx *cx, int64_t i, int64_t digits)
{
	int64_t unit = 1;
	if (digits >= 0)
		return int_val(i);
	for (; digits < 0; digits++)
		if (__builtin_mul_overflow(unit, 10, &unit))
			return int_val(0);
	int64_t rest = i % unit, whole = i - rest;
	if (rest < 0) {
		rest += unit;
		whole -= unit;
	}
	bool up = rest > unit - rest || (rest == unit - rest && (whole / unit) % 2 != 0);
	return up ? op_add(cx, int_val(whole), int_val(unit)) : int_val(whole);
}

static struct val round_toward(struct cx *cx, struct val v, int64_t digits, bool up)
{
	struct val unit = op_pow(cx, int_val(10), int_val(digits));
	struct val scaled = op_mul(cx, v, unit);
	if (scaled.kind == V_FLOAT)
		scaled = int_val(int_from_real(cx, up ? ceil(scaled.real) : floor(scaled.real)));
	return op_div(cx, scaled, unit);
}

static struct val filter_round(struct cx *cx, struct val v, const struct args *a)
{
	int64_t digits = arg_int_or(cx, a->at[0], "precision", 0);
	struct val method = given(a->at[1]) ? a->at[1] : str_val("common");
	bool up = equal(cx, method, str_val("ceil"));
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (!is_number(v))
		template_fail(cx, "'round' wants a number, not a %s", kind_name(v));
	if (up || equal(cx, method, str_val("floor")))
		return round_toward(cx, v, digits, up);
	if (!equal(cx, method, str_val("common")))
		template_fail(cx, "'round' knows the methods common, ceil and floor");
	if (v.kind != V_FLOAT)
		return round_int(cx, int_of(v), digits);
	double d = round_to(v.real, digits);
	if (isinf(d) && !isinf(v.real))
		template_fail(cx, "the rounded number is too large");
	return float_val(d);
}

static struct val filter_filesizeformat(struct cx *cx, struct val v, const struct args *a)
{
	static const char prefixes[] = "kMGTPEZY", binary_prefixes[] = "KMGTPEZY";
	bool binary = arg_bool_or(a->at[0], false);
	double base = binary ? 1024 : 1000, bytes, unit = base;
	struct sb b;
	sb_init(&b);
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (is_number(v))
		bytes = real_of(v);
	else if (v.kind != V_TEXT || !parse_float(cx, v, &bytes))
		template_fail(cx, "'filesizeformat' wants a number");
	if (bytes == 1) {
		sb_adds(cx, &b, "1 Byte");
	} else if (bytes < base) {
		sb_addf(cx, &b, "%lld Bytes", (long long)int_from_real(cx, bytes));
	} else {
		int i = 0;
		for (unit = base * base; i < 7 && !(bytes < unit); i++)
			unit *= base;
		sb_addf(cx, &b, "%.1f %c%sB", base * bytes / unit,
			(binary ? binary_prefixes : prefixes)[i], binary ? "i" : "");
	}
	return sb_text(&b, false);
}

const struct callable filters_number[] = {
	{ "abs", filter_abs },
	{ "filesizeformat", filter_filesizeformat, { "binary" } },
	{ "float", filter_float, { "default" } },
	{ "int", filter_int, { "default", "base" } },
	{ "round", filter_round, { "precision", "method" } },
};
const size_t filters_number_count = sizeof(filters_number) / sizeof(filters_number[0]);
