#include "api/meeting_details.h"
#include "api/template_cache.h"
#include "auth/addin_token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/marker.h"
#include "sched/alarms.h"
#include "sched/texts.h"
#include "store/aliases.h"
#include "tmpl/tmpl.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One request on its way. */
struct details {
	struct store *store;
	struct identity_keys *keys;
	const struct details_request *request;
	struct details_answer *answer;
	struct arena arena;
	struct ms_exchange_connector connector;
	struct scheduled_alias alias;
	char marker[MARKER_ALIAS_LEN + 1];
};

void addin_url(const struct ms_exchange_connector *c, char ret[ADDIN_URL_MAX + 1])
{
	snprintf(ret, ADDIN_URL_MAX + 1,
		"https://%s/api/client/v2/msexchange_schedulers/%" PRId64 "/",
		c->addin_server_domain, c->id);
}

/* Takes answer over. False: some text was not UTF-8. */
static bool write_body(struct details_answer *ret, int status, json_t *answer)
{
	if (!answer)
		return false;
	ret->status = status;
	buf_init(&ret->body, DETAILS_BODY_MAX);
	json_write(&ret->body, answer);
	json_decref(answer);
	return true;
}

void details_fail(struct details_answer *ret, int status, const char *sentence)
{
	*ret = (struct details_answer){ .retry_after_ms = DETAILS_RETRY_AFTER_MS };
	if (write_body(
		    ret, status, json_pack("{s:s, s:s}", "status", "failed", "result", sentence)))
		return;
	/* A sentence cut in the middle of a character. */
	char ascii[ERR_TEXT_MAX];
	snprintf(ascii, sizeof(ascii), "%s", sentence);
	for (char *p = ascii; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	write_body(ret, status, json_pack("{s:s, s:s}", "status", "failed", "result", ascii));
}

/* The user did or has something wrong, and may know what. */
static bool refuse(struct details *d, int status, const char *prefix, const struct err *err)
{
	details_fail(d->answer, status, arena_printf(&d->arena, "%s%s", prefix, err->text));
	if (err->retry_after_ms)
		d->answer->retry_after_ms = err->retry_after_ms;
	if (!log_quota_take(d->request->refusals, clock_mono_ms()))
		return false;
	log_warning("administrator.scheduling", "Add-in request refused", "User",
		"schedulingservice", "CorrelationId", d->request->correlation_id, "Integration",
		d->connector.name, "RemoteAddress", d->request->peer, "Reason",
		arena_printf(&d->arena, "%s%s", prefix, err->text), NULL);
	return false;
}

/* Something here is wrong: the administrator reads what, the user where to ask. */
static bool fail(struct details *d, const struct err *err)
{
	bool busy = err->code == ERR_BUSY;
	details_fail(d->answer, busy ? 503 : 500,
		arena_printf(&d->arena,
			"The request failed. The administrator finds the reason under %s",
			d->request->correlation_id));
	log_error("administrator.scheduling", "Add-in request failed", "User", "schedulingservice",
		"CorrelationId", d->request->correlation_id, "Integration", d->connector.name,
		"RemoteAddress", d->request->peer, "Reason", err->text, NULL);
	return false;
}

static bool load_connector(struct details *d)
{
	struct err err = { 0 };
	if (store_get(d->store, &ms_exchange_connector_type, d->request->connector, &d->arena,
		    &d->connector, &err))
		return true;
	if (err.code != ERR_NOT_FOUND)
		return fail(d, &err);
	err_set(&err, ERR_NOT_FOUND, "There is no integration %" PRId64, d->request->connector);
	return refuse(d, 404, "", &err);
}

static bool check_enabled(struct details *d)
{
	struct err err = { 0 };
	if (d->connector.enable_dynamic_vmrs)
		return true;
	err_set(&err, ERR_DENIED, "Single-use rooms are switched off for this integration");
	return refuse(d, 403, "", &err);
}

/* NULL-ended; NULL on failure. */
static const char *const *load_domains(struct details *d, struct err *err)
{
	const char **domains = arena_array(&d->arena, DETAILS_DOMAINS_MAX + 1, sizeof(*domains));
	struct rows rows;
	if (!store_query(d->store, &rows, err,
		    "SELECT domain FROM exchange_domain WHERE exchange_connector = $1 "
		    "ORDER BY id LIMIT $2",
		    "ii", d->connector.id, (int64_t)DETAILS_DOMAINS_MAX))
		return NULL;
	for (size_t n = 0; n < DETAILS_DOMAINS_MAX && row_next(&rows, err); n++)
		domains[n] = arena_strdup(&d->arena, row_text(&rows, 0));
	bool ok = !rows.failed;
	row_done(&rows);
	return ok ? domains : NULL;
}

static bool check_token(struct details *d, struct identity *ret)
{
	struct err err = { 0 };
	char audience[ADDIN_URL_MAX + 1];
	const char *const *domains = load_domains(d, &err);
	if (!domains)
		return fail(d, &err);
	addin_url(&d->connector, audience);
	const struct addin_token_rules rules = { .connector = &d->connector,
		.audience = audience,
		.domains = domains,
		.now = d->request->now };
	if (addin_token_check(d->keys, d->request->token, &rules, ret, &err))
		return true;
	if (err.code == ERR_DENIED || err.code == ERR_LIMIT)
		return refuse(d, 403, "Invalid Token: ", &err);
	return refuse(d, 503, "The token cannot be checked now: ", &err);
}

static bool make_alias(struct details *d, const struct identity *who)
{
	struct err err = { 0 };
	const struct alias_request request = { .connector = &d->connector,
		.user = who->user,
		.key = d->request->key,
		.now = d->request->now };
	if (!store_begin(d->store, &err))
		return fail(d, &err);
	if (!aliases_allocate(d->store, &request, &d->arena, &d->alias, &err)) {
		store_rollback(d->store);
		return err.code == ERR_DENIED ? refuse(d, 429, "", &err) : fail(d, &err);
	}
	if (!store_commit(d->store, &err))
		return fail(d, &err);
	marker_format(d->alias.uuid, d->marker);
	log_info("administrator.scheduling", "Alias given out", "User", "schedulingservice",
		"CorrelationId", d->request->correlation_id, "Integration", d->connector.name,
		"RemoteAddress", d->request->peer, "Alias", d->alias.alias, "AliasUuid",
		d->alias.uuid, NULL);
	return true;
}

static bool render(const struct details *d, const char *source, struct buf *out, struct err *err)
{
	const struct tmpl_var vars[] = {
		{ "alias", tmpl_text(d->alias.alias) },
		{ "numeric_alias", tmpl_text(d->alias.numeric_alias) },
		{ "alias_uuid", tmpl_text(d->marker) },
		{ "addin_server_domain", tmpl_text(d->connector.addin_server_domain) },
	};
	struct buf said;
	buf_init(&said, DETAILS_SAID_MAX);
	bool ok = template_cache_render(d->request->templates, d->connector.id, source, vars,
		sizeof(vars) / sizeof(*vars), &said, out, err);
	texts_log(d->connector.name, "meeting_instructions_template", said.data);
	buf_release(&said);
	return ok &&
		(!out->overflow ||
			err_set(err, ERR_LIMIT, "the instructions are longer than %d bytes",
				DETAILS_INSTRUCTIONS_MAX));
}

/* A template that fails, or forgets the marker without which the meeting would be declined, must not
 * keep people from meeting. */
static void render_instructions(struct details *d, struct buf *out)
{
	const struct field *f =
		record_field(&ms_exchange_connector_type, "meeting_instructions_template");
	struct err err;
	buf_init(out, DETAILS_INSTRUCTIONS_MAX);
	if (!render(d, d->connector.meeting_instructions_template, out, &err)) {
		log_error("administrator.scheduling",
			"A template failed; the shipped text is used instead", "User",
			"schedulingservice", "CorrelationId", d->request->correlation_id,
			"Integration", d->connector.name, "Template", f->name, "Detail", err.text,
			NULL);
		alarm_raise(d->store, ALARM_TEMPLATE_FAILED,
			arena_printf(&d->arena, "%s: %s", d->connector.name, f->name), err.text);
		buf_reset(out);
		if (!render(d, f->default_text, out, &err))
			buf_reset(out);
	}
	if (!strstr(out->data, d->marker))
		buf_addf(out, "<p>%s</p>", d->marker);
}

static bool answer(struct details *d)
{
	struct buf instructions;
	render_instructions(d, &instructions);
	*d->answer = (struct details_answer){ 0 };
	bool ok = write_body(d->answer, 200,
		json_pack("{s:s, s:{s:s, s:s, s:s, s:s}}", "status", "success", "result",
			"room_name", d->connector.room_mailbox_name, "room_email",
			d->connector.room_mailbox_email_address, "alias_id", d->marker,
			"instructions", instructions.data));
	buf_release(&instructions);
	if (ok)
		return true;
	struct err err = { 0 };
	err_set(&err, ERR_INTERNAL, "a setting's text is not UTF-8");
	return fail(d, &err);
}

void meeting_details(struct store *store, struct identity_keys *keys,
	const struct details_request *request, struct details_answer *ret)
{
	struct details d = { .store = store, .keys = keys, .request = request, .answer = ret };
	struct identity who;
	arena_init(&d.arena);
	(void)(load_connector(&d) && check_enabled(&d) && check_token(&d, &who) &&
		make_alias(&d, &who) && answer(&d));
	arena_release(&d.arena);
}
