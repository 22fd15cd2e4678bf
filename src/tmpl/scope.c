/*
 * Which variable a name means.
 *
 * How this works. Jinja2 decides while compiling, for each scope (the template, the body of a for,
 * with, filter, set block ...), which names the scope owns: those it sets anywhere, and those it
 * reads first of all scopes. A name it owns gets a slot, and when the scope is entered the slot is
 * loaded: from outside (LOAD_OUTER), from the enclosing scope's slot (LOAD_ALIAS), or with nothing
 * yet (LOAD_MISSING). An `if` is no scope. The results are sometimes odd (a variable that is set
 * further down hides the outer one above as well) and administrators' templates rely on them, so
 * the functions below mirror jinja2/idtracking.py one by one.
 */
#include "tmpl/template.h"

struct symbol {
	const char *name;
	uint32_t len;
	uint32_t slot;
	uint32_t from;
	uint8_t how;
	bool owned; /* has a slot in this scope */
	bool stored;
};

/* Slots belong to the scope, not to the copies of its symbols that branches of an if work on. */
struct scope_slots {
	struct symbol *list;
	uint32_t count, cap;
};

struct symbols {
	struct symbols *parent;
	struct scope_slots *slots;
	struct symbol *list;
	uint32_t count, cap;
};

struct resolver {
	struct cx *cx;
	struct tmpl *t;
	int loops; /* for statements around */
	uint32_t outer_cap;
};

static void *grown(struct cx *cx, void *list, uint32_t count, uint32_t *cap, size_t size)
{
	if (count < *cap)
		return list;
	uint32_t wider = *cap ? *cap * 2 : 8;
	void *made = mem(cx, wider * size);
	if (count > 0)
		memcpy(made, list, count * size);
	*cap = wider;
	return made;
}

static struct symbol *find(struct symbol *list, uint32_t count, const char *name, uint32_t len)
{
	for (uint32_t i = 0; i < count; i++)
		if (list[i].len == len && memcmp(list[i].name, name, len) == 0)
			return &list[i];
	return NULL;
}

/* The same, mostly at index i: branches begin as copies. */
static struct symbol *find_near(
	struct symbol *list, uint32_t count, uint32_t i, const char *name, uint32_t len)
{
	return i < count && list[i].name == name ? &list[i] : find(list, count, name, len);
}

static struct symbol *symbol_of(
	struct resolver *r, struct symbols *s, const char *name, uint32_t len)
{
	struct symbol *sym = find(s->list, s->count, name, len);
	if (sym)
		return sym;
	s->list = grown(r->cx, s->list, s->count, &s->cap, sizeof(*s->list));
	sym = &s->list[s->count++];
	*sym = (struct symbol){ .name = name, .len = len };
	return sym;
}

static uint32_t slot_of(struct resolver *r, struct scope_slots *s, const char *name, uint32_t len)
{
	struct symbol *sym = find(s->list, s->count, name, len);
	if (sym)
		return sym->slot;
	s->list = grown(r->cx, s->list, s->count, &s->cap, sizeof(*s->list));
	s->list[s->count++] = (struct symbol){ name, len, r->t->slot_count, 0, 0, true, false };
	return r->t->slot_count++;
}

static uint32_t outer_of(struct resolver *r, const char *name, uint32_t len)
{
	struct tmpl *t = r->t;
	for (uint32_t i = 0; i < t->outer_count; i++)
		if (strlen(t->outer[i]) == len && memcmp(t->outer[i], name, len) == 0)
			return i;
	if (len == 6 && memcmp(name, "lipsum", 6) == 0)
		template_fail(r->cx, "'lipsum' is not supported");
	t->outer = grown(r->cx, t->outer, t->outer_count, &r->outer_cap, sizeof(*t->outer));
	char *copy = mem(r->cx, len + 1);
	memcpy(copy, name, len);
	copy[len] = '\0';
	t->outer[t->outer_count] = copy;
	return t->outer_count++;
}

static struct symbols *scope_new(struct resolver *r, struct symbols *parent)
{
	struct symbols *s = mem(r->cx, sizeof(*s));
	struct scope_slots *slots = mem(r->cx, sizeof(*slots));
	*slots = (struct scope_slots){ 0 };
	*s = (struct symbols){ .parent = parent, .slots = slots };
	return s;
}

