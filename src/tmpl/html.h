/*
 * html - taking markup out of texts, and quoting for URLs.
 */
#ifndef TMPL_HTML_H
#define TMPL_HTML_H

#include "tmpl/engine.h"

/* MarkupSafe's striptags: comments and tags removed, white space to single blanks, character
 * references replaced. */
struct val strip_tags(struct cx *cx, struct val text);
/* Python's html.unescape. */
struct val html_unescape(struct cx *cx, struct val text);
/* in_query: '/' is quoted too and a blank is '+'. */
void add_url_quoted(struct cx *cx, struct sb *b, struct val text, bool in_query);

struct val filter_urlize(struct cx *cx, struct val v, const struct args *a); /* urlize.c */

#endif
