/*
 * Arguments: binding them to the parameters of a filter, test, function or method, and reading
 * them as what C wants.
 */
#include "tmpl/engine.h"

int64_t arg_int(struct cx *cx, struct val v, const char *name)
{
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind != V_INT && v.kind != V_BOOL)
		template_fail(cx, "'%s' wants an integer, not a %s", name, kind_name(v));
	return int_of(v);
}

int64_t arg_int_or(struct cx *cx, struct val v, const char *name, int64_t absent_value)
{
	return given(v) ? arg_int(cx, v, name) : absent_value;
}

bool arg_bool_or(struct val v, bool absent_value)
{
	return given(v) ? truth(v) : absent_value;
}

struct val arg_text(struct cx *cx, struct val v, const char *name)
{
	if (v.kind == V_UNDEFINED)
		undefined_fail(cx, v);
	if (v.kind != V_TEXT)
		template_fail(cx, "'%s' wants a text, not a %s", name, kind_name(v));
	return v;
}

static int param_of(const struct callable *c, const char *name)
{
	for (int i = 0; i < PARAMS_MAX && c->params[i]; i++)
		if (strcmp(c->params[i], name) == 0)
			return i;
	return -1;
}

void bind_args(struct cx *cx, const struct callable *c, const struct args *from,
	struct val bound[PARAMS_MAX], struct args *ret)
{
	uint32_t params = 0;
	while (params < PARAMS_MAX && c->params[params])
		params++;
	if (from->count > params)
		template_fail(cx, "'%s' takes at most %u arguments", c->name, params);
	for (uint32_t i = 0; i < PARAMS_MAX; i++)
		bound[i] = i < from->count ? from->at[i] : (struct val){ .kind = V_MISSING };
	for (uint32_t i = 0; i < from->keyword_count; i++) {
		int param = param_of(c, from->keywords[i].name);
		if (param < 0)
			template_fail(cx, "'%s' has no argument '%.60s'", c->name,
				from->keywords[i].name);
		if (given(bound[param]))
			template_fail(cx, "'%s' is given '%s' twice", c->name, c->params[param]);
		bound[param] = from->keywords[i].value;
	}
	for (uint32_t i = 0; i < c->required; i++)
		if (!given(bound[i]))
			template_fail(cx, "'%s' needs %u arguments", c->name, c->required);
	*ret = (struct args){ .at = bound, .count = params };
}

struct val call(struct cx *cx, const struct callable *c, struct val self, const struct args *args)
{
	struct val bound[PARAMS_MAX];
	struct args all;
	if (c->variadic)
		return c->call(cx, self, args);
	bind_args(cx, c, args, bound, &all);
	return c->call(cx, self, &all);
}

static struct val joiner_call(struct joiner *j)
{
	struct val text = j->used ? j->separator : str_val("");
	j->used = true;
	return text;
}

struct val call_value(struct cx *cx, struct val callee, const struct args *args)
{
	switch (callee.kind) {
	case V_FUNCTION: return call(cx, callee.function, callee, args);
	case V_METHOD: return call(cx, callee.method->function, callee.method->self, args);
	case V_JOINER:
		if (args->count + args->keyword_count > 0)
			template_fail(cx, "a joiner takes no arguments");
		return joiner_call(callee.joiner);
	case V_UNDEFINED: undefined_fail(cx, callee);
	default: template_fail(cx, "a %s cannot be called", kind_name(callee));
	}
}
