#include "wire/http_client.h"

#include "base/clock.h"
#include "base/text.h"
#include "wire/certificate_fixture.h"
#include "wire/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BODY = 64 << 10 };

/* gzip of 100,000 zero bytes, and of "compressed text" */
static const char bomb[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d"
	"\x0d\x0f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x57\x03\x7d\x95\x11\xd4\xa0\x86\x01\x00";
static const char compressed[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xce\xcf\x2d\x28\x4a\x2d\x2e\x4e\x4d\x51\x28"
	"\x49\xad\x28\x01\x00\xc2\x18\xd8\xd8\x0f\x00\x00\x00";

/* ---- a good server, on a loop in a thread of its own ---- */

static struct {
	struct loop *loop;
	struct http_server *server;
	struct http_request *stream;
	pthread_t thread;
	atomic_int streams, stream_ends;
	int big; /* bytes of /big */
} rig;

static void stream_closed(void *arg)
{
	(void)arg;
	rig.stream = NULL;
	rig.stream_ends++;
}

static void echo(struct http_request *req)
{
	char text[4096];
	size_t len;
	const char *body = http_body(req, &len), *cookie = http_header(req, "Cookie"),
		   *auth = http_header(req, "Authorization"), *x = http_header(req, "X-One"),
		   *type = http_header(req, "Content-Type"), *expect = http_header(req, "Expect");
	snprintf(text, sizeof(text), "%s %s?%s cookie=%s auth=%s x=%s type=%s expect=%s body=%.*s",
		http_method_name(req), http_path(req), http_query(req), cookie ? cookie : "",
		auth ? auth : "", x ? x : "", type ? type : "", expect ? expect : "", (int)len,
		body);
	http_set_header(req, "Set-Cookie", "X-BackEndCookie=abc; path=/; HttpOnly");
	http_reply(req, 200, "Text/Plain; Charset=UTF-8", text, strlen(text));
}

static void answer_retry_after(struct http_request *req)
{
	char value[64];
	if (http_query_value(req, "s", value, sizeof(value))) {
		http_set_header(req, "Retry-After", value);
	} else if (text_equal(http_query(req), "date")) {
		time_t then = time(NULL) + 100;
		strftime(value, sizeof(value), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&then));
		http_set_header(req, "Retry-After", value);
	}
	http_reply(req, 503, NULL, "", 0);
}

static void handle(struct http_request *req, void *arg)
{
	(void)arg;
	const char *path = http_path(req);
	if (text_equal(path, "/retry")) {
		answer_retry_after(req);
	} else if (text_equal(path, "/redirect")) {
		http_set_header(req, "Location", "/elsewhere");
		http_reply(req, 302, NULL, "", 0);
	} else if (text_equal(path, "/gzip")) {
		http_set_header(req, "Content-Encoding", "gzip");
		http_reply(req, 200, "text/xml", compressed, sizeof(compressed) - 1);
	} else if (text_equal(path, "/bomb")) {
		http_set_header(req, "Content-Encoding", "gzip");
		http_reply(req, 200, "text/xml", bomb, sizeof(bomb) - 1);
	} else if (text_equal(path, "/big")) {
		char *bytes = calloc(1, (size_t)rig.big + 1);
		http_reply(req, 200, NULL, bytes, (size_t)rig.big);
		free(bytes);
	} else if (text_equal(path, "/cut")) {
		http_reply_cut(req, 200, NULL, "0123456789", 10, 5);
	} else if (text_equal(path, "/stream")) {
		rig.stream = req;
		http_request_on_close(req, stream_closed, NULL);
		http_stream_start(req, 200, "text/xml");
		rig.streams++;
	} else if (text_equal(path, "/hold")) {
		http_request_on_close(req, stream_closed, NULL);
		rig.streams++;
	} else {
		echo(req);
	}
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static void start_rig(const char *certificate, const char *key)
{
	struct err err;
	const struct http_server_options options = {
		.host = "127.0.0.1", .tls_certificate = certificate, .tls_key = key
	};
	rig.streams = rig.stream_ends = 0;
	rig.stream = NULL;
	rig.loop = loop_new();
	if (!http_server_new(rig.loop, &options, handle, NULL, &rig.server, &err))
		fail_msg("%s", err.text);
	assert_int_equal(pthread_create(&rig.thread, NULL, run, rig.loop), 0);
}

static void stop_rig(void)
{
	loop_stop(rig.loop);
	pthread_join(rig.thread, NULL);
	http_server_free(&rig.server);
	loop_free(&rig.loop);
}

static int set_up(void **state)
{
	(void)state;
	start_rig(NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop_rig();
	return 0;
}

static int connect_to_rig(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(rig.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static const char *address(const char *scheme, const char *host, const char *path)
{
	static char text[256];
	snprintf(text, sizeof(text), "%s://%s:%u%s", scheme, host, http_server_port(rig.server),
		path);
	return text;
}

static const char *at(const char *path)
{
	return address("http", "127.0.0.1", path);
}

/* ---- a bad server: says `bytes` to every client, waits, and hangs up ---- */

struct bad_server {
	int fd;
	const char *bytes;
	int hold_ms, each_ms; /* before hanging up; between bytes */
	atomic_int requests;
	pthread_t thread;
	char url[64];
};

static void *misbehave(void *arg)
{
	struct bad_server *bad = arg;
	char request[4096];
	for (int fd; (fd = accept4(bad->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0; close(fd)) {
		if (recv(fd, request, sizeof(request), 0) <= 0)
			continue;
		bad->requests++;
		size_t len = strlen(bad->bytes), step = bad->each_ms ? 1 : len;
		for (size_t i = 0; i < len; i += step) {
			if (send(fd, bad->bytes + i, step, MSG_NOSIGNAL) < 0)
				break;
			usleep((useconds_t)bad->each_ms * 1000);
		}
		usleep((useconds_t)bad->hold_ms * 1000);
	}
	return NULL;
}

static void bad_start(struct bad_server *bad)
{
	struct sockaddr_in at_any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at_any);
	bad->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(bad->fd, (struct sockaddr *)&at_any, sizeof(at_any)), 0);
	assert_int_equal(listen(bad->fd, 5), 0);
	getsockname(bad->fd, (struct sockaddr *)&at_any, &len);
	snprintf(bad->url, sizeof(bad->url), "http://127.0.0.1:%u/", ntohs(at_any.sin_port));
	assert_int_equal(pthread_create(&bad->thread, NULL, misbehave, bad), 0);
}

static void bad_stop(struct bad_server *bad)
{
	shutdown(bad->fd, SHUT_RDWR);
	pthread_join(bad->thread, NULL);
	close(bad->fd);
}

/* ---- helpers ---- */

static struct http_client *client_with(struct http_client_options options)
{
	options.max_body = MAX_BODY;
	return http_client_new(&options);
}

#define plain_client() client_with((struct http_client_options){ 0 })

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static struct http_answer get(struct http_client *client, const char *url)
{
	struct err err;
	struct http_answer answer;
	if (!http_client_call(
		    client, &(struct http_call){ .method = "GET", .url = url }, &answer, &err))
		fail_msg("%s", err.text);
	return answer;
}

static void assert_fails(struct http_client *client, const struct http_call *call,
	enum err_code code, const char *part)
{
	struct err err = { 0 };
	struct http_answer answer;
	if (http_client_call(client, call, &answer, &err))
		fail_msg("status %ld instead of '%s'", answer.status, part);
	assert_int_equal(err.code, code);
	assert_contains(err.text, part);
}

static void assert_get_fails(
	struct http_client *client, const char *url, enum err_code code, const char *part)
{
	assert_fails(client, &(struct http_call){ .method = "GET", .url = url }, code, part);
}

/* ---- calls ---- */

static void a_call_carries_what_it_is_given(void **state)
{
	(void)state;
	struct http_client *client =
		client_with((struct http_client_options){ .username = "user", .password = "pass" });
	const char *const headers[] = { "Content-Type: text/xml", "X-One: 1", NULL };
	const struct http_call call = { .method = "POST",
		.url = at("/EWS?a=b"),
		.headers = headers,
		.body = "body and more",
		.body_len = 4 };
	struct http_answer answer;
	struct err err;
	if (!http_client_call(client, &call, &answer, &err))
		fail_msg("%s", err.text);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.content_type, "text/plain; charset=utf-8");
	assert_int_equal(answer.retry_after_ms, -1);
	assert_string_equal(answer.body.data,
		"POST /EWS?a=b cookie= auth=Basic dXNlcjpwYXNz x=1 "
		"type=text/xml expect= body=body");
	http_answer_release(&answer);
	/* The second comes with the cookie of the first. */
	answer = get(client, at("/"));
	assert_contains(answer.body.data, "GET /? cookie=X-BackEndCookie=abc auth=Basic");
	assert_contains(answer.body.data, "type= expect= body=");
	http_answer_release(&answer);
	http_client_free(&client);
	assert_null(client);
	http_client_free(&client);
}

static void every_method_is_sent(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		struct http_answer answer;
		assert_true(http_client_call(client,
			&(struct http_call){
				.method = methods[i], .url = at("/m"), .body = "B", .body_len = 1 },
			&answer, NULL));
		assert_memory_equal(answer.body.data, methods[i], strlen(methods[i]));
		assert_contains(answer.body.data, "body=B");
		http_answer_release(&answer);
	}
	http_client_free(&client);
}

static void redirects_are_returned_not_followed(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	struct http_answer answer = get(client, at("/redirect"));
	assert_int_equal(answer.status, 302);
	http_answer_release(&answer);
	http_client_free(&client);
}

static void retry_after_is_understood(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		int64_t least, most;
	} cases[] = { { "/retry", -1, -1 }, { "/retry?s=0", 0, 0 }, { "/retry?s=30", 30000, 30000 },
		{ "/retry?s=-1", -1, -1 }, { "/retry?s=soon", -1, -1 },
		{ "/retry?s=99999999999999", 86400000, 86400000 }, { "/retry?date", 90000, 101000 },
		{ "/retry?s=Mon,%2001%20Jan%202001%2000:00:00%20GMT", 0, 0 } };
	struct http_client *client = plain_client();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct http_answer answer = get(client, at(cases[i].path));
		assert_int_equal(answer.status, 503);
		assert_true(answer.retry_after_ms >= cases[i].least &&
			answer.retry_after_ms <= cases[i].most);
		http_answer_release(&answer);
	}
	http_client_free(&client);
}

static void answers_are_decompressed_within_the_limit(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	struct http_answer answer = get(client, at("/gzip"));
	assert_string_equal(answer.body.data, "compressed text");
	http_answer_release(&answer);
	assert_get_fails(client, at("/bomb"), ERR_LIMIT, "is larger than 65536 bytes");
	rig.big = MAX_BODY;
	answer = get(client, at("/big"));
	assert_int_equal(answer.body.len, MAX_BODY);
	http_answer_release(&answer);
	rig.big = MAX_BODY + 1;
	assert_get_fails(client, at("/big"), ERR_LIMIT, "is larger than 65536 bytes");
	http_client_free(&client);
}

static void bad_addresses_are_refused_without_quoting_them(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	assert_get_fails(client, "", ERR_INVALID, "not a web address");
	assert_get_fails(client, "http://", ERR_INVALID, "not a web address");
	assert_get_fails(client, "http://user:pass word@h/", ERR_INVALID, "not a web address");
	assert_get_fails(client, "file:///etc/passwd", ERR_INVALID, "");
	assert_get_fails(client, "ftp://host/", ERR_INVALID, "'host' must begin with https://");
	const char *const headers[] = { "X-One: 1\r\nX-Two: 2", NULL };
	assert_fails(client,
		&(struct http_call){ .method = "GET", .url = at("/"), .headers = headers },
		ERR_INVALID, "line break");
	http_client_free(&client);
	client = client_with((struct http_client_options){ .https_only = true });
	assert_get_fails(client, at("/"), ERR_INVALID, "plain http to '127.0.0.1:");
	http_client_free(&client);
}

/* ---- failures ---- */

static void what_cannot_be_reached_is_named(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	const char *url = at("/");
	char copy[64], want[80];
	snprintf(copy, sizeof(copy), "%s", url);
	snprintf(want, sizeof(want), "cannot connect to '127.0.0.1:%u': connection refused",
		http_server_port(rig.server));
	stop_rig();
	assert_get_fails(client, copy, ERR_NET, want);
	start_rig(NULL, NULL);
	assert_get_fails(client, "http://user:secret@nowhere.invalid/path?token=x", ERR_NET,
		"cannot find the host 'nowhere.invalid': check the name, or the DNS");
	http_client_free(&client);
}

static void cut_answers_are_failures(void **state)
{
	(void)state;
	static const char *const answers[] = { "", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Le",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le",
		"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n12345",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n" };
	struct http_client *client = plain_client();
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct bad_server bad = { .bytes = answers[i] };
		bad_start(&bad);
		assert_get_fails(client, bad.url, ERR_NET, "'127.0.0.1:");
		bad_stop(&bad);
	}
	assert_get_fails(
		client, at("/cut"), ERR_NET, "cut the connection before its answer was complete");
	struct bad_server bad = { .bytes = "220 smtp.example ESMTP\r\n" };
	bad_start(&bad);
	assert_get_fails(client, bad.url, ERR_NET, "is not a web server");
	bad_stop(&bad);
	bad = (struct bad_server){ .bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
					    "Content-Length: 4\r\n\r\nnope" };
	bad_start(&bad);
	assert_get_fails(client, bad.url, ERR_NET, "cannot be decompressed");
	bad_stop(&bad);
	http_client_free(&client);
}

/* A kept connection that dies without an answer: the request may have had its effect, so it must
 * not be sent a second time behind the caller's back. */
static void a_post_is_never_repeated_silently(void **state)
{
	(void)state;
	struct bad_server bad = { .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		.hold_ms = 0 };
	bad_start(&bad);
	struct http_client *client = plain_client();
	const struct http_call call = {
		.method = "POST", .url = bad.url, .body = "b", .body_len = 1
	};
	struct http_answer answer;
	for (int i = 0; i < 20; i++) {
		int before = bad.requests;
		if (http_client_call(client, &call, &answer, NULL))
			http_answer_release(&answer);
		assert_in_range(bad.requests - before, 0, 1);
	}
	http_client_free(&client);
	bad_stop(&bad);
}

static void trailers_and_interim_answers_are_no_obstacle(void **state)
{
	(void)state;
	struct bad_server good = { .bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
					    "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n"
					    "2\r\nok\r\n0\r\nX-T: 1\r\n\r\n" };
	bad_start(&good);
	struct http_client *client = plain_client();
	struct http_answer answer = get(client, good.url);
	assert_string_equal(answer.body.data, "ok");
	http_answer_release(&answer);
	http_client_free(&client);
	bad_stop(&good);
}

static void deadlines_are_total(void **state)
{
	(void)state;
	struct http_client *client = client_with((struct http_client_options){ .timeout_ms = 300 });
	struct bad_server bad = {
		.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n0123456789", .each_ms = 20
	};
	bad_start(&bad);
	int64_t before = clock_mono_ms();
	assert_get_fails(client, bad.url, ERR_NET, "no complete answer from '127.0.0.1:");
	assert_in_range(clock_mono_ms() - before, 250, 1500);
	const struct http_call call = { .method = "GET", .url = bad.url, .timeout_ms = 100 };
	before = clock_mono_ms();
	assert_fails(client, &call, ERR_NET, "within 0.1 s");
	assert_in_range(clock_mono_ms() - before, 80, 280);
	http_client_free(&client);
	bad_stop(&bad);
}

/* ---- certificates ---- */

static void assert_certificate(struct fixture_wish wish, const struct fixture_certificate *ca,
	const char *host, const char *refusal)
{
	char directory[] = "/tmp/http_client_test.XXXXXX", certificate[64], key[64], ca_file[64];
	assert_non_null(mkdtemp(directory));
	snprintf(certificate, sizeof(certificate), "%s/cert.pem", directory);
	snprintf(key, sizeof(key), "%s/key.pem", directory);
	snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", directory);
	struct fixture_certificate shown = fixture_certificate_make(wish);
	fixture_certificate_write(&shown, certificate, key);
	fixture_certificate_write(ca, ca_file, NULL);
	char *ca_text = fixture_certificate_text(ca);
	start_rig(certificate, key);
	/* Trust given as a file and as text must come to the same. */
	const struct http_client_options trusts[] = { { .ca_file = ca_file },
		{ .ca_pem = ca_text } };
	for (int i = 0; i < 2; i++) {
		struct http_client *client = client_with(trusts[i]);
		const char *url = address("https", host, "/");
		if (refusal) {
			assert_get_fails(client, url, ERR_NET, refusal);
		} else {
			struct http_answer answer = get(client, url);
			assert_int_equal(answer.status, 200);
			http_answer_release(&answer);
		}
		http_client_free(&client);
	}
	stop_rig();
	free(ca_text);
	fixture_certificate_free(&shown);
	unlink(certificate);
	unlink(key);
	unlink(ca_file);
	rmdir(directory);
}

static void certificates_are_verified_and_refusals_say_why(void **state)
{
	(void)state;
	enum { DAY = 86400 };
	struct fixture_certificate ca = fixture_certificate_make(
		(struct fixture_wish){ .common_name = "ca", .from_s = -DAY, .to_s = DAY });
	struct fixture_certificate other = fixture_certificate_make(
		(struct fixture_wish){ .common_name = "other", .from_s = -DAY, .to_s = DAY });
	struct fixture_wish wish = { .common_name = "leaf",
		.names = "DNS:localhost,IP:127.0.0.1",
		.from_s = -DAY,
		.to_s = DAY,
		.issuer = &ca };
	assert_certificate(wish, &ca, "localhost", NULL);
	assert_certificate(wish, &ca, "127.0.0.1", NULL);
	assert_certificate(wish, &other, "localhost", "' was issued by an unknown authority");
	wish.names = "DNS:elsewhere.example";
	assert_certificate(wish, &ca, "localhost", "' is for another host name");
	wish.names = "DNS:localhost";
	wish.to_s = -60;
	assert_certificate(wish, &ca, "localhost", "' has expired");
	wish.from_s = 3600;
	wish.to_s = DAY;
	assert_certificate(wish, &ca, "localhost", "' is not valid yet");
	wish.from_s = -DAY;
	wish.issuer = NULL;
	assert_certificate(wish, &ca, "localhost", "' is self-signed");
	fixture_certificate_free(&ca);
	fixture_certificate_free(&other);
}

/* The name in the certificate that the server shows now. */
static void read_shown_name(char *ret, int size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	int fd = connect_to_rig();
	SSL_set_fd(ssl, fd);
	assert_int_equal(SSL_connect(ssl), 1);
	X509 *shown = SSL_get1_peer_certificate(ssl);
	X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, ret, size);
	X509_free(shown);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
}

