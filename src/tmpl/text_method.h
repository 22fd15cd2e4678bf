/*
 * text_method - Python's str methods, also used by filters.
 */
#ifndef TMPL_TEXT_METHOD_H
#define TMPL_TEXT_METHOD_H

#include "tmpl/engine.h"

enum strip { STRIP_LEFT = 1, STRIP_RIGHT = 2, STRIP_BOTH = 3 };

/* chars: V_MISSING or V_NONE for white space. */
struct val text_strip(struct cx *cx, struct val text, struct val chars, enum strip side);
struct val text_center(struct cx *cx, struct val text, int64_t width, uint32_t fill);
/* All texts as they are: escaping is the caller's business. count < 0: all. */
struct val text_replace(
	struct cx *cx, struct val text, struct val old, struct val new, int64_t count);
struct list *text_lines(struct cx *cx, struct val text, bool keep_ends);
/* sep: V_MISSING or V_NONE for runs of white space. max < 0: all. */
struct list *text_split(struct cx *cx, struct val text, struct val sep, int64_t max);
struct list *text_rsplit(struct cx *cx, struct val text, struct val sep, int64_t max);
struct val text_join(struct cx *cx, struct val separator, const struct list *items);

bool text_is_lower(struct val text);
bool text_is_upper(struct val text);

/* textwrap.wrap: filter_wrap.c */
struct val filter_wordwrap(struct cx *cx, struct val v, const struct args *a);

#endif
