#include "auth/identity_fetch.h"
#include "auth/identity_keys.h"
#include "base/text.h"
#include "wire/certificate_fixture.h"
#include "wire/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <unistd.h>

#include <cmocka.h>

/* An https server with a certificate of our own authority; `other` is an authority that has nothing
 * to do with it. */
static struct {
	char directory[64], certificate[96], key[96];
	struct fixture_certificate authority, other, shown;
	char *ca, *other_ca;
	struct loop *loop;
	struct http_server *server;
	pthread_t thread;
	int requests;
	struct buf got;
} rig;

static void handle(struct http_request *req, void *arg)
{
	(void)arg;
	static char large[IDENTITY_METADATA_MAX + 1];
	const char *path = http_path(req);
	__atomic_add_fetch(&rig.requests, 1, __ATOMIC_SEQ_CST);
	if (text_equal(path, "/redirect")) {
		http_set_header(req, "Location", "/document");
		http_reply(req, 302, "text/plain", "", 0);
	} else if (text_equal(path, "/large")) {
		http_reply(req, 200, "application/json", large, sizeof(large));
	} else if (text_equal(path, "/document")) {
		http_reply(req, 200, "application/json", "{\"keys\":[]}", 11);
	} else {
		http_reply(req, 404, "text/html", "<html>", 6);
	}
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static void make_certificates(void)
{
	snprintf(rig.directory, sizeof(rig.directory), "/tmp/vmrd-fetch-test-XXXXXX");
	assert_non_null(mkdtemp(rig.directory));
	snprintf(rig.certificate, sizeof(rig.certificate), "%s/cert.pem", rig.directory);
	snprintf(rig.key, sizeof(rig.key), "%s/key.pem", rig.directory);
	rig.authority = fixture_certificate_make(
		(struct fixture_wish){ .common_name = "Ours", .from_s = -60, .to_s = 3600 });
	rig.other = fixture_certificate_make(
		(struct fixture_wish){ .common_name = "Theirs", .from_s = -60, .to_s = 3600 });
	rig.shown = fixture_certificate_make((struct fixture_wish){ .common_name = "localhost",
		.names = "DNS:localhost",
		.from_s = -60,
		.to_s = 3600,
		.issuer = &rig.authority });
	fixture_certificate_write(&rig.shown, rig.certificate, rig.key);
	rig.ca = fixture_certificate_text(&rig.authority);
	rig.other_ca = fixture_certificate_text(&rig.other);
}

static int start(void **state)
{
	(void)state;
	struct err err = { 0 };
	make_certificates();
	const struct http_server_options options = {
		.host = "127.0.0.1", .tls_certificate = rig.certificate, .tls_key = rig.key
	};
	rig.loop = loop_new();
	if (!http_server_new(rig.loop, &options, handle, NULL, &rig.server, &err))
		fail_msg("%s", err.text);
	assert_int_equal(pthread_create(&rig.thread, NULL, run, rig.loop), 0);
	buf_init(&rig.got, IDENTITY_METADATA_MAX);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	loop_stop(rig.loop);
	pthread_join(rig.thread, NULL);
	http_server_free(&rig.server);
	loop_free(&rig.loop);
	buf_release(&rig.got);
	fixture_certificate_free(&rig.authority);
	fixture_certificate_free(&rig.other);
	fixture_certificate_free(&rig.shown);
	free(rig.ca);
	free(rig.other_ca);
	unlink(rig.certificate);
	unlink(rig.key);
	rmdir(rig.directory);
	return 0;
}

static bool fetch(
	const char *scheme, const char *host, const char *path, const char *ca, struct err *err)
{
	char url[256];
	snprintf(
		url, sizeof(url), "%s://%s:%u%s", scheme, host, http_server_port(rig.server), path);
	buf_reset(&rig.got);
	rig.requests = 0;
	return identity_fetch(url, ca, &rig.got, NULL, err);
}

static void assert_refused(const char *scheme, const char *host, const char *path, const char *ca,
	enum err_code code, int requests)
{
	struct err err = { 0 };
	assert_false(fetch(scheme, host, path, ca, &err));
	assert_int_equal(err.code, code);
	assert_int_equal(rig.requests, requests);
	assert_int_equal(rig.got.len, 0);
}

static void a_document_comes_over_verified_tls(void **state)
{
	(void)state;
	struct err err = { 0 };
	if (!fetch("https", "localhost", "/document", rig.ca, &err))
		fail_msg("%s", err.text);
	assert_string_equal(rig.got.data, "{\"keys\":[]}");
	assert_int_equal(rig.requests, 1);
}

static void certificates_that_do_not_verify_get_no_request(void **state)
{
	(void)state;
	assert_refused("https", "localhost", "/document", "", ERR_NET, 0);
	assert_refused("https", "localhost", "/document", rig.other_ca, ERR_NET, 0);
	/* A name that leads there and is not in the certificate: what DNS rebinding comes to. */
	assert_refused("https", "127.0.0.1", "/document", rig.ca, ERR_NET, 0);
}

static void redirects_are_not_followed(void **state)
{
	(void)state;
	assert_refused("https", "localhost", "/redirect", rig.ca, ERR_PROTOCOL, 1);
}

static void pages_that_are_not_there_are_no_documents(void **state)
{
	(void)state;
	assert_refused("https", "localhost", "/absent", rig.ca, ERR_PROTOCOL, 1);
}

static void the_size_is_limited(void **state)
{
	(void)state;
	assert_refused("https", "localhost", "/large", rig.ca, ERR_LIMIT, 1);
}

static void plain_http_is_not_spoken(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_false(fetch("http", "localhost", "/document", "", &err));
	assert_int_equal(rig.requests, 0);
	assert_non_null(strstr(err.text, "https"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_comes_over_verified_tls),
		cmocka_unit_test(certificates_that_do_not_verify_get_no_request),
		cmocka_unit_test(redirects_are_not_followed),
		cmocka_unit_test(pages_that_are_not_there_are_no_documents),
		cmocka_unit_test(the_size_is_limited),
		cmocka_unit_test(plain_http_is_not_spoken),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
