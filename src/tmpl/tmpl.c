#include "tmpl/tmpl.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* First version: text and {{ variable }} only; anything else is refused. */

enum { OUTPUT_MAX = 256 * 1024 };

struct tmpl {
	char *source;
	size_t len;
	bool autoescape;
};

struct tmpl_value tmpl_text(const char *text)
{
	if (text == NULL)
		return (struct tmpl_value){ .kind = TMPL_NONE };
	return (struct tmpl_value){ .kind = TMPL_TEXT, .text = { text, strlen(text), false } };
}

struct tmpl_value tmpl_int(int64_t integer)
{
	return (struct tmpl_value){ .kind = TMPL_INT, .integer = integer };
}

struct tmpl_value tmpl_bool(bool boolean)
{
	return (struct tmpl_value){ .kind = TMPL_BOOL, .boolean = boolean };
}

struct tmpl_value tmpl_list(const struct tmpl_value *items, size_t count)
{
	return (struct tmpl_value){ .kind = TMPL_LIST, .list = { items, count } };
}

static const char *name_end(const char *at)
{
	while (*at == '_' || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		(*at >= '0' && *at <= '9'))
		at++;
	return at;
}

static void put(struct buf *out, const struct tmpl_value *v, bool escape)
{
	switch (v->kind) {
	case TMPL_TEXT:
		if (escape && !v->text.safe)
			text_escape_markup(out, v->text.bytes);
		else
			buf_add(out, v->text.bytes, v->text.len);
		break;
	case TMPL_INT: buf_addf(out, "%" PRId64, v->integer); break;
	case TMPL_BOOL: buf_adds(out, v->boolean ? "True" : "False"); break;
	case TMPL_NONE: buf_adds(out, "None"); break;
	default: break;
	}
}

static void put_var(const struct tmpl *t, const struct tmpl_var *vars, size_t count,
	const char *name, size_t len, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(vars[i].name) == len && memcmp(vars[i].name, name, len) == 0)
			put(out, &vars[i].value, t->autoescape);
}

static bool walk(const struct tmpl *t, const struct tmpl_var *vars, size_t count, struct buf *out,
	struct err *err)
{
	const char *at = t->source;
	for (const char *brace; (brace = strchr(at, '{')) != NULL;) {
		if (brace[1] == '%' || brace[1] == '#')
			return err_set(err, ERR_INVALID, "statements are not understood yet");
		size_t plain = (size_t)(brace - at) + (brace[1] != '{');
		buf_add(out, at, plain);
		at += plain;
		if (brace[1] != '{')
			continue;
		const char *name = at + 2 + strspn(at + 2, " ");
		const char *end = name_end(name);
		const char *close = end + strspn(end, " ");
		if (end == name || strncmp(close, "}}", 2) != 0)
			return err_set(err, ERR_INVALID, "only '{{ name }}' is understood yet");
		put_var(t, vars, count, name, (size_t)(end - name), out);
		at = close + 2;
	}
	buf_adds(out, at);
	return true;
}

bool tmpl_compile(
	const char *source, size_t len, bool autoescape, struct tmpl **ret, struct err *err)
{
	struct tmpl *t = calloc(1, sizeof(*t));
	if (t == NULL || (t->source = strndup(source, len)) == NULL)
		abort();
	t->len = len;
	t->autoescape = autoescape;
	struct buf nothing;
	buf_init(&nothing, OUTPUT_MAX);
	bool ok = walk(t, NULL, 0, &nothing, err);
	buf_release(&nothing);
	if (!ok) {
		tmpl_free(&t);
		return false;
	}
	*ret = t;
	return true;
}

void tmpl_free(struct tmpl **t)
{
	if (*t == NULL)
		return;
	free((*t)->source);
	free(*t);
	*t = NULL;
}

bool tmpl_render(const struct tmpl *t, const struct tmpl_var *vars, size_t count, struct buf *out,
	struct err *err)
{
	return walk(t, vars, count, out, err);
}
