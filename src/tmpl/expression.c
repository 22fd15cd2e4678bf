/*
 * Tokens to expressions.
 */
#include "tmpl/parser.h"

void vector_push(struct parser *p, struct vector *v, void *item)
{
	if (v->count == v->cap) {
		uint32_t cap = v->cap ? v->cap * 2 : 4;
		void **list = mem(p->cx, cap * sizeof(*list));
		if (v->count > 0)
			memcpy(list, v->list, v->count * sizeof(*list));
		v->list = list;
		v->cap = cap;
	}
	v->list[v->count++] = item;
}

struct node *node_new(struct parser *p, enum node_type type, uint32_t pos)
{
	struct node *n = mem(p->cx, sizeof(*n));
	*n = (struct node){ .type = (uint8_t)type, .pos = pos };
	return n;
}

void node_adopt(struct parser *p, struct node *n, const struct node *child)
{
	if (child == NULL || child->height < n->height)
		return;
	n->height = child->height + 1;
	if (n->height > TMPL_NESTING_MAX) {
		p->cx->pos = n->pos;
		template_limit(p->cx, "an expression is nested more than %d levels deep",
			TMPL_NESTING_MAX);
	}
}

static struct node *node_of(
	struct parser *p, enum node_type type, uint32_t pos, struct node *a, struct node *b)
{
	struct node *n = node_new(p, type, pos);
	n->a = a;
	n->b = b;
	node_adopt(p, n, a);
	node_adopt(p, n, b);
	return n;
}

static void node_list(struct parser *p, struct node *n, const struct vector *items)
{
	n->list = (struct node **)items->list;
	n->count = items->count;
	for (uint32_t i = 0; i < n->count; i++)
		node_adopt(p, n, n->list[i]);
}

static struct node *constant(struct parser *p, uint32_t pos, struct val value)
{
	struct node *n = node_new(p, N_CONST, pos);
	n->value = value;
	return n;
}

static struct node *parse_name(struct parser *p)
{
	static const struct {
		const char *name;
		struct val value;
	} words[] = {
		{ "true", { .kind = V_BOOL, .boolean = true } },
		{ "True", { .kind = V_BOOL, .boolean = true } },
		{ "false", { .kind = V_BOOL } },
		{ "False", { .kind = V_BOOL } },
		{ "none", { .kind = V_NONE } },
		{ "None", { .kind = V_NONE } },
	};
	const struct token *t = p->now++;
	for (int i = 0; i < 6; i++)
		if (token_named(t, words[i].name))
			return constant(p, t->pos, words[i].value);
	if (token_named(t, "self"))
		parse_fail(p, t, "'self' is not supported: a template has no blocks");
	struct node *n = node_new(p, N_NAME, t->pos);
	n->name = t->text;
	n->name_len = t->len;
	return n;
}

static struct node *parse_texts(struct parser *p)
{
	const struct token *first = p->now;
	struct sb b;
	sb_init(&b);
	for (; p->now->type == T_TEXT; p->now++)
		sb_add(p->cx, &b, p->now->text, p->now->len);
	return constant(p, first->pos, sb_text(&b, false));
}

static struct node *parse_list(struct parser *p)
{
	struct node *n = node_new(p, N_LIST, p->now++->pos);
	struct vector items = { 0 };
	while (!token_is(p->now, "]")) {
		if (items.count > 0)
			expect_operator(p, ",");
		if (token_is(p->now, "]"))
			break;
		vector_push(p, &items, parse_expression(p));
	}
	expect_operator(p, "]");
	node_list(p, n, &items);
	return n;
}

static struct node *parse_dict(struct parser *p)
{
	struct node *n = node_new(p, N_DICT, p->now++->pos);
	struct vector items = { 0 };
	while (!token_is(p->now, "}")) {
		if (items.count > 0)
			expect_operator(p, ",");
		if (token_is(p->now, "}"))
			break;
		vector_push(p, &items, parse_expression(p));
		expect_operator(p, ":");
		vector_push(p, &items, parse_expression(p));
	}
	expect_operator(p, "}");
	node_list(p, n, &items);
	return n;
}

static struct node *parse_brackets(struct parser *p)
{
	uint32_t pos = p->now++->pos;
	if (token_is(p->now, ")")) {
		p->now++;
		return node_new(p, N_TUPLE, pos);
	}
	struct node *n = parse_tuple(p, true);
	expect_operator(p, ")");
	return n;
}

struct node *parse_primary(struct parser *p)
{
	const struct token *t = p->now;
	if (t->type == T_NAME)
		return parse_name(p);
	if (t->type == T_TEXT)
		return parse_texts(p);
	if (t->type == T_INT || t->type == T_FLOAT) {
		p->now++;
		return constant(
			p, t->pos, t->type == T_INT ? int_val(t->integer) : float_val(t->real));
	}
	if (token_is(t, "("))
		return parse_brackets(p);
	if (token_is(t, "["))
		return parse_list(p);
	if (token_is(t, "{"))
		return parse_dict(p);
	unexpected(p, "an expression");
}

