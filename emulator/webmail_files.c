/*
 * The mail page's files, read from disk for each request: whoever works on the page sees the
 * change at the next reload.
 */
#include "base/buf.h"
#include "base/text.h"
#include "webmail.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_LEN = 512, POLICY_MAX = 2048 };

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml; charset=utf-8" },
};

/* Names that the build makes; nothing that could lead out of the directory. */
static bool is_plain(const char *path)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

	return path[strspn(path, allowed)] == 0 && *path != '/' && !strstr(path, "..");
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (text_ends_with(path, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

static bool read_file(const char *path, struct buf *ret)
{
	char piece[16 << 10];
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!file)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(ret, piece, n);
	bool ok = !ferror(file) && !ret->overflow;
	fclose(file);
	return ok;
}

/* Scripts of our own only: the page shows texts that anybody may have sent. The frames are the
 * add-in, and mails without scripts. */
static void set_policy(const struct webmail *webmail, struct http_request *req)
{
	const char *url = webmail->addin_url ? webmail->addin_url : "";
	const char *host = strstr(url, "://");
	size_t origin = host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
	char policy[POLICY_MAX];

	snprintf(policy, sizeof(policy),
		"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
		"img-src 'self' data: http: https:; connect-src 'self'; form-action 'none'; "
		"base-uri 'none'; frame-ancestors 'none'; frame-src 'self' %.*s",
		(int)origin, url);
	http_set_header(req, "Content-Security-Policy", policy);
}

/* office.js is loaded from the add-in's pages, so it is for every origin. */
static void set_headers(const struct webmail *webmail, struct http_request *req)
{
	set_policy(webmail, req);
	http_set_header(req, "Cache-Control", "no-cache");
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "Access-Control-Allow-Origin", "*");
	http_set_header(req, "Cross-Origin-Resource-Policy", "cross-origin");
}

void webmail_serve_file(const struct webmail *webmail, struct http_request *req, const char *path)
{
	static const char missing[] =
		"There is no such file. Is the page built (tools/build-web)?\n";
	char full[PATH_MAX_LEN];
	struct buf bytes;

	path = *path ? path : "index.html";
	snprintf(full, sizeof(full), "%s/%s", webmail->directory, path);
	buf_init(&bytes, WEBMAIL_FILE_MAX);
	bool get = http_method(req) == HTTP_GET || http_method(req) == HTTP_HEAD;
	if (get && is_plain(path) && read_file(full, &bytes)) {
		set_headers(webmail, req);
		http_reply(req, 200, type_of(path), bytes.data, bytes.len);
	} else {
		http_reply(req, 404, "text/plain; charset=utf-8", missing, sizeof(missing) - 1);
	}
	buf_release(&bytes);
}
