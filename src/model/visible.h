/*
 * visible - the text a person sees in a mail body, squeezed for searching.
 *
 * Tags, comments, styles, scripts and the bullets that Word draws are dropped, entities decoded, every kind of white space,
 * soft hyphen and zero-width character taken away, and every kind of hyphen or dash written '-'.
 * Letter case is kept.
 */
#ifndef MODEL_VISIBLE_H
#define MODEL_VISIBLE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends the squeezed text of body (UTF-8) to ret; what exceeds ret's maximum is left out. */
void visible_squeeze(const char *body, bool is_html, struct buf *ret);

/* The same, one squeezed byte after the other with the place it stands at. */
struct visible {
	const char *from,
		*to; /* bytes of the body that make the byte, within markup before and after */
	char c;
	/* private */
	const char *p;
	bool is_html;
};
void visible_begin(struct visible *v, const char *body, bool is_html);
bool visible_next(struct visible *v); /* false: at the end */

/* Behind the tag, comment, style, script or drawn bullet that starts at p ('<'); p itself when '<' is
 * text. */
const char *visible_markup_end(const char *p);
/* The character that the entity behind p ('&') stands for, and what is behind it; 0: it is none. */
uint32_t visible_entity(const char *p, const char **ret_after);

#endif
