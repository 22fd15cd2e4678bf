/*
 * regex - regular expressions with a price.
 *
 * PCRE2, in its Unicode mode, which reads Python's patterns alike but for corners. A pattern has
 * at most TMPL_PATTERN_MAX bytes, and a match gets no further than the TMPL_REGEX_* limits.
 */
#ifndef TMPL_REGEX_H
#define TMPL_REGEX_H

#include "tmpl/engine.h"

/* The tuple of groups of the first match (none for a group without part in it), or none. */
struct val regex_search(struct cx *cx, struct val pattern, struct val text);
bool regex_matches(struct cx *cx, struct val pattern, struct val text);
/* Every match replaced; \1, \g<1> and \g<name> in `with` stand for groups. */
struct val regex_replace(struct cx *cx, struct val pattern, struct val with, struct val text);

/* For failure.c: closes what a failure leaves open. */
void regex_close(struct regex *r);

#endif