static struct symbols copy_of(struct resolver *r, const struct symbols *s)
{
	struct symbols copy = *s;
	copy.cap = s->count + 8;
	copy.list = mem(r->cx, copy.cap * sizeof(*copy.list));
	if (s->count > 0)
		memcpy(copy.list, s->list, s->count * sizeof(*copy.list));
	return copy;
}

static const struct symbol *find_ref(const struct symbols *s, const char *name, uint32_t len)
{
	for (; s; s = s->parent) {
		const struct symbol *sym = find(s->list, s->count, name, len);
		if (sym && sym->owned)
			return sym;
	}
	return NULL;
}

static void define(
	struct resolver *r, struct symbols *s, struct symbol *sym, enum load_how how, uint32_t from)
{
	sym->owned = true;
	sym->slot = slot_of(r, s->slots, sym->name, sym->len);
	sym->how = (uint8_t)how;
	sym->from = from;
}

static void note_load(struct resolver *r, struct symbols *s, const char *name, uint32_t len)
{
	if (find_ref(s, name, len) == NULL)
		define(r, s, symbol_of(r, s, name, len), LOAD_OUTER, outer_of(r, name, len));
}

static void note_param(struct resolver *r, struct symbols *s, const char *name, uint32_t len)
{
	struct symbol *sym = symbol_of(r, s, name, len);
	sym->stored = true;
	define(r, s, sym, LOAD_PARAM, 0);
}

static void note_store(struct resolver *r, struct symbols *s, const char *name, uint32_t len)
{
	struct symbol *sym = symbol_of(r, s, name, len);
	sym->stored = true;
	if (sym->owned)
		return;
	const struct symbol *outer = s->parent ? find_ref(s->parent, name, len) : NULL;
	if (outer)
		define(r, s, sym, LOAD_ALIAS, outer->slot);
	else
		define(r, s, sym, LOAD_MISSING, 0);
}

static uint32_t branches_storing(
	const struct symbols *branches, const struct symbol *sym, uint32_t i)
{
	uint32_t count = 0;
	for (int b = 0; b < 3; b++) {
		const struct symbol *in =
			find_near(branches[b].list, branches[b].count, i, sym->name, sym->len);
		count += in && in->stored;
	}
	return count;
}

/* What only some branches set may still come from outside the if. */
static void merge_symbol(struct resolver *r, struct symbols *s, const struct symbols *branches,
	const struct symbol *in, uint32_t i)
{
	struct symbol *sym = find_near(s->list, s->count, i, in->name, in->len);
	if (sym == NULL)
		sym = symbol_of(r, s, in->name, in->len);
	bool stored_before = sym->stored;
	uint32_t storing = branches_storing(branches, in, i);
	*sym = *in;
	sym->stored = stored_before;
	if (stored_before || storing == 0 || storing == 3)
		return;
	const struct symbol *outer = s->parent ? find_ref(s->parent, sym->name, sym->len) : NULL;
	if (outer)
		define(r, s, sym, LOAD_ALIAS, outer->slot);
	else
		define(r, s, sym, LOAD_OUTER, outer_of(r, sym->name, sym->len));
}

static void merge_branches(struct resolver *r, struct symbols *s, const struct symbols *branches)
{
	for (int b = 0; b < 3; b++)
		for (uint32_t i = 0; i < branches[b].count; i++)
			merge_symbol(r, s, branches, &branches[b].list[i], i);
	for (int b = 0; b < 3; b++)
		for (uint32_t i = 0; i < branches[b].count; i++) {
			const struct symbol *in = &branches[b].list[i];
			if (in->stored)
				find_near(s->list, s->count, i, in->name, in->len)->stored = true;
		}
}

/* --- what a scope reads and sets: scopes within it are left out --- */

static void see_node(struct resolver *r, struct symbols *s, const struct node *n)
{
	if (n == NULL)
		return;
	r->cx->pos = n->pos;
	if (n->type == N_NAME)
		note_load(r, s, n->name, n->name_len);
	see_node(r, s, n->a);
	see_node(r, s, n->b);
	see_node(r, s, n->c);
	for (uint32_t i = 0; i < n->count; i++)
		see_node(r, s, n->list[i]);
}

