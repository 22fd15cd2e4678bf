#include "api/pane.h"
#include "api/addin.h"
#include "api/http_rig.h"
#include "api/pane_page.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A built pane, a database with one integration, workers, a server. */
static struct {
	struct fixture f;
	struct http_rig http;
	struct addin_api api;
	char built[128];
} rig;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void put(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", rig.built, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void add_integration(void)
{
	struct err err;
	struct exchange_domain domain;
	struct ms_exchange_connector c =
		fixture_connector(&rig.f.arena, "Head office", "vmr@example.com");
	must(store_insert(rig.f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	record_defaults(&exchange_domain_type, &domain, &rig.f.arena);
	domain.exchange_connector = c.id;
	domain.domain = "owa.example.com";
	must(store_insert(rig.f.store, &exchange_domain_type, &domain, NULL, &err), &err);
}

static void build(void)
{
	char assets[160];
	snprintf(rig.built, sizeof(rig.built), "%s/built", rig.f.directory);
	snprintf(assets, sizeof(assets), "%s/assets", rig.built);
	assert_int_equal(mkdir(rig.built, 0700), 0);
	assert_int_equal(mkdir(assets, 0700), 0);
	put("index.html", "<title>pane</title><!--vmrd:office--><!--vmrd:settings-->");
	put("mobile.html", "<title>mobile</title><!--vmrd:office-->");
	put("notes.txt", "notes");
	put("assets/main-abc.js", "let a;");
}

static void unbuild(void)
{
	static const char *const names[] = { "index.html", "mobile.html", "notes.txt",
		"assets/main-abc.js", "assets", "" };
	char path[256];
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", rig.built, names[i]);
		remove(path);
	}
}

static void start(const char *directory, bool tls)
{
	struct err err;
	http_rig_init(&rig.http);
	rig.api.integrations = integrations_new(NULL);
	must(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err), &err);
	const struct pane_options options = {
		.directory = directory, .integrations = rig.api.integrations, .tls = tls
	};
	must(pane_new(&options, &rig.api.pane, &err), &err);
	http_rig_start(&rig.http, addin_handle, &rig.api);
}

static void stop(void)
{
	http_rig_stop(&rig.http);
	http_rig_release(&rig.http);
	pane_free(&rig.api.pane);
	integrations_free(&rig.api.integrations);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&rig.f);
	must(log_open(rig.f.directory, LOG_LEVEL_ERROR, false, &err), &err);
	add_integration();
	build();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_close();
	unbuild();
	unlink(arena_printf(&rig.f.arena, "%s/administrator.log", rig.f.directory));
	unlink(arena_printf(&rig.f.arena, "%s/support.log", rig.f.directory));
	fixture_release(&rig.f);
	return 0;
}

static struct rig_answer get(const char *path, const char *header)
{
	struct rig_answer answer;
	struct rig_call call = { .method = "GET",
		.path = arena_printf(&rig.f.arena, ADDIN_PREFIX "%s", path),
		.headers = { header } };
	rig_call(&rig.http, &call, &answer);
	return answer;
}

static void assert_says(const struct buf *text, const char *words)
{
	if (!strstr(text->data, words))
		fail_msg("'%s' is not in: %s", words, text->data);
}

static void the_page_is_the_integrations_own(void **state)
{
	(void)state;
	start(rig.built, false);
	struct rig_answer answer = get("1/", NULL);
	assert_int_equal(answer.status, 200);
	assert_says(&answer.body, "<title>pane</title><script src=\"https://appsforoffice");
	assert_says(&answer.body, "\"connector\":1,");
	assert_says(&answer.body, "\"icon\":\"images/addin_icon_64.png?h=");
	assert_says(&answer.headers, "Content-Type: text/html; charset=utf-8\r\n");
	assert_says(&answer.headers, "Content-Security-Policy: default-src 'none'; script-src");
	assert_says(&answer.headers, " owa.example.com");
	assert_says(&answer.headers, "Referrer-Policy: no-referrer\r\n");
	assert_says(&answer.headers, "X-Content-Type-Options: nosniff\r\n");
	assert_says(&answer.headers, "Cache-Control: no-cache\r\n");
	assert_null(strstr(answer.headers.data, "X-Frame-Options"));
	assert_null(strstr(answer.headers.data, "Strict-Transport-Security"));
	rig_answer_release(&answer);
	stop();
}

static void an_unchanged_page_is_not_sent_again(void **state)
{
	(void)state;
	char header[128];
	struct err err;
	start(rig.built, false);
	struct rig_answer answer = get("1/", NULL);
	const char *tag = strstr(answer.headers.data, "ETag: ") + 6;
	snprintf(header, sizeof(header), "If-None-Match: %.*s", (int)strcspn(tag, "\r"), tag);
	rig_answer_release(&answer);
	answer = get("1/", header);
	assert_int_equal(answer.status, 304);
	rig_answer_release(&answer);
	must(store_exec(rig.f.store, &err,
		     "UPDATE ms_exchange_connector SET addin_pane_title = 'Other'", ""),
		&err);
	must(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err), &err);
	answer = get("1/", header);
	assert_int_equal(answer.status, 200);
	assert_says(&answer.body, "\"title\":\"Other\"");
	rig_answer_release(&answer);
	stop();
}

