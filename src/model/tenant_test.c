#include "model/tenant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ID "6f1c9e5b-2a3d-4c5e-8f70-112233445566"

static void reads(const char *url, const char *authority)
{
	struct tenant tenant;
	if (!tenant_parse(url, &tenant))
		fail_msg("'%s' is not read", url);
	assert_string_equal(tenant.id, ID);
	assert_string_equal(tenant.authority, authority);
}

static void authorities_are_read(void **state)
{
	(void)state;
	static const char usual[] = "https://login.microsoftonline.com/" ID;
	reads("https://login.microsoftonline.com/" ID, usual);
	reads("https://login.microsoftonline.com/" ID "/", usual);
	reads("https://login.microsoftonline.com/" ID "/v2.0", usual);
	reads("https://LOGIN.microsoftonline.com:443/" ID "/v2.0/", usual);
	reads("https://login.microsoftonline.com/6F1C9E5B-2a3d-4c5e-8f70-112233445566", usual);
	reads("https://localhost:8443/oidc/" ID, "https://localhost:8443/oidc/" ID);
}

static void nothing_else_is(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "https://login.microsoftonline.com/",
		"https://login.microsoftonline.com/common",
		"https://login.microsoftonline.com/organizations/v2.0",
		"https://login.microsoftonline.com/example.onmicrosoft.com",
		"http://login.microsoftonline.com/" ID, "https://user@login.example/" ID,
		"https://login.microsoftonline.com/?" ID,
		"https://login.microsoftonline.com/?a/" ID,
		"https://login.microsoftonline.com/x" ID, "https://" ID,
		"https://login.microsoftonline.com/" ID "/v1.0" };
	struct tenant tenant;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (tenant_parse(bad[i], &tenant))
			fail_msg("'%s' is read", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorities_are_read),
		cmocka_unit_test(nothing_else_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
