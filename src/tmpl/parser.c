/*
 * Tokens to statements.
 */
#include "tmpl/parser.h"

#include <stdarg.h>
#include <stdio.h>

void parse_fail(struct parser *p, const struct token *at, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	p->cx->pos = at->pos;
	template_fail(p->cx, "%s", text);
}

static const char *token_words(const struct token *t, char ret[80])
{
	switch (t->type) {
	case T_END: return "the end of the template";
	case T_DATA: return "text";
	case T_OPEN_OUTPUT: return "'{{'";
	case T_CLOSE_OUTPUT: return "'}}'";
	case T_OPEN_BLOCK: return "'{%'";
	case T_CLOSE_BLOCK: return "'%}'";
	case T_TEXT: return "a quoted text";
	case T_INT:
	case T_FLOAT: return "a number";
	default: snprintf(ret, 80, "'%.*s'", t->len > 60 ? 60 : (int)t->len, t->text); return ret;
	}
}

void unexpected(struct parser *p, const char *wanted)
{
	char words[80];
	parse_fail(p, p->now, "%s where %s is wanted", token_words(p->now, words), wanted);
}

void parse_enter(struct parser *p)
{
	if (++p->depth <= TMPL_NESTING_MAX)
		return;
	p->cx->pos = p->now->pos;
	template_limit(p->cx, "the template is nested more than %d levels deep", TMPL_NESTING_MAX);
}

bool token_is(const struct token *t, const char *operator)
{
	return t->type == T_OPERATOR && strlen(operator) == t->len &&
		memcmp(t->text, operator, t->len) == 0;
}

bool token_named(const struct token *t, const char *name)
{
	return t->type == T_NAME && strlen(name) == t->len && memcmp(t->text, name, t->len) == 0;
}

bool skip_operator(struct parser *p, const char *operator)
{
	bool is = token_is(p->now, operator);
	p->now += is;
	return is;
}

bool skip_name(struct parser *p, const char *name)
{
	bool is = token_named(p->now, name);
	p->now += is;
	return is;
}

void expect_operator(struct parser *p, const char *operator)
{
	char wanted[16];
	snprintf(wanted, sizeof(wanted), "'%s'", operator);
	if (!skip_operator(p, operator))
		unexpected(p, wanted);
}

const struct token *expect_name(struct parser *p)
{
	if (p->now->type != T_NAME)
		unexpected(p, "a name");
	return p->now++;
}

static void expect_close(struct parser *p)
{
	if (p->now->type != T_CLOSE_BLOCK)
		unexpected(p, "'%}'");
	p->now++;
}

/* --- targets --- */

static struct target *target_of(struct parser *p, const struct node *n, const struct token *at)
{
	struct target *t = mem(p->cx, sizeof(*t));
	*t = (struct target){ .pos = n->pos };
	if (n->type == N_NAME) {
		t->name = n->name;
		t->name_len = n->name_len;
		return t;
	}
	if (n->type != N_TUPLE)
		parse_fail(p, at, "only a name can be set here");
	t->type = TARGET_TUPLE;
	t->count = n->count;
	t->list = mem(p->cx, (n->count + 1) * sizeof(*t->list));
	for (uint32_t i = 0; i < n->count; i++)
		t->list[i] = target_of(p, n->list[i], at);
	return t;
}

/* Names separated by commas. */
static struct target *parse_target(struct parser *p)
{
	const struct token *at = p->now;
	struct vector parts = { 0 };
	bool tuple = false;
	for (;;) {
		if (parts.count > 0)
			expect_operator(p, ",");
		vector_push(p, &parts, target_of(p, parse_primary(p), at));
		if (!token_is(p->now, ","))
			break;
		tuple = true;
	}
	if (!tuple)
		return parts.list[0];
	struct target *t = mem(p->cx, sizeof(*t));
	*t = (struct target){ .type = TARGET_TUPLE,
		.pos = at->pos,
		.list = (struct target **)parts.list,
		.count = parts.count };
	return t;
}

