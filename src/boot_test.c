#include "boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/vmrd-boot-test-XXXXXX";
static struct arena arena;

static int make_directory(void **state)
{
	(void)state;
	arena_init(&arena);
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	arena_release(&arena);
	return rmdir(directory);
}

static const char *conf_path(void)
{
	return arena_printf(&arena, "%s/vmrd.conf", directory);
}

static bool read_text(const char *text, struct boot *ret, struct err *err)
{
	FILE *f = fopen(conf_path(), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	bool ok = boot_read(directory, &arena, ret, err);
	unlink(conf_path());
	return ok;
}

static void values_and_defaults(void **state)
{
	(void)state;
	struct boot b;
	struct err err;
	assert_true(
		read_text("# a comment\n\n  client_listen =  [::1]:9000 \r\nlog_to_stderr=false\n"
			  "database = /var/lib/vmrd/x.db",
			&b, &err));
	assert_string_equal(b.client_listen, "[::1]:9000");
	assert_string_equal(b.database, "/var/lib/vmrd/x.db");
	assert_string_equal(b.admin_listen, "127.0.0.1:8081");
	assert_false(b.log_to_stderr);
	assert_string_equal(b.log_directory, arena_printf(&arena, "%s/log", directory));
}

static void mistakes_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "\nclient_lissen = x\n", "line 2: there is no setting 'client_lissen' here" },
		{ "client_listen\n", "line 1: 'client_listen' is not of the form name = value" },
		{ "client_listen = 8080\n", "client_listen: '8080' is not an address and port" },
		{ "client_listen = ::1:8080\n", "is not an address and port" },
		{ "client_listen = 1.2.3.4:70000\n", "is not an address and port" },
		{ "log_to_stderr = perhaps\n", "line 1: log_to_stderr: " },
		{ "admin_listen = 0.0.0.0:8081\n", "passwords would travel in clear" },
		{ "trusted_proxies = 10.0.0.0/8, proxy.example.com\n",
			"trusted_proxies: 'proxy.example.com' is neither an address nor" },
		{ "client_certificate = a.pem\n", "client_certificate and client_key together" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct boot b;
		struct err err;
		assert_false(read_text(cases[i].text, &b, &err));
		if (!strstr(err.text, cases[i].says))
			fail_msg("'%s' does not say '%s'", err.text, cases[i].says);
	}
	struct boot b;
	struct err err;
	assert_false(boot_read("/nonexistent", &arena, &b, &err));
	assert_non_null(strstr(err.text, "vmrd init"));
	char *line = malloc(BOOT_LINE_MAX + 10);
	memset(line, '#', BOOT_LINE_MAX + 8);
	strcpy(line + BOOT_LINE_MAX + 7, "\n");
	assert_false(read_text(line, &b, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	free(line);
}

static void the_file_made_is_read_and_not_overwritten(void **state)
{
	(void)state;
	struct boot b;
	struct err err;
	assert_true(boot_write(directory, &err));
	assert_true(boot_read(directory, &arena, &b, &err));
	assert_string_equal(b.client_listen, "127.0.0.1:8080");
	assert_false(boot_write(directory, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	unlink(conf_path());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_defaults),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(the_file_made_is_read_and_not_overwritten),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
