/*
 * Statements: what prints and what changes variables.
 */
#include "tmpl/template.h"

void enter_frame(struct cx *cx, const struct frame *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		const struct load *l = &f->loads[i];
		if (l->how == LOAD_OUTER)
			cx->slots[l->slot] = cx->given[l->from];
		else if (l->how == LOAD_ALIAS)
			cx->slots[l->slot] = cx->slots[l->from];
		else
			cx->slots[l->slot] = (struct val){ .kind = V_MISSING };
	}
}

static void run_output(struct cx *cx, const struct stmt *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct node *n = s->list[i];
		if (n->type == N_CONST && n->value.kind == V_TEXT) {
			sb_add(cx, cx->out, n->value.text, n->value.len);
			continue;
		}
		struct val v = evaluate(cx, n);
		cx->pos = n->pos;
		if (cx->autoescape)
			add_escaped(cx, cx->out, v);
		else
			add_str(cx, cx->out, v);
	}
}

/* --- setting --- */

static void assign(struct cx *cx, const struct target *t, struct val v);

static void assign_tuple(struct cx *cx, const struct target *t, struct val v)
{
	if (!iterable(v) || v.kind == V_LOOP)
		template_fail(cx, "a %s cannot be unpacked into %u names", kind_name(v), t->count);
	struct list *l = v.kind == V_LIST || v.kind == V_TUPLE ? v.list : list_of(cx, v);
	if (l->count != t->count)
		template_fail(cx, "%u values cannot be unpacked into %u names", l->count, t->count);
	for (uint32_t i = 0; i < t->count; i++)
		assign(cx, t->list[i], l->items[i]);
}

static void assign(struct cx *cx, const struct target *t, struct val v)
{
	cx->pos = t->pos;
	if (t->type == TARGET_NAME) {
		cx->slots[t->slot] = v;
	} else if (t->type == TARGET_TUPLE) {
		assign_tuple(cx, t, v);
	} else {
		struct val ns = cx->slots[t->slot];
		if (ns.kind != V_NAMESPACE)
			template_fail(cx, "an attribute can only be set on a namespace");
		dict_put(cx, ns.dict, text_val(t->attr, t->attr_len), v);
	}
}

/* Runs the block with its output kept aside. */
static struct sb *capture(struct cx *cx, const struct block *b)
{
	struct sb *own = mem(cx, sizeof(*own));
	struct sb *outer = cx->out;
	sb_init(own);
	cx->out = own;
	run(cx, b);
	cx->out = outer;
	return own;
}

static struct val filtered(struct cx *cx, struct sb *captured, const struct node *filter)
{
	struct sb *outer = cx->out;
	cx->out = captured;
	struct val v = evaluate(cx, filter);
	cx->out = outer;
	return v;
}

static void run_set_block(struct cx *cx, const struct stmt *s)
{
	enter_frame(cx, &s->frame);
	struct sb *text = capture(cx, &s->body);
	struct val v = s->value ? filtered(cx, text, s->value) : sb_text(text, false);
	if (cx->autoescape)
		v = markup_val(soft_str(cx, v), true);
	assign(cx, s->targets[0], v);
}

static void run_filter(struct cx *cx, const struct stmt *s)
{
	enter_frame(cx, &s->frame);
	struct sb *text = capture(cx, &s->body);
	struct val v = filtered(cx, text, s->value);
	if (v.kind != V_TEXT)
		template_fail(cx, "a filter block prints text, not a %s", kind_name(v));
	sb_add(cx, cx->out, v.text, v.len);
}

static void run_with(struct cx *cx, const struct stmt *s)
{
	enter_frame(cx, &s->frame);
	for (uint32_t i = 0; i < s->count; i++)
		assign(cx, s->targets[i], evaluate(cx, s->list[i]));
	run(cx, &s->body);
}

static void run_autoescape(struct cx *cx, const struct stmt *s)
{
	bool outer = cx->autoescape;
	enter_frame(cx, &s->frame);
	cx->autoescape = s->autoescape;
	run(cx, &s->body);
	cx->autoescape = outer;
}