struct reload {
	struct err err;
	atomic_int state; /* 0: under way, 1: done, 2: failed */
};

static void reload(void *arg)
{
	struct reload *r = arg;
	r->state = http_server_reload_tls(rig.server, &r->err) ? 1 : 2;
}

static int reload_rig(struct err *err)
{
	struct reload r = { 0 };
	loop_post(rig.loop, reload, &r);
	for (int i = 0; i < 500 && !r.state; i++)
		usleep(10000);
	*err = r.err;
	return r.state;
}

static struct fixture_certificate self_signed(const char *name)
{
	return fixture_certificate_make((struct fixture_wish){
		.common_name = name, .names = "DNS:localhost", .from_s = -60, .to_s = 3600 });
}

static void a_reload_shows_the_new_certificate_or_keeps_the_old(void **state)
{
	(void)state;
	char directory[] = "/tmp/http_client_test.XXXXXX", certificate[64], key[64], name[16];
	assert_non_null(mkdtemp(directory));
	snprintf(certificate, sizeof(certificate), "%s/cert.pem", directory);
	snprintf(key, sizeof(key), "%s/key.pem", directory);
	struct fixture_certificate first = self_signed("first"), second = self_signed("second");
	struct err err;
	fixture_certificate_write(&first, certificate, key);
	start_rig(certificate, key);
	read_shown_name(name, sizeof(name));
	assert_string_equal(name, "first");
	fixture_certificate_write(&second, certificate, NULL); /* the key is still the first's */
	assert_int_equal(reload_rig(&err), 2);
	assert_int_equal(err.code, ERR_INVALID);
	assert_contains(err.text, "does not belong to certificate '");
	read_shown_name(name, sizeof(name));
	assert_string_equal(name, "first");
	fixture_certificate_write(&second, NULL, key);
	assert_int_equal(reload_rig(&err), 1);
	read_shown_name(name, sizeof(name));
	assert_string_equal(name, "second");
	assert_int_equal(truncate(certificate, 10), 0);
	assert_int_equal(reload_rig(&err), 2);
	assert_contains(err.text, "cannot use certificate '");
	stop_rig();
	fixture_certificate_free(&first);
	fixture_certificate_free(&second);
	unlink(certificate);
	unlink(key);
	rmdir(directory);
}

