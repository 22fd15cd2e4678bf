/*
 * route - which handler answers which path, as a const table.
 *
 *	static const struct route routes[] = {
 *		{ ROUTE_GET | ROUTE_POST, "/api/client/v2/conferences/{alias}/request_token", handler },
 *		{ ROUTE_GET, "/static/{path*}", files },
 *		{ 0 },
 *	};
 *
 * A {name} takes one segment of the path, not empty, percent-decoded, so that an encoded slash
 * stays inside its segment; a {name*} at the end takes all that is left, slashes included. Segments
 * "." and ".." match nothing. A slash at the end of path or pattern makes no difference. Whoever
 * allows GET allows HEAD. The first row that fits wins.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "wire/http_server.h"

enum {
	ROUTE_VALUES_MAX = 4,  /* {...} in one pattern */
	ROUTE_VALUE_MAX = 512, /* bytes of one value, decoded; longer ones match nothing */
	ROUTE_ALLOW_MAX = 64,
};

enum route_methods {
	ROUTE_GET = 1 << HTTP_GET,
	ROUTE_POST = 1 << HTTP_POST,
	ROUTE_PUT = 1 << HTTP_PUT,
	ROUTE_PATCH = 1 << HTTP_PATCH,
	ROUTE_DELETE = 1 << HTTP_DELETE,
	ROUTE_OPTIONS = 1 << HTTP_OPTIONS,
};

struct route_match;
typedef void route_handler(struct http_request *req, const struct route_match *match, void *arg);

struct route {
	unsigned methods;
	const char *pattern; /* NULL ends the table */
	route_handler *handler;
	unsigned flags; /* the table's own meaning */
};

struct route_match {
	const struct route *route;
	char values[ROUTE_VALUES_MAX][ROUTE_VALUE_MAX + 1]; /* in the pattern's order */
	char allow[ROUTE_ALLOW_MAX]; /* with ROUTE_NO_METHOD: "GET, HEAD, POST" */
};

enum route_result { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };

/* path: as sent, encoded. */
enum route_result route_find(const struct route *table, enum http_method method, const char *path,
	struct route_match *ret);

/* Calls the handler, or answers 404, or 405 with Allow. */
void route_dispatch(const struct route *table, struct http_request *req, void *arg);

#endif
