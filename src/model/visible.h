/*
 * visible - the text a person sees in a mail body, squeezed for searching.
 *
 * Tags, comments, styles and scripts are dropped, entities decoded, every kind of white space,
 * soft hyphen and zero-width character taken away, and every kind of hyphen or dash written '-'.
 * Letter case is kept.
 */
#ifndef MODEL_VISIBLE_H
#define MODEL_VISIBLE_H

#include "base/buf.h"

#include <stdbool.h>

/* Appends the squeezed text of body (UTF-8) to ret; what exceeds ret's maximum is left out. */
void visible_squeeze(const char *body, bool is_html, struct buf *ret);

#endif
