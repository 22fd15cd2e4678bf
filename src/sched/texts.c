#include "sched/texts.h"
#include "base/iso8601.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/alarms.h"
#include "tmpl/tmpl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Of one rendered text. A batch of answers must fit one request to Exchange (16 MiB),
	 * whatever escaping (a quotation mark is six bytes) makes of them. */
	TEXT_BYTES_MAX = 128 << 10,
	TEXT_SAID_MAX = 8 << 10, /* of what it said by pex_debug_log */
	VARS_ALWAYS = 8,
	VARS_MAX = VARS_ALWAYS + 3 + TEXTS_ROOM_VARS,
	INSTANCE_MAX = 4 * 250 + 100, /* bytes: an integration's name and a field's */
};

struct compiled {
	struct tmpl *own, *shipped; /* NULL: not compiled yet, or it does not compile */
	bool tried_own, tried_shipped;
};

struct texts {
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct compiled *compiled; /* by field index */
};

struct texts *texts_new(struct store *store, const struct ms_exchange_connector *settings)
{
	struct texts *t = calloc(1, sizeof(*t));
	if (!t ||
		!(t->compiled = calloc(ms_exchange_connector_type.n_fields, sizeof(*t->compiled))))
		abort();
	t->settings = settings;
	t->store = store;
	alarm_lower(store, ALARM_TEMPLATE_FAILED, settings->name);
	return t;
}

void texts_free(struct texts **texts)
{
	struct texts *t = *texts;
	if (!t)
		return;
	for (size_t i = 0; i < ms_exchange_connector_type.n_fields; i++) {
		tmpl_free(&t->compiled[i].own);
		tmpl_free(&t->compiled[i].shipped);
	}
	free(t->compiled);
	free(t);
	*texts = NULL;
}

static void complain(const struct texts *t, const struct field *f, const struct err *err)
{
	log_error("administrator.scheduling", "A template failed; the shipped text is used instead",
		"User", "schedulingservice", "Integration", t->settings->name, "Template", f->name,
		"Detail", err->text, NULL);
	char instance[INSTANCE_MAX];
	snprintf(instance, sizeof(instance), "%s: %s", t->settings->name, f->name);
	alarm_raise(t->store, ALARM_TEMPLATE_FAILED, instance, err->text);
}

/* Renders source with the compiled form kept in *slot; said: what pex_debug_log says. */
static bool render(struct tmpl **slot, bool *tried, const char *source, const struct field *f,
	const struct tmpl_var *vars, size_t count, struct buf *said, struct buf *out,
	struct err *err)
{
	if (!*tried) {
		*tried = true;
		if (!tmpl_compile(source, strlen(source), text_equal(f->extra, "html"), slot, err))
			return false;
	}
	if (!*slot)
		return err_set(err, ERR_INVALID, "the template does not compile");
	return tmpl_render_logged(*slot, vars, count, said, out, err);
}

void texts_log(const char *integration, const char *field, const char *lines)
{
	if (*lines)
		log_info("support.jinja2", lines, "Integration", integration, "Template", field,
			NULL);
}

static void format_time(int64_t at, char ret[ISO8601_LEN + 1])
{
	ret[0] = '\0';
	if (at != MEETING_NO_TIME)
		iso8601_format(at, ret);
}

size_t texts_room_vars(const struct conference *room, struct tmpl_var ret[TEXTS_ROOM_VARS])
{
	const struct tmpl_var vars[TEXTS_ROOM_VARS] = {
		{ "pin", tmpl_text(room->pin) },
		{ "guest_pin", tmpl_text(room->guest_pin) },
		{ "allow_guests", tmpl_bool(room->allow_guests) },
		{ "lobby", tmpl_bool(room->lobby) },
		{ "participant_limit",
			room->participant_limit == FIELD_NULL ? tmpl_text("")
							      : tmpl_int(room->participant_limit) },
		{ "owner", tmpl_stranger_text(room->primary_owner_email_address) },
	};
	memcpy(ret, vars, sizeof(vars));
	return TEXTS_ROOM_VARS;
}

const char *texts_render(
	struct texts *t, const char *field, const struct text_values *values, struct arena *arena)
{
	const struct field *f = record_field(&ms_exchange_connector_type, field);
	assert(f && f->kind == FIELD_TEMPLATE);
	struct compiled *c = &t->compiled[f - ms_exchange_connector_type.fields];
	const struct meeting *m = values->meeting;
	char start[ISO8601_LEN + 1], end[ISO8601_LEN + 1];
	format_time(m->start, start);
	format_time(m->end, end);
	struct tmpl_var vars[VARS_MAX] = {
		{ "subject", tmpl_stranger_text(m->subject) },
		{ "organizer_name", tmpl_stranger_text(m->organizer_name) },
		{ "organizer_email", tmpl_stranger_text(m->organizer_email) },
		{ "location", tmpl_stranger_text(m->location) },
		{ "start_time", tmpl_text(start) },
		{ "end_time", tmpl_text(end) },
		{ "addin_server_domain", tmpl_text(t->settings->addin_server_domain) },
		{ "correlation_id", tmpl_text(values->correlation_id) },
	};
	size_t count = VARS_ALWAYS;
	if (values->alias) {
		vars[count++] = (struct tmpl_var){ "alias", tmpl_text(values->alias) };
		vars[count++] =
			(struct tmpl_var){ "numeric_alias", tmpl_text(values->numeric_alias) };
	}
	if (values->alias_uuid)
		vars[count++] = (struct tmpl_var){ "alias_uuid", tmpl_text(values->alias_uuid) };
	if (values->room)
		count += texts_room_vars(values->room, vars + count);
	struct buf said, out;
	struct err err;
	buf_init(&said, TEXT_SAID_MAX);
	buf_init(&out, TEXT_BYTES_MAX);
	if (!render(&c->own, &c->tried_own, field_text(f, t->settings), f, vars, count, &said, &out,
		    &err)) {
		complain(t, f, &err);
		buf_reset(&out);
		if (!render(&c->shipped, &c->tried_shipped, f->default_text ? f->default_text : "",
			    f, vars, count, &said, &out, &err))
			complain(t, f, &err);
	}
	const char *text = arena_strndup(arena, out.data, out.len);
	texts_log(t->settings->name, f->name, said.data);
	buf_release(&said);
	buf_release(&out);
	return text;
}
