#include "api/pane.h"
#include "api/pane_page.h"
#include "api/pane_policy.h"
#include "api/webapp.h"
#include "base/correlation.h"
#include "base/log.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ETAG_BYTES = 16, ETAG_TEXT = ETAG_BYTES * 2 + 2, TARGET_MAX = 2000 };

static const char html_type[] = "text/html; charset=utf-8";
static const char text_type[] = "text/plain; charset=utf-8";

struct pane {
	struct webapp *app;
	struct pane_options options;
};

bool pane_new(const struct pane_options *options, struct pane **ret, struct err *err)
{
	const struct webapp_options files = { .directory = options->directory, .prefix = "/" };
	struct webapp *app;
	if (!webapp_new(&files, &app, err))
		return false;
	struct pane *pane = calloc(1, sizeof(*pane));
	if (!pane)
		abort();
	pane->app = app;
	pane->options = *options;
	pane->options.directory = NULL;
	*ret = pane;
	return true;
}

void pane_free(struct pane **pane)
{
	if (!*pane)
		return;
	webapp_free(&(*pane)->app);
	free(*pane);
	*pane = NULL;
}

/* ---- answering ---------------------------------------------------------------------------- */

static void set_headers(const struct pane *pane, struct http_request *req)
{
	char hsts[48];
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "Referrer-Policy", "no-referrer");
	http_set_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
	snprintf(hsts, sizeof(hsts), "max-age=%d", PANE_HSTS_S);
	if (pane->options.tls)
		http_set_header(req, "Strict-Transport-Security", hsts);
}

static void reply_text(
	const struct pane *pane, struct http_request *req, int status, const char *text)
{
	set_headers(pane, req);
	http_set_header(req, "Cache-Control", "no-store");
	http_reply(req, status, text_type, text, strlen(text));
}

/* Whoever has the page of this tag has this policy too. */
static void make_etag(const struct buf *policy, const struct buf *html, char ret[ETAG_TEXT + 1])
{
	unsigned char hash[ETAG_BYTES];
	char hex[ETAG_BYTES * 2 + 1];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(&state, (const unsigned char *)policy->data, policy->len + 1);
	crypto_generichash_update(&state, (const unsigned char *)html->data, html->len);
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(ret, ETAG_TEXT + 1, "\"%s\"", hex);
}

static void reply_page(const struct pane *pane, struct http_request *req, const struct buf *policy,
	const struct buf *html)
{
	const char *known = http_header(req, "If-None-Match");
	char etag[ETAG_TEXT + 1];
	make_etag(policy, html, etag);
	set_headers(pane, req);
	http_set_header(req, "Content-Security-Policy", policy->data);
	http_set_header(req, "Cache-Control", "no-cache");
	http_set_header(req, "ETag", etag);
	if (known && strstr(known, etag))
		http_reply(req, 304, NULL, "", 0);
	else
		http_reply(req, 200, html_type, html->data, html->len);
}

static void reply_too_long(const struct pane *pane, struct http_request *req,
	const struct integration *integration, const char *why)
{
	char correlation[CORRELATION_LEN + 1];
	correlation_new(correlation);
	log_error("administrator.scheduling", "The pages of an add-in are too long to be sent",
		"CorrelationId", correlation, "Integration", integration->connector.name, "Detail",
		why, NULL);
	http_set_header(req, "X-Correlation-Id", correlation);
	reply_text(pane, req, 503,
		"The add-in cannot be shown. Its administrator finds the reason in the log.\n");
}

static void serve_page(const struct pane *pane, struct http_request *req,
	const struct integration *integration, const char *html, size_t len)
{
	char icon[ICON_ADDRESS_MAX];
	const struct ms_exchange_connector *c = &integration->connector;
	const struct pane_facts facts = {
		.connector = c, .manifest_version = integration->manifest_version, .icon = icon
	};
	struct buf policy, body;
	buf_init(&policy, PANE_POLICY_MAX);
	buf_init(&body, PANE_PAGE_MAX);
	icons_address(pane->options.icons, c->id, "addin_icon_64.png", NULL, icon);
	pane_policy(c, integration->domains, &policy);
	pane_page_write(&facts, html, len, &body);
	if (policy.overflow)
		reply_too_long(pane, req, integration,
			"it has too many Exchange domains or script sources");
	else if (body.overflow)
		reply_too_long(pane, req, integration, "its texts are too long");
	else
		reply_page(pane, req, &policy, &body);
	buf_release(&policy);
	buf_release(&body);
}

/* The addresses in the page are relative to its own: it must end in a slash. */
static bool redirect_to_slash(const struct pane *pane, struct http_request *req)
{
	const char *path = http_path(req);
	char target[TARGET_MAX + 1];
	if (text_ends_with(path, "/"))
		return false;
	int needed = snprintf(target, sizeof(target), "%s/%s%s", path, *http_query(req) ? "?" : "",
		http_query(req));
	if (needed > TARGET_MAX)
		return false;
	http_set_header(req, "Location", target);
	reply_text(pane, req, 308, "");
	return true;
}

void pane_serve(struct pane *pane, struct http_request *req, int64_t connector, const char *name)
{
	size_t len;
	if (!*name && redirect_to_slash(pane, req))
		return;
	if (!*name)
		name = "index.html";
	const char *html = webapp_find(pane->app, name, &len);
	if (!html || !text_ends_with(name, ".html")) {
		set_headers(pane, req);
		webapp_reply_missing(pane->app, req);
		return;
	}
	const struct integration *integration =
		integrations_find(pane->options.integrations, connector);
	if (!integration) {
		reply_text(pane, req, 404,
			"This add-in comes from an old manifest: what it belonged to was removed. "
			"Please ask your administrator to upload the add-in's manifest again.\n");
		return;
	}
	version_reports_seen(pane->options.versions, connector, version_reported(req));
	serve_page(pane, req, integration, html, len);
	integration_release(&integration);
}

void pane_serve_asset(struct pane *pane, struct http_request *req, const char *name)
{
	char path[WEBAPP_PATH_MAX + 1];
	snprintf(path, sizeof(path), "assets/%s", name);
	set_headers(pane, req);
	if (!webapp_reply(pane->app, req, path))
		webapp_reply_missing(pane->app, req);
}