static bool at_tuple_end(struct parser *p)
{
	return p->now->type == T_CLOSE_OUTPUT || p->now->type == T_CLOSE_BLOCK ||
		token_is(p->now, ")");
}

struct node *parse_tuple(struct parser *p, bool with_if)
{
	struct vector items = { 0 };
	bool tuple = false;
	uint32_t pos = p->now->pos;
	for (;;) {
		if (items.count > 0)
			expect_operator(p, ",");
		if (at_tuple_end(p))
			break;
		vector_push(p, &items, with_if ? parse_expression(p) : parse_or(p));
		if (!token_is(p->now, ","))
			break;
		tuple = true;
	}
	if (items.count == 0)
		unexpected(p, "an expression");
	if (!tuple)
		return items.list[0];
	struct node *n = node_new(p, N_TUPLE, pos);
	node_list(p, n, &items);
	return n;
}

/* --- subscripts, calls, filters, tests --- */

static struct node *parse_slice_part(struct parser *p)
{
	if (token_is(p->now, ":") || token_is(p->now, "]") || token_is(p->now, ","))
		return NULL;
	return parse_expression(p);
}

static struct node *parse_subscript(struct parser *p)
{
	uint32_t pos = p->now->pos;
	struct node *first = token_is(p->now, ":") ? NULL : parse_expression(p);
	if (!token_is(p->now, ":"))
		return first;
	p->now++;
	struct node *n = node_of(p, N_SLICE, pos, first, parse_slice_part(p));
	if (skip_operator(p, ":"))
		n->c = parse_slice_part(p);
	node_adopt(p, n, n->c);
	return n;
}

static struct node *parse_item(struct parser *p, struct node *of)
{
	uint32_t pos = p->now++->pos;
	struct vector parts = { 0 };
	while (!token_is(p->now, "]")) {
		if (parts.count > 0)
			expect_operator(p, ",");
		vector_push(p, &parts, parse_subscript(p));
	}
	expect_operator(p, "]");
	if (parts.count == 1)
		return node_of(p, N_ITEM, pos, of, parts.list[0]);
	struct node *tuple = node_new(p, N_TUPLE, pos);
	node_list(p, tuple, &parts);
	for (uint32_t i = 0; i < tuple->count; i++)
		if (tuple->list[i]->type == N_SLICE)
			parse_fail(p, p->now - 1, "a slice cannot be one of several indices");
	return node_of(p, N_ITEM, pos, of, tuple);
}

static struct node *parse_dot(struct parser *p, struct node *of)
{
	uint32_t pos = p->now++->pos;
	const struct token *t = p->now++;
	if (t->type == T_INT)
		return node_of(p, N_ITEM, pos, of, constant(p, t->pos, int_val(t->integer)));
	if (t->type != T_NAME)
		parse_fail(p, t, "a name or a number must follow the dot");
	struct node *n = node_of(p, N_ATTR, pos, of, NULL);
	n->name = t->text;
	n->name_len = t->len;
	struct val any_dict = { .kind = V_DICT };
	n->item = method_find(any_dict, n->name, n->name_len) == NULL &&
		!attr_is_refused(any_dict, n->name, n->name_len);
	return n;
}

static const char *parse_keyword(struct parser *p, const struct vector *names)
{
	if (p->now->type != T_NAME || !token_is(p->now + 1, "="))
		return NULL;
	char *name = mem(p->cx, p->now->len + 1);
	memcpy(name, p->now->text, p->now->len);
	name[p->now->len] = '\0';
	for (uint32_t i = 0; i < names->count; i++)
		if (names->list[i] && strcmp(names->list[i], name) == 0)
			parse_fail(p, p->now, "argument '%.60s' is given twice", name);
	p->now += 2;
	return name;
}

/* Reads "(a, b, c=d)" into the call. */
static void parse_args(struct parser *p, struct node *n)
{
	struct vector values = { 0 }, names = { 0 };
	expect_operator(p, "(");
	n->positional = true;
	while (!token_is(p->now, ")")) {
		if (values.count > 0) {
			expect_operator(p, ",");
			if (token_is(p->now, ")"))
				break;
		}
		if (token_is(p->now, "*") || token_is(p->now, "**"))
			parse_fail(p, p->now, "arguments by '*' and '**' are not supported");
		const char *name = parse_keyword(p, &names);
		if (name == NULL && !n->positional)
			parse_fail(p, p->now, "a named argument must come after all others");
		n->positional &= name == NULL;
		vector_push(p, &names, (void *)name);
		vector_push(p, &values, parse_expression(p));
	}
	expect_operator(p, ")");
	node_list(p, n, &values);
	n->keywords = (const char **)names.list;
}

