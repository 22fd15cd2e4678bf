/*
 * template - a compiled template, and the steps that make it.
 */
#ifndef TMPL_TEMPLATE_H
#define TMPL_TEMPLATE_H

#include "tmpl/ast.h"

struct tmpl {
	struct arena arena; /* holds everything below */
	const char *source; /* lines end in \n; NUL-terminated */
	size_t len;
	const char *newline; /* what a line end of the template becomes: "\n", or "\r\n" */
	bool autoescape;
	struct block body;
	struct frame frame;
	uint32_t slot_count;
	const char **outer;                /* names that come from outside */
	const struct callable **functions; /* of that name, or NULL */
	uint32_t outer_count;
};

enum token_type {
	T_END,
	T_DATA,
	T_OPEN_OUTPUT,  /* {{ */
	T_CLOSE_OUTPUT, /* }} */
	T_OPEN_BLOCK,   /* {% */
	T_CLOSE_BLOCK,  /* %} */
	T_NAME,
	T_TEXT,
	T_INT,
	T_FLOAT,
	T_OPERATOR,
};

struct token {
	enum token_type type;
	uint32_t pos, len;
	const char *text; /* T_DATA, T_NAME, T_TEXT, T_OPERATOR; len bytes */
	int64_t integer;
	double real;
};

struct tokens {
	struct token *list;
	size_t count;
};

/* All of these end in template_fail() when the template is wrong. */
struct tokens lex(struct cx *cx, struct tmpl *t);
void parse(struct cx *cx, struct tmpl *t, const struct tokens *tokens);
void scope_resolve(struct cx *cx, struct tmpl *t);
void fold(struct cx *cx, struct tmpl *t);

struct val evaluate(struct cx *cx, const struct node *n);
void run(struct cx *cx, const struct block *b);
void enter_frame(struct cx *cx, const struct frame *f);
struct val concat_values(struct cx *cx, const struct val *parts, uint32_t count);

#endif
