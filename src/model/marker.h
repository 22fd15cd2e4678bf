/*
 * marker - finding our mark in an invitation's text.
 *
 * The add-in leaves `PXPS:-<uuid>#` (an alias we gave out) or `TOK:-<sealed>#` (a promise of one)
 * in the body. Mail clients do much to a body before we read it: tags and spans in the middle of a
 * word, entities, soft hyphens and zero-width characters, line breaks, another letter case, other
 * dashes. So the search works on the visible text with all of that taken away.
 */
#ifndef MODEL_MARKER_H
#define MODEL_MARKER_H

#include "base/random.h"

#include <stdbool.h>
#include <stddef.h>

enum marker_kind {
	MARKER_ALIAS, /* PXPS:-<uuid># */
	MARKER_TOKEN, /* TOK:-<sealed># */
};

enum {
	MARKER_TOKEN_MAX = 114,   /* characters of a sealed token: the marker fits a line of mail */
	MARKERS_MAX = 8,          /* different markers remembered of one body */
	MARKER_BODY_MAX = 8 << 20 /* bytes of a body that are looked at */
};

struct marker {
	enum marker_kind kind;
	char uuid[UUID_LEN + 1];          /* MARKER_ALIAS: lower case */
	char token[MARKER_TOKEN_MAX + 1]; /* MARKER_TOKEN: base32, in capitals */
};

struct markers {
	struct marker items[MARKERS_MAX]; /* different ones, in the order of the text */
	size_t count;
	bool damaged; /* something begins like a marker, but is none */
};

void markers_find(const char *body, bool body_is_html, struct markers *ret);

/* "PXPS:-<uuid>#" in ret. */
enum { MARKER_ALIAS_LEN = 7 + UUID_LEN };
void marker_format(const char *uuid, char ret[MARKER_ALIAS_LEN + 1]);
/* "TOK:-<token>#" in ret; a token longer than MARKER_TOKEN_MAX is cut. */
enum { MARKER_MAX = 6 + MARKER_TOKEN_MAX }; /* characters of either marker */
void marker_format_token(const char *token, char ret[MARKER_MAX + 1]);

#endif
