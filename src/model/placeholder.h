/*
 * placeholder - joining instructions put where their placeholder stands in an invitation's body.
 *
 * When the add-in could not get an alias, the invitation carries a placeholder text with a sealed
 * token. It is found by its visible text, whatever mail clients did to the HTML around and between
 * its words; exactly that text is taken away, the elements that held nothing else with it, and the
 * instructions take its place. All else stays as it is, byte for byte, and tags stay balanced. When
 * the user changed the placeholder's words, the token's marker alone is replaced.
 *
 * Pure: no state, the same input gives the same output.
 */
#ifndef MODEL_PLACEHOLDER_H
#define MODEL_PLACEHOLDER_H

#include "base/buf.h"

#include <stdbool.h>

enum {
	PLACEHOLDER_BODY_MAX = 8 << 20, /* bytes of a body, before and after */
	PLACEHOLDER_TAGS_MAX = 4096,    /* tags in and around one placeholder; the rest is kept */
	PLACEHOLDER_NESTING_MAX = 64,   /* open elements that one end tag may belong to */
	PLACEHOLDER_COPIES_MAX = 8,     /* placeholders of one token; the rest is kept */
};

struct placeholder {
	const char *token;        /* "TOK:-...#"; "": there is none, append at the end */
	const char *html;         /* of the placeholder as it was handed out; "" if not known */
	const char *instructions; /* HTML */
	const char *marker;       /* "PXPS:-...#" of the instructions */
};

enum placeholder_outcome {
	PLACEHOLDER_REPLACED, /* ret is the new body */
	PLACEHOLDER_DONE,     /* the instructions are there already; ret is empty */
	PLACEHOLDER_MISSING,  /* neither placeholder nor token is there; ret is empty */
	PLACEHOLDER_TOO_LONG, /* for the limit; ret is empty */
};

/* ret is an empty buf of PLACEHOLDER_BODY_MAX. */
enum placeholder_outcome placeholder_replace(
	const struct placeholder *what, const char *body, bool body_is_html, struct buf *ret);

#endif
