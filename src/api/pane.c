#include "api/pane.h"
#include "api/manifest.h"
#include "api/pane_page.h"
#include "api/pane_policy.h"
#include "api/version_reports.h"
#include "api/webapp.h"
#include "base/clock.h"
#include "base/correlation.h"
#include "base/log.h"
#include "base/strmap.h"
#include "base/text.h"
#include "model/records.h"
#include "store/addin_versions.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ETAG_BYTES = 16,
	ETAG_TEXT = ETAG_BYTES * 2 + 2,
	KEY_MAX = WEBAPP_PATH_MAX + 32,
	TARGET_MAX = 2000
};

static const char html_type[] = "text/html; charset=utf-8";
static const char text_type[] = "text/plain; charset=utf-8";

struct pane {
	struct webapp *app;
	struct worker_pool *pool;
	const struct icons *icons;
	bool tls;
	struct strmap kept; /* "<connector>/<name>" -> struct page */
};

/* A page as it is sent. */
struct page {
	char *policy, *html;
	size_t len;
	char etag[ETAG_TEXT + 1];
};

/* One request for a page, on its way through the workers. */
struct visit {
	struct worker_job job;    /* first: a job is its visit */
	struct http_request *req; /* NULL: the client went away */
	struct pane *pane;
	int64_t connector;
	char name[WEBAPP_PATH_MAX + 1];
	int64_t seen;      /* the version of the manifest it came from; 0: it did not say */
	struct page *page; /* NULL: none, and err says why */
	struct err err;
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
	pane->pool = options->pool;
	pane->icons = options->icons;
	pane->tls = options->tls;
	strmap_init(&pane->kept);
	*ret = pane;
	return true;
}

static void page_free(struct page **page)
{
	if (!*page)
		return;
	free((*page)->policy);
	free((*page)->html);
	free(*page);
	*page = NULL;
}

static void forget_pages(struct pane *pane)
{
	const struct strmap_entry *e;
	for (size_t i = 0; strmap_next(&pane->kept, &i, &e);) {
		struct page *page = e->value;
		page_free(&page);
	}
	strmap_release(&pane->kept);
}

void pane_free(struct pane **pane)
{
	if (!*pane)
		return;
	forget_pages(*pane);
	webapp_free(&(*pane)->app);
	free(*pane);
	*pane = NULL;
}

/* ---- making a page, on a worker's thread -------------------------------------------------- */

/* NULL-ended; NULL on failure. */
static const char *const *load_domains(
	struct store *store, int64_t connector, struct arena *arena, struct err *err)
{
	const char **domains = arena_array(arena, PANE_DOMAINS_MAX + 1, sizeof(*domains));
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT domain FROM exchange_domain WHERE exchange_connector = $1 "
		    "ORDER BY id LIMIT $2",
		    "ii", connector, (int64_t)PANE_DOMAINS_MAX))
		return NULL;
	for (size_t n = 0; n < PANE_DOMAINS_MAX && row_next(&rows, err); n++)
		domains[n] = arena_strdup(arena, row_text(&rows, 0));
	bool ok = !rows.failed;
	row_done(&rows);
	return ok ? domains : NULL;
}

/* Whoever has the page of this tag has this policy too. */
static void set_etag(struct page *page)
{
	unsigned char hash[ETAG_BYTES];
	char hex[ETAG_BYTES * 2 + 1];
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	crypto_generichash_update(
		&state, (const unsigned char *)page->policy, strlen(page->policy) + 1);
	crypto_generichash_update(&state, (const unsigned char *)page->html, page->len);
	crypto_generichash_final(&state, hash, sizeof(hash));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(page->etag, sizeof(page->etag), "\"%s\"", hex);
}

static struct page *page_new(const struct pane_facts *facts, const char *const *domains,
	const char *html, size_t len, struct err *err)
{
	struct buf policy, body;
	buf_init(&policy, PANE_POLICY_MAX);
	buf_init(&body, PANE_PAGE_MAX);
	pane_policy(facts->connector, domains, &policy);
	pane_page_write(facts, html, len, &body);
	struct page *page = NULL;
	if (policy.overflow || body.overflow) {
		err_set(err, ERR_LIMIT, "the page of integration '%s' would be too long: %s",
			facts->connector->name,
			policy.overflow ? "it has too many Exchange domains or script sources"
					: "its texts are too long");
	} else {
		page = calloc(1, sizeof(*page));
		if (!page)
			abort();
		page->len = body.len;
		page->policy = buf_steal(&policy);
		page->html = buf_steal(&body);
		set_etag(page);
	}
	buf_release(&policy);
	buf_release(&body);
	return page;
}

/* Neither the version nor noting one is worth a page. */
static void find_version(const struct visit *v, struct store *store,
	const struct ms_exchange_connector *c, char ret[MANIFEST_VERSION_LEN + 1])
{
	struct err err;
	int64_t now = clock_now();
	bool ok = manifest_version_of(store, v->pane->icons, c, now, ret, &err);
	if (!ok)
		ret[0] = '\0';
	ok = ok && (!v->seen || addin_version_seen(store, c->id, v->seen, false, now, &err));
	if (!ok)
		log_warning("administrator.scheduling", "The add-in's version is not known",
			"Integration", c->name, "Detail", err.text, NULL);
}

