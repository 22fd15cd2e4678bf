/*
 * engine - what the files of this folder share: values, nodes, the state of one render.
 *
 * How this works. A template is lexed, parsed into nodes (ast.h), its names are given slots
 * (scope.c, the rules are Jinja2's), constant parts are evaluated once (fold.c). Rendering walks
 * the nodes. Everything made while rendering, values, texts, iterators, lives in one arena that
 * dies with the render.
 *
 * Failure. A template error deep inside a filter ends the render: template_fail() and
 * template_limit() do not return but jump to the one place that called setjmp (tmpl.c; fold.c
 * while compiling). That is safe because code in this folder holds nothing across a call that
 * could fail except arena memory; regex.c, which must free, does so before it fails.
 */
#ifndef TMPL_ENGINE_H
#define TMPL_ENGINE_H

#include "base/arena.h"
#include "base/err.h"
#include "tmpl/tmpl.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum kind {
	V_MISSING, /* no value at all: an argument not given, a variable not set */
	V_UNDEFINED,
	V_NONE,
	V_BOOL,
	V_INT,
	V_FLOAT,
	V_TEXT,
	V_LIST,
	V_TUPLE,
	V_DICT,
	V_RANGE,
	V_VIEW,
	V_ITER,
	V_SLICE,
	V_NAMESPACE,
	V_LOOP,
	V_CYCLER,
	V_JOINER,
	V_FUNCTION,
	V_METHOD,
	V_TIME,
};

/* Why a value is undefined: the text of `hint` is a variable's name, an attribute's or the whole
 * sentence. */
enum undefined_why { UNDEFINED_NAME, UNDEFINED_ATTRIBUTE, UNDEFINED_SENTENCE };

struct val {
	uint8_t kind;
	uint8_t flag; /* V_TEXT: true for markup; V_UNDEFINED: enum undefined_why */
	uint32_t len; /* V_TEXT: bytes */
	union {
		bool boolean;
		int64_t integer;
		double real;
		const char *text;  /* UTF-8, not ended by NUL */
		const char *hint;  /* V_UNDEFINED */
		struct list *list; /* V_LIST, V_TUPLE */
		struct dict *dict; /* V_DICT, V_NAMESPACE */
		struct range *range;
		struct view *view;
		struct iter *iter;
		struct slice *slice;
		struct loop *loop;
		struct cycler *cycler;
		struct joiner *joiner;
		const struct callable *function;
		struct method *method;
		const struct civil_time *time;
	};
};

struct list {
	struct val *items;
	uint32_t count, cap;
	bool group; /* a tuple of groupby: items also known as grouper and list */
};

struct pair {
	struct val key, value;
};

struct dict {
	struct pair *pairs; /* in order of insertion */
	uint32_t count, cap;
};

struct range {
	int64_t start, stop, step, count;
};

enum view_of { VIEW_KEYS, VIEW_VALUES, VIEW_ITEMS };

struct view {
	struct dict *dict;
	enum view_of of;
};

struct slice {
	struct val start, stop, step;
};

struct cycler {
	struct list *items;
	uint32_t at;
};

struct joiner {
	struct val separator;
	bool used;
};

struct method {
	struct val self;
	const struct callable *function;
};

struct civil_time {
	int64_t year;
	int month, day, hour, minute, second, microsecond;
};

struct cx;

/* What gives values one at a time, once. */
struct iter {
	bool (*next)(struct cx *cx, struct iter *it, struct val *ret);
	struct val source;  /* what is walked */
	struct iter *inner; /* or what is filtered */
	size_t at;          /* position in source */
	const void *state;  /* of the filter that made it */
};

struct loop {
	struct iter *items;
	int64_t index0;                    /* -1 before the first */
	int64_t length;                    /* -1: not known yet */
	struct val before, current, after; /* V_MISSING where there is none */
	struct val changed;                /* tuple last given to changed() */
	int depth0;
};

enum { PARAMS_MAX = 7 };

struct keyword {
	const char *name;
	struct val value;
};

/* Arguments as a callable gets them: bound to its parameters in order (V_MISSING where not
 * given), or, for one that is `variadic`, as they were written. */
struct args {
	const struct val *at;
	uint32_t count;
	const struct keyword *keywords;
	uint32_t keyword_count;
};

/* A filter, test, function or method. */
struct callable {
	const char *name;
	struct val (*call)(struct cx *cx, struct val self, const struct args *args);
	const char *params[PARAMS_MAX]; /* names; "" for one that has none */
	uint8_t required;
	bool variadic;
	bool keeps_markup; /* markup in, markup out: harmless in a filter block */
	bool impure;       /* depends on more than its arguments: never evaluated while compiling */
};

/* A text under construction, in the arena. */
struct sb {
	char *data;
	size_t len, cap;
};

