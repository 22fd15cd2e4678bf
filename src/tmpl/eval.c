/*
 * Expressions to values.
 */
#include "tmpl/template.h"

/* While folding: this cannot be known before rendering. */
static _Noreturn void not_constant(struct cx *cx)
{
	template_fail(cx, "not constant");
}

static struct val eval_name(struct cx *cx, const struct node *n)
{
	if (cx->folding)
		not_constant(cx);
	struct val v = cx->slots[n->slot];
	if (given(v))
		return v;
	char *name = mem(cx, n->name_len + 1);
	memcpy(name, n->name, n->name_len);
	name[n->name_len] = '\0';
	return undefined_val(UNDEFINED_NAME, name);
}

static struct val eval_list(struct cx *cx, const struct node *n)
{
	struct list *l = list_new(cx, n->count);
	for (uint32_t i = 0; i < n->count; i++)
		l->items[l->count++] = evaluate(cx, n->list[i]);
	return list_val(n->type == N_LIST ? V_LIST : V_TUPLE, l);
}

static struct val eval_dict(struct cx *cx, const struct node *n)
{
	struct dict *d = dict_new(cx, n->count / 2);
	for (uint32_t i = 0; i < n->count; i += 2) {
		struct val key = evaluate(cx, n->list[i]);
		dict_put(cx, d, key, evaluate(cx, n->list[i + 1]));
	}
	return (struct val){ .kind = V_DICT, .dict = d };
}

static struct val eval_or_missing(struct cx *cx, const struct node *n)
{
	return n ? evaluate(cx, n) : (struct val){ .kind = V_MISSING };
}

static bool slice_index(struct val v)
{
	return absent(v) || v.kind == V_INT || v.kind == V_BOOL;
}

static bool sliceable(struct val v)
{
	return v.kind == V_TEXT || v.kind == V_LIST || v.kind == V_TUPLE || v.kind == V_RANGE ||
		v.kind == V_UNDEFINED;
}

static struct val eval_slice(struct cx *cx, const struct node *n)
{
	struct val of = evaluate(cx, n->a);
	struct slice s = { eval_or_missing(cx, n->b->a), eval_or_missing(cx, n->b->b),
		eval_or_missing(cx, n->b->c) };
	/* Jinja2 folds a slice like an item, whose failure is only undefined. */
	if (cx->folding &&
		(!sliceable(of) || !slice_index(s.start) || !slice_index(s.stop) ||
			!slice_index(s.step)))
		return undefined_val(UNDEFINED_SENTENCE, "there is no such slice");
	cx->pos = n->pos;
	return get_slice(cx, of, &s);
}

static struct val eval_item(struct cx *cx, const struct node *n)
{
	if (n->b->type == N_SLICE)
		return eval_slice(cx, n);
	struct val of = evaluate(cx, n->a);
	struct val key = evaluate(cx, n->b);
	cx->pos = n->pos;
	return get_item(cx, of, key);
}

/* --- calls --- */

static void eval_args(struct cx *cx, const struct node *n, struct args *ret)
{
	struct val *at = mem(cx, (n->count + 1) * sizeof(*at));
	struct keyword *keywords = NULL;
	*ret = (struct args){ .at = at };
	if (!n->positional)
		keywords = mem(cx, n->count * sizeof(*keywords));
	for (uint32_t i = 0; i < n->count; i++) {
		struct val v = evaluate(cx, n->list[i]);
		if (n->positional || n->keywords[i] == NULL)
			at[ret->count++] = v;
		else
			keywords[ret->keyword_count++] = (struct keyword){ n->keywords[i], v };
	}
	ret->keywords = keywords;
}

static const struct callable *direct_method(struct val of, const struct node *attr)
{
	if (of.kind != V_TEXT && of.kind != V_LIST && of.kind != V_TUPLE && of.kind != V_DICT)
		return NULL;
	return method_find(of, attr->name, attr->name_len);
}

static struct val eval_call(struct cx *cx, const struct node *n)
{
	struct args args;
	struct val callee, of;
	const struct callable *method = NULL;
	if (cx->folding)
		not_constant(cx);
	if (n->a->type == N_ATTR) {
		of = evaluate(cx, n->a->a);
		cx->pos = n->a->pos;
		method = direct_method(of, n->a);
		if (method == NULL)
			callee = get_attr(cx, of, n->a->name, n->a->name_len);
	} else {
		callee = evaluate(cx, n->a);
	}
	eval_args(cx, n, &args);
	cx->pos = n->pos;
	return method ? call(cx, method, of, &args) : call_value(cx, callee, &args);
}

/* Arguments of a filter or test go straight to their parameters. */
static struct val apply(struct cx *cx, const struct node *n, struct val self)
{
	const struct callable *c = n->callable;
	struct val bound[PARAMS_MAX] = { 0 };
	struct args args = { .at = bound, .count = PARAMS_MAX };
	if (cx->folding && c->impure)
		not_constant(cx);
	if (c->variadic) {
		eval_args(cx, n, &args);
	} else {
		for (uint32_t i = 0; i < n->count; i++)
			bound[n->params[i]] = evaluate(cx, n->list[i]);
	}
	cx->pos = n->pos;
	return c->call(cx, self, &args);
}