static void see_target(struct resolver *r, struct symbols *s, const struct target *t, bool param)
{
	if (t->type == TARGET_NAMESPACE)
		note_load(r, s, t->name, t->name_len);
	else if (t->type == TARGET_NAME && param)
		note_param(r, s, t->name, t->name_len);
	else if (t->type == TARGET_NAME)
		note_store(r, s, t->name, t->name_len);
	for (uint32_t i = 0; i < t->count; i++)
		see_target(r, s, t->list[i], param);
}

static void see_block(struct resolver *r, struct symbols *s, const struct block *b);

static void see_if(struct resolver *r, struct symbols *s, const struct stmt *st)
{
	see_node(r, s, st->value);
	struct symbols branches[3] = { copy_of(r, s), copy_of(r, s), copy_of(r, s) };
	see_block(r, &branches[0], &st->body);
	see_block(r, &branches[1], &st->elifs);
	see_block(r, &branches[2], &st->otherwise);
	merge_branches(r, s, branches);
}

static void see_stmt(struct resolver *r, struct symbols *s, const struct stmt *st)
{
	switch (st->type) {
	case S_OUTPUT:
	case S_WITH:
		for (uint32_t i = 0; i < st->count; i++)
			see_node(r, s, st->list[i]);
		break;
	case S_IF: see_if(r, s, st); break;
	case S_FOR:
	case S_FILTER: see_node(r, s, st->value); break;
	case S_SET:
		see_node(r, s, st->value);
		see_target(r, s, st->targets[0], false);
		break;
	case S_SET_BLOCK: see_target(r, s, st->targets[0], false); break;
	default: break;
	}
}

static void see_block(struct resolver *r, struct symbols *s, const struct block *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		see_stmt(r, s, b->list[i]);
}

/* --- does a loop's body read `loop`? --- */

static bool node_reads_loop(const struct node *n)
{
	if (n == NULL)
		return false;
	if (n->type == N_NAME && n->name_len == 4 && memcmp(n->name, "loop", 4) == 0)
		return true;
	if (node_reads_loop(n->a) || node_reads_loop(n->b) || node_reads_loop(n->c))
		return true;
	for (uint32_t i = 0; i < n->count; i++)
		if (node_reads_loop(n->list[i]))
			return true;
	return false;
}

static bool block_reads_loop(const struct block *b);

static bool stmt_reads_loop(const struct stmt *st)
{
	bool nodes = st->type == S_OUTPUT || st->type == S_WITH;
	for (uint32_t i = 0; nodes && i < st->count; i++)
		if (node_reads_loop(st->list[i]))
			return true;
	return node_reads_loop(st->value) || node_reads_loop(st->test) ||
		block_reads_loop(&st->body) || block_reads_loop(&st->elifs) ||
		block_reads_loop(&st->otherwise);
}

static bool block_reads_loop(const struct block *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (stmt_reads_loop(b->list[i]))
			return true;
	return false;
}

/* --- the slots into the nodes --- */

static void give_slot(struct symbols *s, const char *name, uint32_t len, uint32_t *slot)
{
	*slot = find_ref(s, name, len)->slot;
}

static void set_node(struct symbols *s, struct node *n)
{
	if (n == NULL)
		return;
	if (n->type == N_NAME)
		give_slot(s, n->name, n->name_len, &n->slot);
	set_node(s, n->a);
	set_node(s, n->b);
	set_node(s, n->c);
	for (uint32_t i = 0; i < n->count; i++)
		set_node(s, n->list[i]);
}

static void set_target(struct resolver *r, struct symbols *s, struct target *t)
{
	if (t->type == TARGET_NAME && r->loops > 0 && t->name_len == 4 &&
		memcmp(t->name, "loop", 4) == 0) {
		r->cx->pos = t->pos;
		template_fail(r->cx, "'loop' cannot be set inside a loop");
	}
	if (t->type != TARGET_TUPLE)
		give_slot(s, t->name, t->name_len, &t->slot);
	for (uint32_t i = 0; i < t->count; i++)
		set_target(r, s, t->list[i]);
}

