/*
 * tmpl - the texts that administrators write: Jinja2-compatible templates.
 *
 * A template is compiled once, when it is saved, and rendered often. Rendering is a pure function
 * of the template and its variables (but for pex_now, pex_uuid4, pex_random_pin and random): it
 * reaches no file, no network, no setting, and every loop, byte and level it uses is paid from a
 * budget (limits below).
 *
 * Values are plain structs that point to the caller's memory, which must outlive the render call.
 * Text that is not well-formed UTF-8 is read with U+FFFD in place of each bad byte.
 *
 *	tmpl_compile -> tmpl_render (any number, from any thread) -> tmpl_free
 */
#ifndef TMPL_TMPL_H
#define TMPL_TMPL_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* What one template may cost. Exceeding any of them is ERR_LIMIT and one sentence. */
enum {
	TMPL_SOURCE_MAX = 64 * 1024,  /* bytes of a template */
	TMPL_NESTING_MAX = 100,       /* levels of blocks, brackets, operators within operators */
	TMPL_STEPS_MAX = 1000 * 1000, /* expressions and turns of loops in one render */
	TMPL_OUTPUT_MAX = 256 * 1024, /* bytes rendered */
	TMPL_TEXT_MAX = 1024 * 1024,  /* bytes of one text on the way */
	TMPL_LIST_MAX = 100 * 1000,   /* items of one list, range or dict */
	TMPL_DEPTH_MAX = 50,          /* levels of lists within lists */
	TMPL_MEMORY_MAX = 16 << 20,   /* bytes of everything made during one render */
	TMPL_PATTERN_MAX = 1000,      /* bytes of a regular expression */
	TMPL_REGEX_MATCH_MAX = 20000, /* PCRE2's match limit */
	TMPL_REGEX_DEPTH_MAX = 1000,  /* PCRE2's depth limit */
	TMPL_REGEX_HEAP_KIB = 1024,   /* PCRE2's heap limit */
	TMPL_PIN_MAX = 20,            /* digits of pex_random_pin */
};

struct tmpl;

enum tmpl_kind {
	TMPL_UNDEFINED,
	TMPL_NONE,
	TMPL_BOOL,
	TMPL_INT,
	TMPL_FLOAT,
	TMPL_TEXT,
	TMPL_LIST,
	TMPL_DICT,
};

struct tmpl_value {
	enum tmpl_kind kind;
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct {
			const char *bytes; /* UTF-8 */
			size_t len;
			bool safe; /* markup already: autoescape leaves it alone */
			/* Written by a stranger: what looks like the beginning of a marker
			 * (PXPS:- or TOK:-, however disguised) gets a full-width colon. */
			bool stranger;
		} text;
		struct {
			const struct tmpl_value *items;
			size_t count;
		} list;
		struct {
			const struct tmpl_var *vars;
			size_t count;
		} dict;
	};
};

struct tmpl_var {
	const char *name;
	struct tmpl_value value;
};

struct tmpl_value tmpl_text(const char *text); /* NULL gives TMPL_NONE */
struct tmpl_value tmpl_stranger_text(const char *text);
struct tmpl_value tmpl_int(int64_t integer);
struct tmpl_value tmpl_bool(bool boolean);
struct tmpl_value tmpl_list(const struct tmpl_value *items, size_t count);

/* autoescape: values are escaped for HTML unless marked safe. On refusal err names line, column
 * and reason: "line 3, column 14: ...". */
bool tmpl_compile(
	const char *source, size_t len, bool autoescape, struct tmpl **ret, struct err *err);
void tmpl_free(struct tmpl **t);

/* Appends the rendered text to out; on failure out is as it was. */
bool tmpl_render(const struct tmpl *t, const struct tmpl_var *vars, size_t count, struct buf *out,
	struct err *err);

/* The same, and what pex_debug_log says is added to debug_log (NULL allowed), a line each. */
bool tmpl_render_logged(const struct tmpl *t, const struct tmpl_var *vars, size_t count,
	struct buf *debug_log, struct buf *out, struct err *err);

/* The variables a template reads from outside, in order of appearance: NULL after the last. So a
 * setting can warn, when it is saved, of a name that it will never be given. */
const char *tmpl_variable(const struct tmpl *t, size_t i);

#endif
