#include "api/details_visit.h"
#include "api/meeting_details.h"
#include "base/clock.h"
#include "base/log.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char type_json[] = "application/json; charset=utf-8";

/*
 * A meeting_details request.
 *
 * CHECKING   a job of api->checkers looks at the user's token. Then ASKING, or ANSWERED when it is
 *            refused.
 * ASKING     a job of api->pool makes an alias, a timer runs. Whichever is first: the alias, and it
 *            is ANSWERED; the timer, or the database's failure, and it is PROMISING. While the
 *            database is away, and somebody else asks it, this state is left out.
 * PROMISING  a job of api->checkers makes a sealed token.
 * ANSWERED   or the client went away; nothing but the jobs that still run keeps it.
 *
 * The loop's thread alone changes the state; a job sees only what does not change any more, and what
 * is its own.
 */
enum visit_state { CHECKING, ASKING, PROMISING, ANSWERED };

struct visit {
	struct worker_job check, ask, promise;
	int jobs; /* that are not done yet */
	enum visit_state state;
	struct http_request *req; /* NULL once it is ANSWERED */
	atomic_bool unwanted;     /* the alias: it came too late */
	struct addin_api *api;
	const struct integration *integration;
	struct loop_timer *patience; /* while ASKING */
	struct details_request request;
	struct identity who; /* by the check */
	bool known, away;    /* the check's and the ask's results */
	struct err why;      /* with away */
	struct details_answer checked, asked, promised;
	int64_t version;    /* of the manifest it came from; 0: it did not say */
	struct arena arena; /* texts of request */
};

#define VISIT_OF(job, member) ((struct visit *)((char *)(job)-offsetof(struct visit, member)))

static void set_headers(struct http_request *req)
{
	http_set_header(req, "Cache-Control", "no-store");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
}

void details_reply(
	struct http_request *req, struct details_answer *answer, const char *correlation_id)
{
	set_headers(req);
	if (correlation_id)
		http_set_header(req, "X-Correlation-Id", correlation_id);
	if (answer->status == 503 || answer->status == 429) {
		char seconds[32];
		snprintf(seconds, sizeof(seconds), "%lld",
			(long long)((answer->retry_after_ms + 999) / 1000));
		http_set_header(req, "Retry-After", seconds);
	}
	http_reply(req, answer->status, type_json, answer->body.data, answer->body.len);
	buf_release(&answer->body);
}

/* ---- a visit's way -------------------------------------------------------------------------- */

/* When nobody needs it any more. */
static void visit_drop(struct visit *v)
{
	if (v->jobs || v->state != ANSWERED)
		return;
	integration_release(&v->integration);
	buf_release(&v->checked.body);
	buf_release(&v->asked.body);
	buf_release(&v->promised.body);
	arena_release(&v->arena);
	free(v);
}

static void enter(struct visit *v, enum visit_state state)
{
	loop_timer_free(&v->patience);
	if (v->state == ASKING)
		atomic_store(&v->unwanted, true);
	v->state = state;
}

/* Takes the answer's body. */
static void finish(struct visit *v, struct details_answer *answer)
{
	if (v->req)
		details_reply(v->req, answer, v->request.correlation_id);
	v->req = NULL;
	enter(v, ANSWERED);
}

static void finish_failed(struct visit *v, const char *sentence, int64_t retry_after_ms)
{
	struct details_answer answer;
	details_fail(&answer, 503, sentence);
	if (retry_after_ms)
		answer.retry_after_ms = retry_after_ms;
	finish(v, &answer);
	buf_release(&answer.body);
}

static void finish_stopped(struct visit *v)
{
	finish_failed(v, "The service is being stopped", 0);
}

static void post(
	struct visit *v, struct worker_pool *pool, struct worker_job *job, enum visit_state state)
{
	struct err err;
	if (v->api->stopping) {
		finish_stopped(v);
	} else if (worker_post(pool, job, &err)) {
		v->jobs++;
		enter(v, state);
	} else {
		finish_failed(v, "Too many requests wait already", err.retry_after_ms);
	}
}

/* Told once each time it changes; until then one request at a time finds out. */
static void set_away(struct addin_api *api, bool away, const char *why)
{
	if (api->away == away)
		return;
	api->away = away;
	if (away)
		log_error("administrator.system",
			"The database does not answer; the add-in hands out sealed tokens",
			"Detail", why, NULL);
	else
		log_info("administrator.system",
			"The database answers again; the add-in hands out aliases", NULL);
}