static struct val eval_filter(struct cx *cx, const struct node *n)
{
	if (n->a)
		return apply(cx, n, evaluate(cx, n->a));
	if (cx->folding)
		not_constant(cx);
	/* In a filter block the input is what the block has printed. */
	return apply(cx, n, sb_text(cx->out, cx->autoescape));
}

/* --- operators --- */

struct val concat_values(struct cx *cx, const struct val *parts, uint32_t count)
{
	bool markup = false;
	struct sb b;
	sb_init(&b);
	for (uint32_t i = 0; i < count; i++)
		markup |= cx->autoescape && is_markup(parts[i]);
	for (uint32_t i = 0; i < count; i++) {
		if (markup)
			add_escaped(cx, &b, parts[i]);
		else
			add_str(cx, &b, parts[i]);
	}
	return sb_text(&b, markup);
}

static struct val eval_concat(struct cx *cx, const struct node *n)
{
	struct sb b;
	struct val *parts = mem(cx, n->count * sizeof(*parts));
	for (uint32_t i = 0; i < n->count; i++)
		parts[i] = evaluate(cx, n->list[i]);
	cx->pos = n->pos;
	if (!cx->folding)
		return concat_values(cx, parts, n->count);
	/* Folded, markup is forgotten. */
	sb_init(&b);
	for (uint32_t i = 0; i < n->count; i++)
		add_str(cx, &b, parts[i]);
	return sb_text(&b, false);
}

static bool compare(struct cx *cx, enum node_op op, struct val a, struct val b)
{
	switch (op) {
	case OP_EQ: return equal(cx, a, b);
	case OP_NE: return !equal(cx, a, b);
	case OP_LT: return less(cx, a, b);
	case OP_GT: return less(cx, b, a);
	case OP_LE: return less(cx, a, b) || equal(cx, a, b);
	case OP_GE: return less(cx, b, a) || equal(cx, a, b);
	case OP_IN: return contains(cx, b, a);
	default: return !contains(cx, b, a);
	}
}

static struct val eval_compare(struct cx *cx, const struct node *n)
{
	struct val left = evaluate(cx, n->a);
	for (uint32_t i = 0; i < n->count; i++) {
		struct val right = evaluate(cx, n->list[i]);
		cx->pos = n->pos;
		if (!compare(cx, n->ops[i], left, right))
			return bool_val(false);
		left = right;
	}
	return bool_val(true);
}

static struct val eval_binary(struct cx *cx, const struct node *n)
{
	static struct val (*const ops[])(struct cx *, struct val, struct val) = { [OP_ADD] = op_add,
		[OP_SUB] = op_sub,
		[OP_MUL] = op_mul,
		[OP_DIV] = op_div,
		[OP_FLOORDIV] = op_floordiv,
		[OP_MOD] = op_mod,
		[OP_POW] = op_pow };
	struct val a = evaluate(cx, n->a);
	struct val b = evaluate(cx, n->b);
	cx->pos = n->pos;
	return ops[n->op](cx, a, b);
}

static struct val eval_if(struct cx *cx, const struct node *n)
{
	if (truth(evaluate(cx, n->a)))
		return evaluate(cx, n->b);
	if (n->c)
		return evaluate(cx, n->c);
	if (cx->folding)
		not_constant(cx);
	return undefined_val(UNDEFINED_SENTENCE, "the inline 'if' was false and has no 'else'");
}

static struct val eval_attr(struct cx *cx, const struct node *n)
{
	struct val of = evaluate(cx, n->a);
	cx->pos = n->pos;
	if (n->item && of.kind == V_DICT) {
		const struct val *v = dict_get_name(of.dict, n->name, n->name_len);
		if (v)
			return *v;
	}
	return get_attr(cx, of, n->name, n->name_len);
}

static struct val eval_sign(struct cx *cx, const struct node *n)
{
	struct val v = evaluate(cx, n->a);
	cx->pos = n->pos;
	return op_negate(cx, v, n->op == OP_SUB);
}

struct val evaluate(struct cx *cx, const struct node *n)
{
	struct val v;
	charge(cx, 1);
	cx->pos = n->pos;
	switch ((enum node_type)n->type) {
	case N_CONST: return n->value;
	case N_NAME: return eval_name(cx, n);
	case N_ATTR: return eval_attr(cx, n);
	case N_ITEM: return eval_item(cx, n);
	case N_SLICE: template_fail(cx, "a slice stands alone");
	case N_CALL: return eval_call(cx, n);
	case N_FILTER: return eval_filter(cx, n);
	case N_TEST: return apply(cx, n, evaluate(cx, n->a));
	case N_LIST:
	case N_TUPLE: return eval_list(cx, n);
	case N_DICT: return eval_dict(cx, n);
	case N_CONCAT: return eval_concat(cx, n);
	case N_COMPARE: return eval_compare(cx, n);
	case N_BINARY: return eval_binary(cx, n);
	case N_AND: v = evaluate(cx, n->a); return truth(v) ? evaluate(cx, n->b) : v;
	case N_OR: v = evaluate(cx, n->a); return truth(v) ? v : evaluate(cx, n->b);
	case N_NOT: return bool_val(!truth(evaluate(cx, n->a)));
	case N_SIGN: return eval_sign(cx, n);
	case N_IF: return eval_if(cx, n);
	}
	template_fail(cx, "impossible node");
}
