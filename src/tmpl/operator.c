/*
 * Arithmetic on values. Integers have 64 bits: what goes beyond is refused, never wrapped.
 */
#include "tmpl/engine.h"

#include <math.h>
#include <stdlib.h>

static _Noreturn void no_operation(struct cx *cx, const char *operator, struct val a, struct val b)
{
	if (a.kind == V_UNDEFINED)
		undefined_fail(cx, a);
	if (b.kind == V_UNDEFINED)
		undefined_fail(cx, b);
	template_fail(cx, "'%s' does not work between a %s and a %s", operator, kind_name(a),
		kind_name(b));
}

static _Noreturn void overflow(struct cx *cx, const char *operator)
{
	template_limit(cx, "the result of '%s' is beyond 64 bits", operator);
}

static bool both_int(struct val a, struct val b)
{
	return a.kind != V_FLOAT && b.kind != V_FLOAT;
}

static void need_numbers(struct cx *cx, const char *operator, struct val a, struct val b)
{
	if (!is_number(a) || !is_number(b))
		no_operation(cx, operator, a, b);
}

static struct val add_texts(struct cx *cx, struct val a, struct val b)
{
	struct sb out;
	sb_init(&out);
	bool markup = a.flag || b.flag;
	sb_room(cx, &out, a.len + b.len + 1);
	if (markup && !a.flag)
		a = html_escape(cx, a);
	if (markup && !b.flag)
		b = html_escape(cx, b);
	sb_add(cx, &out, a.text, a.len);
	sb_add(cx, &out, b.text, b.len);
	return sb_text(&out, markup);
}

static struct val add_lists(struct cx *cx, struct val a, struct val b)
{
	struct list *l = list_new(cx, (size_t)a.list->count + b.list->count);
	charge(cx, ((size_t)a.list->count + b.list->count) / 16);
	memcpy(l->items, a.list->items, a.list->count * sizeof(struct val));
	memcpy(l->items + a.list->count, b.list->items, b.list->count * sizeof(struct val));
	l->count = a.list->count + b.list->count;
	return list_val(a.kind, l);
}

struct val op_add(struct cx *cx, struct val a, struct val b)
{
	if (a.kind == V_TEXT && b.kind == V_TEXT)
		return add_texts(cx, a, b);
	if (a.kind == b.kind && (a.kind == V_LIST || a.kind == V_TUPLE))
		return add_lists(cx, a, b);
	need_numbers(cx, "+", a, b);
	int64_t sum;
	if (!both_int(a, b))
		return float_val(real_of(a) + real_of(b));
	if (__builtin_add_overflow(int_of(a), int_of(b), &sum))
		overflow(cx, "+");
	return int_val(sum);
}

struct val op_sub(struct cx *cx, struct val a, struct val b)
{
	need_numbers(cx, "-", a, b);
	int64_t difference;
	if (!both_int(a, b))
		return float_val(real_of(a) - real_of(b));
	if (__builtin_sub_overflow(int_of(a), int_of(b), &difference))
		overflow(cx, "-");
	return int_val(difference);
}

static struct val repeat_text(struct cx *cx, struct val text, int64_t times)
{
	struct sb b;
	sb_init(&b);
	if (times <= 0 || text.len == 0)
		return markup_val(str_val(""), text.flag);
	if (times > TMPL_TEXT_MAX / text.len)
		template_limit(cx, "a text is longer than %d bytes", TMPL_TEXT_MAX);
	sb_room(cx, &b, (size_t)times * text.len);
	for (int64_t i = 0; i < times; i++)
		sb_add(cx, &b, text.text, text.len);
	return sb_text(&b, text.flag);
}

static struct val repeat_list(struct cx *cx, struct val v, int64_t times)
{
	if (times < 0 || v.list->count == 0)
		times = 0;
	if (times > 0 && times > TMPL_LIST_MAX / v.list->count)
		template_limit(cx, "a list has more than %d items", TMPL_LIST_MAX);
	struct list *l = list_new(cx, (size_t)times * v.list->count);
	charge(cx, (size_t)times * v.list->count / 16);
	for (int64_t i = 0; i < times; i++, l->count += v.list->count)
		memcpy(l->items + l->count, v.list->items, v.list->count * sizeof(struct val));
	return list_val(v.kind, l);
}