static struct frame frame_of(struct resolver *r, const struct symbols *s)
{
	struct frame f = { .loads = mem(r->cx, (s->count + 1) * sizeof(*f.loads)) };
	for (uint32_t i = 0; i < s->count; i++)
		if (s->list[i].owned && s->list[i].how != LOAD_PARAM)
			f.loads[f.count++] =
				(struct load){ s->list[i].slot, s->list[i].from, s->list[i].how };
	return f;
}

static void set_block(struct resolver *r, struct symbols *s, struct block *b);

static struct target *target_copy(struct resolver *r, const struct target *t)
{
	struct target *copy = mem(r->cx, sizeof(*copy));
	*copy = *t;
	copy->list = mem(r->cx, (t->count + 1) * sizeof(*copy->list));
	for (uint32_t i = 0; i < t->count; i++)
		copy->list[i] = target_copy(r, t->list[i]);
	return copy;
}

static void set_for_test(struct resolver *r, struct symbols *s, struct stmt *st)
{
	struct symbols *test = scope_new(r, s);
	st->test_target = target_copy(r, st->targets[0]);
	see_target(r, test, st->test_target, true);
	see_node(r, test, st->test);
	set_target(r, test, st->test_target);
	set_node(test, st->test);
	st->test_frame = frame_of(r, test);
}

static void set_for(struct resolver *r, struct symbols *s, struct stmt *st)
{
	struct symbols *body = scope_new(r, s), *otherwise = scope_new(r, s);
	set_node(s, st->value);
	r->loops++;
	st->loop_used = block_reads_loop(&st->body);
	if (st->loop_used) {
		note_param(r, body, "loop", 4);
		give_slot(body, "loop", 4, &st->loop_slot);
	}
	see_target(r, body, st->targets[0], true);
	see_block(r, body, &st->body);
	see_block(r, otherwise, &st->otherwise);
	if (st->test)
		set_for_test(r, s, st);
	set_target(r, body, st->targets[0]);
	set_block(r, body, &st->body);
	set_block(r, otherwise, &st->otherwise);
	r->loops--;
	st->frame = frame_of(r, body);
	st->else_frame = frame_of(r, otherwise);
}

/* with, filter, set block, autoescape: one scope around the body. */
static void set_scope(struct resolver *r, struct symbols *s, struct stmt *st)
{
	struct symbols *inner = scope_new(r, s);
	if (st->type == S_WITH)
		for (uint32_t i = 0; i < st->count; i++) {
			set_node(s, st->list[i]);
			see_target(r, inner, st->targets[i], true);
		}
	see_block(r, inner, &st->body);
	see_node(r, inner, st->value);
	if (st->type == S_WITH)
		for (uint32_t i = 0; i < st->count; i++)
			set_target(r, inner, st->targets[i]);
	set_block(r, inner, &st->body);
	set_node(inner, st->value);
	st->frame = frame_of(r, inner);
}

static void set_stmt(struct resolver *r, struct symbols *s, struct stmt *st)
{
	switch (st->type) {
	case S_OUTPUT:
		for (uint32_t i = 0; i < st->count; i++)
			set_node(s, st->list[i]);
		break;
	case S_IF:
		set_node(s, st->value);
		set_block(r, s, &st->body);
		set_block(r, s, &st->elifs);
		set_block(r, s, &st->otherwise);
		break;
	case S_FOR: set_for(r, s, st); break;
	case S_SET:
		set_node(s, st->value);
		set_target(r, s, st->targets[0]);
		break;
	case S_SET_BLOCK: set_target(r, s, st->targets[0]); /* fall through */
	default: set_scope(r, s, st);
	}
}

static void set_block(struct resolver *r, struct symbols *s, struct block *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		set_stmt(r, s, b->list[i]);
}

void scope_resolve(struct cx *cx, struct tmpl *t)
{
	struct resolver r = { .cx = cx, .t = t };
	struct symbols *top = scope_new(&r, NULL);
	see_block(&r, top, &t->body);
	set_block(&r, top, &t->body);
	t->frame = frame_of(&r, top);
}
