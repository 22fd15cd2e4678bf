#include "api/webapp.h"
#include "api/http_rig.h"
#include "base/text.h"

#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

struct site {
	char directory[64], outside[96];
	struct http_rig rig;
	struct webapp *app;
};

static void put(const struct site *site, const char *path, const char *text)
{
	char full[256];
	snprintf(full, sizeof(full), "%s/%s", site->directory, path);
	FILE *f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_site(void **state)
{
	char path[256];
	struct site *site = calloc(1, sizeof(*site));
	strcpy(site->directory, "/tmp/vmrd-web-XXXXXX");
	assert_non_null(mkdtemp(site->directory));
	snprintf(site->outside, sizeof(site->outside), "%s.outside", site->directory);
	put(site, "index.html", "<!doctype html>start");
	put(site, "with space.txt", "text");
	put(site, ".hidden", "hidden");
	snprintf(path, sizeof(path), "%s/assets", site->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	put(site, "assets/main-abc123.js", "let a;");
	FILE *secret = fopen(site->outside, "w");
	fputs("secret", secret);
	fclose(secret);
	snprintf(path, sizeof(path), "%s/link.txt", site->directory);
	assert_int_equal(symlink(site->outside, path), 0);
	*state = site;
	return 0;
}

static int remove_site(void **state)
{
	static const char *const names[] = { "index.html", "with space.txt", ".hidden",
		"assets/main-abc123.js", "assets/main-abc123.js.br", "assets/main-abc123.js.gz",
		"assets", "link.txt", "" };
	struct site *site = *state;
	char path[256];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", site->directory, names[i]);
		remove(path);
	}
	rmdir(site->directory);
	remove(site->outside);
	free(site);
	return 0;
}

static void serve(struct site *site, const char *directory)
{
	struct err err = { 0 };
	struct webapp_options options = { .directory = directory, .prefix = "/webapp/" };
	http_rig_init(&site->rig);
	assert_true(webapp_new(&options, &site->app, &err));
	http_rig_start(&site->rig, webapp_handle, site->app);
}

static void stop(struct site *site)
{
	http_rig_stop(&site->rig);
	webapp_free(&site->app);
	http_rig_release(&site->rig);
}

static void get(
	const struct site *site, const char *path, const char *header, struct rig_answer *ret)
{
	struct rig_call call = { .method = "GET", .path = path, .headers = { header } };
	rig_call(&site->rig, &call, ret);
}

static void expect(const struct site *site, const char *path, long status, const char *in_headers,
	const char *body)
{
	struct rig_answer answer;
	get(site, path, NULL, &answer);
	assert_int_equal(answer.status, status);
	if (in_headers)
		assert_non_null(text_find_nocase(answer.headers.data, in_headers));
	if (body)
		assert_string_equal(answer.body.data, body);
	assert_non_null(strstr(answer.headers.data, "Content-Security-Policy: default-src 'none'"));
	assert_non_null(strstr(answer.headers.data, "X-Content-Type-Options: nosniff"));
	rig_answer_release(&answer);
}

static void files_are_served_with_type_and_caching(void **state)
{
	struct site *site = *state;
	serve(site, site->directory);
	expect(site, "/webapp/", 200, "Content-Type: text/html; charset=utf-8",
		"<!doctype html>start");
	expect(site, "/webapp/", 200, "Cache-Control: no-cache", NULL);
	expect(site, "/webapp/index.html", 200, NULL, "<!doctype html>start");
	expect(site, "/webapp/assets/main-abc123.js", 200, "max-age=31536000, immutable", "let a;");
	expect(site, "/webapp/assets/main-abc123.js", 200, "Content-Type: text/javascript", NULL);
	expect(site, "/webapp/with%20space.txt?x=1", 200, "Content-Type: text/plain", "text");
	expect(site, "/webapp", 308, "Location: /webapp/", NULL);
	stop(site);
}

static void nothing_else_is_served(void **state)
{
	static const char *const paths[] = { "/webapp/nothing", "/webapp/.hidden",
		"/webapp/link.txt", "/webapp/../index.html", "/webapp/%2e%2e/index.html",
		"/webapp/assets/../index.html", "/webapp/assets/", "/webapp/assets",
		"/webapp//index.html", "/webapp/index.html%00", "/webapp/%zz", "/other",
		"/webappindex.html" };
	struct site *site = *state;
	serve(site, site->directory);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		expect(site, paths[i], 404, NULL, "not found\n");
	stop(site);
}

static void what_the_browser_has_is_not_sent_again(void **state)
{
	char header[128];
	struct rig_answer answer;
	struct site *site = *state;
	serve(site, site->directory);
	get(site, "/webapp/", NULL, &answer);
	const char *etag = text_find_nocase(answer.headers.data, "ETag: ");
	assert_non_null(etag);
	snprintf(header, sizeof(header), "If-None-Match: W/%.34s", etag + 6);
	rig_answer_release(&answer);
	get(site, "/webapp/", header, &answer);
	assert_int_equal(answer.status, 304);
	assert_int_equal(answer.body.len, 0);
	rig_answer_release(&answer);
	get(site, "/webapp/", "If-None-Match: \"other\"", &answer);
	assert_int_equal(answer.status, 200);
	rig_answer_release(&answer);
	stop(site);
}

static void expect_encoding(
	const struct site *site, const char *accept, const char *encoding, const char *body)
{
	struct rig_answer answer;
	get(site, "/webapp/assets/main-abc123.js", accept, &answer);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body.data, body);
	assert_non_null(strstr(answer.headers.data, "Content-Type: text/javascript"));
	assert_non_null(strstr(answer.headers.data, "Vary: Accept-Encoding"));
	if (encoding)
		assert_non_null(text_find_nocase(answer.headers.data, encoding));
	else
		assert_null(text_find_nocase(answer.headers.data, "Content-Encoding"));
	rig_answer_release(&answer);
}

