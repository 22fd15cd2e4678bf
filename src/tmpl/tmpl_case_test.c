/*
 * Renders every case of test/tmpl (their form is told in tools/tmpl-cases) and compares.
 */
#include "tmpl/json_values.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { CASES_AT_LEAST = 400, CASE_TEXT_MAX = 1 << 20 };

struct one_case {
	char name[256];
	struct buf template, output, refused, values;
	bool autoescape, has_output, has_template;
};

struct case_file {
	const char *path;
	struct buf values;
	struct one_case now;
	int cases, wrong;
};

/* U+240D and U+2420 as what they show. */
static void add_plain(struct buf *b, const char *text)
{
	for (; *text; text++) {
		bool shown = strncmp(text, "\xe2\x90\x8d", 3) == 0;
		if (shown || strncmp(text, "\xe2\x90\xa0", 3) == 0) {
			buf_addc(b, shown ? '\r' : ' ');
			text += 2;
		} else {
			buf_addc(b, *text);
		}
	}
}

static void add_line(struct buf *b, bool *began, const char *text)
{
	if (*began)
		buf_addc(b, '\n');
	*began = true;
	add_plain(b, text);
}

static void case_begin(struct one_case *c, const char *name)
{
	buf_reset(&c->template);
	buf_reset(&c->output);
	buf_reset(&c->refused);
	buf_reset(&c->values);
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->autoescape = true;
	c->has_output = c->has_template = false;
}

static json_t *case_values(const struct case_file *f)
{
	json_t *all = f->values.len ? json_loads(f->values.data, 0, NULL) : json_object();
	json_t *own = f->now.values.len ? json_loads(f->now.values.data, 0, NULL) : json_object();
	assert_non_null(all);
	assert_non_null(own);
	json_object_update(all, own);
	json_decref(own);
	return all;
}

static bool render_case(const struct case_file *f, struct buf *out, struct err *err)
{
	struct tmpl *t;
	struct arena arena;
	size_t count;
	const struct one_case *c = &f->now;
	if (!tmpl_compile(c->template.data, c->template.len, c->autoescape, &t, err))
		return false;
	json_t *values = case_values(f);
	arena_init(&arena);
	struct tmpl_var *vars = vars_from_json(&arena, values, &count);
	bool ok = tmpl_render(t, vars, count, out, err);
	arena_release(&arena);
	json_decref(values);
	tmpl_free(&t);
	return ok;
}

static bool as_expected(
	const struct one_case *c, bool ok, const struct buf *out, const struct err *err)
{
	if (c->has_output)
		return ok && out->len == c->output.len &&
			memcmp(out->data, c->output.data, out->len) == 0;
	return !ok && strstr(err->text, c->refused.data) != NULL &&
		strncmp(err->text, "line ", 5) == 0;
}

static void case_end(struct case_file *f)
{
	struct buf out;
	struct err err = { 0 };
	struct one_case *c = &f->now;
	if (!c->has_template)
		return;
	buf_init(&out, CASE_TEXT_MAX);
	f->cases++;
	bool ok = render_case(f, &out, &err);
	if (!as_expected(c, ok, &out, &err)) {
		f->wrong++;
		print_error("%s: %s\n  wanted: %s\n  got:    %s\n", f->path, c->name,
			c->has_output ? c->output.data : "a refusal", ok ? out.data : err.text);
	}
	buf_release(&out);
}

static void take_line(struct case_file *f, char *line)
{
	struct one_case *c = &f->now;
	char *text = strchr(line, ':');
	if (line[0] == '\0' || line[0] == '#')
		return;
	assert_non_null(text);
	*text++ = '\0';
	text += *text == ' ';
	if (strcmp(line, "case") == 0) {
		case_end(f);
		case_begin(c, text);
	} else if (strcmp(line, "template") == 0) {
		add_line(&c->template, &c->has_template, text);
	} else if (strcmp(line, "output") == 0) {
		add_line(&c->output, &c->has_output, text);
	} else if (strcmp(line, "refused") == 0) {
		add_plain(&c->refused, text);
	} else if (strcmp(line, "autoescape") == 0) {
		c->autoescape = strcmp(text, "no") != 0;
	} else if (strcmp(line, "values") == 0) {
		buf_adds(c->name[0] ? &c->values : &f->values, text);
	} else {
		assert_string_equal(line, "error");
	}
}

static void run_file(const char *path, int *cases, int *wrong)
{
	struct case_file f = { .path = path };
	char *line = NULL;
	size_t cap = 0;
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	buf_init(&f.values, CASE_TEXT_MAX);
	buf_init(&f.now.template, CASE_TEXT_MAX);
	buf_init(&f.now.output, CASE_TEXT_MAX);
	buf_init(&f.now.refused, CASE_TEXT_MAX);
	buf_init(&f.now.values, CASE_TEXT_MAX);
	for (ssize_t len; (len = getline(&line, &cap, in)) > 0;) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		take_line(&f, line);
	}
	case_end(&f);
	free(line);
	fclose(in);
	buf_release(&f.values);
	buf_release(&f.now.template);
	buf_release(&f.now.output);
	buf_release(&f.now.refused);
	buf_release(&f.now.values);
	*cases += f.cases;
	*wrong += f.wrong;
}

static void every_case_gives_what_jinja2_gives(void **state)
{
	(void)state;
	const char *root = getenv("SOURCE_ROOT");
	char pattern[4096];
	glob_t files;
	int cases = 0, wrong = 0;
	snprintf(pattern, sizeof(pattern), "%s/test/tmpl/*.case", root ? root : ".");
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		run_file(files.gl_pathv[i], &cases, &wrong);
	globfree(&files);
	print_message("%d cases\n", cases);
	assert_true(cases >= CASES_AT_LEAST);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_gives_what_jinja2_gives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
