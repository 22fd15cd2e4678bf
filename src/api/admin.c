#include "api/admin_call.h"
#include "api/route.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_quota.h"
#include "base/text.h"
#include "model/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those before LIST are of no record. */
enum action {
	PREVIEW,
	ORDER,
	LICENSING,
	LIST,
	CREATE,
	SCHEMA,
	GET,
	REPLACE,
	CHANGE,
	DELETE,
	MANIFEST
};

static const struct route routes[] = {
	{ ROUTE_GET, ADMIN_PREFIX "{record}/", NULL, LIST },
	{ ROUTE_POST, ADMIN_PREFIX "{record}/", NULL, CREATE },
	{ ROUTE_GET, ADMIN_PREFIX "{record}/schema/", NULL, SCHEMA },
	{ ROUTE_GET, ADMIN_PREFIX "{record}/{id}/", NULL, GET },
	{ ROUTE_PUT, ADMIN_PREFIX "{record}/{id}/", NULL, REPLACE },
	{ ROUTE_PATCH, ADMIN_PREFIX "{record}/{id}/", NULL, CHANGE },
	{ ROUTE_DELETE, ADMIN_PREFIX "{record}/{id}/", NULL, DELETE },
	{ ROUTE_GET, ADMIN_PREFIX "{record}/{id}/{file}", NULL, MANIFEST },
	{ ROUTE_GET, ADMIN_STATUS_PREFIX "licensing/", NULL, LICENSING },
	{ ROUTE_GET, ADMIN_STATUS_PREFIX "{record}/", NULL, LIST },
	{ ROUTE_GET, ADMIN_STATUS_PREFIX "{record}/schema/", NULL, SCHEMA },
	{ ROUTE_GET, ADMIN_STATUS_PREFIX "{record}/{id}/", NULL, GET },
	{ ROUTE_POST, ADMIN_COMMAND_PREFIX "template_preview/", NULL, PREVIEW },
	{ ROUTE_POST, ADMIN_COMMAND_PREFIX "{order}/", NULL, ORDER },
	{ 0 },
};

/* ---- life --------------------------------------------------------------------------------- */

bool admin_api_new(const struct admin_api_options *options, struct admin_api **ret, struct err *err)
{
	struct store *store;
	if (!store_open(options->store_path, &store, err))
		return false;
	struct admin_api *api = calloc(1, sizeof(*api));
	if (!api)
		abort();
	api->store = store;
	api->login = admin_login_new();
	api->refusals = log_quota_new("administration");
	api->changed = options->changed;
	api->arg = options->arg;
	api->icons = options->icons;
	*ret = api;
	return true;
}

void admin_api_free(struct admin_api **api)
{
	if (!*api)
		return;
	store_close(&(*api)->store);
	admin_login_free(&(*api)->login);
	log_quota_free(&(*api)->refusals);
	free(*api);
	*api = NULL;
}

enum {
	IGNORED_MAX = 1024,       /* bytes of the header that names ignored fields */
	ADMIN_FILE_MAX = 1 << 20, /* bytes of a file to download */
};

void admin_call_init(struct admin_call *c, struct admin_api *api)
{
	*c = (struct admin_call){ .api = api };
	arena_init(&c->arena);
	correlation_new(c->correlation);
	buf_init(&c->ignored, IGNORED_MAX);
	buf_init(&c->file, ADMIN_FILE_MAX);
	admin_forget(c);
}

void admin_call_release(struct admin_call *c)
{
	json_decref(c->json);
	buf_release(&c->file);
	buf_release(&c->ignored);
	arena_release(&c->arena);
}

/* ---- answers ------------------------------------------------------------------------------ */

static void set_json(struct admin_call *c, int status, json_t *json)
{
	json_decref(c->json);
	c->json = json;
	c->status = status;
}

void admin_fail(struct admin_call *c, int status, const char *sentence)
{
	set_json(c, status, json_pack("{s:s}", "error", sentence));
}

