/*
 * marker - finding our mark in an invitation's text.
 *
 * The add-in leaves `PXPS:-<uuid>#` (an alias we gave out) or `TOK:-<sealed>#` (a promise of one)
 * in the body. Mail clients do much to a body before we read it: tags and spans in the middle of a
 * word, entities, soft hyphens and zero-width characters, line breaks, another letter case. So the
 * search works on the visible text with all of that taken away.
 */
#ifndef MODEL_MARKER_H
#define MODEL_MARKER_H

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>

enum marker_kind {
	MARKER_NONE,    /* nothing that looks like one */
	MARKER_ALIAS,   /* PXPS:-<uuid># */
	MARKER_TOKEN,   /* TOK:-<sealed># */
	MARKER_DAMAGED, /* begins like one, but is none */
};

enum { MARKER_TOKEN_MAX = 2048 }; /* bytes of a sealed token */

struct marker {
	enum marker_kind kind;
	bool several;                     /* more than one marker with different values */
	char uuid[UUID_LEN + 1];          /* MARKER_ALIAS: lower case */
	char token[MARKER_TOKEN_MAX + 1]; /* MARKER_TOKEN */
};

/* Reads the first whole marker; a damaged one is reported only when there is no whole one. */
void marker_find(const char *body, bool body_is_html, struct marker *ret);

/* "PXPS:-<uuid>#" in ret. */
enum { MARKER_ALIAS_LEN = 7 + UUID_LEN };
void marker_format(const char *uuid, char ret[MARKER_ALIAS_LEN + 1]);

#endif
