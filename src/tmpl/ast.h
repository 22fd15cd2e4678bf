/*
 * ast - a template as nodes: expressions and statements, in the template's own arena.
 */
#ifndef TMPL_AST_H
#define TMPL_AST_H

#include "tmpl/engine.h"

enum node_type {
	N_CONST,
	N_NAME,
	N_ATTR,   /* a.name */
	N_ITEM,   /* a[b] */
	N_SLICE,  /* [a:b:c], only as b of N_ITEM */
	N_CALL,   /* a(args) */
	N_FILTER, /* a|callable(args); a is NULL in a filter block */
	N_TEST,
	N_LIST,
	N_TUPLE,
	N_DICT, /* list: key, value, key, value ... */
	N_CONCAT,
	N_COMPARE, /* a, then list of operands with ops */
	N_BINARY,
	N_AND,
	N_OR,
	N_NOT,
	N_SIGN,
	N_IF, /* b if a else c; c may be NULL */
};

enum node_op {
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_FLOORDIV,
	OP_MOD,
	OP_POW,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_IN,
	OP_NOT_IN,
};

struct node {
	uint8_t type, op;
	bool positional; /* calls: no argument is named */
	bool item;       /* N_ATTR: no method of dicts has the name */
	uint16_t height; /* levels below it: bounds the recursion of every walk */
	uint32_t pos;
	uint32_t count;
	struct node *a, *b, *c;
	struct node **list; /* items, operands or arguments, in order of writing */
	union {
		struct val value; /* N_CONST */
		struct {
			const char *name; /* N_NAME, N_ATTR */
			uint32_t name_len;
			uint32_t slot; /* N_NAME, after scope_resolve() */
		};
		struct {
			const struct callable *callable; /* N_FILTER, N_TEST */
			const char **keywords; /* calls: name of each argument, NULL for none */
			uint8_t *params;       /* calls of known callables: which parameter */
		};
		uint8_t *ops; /* N_COMPARE: enum node_op of each operand */
	};
};

enum stmt_type { S_OUTPUT, S_IF, S_FOR, S_SET, S_SET_BLOCK, S_WITH, S_FILTER, S_AUTOESCAPE };

enum load_how { LOAD_PARAM, LOAD_OUTER, LOAD_ALIAS, LOAD_MISSING };

/* What a scope does with its variables when it is entered (Jinja2's enter_frame). */
struct load {
	uint32_t slot;
	uint32_t from; /* LOAD_ALIAS: another slot; LOAD_OUTER: index of an outer name */
	uint8_t how;
};

struct frame {
	struct load *loads;
	uint32_t count;
};

struct block {
	struct stmt **list;
	uint32_t count, cap;
};

/* A target of set, for and with: a name, names within parentheses, or namespace.name. */
struct target {
	enum { TARGET_NAME, TARGET_TUPLE, TARGET_NAMESPACE } type;
	uint32_t pos;
	const char *name, *attr;
	uint32_t name_len, attr_len;
	uint32_t slot;
	struct target **list;
	uint32_t count;
};

struct stmt {
	uint8_t type;
	bool autoescape; /* S_AUTOESCAPE */
	bool loop_used;  /* S_FOR: the body reads `loop` */
	uint32_t pos;
	uint32_t loop_slot;
	struct node **list; /* S_OUTPUT: what is printed; S_WITH: values */
	uint32_t count;
	struct target **targets;    /* S_FOR, S_SET, S_SET_BLOCK: one; S_WITH: count */
	struct target *test_target; /* S_FOR: the target as the condition sees it */
	struct node *value;         /* S_SET; S_FOR: the iterable; S_IF: condition; S_FILTER,
				    S_SET_BLOCK: the filter */
	struct node *test;          /* S_FOR: the condition, or NULL */
	struct block body, otherwise;
	struct block elifs; /* S_IF: S_IF statements without else */
	struct frame frame, test_frame, else_frame;
};

#endif