static void packed_files_are_for_those_who_take_them(void **state)
{
	static const char plain[] = "let a;", br[] = "brotli", gz[] = "gzip";
	struct site *site = *state;
	put(site, "assets/main-abc123.js.br", br);
	put(site, "assets/main-abc123.js.gz", gz);
	serve(site, site->directory);
	expect_encoding(site, NULL, NULL, plain);
	expect_encoding(site, "Accept-Encoding: gzip, deflate, br", "Content-Encoding: br", br);
	expect_encoding(site, "Accept-Encoding: GZip;q=0.5", "Content-Encoding: gzip", gz);
	expect_encoding(site, "Accept-Encoding: br;q=0, gzip ; q=1", "Content-Encoding: gzip", gz);
	expect_encoding(site, "Accept-Encoding: br; q=0.000,gzip;q=0", NULL, plain);
	expect_encoding(site, "Accept-Encoding: brx, gzi, identity,,", NULL, plain);
	stop(site);
}

static void only_get_and_head_are_allowed(void **state)
{
	struct site *site = *state;
	struct rig_answer answer;
	serve(site, site->directory);
	rig_call(&site->rig, &(struct rig_call){ .method = "HEAD", .path = "/webapp/" }, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.len, 0);
	rig_answer_release(&answer);
	rig_call(&site->rig,
		&(struct rig_call){ .method = "POST", .path = "/webapp/", .body = "x" }, &answer);
	assert_int_equal(answer.status, 405);
	assert_non_null(strstr(answer.headers.data, "Allow: GET, HEAD"));
	rig_answer_release(&answer);
	stop(site);
}

static void without_the_directory_the_page_says_what_to_do(void **state)
{
	struct rig_answer answer;
	struct site *site = *state;
	serve(site, "/nonexistent/web");
	get(site, "/webapp/", NULL, &answer);
	assert_int_equal(answer.status, 503);
	assert_non_null(strstr(answer.body.data, "npm run build"));
	rig_answer_release(&answer);
	stop(site);
}

static void too_much_is_refused(void **state)
{
	char path[256], name[32];
	struct err err = { 0 };
	struct webapp *app = NULL;
	struct site *site = *state;
	struct webapp_options options = { .directory = site->directory, .prefix = "/webapp/" };
	for (int i = 0; i < WEBAPP_FILES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.txt", i);
		put(site, name, "");
	}
	assert_false(webapp_new(&options, &app, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	for (int i = 0; i < WEBAPP_FILES_MAX; i++) {
		snprintf(path, sizeof(path), "%s/%d.txt", site->directory, i);
		remove(path);
	}
	snprintf(path, sizeof(path), "%s/with space.txt", site->directory);
	assert_int_equal(truncate(path, WEBAPP_BYTES_MAX + 1), 0);
	assert_false(webapp_new(&options, &app, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	options.directory = site->outside; /* not a directory */
	assert_false(webapp_new(&options, &app, &err));
	assert_int_equal(err.code, ERR_IO);
}

static void nesting_has_a_limit(void **state)
{
	char path[256];
	struct err err = { 0 };
	struct webapp *app = NULL;
	struct site *site = *state;
	struct webapp_options options = { .directory = site->directory, .prefix = "/webapp/" };
	strcpy(path, site->directory);
	for (int i = 0; i <= WEBAPP_DEPTH_MAX; i++) {
		strcat(path, "/d");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	strcat(path, "/f");
	fclose(fopen(path, "w"));
	assert_false(webapp_new(&options, &app, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	for (int i = 0; i <= WEBAPP_DEPTH_MAX + 1; i++) {
		remove(path);
		*strrchr(path, '/') = '\0';
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)
	const struct CMUnitTest tests[] = {
		TEST(files_are_served_with_type_and_caching),
		TEST(nothing_else_is_served),
		TEST(what_the_browser_has_is_not_sent_again),
		TEST(packed_files_are_for_those_who_take_them),
		TEST(only_get_and_head_are_allowed),
		TEST(without_the_directory_the_page_says_what_to_do),
		TEST(too_much_is_refused),
		TEST(nesting_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