static void old_tls_is_refused_by_the_server(void **state)
{
	(void)state;
	char directory[] = "/tmp/http_client_test.XXXXXX", pem[64];
	assert_non_null(mkdtemp(directory));
	snprintf(pem, sizeof(pem), "%s/key.pem", directory);
	char certificate[64];
	snprintf(certificate, sizeof(certificate), "%s/cert.pem", directory);
	struct fixture_certificate shown = self_signed("shown");
	fixture_certificate_write(&shown, certificate, pem);
	start_rig(certificate, pem);
	for (int version = TLS1_1_VERSION; version <= TLS1_2_VERSION; version++) {
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_security_level(context, 0); /* lets this client offer TLS 1.1 */
		SSL_CTX_set_max_proto_version(context, version);
		SSL_CTX_set_min_proto_version(context, version);
		SSL *ssl = SSL_new(context);
		int fd = connect_to_rig();
		SSL_set_fd(ssl, fd);
		assert_int_equal(SSL_connect(ssl) == 1, version == TLS1_2_VERSION);
		SSL_free(ssl);
		SSL_CTX_free(context);
		close(fd);
	}
	stop_rig();
	fixture_certificate_free(&shown);
	unlink(certificate);
	unlink(pem);
	rmdir(directory);
}

static void unusable_authorities_are_named(void **state)
{
	(void)state;
	const char *url = address("https", "127.0.0.1", "/"); /* nobody speaks TLS there */
	struct http_client *client =
		client_with((struct http_client_options){ .ca_file = "/nonexistent/ca.pem" });
	assert_get_fails(client, url, ERR_NET, "cannot read authorities '/nonexistent/ca.pem'");
	http_client_free(&client);
	client = client_with((struct http_client_options){ .ca_pem = "not PEM" });
	assert_get_fails(client, url, ERR_NET, "hold no PEM certificate");
	http_client_free(&client);
	client = plain_client();
	assert_get_fails(client, url, ERR_NET, "no TLS connection to '127.0.0.1:");
	http_client_free(&client);
}

