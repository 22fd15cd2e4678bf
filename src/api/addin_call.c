#include "api/addin_call.h"
#include "auth/addin_token.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_OF(job, member)                                                                       \
	((struct addin_call *)((char *)(job)-offsetof(struct addin_call, member)))

/* Until the integration is found. */
static const struct ms_exchange_connector nobody = { .name = "" };

static const char type_json[] = "application/json; charset=utf-8";

/* ---- answers -------------------------------------------------------------------------------- */

const char *call_address(struct addin_call *call, const char *name, const char *text)
{
	struct buf b;
	buf_init(&b, CALL_QUERY_MAX);
	text_percent_encode(&b, text);
	const char *address = arena_printf(&call->arena, "%s%s%s", call->base, name, b.data);
	buf_release(&b);
	return address;
}

void call_redirect(struct addin_call *call, const char *location)
{
	call->location = location;
	call->answer = (struct details_answer){ .status = 302 };
}

void call_result(struct addin_call *call, json_t *result)
{
	struct err err = { 0 };
	json_t *whole =
		result ? json_pack("{s:s, s:o}", "status", "success", "result", result) : NULL;
	if (!whole) {
		err_set(&err, ERR_INTERNAL, "a setting's text is not UTF-8");
		call_fail(call, &err);
		return;
	}
	call->answer = (struct details_answer){ .status = 200 };
	buf_init(&call->answer.body, DETAILS_BODY_MAX);
	json_write(&call->answer.body, whole);
	json_decref(whole);
	if (!call->answer.body.overflow)
		return;
	buf_release(&call->answer.body);
	err_set(&err, ERR_LIMIT, "the answer is longer than %d bytes", DETAILS_BODY_MAX);
	call_fail(call, &err);
}

/* The sign-in window shows the sentence and tells the pane. */
static void answer_failure(struct addin_call *call, int status, const char *sentence)
{
	if (call->kind->page && *call->base)
		call_redirect(call, call_address(call, "signed-in.html?error=", sentence));
	else
		details_fail(&call->answer, status, sentence);
}

void call_refuse(struct addin_call *call, int status, const char *prefix, const struct err *err)
{
	const char *sentence = arena_printf(&call->arena, "%s%s", prefix, err->text);
	answer_failure(call, status, sentence);
	if (err->retry_after_ms)
		call->answer.retry_after_ms = err->retry_after_ms;
	if (!log_quota_take(call->api->refusals, clock_mono_ms()))
		return;
	log_warning("administrator.scheduling", "Add-in request refused", "User",
		"schedulingservice", "CorrelationId", call->correlation_id, "Integration",
		call->connector->name, "RemoteAddress", call->peer, "Reason", sentence, NULL);
}

void call_fail(struct addin_call *call, const struct err *err)
{
	answer_failure(call, err->code == ERR_BUSY ? 503 : 500,
		arena_printf(&call->arena,
			"The request failed. The administrator finds the reason under %s",
			call->correlation_id));
	log_error("administrator.scheduling", "Add-in request failed", "User", "schedulingservice",
		"CorrelationId", call->correlation_id, "Integration", call->connector->name,
		"RemoteAddress", call->peer, "Reason", err->text, NULL);
}

/* ---- on workers' threads -------------------------------------------------------------------- */

bool call_identify(struct addin_call *call)
{
	struct err err = { 0 };
	const struct addin_token_rules rules = { .connector = call->connector,
		.audience = call->base,
		.domains = call->integration->domains,
		.now = call->now };
	if (addin_token_check(call->api->keys, call->token, &rules, &call->who, &err))
		return true;
	if (err.code == ERR_DENIED || err.code == ERR_LIMIT)
		call_refuse(call, 403, "Invalid Token: ", &err);
	else
		call_refuse(call, 503, "The token cannot be checked now: ", &err);
	return false;
}

static void check(struct worker_job *job, struct store *store)
{
	(void)store;
	struct addin_call *call = CALL_OF(job, check);
	struct err err = { 0 };
	call->integration = integrations_find(call->api->integrations, call->connector_id);
	if (call->integration) {
		call->connector = &call->integration->connector;
		addin_url(call->connector, call->base);
		call->go_on = call->kind->check(call);
	} else {
		err_set(&err, ERR_NOT_FOUND, "There is no integration %" PRId64,
			call->connector_id);
		call_refuse(call, 404, "", &err);
	}
}

