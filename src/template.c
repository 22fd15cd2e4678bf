/* `vmrd template check|render`: trying a template file without a server. */
#include "api/preview.h"
#include "commands.h"
#include "tmpl/tmpl.h"
#include "wire/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wish {
	const char *file, *values; /* values: a file, NULL: the sample values */
	bool render, autoescape;
};

static bool read_file(const char *path, size_t max, struct buf *ret, struct err *err)
{
	char piece[16384];
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(err, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	buf_init(ret, max);
	for (size_t n; (n = fread(piece, 1, sizeof(piece), f)) > 0;)
		buf_add(ret, piece, n);
	bool failed = ferror(f) != 0;
	fclose(f);
	if (!failed && !ret->overflow)
		return true;
	buf_release(ret);
	return failed ? err_set(err, ERR_IO, "cannot read '%s'", path)
		      : err_set(err, ERR_LIMIT, "'%s' is longer than %zu bytes", path, max);
}

static bool read_values(const char *path, json_t **ret, struct err *err)
{
	struct buf text;
	if (!path) {
		*ret = preview_sample_values();
		return true;
	}
	if (!read_file(path, JSON_BYTES_MAX, &text, err))
		return false;
	bool ok = json_parse(text.data, text.len, ret, err);
	buf_release(&text);
	if (!ok)
		return err_prefix(err, "'%s'", path);
	if (json_is_object(*ret))
		return true;
	json_decref(*ret);
	return err_set(err, ERR_INVALID, "'%s' must hold one JSON object of variables", path);
}

static bool render(const struct wish *w, const struct buf *source, struct err *err)
{
	json_t *values;
	struct preview p;
	if (!read_values(w->values, &values, err))
		return false;
	bool ok = preview_render(source->data, source->len, w->autoescape, values, &p, err);
	json_decref(values);
	if (!ok)
		return err_prefix(err, "'%s'", w->file);
	if (w->render)
		fwrite(p.output.data, 1, p.output.len, stdout);
	size_t i;
	json_t *name;
	json_array_foreach(p.unknown, i, name)
		fprintf(stderr, "vmrd: note: '%s' is not among the values and prints as nothing\n",
			json_string_value(name));
	preview_release(&p);
	return true;
}

/* Compiles only; the values do not matter. */
static bool check(const struct wish *w, const struct buf *source, struct err *err)
{
	struct tmpl *t;
	if (!tmpl_compile(source->data, source->len, w->autoescape, &t, err))
		return err_prefix(err, "'%s'", w->file);
	tmpl_free(&t);
	printf("'%s' is a valid template\n", w->file);
	return true;
}

static bool read_wish(const struct invocation *in, struct wish *ret)
{
	*ret = (struct wish){ .autoescape = true };
	if (in->argc < 2)
		return false;
	ret->render = strcmp(in->argv[0], "render") == 0;
	if (!ret->render && strcmp(in->argv[0], "check") != 0)
		return false;
	for (int i = 1; i < in->argc; i++) {
		const char *word = in->argv[i];
		if (strcmp(word, "--text") == 0)
			ret->autoescape = false;
		else if (strcmp(word, "--values") == 0 && ret->render && i + 1 < in->argc)
			ret->values = in->argv[++i];
		else if (word[0] != '-' && !ret->file)
			ret->file = word;
		else
			return false;
	}
	return ret->file != NULL;
}

int command_template(const struct invocation *in)
{
	struct wish w;
	struct buf source;
	struct err err;
	if (!read_wish(in, &w))
		return command_misused("write 'template check FILE [--text]' or"
				       " 'template render FILE [--values FILE.json] [--text]'"
				       " (--text: values are not escaped for HTML)");
	if (!read_file(w.file, TMPL_SOURCE_MAX, &source, &err))
		return command_failed(&err);
	bool ok = w.render ? render(&w, &source, &err) : check(&w, &source, &err);
	buf_release(&source);
	return ok ? EXIT_SUCCESS : command_failed(&err);
}