static struct node *parse_call(struct parser *p, struct node *callee)
{
	struct node *n = node_of(p, N_CALL, p->now->pos, callee, NULL);
	parse_args(p, n);
	return n;
}

static struct node *parse_postfix(struct parser *p, struct node *n)
{
	for (;;) {
		if (token_is(p->now, "."))
			n = parse_dot(p, n);
		else if (token_is(p->now, "["))
			n = parse_item(p, n);
		else if (token_is(p->now, "("))
			n = parse_call(p, n);
		else
			return n;
	}
}

/* Which parameter each argument is for: known now, so that wrong calls are refused now. */
static void bind_params(struct parser *p, struct node *n, const struct token *at)
{
	const struct callable *c = n->callable;
	uint32_t seen = 0, params = 0;
	if (c->variadic)
		return;
	while (params < PARAMS_MAX && c->params[params])
		params++;
	n->params = mem(p->cx, n->count + 1);
	for (uint32_t i = 0; i < n->count; i++) {
		uint32_t param = i;
		for (param = n->keywords[i] ? 0 : i; n->keywords[i] && param < params; param++)
			if (strcmp(c->params[param], n->keywords[i]) == 0)
				break;
		if (param >= params && n->keywords[i])
			parse_fail(p, at, "'%s' has no argument '%.60s'", c->name, n->keywords[i]);
		if (param >= params)
			parse_fail(p, at, "'%s' takes at most %u arguments", c->name, params);
		if (seen & 1u << param)
			parse_fail(p, at, "'%s' is given '%s' twice", c->name, c->params[param]);
		seen |= 1u << param;
		n->params[i] = (uint8_t)param;
	}
	for (uint32_t i = 0; i < c->required; i++)
		if (!(seen & 1u << i))
			parse_fail(p, at, "'%s' needs %u arguments", c->name, c->required);
}

struct node *parse_filters(struct parser *p, struct node *input, bool first)
{
	while (first || token_is(p->now, "|")) {
		p->now += !first;
		first = false;
		const struct token *t = expect_name(p);
		struct node *n = node_of(p, N_FILTER, t->pos, input, NULL);
		n->positional = true;
		const struct callable *c = filter_find(t->text, t->len);
		if (c == NULL || token_is(p->now, "."))
			parse_fail(p, t, "there is no filter '%.*s'", (int)t->len, t->text);
		if (token_is(p->now, "("))
			parse_args(p, n);
		n->callable = c;
		bind_params(p, n, t);
		input = n;
	}
	return input;
}

static bool starts_test_arg(const struct token *t)
{
	if (t->type == T_NAME)
		return !token_named(t, "else") && !token_named(t, "or") && !token_named(t, "and");
	return t->type == T_TEXT || t->type == T_INT || t->type == T_FLOAT || token_is(t, "[") ||
		token_is(t, "{");
}

static void parse_test_arg(struct parser *p, struct node *n)
{
	struct vector one = { 0 }, names = { 0 };
	if (token_named(p->now, "is"))
		parse_fail(p, p->now, "tests cannot be chained with 'is'");
	vector_push(p, &one, parse_postfix(p, parse_primary(p)));
	vector_push(p, &names, NULL);
	node_list(p, n, &one);
	n->keywords = (const char **)names.list;
}

static struct node *parse_test(struct parser *p, struct node *subject)
{
	p->now++;
	bool negated = skip_name(p, "not");
	const struct token *t = expect_name(p);
	struct node *n = node_of(p, N_TEST, t->pos, subject, NULL);
	n->positional = true;
	const struct callable *c = test_find(t->text, t->len);
	if (c == NULL || token_is(p->now, "."))
		parse_fail(p, t, "there is no test '%.*s'", (int)t->len, t->text);
	if (token_is(p->now, "("))
		parse_args(p, n);
	else if (starts_test_arg(p->now))
		parse_test_arg(p, n);
	n->callable = c;
	bind_params(p, n, t);
	return negated ? node_of(p, N_NOT, t->pos, n, NULL) : n;
}

static struct node *parse_filters_and_tests(struct parser *p, struct node *n)
{
	for (;;) {
		if (token_is(p->now, "|"))
			n = parse_filters(p, n, false);
		else if (token_named(p->now, "is"))
			n = parse_test(p, n);
		else if (token_is(p->now, "("))
			n = parse_call(p, n);
		else
			return n;
	}
}

/* --- operators, loosest last --- */

static struct node *parse_unary(struct parser *p, bool with_filters)
{
	struct node *n;
	parse_enter(p);
	if (token_is(p->now, "-") || token_is(p->now, "+")) {
		const struct token *t = p->now++;
		n = node_of(p, N_SIGN, t->pos, parse_unary(p, false), NULL);
		n->op = token_is(t, "-") ? OP_SUB : OP_ADD;
	} else {
		n = parse_primary(p);
	}
	n = parse_postfix(p, n);
	if (with_filters)
		n = parse_filters_and_tests(p, n);
	p->depth--;
	return n;
}

