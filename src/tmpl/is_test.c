/*
 * What may stand after `is`.
 */
#include "tmpl/engine.h"
#include "tmpl/text_method.h"

/* Python looks the value up in a dict of names. */
static bool name_in_table(struct cx *cx, struct val v)
{
	if (!hashable(v))
		template_fail(cx, "a %s is no name", kind_name(v));
	return v.kind == V_TEXT;
}

static struct val scanned(struct cx *cx, struct val v)
{
	struct val text = str_of(cx, v);
	charge(cx, text.len / 16);
	return text;
}

#define TEST(name, answer)                                                                         \
	static struct val is_##name(struct cx *cx, struct val v, const struct args *a)             \
	{                                                                                          \
		(void)cx;                                                                          \
		(void)a;                                                                           \
		return bool_val(answer);                                                           \
	}

TEST(defined, v.kind != V_UNDEFINED)
TEST(undefined, v.kind == V_UNDEFINED)
TEST(none, v.kind == V_NONE)
TEST(boolean, v.kind == V_BOOL)
TEST(false, v.kind == V_BOOL && !v.boolean)
TEST(true, v.kind == V_BOOL && v.boolean)
TEST(integer, v.kind == V_INT)
TEST(float, v.kind == V_FLOAT)
TEST(number_test, is_number(v))
TEST(string, v.kind == V_TEXT)
TEST(mapping, v.kind == V_DICT)
TEST(iterable, iterable(v))
TEST(escaped, is_markup(v))
TEST(lower, text_is_lower(scanned(cx, v)))
TEST(upper, text_is_upper(scanned(cx, v)))
TEST(odd, equal(cx, op_mod(cx, v, int_val(2)), int_val(1)))
TEST(even, equal(cx, op_mod(cx, v, int_val(2)), int_val(0)))
TEST(divisibleby, equal(cx, op_mod(cx, v, a->at[0]), int_val(0)))
TEST(in, contains(cx, a->at[0], v))
TEST(eq, equal(cx, v, a->at[0]))
TEST(ne, !equal(cx, v, a->at[0]))
TEST(lt, less(cx, v, a->at[0]))
TEST(gt, less(cx, a->at[0], v))
TEST(le, less(cx, v, a->at[0]) || equal(cx, v, a->at[0]))
TEST(ge, less(cx, a->at[0], v) || equal(cx, v, a->at[0]))
TEST(filter, name_in_table(cx, v) && filter_find(v.text, v.len) != NULL)
TEST(test, name_in_table(cx, v) && test_find(v.text, v.len) != NULL)
TEST(callable,
	v.kind == V_UNDEFINED || v.kind == V_FUNCTION || v.kind == V_METHOD || v.kind == V_JOINER ||
		v.kind == V_LOOP)
TEST(sequence,
	v.kind == V_UNDEFINED || v.kind == V_TEXT || v.kind == V_LIST || v.kind == V_TUPLE ||
		v.kind == V_DICT || v.kind == V_RANGE)

/* Identity is only certain for what exists once. */
static struct val is_sameas(struct cx *cx, struct val v, const struct args *a)
{
	struct val other = a->at[0];
	if (v.kind != other.kind)
		return bool_val(false);
	if (v.kind == V_NONE)
		return bool_val(true);
	if (v.kind != V_BOOL)
		template_fail(cx, "'sameas' is only supported for true, false and none; use '=='");
	return bool_val(v.boolean == other.boolean);
}

static const struct callable tests[] = {
	{ "defined", is_defined },
	{ "undefined", is_undefined },
	{ "none", is_none },
	{ "boolean", is_boolean },
	{ "false", is_false },
	{ "true", is_true },
	{ "integer", is_integer },
	{ "float", is_float },
	{ "number", is_number_test },
	{ "string", is_string },
	{ "mapping", is_mapping },
	{ "iterable", is_iterable },
	{ "sequence", is_sequence },
	{ "callable", is_callable },
	{ "escaped", is_escaped },
	{ "lower", is_lower },
	{ "upper", is_upper },
	{ "odd", is_odd },
	{ "even", is_even },
	{ "divisibleby", is_divisibleby, { "num" }, .required = 1 },
	{ "in", is_in, { "seq" }, .required = 1 },
	{ "sameas", is_sameas, { "other" }, .required = 1 },
	{ "filter", is_filter },
	{ "test", is_test },
	{ "==", is_eq, { "" }, .required = 1 },
	{ "eq", is_eq, { "" }, .required = 1 },
	{ "equalto", is_eq, { "" }, .required = 1 },
	{ "!=", is_ne, { "" }, .required = 1 },
	{ "ne", is_ne, { "" }, .required = 1 },
	{ ">", is_gt, { "" }, .required = 1 },
	{ "gt", is_gt, { "" }, .required = 1 },
	{ "greaterthan", is_gt, { "" }, .required = 1 },
	{ ">=", is_ge, { "" }, .required = 1 },
	{ "ge", is_ge, { "" }, .required = 1 },
	{ "<", is_lt, { "" }, .required = 1 },
	{ "lt", is_lt, { "" }, .required = 1 },
	{ "lessthan", is_lt, { "" }, .required = 1 },
	{ "<=", is_le, { "" }, .required = 1 },
	{ "le", is_le, { "" }, .required = 1 },
};

const struct callable *test_find(const char *name, size_t len)
{
	return len ? callable_find(tests, sizeof(tests) / sizeof(tests[0]), name, len) : NULL;
}