struct cx {
	const struct tmpl *t;
	struct arena *arena;
	jmp_buf *on_failure;
	struct err *err;
	struct buf *debug_log; /* NULL: nobody reads it */
	struct val *slots;
	struct val *given; /* by index into t's outer names */
	struct sb *out;
	struct regex *regex; /* open now, or NULL */
	int64_t steps;       /* left */
	uint32_t pos;        /* in the source, of what is being evaluated */
	int depth;           /* of nested values, comparisons, calls */
	bool autoescape;
	bool folding; /* names and impure calls are not constant */
};

/* --- failure and budgets: failure.c --- */

_Noreturn void template_fail(struct cx *cx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void template_limit(struct cx *cx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The right error for using an undefined value. */
_Noreturn void undefined_fail(struct cx *cx, struct val v);
void source_position(const char *source, uint32_t pos, int *ret_line, int *ret_column);

void steps_out(struct cx *cx) __attribute__((noreturn));
static inline void charge(struct cx *cx, size_t steps)
{
	cx->steps -= (int64_t)steps;
	if (cx->steps < 0)
		steps_out(cx);
}

void depth_enter(struct cx *cx);
static inline void depth_leave(struct cx *cx)
{
	cx->depth--;
}

/* Arena memory, within TMPL_MEMORY_MAX. */
void *mem(struct cx *cx, size_t size);
void *mem_array(struct cx *cx, size_t count, size_t size); /* zeroed */

/* --- texts under construction: sb.c --- */

void sb_init(struct sb *b);
void sb_room(struct cx *cx, struct sb *b, size_t len);
static inline void sb_add(struct cx *cx, struct sb *b, const char *bytes, size_t len)
{
	if (b->cap - b->len < len)
		sb_room(cx, b, len);
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
}
void sb_adds(struct cx *cx, struct sb *b, const char *text);
void sb_addc(struct cx *cx, struct sb *b, char c);
void sb_fill(struct cx *cx, struct sb *b, uint32_t code, size_t count);
void sb_code(struct cx *cx, struct sb *b, uint32_t code); /* as UTF-8 */
void sb_addf(struct cx *cx, struct sb *b, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void sb_escape(struct cx *cx, struct sb *b, const char *bytes, size_t len); /* for HTML */
struct val sb_text(const struct sb *b, bool markup); /* takes the bytes over */

/* --- making values: value.c --- */

static inline struct val none_val(void)
{
	return (struct val){ .kind = V_NONE };
}
static inline struct val bool_val(bool b)
{
	return (struct val){ .kind = V_BOOL, .boolean = b };
}
static inline struct val int_val(int64_t i)
{
	return (struct val){ .kind = V_INT, .integer = i };
}
static inline struct val float_val(double d)
{
	return (struct val){ .kind = V_FLOAT, .real = d };
}
static inline struct val text_val(const char *bytes, size_t len)
{
	return (struct val){ .kind = V_TEXT, .len = (uint32_t)len, .text = bytes };
}
static inline struct val str_val(const char *text)
{
	return text_val(text, strlen(text));
}
static inline struct val markup_val(struct val text, bool markup)
{
	text.flag = markup;
	return text;
}
static inline struct val undefined_val(enum undefined_why why, const char *hint)
{
	return (struct val){ .kind = V_UNDEFINED, .flag = (uint8_t)why, .hint = hint };
}
static inline bool is_markup(struct val v)
{
	return v.kind == V_TEXT && v.flag;
}
static inline bool given(struct val v)
{
	return v.kind != V_MISSING;
}

struct list *list_new(struct cx *cx, size_t cap); /* count 0 */
void list_push(struct cx *cx, struct list *l, struct val v);
struct val list_val(enum kind kind, struct list *list);
struct val pair_val(struct cx *cx, struct val a, struct val b); /* a tuple of two */
struct dict *dict_new(struct cx *cx, size_t cap);
void dict_put(struct cx *cx, struct dict *d, struct val key, struct val value);
const struct val *dict_get(struct cx *cx, const struct dict *d, struct val key);
const struct val *dict_get_name(const struct dict *d, const char *name, size_t len);

/* The caller's value as ours. */
struct val val_from(struct cx *cx, const struct tmpl_value *v);

/* --- questions about values: value.c, compare.c --- */

const char *kind_name(struct val v); /* as Python names the type */
bool truth(struct val v);
bool is_number(struct val v); /* bool, int, float */
int64_t int_of(struct val v); /* bool, int */
double real_of(struct val v); /* bool, int, float */
bool equal(struct cx *cx, struct val a, struct val b);
bool less(struct cx *cx, struct val a, struct val b); /* fails where Python does */
bool hashable(struct val v);
bool contains(struct cx *cx, struct val container, struct val item);
bool has_length(struct val v);
int64_t length_of(struct cx *cx, struct val v); /* fails for what has none */

/* --- arguments as plain C, for filters and methods: arg.c --- */

int64_t arg_int(struct cx *cx, struct val v, const char *name);
int64_t arg_int_or(struct cx *cx, struct val v, const char *name, int64_t absent);
bool arg_bool_or(struct val v, bool absent);
struct val arg_text(struct cx *cx, struct val v, const char *name);
/* V_MISSING and V_NONE are absent. */
static inline bool absent(struct val v)
{
	return v.kind == V_MISSING || v.kind == V_NONE;
}
void bind_args(struct cx *cx, const struct callable *c, const struct args *given,
	struct val bound[PARAMS_MAX], struct args *ret);
struct val call(struct cx *cx, const struct callable *c, struct val self, const struct args *args);
struct val call_value(struct cx *cx, struct val callee, const struct args *args);

/* --- iterating: iter.c --- */

struct iter *iter_of(struct cx *cx, struct val v); /* fails for what cannot be walked */
bool iterable(struct val v);
bool iter_next(struct cx *cx, struct iter *it, struct val *ret);
struct list *list_of(struct cx *cx, struct val v); /* walks it to the end */
struct val iter_val(struct iter *it);
struct iter *reversed(struct cx *cx, struct val v); /* NULL when it cannot be */

/* --- text of values: repr.c --- */

void add_str(struct cx *cx, struct sb *b, struct val v);  /* Python's str() */
void add_repr(struct cx *cx, struct sb *b, struct val v); /* Python's repr() */
struct val str_of(struct cx *cx, struct val v);           /* plain text, never markup */
struct val soft_str(struct cx *cx, struct val v);         /* the same, but markup stays markup */
struct val escaped(struct cx *cx, struct val v);          /* markup; escaped unless it was */
struct val html_escape(struct cx *cx, struct val text);   /* escapes in any case */
void add_escaped(struct cx *cx, struct sb *b, struct val v);
void add_float(struct cx *cx, struct sb *b, double d);
void add_ascii(struct cx *cx, struct sb *b, struct val text); /* non-ASCII as \x, \u, \U */

/* --- attributes, items, operators: attr.c, operator.c --- */

struct val get_attr(struct cx *cx, struct val v, const char *name, size_t len);
struct val get_item(struct cx *cx, struct val v, struct val key);
struct val get_slice(struct cx *cx, struct val v, const struct slice *s);
struct val text_between(struct cx *cx, struct val text, int64_t start, int64_t stop);
struct val op_add(struct cx *cx, struct val a, struct val b);
struct val op_sub(struct cx *cx, struct val a, struct val b);
struct val op_mul(struct cx *cx, struct val a, struct val b);
struct val op_div(struct cx *cx, struct val a, struct val b);
struct val op_floordiv(struct cx *cx, struct val a, struct val b);
struct val op_mod(struct cx *cx, struct val a, struct val b);
struct val op_pow(struct cx *cx, struct val a, struct val b);
struct val op_negate(struct cx *cx, struct val a, bool minus);

/* Texts in the two manners of Python: % and str.format. */
struct val percent_format(struct cx *cx, struct val format, struct val arg);
struct val brace_format(struct cx *cx, struct val format, const struct args *args);

/* Numbers from text as Python reads them; false when it would not. */
bool parse_int(struct cx *cx, struct val text, int base, int64_t *ret);
bool parse_float(struct cx *cx, struct val text, double *ret);
int64_t int_from_real(struct cx *cx, double d); /* fails beyond 64 bits */
double round_to(double d, int64_t digits);

/* What a line end of the template becomes. */
struct val template_newline(const struct cx *cx);

/* --- tables --- */

const struct callable *filter_find(const char *name, size_t len);
const struct callable *test_find(const char *name, size_t len);
const struct callable *function_find(const char *name, size_t len);
const struct callable *method_find(struct val self, const char *name, size_t len);
/* Python has an attribute of that name here, and we have not. */
bool attr_is_refused(struct val self, const char *name, size_t len);
/* The name of a table's row, for lists in documents and tests; NULL after the last. */
const struct callable *callable_find(
	const struct callable *table, size_t count, const char *name, size_t len);

extern const struct callable filters_text[], filters_list[], filters_number[], filters_html[],
	filters_pex[], filters_select[];
extern const size_t filters_text_count, filters_list_count, filters_number_count,
	filters_html_count, filters_pex_count, filters_select_count;
extern const struct callable functions_pex[];
extern const size_t functions_pex_count;
extern const struct callable methods_text[], methods_text_find[];
extern const size_t methods_text_count, methods_text_find_count;

/* Looks an attribute up by a path such as "address.city" or 0 (Jinja2's make_attrgetter). */
struct path {
	struct val *parts;
	uint32_t count;
};
struct path path_of(struct cx *cx, struct val attribute);
struct val path_get(struct cx *cx, const struct path *p, struct val item);
struct val lowered(struct cx *cx, struct val v); /* texts in lower case, others as they are */
void sort_values(
	struct cx *cx, struct val *items, const struct val *keys, size_t count, bool reverse);

/* JSON as Python's json.dumps writes it: keys sorted; indent < 0 for one line. */
void add_json(struct cx *cx, struct sb *b, struct val v, int64_t indent, bool sorted);

#endif
