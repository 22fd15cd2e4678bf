#include "api/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct route table[] = {
	{ ROUTE_GET, "/api/list/", NULL, 1 },
	{ ROUTE_POST, "/api/list/", NULL, 2 },
	{ ROUTE_GET, "/api/list/schema/", NULL, 3 },
	{ ROUTE_GET | ROUTE_DELETE, "/api/list/{id}/", NULL, 4 },
	{ ROUTE_POST, "/rooms/{alias}/call/{who}/{verb}", NULL, 5 },
	{ ROUTE_GET, "/files/{path*}", NULL, 6 },
	{ ROUTE_GET, "/", NULL, 7 },
	{ 0 },
};

static const struct path_case {
	enum http_method method;
	const char *path;
	unsigned row;       /* 0: none */
	const char *detail; /* the first value, or what is allowed */
} cases[] = {
	{ HTTP_GET, "/api/list/", 1, NULL },
	{ HTTP_GET, "/api/list", 1, NULL },
	{ HTTP_HEAD, "/api/list/", 1, NULL },
	{ HTTP_POST, "/api/list/", 2, NULL },
	{ HTTP_PUT, "/api/list/", 0, "GET, HEAD, POST" },
	{ HTTP_GET, "/api/list/schema/", 3, NULL },
	{ HTTP_GET, "/api/list/12/", 4, "12" },
	{ HTTP_DELETE, "/api/list/schema/", 4, "schema" },
	{ HTTP_PATCH, "/api/list/12/", 0, "GET, HEAD, DELETE" },
	{ HTTP_GET, "/api/list/12/13", 0, "" },
	{ HTTP_GET, "/api/lis", 0, "" },
	{ HTTP_GET, "/api", 0, "" },
	{ HTTP_GET, "/%61pi/list/", 1, NULL },
	{ HTTP_POST, "/rooms/a%2Fb@c%20d/call/me/join", 5, "a/b@c d" },
	{ HTTP_POST, "/rooms//call/me/join", 0, "" },
	{ HTTP_POST, "/rooms/../call/me/join", 0, "" },
	{ HTTP_POST, "/rooms/%2e%2e/call/me/join", 0, "" },
	{ HTTP_POST, "/rooms/a%zz/call/me/join", 0, "" },
	{ HTTP_POST, "/rooms/a%00b/call/me/join", 0, "" },
	{ HTTP_GET, "/files/css/main.css", 6, "css/main.css" },
	{ HTTP_GET, "/files/", 6, "" },
	{ HTTP_GET, "/files/../secret", 0, "" },
	{ HTTP_GET, "/files/a/%2e%2e/%2e%2e/secret", 0, "" },
	{ HTTP_GET, "/files/a%2f..%2fsecret", 0, "" },
	{ HTTP_GET, "/files/a..b/.x", 6, "a..b/.x" },
	{ HTTP_GET, "/", 7, NULL },
	{ HTTP_GET, "", 7, NULL },
};

static void paths_find_their_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct path_case *c = &cases[i];
		struct route_match match;
		enum route_result result = route_find(table, c->method, c->path, &match);
		unsigned row = result == ROUTE_FOUND ? match.route->flags : 0;
		if (row != c->row)
			fail_msg("%s: row %u instead of %u", c->path, row, c->row);
		if (result == ROUTE_NO_METHOD || result == ROUTE_NO_PATH)
			assert_string_equal(match.allow, c->detail);
		else if (c->detail)
			assert_string_equal(match.values[0], c->detail);
	}
}

static void values_come_in_order(void **state)
{
	(void)state;
	struct route_match match;
	assert_int_equal(route_find(table, HTTP_POST, "/rooms/r/call/w/v", &match), ROUTE_FOUND);
	assert_string_equal(match.values[0], "r");
	assert_string_equal(match.values[1], "w");
	assert_string_equal(match.values[2], "v");
}

static void values_are_limited(void **state)
{
	(void)state;
	char path[ROUTE_VALUE_MAX + 64];
	struct route_match match;
	snprintf(path, sizeof(path), "/api/list/%0*d/", ROUTE_VALUE_MAX, 1);
	assert_int_equal(route_find(table, HTTP_GET, path, &match), ROUTE_FOUND);
	assert_int_equal(strlen(match.values[0]), ROUTE_VALUE_MAX);
	snprintf(path, sizeof(path), "/api/list/%0*d/", ROUTE_VALUE_MAX + 1, 1);
	assert_int_equal(route_find(table, HTTP_GET, path, &match), ROUTE_NO_PATH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_find_their_rows),
		cmocka_unit_test(values_come_in_order),
		cmocka_unit_test(values_are_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