static struct target *parse_set_target(struct parser *p)
{
	if (!token_is(p->now + 1, "."))
		return parse_target(p);
	struct target *t = mem(p->cx, sizeof(*t));
	const struct token *name = expect_name(p);
	p->now++;
	const struct token *attr = expect_name(p);
	*t = (struct target){ .type = TARGET_NAMESPACE,
		.pos = name->pos,
		.name = name->text,
		.name_len = name->len,
		.attr = attr->text,
		.attr_len = attr->len };
	return t;
}

/* --- statements --- */

static struct stmt *stmt_new(struct parser *p, enum stmt_type type, uint32_t pos)
{
	struct stmt *s = mem(p->cx, sizeof(*s));
	*s = (struct stmt){ .type = (uint8_t)type, .pos = pos };
	return s;
}

static void set_targets(struct parser *p, struct stmt *s, struct target *one)
{
	struct vector v = { 0 };
	vector_push(p, &v, one);
	s->targets = (struct target **)v.list;
	s->count = 1;
}

static struct block parse_body(struct parser *p, const char *ends);

/* "%}" of the opening tag, then all up to one of the tags in ends. */
static struct block parse_rest(struct parser *p, const char *ends)
{
	skip_operator(p, ":");
	expect_close(p);
	return parse_body(p, ends);
}

static struct stmt *parse_if(struct parser *p, uint32_t pos)
{
	static const char ends[] = " elif else endif ";
	struct stmt *s = stmt_new(p, S_IF, pos);
	struct vector elifs = { 0 };
	s->value = parse_tuple(p, false);
	s->body = parse_rest(p, ends);
	while (token_named(p->now, "elif")) {
		struct stmt *e = stmt_new(p, S_IF, p->now++->pos);
		e->value = parse_tuple(p, false);
		e->body = parse_rest(p, ends);
		vector_push(p, &elifs, e);
	}
	s->elifs = (struct block){ (struct stmt **)elifs.list, elifs.count, elifs.cap };
	if (skip_name(p, "else"))
		s->otherwise = parse_rest(p, " endif ");
	p->now++;
	return s;
}

static struct stmt *parse_for(struct parser *p, uint32_t pos)
{
	struct stmt *s = stmt_new(p, S_FOR, pos);
	set_targets(p, s, parse_target(p));
	if (!skip_name(p, "in"))
		unexpected(p, "'in'");
	s->value = parse_tuple(p, false);
	if (skip_name(p, "if"))
		s->test = parse_expression(p);
	if (token_named(p->now, "recursive"))
		parse_fail(p, p->now, "recursive loops are not supported");
	s->body = parse_rest(p, " endfor else ");
	if (skip_name(p, "else"))
		s->otherwise = parse_rest(p, " endfor ");
	p->now++;
	return s;
}

static struct stmt *parse_set(struct parser *p, uint32_t pos)
{
	struct target *target = parse_set_target(p);
	struct stmt *s = stmt_new(p, S_SET, pos);
	set_targets(p, s, target);
	if (skip_operator(p, "=")) {
		s->value = parse_tuple(p, true);
		return s;
	}
	s->type = S_SET_BLOCK;
	s->value = parse_filters(p, NULL, false);
	s->body = parse_rest(p, " endset ");
	p->now++;
	return s;
}

static struct stmt *parse_with(struct parser *p, uint32_t pos)
{
	struct stmt *s = stmt_new(p, S_WITH, pos);
	struct vector targets = { 0 }, values = { 0 };
	while (p->now->type != T_CLOSE_BLOCK) {
		if (targets.count > 0)
			expect_operator(p, ",");
		vector_push(p, &targets, parse_target(p));
		expect_operator(p, "=");
		vector_push(p, &values, parse_expression(p));
	}
	s->targets = (struct target **)targets.list;
	s->list = (struct node **)values.list;
	s->count = values.count;
	s->body = parse_rest(p, " endwith ");
	p->now++;
	return s;
}

static struct stmt *parse_filter(struct parser *p, uint32_t pos)
{
	struct stmt *s = stmt_new(p, S_FILTER, pos);
	s->value = parse_filters(p, NULL, true);
	s->body = parse_rest(p, " endfilter ");
	p->now++;
	return s;
}

