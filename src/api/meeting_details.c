#include "api/meeting_details.h"
#include "api/promise_allowance.h"
#include "api/template_cache.h"
#include "auth/sealed_token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/marker.h"
#include "sched/alarms.h"
#include "sched/furnish.h"
#include "sched/texts.h"
#include "store/aliases.h"
#include "tmpl/tmpl.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One request on its way. */
struct details {
	const struct ms_exchange_connector *connector; /* NULL: there is none */
	const struct details_request *request;
	struct details_answer *answer;
	struct store *store; /* NULL: no database */
	struct arena arena;
	struct scheduled_alias alias; /* all texts empty: a sealed token stands for it */
	char marker[MARKER_MAX + 1];
};

static struct details begin(const struct integration *integration,
	const struct details_request *request, struct details_answer *answer)
{
	struct details d = { .connector = integration ? &integration->connector : NULL,
		.request = request,
		.answer = answer,
		.alias = { .alias = "", .numeric_alias = "", .pin = "", .guest_pin = "" } };
	arena_init(&d.arena);
	return d;
}

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

static const char *integration_name(const struct details *d)
{
	return d->connector ? d->connector->name : "";
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
		integration_name(d), "RemoteAddress", d->request->peer, "Reason",
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
		"CorrelationId", d->request->correlation_id, "Integration", d->connector->name,
		"RemoteAddress", d->request->peer, "Reason", err->text, NULL);
	return false;
}

static bool check_there(struct details *d)
{
	struct err err = { 0 };
	if (d->connector)
		return true;
	err_set(&err, ERR_NOT_FOUND, "There is no integration %" PRId64, d->request->connector);
	return refuse(d, 404, "", &err);
}

static bool check_enabled(struct details *d)
{
	struct err err = { 0 };
	if (d->connector->enable_dynamic_vmrs)
		return true;
	err_set(&err, ERR_DENIED, "Single-use rooms are switched off for this integration");
	return refuse(d, 403, "", &err);
}

static bool check_token(struct details *d, const char *const *domains, struct identity_keys *keys,
	struct identity *ret)
{
	struct err err = { 0 };
	char audience[ADDIN_URL_MAX + 1];
	addin_url(d->connector, audience);
	const struct addin_token_rules rules = { .connector = d->connector,
		.audience = audience,
		.domains = domains,
		.now = d->request->now };
	if (addin_token_check(keys, d->request->token, &rules, ret, &err))
		return true;
	if (err.code == ERR_DENIED || err.code == ERR_LIMIT)
		return refuse(d, 403, "Invalid Token: ", &err);
	return refuse(d, 503, "The token cannot be checked now: ", &err);
}

/* The copy is a little old: it may have expired since. */
static bool check_licence(struct details *d, const struct licence_state *licence)
{
	struct err err = { 0 };
	bool over = licence->expires != FIELD_NULL && d->request->now >= licence->expires;
	if (licence->valid && !licence->full && !over)
		return true;
	err_set(&err, ERR_DENIED, "%s; please tell your administrator",
		text_empty(licence->reason) ? "the licence has expired" : licence->reason);
	return refuse(d, 403, "No video room can be added: ", &err);
}

bool details_check(const struct integration *integration, struct identity_keys *keys,
	const struct details_request *request, struct identity *ret_who, struct details_answer *ret)
{
	struct details d = begin(integration, request, ret);
	struct identity who;
	bool ok = check_there(&d) && check_enabled(&d) &&
		check_token(&d, integration->domains, keys, &who) &&
		check_licence(&d, &integration->licence);
	arena_release(&d.arena);
	if (ok)
		*ret_who = who;
	return ok;
}

/* ---- an alias ------------------------------------------------------------------------------- */

/* Does this failure say that the database cannot be had now? */
static bool is_away(const struct err *err)
{
	return err->code == ERR_BUSY || err->code == ERR_IO;
}

static bool allocate(struct details *d, const struct identity *who, struct err *err)
{
	const struct alias_request request = { .connector = d->connector,
		.user = who->user,
		.key = d->request->key,
		.now = d->request->now };
	if (!store_begin(d->store, err))
		return false;
	/* The lock may have been long in coming. */
	if (d->request->unwanted && atomic_load(d->request->unwanted)) {
		store_rollback(d->store);
		return err_set(err, ERR_CANCELLED, "nobody waits for the alias any more");
	}
	if (aliases_allocate(d->store, &request, &d->arena, &d->alias, err))
		return store_commit(d->store, err);
	store_rollback(d->store);
	return false;
}

static void tell_alias(const struct details *d)
{
	log_info("administrator.scheduling", "Alias given out", "User", "schedulingservice",
		"CorrelationId", d->request->correlation_id, "Integration", d->connector->name,
		"RemoteAddress", d->request->peer, "Alias", d->alias.alias, "AliasUuid",
		d->alias.uuid, NULL);
}

/* ---- instructions --------------------------------------------------------------------------- */

/* Which of the two templates. */
struct text {
	const char *field, *source;
	int64_t slot; /* in the cache of compiled templates */
};

enum { OWN_VARS = 4 };

