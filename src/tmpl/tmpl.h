/*
 * tmpl - the texts that administrators write: Jinja2-compatible templates.
 *
 * A template is compiled once, when it is saved, and rendered often. Rendering is a pure function
 * of the template and its variables: it reaches no file, no network, no setting, and every loop,
 * byte and level it uses is paid from a budget (limits below).
 *
 * Values are plain structs that point to the caller's memory, which must outlive the render call.
 *
 *	tmpl_compile -> tmpl_render (any number, from any thread) -> tmpl_free
 */
#ifndef TMPL_TMPL_H
#define TMPL_TMPL_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

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

#endif
