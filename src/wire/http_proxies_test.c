#include "wire/http_proxies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct http_proxies parsed(const char *text)
{
	struct http_proxies proxies;
	struct err err;
	if (!http_proxies_parse(text, &proxies, &err))
		fail_msg("%s", err.text);
	return proxies;
}

static void networks_have_their_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *list, *address;
		bool have;
	} cases[] = {
		{ "", "127.0.0.1", false },
		{ " ,\t, ", "127.0.0.1", false },
		{ "127.0.0.1", "127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "127.0.0.1", "::ffff:127.0.0.1", true },
		{ "::ffff:127.0.0.1", "127.0.0.1", true },
		{ "::1,10.0.0.0/8", "10.255.0.1", true },
		{ "::1 10.0.0.0/8", "11.0.0.0", false },
		{ "192.168.4.0/22", "192.168.7.255", true },
		{ "192.168.4.0/22", "192.168.8.0", false },
		{ "192.168.4.1/22", "192.168.5.5", true },
		{ "1.2.3.4/32", "1.2.3.5", false },
		{ "0.0.0.0/0", "8.8.8.8", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "8.8.8.8", true },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fe00::1", false },
		{ "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ "::/0", "fe80::1%eth0", false },
		{ "::/0", "localhost", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_proxies proxies = parsed(cases[i].list);
		if (http_proxies_have(&proxies, cases[i].address) != cases[i].have)
			fail_msg("'%s' and '%s'", cases[i].list, cases[i].address);
	}
}

static void mistakes_in_the_list_are_named(void **state)
{
	(void)state;
	static const char *const wrong[] = { "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",
		"fd00::/129", "10.0.0", "proxy.example.com", "/8", "10.0.0.1:80", "[::1]",
		"1.2.3.4/8/8", "10.0.0.0/99999999999999999999" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char list[80], want[80];
		struct http_proxies proxies;
		struct err err;
		snprintf(list, sizeof(list), "127.0.0.1, %s", wrong[i]);
		snprintf(want, sizeof(want), "'%s' is neither an address nor a network", wrong[i]);
		if (http_proxies_parse(list, &proxies, &err))
			fail_msg("'%s' was taken", list);
		assert_int_equal(err.code, ERR_INVALID);
		assert_non_null(strstr(err.text, want));
	}
}

static void the_table_has_an_end(void **state)
{
	(void)state;
	char list[HTTP_PROXIES_TEXT_MAX + 2];
	struct http_proxies proxies;
	struct err err;
	for (int i = 0; i <= HTTP_PROXIES_MAX; i++)
		memcpy(list + 8 * i, "1.2.3.4 ", 9);
	assert_false(http_proxies_parse(list, &proxies, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	list[8 * HTTP_PROXIES_MAX] = '\0';
	assert_true(http_proxies_parse(list, &proxies, &err));
	assert_int_equal(proxies.count, HTTP_PROXIES_MAX);
	memset(list, ' ', sizeof(list));
	list[HTTP_PROXIES_TEXT_MAX + 1] = '\0';
	assert_false(http_proxies_parse(list, &proxies, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	list[HTTP_PROXIES_TEXT_MAX] = '\0';
	assert_true(http_proxies_parse(list, &proxies, &err));
}

#define PROXIES "127.0.0.1 10.0.0.0/8 fd00::/8"

static void the_last_stranger_is_the_client(void **state)
{
	(void)state;
	static const struct {
		const char *peer, *lines[4], *client;
	} cases[] = {
		/* Whoever is no proxy is the client, whatever he says. */
		{ "192.0.2.1", { "8.8.8.8" }, "192.0.2.1" },
		{ "2001:db8::1", { "8.8.8.8" }, "2001:db8::1" },
		{ "fe80::1%eth0", { "8.8.8.8" }, "fe80::1%eth0" },
		/* A proxy says it. */
		{ "127.0.0.1", { NULL }, "127.0.0.1" },
		{ "127.0.0.1", { "8.8.8.8" }, "8.8.8.8" },
		{ "::ffff:127.0.0.1", { "8.8.8.8" }, "8.8.8.8" },
		{ "fd00::1", { "2001:DB8:0::1" }, "2001:db8::1" },
		{ "127.0.0.1", { "::ffff:8.8.8.8" }, "8.8.8.8" },
		/* What stands before was said by the client. */
		{ "127.0.0.1", { "1.1.1.1,8.8.8.8" }, "8.8.8.8" },
		{ "127.0.0.1", { "127.0.0.1 , 8.8.8.8" }, "8.8.8.8" },
		{ "127.0.0.1", { "garbage, \"<script>\",, 8.8.8.8" }, "8.8.8.8" },
		{ "127.0.0.1", { "8.8.8.8", "1.1.1.1", "garbage" }, "8.8.8.8" },
		/* Proxies in a row, on one line or several. */
		{ "127.0.0.1", { "1.1.1.1, 8.8.8.8, 10.2.3.4,\tfd00::7" }, "8.8.8.8" },
		{ "127.0.0.1", { "10.2.3.4", "1.1.1.1, 8.8.8.8" }, "8.8.8.8" },
		/* All are ours: the farthest. */
		{ "127.0.0.1", { "10.1.1.1, 10.2.2.2", "10.3.3.3" }, "10.3.3.3" },
		/* With ports. */
		{ "127.0.0.1", { "8.8.8.8:4711" }, "8.8.8.8" },
		{ "127.0.0.1", { "[2001:db8::1]:4711" }, "2001:db8::1" },
		{ "127.0.0.1", { "[2001:db8::1]" }, "2001:db8::1" },
		/* Unreadable where it counts. */
		{ "127.0.0.1", { "" }, "127.0.0.1" },
		{ "127.0.0.1", { "8.8.8.8," }, "127.0.0.1" },
		{ "127.0.0.1", { "8.8.8.8, unknown" }, "127.0.0.1" },
		{ "127.0.0.1", { "8.8.8.8, 10.1.1.1, _hidden, 10.1.1.2" }, "127.0.0.1" },
		{ "127.0.0.1", { "[2001:db8::1" }, "127.0.0.1" },
		{ "127.0.0.1", { "[2001:db8::1]x" }, "127.0.0.1" },
		{ "127.0.0.1", { "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0001" },
			"127.0.0.1" },
	};
	struct http_proxies proxies = parsed(PROXIES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char client[HTTP_PEER_LEN + 1];
		http_proxies_client(&proxies, cases[i].peer, cases[i].lines, client);
		if (strcmp(client, cases[i].client) != 0)
			fail_msg("case %zu: '%s' instead of '%s'", i, client, cases[i].client);
	}
}

static void hops_without_end_are_not_followed(void **state)
{
	(void)state;
	char line[HTTP_FORWARDED_MAX * 10 + 20] = "8.8.8.8", client[HTTP_PEER_LEN + 1];
	const char *const lines[] = { line, NULL };
	struct http_proxies proxies = parsed(PROXIES);
	for (int i = 1; i < HTTP_FORWARDED_MAX; i++)
		strcat(line, ",10.0.0.1");
	http_proxies_client(&proxies, "127.0.0.1", lines, client);
	assert_string_equal(client, "8.8.8.8");
	strcat(line, ",10.0.0.1");
	http_proxies_client(&proxies, "127.0.0.1", lines, client);
	assert_string_equal(client, "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_have_their_addresses),
		cmocka_unit_test(mistakes_in_the_list_are_named),
		cmocka_unit_test(the_table_has_an_end),
		cmocka_unit_test(the_last_stranger_is_the_client),
		cmocka_unit_test(hops_without_end_are_not_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
