#include "api/webapp.h"
#include "base/buf.h"
#include "base/strmap.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ETAG_BYTES = 16,
	PACKINGS = 2,
	ITEM_MAX = 60, /* bytes of an item of Accept-Encoding that are looked at */
};

/* What the build may put beside a file, "main-abc123.js.br": the same, packed. The smaller first. */
static const struct {
	const char *suffix, *encoding;
} packings[PACKINGS] = { { ".br", "br" }, { ".gz", "gzip" } };

struct file {
	char *bytes;
	size_t len;
	const char *type;
	char etag[ETAG_BYTES * 2 + 3]; /* hex in double quotes */
	bool for_ever;
	const struct file *packed[PACKINGS]; /* NULL: not there */
};

struct webapp {
	struct strmap files; /* path below the directory -> struct file */
	char *prefix, *policy;
	size_t bytes;
	bool built;
};

static const char strict_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
	"connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
	"frame-ancestors 'none'";

static const char not_built[] =
	"<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Not built</title>\n"
	"<h1>This page has not been built</h1>\n"
	"<p>The server runs, but its web part is missing. To build it, type <code>npm ci</code> "
	"and "
	"<code>npm run build</code> in the folder <code>web</code> of the source, and start the "
	"server "
	"again.</p>\n</html>\n";

static const struct {
	const char *suffix, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".json", "application/json; charset=utf-8" },
	{ ".webmanifest", "application/manifest+json; charset=utf-8" },
	{ ".svg", "image/svg+xml; charset=utf-8" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_ends_with(path, types[i].suffix))
			return types[i].type;
	return "application/octet-stream";
}

/* Reading the directory. */