struct val op_mul(struct cx *cx, struct val a, struct val b)
{
	if (b.kind == V_TEXT || b.kind == V_LIST || b.kind == V_TUPLE) {
		struct val swap = a;
		a = b;
		b = swap;
	}
	bool times = b.kind == V_INT || b.kind == V_BOOL;
	if (a.kind == V_TEXT && times)
		return repeat_text(cx, a, int_of(b));
	if ((a.kind == V_LIST || a.kind == V_TUPLE) && times)
		return repeat_list(cx, a, int_of(b));
	need_numbers(cx, "*", a, b);
	int64_t product;
	if (!both_int(a, b))
		return float_val(real_of(a) * real_of(b));
	if (__builtin_mul_overflow(int_of(a), int_of(b), &product))
		overflow(cx, "*");
	return int_val(product);
}

static void need_divisor(struct cx *cx, struct val b)
{
	if (real_of(b) == 0)
		template_fail(cx, "division by zero");
}

enum { EXACT_BITS = 53 };

struct val op_div(struct cx *cx, struct val a, struct val b)
{
	need_numbers(cx, "/", a, b);
	need_divisor(cx, b);
	if (both_int(a, b) &&
		(llabs(int_of(a)) >> EXACT_BITS || llabs(int_of(b)) >> EXACT_BITS ||
			int_of(a) == INT64_MIN || int_of(b) == INT64_MIN))
		template_limit(cx, "'/' takes integers up to 2 to the power of 53");
	return float_val(real_of(a) / real_of(b));
}

/* Python's float floor division and remainder: the remainder has the divisor's sign. */
static double float_divmod(double a, double b, double *ret_mod)
{
	double mod = fmod(a, b);
	double div = (a - mod) / b;
	if (mod != 0) {
		if ((b < 0) != (mod < 0)) {
			mod += b;
			div -= 1;
		}
	} else {
		mod = copysign(0.0, b);
	}
	*ret_mod = mod;
	if (div == 0)
		return copysign(0.0, a / b);
	double whole = floor(div);
	return div - whole > 0.5 ? whole + 1 : whole;
}

struct val op_floordiv(struct cx *cx, struct val a, struct val b)
{
	need_numbers(cx, "//", a, b);
	need_divisor(cx, b);
	double mod;
	if (!both_int(a, b))
		return float_val(float_divmod(real_of(a), real_of(b), &mod));
	int64_t x = int_of(a), y = int_of(b);
	if (x == INT64_MIN && y == -1)
		overflow(cx, "//");
	return int_val(x / y - (x % y != 0 && (x < 0) != (y < 0)));
}

struct val op_mod(struct cx *cx, struct val a, struct val b)
{
	if (a.kind == V_TEXT)
		return percent_format(cx, a, b);
	need_numbers(cx, "%", a, b);
	need_divisor(cx, b);
	double mod;
	if (!both_int(a, b)) {
		float_divmod(real_of(a), real_of(b), &mod);
		return float_val(mod);
	}
	int64_t x = int_of(a), y = int_of(b);
	if (y == -1)
		return int_val(0);
	int64_t rest = x % y;
	return int_val(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest);
}

static struct val int_pow(struct cx *cx, int64_t base, int64_t exponent)
{
	int64_t result = 1;
	for (; exponent > 0; exponent >>= 1) {
		if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
			overflow(cx, "**");
		if (exponent > 1 && __builtin_mul_overflow(base, base, &base))
			overflow(cx, "**");
	}
	return int_val(result);
}

struct val op_pow(struct cx *cx, struct val a, struct val b)
{
	need_numbers(cx, "**", a, b);
	if (both_int(a, b) && int_of(b) >= 0)
		return int_pow(cx, int_of(a), int_of(b));
	double x = real_of(a), y = real_of(b);
	if (x == 0 && y < 0)
		template_fail(cx, "0 cannot be raised to a negative power");
	if (x < 0 && isfinite(x) && isfinite(y) && y != floor(y))
		template_fail(cx, "a negative number has no real power with a fraction");
	double result = pow(x, y);
	if (isinf(result) && isfinite(x) && isfinite(y))
		template_fail(cx, "the result of '**' is too large");
	return float_val(result);
}

struct val op_negate(struct cx *cx, struct val a, bool minus)
{
	if (a.kind == V_UNDEFINED)
		undefined_fail(cx, a);
	if (!is_number(a))
		template_fail(cx, "a %s has no sign", kind_name(a));
	if (a.kind == V_FLOAT)
		return float_val(minus ? -a.real : a.real);
	if (minus && int_of(a) == INT64_MIN)
		overflow(cx, "-");
	return int_val(minus ? -int_of(a) : int_of(a));
}