void admin_fail_err(struct admin_call *c, const struct err *err)
{
	switch (err->code) {
	case ERR_NOT_FOUND: admin_fail(c, 404, err->text); return;
	case ERR_INVALID:
	case ERR_LIMIT:
	case ERR_CONFLICT: admin_fail(c, 400, err->text); return;
	default: break;
	}
	log_error("administrator.system", "Configuration request failed", "Detail", err->text,
		"CorrelationId", c->correlation, NULL);
	admin_fail(c, err->code == ERR_BUSY ? 503 : 500,
		arena_printf(
			&c->arena, "unexpected error; the log says more under %s", c->correlation));
}

void admin_fail_fields(struct admin_call *c, json_t *problems)
{
	set_json(c, 400, json_pack("{s:o}", c->type->name, problems));
}

/* ---- the way of a request ----------------------------------------------------------------- */

static bool sign_in(struct admin_call *c)
{
	struct err err = { 0 };
	switch (admin_login_check(c->api->login, c->api->store, c->authorization, c->source,
		&c->arena, &c->user, &err)) {
	case ADMIN_KNOWN: return true;
	case ADMIN_UNKNOWN:
		admin_fail(c, 401, "sign in with an administrator's name and password");
		return false;
	case ADMIN_TOO_OFTEN:
		admin_fail(c, 429,
			"too many wrong passwords from this address; wait a minute and try again");
		return false;
	case ADMIN_BROKEN: admin_fail_err(c, &err); return false;
	}
	return false;
}

/* A page of another site can make a signed-in browser send requests; it cannot make it send these:
 * JSON needs the browser to ask us first, and we never agree. */
static bool is_own(struct admin_call *c)
{
	bool changes = c->method != HTTP_GET && c->method != HTTP_HEAD;
	const char *site = c->fetch_site;
	if (changes && site && !text_equal(site, "same-origin") && !text_equal(site, "none")) {
		admin_fail(c, 403, "requests from other sites are refused");
		return false;
	}
	if (changes && c->body_len > 0 &&
		(!c->content_type || strncasecmp(c->content_type, "application/json", 16) != 0)) {
		admin_fail(c, 415, "send the body with Content-Type: application/json");
		return false;
	}
	return true;
}

/* What this record allows, whatever the path allows. */
static bool may(struct admin_call *c, enum action action)
{
	bool changes = action == CREATE || action == REPLACE || action == CHANGE;
	if (action < LIST)
		return true;
	if (c->type->scheduled && changes) {
		c->allow = action == CREATE ? "GET, HEAD" : "GET, HEAD, DELETE";
		admin_fail(c, 405,
			"is made by the scheduling service; it can be read and deleted only");
		return false;
	}
	if (c->type->singleton && (action == CREATE || action == DELETE)) {
		c->allow = action == CREATE ? "GET, HEAD" : "GET, HEAD, PUT, PATCH";
		admin_fail(c, 405, "there is always exactly one of these; change it instead");
		return false;
	}
	return true;
}

static void act(struct admin_call *c, enum action action, const char *file)
{
	switch (action) {
	case PREVIEW: admin_preview(c); break;
	case ORDER: admin_order(c, c->order); break;
	case LICENSING: admin_licensing(c); break;
	case LIST: admin_list(c); break;
	case CREATE: admin_create(c); break;
	case SCHEMA: set_json(c, 200, record_schema(c->type)); break;
	case GET: admin_get(c); break;
	case REPLACE: admin_change(c, RECORD_REPLACE); break;
	case CHANGE: admin_change(c, RECORD_CHANGE); break;
	case DELETE: admin_delete(c); break;
	case MANIFEST: admin_manifest(c, file); break;
	}
}