static void promise(struct visit *v)
{
	post(v, v->api->checkers, &v->promise, PROMISING);
}

static void out_of_patience(void *arg)
{
	struct visit *v = arg;
	set_away(v->api, true, "no answer in time");
	promise(v);
}

static void ask_database(struct visit *v)
{
	if (v->api->away && v->api->asking) {
		promise(v);
		return;
	}
	post(v, v->api->pool, &v->ask, ASKING);
	if (v->state != ASKING)
		return;
	v->api->asking++;
	v->patience = loop_timer_new(v->api->loop, ADDIN_DATABASE_WAIT_MS, out_of_patience, v);
}

/* ---- its jobs: each on a worker's thread, then on the loop's --------------------------------- */

static void check(struct worker_job *job, struct store *store)
{
	(void)store;
	struct visit *v = VISIT_OF(job, check);
	v->integration = integrations_find(v->api->integrations, v->request.connector);
	v->known = details_check(v->integration, v->api->keys, &v->request, &v->who, &v->checked);
}

static void checked(struct worker_job *job)
{
	struct visit *v = VISIT_OF(job, check);
	v->jobs--;
	if (!job->ran)
		finish_stopped(v);
	else if (!v->known)
		finish(v, &v->checked);
	else if (v->state != ANSWERED) /* the client is still there */
		ask_database(v);
	visit_drop(v);
}

static void ask(struct worker_job *job, struct store *store)
{
	struct visit *v = VISIT_OF(job, ask);
	v->away = !details_answer(store, v->integration, &v->request, &v->who, &v->asked, &v->why);
	if (!v->away && v->asked.status == 200)
		version_used(store, v->request.connector, v->version, v->request.now);
}

static void asked(struct worker_job *job)
{
	struct visit *v = VISIT_OF(job, ask);
	v->jobs--;
	v->api->asking--;
	if (job->ran)
		set_away(v->api, v->away, v->why.text);
	if (v->state == ASKING && !job->ran)
		finish_stopped(v);
	else if (v->state == ASKING && v->away)
		promise(v);
	else if (v->state == ASKING)
		finish(v, &v->asked);
	visit_drop(v);
}

static void make_promise(struct worker_job *job, struct store *store)
{
	(void)store;
	struct visit *v = VISIT_OF(job, promise);
	details_promise(v->integration, &v->request, &v->who, &v->promised);
}

static void promised(struct worker_job *job)
{
	struct visit *v = VISIT_OF(job, promise);
	v->jobs--;
	if (v->state == PROMISING && !job->ran)
		finish_stopped(v);
	else if (v->state == PROMISING)
		finish(v, &v->promised);
	visit_drop(v);
}

/* Always before the last job is done: nothing else answers. */
static void client_gone(void *arg)
{
	struct visit *v = arg;
	v->req = NULL;
	enter(v, ANSWERED);
}

static struct visit *visit_new(struct addin_api *api, struct http_request *req, int64_t connector)
{
	struct visit *v = calloc(1, sizeof(*v));
	if (!v)
		abort();
	arena_init(&v->arena);
	const char *token = http_header(req, "token"), *key = http_header(req, "Idempotency-Key");
	v->check = (struct worker_job){ .work = check, .done = checked };
	v->ask = (struct worker_job){ .work = ask, .done = asked };
	v->promise = (struct worker_job){ .work = make_promise, .done = promised };
	v->req = req;
	v->api = api;
	v->version = version_reported(req);
	v->request = (struct details_request){ .connector = connector,
		.token = token ? arena_strdup(&v->arena, token) : NULL,
		.key = key ? arena_strdup(&v->arena, key) : NULL,
		.peer = arena_strdup(&v->arena, http_peer(req)),
		.templates = api->templates,
		.promises = api->promises,
		.refusals = api->refusals,
		.unwanted = &v->unwanted,
		.now = clock_now() };
	correlation_new(v->request.correlation_id);
	return v;
}

void details_visit(struct addin_api *api, struct http_request *req, int64_t connector)
{
	struct visit *v = visit_new(api, req, connector);
	post(v, api->checkers, &v->check, CHECKING);
	if (v->state == CHECKING)
		http_request_on_close(req, client_gone, v);
	visit_drop(v);
}
