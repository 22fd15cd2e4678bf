#include "api/route.h"

#include <stdio.h>
#include <string.h>

/* The next segment of a path or pattern, and what follows it. */
static size_t segment(const char **at)
{
	while (**at == '/')
		(*at)++;
	return strcspn(*at, "/");
}

static bool is_dots(const char *text)
{
	return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

static bool decode(const char *text, size_t len, char ret[ROUTE_VALUE_MAX + 1])
{
	return http_percent_decode(text, len, false, ret, ROUTE_VALUE_MAX + 1) && !is_dots(ret);
}

/* All that is left of the path: no segment of it may climb. */
static bool decode_rest(const char *path, char ret[ROUTE_VALUE_MAX + 1])
{
	if (!http_percent_decode(path, strlen(path), false, ret, ROUTE_VALUE_MAX + 1))
		return false;
	for (const char *at = ret; *at;) {
		size_t len = strcspn(at, "/");
		if ((len == 1 && at[0] == '.') || (len == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		at += len + (at[len] == '/');
	}
	return true;
}

static bool matches(const char *pattern, const char *path, struct route_match *ret)
{
	char literal[ROUTE_VALUE_MAX + 1];
	for (int n = 0;;) {
		size_t want = segment(&pattern), got = segment(&path);
		bool value = want > 2 && pattern[0] == '{';
		if (value && pattern[want - 2] == '*')
			return n < ROUTE_VALUES_MAX && decode_rest(path, ret->values[n]);
		if (!want || !got)
			return want == got;
		if (value && (n == ROUTE_VALUES_MAX || !decode(path, got, ret->values[n++])))
			return false;
		if (!value &&
			(!decode(path, got, literal) || strlen(literal) != want ||
				memcmp(literal, pattern, want) != 0))
			return false;
		pattern += want;
		path += got;
	}
}

static void add_allowed(unsigned methods, char ret[ROUTE_ALLOW_MAX])
{
	static const struct {
		unsigned bit;
		const char *names;
	} all[] = { { ROUTE_GET, "GET, HEAD" }, { ROUTE_POST, "POST" }, { ROUTE_PUT, "PUT" },
		{ ROUTE_PATCH, "PATCH" }, { ROUTE_DELETE, "DELETE" },
		{ ROUTE_OPTIONS, "OPTIONS" } };
	ret[0] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		size_t len = strlen(ret);
		if (methods & all[i].bit)
			snprintf(ret + len, ROUTE_ALLOW_MAX - len, "%s%s", len ? ", " : "",
				all[i].names);
	}
}

enum route_result route_find(const struct route *table, enum http_method method, const char *path,
	struct route_match *ret)
{
	unsigned wanted = 1u << (method == HTTP_HEAD ? HTTP_GET : method), allowed = 0;
	for (const struct route *r = table; r->pattern; r++) {
		if (!matches(r->pattern, path, ret))
			continue;
		ret->route = r;
		if (r->methods & wanted)
			return ROUTE_FOUND;
		allowed |= r->methods;
	}
	add_allowed(allowed, ret->allow);
	return allowed ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}

static void refuse(struct http_request *req, int status, const char *sentence)
{
	char body[128];
	int len = snprintf(body, sizeof(body), "{\"error\":\"%s\"}", sentence);
	http_reply(req, status, "application/json; charset=utf-8", body, (size_t)len);
}

void route_dispatch(const struct route *table, struct http_request *req, void *arg)
{
	struct route_match match;
	switch (route_find(table, http_method(req), http_path(req), &match)) {
	case ROUTE_FOUND: match.route->handler(req, &match, arg); break;
	case ROUTE_NO_PATH: refuse(req, 404, "there is nothing at this address"); break;
	case ROUTE_NO_METHOD:
		http_set_header(req, "Allow", match.allow);
		refuse(req, 405, "this address does not take that method");
		break;
	}
}