/* ---- the stream, waking and cancelling ---- */

static char piece_one[] = "one", piece_two[] = "two", piece_piece[] = "piece";

static void write_stream(void *arg)
{
	if (rig.stream)
		http_stream_write(rig.stream, arg, strlen(arg));
}

static void end_stream(void *arg)
{
	(void)arg;
	if (rig.stream)
		http_stream_end(rig.stream);
	rig.stream = NULL;
}

static void collect(const char *bytes, size_t len, void *arg)
{
	buf_add(arg, bytes, len);
}

static void open_stream(struct http_client *client, http_piece_fn *fn, void *arg)
{
	struct err err;
	const struct http_call call = { .method = "GET", .url = at("/stream") };
	if (!http_client_stream_open(client, &call, fn, arg, &err))
		fail_msg("%s", err.text);
	int before = rig.streams;
	for (int i = 0; i < 500 && rig.streams == before; i++)
		assert_true(http_client_wait(client, 10, NULL, NULL));
}

static void a_stream_delivers_pieces_and_its_end(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	struct buf seen;
	struct err err;
	long status = 0;
	buf_init(&seen, 100);
	open_stream(client, collect, &seen);
	assert_true(http_client_stream_is_open(client));
	loop_post(rig.loop, write_stream, piece_one);
	assert_true(http_client_wait(client, 5000, NULL, &err));
	assert_string_equal(seen.data, "one");
	loop_post(rig.loop, write_stream, piece_two);
	assert_true(http_client_wait(client, 5000, NULL, &err));
	assert_string_equal(seen.data, "onetwo");
	loop_post(rig.loop, end_stream, NULL);
	assert_false(http_client_wait(client, 5000, &status, &err));
	assert_int_equal(err.code, ERR_NET);
	assert_int_equal(status, 200);
	assert_false(http_client_stream_is_open(client));
	buf_release(&seen);
	http_client_free(&client);
}