/* Finds action, record and id in the path. */
static bool locate(struct admin_call *c, enum action *ret, const char **ret_file)
{
	struct route_match match;
	enum route_result result = route_find(routes, c->method, c->path, &match);
	if (result == ROUTE_NO_METHOD) {
		c->allow = arena_strdup(&c->arena, match.allow);
		admin_fail(c, 405, "this address does not take that method");
		return false;
	}
	if (result == ROUTE_FOUND) {
		*ret = match.route->flags;
		if (*ret == ORDER)
			c->order = arena_strdup(&c->arena, match.values[0]);
		if (*ret < LIST)
			return true;
		c->type = record_type_find(match.values[0]);
		if (c->type && !text_starts_with(match.route->pattern, record_uri_prefix(c->type)))
			c->type = NULL;
		bool one = *ret >= GET;
		*ret_file = *ret == MANIFEST ? arena_strdup(&c->arena, match.values[2]) : NULL;
		if (*ret == MANIFEST && c->type != &ms_exchange_connector_type)
			c->type = NULL;
		if (c->type && (!one || (text_to_int64(match.values[1], &c->id) && c->id > 0)))
			return true;
	}
	admin_fail(c, 404, "there is nothing at this address");
	return false;
}

void admin_answer(struct admin_call *c)
{
	enum action action;
	const char *file;
	if (sign_in(c) && is_own(c) && locate(c, &action, &file) && may(c, action))
		act(c, action, file);
}

/* ---- HTTP --------------------------------------------------------------------------------- */

static void read_request(struct admin_call *c, struct http_request *req)
{
	c->method = http_method(req);
	c->path = http_path(req);
	c->query = http_query(req);
	c->body = http_body(req, &c->body_len);
	c->authorization = http_header(req, "Authorization");
	c->content_type = http_header(req, "Content-Type");
	c->fetch_site = http_header(req, "Sec-Fetch-Site");
	c->source = http_peer(req);
}

static void set_headers(struct admin_call *c, struct http_request *req)
{
	http_set_header(req, "Cache-Control", "no-store");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "X-Correlation-Id", c->correlation);
	if (c->status == 401)
		http_set_header(req, "WWW-Authenticate", "Basic realm=\"vmrd\", charset=\"UTF-8\"");
	if (c->status == 429)
		http_set_header(req, "Retry-After", "60");
	if (c->location)
		http_set_header(req, "Location", c->location);
	if (c->allow)
		http_set_header(req, "Allow", c->allow);
	if (c->file_name)
		http_set_header(req, "Content-Disposition",
			arena_printf(&c->arena, "attachment; filename=\"%s\"", c->file_name));
	if (c->ignored.len)
		http_set_header(req, "X-Ignored-Fields", c->ignored.data);
}

/* Its own line for each request; queries and bodies may hold names and secrets, and stay out. */
static void log_request(const struct admin_call *c, const struct http_request *req)
{
	char status[16];
	if (!c->user && !log_quota_take(c->api->refusals, clock_mono_ms()))
		return;
	snprintf(status, sizeof(status), "%d", c->status);
	log_info("support.rest", "Configuration request", "User", c->user, "Source", c->source,
		"Method", http_method_name(req), "Path", c->path, "Status", status, "CorrelationId",
		c->correlation, NULL);
}

static void reply(struct admin_call *c, struct http_request *req)
{
	struct buf body;
	buf_init(&body, ADMIN_ANSWER_MAX);
	if (c->json)
		json_write(&body, c->json);
	if (body.overflow) {
		buf_reset(&body);
		admin_fail(c, 400, "the answer is too large; ask for less with limit and offset");
		json_write(&body, c->json);
	}
	set_headers(c, req);
	log_request(c, req);
	if (c->file_type)
		http_reply(req, c->status, c->file_type, c->file.data, c->file.len);
	else
		http_reply(req, c->status, c->json ? "application/json; charset=utf-8" : NULL,
			body.data, body.len);
	buf_release(&body);
}

void admin_api_handle(struct http_request *req, void *arg)
{
	struct admin_call call;
	admin_call_init(&call, arg);
	read_request(&call, req);
	admin_answer(&call);
	reply(&call, req);
	admin_call_release(&call);
}
