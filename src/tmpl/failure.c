#include "tmpl/regex.h"

#include <stdarg.h>
#include <stdio.h>

#include "tmpl/template.h"
#include "tmpl/utf8.h"

#include "base/text.h"

void source_position(const char *source, uint32_t pos, int *ret_line, int *ret_column)
{
	int line = 1, column = 1;
	for (uint32_t i = 0; i < pos && source[i]; i++) {
		if (source[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)source[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

enum { POSITION_MAX = 64 }; /* bytes of "line 1, column 1: " */

/* Quoting cuts texts by bytes: what is left of a character becomes question marks. */
static void mend(char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		size_t size = utf8_size((unsigned char)*text);
		bool whole = size <= left && text_is_utf8(text, size);
		if (!whole) {
			*text = '?';
			size = 1;
		}
		text += size;
		left -= size;
	}
}

static _Noreturn void leave(struct cx *cx, enum err_code code, const char *fmt, va_list args)
{
	char text[ERR_TEXT_MAX - POSITION_MAX];
	int line, column;
	vsnprintf(text, sizeof(text), fmt, args);
	mend(text);
	source_position(cx->t->source, cx->pos, &line, &column);
	err_set(cx->err, code, "line %d, column %d: %s", line, column, text);
	if (cx->regex)
		regex_close(cx->regex);
	longjmp(*cx->on_failure, 1);
}

void template_fail(struct cx *cx, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	leave(cx, ERR_INVALID, fmt, args);
}

void template_limit(struct cx *cx, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	leave(cx, ERR_LIMIT, fmt, args);
}

void undefined_fail(struct cx *cx, struct val v)
{
	if (v.flag == UNDEFINED_NAME)
		template_fail(cx, "'%.100s' is undefined", v.hint);
	if (v.flag == UNDEFINED_ATTRIBUTE)
		template_fail(cx, "there is no attribute or item '%.100s'", v.hint);
	template_fail(cx, "%s", v.hint);
}

void steps_out(struct cx *cx)
{
	cx->steps = 0;
	template_limit(cx, "the template needs more than %d steps", TMPL_STEPS_MAX);
}

void depth_enter(struct cx *cx)
{
	if (++cx->depth > TMPL_DEPTH_MAX)
		template_limit(cx, "values are nested more than %d levels deep", TMPL_DEPTH_MAX);
}

void *mem(struct cx *cx, size_t size)
{
	if (size > TMPL_MEMORY_MAX || cx->arena->used + size > TMPL_MEMORY_MAX)
		template_limit(
			cx, "the template needs more than %d bytes of memory", TMPL_MEMORY_MAX);
	return arena_alloc(cx->arena, size);
}

void *mem_array(struct cx *cx, size_t count, size_t size)
{
	if (count > TMPL_LIST_MAX)
		template_limit(cx, "a list has more than %d items", TMPL_LIST_MAX);
	return memset(mem(cx, count * size), 0, count * size);
}