/* --- choices and loops --- */

static void run_if(struct cx *cx, const struct stmt *s)
{
	if (truth(evaluate(cx, s->value))) {
		run(cx, &s->body);
		return;
	}
	for (uint32_t i = 0; i < s->elifs.count; i++) {
		const struct stmt *e = s->elifs.list[i];
		if (truth(evaluate(cx, e->value))) {
			run(cx, &e->body);
			return;
		}
	}
	run(cx, &s->otherwise);
}

/* What the target holds: the item, but taken apart and put together again. */
static struct val target_value(struct cx *cx, const struct target *t)
{
	if (t->type == TARGET_NAME)
		return cx->slots[t->slot];
	struct list *l = list_new(cx, t->count);
	for (uint32_t i = 0; i < t->count; i++)
		list_push(cx, l, target_value(cx, t->list[i]));
	return list_val(V_TUPLE, l);
}

/* Steps of a for with a condition. */
static bool next_that_passes(struct cx *cx, struct iter *it, struct val *ret)
{
	const struct stmt *s = it->state;
	while (iter_next(cx, it->inner, ret)) {
		assign(cx, s->test_target, *ret);
		if (truth(evaluate(cx, s->test))) {
			*ret = target_value(cx, s->test_target);
			return true;
		}
	}
	return false;
}

static struct iter *for_items(struct cx *cx, const struct stmt *s, struct val v)
{
	struct iter *all = iter_of(cx, v);
	if (s->test == NULL)
		return all;
	struct iter *it = mem(cx, sizeof(*it));
	*it = (struct iter){ .next = next_that_passes, .inner = all, .state = s };
	enter_frame(cx, &s->test_frame);
	return it;
}

static struct loop *loop_new(struct cx *cx, const struct stmt *s, struct val v, struct iter *items)
{
	struct loop *l = mem(cx, sizeof(*l));
	bool known = s->test == NULL && has_length(v) && v.kind != V_TEXT;
	*l = (struct loop){ .items = items, .index0 = -1 };
	l->length = known ? length_of(cx, v) : -1;
	return l;
}

static bool loop_next(struct cx *cx, struct loop *l, struct val *ret)
{
	if (given(l->after))
		*ret = l->after;
	else if (!iter_next(cx, l->items, ret))
		return false;
	l->after = (struct val){ .kind = V_MISSING };
	l->index0++;
	l->before = l->current;
	l->current = *ret;
	return true;
}

static void run_for(struct cx *cx, const struct stmt *s)
{
	struct val v = evaluate(cx, s->value), item;
	bool any = false;
	cx->pos = s->value->pos;
	struct iter *items = for_items(cx, s, v);
	struct loop *loop = s->loop_used ? loop_new(cx, s, v, items) : NULL;
	while (loop ? loop_next(cx, loop, &item) : iter_next(cx, items, &item)) {
		any = true;
		assign(cx, s->targets[0], item);
		if (loop)
			cx->slots[s->loop_slot] = (struct val){ .kind = V_LOOP, .loop = loop };
		enter_frame(cx, &s->frame);
		run(cx, &s->body);
	}
	if (!any) {
		enter_frame(cx, &s->else_frame);
		run(cx, &s->otherwise);
	}
}

void run(struct cx *cx, const struct block *b)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct stmt *s = b->list[i];
		charge(cx, 1);
		switch ((enum stmt_type)s->type) {
		case S_OUTPUT: run_output(cx, s); break;
		case S_IF: run_if(cx, s); break;
		case S_FOR: run_for(cx, s); break;
		case S_SET: assign(cx, s->targets[0], evaluate(cx, s->value)); break;
		case S_SET_BLOCK: run_set_block(cx, s); break;
		case S_WITH: run_with(cx, s); break;
		case S_FILTER: run_filter(cx, s); break;
		case S_AUTOESCAPE: run_autoescape(cx, s); break;
		}
	}
}
