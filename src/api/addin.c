#include "api/addin.h"
#include "api/meeting_details.h"
#include "api/pane.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/aliases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char json_type[] = "application/json; charset=utf-8";

/* A meeting_details request with a worker, on its way to its answer. */
struct visit {
	struct worker_job job;    /* first: a job is its visit */
	struct http_request *req; /* NULL: the client went away. The loop's thread alone looks. */
	struct identity_keys *keys;
	struct details_request request;
	struct details_answer answer;
	struct arena arena; /* texts of request */
};

static void set_headers(struct http_request *req)
{
	http_set_header(req, "Cache-Control", "no-store");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
}

/* Releases the answer. */
static void reply(
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
	http_reply(req, answer->status, json_type, answer->body.data, answer->body.len);
	buf_release(&answer->body);
}

static void reply_failure(
	struct http_request *req, int status, const char *sentence, int64_t retry_after_ms)
{
	struct details_answer answer;
	details_fail(&answer, status, sentence);
	if (retry_after_ms)
		answer.retry_after_ms = retry_after_ms;
	reply(req, &answer, NULL);
}

static void visit_free(struct visit *v)
{
	arena_release(&v->arena);
	free(v);
}

static void work(struct worker_job *job, struct store *store)
{
	struct visit *v = (struct visit *)job;
	meeting_details(store, v->keys, &v->request, &v->answer);
}

static void done(struct worker_job *job)
{
	struct visit *v = (struct visit *)job;
	if (!job->ran)
		details_fail(&v->answer, 503, "The service is being stopped");
	if (v->req)
		reply(v->req, &v->answer, v->request.correlation_id);
	else
		buf_release(&v->answer.body);
	visit_free(v);
}

static void client_gone(void *arg)
{
	struct visit *v = arg;
	v->req = NULL;
}

/* 1..64 visible characters. */
static bool key_is_valid(const char *key)
{
	size_t len = 0;
	for (; key[len]; len++)
		if (key[len] <= ' ' || key[len] >= 0x7f || len >= ALIAS_REQUEST_KEY_MAX)
			return false;
	return len > 0;
}

static struct visit *visit_new(struct addin_api *api, struct http_request *req, int64_t connector)
{
	struct visit *v = calloc(1, sizeof(*v));
	if (!v)
		abort();
	arena_init(&v->arena);
	const char *token = http_header(req, "token"), *key = http_header(req, "Idempotency-Key");
	v->job = (struct worker_job){ .work = work, .done = done };
	v->req = req;
	v->keys = api->keys;
	v->request = (struct details_request){ .connector = connector,
		.token = token ? arena_strdup(&v->arena, token) : NULL,
		.key = key ? arena_strdup(&v->arena, key) : NULL,
		.peer = arena_strdup(&v->arena, http_peer(req)),
		.templates = api->templates,
		.refusals = api->refusals,
		.now = clock_now() };
	correlation_new(v->request.correlation_id);
	return v;
}

static void details(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	int64_t connector;
	const char *key = http_header(req, "Idempotency-Key");
	if (http_method(req) == HTTP_HEAD) { /* an alias that nobody sees would be of no use */
		http_set_header(req, "Allow", "GET");
		reply_failure(req, 405, "Use GET", 0);
		return;
	}
	if (!text_to_int64(match->values[0], &connector)) {
		reply_failure(req, 404, "There is no such integration", 0);
		return;
	}
	if (key && !key_is_valid(key)) {
		reply_failure(req, 400, "Idempotency-Key takes 1 to 64 visible characters", 0);
		return;
	}
	struct visit *v = visit_new(api, req, connector);
	struct err err;
	if (worker_post(api->pool, &v->job, &err)) {
		http_request_on_close(req, client_gone, v);
		return;
	}
	visit_free(v);
	reply_failure(req, 503, "Too many requests wait already", err.retry_after_ms);
}

static bool read_connector(
	struct http_request *req, const struct route_match *match, int64_t *ret_connector)
{
	if (text_to_int64(match->values[0], ret_connector))
		return true;
	reply_failure(req, 404, "There is no such integration", 0);
	return false;
}

/* An address with the right hash never means another image; one without may. */
static const char *caching(const struct http_request *req, const struct icon *icon)
{
	char hash[ICON_HASH_LEN + 1];
	return http_query_value(req, "h", hash, sizeof(hash)) && text_equal(hash, icon->hash)
		? "public, max-age=31536000, immutable"
		: ADDIN_ICON_CACHING;
}

static void icon(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	const char *known = http_header(req, "If-None-Match");
	struct icon found;
	int64_t connector;
	if (!read_connector(req, match, &connector))
		return;
	if (!icons_find(api->icons, connector, match->values[1], &found)) {
		reply_failure(req, 404, "There is no such image", 0);
		return;
	}
	char etag[ICON_HASH_LEN + 3];
	snprintf(etag, sizeof(etag), "\"%s\"", found.hash);
	http_set_header(req, "Cache-Control", caching(req, &found));
	http_set_header(req, "ETag", etag);
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	/* Outlook on the web shows it on a page of another host. */
	http_set_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
	if (known && strstr(known, etag))
		http_reply(req, 304, NULL, "", 0);
	else
		http_reply(req, 200, "image/png", found.bytes, found.len);
}

static void page(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	int64_t connector;
	if (read_connector(req, match, &connector))
		pane_serve(api->pane, req, connector, match->values[1]);
}

static void index_page(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	int64_t connector;
	if (read_connector(req, match, &connector))
		pane_serve(api->pane, req, connector, "index.html");
}

static void asset(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	pane_serve_asset(api->pane, req, match->values[1]);
}

static const struct route routes[] = {
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/meeting_details", details, 0 },
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/images/{name}", icon, 0 },
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/assets/{path*}", asset, 0 },
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/", index_page, 0 },
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/{page}", page, 0 },
	{ 0 },
};

void addin_handle(struct http_request *req, void *arg)
{
	route_dispatch(routes, req, arg);
}
