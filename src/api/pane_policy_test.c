#include "api/pane_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const no_domains[] = { NULL };

static struct ms_exchange_connector integration(struct arena *arena)
{
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, arena);
	c.id = 1;
	c.name = "Head office";
	c.url = "https://mail.example.com/EWS/Exchange.asmx";
	return c;
}

/* The sources of one directive, with a blank before and behind each; "" if there is none. */
static const char *directive(const char *policy, const char *name, struct arena *arena)
{
	const char *start = policy;
	size_t len = strlen(name);
	for (; start; start = strchr(start, ';') ? strchr(start, ';') + 2 : NULL)
		if (strncmp(start, name, len) == 0 && start[len] == ' ')
			return arena_printf(
				arena, "%.*s ", (int)(strcspn(start, ";") - len), start + len);
	return "";
}

static void assert_has(const char *sources, const char *source)
{
	char padded[400];
	snprintf(padded, sizeof(padded), " %s ", source);
	if (!strstr(sources, padded))
		fail_msg("'%s' is not among '%s'", source, sources);
}

static void assert_has_not(const char *sources, const char *part)
{
	if (strstr(sources, part))
		fail_msg("'%s' is in '%s'", part, sources);
}

static void policy_of(
	const struct ms_exchange_connector *c, const char *const *domains, struct buf *ret)
{
	buf_init(ret, PANE_POLICY_MAX);
	pane_policy(c, domains, ret);
}

static void scripts_come_from_here_and_office_js(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.office_js_url = "https://mirror.example.com/office.js"; /* not switched on */
	policy_of(&c, no_domains, &b);
	const char *scripts = directive(b.data, "script-src", &arena);
	assert_has(scripts, "'self'");
	assert_has(scripts, "https://appsforoffice.microsoft.com");
	assert_has_not(b.data, "mirror");
	assert_has_not(b.data, "unsafe");
	assert_string_equal(directive(b.data, "default-src", &arena), " 'none' ");
	assert_string_equal(directive(b.data, "connect-src", &arena), " 'self' ");
	buf_release(&b);
	arena_release(&arena);
}

static void own_sources_take_the_place_of_microsofts(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.use_custom_add_in_sources = true;
	c.office_js_url = "https://mirror.example.com:8443/office/office.js";
	c.microsoft_fabric_url = "https://styles.example.com/fabric.css";
	c.additional_add_in_script_sources =
		"https://one.example.com/a.js\r\n\n  https://two.example.com/b.js\nno address\n"
		"https://three.example.com;script-src/*\njavascript:alert(1)";
	policy_of(&c, no_domains, &b);
	const char *scripts = directive(b.data, "script-src", &arena);
	assert_has(scripts, "https://mirror.example.com:8443");
	assert_has(scripts, "https://one.example.com");
	assert_has(scripts, "https://two.example.com");
	assert_has_not(scripts, "three");
	assert_has_not(scripts, "microsoft");
	assert_has_not(b.data, "javascript");
	assert_has(directive(b.data, "style-src", &arena), "https://styles.example.com");
	assert_has(directive(b.data, "frame-ancestors", &arena), "https://mirror.example.com:8443");
	buf_release(&b);
	arena_release(&arena);
}

static void outlooks_hosts_and_the_own_exchange_may_frame(void **state)
{
	(void)state;
	static const char *const domains[] = { "owa.example.com", "https://owa2.example.com:444/",
		"bad.example.com; script-src *", NULL };
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	policy_of(&c, domains, &b);
	const char *hosts = directive(b.data, "frame-ancestors", &arena);
	assert_has(hosts, "https://outlook.office.com");
	assert_has(hosts, "https://outlook.live.com");
	assert_has(hosts, "https://*.cloud.microsoft");
	assert_has(hosts, "https://mail.example.com");
	assert_has(hosts, "owa.example.com");
	assert_has(hosts, "https://owa2.example.com:444");
	assert_has_not(b.data, "bad.example.com");
	buf_release(&b);
	arena_release(&arena);
}

static void nested_app_authentication_may_reach_its_authority(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.addin_authentication_method = "NAA_TOKEN";
	c.addin_authority_url = "https://login.microsoftonline.com/common";
	policy_of(&c, no_domains, &b);
	assert_has(directive(b.data, "connect-src", &arena), "https://login.microsoftonline.com");
	buf_release(&b);
	arena_release(&arena);
}

static void too_many_domains_overflow(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	static const char *domains[1001];
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	for (int i = 0; i < 1000; i++)
		domains[i] = arena_printf(&arena, "server-number-%d.example.com", i);
	policy_of(&c, domains, &b);
	assert_true(b.overflow);
	buf_release(&b);
	arena_release(&arena);
}

static void sources_have_a_limit(void **state)
{
	(void)state;
	struct arena arena;
	struct buf lines, b;
	char last[64], beyond[64];
	arena_init(&arena);
	buf_init(&lines, 8192);
	for (int i = 1; i <= CONNECTOR_SOURCES_MAX + 1; i++)
		buf_addf(&lines, "https://s%d.example.com/x.js\n", i);
	snprintf(last, sizeof(last), "https://s%d.example.com", CONNECTOR_SOURCES_MAX);
	snprintf(beyond, sizeof(beyond), "https://s%d.example.com", CONNECTOR_SOURCES_MAX + 1);
	struct ms_exchange_connector c = integration(&arena);
	c.use_custom_add_in_sources = true;
	c.additional_add_in_script_sources = lines.data;
	policy_of(&c, no_domains, &b);
	assert_has(directive(b.data, "script-src", &arena), last);
	assert_has_not(b.data, beyond);
	buf_release(&b);
	buf_release(&lines);
	arena_release(&arena);
}

static void origins(void **state)
{
	(void)state;
	char origin[PANE_ORIGIN_MAX + 1];
	assert_true(pane_origin("https://a.example.com", origin));
	assert_string_equal(origin, "https://a.example.com");
	assert_true(pane_origin("http://127.0.0.1:8080/x?y", origin));
	assert_string_equal(origin, "http://127.0.0.1:8080");
	assert_true(pane_origin("https://[::1]:8443/", origin));
	assert_string_equal(origin, "https://[::1]:8443");
	char longest[PANE_ORIGIN_MAX + 2] = "https://";
	memset(longest + 8, 'a', PANE_ORIGIN_MAX - 8);
	assert_true(pane_origin(longest, origin));
	longest[PANE_ORIGIN_MAX] = 'a';
	assert_false(pane_origin(longest, origin));
	static const char *const none[] = { "", "https://", "ftp://a", "a.example.com",
		"https://user@a.example.com/", "https://*.example.com", "https://a b", "//a" };
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_false(pane_origin(none[i], origin));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts_come_from_here_and_office_js),
		cmocka_unit_test(own_sources_take_the_place_of_microsofts),
		cmocka_unit_test(outlooks_hosts_and_the_own_exchange_may_frame),
		cmocka_unit_test(nested_app_authentication_may_reach_its_authority),
		cmocka_unit_test(too_many_domains_overflow),
		cmocka_unit_test(sources_have_a_limit),
		cmocka_unit_test(origins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