static bool render(struct details *d, const struct text *text, const char *source, struct buf *out,
	struct err *err)
{
	struct tmpl_var vars[OWN_VARS + TEXTS_ROOM_VARS] = {
		{ "alias", tmpl_text(d->alias.alias) },
		{ "numeric_alias", tmpl_text(d->alias.numeric_alias) },
		{ "alias_uuid", tmpl_text(d->marker) },
		{ "addin_server_domain", tmpl_text(d->connector->addin_server_domain) },
	};
	struct conference room;
	struct buf said;
	room_furnish(d->connector, &d->alias, &d->arena, &room);
	size_t count = OWN_VARS + texts_room_vars(&room, vars + OWN_VARS);
	buf_init(&said, DETAILS_SAID_MAX);
	bool ok = template_cache_render(
		d->request->templates, text->slot, source, vars, count, &said, out, err);
	texts_log(d->connector->name, text->field, said.data);
	buf_release(&said);
	return ok &&
		(!out->overflow ||
			err_set(err, ERR_LIMIT, "the instructions are longer than %d bytes",
				DETAILS_INSTRUCTIONS_MAX));
}

/* A template that fails, or forgets the marker without which the meeting would be declined, must not
 * keep people from meeting. */
static void render_instructions(struct details *d, const struct text *text, struct buf *out)
{
	const struct field *f = record_field(&ms_exchange_connector_type, text->field);
	struct err err;
	buf_init(out, DETAILS_INSTRUCTIONS_MAX);
	if (!render(d, text, text->source, out, &err)) {
		log_error("administrator.scheduling",
			"A template failed; the shipped text is used instead", "User",
			"schedulingservice", "CorrelationId", d->request->correlation_id,
			"Integration", d->connector->name, "Template", f->name, "Detail", err.text,
			NULL);
		if (d->store)
			alarm_raise(d->store, ALARM_TEMPLATE_FAILED,
				arena_printf(&d->arena, "%s: %s", d->connector->name, f->name),
				err.text);
		buf_reset(out);
		if (!render(d, text, f->default_text, out, &err))
			buf_reset(out);
	}
	if (!strstr(out->data, d->marker))
		buf_addf(out, "<p>%s</p>", d->marker);
}

static void answer(struct details *d, const struct text *text, bool promised)
{
	struct buf instructions;
	struct err err = { 0 };
	render_instructions(d, text, &instructions);
	json_t *result =
		json_pack("{s:s, s:s, s:s, s:s}", "room_name", d->connector->room_mailbox_name,
			"room_email", d->connector->room_mailbox_email_address, "alias_id",
			d->marker, "instructions", instructions.data);
	buf_release(&instructions);
	if (result && promised)
		json_object_set_new(result, "management_node_down", json_true());
	*d->answer = (struct details_answer){ 0 };
	if (result &&
		write_body(d->answer, 200,
			json_pack("{s:s, s:o}", "status", "success", "result", result)))
		return;
	err_set(&err, ERR_INTERNAL, "a setting's text is not UTF-8");
	fail(d, &err);
}

static void answer_alias(struct details *d)
{
	const struct text text = { "meeting_instructions_template",
		d->connector->meeting_instructions_template, d->connector->id };
	marker_format(d->alias.uuid, d->marker);
	tell_alias(d);
	answer(d, &text, false);
}

bool details_answer(struct store *store, const struct integration *integration,
	const struct details_request *request, const struct identity *who,
	struct details_answer *ret, struct err *err)
{
	struct details d = begin(integration, request, ret);
	struct err why = { 0 };
	d.store = store;
	bool made = allocate(&d, who, &why), away = !made && is_away(&why);
	if (made)
		answer_alias(&d);
	else if (why.code == ERR_DENIED)
		refuse(&d, 429, "", &why);
	else if (!away && why.code != ERR_CANCELLED)
		fail(&d, &why);
	arena_release(&d.arena);
	if (away && err)
		*err = why;
	return !away;
}

/* ---- a promise of one ----------------------------------------------------------------------- */

static void tell_promise(const struct details *d, const char *token)
{
	char id[SEALED_TOKEN_ID_LEN + 1];
	sealed_token_id(token, id, NULL);
	log_warning("administrator.scheduling", "Sealed token given out, for want of the database",
		"User", "schedulingservice", "CorrelationId", d->request->correlation_id,
		"Integration", d->connector->name, "RemoteAddress", d->request->peer, "TokenId", id,
		NULL);
}

void details_promise(const struct integration *integration, const struct details_request *request,
	const struct identity *who, struct details_answer *ret)
{
	struct details d = begin(integration, request, ret);
	const struct ms_exchange_connector *c = d.connector;
	const struct text text = { "placeholder_instructions_template",
		c->placeholder_instructions_template, c->id + TEMPLATE_CACHE_MAX / 2 };
	char token[SEALED_TOKEN_LEN + 1];
	struct err err = { 0 };
	if (!promise_allowance_charge(request->promises, who->user,
		    integration->alias_requests_per_hour, request->now, &err)) {
		refuse(&d, 429, "", &err);
	} else if (sealed_token_seal(c->public_key, c->sealing_key, c->uuid, who->user,
			   request->now, token, &err)) {
		marker_format_token(token, d.marker);
		tell_promise(&d, token);
		answer(&d, &text, true);
	} else {
		fail(&d, &err);
	}
	arena_release(&d.arena);
}