static void a_call_beside_the_stream_leaves_its_news_to_the_wait(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	struct buf seen;
	buf_init(&seen, 100);
	open_stream(client, collect, &seen);
	struct http_answer answer;
	for (int i = 0; i < 100 && !seen.len; i++) {
		loop_post(rig.loop, write_stream, piece_piece);
		answer = get(client, at("/beside"));
		http_answer_release(&answer);
	}
	assert_int_not_equal(seen.len, 0);
	int64_t before = clock_mono_ms();
	assert_true(http_client_wait(client, 5000, NULL, NULL));
	assert_in_range(clock_mono_ms() - before, 0, 1000);
	http_client_stream_close(client);
	for (int i = 0; i < 500 && !rig.stream_ends; i++)
		usleep(10000);
	assert_int_equal(rig.stream_ends, 1);
	buf_release(&seen);
	http_client_free(&client);
}

static void close_from_within(const char *bytes, size_t len, void *arg)
{
	(void)bytes, (void)len;
	http_client_stream_close(arg);
}

static void a_stream_may_be_closed_by_its_piece(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	open_stream(client, close_from_within, client);
	loop_post(rig.loop, write_stream, piece_one);
	assert_true(http_client_wait(client, 200, NULL, NULL));
	assert_false(http_client_stream_is_open(client));
	http_client_free(&client);
}

