#include "tmpl/template.h"

#include "base/text.h"

#include <stdlib.h>

struct tmpl_value tmpl_text(const char *text)
{
	if (text == NULL)
		return (struct tmpl_value){ .kind = TMPL_NONE };
	return (struct tmpl_value){ .kind = TMPL_TEXT,
		.text = { .bytes = text, .len = strlen(text) } };
}

struct tmpl_value tmpl_stranger_text(const char *text)
{
	struct tmpl_value v = tmpl_text(text);
	if (v.kind == TMPL_TEXT)
		v.text.stranger = true;
	return v;
}

struct tmpl_value tmpl_int(int64_t integer)
{
	return (struct tmpl_value){ .kind = TMPL_INT, .integer = integer };
}

struct tmpl_value tmpl_bool(bool boolean)
{
	return (struct tmpl_value){ .kind = TMPL_BOOL, .boolean = boolean };
}

struct tmpl_value tmpl_list(const struct tmpl_value *items, size_t count)
{
	return (struct tmpl_value){ .kind = TMPL_LIST, .list = { items, count } };
}

/* The first line end decides what the template's line ends become. */
static const char *newline_of(const char *source, size_t len)
{
	const char *end = memchr(source, '\n', len), *cr = memchr(source, '\r', len);
	return cr && end == cr + 1 ? "\r\n" : "\n";
}

/* Line ends as \n; the one at the very end is dropped. */
static void keep_source(struct tmpl *t, const char *source, size_t len)
{
	char *copy = arena_alloc(&t->arena, len + 1);
	size_t out = 0;
	for (size_t i = 0; i < len; i++) {
		bool cr = source[i] == '\r';
		copy[out++] = cr ? '\n' : source[i];
		i += cr && i + 1 < len && source[i + 1] == '\n';
	}
	out -= out > 0 && copy[out - 1] == '\n';
	copy[out] = '\0';
	t->source = copy;
	t->len = out;
	t->newline = newline_of(source, len);
}

struct val template_newline(const struct cx *cx)
{
	return str_val(cx->t->newline);
}

static void find_functions(struct cx *cx, struct tmpl *t)
{
	t->functions = mem(cx, (t->outer_count + 1) * sizeof(*t->functions));
	for (uint32_t i = 0; i < t->outer_count; i++)
		t->functions[i] = function_find(t->outer[i], strlen(t->outer[i]));
}

static bool build(struct tmpl *t, struct err *err)
{
	jmp_buf failure;
	struct cx cx = { .t = t,
		.arena = &t->arena,
		.on_failure = &failure,
		.err = err,
		.steps = TMPL_STEPS_MAX,
		.autoescape = t->autoescape };
	if (setjmp(failure))
		return false;
	struct tokens tokens = lex(&cx, t);
	parse(&cx, t, &tokens);
	scope_resolve(&cx, t);
	find_functions(&cx, t);
	fold(&cx, t);
	return true;
}

bool tmpl_compile(
	const char *source, size_t len, bool autoescape, struct tmpl **ret, struct err *err)
{
	if (len > TMPL_SOURCE_MAX)
		return err_set(err, ERR_LIMIT,
			"line 1, column 1: the template is longer than %d bytes", TMPL_SOURCE_MAX);
	if (!text_is_utf8(source, len))
		return err_set(err, ERR_INVALID,
			"line 1, column 1: the template is not UTF-8 text; save it as UTF-8");
	struct tmpl *t = calloc(1, sizeof(*t));
	if (t == NULL)
		abort();
	arena_init(&t->arena);
	t->autoescape = autoescape;
	keep_source(t, source, len);
	if (!build(t, err)) {
		tmpl_free(&t);
		return false;
	}
	*ret = t;
	return true;
}

void tmpl_free(struct tmpl **t)
{
	if (*t == NULL)
		return;
	arena_release(&(*t)->arena);
	free(*t);
	*t = NULL;
}

const char *tmpl_variable(const struct tmpl *t, size_t i)
{
	for (uint32_t k = 0; k < t->outer_count; k++)
		if (t->functions[k] == NULL && i-- == 0)
			return t->outer[k];
	return NULL;
}

/* The outer names as the caller gives them; else a function of that name; else nothing. */
static void take_variables(struct cx *cx, const struct tmpl_var *vars, size_t count)
{
	const struct tmpl *t = cx->t;
	cx->given = mem(cx, (t->outer_count + 1) * sizeof(*cx->given));
	for (uint32_t i = 0; i < t->outer_count; i++) {
		const char *name = t->outer[i];
		struct val v = { .kind = V_MISSING };
		if (t->functions[i])
			v = (struct val){ .kind = V_FUNCTION, .function = t->functions[i] };
		for (size_t k = 0; k < count; k++)
			if (vars[k].name[0] == name[0] && strcmp(vars[k].name, name) == 0)
				v = val_from(cx, &vars[k].value);
		cx->given[i] = v;
	}
}

static void render(struct cx *cx, const struct tmpl_var *vars, size_t count)
{
	cx->slots = mem(cx, (cx->t->slot_count + 1) * sizeof(*cx->slots));
	memset(cx->slots, 0, (cx->t->slot_count + 1) * sizeof(*cx->slots));
	take_variables(cx, vars, count);
	enter_frame(cx, &cx->t->frame);
	run(cx, &cx->t->body);
	if (cx->out->len > TMPL_OUTPUT_MAX)
		template_limit(cx, "the rendered text is longer than %d bytes", TMPL_OUTPUT_MAX);
}

static bool render_into(struct cx *cx, const struct tmpl_var *vars, size_t count)
{
	jmp_buf failure;
	cx->on_failure = &failure;
	if (setjmp(failure))
		return false;
	render(cx, vars, count);
	return true;
}

bool tmpl_render_logged(const struct tmpl *t, const struct tmpl_var *vars, size_t count,
	struct buf *debug_log, struct buf *out, struct err *err)
{
	struct arena arena;
	struct sb text;
	arena_init(&arena);
	sb_init(&text);
	struct cx cx = { .t = t,
		.arena = &arena,
		.err = err,
		.debug_log = debug_log,
		.out = &text,
		.steps = TMPL_STEPS_MAX,
		.autoescape = t->autoescape };
	bool ok = render_into(&cx, vars, count);
	if (ok && (out->overflow || text.len > out->max - out->len))
		ok = err_set(
			err, ERR_LIMIT, "the rendered text is longer than %zu bytes", out->max);
	if (ok)
		buf_add(out, text.data, text.len);
	arena_release(&arena);
	return ok;
}

bool tmpl_render(const struct tmpl *t, const struct tmpl_var *vars, size_t count, struct buf *out,
	struct err *err)
{
	return tmpl_render_logged(t, vars, count, NULL, out, err);
}