static void other_pages_and_files(void **state)
{
	(void)state;
	start(rig.built, false);
	struct rig_answer answer = get("1/mobile.html?v=1.0.0.1", NULL);
	assert_int_equal(answer.status, 200);
	assert_says(&answer.body, "<title>mobile</title><script src=");
	rig_answer_release(&answer);
	answer = get("1/assets/main-abc.js", NULL);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body.data, "let a;");
	assert_says(&answer.headers, "immutable");
	assert_says(&answer.headers, "nosniff");
	rig_answer_release(&answer);
	static const char *const none[] = { "1/other.html", "1/notes.txt", "1/assets/none.js",
		"1/assets/../index.html", "1/..%2findex.html", "7/", "x/" };
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		answer = get(none[i], NULL);
		if (answer.status != 404)
			fail_msg("%s: %ld", none[i], answer.status);
		rig_answer_release(&answer);
	}
	stop();
}

static void the_page_ends_in_a_slash(void **state)
{
	(void)state;
	start(rig.built, false);
	struct rig_answer answer = get("1?v=1.0.0.1", NULL);
	assert_int_equal(answer.status, 308);
	assert_says(&answer.headers, "Location: " ADDIN_PREFIX "1/?v=1.0.0.1\r\n");
	rig_answer_release(&answer);
	/* By its own name it stands where its relative addresses lead, too. */
	answer = get("1/index.html", NULL);
	assert_int_equal(answer.status, 200);
	rig_answer_release(&answer);
	stop();
}

static void browsers_stay_with_tls(void **state)
{
	(void)state;
	start(rig.built, true);
	struct rig_answer answer = get("1/", NULL);
	assert_says(&answer.headers, "Strict-Transport-Security: max-age=31536000\r\n");
	rig_answer_release(&answer);
	stop();
}

static void without_a_build_it_says_how_to_build(void **state)
{
	(void)state;
	start("/nonexistent", false);
	struct rig_answer answer = get("1/", NULL);
	assert_int_equal(answer.status, 503);
	assert_says(&answer.body, "npm run build");
	rig_answer_release(&answer);
	stop();
}

static void the_database_is_not_asked(void **state)
{
	(void)state;
	struct err err;
	start(rig.built, false);
	must(store_exec(rig.f.store, &err, "DROP TABLE exchange_domain", ""), &err);
	assert_false(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err));
	struct rig_answer answer = get("1/", NULL);
	assert_int_equal(answer.status, 200);
	assert_says(&answer.headers, " owa.example.com");
	assert_says(&answer.body, "\"manifest_version\":\"1.0.0.1\"");
	rig_answer_release(&answer);
	stop();
}

static void too_many_domains_are_refused(void **state)
{
	(void)state;
	struct err err;
	for (int i = 0; i < 1000; i++) {
		struct exchange_domain domain;
		record_defaults(&exchange_domain_type, &domain, &rig.f.arena);
		domain.exchange_connector = 1;
		domain.domain = arena_printf(&rig.f.arena, "server-%d.example.com", i);
		must(store_insert(rig.f.store, &exchange_domain_type, &domain, NULL, &err), &err);
	}
	start(rig.built, false);
	struct rig_answer answer = get("1/", NULL);
	assert_int_equal(answer.status, 503);
	assert_says(&answer.headers, "X-Correlation-Id: ");
	rig_answer_release(&answer);
	stop();
}

static void a_page_that_would_be_too_long_is_refused(void **state)
{
	(void)state;
	static char long_text[PANE_PAGE_MAX];
	memset(long_text, 'x', sizeof(long_text) - 1);
	put("mobile.html", long_text);
	put("index.html", "short");
	start(rig.built, false);
	struct rig_answer answer = get("1/mobile.html", NULL);
	assert_int_equal(answer.status, 200); /* just fits */
	rig_answer_release(&answer);
	stop();
	FILE *f = fopen(arena_printf(&rig.f.arena, "%s/mobile.html", rig.built), "a");
	fputs("xx", f);
	fclose(f);
	start(rig.built, false);
	answer = get("1/mobile.html", NULL);
	assert_int_equal(answer.status, 503);
	rig_answer_release(&answer);
	stop();
}

#define with_rig(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(the_page_is_the_integrations_own),
		with_rig(an_unchanged_page_is_not_sent_again),
		with_rig(other_pages_and_files),
		with_rig(the_page_ends_in_a_slash),
		with_rig(browsers_stay_with_tls),
		with_rig(without_a_build_it_says_how_to_build),
		with_rig(the_database_is_not_asked),
		with_rig(too_many_domains_are_refused),
		with_rig(a_page_that_would_be_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
