#include "base/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads(const char *url, const char *host, int port, const char *rest)
{
	struct origin origin;
	const char *found = origin_read(url, &origin);
	if (!found)
		fail_msg("'%s' is not read", url);
	assert_string_equal(origin.host, host);
	assert_int_equal(origin.port, port);
	assert_string_equal(found, rest);
}

static void hosts_and_ports_are_read(void **state)
{
	(void)state;
	reads("https://login.example.com", "login.example.com", 443, "");
	reads("HTTPS://Login.Example.com:8443/a?b", "login.example.com", 8443, "/a?b");
	reads("https://[::1]:1/", "[::1]", 1, "/");
	reads("https://127.0.0.1:65535/", "127.0.0.1", 65535, "/");
}

static void nothing_else_is(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "https://", "http://a/", "https:///a",
		"https://user@a/", "https://a:b@c/", "https://a:/", "https://a:0/",
		"https://a:65536/", "https://a:123456/", "https://a?b", "https://a#b",
		"https://a\\b", "https://[::1/", "https://a b/", "//a/", "file:///a" };
	struct origin origin;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (origin_read(bad[i], &origin))
			fail_msg("'%s' is read", bad[i]);
}

static void they_are_compared_and_written(void **state)
{
	(void)state;
	struct origin a, b, c;
	char text[ORIGIN_TEXT_MAX + 1];
	origin_read("https://A.example/x", &a);
	origin_read("https://a.EXAMPLE:443", &b);
	origin_read("https://a.example:444", &c);
	assert_true(origin_equal(&a, &b));
	assert_false(origin_equal(&a, &c));
	origin_format(&b, text);
	assert_string_equal(text, "https://a.example");
	origin_format(&c, text);
	assert_string_equal(text, "https://a.example:444");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_and_ports_are_read),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(they_are_compared_and_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
