#include "auth/amurl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define PATH "/autodiscover/metadata/json/1"

static const char *const domains[] = { "mail.example.com", "https://Lab.example.com:8443",
	"https://plain.example.com/", "192.0.2.7", "[2001:db8::7]", "other.example.com:444", NULL };

static void passes(const char *amurl, const char *host, int port, const char *url)
{
	struct amurl ret;
	struct err err = { 0 };
	if (!amurl_check(amurl, domains, &ret, &err))
		fail_msg("%s: %s", amurl, err.text);
	assert_string_equal(ret.host, host);
	assert_int_equal(ret.port, port);
	assert_string_equal(ret.url, url);
}

static void refused(const char *amurl, const char *words)
{
	struct amurl ret = { .port = -7 };
	struct err err;
	if (amurl_check(amurl, domains, &ret, &err))
		fail_msg("'%s' passed", amurl);
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(ret.port, -7);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void listed_hosts_pass(void **state)
{
	(void)state;
	passes("https://mail.example.com:443" PATH, "mail.example.com", 443,
		"https://mail.example.com" PATH);
	passes("https://mail.example.com" PATH, "mail.example.com", 443,
		"https://mail.example.com" PATH);
	passes("HTTPS://Mail.EXAMPLE.com/Autodiscover/Metadata/JSON/1", "mail.example.com", 443,
		"https://mail.example.com" PATH); /* one document, one URL */
	passes("https://lab.example.com:8443" PATH, "lab.example.com", 8443,
		"https://lab.example.com:8443" PATH);
	passes("https://plain.example.com" PATH, "plain.example.com", 443,
		"https://plain.example.com" PATH);
	passes("https://other.example.com:444" PATH, "other.example.com", 444,
		"https://other.example.com:444" PATH);
	passes("https://192.0.2.7" PATH, "192.0.2.7", 443, "https://192.0.2.7" PATH);
	passes("https://[2001:DB8::7]" PATH, "[2001:db8::7]", 443, "https://[2001:db8::7]" PATH);
}

static void the_refusal_names_the_domain_and_the_list(void **state)
{
	(void)state;
	struct amurl ret;
	struct err err;
	const char *const none[] = { NULL };
	assert_false(amurl_check(NULL, none, &ret, &err));
	assert_string_equal(err.text,
		"Token Appctx 'amurl' domain '' does not match one of the valid domains: '[]'");
	const char *const two[] = { "mail.example.com", "lab.example.com", NULL };
	assert_false(amurl_check("https://evil.example/" PATH, two, &ret, &err));
	assert_string_equal(err.text,
		"Token Appctx 'amurl' domain 'evil.example' does not match one of the valid "
		"domains: "
		"'[mail.example.com, lab.example.com]'");
}

static void long_lists_are_cut_short(void **state)
{
	(void)state;
	char names[40][64];
	const char *list[41] = { 0 };
	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "exchange-server-%d.example.com", i);
		list[i] = names[i];
	}
	struct amurl ret;
	struct err err;
	assert_false(amurl_check("https://evil.example/" PATH, list, &ret, &err));
	assert_non_null(strstr(err.text, "...]'"));
}

static void only_https(void **state)
{
	(void)state;
	refused("http://mail.example.com" PATH, "not an https URL");
	refused("ftp://mail.example.com" PATH, "not an https URL");
	refused("file:///etc/passwd", "not an https URL");
	refused("//mail.example.com" PATH, "not an https URL");
	refused("mail.example.com" PATH, "not an https URL");
	refused(" https://mail.example.com" PATH, "not an https URL");
	refused("https:mail.example.com" PATH, "not an https URL");
	refused("", "not an https URL");
}

static void other_hosts_and_ports(void **state)
{
	(void)state;
	refused("https://evil.example" PATH, "domain 'evil.example'");
	refused("https://mail.example.com.evil.example" PATH, "does not match");
	refused("https://notmail.example.com" PATH, "does not match");
	refused("https://mail.example.com." PATH, "does not match");
	refused("https://example.com" PATH, "does not match");
	refused("https://mail.example.com:8443" PATH, "domain 'mail.example.com:8443'");
	refused("https://mail.example.com:22" PATH, "does not match");
	refused("https://lab.example.com" PATH, "does not match");
	refused("https://lab.example.com:443" PATH, "does not match");
	refused("https://mail.example.com:0" PATH, "does not match");
	refused("https://mail.example.com:65979" PATH, "does not match"); /* 443 + 65536 */
	refused("https://mail.example.com:4294967739" PATH, "does not match");
	refused("https://mail.example.com:" PATH, "does not match");
	refused("https://mail.example.com:+443" PATH, "does not match");
	refused("https://" PATH, "does not match");
}