static struct stmt *parse_autoescape(struct parser *p, uint32_t pos)
{
	struct stmt *s = stmt_new(p, S_AUTOESCAPE, pos);
	const struct token *at = p->now;
	struct node *n = parse_expression(p);
	if (n->type != N_CONST || n->value.kind != V_BOOL)
		parse_fail(p, at, "'autoescape' wants true or false, not an expression");
	s->autoescape = n->value.boolean;
	s->body = parse_rest(p, " endautoescape ");
	p->now++;
	return s;
}

static struct stmt *parse_print(struct parser *p, uint32_t pos)
{
	struct stmt *s = stmt_new(p, S_OUTPUT, pos);
	struct vector items = { 0 };
	while (p->now->type != T_CLOSE_BLOCK) {
		if (items.count > 0)
			expect_operator(p, ",");
		vector_push(p, &items, parse_expression(p));
	}
	s->list = (struct node **)items.list;
	s->count = items.count;
	return s;
}

static const struct {
	const char *name;
	struct stmt *(*parse)(struct parser *, uint32_t);
} statements[] = {
	{ "if", parse_if },
	{ "for", parse_for },
	{ "set", parse_set },
	{ "with", parse_with },
	{ "filter", parse_filter },
	{ "autoescape", parse_autoescape },
	{ "print", parse_print },
};

static const char *const refused[] = { "macro", "call", "include", "import", "from", "extends",
	"block", "do", "break", "continue", "trans", "pluralize", "debug" };

static struct stmt *parse_statement(struct parser *p)
{
	const struct token *t = p->now;
	if (t->type != T_NAME)
		unexpected(p, "the name of a statement");
	p->now++;
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (token_named(t, statements[i].name))
			return statements[i].parse(p, t->pos);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (token_named(t, refused[i]))
			parse_fail(p, t, "'%s' is not supported in templates here", refused[i]);
	if (p->closing)
		parse_fail(p, t, "there is no statement '%.*s'; to be closed here is:%s",
			(int)t->len, t->text, p->closing);
	parse_fail(p, t, "there is no statement '%.*s', or nothing to be closed", (int)t->len,
		t->text);
}

static bool is_end(const struct token *t, const char *ends)
{
	char word[32];
	if (t->type != T_NAME || ends == NULL || t->len > sizeof(word) - 3)
		return false;
	snprintf(word, sizeof(word), " %.*s ", (int)t->len, t->text);
	return strstr(ends, word) != NULL;
}

static struct node *data_node(struct parser *p, const struct token *t)
{
	struct node *n = node_new(p, N_CONST, t->pos);
	n->value = markup_val(text_val(t->text, t->len), true);
	return n;
}

/* What is printed without a statement between. */
static struct stmt *parse_output(struct parser *p)
{
	struct stmt *s = stmt_new(p, S_OUTPUT, p->now->pos);
	struct vector items = { 0 };
	for (;;) {
		if (p->now->type == T_DATA) {
			vector_push(p, &items, data_node(p, p->now++));
		} else if (p->now->type == T_OPEN_OUTPUT) {
			p->now++;
			vector_push(p, &items, parse_tuple(p, true));
			if (p->now->type != T_CLOSE_OUTPUT)
				unexpected(p, "'}}'");
			p->now++;
		} else {
			break;
		}
	}
	s->list = (struct node **)items.list;
	s->count = items.count;
	return s;
}

static struct block parse_body(struct parser *p, const char *ends)
{
	struct vector all = { 0 };
	const char *outer = p->closing;
	p->closing = ends;
	parse_enter(p);
	while (p->now->type != T_END) {
		if (p->now->type != T_OPEN_BLOCK) {
			vector_push(p, &all, parse_output(p));
			continue;
		}
		p->now++;
		if (is_end(p->now, ends))
			break;
		vector_push(p, &all, parse_statement(p));
		expect_close(p);
	}
	if (ends && p->now->type == T_END)
		parse_fail(p, p->now, "the template ends before any of:%.60s", ends);
	p->depth--;
	p->closing = outer;
	return (struct block){ (struct stmt **)all.list, all.count, all.cap };
}

void parse(struct cx *cx, struct tmpl *t, const struct tokens *tokens)
{
	struct parser p = { .cx = cx, .t = t, .now = tokens->list };
	t->body = parse_body(&p, NULL);
}
