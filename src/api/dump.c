#include "api/dump.h"
#include "api/record_json.h"
#include "base/text.h"
#include "model/records.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings ----------------------------------------------------------------------------- */

static bool is_long(const struct field *f)
{
	return f->default_text && strchr(f->default_text, '\n');
}

/* Inside a table's cell a bar would end it. */
static void add_cell(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_addc(b, '\\');
		buf_addc(b, *text);
	}
}

static void add_code(struct buf *b, const char *text)
{
	buf_addc(b, '`');
	add_cell(b, text);
	buf_addc(b, '`');
}

static void add_choices(struct buf *b, const struct field *f)
{
	for (const char *p = f->extra; *p;) {
		size_t len = strcspn(p, "|");
		buf_addf(b, "%s`%.*s`", p == f->extra ? "one of " : ", ", (int)len, p);
		p += len + (p[len] == '|');
	}
}

static void add_text_limits(struct buf *b, const char *what, const struct field *f)
{
	buf_adds(b, what);
	if (f->min > 0 && f->min == f->max)
		return;
	if (f->min > 1)
		buf_addf(b, ", %" PRId64 " to %" PRId64 " characters", f->min, f->max);
	else
		buf_addf(b, ", up to %" PRId64 " characters", f->max);
}

static void add_int_limits(struct buf *b, const struct field *f)
{
	if (f->max == INT64_MAX)
		buf_addf(b, "number from %" PRId64, f->min);
	else
		buf_addf(b, "number, %" PRId64 " to %" PRId64, f->min, f->max);
	if (f->extra)
		buf_addf(b, " %s", f->extra);
}

static void add_kind(struct buf *b, const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT: add_text_limits(b, f->flags & FIELD_LONG ? "lines" : "text", f); break;
	case FIELD_URL: add_text_limits(b, "URL", f); break;
	case FIELD_FQDN: add_text_limits(b, "host name", f); break;
	case FIELD_HOST_URL: add_text_limits(b, "host name or its https URL", f); break;
	case FIELD_EMAIL: add_text_limits(b, "e-mail address", f); break;
	case FIELD_DIGITS: add_text_limits(b, "digits", f); break;
	case FIELD_TEMPLATE:
		add_text_limits(
			b, text_equal(f->extra, "html") ? "HTML template" : "text template", f);
		break;
	case FIELD_UUID: buf_adds(b, "UUID"); break;
	case FIELD_CHOICE: add_choices(b, f); break;
	case FIELD_BOOL: buf_adds(b, "`true` or `false`"); break;
	case FIELD_INT: add_int_limits(b, f); break;
	case FIELD_TIME: buf_adds(b, "time"); break;
	case FIELD_REF: buf_addf(b, "reference to [%s](#%s)", f->extra, f->extra); break;
	}
}

static void add_default(struct buf *b, const struct field *f)
{
	if (is_long(f))
		buf_adds(b, "see below");
	else if (!text_empty(f->default_text) && !text_equal(f->default_text, "now") &&
		!text_equal(f->default_text, "random"))
		add_code(b, f->default_text);
	else if (f->flags & FIELD_REQUIRED && !(f->flags & FIELD_READONLY))
		buf_adds(b, "(required)");
}

static void add_notes(struct buf *b, const struct field *f)
{
	if (f->flags & FIELD_UNIQUE)
		buf_adds(b, " No two may be the same.");
	if (f->flags & FIELD_READONLY)
		buf_adds(b, " Set by vmrd only.");
	if (f->flags & FIELD_SECRET)
		buf_adds(b, " Secret: never shown again.");
}

static void add_row(struct buf *b, const struct field *f)
{
	buf_addf(b, "| `%s` | ", f->name);
	add_cell(b, f->label);
	buf_adds(b, " | ");
	add_kind(b, f);
	buf_adds(b, " | ");
	add_default(b, f);
	buf_adds(b, " | ");
	add_cell(b, f->help);
	add_notes(b, f);
	buf_adds(b, " |\n");
}

void dump_record(struct buf *b, const struct record_type *type)
{
	buf_addf(b, "\n## %s\n\n%s: %s\n", type->name, type->label, type->help);
	if (type->status)
		buf_adds(b,
			"Kept by vmrd, below `" RECORD_STATUS_PREFIX "`; it can be read only.\n");
	if (type->scheduled)
		buf_adds(b, "Made by the scheduling service; it can be read and deleted only.\n");
	if (type->singleton)
		buf_adds(b, "There is exactly one; it can be changed only.\n");
	buf_adds(b, "\n| field | label | value | default | meaning |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < type->n_fields; i++)
		add_row(b, &type->fields[i]);
	for (size_t i = 0; i < type->n_fields; i++)
		if (is_long(&type->fields[i]))
			buf_addf(b, "\nDefault of `%s`:\n\n```\n%s\n```\n", type->fields[i].name,
				type->fields[i].default_text);
}

void dump_settings(struct buf *b)
{
	buf_adds(b,
		"# Settings\n\n"
		"<!-- Made by `vmrd dump settings`: change src/model/*.def, not this page. -->\n\n"
		"Every record of the management API, `" RECORD_URI_PREFIX "<record>/`, with its "
		"fields. Besides these each record has `id` and `resource_uri`.\n");
	for (const struct record_type *const *t = record_types; *t; t++)
		dump_record(b, *t);
}

/* ---- schema ------------------------------------------------------------------------------- */

void dump_schema(struct buf *b)
{
	json_t *all = json_object();
	for (const struct record_type *const *t = record_types; *t; t++)
		json_object_set_new(all, (*t)->name, record_schema(*t));
	char *text = json_dumps(all, JSON_INDENT(2));
	if (!text)
		abort();
	buf_adds(b, text);
	buf_addc(b, '\n');
	free(text);
	json_decref(all);
}