static void user_information_and_disguises(void **state)
{
	(void)state;
	refused("https://mail.example.com@evil.example" PATH, "does not match");
	refused("https://user@mail.example.com" PATH, "does not match");
	refused("https://user:pw@mail.example.com" PATH, "does not match");
	refused("https://mail.example.com:443@evil.example" PATH, "does not match");
	refused("https://evil.example\\@mail.example.com" PATH, "does not match");
	refused("https://mail.example.com\\.evil.example" PATH, "does not match");
	refused("https://mail.example.com#.evil.example" PATH, "does not match");
	refused("https://mail.example.com?.evil.example" PATH, "does not match");
	refused("https://mail%2eexample.com" PATH, "does not match");
	refused("https://mail.example.com%00.evil.example" PATH, "does not match");
	refused("https://mail.example.com\t" PATH, "domain 'mail.example.com?'");
	refused("https://mail.example.com\r\nHost: evil" PATH, "does not match");
	refused("https://m\xd0\xb0il.example.com" PATH, "domain 'm??il.example.com'");
}

static void addresses_pass_only_when_listed_as_written(void **state)
{
	(void)state;
	static const char *const forms[] = { "127.0.0.1", "[::1]", "169.254.169.254", "2130706433",
		"0x7f000001", "0177.0.0.1", "127.1", "localhost", "0", "[::ffff:127.0.0.1]",
		"3221225991", "192.0.2.007", "192.0.519", "[2001:db8:0::7]", "[2001:db8::7",
		"[2001:db8::7%25eth0]" };
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		char amurl[128];
		snprintf(amurl, sizeof(amurl), "https://%s" PATH, forms[i]);
		refused(amurl, "does not match");
	}
}

static void only_the_metadata_path(void **state)
{
	(void)state;
	refused("https://mail.example.com", "path ''");
	refused("https://mail.example.com/", "path '/'");
	refused("https://mail.example.com/owa/attachment.ashx?id=1", "path");
	refused("https://mail.example.com" PATH "/../../../x", "path");
	refused("https://mail.example.com" PATH "?x=1", "path");
	refused("https://mail.example.com" PATH "#x", "path");
	refused("https://mail.example.com/autodiscover/metadata/json/", "path");
	refused("https://mail.example.com/autodiscover/metadata/json/12", "path");
	refused("https://mail.example.com/autodiscover/metadata/json/01", "path");
	refused("https://mail.example.com/autodiscover/metadata/json/0", "path");
	refused("https://mail.example.com/autodiscover/metadata/json/%31", "path");
}

static void lengths_are_limited(void **state)
{
	(void)state;
	char name[AMURL_HOST_MAX + 2], amurl[2000];
	memset(name, 'a', sizeof(name));
	name[AMURL_HOST_MAX + 1] = '\0';
	const char *list[] = { name, NULL };
	struct amurl ret;
	struct err err;
	snprintf(amurl, sizeof(amurl), "https://%s" PATH, name);
	assert_false(amurl_check(amurl, list, &ret, &err));
	name[AMURL_HOST_MAX] = '\0';
	snprintf(amurl, sizeof(amurl), "https://%s" PATH, name);
	assert_true(amurl_check(amurl, list, &ret, &err));
	assert_int_equal(strlen(ret.url), strlen(amurl));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_hosts_pass),
		cmocka_unit_test(the_refusal_names_the_domain_and_the_list),
		cmocka_unit_test(long_lists_are_cut_short),
		cmocka_unit_test(only_https),
		cmocka_unit_test(other_hosts_and_ports),
		cmocka_unit_test(user_information_and_disguises),
		cmocka_unit_test(addresses_pass_only_when_listed_as_written),
		cmocka_unit_test(only_the_metadata_path),
		cmocka_unit_test(lengths_are_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
