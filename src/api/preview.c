/* template_preview: how a template comes out, before it is saved. */
#include "api/admin_call.h"
#include "api/preview.h"
#include "base/text.h"
#include "model/records.h"
#include "tmpl/json_values.h"
#include "wire/json.h"

#include <string.h>

/* What a meeting and a personal room could look like: every variable that any template is given. */
static const char sample_values[] =
	"{\"subject\": \"Weekly planning <draft>\", \"organizer_name\": \"Olga Organiser\","
	" \"organizer_email\": \"olga@example.com\", \"location\": \"Room 4\","
	" \"start_time\": \"2030-01-15T10:00:00Z\", \"end_time\": \"2030-01-15T11:00:00Z\","
	" \"addin_server_domain\": \"vc.example.com\", \"correlation_id\": \"0123456789abcdef\","
	" \"alias\": \"123456789@vc.example.com\", \"numeric_alias\": \"123456789\","
	" \"alias_uuid\": \"PXPS:-0f8fad5b-d9cb-469f-a165-70867728950e#\","
	" \"name\": \"Olga's room\", \"description\": \"Olga Organiser's own room\","
	" \"domain_aliases\": [\"olga@vc.example.com\"], \"other_aliases\": [\"olga\"],"
	" \"numeric_aliases\": [\"4711\"], \"pin\": \"1234\", \"guest_pin\": \"5678\","
	" \"allow_guests\": true, \"lobby\": true, \"participant_limit\": 20,"
	" \"owner\": \"olga@example.com\"}";

json_t *preview_sample_values(void)
{
	struct err err;
	json_t *values = NULL;
	return json_parse(sample_values, sizeof(sample_values) - 1, &values, &err) ? values : NULL;
}

bool preview_render(const char *source, size_t len, bool autoescape, const json_t *values,
	struct preview *ret, struct err *err)
{
	struct arena arena;
	struct tmpl *t;
	size_t count;
	if (!tmpl_compile(source, len, autoescape, &t, err))
		return false;
	arena_init(&arena);
	const struct tmpl_var *vars = vars_from_json(&arena, values, &count);
	buf_init(&ret->output, TMPL_OUTPUT_MAX);
	bool ok = tmpl_render(t, vars, count, &ret->output, err);
	ret->unknown = json_array();
	const char *name;
	for (size_t i = 0; ok && (name = tmpl_variable(t, i)); i++)
		if (!json_object_get(values, name))
			json_array_append_new(ret->unknown, json_string(name));
	tmpl_free(&t);
	arena_release(&arena);
	if (!ok)
		preview_release(ret);
	return ok;
}

void preview_release(struct preview *p)
{
	buf_release(&p->output);
	json_decref(p->unknown);
	p->unknown = NULL;
}

static void refuse(struct admin_call *c, const char *field, const char *sentence)
{
	c->status = 400;
	c->json = json_pack("{s:{s:[s]}}", "template_preview", field, sentence);
}

static void preview(struct admin_call *c, const json_t *body, const json_t *values)
{
	const char *name = json_text(body, "template"), *source = json_text(body, "source");
	const struct field *f = name ? record_field(&ms_exchange_connector_type, name) : NULL;
	struct preview p;
	struct err err;
	if (!f || f->kind != FIELD_TEMPLATE) {
		refuse(c, "template",
			"must be the name of a template setting, such as conference_name_template");
	} else if (!preview_render(source ? source : f->default_text,
			   strlen(source ? source : f->default_text), text_equal(f->extra, "html"),
			   values, &p, &err)) {
		refuse(c, "source", err.text);
	} else {
		c->status = 200;
		c->json = json_pack("{s:s%, s:O}", "output", p.output.data, p.output.len,
			"unknown_variables", p.unknown);
		preview_release(&p);
	}
}

void admin_preview(struct admin_call *c)
{
	json_t *body, *samples = preview_sample_values();
	struct err err;
	if (!json_parse(c->body, c->body_len, &body, &err)) {
		admin_fail(c, 400, err.text);
	} else {
		const json_t *values = json_object_get(body, "values");
		if (values && !json_is_object(values))
			refuse(c, "values", "must be an object of variables");
		else
			preview(c, body, values ? values : samples);
		json_decref(body);
	}
	json_decref(samples);
}
