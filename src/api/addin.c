#include "api/addin.h"
#include "api/addin_call.h"
#include "api/details_visit.h"
#include "api/meeting_details.h"
#include "api/pane.h"
#include "api/personal_rooms.h"
#include "api/route.h"
#include "api/sign_in.h"
#include "base/text.h"
#include "store/aliases.h"

#include <stdio.h>
#include <string.h>

static void reply_failure(
	struct http_request *req, int status, const char *sentence, int64_t retry_after_ms)
{
	struct details_answer answer;
	details_fail(&answer, status, sentence);
	if (retry_after_ms)
		answer.retry_after_ms = retry_after_ms;
	details_reply(req, &answer, NULL);
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
	details_visit(api, req, connector);
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
	version_reports_seen(api->versions, connector, version_reported(req));
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
		pane_serve(api->pane, req, connector, "");
}

static void asset(struct http_request *req, const struct route_match *match, void *arg)
{
	struct addin_api *api = arg;
	pane_serve_asset(api->pane, req, match->values[1]);
}

static void personal_vmrs(struct http_request *req, const struct route_match *match, void *arg)
{
	addin_call_start(arg, req, match->values[0], &personal_rooms_list);
}

static void sign_in(struct http_request *req, const struct route_match *match, void *arg)
{
	bool begins = http_method(req) == HTTP_POST;
	addin_call_start(arg, req, match->values[0], begins ? &sign_in_begin : &sign_in_leave);
}

static void signed_in(struct http_request *req, const struct route_match *match, void *arg)
{
	bool ends = http_method(req) == HTTP_POST;
	addin_call_start(arg, req, match->values[0], ends ? &sign_in_end : &sign_in_return);
}

static void sign_out(struct http_request *req, const struct route_match *match, void *arg)
{
	addin_call_start(arg, req, match->values[0], &sign_in_out);
}

static const struct route routes[] = {
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/meeting_details", details, 0 },
	{ ROUTE_GET, ADDIN_PREFIX "{connector}/personal_vmrs", personal_vmrs, 0 },
	{ ROUTE_GET | ROUTE_POST, ADDIN_PREFIX "{connector}/sign_in", sign_in, 0 },
	{ ROUTE_GET | ROUTE_POST, ADDIN_PREFIX "{connector}/signed_in", signed_in, 0 },
	{ ROUTE_POST, ADDIN_PREFIX "{connector}/sign_out", sign_out, 0 },
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
