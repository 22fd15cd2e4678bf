/*
 * unicode - letters as Python knows them: classes and changes of case.
 *
 * The tables are made from Python's own (tools/tmpl-tables), so that upper, title, isalpha and
 * the rest agree with Jinja2 for every character.
 */
#ifndef TMPL_UNICODE_H
#define TMPL_UNICODE_H

#include "tmpl/engine.h"

enum char_case { CASE_LOWER, CASE_UPPER, CASE_TITLE, CASE_FOLD };

bool char_is_space(uint32_t code);
bool char_is_printable(uint32_t code);
bool char_is_alnum(uint32_t code);
bool char_is_alpha(uint32_t code);
bool char_is_decimal(uint32_t code);
bool char_is_digit(uint32_t code);
bool char_is_numeric(uint32_t code);
bool char_is_upper(uint32_t code);
bool char_is_lower(uint32_t code);
bool char_is_title(uint32_t code);
bool char_is_line_break(uint32_t code);
int char_decimal(uint32_t code); /* 0..9, or -1 */

/* Adds the character in another case: one to three code points. Lower case of a capital sigma
 * depends on its neighbours: use text_to_case(). */
void char_to_case(struct cx *cx, struct sb *b, uint32_t code, enum char_case to);

/* The whole text in one case, as str.lower, str.upper and str.casefold. */
struct val text_to_case(struct cx *cx, struct val text, enum char_case to);
struct val text_capitalize(struct cx *cx, struct val text);
struct val text_title(struct cx *cx, struct val text); /* str.title, not Jinja2's filter */
struct val text_swapcase(struct cx *cx, struct val text);
/* Part of a text in lower case, sigma judged within the part. */
void add_lower(struct cx *cx, struct sb *b, const char *text, size_t len, size_t from, size_t to);

#endif