static void set_etag(struct file *file)
{
	unsigned char hash[ETAG_BYTES];
	char hex[ETAG_BYTES * 2 + 1];
	crypto_generichash(
		hash, sizeof(hash), (const unsigned char *)file->bytes, file->len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(file->etag, sizeof(file->etag), "\"%s\"", hex);
}

static bool read_all(int fd, char *ret, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = read(fd, ret + done, len - done);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool read_file(struct webapp *app, int fd, size_t len, const char *path, struct err *err)
{
	app->bytes += len;
	if (app->bytes > WEBAPP_BYTES_MAX || app->files.count >= WEBAPP_FILES_MAX)
		return err_set(err, ERR_LIMIT,
			"the web files are more than %d, or %d bytes together", WEBAPP_FILES_MAX,
			WEBAPP_BYTES_MAX);
	struct file *file = calloc(1, sizeof(*file));
	if (!file || !(file->bytes = malloc(len + 1)))
		abort();
	file->len = len;
	file->bytes[len] = '\0';
	if (!read_all(fd, file->bytes, len)) {
		free(file->bytes);
		free(file);
		return err_set(err, ERR_IO, "cannot read '%s'", path);
	}
	file->type = type_of(path);
	file->for_ever = text_starts_with(path, "assets/");
	set_etag(file);
	strmap_put(&app->files, path, file);
	return true;
}

static bool read_directory(
	struct webapp *app, int fd, const char *path, int depth, struct err *err);

static bool read_entry(struct webapp *app, int directory, const char *name, const char *path,
	int depth, struct err *err)
{
	struct stat st;
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ||
			err_set(err, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	bool ok = true;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return read_directory(app, fd, path, depth + 1, err);
	if (S_ISREG(st.st_mode))
		ok = read_file(app, fd, (size_t)st.st_size, path, err);
	close(fd);
	return ok;
}

/* Takes fd over. */
static bool read_directory(struct webapp *app, int fd, const char *path, int depth, struct err *err)
{
	bool ok = true;
	char below[WEBAPP_PATH_MAX + 1];
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return err_set(
			err, ERR_IO, "cannot read directory '%s': %s", path, strerror(errno));
	}
	for (struct dirent *e; ok && (e = readdir(dir));) {
		if (e->d_name[0] == '.')
			continue;
		int len =
			snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "", e->d_name);
		if (len > WEBAPP_PATH_MAX || depth > WEBAPP_DEPTH_MAX)
			ok = err_set(err, ERR_LIMIT,
				"'%s' is nested deeper than %d directories or %d bytes", below,
				WEBAPP_DEPTH_MAX, WEBAPP_PATH_MAX);
		else
			ok = read_entry(app, dirfd(dir), e->d_name, below, depth, err);
	}
	closedir(dir);
	return ok;
}

static void link_packed(struct webapp *app)
{
	const struct strmap_entry *e;
	char name[WEBAPP_PATH_MAX + 1];
	for (size_t i = 0; strmap_next(&app->files, &i, &e);) {
		struct file *file = e->value;
		for (size_t k = 0; k < PACKINGS; k++) {
			int len = snprintf(name, sizeof(name), "%s%s", e->key, packings[k].suffix);
			if (len <= WEBAPP_PATH_MAX)
				file->packed[k] = strmap_get(&app->files, name);
		}
	}
}

bool webapp_new(const struct webapp_options *options, struct webapp **ret, struct err *err)
{
	struct webapp *app = calloc(1, sizeof(*app));
	if (!app)
		abort();
	strmap_init(&app->files);
	app->prefix = strdup(options->prefix);
	app->policy = strdup(options->policy ? options->policy : strict_policy);
	if (!app->prefix || !app->policy)
		abort();
	int fd = open(options->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT) {
		err_set(err, ERR_IO, "cannot open '%s': %s", options->directory, strerror(errno));
		webapp_free(&app);
		return false;
	}
	if (fd >= 0 && !read_directory(app, fd, "", 0, err)) {
		err_prefix(err, "%s", options->directory);
		webapp_free(&app);
		return false;
	}
	link_packed(app);
	app->built = strmap_get(&app->files, "index.html") != NULL;
	*ret = app;
	return true;
}

void webapp_free(struct webapp **app)
{
	const struct strmap_entry *e;
	if (!*app)
		return;
	for (size_t i = 0; strmap_next(&(*app)->files, &i, &e);) {
		struct file *file = e->value;
		free(file->bytes);
		free(file);
	}
	strmap_release(&(*app)->files);
	free((*app)->prefix);
	free((*app)->policy);
	free(*app);
	*app = NULL;
}

/* Answering. */

static void set_headers(const struct webapp *app, struct http_request *req)
{
	http_set_header(req, "Content-Security-Policy", app->policy);
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	http_set_header(req, "Referrer-Policy", "no-referrer");
	http_set_header(req, "Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

static void reply_page(struct http_request *req, int status, const char *type, const char *text)
{
	http_set_header(req, "Cache-Control", "no-store");
	http_reply(req, status, type, text, strlen(text));
}

/* If-None-Match is a list of tags, each perhaps weak (RFC 9110, 13.1.2); ours are hex in quotes,
 * so none is part of another. */
static bool has_it_already(const struct http_request *req, const struct file *file)
{
	const char *tags = http_header(req, "If-None-Match");
	return tags && (strstr(tags, file->etag) || text_equal(tags, "*"));
}

/* True when an item of Accept-Encoding, "gzip;q=0.5", is this encoding with a weight above 0 (RFC 9110,
 * 12.5.3). */
static bool is_accepted(const char *item, const char *encoding)
{
	size_t len = strlen(encoding);
	if (strncasecmp(item, encoding, len) != 0 || !strchr(" \t;", item[len]))
		return false;
	const char *weight = text_find_nocase(item + len, "q=");
	return !weight || strtod(weight + 2, NULL) > 0;
}

static bool accepts(const struct http_request *req, const char *encoding)
{
	char item[ITEM_MAX + 1];
	const char *list = http_header(req, "Accept-Encoding");
	while (list && *list) {
		list += strspn(list, ", \t");
		size_t len = strcspn(list, ",");
		snprintf(item, sizeof(item), "%.*s", (int)(len < ITEM_MAX ? len : ITEM_MAX), list);
		if (is_accepted(item, encoding))
			return true;
		list += len;
	}
	return false;
}

/* The file as this client takes it: packed, or file itself. */
static const struct file *choose(struct http_request *req, const struct file *file)
{
	for (size_t k = 0; k < PACKINGS; k++) {
		if (!file->packed[k] || !accepts(req, packings[k].encoding))
			continue;
		http_set_header(req, "Content-Encoding", packings[k].encoding);
		return file->packed[k];
	}
	return file;
}

static void reply_file(struct http_request *req, const struct file *plain)
{
	const struct file *file = choose(req, plain);
	http_set_header(req, "Vary", "Accept-Encoding");
	http_set_header(req, "Cache-Control",
		file->for_ever ? "public, max-age=31536000, immutable" : "no-cache");
	http_set_header(req, "ETag", file->etag);
	if (has_it_already(req, file))
		http_reply(req, 304, NULL, "", 0);
	else
		http_reply(req, 200, plain->type, file->bytes, file->len);
}

const char *webapp_find(const struct webapp *app, const char *name, size_t *ret_len)
{
	const struct file *file = strmap_get(&app->files, name);
	if (!file)
		return NULL;
	*ret_len = file->len;
	return file->bytes;
}

const char *webapp_name(const struct webapp *app, size_t *i)
{
	const struct strmap_entry *e;
	return strmap_next(&app->files, i, &e) ? e->key : NULL;
}

bool webapp_reply(const struct webapp *app, struct http_request *req, const char *name)
{
	const struct file *file = strmap_get(&app->files, name);
	if (!file)
		return false;
	http_set_header(req, "X-Content-Type-Options", "nosniff");
	reply_file(req, file);
	return true;
}

void webapp_reply_missing(const struct webapp *app, struct http_request *req)
{
	if (!app->built)
		reply_page(req, 503, "text/html; charset=utf-8", not_built);
	else
		reply_page(req, 404, "text/plain; charset=utf-8", "not found\n");
}

static const struct file *find_file(const struct webapp *app, const struct http_request *req)
{
	char name[WEBAPP_PATH_MAX + 1];
	const char *path = http_path(req);
	if (!text_starts_with(path, app->prefix))
		return NULL;
	path += strlen(app->prefix);
	if (!http_percent_decode(path, strlen(path), false, name, sizeof(name)))
		return NULL;
	return strmap_get(&app->files, *name ? name : "index.html");
}

void webapp_handle(struct http_request *req, void *arg)
{
	const struct webapp *app = arg;
	size_t len = strlen(app->prefix);
	set_headers(app, req);
	if (http_method(req) != HTTP_GET && http_method(req) != HTTP_HEAD) {
		http_set_header(req, "Allow", "GET, HEAD");
		reply_page(req, 405, "text/plain; charset=utf-8", "method not allowed\n");
		return;
	}
	if (strlen(http_path(req)) == len - 1 &&
		strncmp(http_path(req), app->prefix, len - 1) == 0) {
		http_set_header(req, "Location", app->prefix);
		reply_page(req, 308, "text/plain; charset=utf-8", "");
		return;
	}
	const struct file *file = find_file(app, req);
	if (file)
		reply_file(req, file);
	else
		webapp_reply_missing(app, req);
}
