/*
 * Constant parts, evaluated once.
 *
 * This is not only for speed: Jinja2 folds constants too, and its folded `~` gives plain text
 * where the same at run time would give markup. So the same parts must be folded here: what needs
 * no variable, no call and no filter that looks at the context.
 */
#include "tmpl/template.h"

enum { FOLD_STEPS_MAX = TMPL_STEPS_MAX / 10 }; /* for all of a template */

/* What Jinja2 can write back into its generated code. */
static bool representable(struct val v)
{
	switch (v.kind) {
	case V_NONE:
	case V_BOOL:
	case V_INT:
	case V_FLOAT:
	case V_TEXT: return true;
	case V_LIST:
	case V_TUPLE:
		for (uint32_t i = 0; i < v.list->count; i++)
			if (!representable(v.list->items[i]))
				return false;
		return !v.list->group;
	case V_DICT:
		for (uint32_t i = 0; i < v.dict->count; i++)
			if (!representable(v.dict->pairs[i].key) ||
				!representable(v.dict->pairs[i].value))
				return false;
		return true;
	default: return false;
	}
}

/* Evaluates n, or leaves *ret alone. A budget that is exceeded refuses the template. */
static bool constant_value(struct cx *cx, const struct node *n, bool as_output, struct val *ret)
{
	jmp_buf *outer = cx->on_failure, here;
	struct err *outer_err = cx->err, err = { 0 };
	if (setjmp(here)) {
		cx->on_failure = outer;
		cx->err = outer_err;
		cx->folding = false;
		cx->depth = 0;
		if (err.code == ERR_LIMIT) {
			*cx->err = err;
			longjmp(*outer, 1);
		}
		return false;
	}
	cx->on_failure = &here;
	cx->err = &err;
	cx->folding = true;
	struct val v = evaluate(cx, n);
	if (as_output) {
		struct sb b;
		sb_init(&b);
		if (cx->autoescape)
			add_escaped(cx, &b, v);
		else
			add_str(cx, &b, v);
		v = sb_text(&b, true);
	}
	cx->on_failure = outer;
	cx->err = outer_err;
	cx->folding = false;
	*ret = v;
	return true;
}

static bool foldable(const struct node *n)
{
	return n->type != N_CONST && n->type != N_NAME && n->type != N_SLICE && n->type != N_CALL;
}

static void fold_node(struct cx *cx, struct node *n)
{
	struct val v;
	if (n == NULL)
		return;
	fold_node(cx, n->a);
	fold_node(cx, n->b);
	fold_node(cx, n->c);
	for (uint32_t i = 0; i < n->count; i++)
		fold_node(cx, n->list[i]);
	if (!foldable(n) || !constant_value(cx, n, false, &v) || !representable(v))
		return;
	*n = (struct node){ .type = N_CONST, .pos = n->pos, .value = v };
}

static void fold_output_node(struct cx *cx, struct node *n)
{
	struct val v;
	bool data = n->type == N_CONST && is_markup(n->value);
	if (data)
		return;
	fold_node(cx, n);
	if (n->type != N_NAME && n->type != N_CALL && constant_value(cx, n, true, &v))
		*n = (struct node){ .type = N_CONST, .pos = n->pos, .value = v };
}

/* Neighbouring texts become one. */
static void join_output(struct cx *cx, struct stmt *st)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < st->count;) {
		struct node *first = st->list[i++];
		struct sb b;
		st->list[kept++] = first;
		if (first->type != N_CONST || i == st->count || st->list[i]->type != N_CONST)
			continue;
		sb_init(&b);
		sb_add(cx, &b, first->value.text, first->value.len);
		for (; i < st->count && st->list[i]->type == N_CONST; i++)
			sb_add(cx, &b, st->list[i]->value.text, st->list[i]->value.len);
		first->value = sb_text(&b, true);
	}
	st->count = kept;
}

/* What a block has printed is escaped already, and what its filter gives is printed as it is. A
 * filter that undoes the escaping (striptags does) would open the door to strangers' markup. */
static void check_block_filter(struct cx *cx, const struct node *n)
{
	for (; n && n->type == N_FILTER; n = n->a) {
		if (n->callable->keeps_markup)
			continue;
		cx->pos = n->pos;
		template_fail(cx,
			"'%s' would lose the escaping of the block; set a variable and filter it "
			"where it is printed",
			n->callable->name);
	}
}

static void fold_block(struct cx *cx, struct block *b);

static void fold_stmt(struct cx *cx, struct stmt *st)
{
	bool outer = cx->autoescape;
	if (cx->autoescape && (st->type == S_FILTER || st->type == S_SET_BLOCK))
		check_block_filter(cx, st->value);
	fold_node(cx, st->value);
	fold_node(cx, st->test);
	if (st->type == S_OUTPUT) {
		for (uint32_t i = 0; i < st->count; i++)
			fold_output_node(cx, st->list[i]);
		join_output(cx, st);
	}
	if (st->type == S_WITH)
		for (uint32_t i = 0; i < st->count; i++)
			fold_node(cx, st->list[i]);
	if (st->type == S_AUTOESCAPE)
		cx->autoescape = st->autoescape;
	fold_block(cx, &st->body);
	fold_block(cx, &st->elifs);
	fold_block(cx, &st->otherwise);
	cx->autoescape = outer;
}

static void fold_block(struct cx *cx, struct block *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		fold_stmt(cx, b->list[i]);
}

void fold(struct cx *cx, struct tmpl *t)
{
	cx->steps = FOLD_STEPS_MAX;
	fold_block(cx, &t->body);
}