static void run(struct worker_job *job, struct store *store)
{
	struct addin_call *call = CALL_OF(job, run);
	call->store = store;
	call->kind->run(call);
	if (*call->who.user) /* whoever he is, his token was good */
		version_used(store, call->connector_id, call->version, call->now);
}

/* ---- on the loop's thread ------------------------------------------------------------------- */

static void reply(struct addin_call *call)
{
	struct http_request *req = call->req;
	struct details_answer *answer = &call->answer;
	char seconds[32];
	http_set_header(req, "Cache-Control", "no-store");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "Referrer-Policy", "no-referrer");
	http_set_header(req, "X-Correlation-Id", call->correlation_id);
	if (call->location) {
		http_set_header(req, "Location", call->location);
		http_reply(req, answer->status, NULL, "", 0);
		return;
	}
	if (answer->status == 503 || answer->status == 429) {
		snprintf(seconds, sizeof(seconds), "%lld",
			(long long)((answer->retry_after_ms + 999) / 1000));
		http_set_header(req, "Retry-After", seconds);
	}
	http_reply(req, answer->status, type_json, answer->body.data, answer->body.len);
}

static void call_free(struct addin_call *call)
{
	integration_release(&call->integration);
	buf_release(&call->answer.body);
	arena_release(&call->arena);
	free(call);
}

static void finish(struct addin_call *call)
{
	if (call->req)
		reply(call);
	call_free(call);
}

/* Gives the call to a worker, or answers that it cannot be done now; false. */
static bool post(struct addin_call *call, struct worker_pool *pool, struct worker_job *job)
{
	struct err err = { 0 };
	if (call->api->stopping)
		details_fail(&call->answer, 503, "The service is being stopped");
	else if (worker_post(pool, job, &err))
		return true;
	else
		details_fail(&call->answer, 503, "Too many requests wait already");
	if (err.retry_after_ms)
		call->answer.retry_after_ms = err.retry_after_ms;
	finish(call);
	return false;
}

static void checked(struct worker_job *job)
{
	struct addin_call *call = CALL_OF(job, check);
	if (!job->ran)
		details_fail(&call->answer, 503, "The service is being stopped");
	if (call->go_on)
		post(call, call->api->pool, &call->run);
	else
		finish(call);
}

static void ran(struct worker_job *job)
{
	struct addin_call *call = CALL_OF(job, run);
	if (!job->ran)
		details_fail(&call->answer, 503, "The service is being stopped");
	finish(call);
}

static void client_gone(void *arg)
{
	struct addin_call *call = arg;
	call->req = NULL;
}

static const char *query(struct addin_call *call, const char *name)
{
	char value[CALL_QUERY_MAX];
	if (!http_query_value(call->req, name, value, sizeof(value)))
		return "";
	return arena_strdup(&call->arena, value);
}

static struct addin_call *call_new(struct addin_api *api, struct http_request *req)
{
	struct addin_call *call = calloc(1, sizeof(*call));
	if (!call)
		abort();
	arena_init(&call->arena);
	const char *token = http_header(req, "token"), *code = http_header(req, "code");
	call->req = req;
	call->api = api;
	call->token = token ? arena_strdup(&call->arena, token) : NULL;
	call->peer = arena_strdup(&call->arena, http_peer(req));
	call->code = code ? arena_strdup(&call->arena, code) : query(call, "code");
	call->state = query(call, "state");
	call->error = query(call, "error");
	call->error_description = query(call, "error_description");
	call->connector = &nobody;
	call->version = version_reported(req);
	call->now = clock_now();
	correlation_new(call->correlation_id);
	return call;
}

void addin_call_start(struct addin_api *api, struct http_request *req, const char *connector,
	const struct addin_call_kind *kind)
{
	struct addin_call *call = call_new(api, req);
	call->kind = kind;
	call->check = (struct worker_job){ .work = check, .done = checked };
	call->run = (struct worker_job){ .work = run, .done = ran };
	if (!text_to_int64(connector, &call->connector_id)) {
		details_fail(&call->answer, 404, "There is no such integration");
		finish(call);
	} else if (http_method(req) == HTTP_HEAD) {
		http_set_header(req, "Allow", "GET");
		details_fail(&call->answer, 405, "Use GET");
		finish(call);
	} else if (post(call, api->checkers, &call->check)) {
		http_request_on_close(req, client_gone, call);
	}
}
