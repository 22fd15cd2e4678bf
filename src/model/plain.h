/*
 * plain - HTML as the plain text a person would make of it, for bodies that are plain text.
 *
 * Paragraphs, rows and line breaks become lines, white space is squeezed to one space, a link's
 * address follows its text where they differ. Lines end in CR LF, as in mail.
 */
#ifndef MODEL_PLAIN_H
#define MODEL_PLAIN_H

#include "base/buf.h"

/* Appends to ret; what exceeds ret's maximum is left out. */
void plain_of_html(const char *html, struct buf *ret);

#endif
