#include "api/admin.h"
#include "api/http_rig.h"
#include "auth/password.h"
#include "base/log.h"
#include "base/log_quota.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#define AUTHORIZATION "Authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZQ==" /* admin:correct horse */

static struct fixture f;
static struct http_rig rig;
static struct admin_api *api;

static int setup(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct administrator a;
	char hash[PASSWORD_HASH_MAX];
	fixture_init(&f);
	record_defaults(&administrator_type, &a, &f.arena);
	a.username = "admin";
	a.password = hash;
	struct admin_api_options options = { .store_path = f.path };
	if (!password_hash("correct horse", hash, &err) ||
		!store_insert(f.store, &administrator_type, &a, NULL, &err) ||
		!admin_api_new(&options, &api, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	http_rig_init(&rig);
	http_rig_start(&rig, admin_api_handle, api);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	http_rig_stop(&rig);
	admin_api_free(&api);
	http_rig_release(&rig);
	fixture_release(&f);
	return 0;
}

/* in_headers, in_body: NULL for any. */
static void expect(
	const struct rig_call *call, long status, const char *in_headers, const char *in_body)
{
	struct rig_answer answer;
	rig_call(&rig, call, &answer);
	if (answer.status != status)
		fail_msg(
			"%s %s: %ld %s", call->method, call->path, answer.status, answer.body.data);
	if (in_headers && !text_find_nocase(answer.headers.data, in_headers))
		fail_msg("no '%s' in %s", in_headers, answer.headers.data);
	if (in_body && !strstr(answer.body.data, in_body))
		fail_msg("no '%s' in %s", in_body, answer.body.data);
	assert_non_null(strstr(answer.headers.data, "Cache-Control: no-store"));
	rig_answer_release(&answer);
}

#define CALL(method_, path_, body_)                                                                \
	&(struct rig_call)                                                                         \
	{                                                                                          \
		.method = method_, .path = ADMIN_PREFIX path_, .body = body_, .headers = {         \
			AUTHORIZATION,                                                             \
			"Content-Type: application/json"                                           \
		}                                                                                  \
	}

static void strangers_are_asked_to_sign_in(void **state)
{
	(void)state;
	struct rig_call call = { .method = "GET", .path = ADMIN_PREFIX "conference/" };
	expect(&call, 401, "WWW-Authenticate: Basic realm=\"vmrd\", charset=\"UTF-8\"", NULL);
	call.headers[0] = "Authorization: Basic YWRtaW46d3Jvbmc=";
	for (int i = 0; i < ADMIN_FAILURES_PER_MINUTE; i++)
		expect(&call, 401, NULL, NULL);
	expect(&call, 429, "Retry-After: 60", "too many wrong passwords");
	/* Only that source waits. */
	call.source = "127.0.0.2";
	expect(&call, 401, NULL, NULL);
}

static void strangers_cannot_fill_the_disk(void **state)
{
	(void)state;
	enum { TOO_MANY = 20 };
	static char text[256 << 10];
	char path[128];
	struct err err;
	int lines = 0;
	assert_true(log_open(f.directory, LOG_LEVEL_INFO, false, &err));
	for (int i = 0; i < LOG_QUOTA_LINES + TOO_MANY; i++)
		expect(&(struct rig_call){ .method = "GET", .path = ADMIN_PREFIX "conference/" },
			401, NULL, NULL);
	expect(CALL("GET", "conference/", NULL), 200, NULL, NULL);
	log_close();
	snprintf(path, sizeof(path), "%s/support.log", f.directory);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	unlink(path);
	snprintf(path, sizeof(path), "%s/administrator.log", f.directory);
	unlink(path);
	for (const char *at = text; (at = strstr(at, "Status=\"401\"")); at++)
		lines++;
	assert_int_equal(lines, LOG_QUOTA_LINES);
	assert_non_null(strstr(text, "User=\"admin\"")); /* whoever is signed in is told of */
}

static void a_record_over_the_wire(void **state)
{
	(void)state;
	expect(CALL("POST", "conference/", "{\"name\":\"R\",\"colour\":1}"), 201,
		"Location: /api/admin/configuration/v1/conference/1/", "\"name\":\"R\"");
	expect(CALL("PATCH", "conference/1/", "{\"tag\":\"t\",\"colour\":1}"), 202,
		"X-Ignored-Fields: colour", NULL);
	expect(CALL("GET", "conference/1/", NULL), 200,
		"Content-Type: application/json; charset=utf-8", "\"tag\":\"t\"");
	expect(CALL("HEAD", "conference/1/", NULL), 200, NULL, "");
	expect(CALL("GET", "conference/?name=R&limit=1", NULL), 200, NULL, "\"total_count\":1");
	expect(CALL("PUT", "conference/1/", "{\"name\":\"R\"}"), 200, NULL, "\"tag\":\"\"");
	expect(CALL("DELETE", "conference/1/", NULL), 204, NULL, NULL);
	expect(CALL("POST", "scheduled_alias/", "{}"), 405, "Allow: GET, HEAD", NULL);
	expect(CALL("GET", "conference/schema/", NULL), 200, NULL, "\"fields\"");
}

static void form_posts_of_web_pages_are_refused(void **state)
{
	(void)state;
	struct rig_call call = { .method = "POST",
		.path = ADMIN_PREFIX "conference/",
		.body = "{\"name\":\"R\"}",
		.headers = { AUTHORIZATION, "Content-Type: text/plain" } };
	expect(&call, 415, NULL, NULL);
	call.headers[1] = "Content-Type: application/json";
	call.headers[2] = "Sec-Fetch-Site: cross-site";
	expect(&call, 403, NULL, NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(strangers_are_asked_to_sign_in),
		T(strangers_cannot_fill_the_disk),
		T(a_record_over_the_wire),
		T(form_posts_of_web_pages_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