static struct node *parse_pow(struct parser *p)
{
	struct node *n = parse_unary(p, true);
	while (token_is(p->now, "**")) {
		uint32_t pos = p->now++->pos;
		n = node_of(p, N_BINARY, pos, n, parse_unary(p, true));
		n->op = OP_POW;
	}
	return n;
}

static int product_op(const struct token *t)
{
	return token_is(t, "*")     ? OP_MUL
		: token_is(t, "/")  ? OP_DIV
		: token_is(t, "//") ? OP_FLOORDIV
		: token_is(t, "%")  ? OP_MOD
				    : -1;
}

static struct node *parse_product(struct parser *p)
{
	struct node *n = parse_pow(p);
	for (int op; (op = product_op(p->now)) >= 0;) {
		uint32_t pos = p->now++->pos;
		n = node_of(p, N_BINARY, pos, n, parse_pow(p));
		n->op = (uint8_t)op;
	}
	return n;
}

static struct node *parse_concat(struct parser *p)
{
	struct node *first = parse_product(p);
	struct vector parts = { 0 };
	uint32_t pos = p->now->pos;
	if (!token_is(p->now, "~"))
		return first;
	vector_push(p, &parts, first);
	while (skip_operator(p, "~"))
		vector_push(p, &parts, parse_product(p));
	struct node *n = node_new(p, N_CONCAT, pos);
	node_list(p, n, &parts);
	return n;
}

static struct node *parse_sum(struct parser *p)
{
	struct node *n = parse_concat(p);
	while (token_is(p->now, "+") || token_is(p->now, "-")) {
		const struct token *t = p->now++;
		n = node_of(p, N_BINARY, t->pos, n, parse_concat(p));
		n->op = token_is(t, "+") ? OP_ADD : OP_SUB;
	}
	return n;
}

static int compare_op(const struct parser *p)
{
	static const struct {
		const char *text;
		enum node_op op;
	} ops[] = { { "==", OP_EQ }, { "!=", OP_NE }, { "<", OP_LT }, { "<=", OP_LE },
		{ ">", OP_GT }, { ">=", OP_GE } };
	for (int i = 0; i < 6; i++)
		if (token_is(p->now, ops[i].text))
			return ops[i].op;
	if (token_named(p->now, "in"))
		return OP_IN;
	if (token_named(p->now, "not") && token_named(p->now + 1, "in"))
		return OP_NOT_IN;
	return -1;
}

static struct node *parse_compare(struct parser *p)
{
	struct node *first = parse_sum(p);
	struct vector operands = { 0 }, ops = { 0 };
	uint32_t pos = p->now->pos;
	for (int op; (op = compare_op(p)) >= 0;) {
		p->now += op == OP_NOT_IN ? 2 : 1;
		vector_push(p, &operands, parse_sum(p));
		vector_push(p, &ops, (void *)(intptr_t)op);
	}
	if (operands.count == 0)
		return first;
	struct node *n = node_of(p, N_COMPARE, pos, first, NULL);
	node_list(p, n, &operands);
	n->ops = mem(p->cx, ops.count);
	for (uint32_t i = 0; i < ops.count; i++)
		n->ops[i] = (uint8_t)(intptr_t)ops.list[i];
	return n;
}

static struct node *parse_not(struct parser *p)
{
	if (!token_named(p->now, "not"))
		return parse_compare(p);
	parse_enter(p);
	uint32_t pos = p->now++->pos;
	struct node *n = node_of(p, N_NOT, pos, parse_not(p), NULL);
	p->depth--;
	return n;
}

static struct node *parse_and(struct parser *p)
{
	struct node *n = parse_not(p);
	while (token_named(p->now, "and")) {
		uint32_t pos = p->now++->pos;
		n = node_of(p, N_AND, pos, n, parse_not(p));
	}
	return n;
}

struct node *parse_or(struct parser *p)
{
	struct node *n = parse_and(p);
	while (token_named(p->now, "or")) {
		uint32_t pos = p->now++->pos;
		n = node_of(p, N_OR, pos, n, parse_and(p));
	}
	return n;
}

struct node *parse_expression(struct parser *p)
{
	parse_enter(p);
	struct node *n = parse_or(p);
	while (token_named(p->now, "if")) {
		uint32_t pos = p->now++->pos;
		struct node *test = parse_or(p);
		struct node *made = node_of(p, N_IF, pos, test, n);
		if (skip_name(p, "else"))
			made->c = parse_expression(p);
		node_adopt(p, made, made->c);
		n = made;
	}
	p->depth--;
	return n;
}