static struct page *make_page(const struct visit *v, struct store *store, struct arena *arena,
	const char *html, size_t len, struct err *err)
{
	struct ms_exchange_connector c;
	char version[MANIFEST_VERSION_LEN + 1], icon[ICON_ADDRESS_MAX];
	const char *const *domains;
	if (!store_get(store, &ms_exchange_connector_type, v->connector, arena, &c, err) ||
		!(domains = load_domains(store, v->connector, arena, err)))
		return NULL;
	find_version(v, store, &c, version);
	icons_address(v->pane->icons, c.id, "addin_icon_64.png", NULL, icon);
	const struct pane_facts facts = {
		.connector = &c, .manifest_version = version, .icon = icon
	};
	return page_new(&facts, domains, html, len, err);
}

static void work(struct worker_job *job, struct store *store)
{
	struct visit *v = (struct visit *)job;
	struct arena arena;
	size_t len;
	const char *html = webapp_find(v->pane->app, v->name, &len);
	arena_init(&arena);
	v->page = make_page(v, store, &arena, html, len, &v->err);
	arena_release(&arena);
}

/* ---- answering ---------------------------------------------------------------------------- */

static void set_headers(const struct pane *pane, struct http_request *req)
{
	char hsts[48];
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "Referrer-Policy", "no-referrer");
	http_set_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
	snprintf(hsts, sizeof(hsts), "max-age=%d", PANE_HSTS_S);
	if (pane->tls)
		http_set_header(req, "Strict-Transport-Security", hsts);
}

static void reply_text(
	const struct pane *pane, struct http_request *req, int status, const char *text)
{
	set_headers(pane, req);
	http_set_header(req, "Cache-Control", "no-store");
	http_reply(req, status, text_type, text, strlen(text));
}

static void reply_page(const struct pane *pane, struct http_request *req, const struct page *page)
{
	const char *known = http_header(req, "If-None-Match");
	set_headers(pane, req);
	http_set_header(req, "Content-Security-Policy", page->policy);
	http_set_header(req, "Cache-Control", "no-cache");
	http_set_header(req, "ETag", page->etag);
	if (known && strstr(known, page->etag))
		http_reply(req, 304, NULL, "", 0);
	else
		http_reply(req, 200, html_type, page->html, page->len);
}

static const char *kept_key(const struct visit *v, char ret[KEY_MAX])
{
	snprintf(ret, KEY_MAX, "%" PRId64 "/%s", v->connector, v->name);
	return ret;
}

/* Takes the page over. */
static void keep(struct visit *v)
{
	char key[KEY_MAX];
	kept_key(v, key);
	if (v->pane->kept.count >= PANE_KEPT_MAX && !strmap_get(&v->pane->kept, key)) {
		forget_pages(v->pane);
		strmap_init(&v->pane->kept);
	}
	struct page *old = strmap_put(&v->pane->kept, key, v->page);
	page_free(&old);
	v->page = NULL;
}

static void reply_failure(struct visit *v)
{
	char key[KEY_MAX], correlation[CORRELATION_LEN + 1];
	const struct page *page = strmap_get(&v->pane->kept, kept_key(v, key));
	if (v->err.code == ERR_NOT_FOUND) {
		reply_text(v->pane, v->req, 404,
			"This add-in comes from an old manifest: what it belonged to was removed. "
		        "Please ask "
			"your administrator to upload the add-in's manifest again.\n");
		return;
	}
	correlation_new(correlation);
	log_error("administrator.scheduling",
		page ? "A page of the add-in is sent as it was before"
		     : "A page of the add-in cannot be made",
		"CorrelationId", correlation, "Page", key, "Detail", v->err.text, NULL);
	if (page) {
		reply_page(v->pane, v->req, page);
		return;
	}
	http_set_header(v->req, "X-Correlation-Id", correlation);
	reply_text(v->pane, v->req, 503,
		"The add-in cannot be shown just now. Please try again in a minute.\n");
}

static void done(struct worker_job *job)
{
	struct visit *v = (struct visit *)job;
	if (!job->ran)
		err_set(&v->err, ERR_CANCELLED, "the service is being stopped");
	if (v->req && v->page)
		reply_page(v->pane, v->req, v->page);
	else if (v->req)
		reply_failure(v);
	if (v->page)
		keep(v);
	free(v);
}

static void client_gone(void *arg)
{
	struct visit *v = arg;
	v->req = NULL;
}

/* The addresses in the page are relative to its own: it must end in a slash. */
static bool redirect_to_slash(const struct pane *pane, struct http_request *req)
{
	const char *path = http_path(req);
	size_t len = strlen(path);
	char target[TARGET_MAX + 1];
	if (path[len - 1] == '/')
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
	struct err err;
	if (text_equal(name, "index.html") && redirect_to_slash(pane, req))
		return;
	if (!webapp_find(pane->app, name, &len) || !text_ends_with(name, ".html")) {
		set_headers(pane, req);
		webapp_reply_missing(pane->app, req);
		return;
	}
	struct visit *v = calloc(1, sizeof(*v));
	if (!v)
		abort();
	v->job = (struct worker_job){ .work = work, .done = done };
	v->req = req;
	v->pane = pane;
	v->connector = connector;
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->seen = version_reported(req);
	if (worker_post(pane->pool, &v->job, &err)) {
		http_request_on_close(req, client_gone, v);
		return;
	}
	free(v);
	http_set_header(req, "Retry-After", "2");
	reply_text(pane, req, 503, "Too many requests wait already.\n");
}

void pane_serve_asset(struct pane *pane, struct http_request *req, const char *name)
{
	char path[WEBAPP_PATH_MAX + 1];
	snprintf(path, sizeof(path), "assets/%s", name);
	set_headers(pane, req);
	if (!webapp_reply(pane->app, req, path))
		webapp_reply_missing(pane->app, req);
}
