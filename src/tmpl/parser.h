/*
 * parser - what the two halves of the parser share: statements (parser.c), expressions
 * (expression.c). Both follow Jinja2's parser function by function, so that what it accepts is
 * read the same way here.
 */
#ifndef TMPL_PARSER_H
#define TMPL_PARSER_H

#include "tmpl/template.h"

struct parser {
	struct cx *cx;
	struct tmpl *t;
	const struct token *now;
	int depth;
	const char *closing; /* the tags that may end the innermost block, for messages */
};

_Noreturn void parse_fail(struct parser *p, const struct token *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void unexpected(struct parser *p, const char *wanted);
void parse_enter(struct parser *p);

bool token_is(const struct token *t, const char *operator);
bool token_named(const struct token *t, const char *name);
bool skip_operator(struct parser *p, const char *operator);
bool skip_name(struct parser *p, const char *name);
void expect_operator(struct parser *p, const char *operator);
const struct token *expect_name(struct parser *p);

struct node *node_new(struct parser *p, enum node_type type, uint32_t pos);
void node_adopt(struct parser *p, struct node *n, const struct node *child);

struct node *parse_expression(struct parser *p);
struct node *parse_or(struct parser *p);      /* no inline if */
struct node *parse_primary(struct parser *p); /* names, literals, brackets */
/* An expression, or a tuple of several. */
struct node *parse_tuple(struct parser *p, bool with_if);
/* Filters applied to `input`, which is NULL in filter blocks; first: the bar is not there. */
struct node *parse_filters(struct parser *p, struct node *input, bool first);

/* A growing array of pointers in the template's arena. */
struct vector {
	void **list;
	uint32_t count, cap;
};
void vector_push(struct parser *p, struct vector *v, void *item);

#endif