static void a_stream_that_cannot_begin_says_so(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	struct buf seen;
	struct err err;
	long status = -1;
	buf_init(&seen, 1000);
	const struct http_call refused = { .method = "GET", .url = at("/retry") };
	assert_true(http_client_stream_open(client, &refused, collect, &seen, &err));
	assert_false(http_client_wait(client, 5000, &status, &err));
	assert_int_equal(status, 503);
	const struct http_call unknown = { .method = "GET", .url = "http://nowhere.invalid/" };
	assert_true(http_client_stream_open(client, &unknown, collect, &seen, &err));
	assert_false(http_client_wait(client, 5000, &status, &err));
	assert_int_equal(status, 0);
	assert_contains(err.text, "cannot find the host");
	const struct http_call brief = { .method = "GET", .url = at("/stream"), .timeout_ms = 200 };
	assert_true(http_client_stream_open(client, &brief, collect, &seen, &err));
	assert_false(http_client_wait(client, 5000, &status, &err));
	assert_int_equal(status, 200);
	buf_release(&seen);
	http_client_free(&client);
}

static void *wake_later(void *arg)
{
	usleep(50000); /* so that the other thread waits by then */
	http_client_wake(arg);
	return NULL;
}

static void *cancel_later(void *arg)
{
	usleep(50000); /* so that the other thread waits by then */
	http_client_cancel(arg);
	return NULL;
}

static void a_wait_can_be_woken(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	int64_t before = clock_mono_ms();
	assert_true(http_client_wait(client, 100, NULL, NULL));
	assert_in_range(clock_mono_ms() - before, 95, 1000);
	http_client_wake(client); /* before the wait, and a call between does not lose it */
	struct http_answer answer = get(client, at("/"));
	http_answer_release(&answer);
	before = clock_mono_ms();
	assert_true(http_client_wait(client, 5000, NULL, NULL));
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, wake_later, client), 0);
	assert_true(http_client_wait(client, 5000, NULL, NULL));
	assert_in_range(clock_mono_ms() - before, 40, 2000);
	pthread_join(thread, NULL);
	http_client_free(&client);
}

static void cancelling_ends_everything(void **state)
{
	(void)state;
	struct http_client *client = plain_client();
	pthread_t thread;
	int64_t before = clock_mono_ms();
	assert_int_equal(pthread_create(&thread, NULL, cancel_later, client), 0);
	assert_get_fails(client, at("/hold"), ERR_CANCELLED, "cancelled");
	assert_in_range(clock_mono_ms() - before, 40, 2000);
	pthread_join(thread, NULL);
	assert_get_fails(client, at("/"), ERR_CANCELLED, "cancelled");
	struct err err;
	const struct http_call call = { .method = "GET", .url = at("/stream") };
	assert_false(http_client_stream_open(client, &call, collect, NULL, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	assert_false(http_client_wait(client, 5000, NULL, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	http_client_free(&client);
}

static void streams_and_departures_work_over_tls(void **state)
{
	(void)state;
	char directory[] = "/tmp/http_client_test.XXXXXX", certificate[64], key[64], url[256];
	assert_non_null(mkdtemp(directory));
	snprintf(certificate, sizeof(certificate), "%s/cert.pem", directory);
	snprintf(key, sizeof(key), "%s/key.pem", directory);
	struct fixture_certificate shown = self_signed("shown");
	fixture_certificate_write(&shown, certificate, key);
	start_rig(certificate, key);
	struct http_client *client =
		client_with((struct http_client_options){ .ca_file = certificate });
	struct buf seen;
	buf_init(&seen, 100);
	snprintf(url, sizeof(url), "%s", address("https", "localhost", "/stream"));
	const struct http_call stream = { .method = "GET", .url = url };
	assert_true(http_client_stream_open(client, &stream, collect, &seen, NULL));
	for (int i = 0; i < 500 && !rig.streams; i++)
		assert_true(http_client_wait(client, 10, NULL, NULL));
	loop_post(rig.loop, write_stream, piece_one);
	assert_true(http_client_wait(client, 5000, NULL, NULL));
	assert_string_equal(seen.data, "one");
	const struct http_call held = {
		.method = "GET", .url = address("https", "localhost", "/hold"), .timeout_ms = 300
	};
	assert_fails(client, &held, ERR_NET, "no complete answer");
	http_client_stream_close(client);
	http_client_free(&client);
	for (int i = 0; i < 500 && rig.stream_ends < 2; i++)
		usleep(10000);
	assert_int_equal(rig.stream_ends, 2);
	stop_rig();
	buf_release(&seen);
	fixture_certificate_free(&shown);
	unlink(certificate);
	unlink(key);
	rmdir(directory);
}

#define SERVED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_call_carries_what_it_is_given),
		SERVED(every_method_is_sent),
		SERVED(redirects_are_returned_not_followed),
		SERVED(retry_after_is_understood),
		SERVED(answers_are_decompressed_within_the_limit),
		SERVED(bad_addresses_are_refused_without_quoting_them),
		SERVED(what_cannot_be_reached_is_named),
		SERVED(cut_answers_are_failures),
		SERVED(a_post_is_never_repeated_silently),
		SERVED(trailers_and_interim_answers_are_no_obstacle),
		SERVED(deadlines_are_total),
		cmocka_unit_test(certificates_are_verified_and_refusals_say_why),
		cmocka_unit_test(a_reload_shows_the_new_certificate_or_keeps_the_old),
		cmocka_unit_test(old_tls_is_refused_by_the_server),
		SERVED(unusable_authorities_are_named),
		SERVED(a_stream_delivers_pieces_and_its_end),
		SERVED(a_call_beside_the_stream_leaves_its_news_to_the_wait),
		SERVED(a_stream_may_be_closed_by_its_piece),
		SERVED(a_stream_that_cannot_begin_says_so),
		cmocka_unit_test(streams_and_departures_work_over_tls),
		SERVED(a_wait_can_be_woken),
		SERVED(cancelling_ends_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
