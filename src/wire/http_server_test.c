#include "wire/http_server.h"

#include "base/clock.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_BODY = 4096, MAX_HEADERS = 2048, TIMEOUT_S = 1, ANSWER_MAX = 16 << 20, MUCH = 12 << 20 };

/* One server on a loop in a thread of its own; the tests are its clients, on plain sockets. */
static struct {
	struct loop *loop;
	struct http_server *server;
	struct http_request *kept; /* by /keep... */
	atomic_int closed;         /* how often an on_close came */
	atomic_int handled;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
} rig = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void change(atomic_int *counter)
{
	pthread_mutex_lock(&rig.lock);
	++*counter;
	pthread_cond_broadcast(&rig.changed);
	pthread_mutex_unlock(&rig.lock);
}

/* Waits until *counter is at least `least`; false after five seconds. */
static bool wait_for(atomic_int *counter, int least)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 5;
	pthread_mutex_lock(&rig.lock);
	int failed = 0;
	while (*counter < least && !failed)
		failed = pthread_cond_timedwait(&rig.changed, &rig.lock, &until);
	pthread_mutex_unlock(&rig.lock);
	return !failed;
}

static void kept_closed(void *arg)
{
	(void)arg;
	rig.kept = NULL;
	change(&rig.closed);
}

static void tell_everything(struct http_request *req)
{
	char text[2048], value[64] = "absent";
	size_t len;
	const char *body = http_body(req, &len);
	http_query_value(req, "q", value, sizeof(value));
	const char *x = http_header(req, "x-test");
	snprintf(text, sizeof(text), "%s|%s|%s|%s|%s|%.*s|%s", http_method_name(req),
		http_path(req), http_query(req), value, x ? x : "none", (int)len, body,
		http_peer(req));
	http_set_header(req, "X-Good", "yes");
	http_set_header(req, "X-Bad", "a\r\nX-Evil: 1");
	http_set_header(req, "X Bad", "yes");
	http_reply(req, 200, "text/plain", text, strlen(text));
}

static void stream_much(struct http_request *req)
{
	static char bytes[256 << 10];
	memset(bytes, 's', sizeof(bytes));
	int written = 0;
	while (written < 1000 && http_stream_write(req, bytes, sizeof(bytes)))
		written++;
	assert_in_range(written, 4, 5); /* 1 MiB, and the one which passed it */
	http_stream_end(req);
}

/* More than the sockets take at once. */
static void tell_much(struct http_request *req)
{
	static char bytes[MUCH];
	memset(bytes, 'm', sizeof(bytes));
	http_reply(req, 200, "text/plain", bytes, sizeof(bytes));
}

static void handle(struct http_request *req, void *arg)
{
	(void)arg;
	const char *path = http_path(req);
	if (text_starts_with(path, "/keep")) {
		if (!text_equal(path, "/keep-unregistered"))
			http_request_on_close(req, kept_closed, NULL);
		rig.kept = req;
	} else if (text_equal(path, "/stream")) {
		http_stream_start(req, 200, "text/plain");
		http_stream_write(req, "one,", 4);
		http_stream_write(req, "", 0);
		http_stream_write(req, "two", 3);
		http_stream_end(req);
	} else if (text_equal(path, "/stream-kept")) {
		http_stream_start(req, 200, "text/plain");
		http_stream_write(req, "begun", 5);
		http_request_on_close(req, kept_closed, NULL);
		rig.kept = req;
	} else if (text_equal(path, "/stream-much")) {
		http_stream_start(req, 200, "text/plain");
		stream_much(req);
	} else if (text_equal(path, "/much")) {
		tell_much(req);
	} else if (text_equal(path, "/cut")) {
		http_reply_cut(req, 200, "text/plain", "0123456789", 10, 4);
	} else if (text_equal(path, "/cut-all")) {
		http_reply_cut(req, 200, "text/plain", "0123456789", 10, 0);
	} else if (text_equal(path, "/nothing")) {
		http_reply(req, 204, NULL, "ignored", 7);
	} else {
		tell_everything(req);
	}
	change(&rig.handled);
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static void start_rig(const char *certificate, const char *key, const char *proxies)
{
	struct err err = { 0 };
	const struct http_server_options options = { .host = "127.0.0.1",
		.max_body = MAX_BODY,
		.max_headers = MAX_HEADERS,
		.timeout_s = TIMEOUT_S,
		.tls_certificate = certificate,
		.tls_key = key,
		.trusted_proxies = proxies };
	rig.loop = loop_new();
	rig.kept = NULL;
	rig.closed = rig.handled = 0;
	if (!http_server_new(rig.loop, &options, handle, NULL, &rig.server, &err))
		fail_msg("%s", err.text);
	assert_int_equal(pthread_create(&rig.thread, NULL, run, rig.loop), 0);
}

static int set_up(void **state)
{
	(void)state;
	start_rig(NULL, NULL, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_stop(rig.loop);
	pthread_join(rig.thread, NULL);
	http_server_free(&rig.server);
	loop_free(&rig.loop);
	return 0;
}

static int connect_to_rig(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(rig.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { 5, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	size_t len = strlen(text);
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static char answer[ANSWER_MAX + 1];

/* Reads until `until` was seen (NULL: the end of the connection). */
static const char *hear(int fd, const char *until)
{
	size_t len = 0;
	for (;;) {
		ssize_t n = recv(fd, answer + len, ANSWER_MAX - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
		answer[len] = '\0';
		if (until && strstr(answer, until))
			break;
	}
	answer[len] = '\0';
	return answer;
}

static const char *ask(const char *request)
{
	int fd = connect_to_rig();
	say(fd, request);
	hear(fd, NULL);
	close(fd);
	return answer;
}

#define END "Host: h\r\nConnection: close\r\n\r\n"

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%.500s'", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in '%.500s'", part, text);
}

static void a_request_tells_everything(void **state)
{
	(void)state;
	ask("GET /a%20b/c?x=1&%71=%C3%A4+b&q=2 HTTP/1.1\r\nX-TEST: v\r\n" END);
	assert_contains(answer, "HTTP/1.1 200 OK\r\n");
	assert_contains(answer, "X-Good: yes\r\n");
	assert_lacks(answer, "Evil");
	assert_lacks(answer, "X Bad");
	assert_contains(answer, "\r\n\r\nGET|/a%20b/c|x=1&%71=%C3%A4+b&q=2|ä b|v||127.0.0.1");
}

static void every_method_has_its_name(void **state)
{
	(void)state;
	const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS" };
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		char text[128], want[32];
		snprintf(text, sizeof(text), "%s / HTTP/1.1\r\nContent-Length: 2\r\n" END "hi",
			methods[i]);
		snprintf(want, sizeof(want), "\r\n\r\n%s|/||absent|none|hi|", methods[i]);
		assert_contains(ask(text), want);
	}
	assert_contains(ask("BREW / HTTP/1.1\r\n" END), "HTTP/1.1 501 ");
	assert_contains(ask("TRACE / HTTP/1.1\r\n" END), "HTTP/1.1 501 ");
}

static void an_answer_to_head_has_a_length_but_no_body(void **state)
{
	(void)state;
	ask("HEAD / HTTP/1.1\r\n" END);
	assert_contains(answer, "Content-Length: 30\r\n");
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
	ask("HEAD /stream HTTP/1.1\r\n" END);
	assert_contains(answer, "HTTP/1.1 200 OK\r\n");
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
	ask("GET /nothing HTTP/1.1\r\n" END);
	assert_contains(answer, "HTTP/1.1 204 ");
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void connections_are_kept_and_pipelined(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_contains(hear(fd, "127.0.0.1"), "|/1|");
	say(fd,
		"GET /2 HTTP/1.1\r\nHost: h\r\n\r\nPOST /3 HTTP/1.1\r\nHost: h\r\n"
		"Content-Length: 4\r\n\r\nbodyGET /4 HTTP/1.1\r\n" END);
	hear(fd, NULL);
	assert_contains(answer, "GET|/2|");
	assert_contains(answer, "POST|/3||absent|none|body|");
	assert_contains(answer, "GET|/4|");
	close(fd);
}

static void http_1_0_is_kept_when_it_asks_so(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_contains(hear(fd, "127.0.0.1"), "Connection: keep-alive\r\n");
	say(fd, "GET /2 HTTP/1.0\r\n\r\n");
	assert_contains(hear(fd, NULL), "GET|/2|");
	assert_contains(answer, "HTTP/1.0 200 OK\r\n");
	assert_contains(answer, " GMT\r\n");
	assert_lacks(answer, "Connection:");
	close(fd);
}

/* It does not fit into the sockets, and what comes meanwhile waits for its turn. */
static void a_long_answer_reaches_a_slow_client(void **state)
{
	(void)state;
	char end[32];
	int fd = connect_to_rig();
	snprintf(end, sizeof(end), "Content-Length: %d\r\n", MUCH);
	say(fd, "GET /much HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_true(wait_for(&rig.handled, 1));
	say(fd, "GET /next HTTP/1.1\r\n" END);
	usleep(200000); /* time in which the next request must not be taken */
	assert_int_equal(rig.handled, 1);
	hear(fd, NULL);
	assert_contains(answer, end);
	const char *body = strstr(answer, "\r\n\r\n") + 4;
	assert_int_equal(strspn(body, "m"), MUCH);
	assert_contains(body + MUCH, "GET|/next|");
	close(fd);
}

static void a_client_that_leaves_a_long_answer_harms_nobody(void **state)
{
	(void)state;
	const struct linger reset = { 1, 0 };
	for (int i = 0; i < 4; i++) {
		int fd = connect_to_rig();
		say(fd, "GET /much HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\n" END);
		assert_true(wait_for(&rig.handled, i + 1));
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
	assert_contains(ask("GET / HTTP/1.1\r\n" END), "200 OK");
}

static int set_up_behind_a_proxy(void **state)
{
	(void)state;
	start_rig(NULL, NULL, "127.0.0.1, 10.0.0.0/8");
	return 0;
}

static void a_trusted_proxy_tells_whom_it_serves(void **state)
{
	(void)state;
	assert_contains(ask("GET / HTTP/1.1\r\n" END), "|127.0.0.1");
	ask("GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.7\r\n" END);
	assert_contains(answer, "|192.0.2.7");
	/* Some proxies add a line instead of a word. */
	ask("GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2001:DB8::7\r\n"
	    "X-Forwarded-For: 10.1.1.1\r\n" END);
	assert_contains(answer, "|2001:db8::7");
}

static void nobody_else_is_believed(void **state)
{
	(void)state;
	ask("GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7\r\n" END);
	assert_contains(answer, "|127.0.0.1");
}

static void a_chunked_body_is_joined(void **state)
{
	(void)state;
	ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END
	    "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert_contains(answer, "|abcde|");
}

static void a_body_over_the_limit_gets_413(void **state)
{
	(void)state;
	char text[MAX_BODY + 256], body[MAX_BODY + 2];
	memset(body, 'b', sizeof(body));
	body[MAX_BODY + 1] = '\0';
	snprintf(text, sizeof(text), "POST / HTTP/1.1\r\nContent-Length: %d\r\n" END "%s",
		MAX_BODY + 1, body);
	assert_contains(ask(text), "HTTP/1.1 413 ");
	snprintf(text, sizeof(text),
		"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "%x\r\n", MAX_BODY + 1);
	assert_contains(ask(text), "HTTP/1.1 413 ");
	assert_int_equal(rig.handled, 0);
	body[MAX_BODY] = '\0';
	snprintf(text, sizeof(text), "POST /nothing HTTP/1.1\r\nContent-Length: %d\r\n" END "%s",
		MAX_BODY, body);
	assert_contains(ask(text), "HTTP/1.1 204 ");
}

static void a_header_block_over_the_limit_is_refused(void **state)
{
	(void)state;
	char text[2 * MAX_HEADERS], long_value[MAX_HEADERS + 1];
	memset(long_value, 'v', sizeof(long_value));
	long_value[MAX_HEADERS] = '\0';
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nX-Long: %s\r\n" END, long_value);
	assert_contains(ask(text), "HTTP/1.1 400 ");
	assert_int_equal(rig.handled, 0);
	long_value[MAX_HEADERS - 128] = '\0';
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nX-Long: %s\r\n" END, long_value);
	assert_contains(ask(text), "200 OK");
}

static void ambiguous_requests_are_refused(void **state)
{
	(void)state;
	const char *const requests[] = {
		"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n" END
		"0\r\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n" END "abc",
		"POST / HTTP/1.1\r\nContent-Length : 3\r\n" END "abc",
		"POST / HTTP/1.1\r\nContent-Length: +3\r\n" END "abc",
		"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n" END "0\r\n\r\n",
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END "0\r\n\r\n",
		"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: other\r\n" END,
		"GET //other/path HTTP/1.1\r\n" END,
		"GET http://other/ HTTP/1.1\r\n" END,
	};
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		assert_contains(ask(requests[i]), "HTTP/1.1 400 ");
	assert_int_equal(rig.handled, 0);
}

static void expectations_are_met(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n" END);
	assert_string_equal(hear(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
	say(fd, "yes");
	assert_contains(hear(fd, NULL), "|yes|");
	close(fd);
	assert_contains(ask("POST / HTTP/1.1\r\nExpect: miracles\r\nContent-Length: 3\r\n" END),
		"HTTP/1.1 417 ");
}

static void streams_are_chunked_for_1_1_and_plain_for_1_0(void **state)
{
	(void)state;
	ask("GET /stream HTTP/1.1\r\n" END);
	assert_contains(answer, "Transfer-Encoding: chunked\r\n");
	assert_contains(answer, "\r\n\r\n4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n");
	ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_lacks(answer, "chunked");
	assert_contains(answer, "\r\n\r\none,two");
}

static void a_stream_stops_when_too_much_is_unsent(void **state)
{
	(void)state;
	ask("GET /stream-much HTTP/1.1\r\n" END);
	assert_contains(answer, "\r\n0\r\n\r\n");
}

static void a_cut_answer_promises_more_than_it_gives(void **state)
{
	(void)state;
	ask("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_contains(answer, "Content-Length: 10\r\n");
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n0123");
	ask("GET /cut-all HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_contains(answer, "Content-Length: 10\r\n");
	assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
}

static void answer_kept(void *arg)
{
	(void)arg;
	if (rig.kept)
		tell_everything(rig.kept);
	rig.kept = NULL;
	change(&rig.handled);
}

static void a_late_answer_arrives_even_after_the_timeout(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /keep HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\n" END);
	assert_true(wait_for(&rig.handled, 1));
	usleep(TIMEOUT_S * 1000000 + 300000); /* a handler slower than the timeout */
	loop_post(rig.loop, answer_kept, NULL);
	hear(fd, NULL);
	assert_contains(answer, "GET|/keep|");
	assert_contains(answer, "GET|/next|");
	assert_int_equal(rig.closed, 0);
	close(fd);
}

static void who_keeps_a_request_hears_that_the_client_left(void **state)
{
	(void)state;
	const char *const paths[] = { "/keep", "/stream-kept" };
	for (int i = 0; i < 2; i++) {
		char text[64];
		int fd = connect_to_rig();
		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" END, paths[i]);
		say(fd, text);
		assert_true(wait_for(&rig.handled, i + 1));
		close(fd);
		assert_true(wait_for(&rig.closed, i + 1));
	}
}

static void a_late_answer_to_nobody_is_dropped(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /keep-unregistered?q=1 HTTP/1.1\r\n" END);
	assert_true(wait_for(&rig.handled, 1));
	close(fd);
	usleep(100000); /* nobody tells when evhttp has seen the close */
	loop_post(rig.loop, answer_kept, NULL);
	assert_true(wait_for(&rig.handled, 2));
}

static void a_reset_connection_ends_a_stream(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /stream-kept HTTP/1.1\r\n" END);
	assert_contains(hear(fd, "begun"), "begun");
	struct linger now = { 1, 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
	assert_true(wait_for(&rig.closed, 1));
}

static void freeing_the_server_tells_who_keeps_requests(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET /keep HTTP/1.1\r\n" END);
	assert_true(wait_for(&rig.handled, 1));
	loop_stop(rig.loop);
	pthread_join(rig.thread, NULL);
	http_server_free(&rig.server);
	assert_int_equal(rig.closed, 1);
	assert_int_equal(strlen(hear(fd, NULL)), 0);
	close(fd);
	loop_free(&rig.loop);
	start_rig(NULL, NULL, NULL);
}

static void silent_clients_are_dropped(void **state)
{
	(void)state;
	int fd = connect_to_rig();
	say(fd, "GET / HTTP/1.1\r\nHo");
	int64_t before = clock_mono_ms();
	assert_int_equal(strlen(hear(fd, NULL)), 0);
	assert_in_range(clock_mono_ms() - before, TIMEOUT_S * 1000 - 100, TIMEOUT_S * 1000 + 2000);
	assert_int_equal(rig.handled, 0);
	close(fd);
}

/* One byte now and then is not silence; but the whole request has its time too. */
static void assert_dribble_is_cut(const char *request)
{
	int fd = connect_to_rig();
	int64_t before = clock_mono_ms();
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	for (size_t i = 0; request[i] && !poll(&readable, 1, 200); i++)
		assert_int_equal(send(fd, request + i, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(recv(fd, answer, 1, 0), 0);
	assert_in_range(
		clock_mono_ms() - before, 2 * TIMEOUT_S * 1000 - 100, 2 * TIMEOUT_S * 1000 + 2000);
	close(fd);
}

static void dribbling_clients_are_dropped(void **state)
{
	(void)state;
	assert_dribble_is_cut(
		"GET / HTTP/1.1\r\nHost: h\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	assert_int_equal(rig.handled, 0);
	int fd = connect_to_rig(); /* the body, on a connection that was used before */
	say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	assert_contains(hear(fd, "127.0.0.1"), "|/1|");
	say(fd, "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\n");
	int sent = 0;
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	for (; sent < 40 && !poll(&readable, 1, 200); sent++)
		assert_int_equal(send(fd, "b", 1, MSG_NOSIGNAL), 1);
	assert_in_range(sent, 5, 25);
	assert_int_equal(rig.handled, 1);
	close(fd);
}

static void drain(void *arg)
{
	http_server_drain(rig.server);
	change(arg);
}

static void a_drained_server_serves_old_connections_only(void **state)
{
	(void)state;
	atomic_int drained = 0;
	int fd = connect_to_rig();
	say(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
	hear(fd, "127.0.0.1");
	loop_post(rig.loop, drain, &drained);
	assert_true(wait_for(&drained, 1));
	say(fd, "GET /2 HTTP/1.1\r\n" END);
	assert_contains(hear(fd, NULL), "|/2|");
	close(fd);
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(rig.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_not_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	close(fd);
}

static void addresses_are_checked(void **state)
{
	(void)state;
	struct err err;
	struct http_server *second = NULL;
	struct loop *loop = loop_new();
	struct http_server_options options = { .host = "127.0.0.1",
		.port = http_server_port(rig.server) };
	assert_false(http_server_new(loop, &options, handle, NULL, &second, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_contains(err.text, "cannot listen on '127.0.0.1' port ");
	options.host = "localhost";
	assert_false(http_server_new(loop, &options, handle, NULL, &second, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(second);
	options = (struct http_server_options){ .host = "127.0.0.1",
		.tls_certificate = "/nonexistent/cert.pem",
		.tls_key = "/nonexistent/key.pem" };
	assert_false(http_server_new(loop, &options, handle, NULL, &second, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_contains(err.text, "cannot read certificate '/nonexistent/cert.pem': ");
	options = (struct http_server_options){ .host = "::1" };
	assert_true(http_server_new(loop, &options, handle, NULL, &second, &err));
	assert_int_not_equal(http_server_port(second), 0);
	http_server_free(&second);
	loop_free(&loop);
}

/* Connects until no descriptor is left; the number of connections. */
static int exhaust_descriptors(int fds[], int most)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(rig.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int count = 0, fd;
	while (count < most && (fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0) {
		fds[count++] = fd;
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
			fail_msg("cannot connect");
	}
	return count;
}

static void want_of_descriptors_neither_spins_nor_lasts(void **state)
{
	(void)state;
	enum { ROOM = 12 };
	int fds[ROOM], next = dup(0);
	close(next);
	struct rlimit old, low;
	getrlimit(RLIMIT_NOFILE, &old);
	low = (struct rlimit){ .rlim_cur = (rlim_t)next + ROOM, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_NOFILE, &low);
	int count = exhaust_descriptors(fds, ROOM);
	assert_in_range(count, 1, ROOM);
	clock_t before = clock();
	usleep(300000); /* time in which accepting must not spin */
	assert_in_range((clock() - before) * 1000 / CLOCKS_PER_SEC, 0, 100);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_contains(ask("GET / HTTP/1.1\r\n" END), "200 OK");
	while (count)
		close(fds[--count]);
}

static void percent_decoding_is_strict(void **state)
{
	(void)state;
	char ret[6];
	assert_true(http_percent_decode("a%20b", 5, false, ret, sizeof(ret)));
	assert_string_equal(ret, "a b");
	assert_true(http_percent_decode("a+b", 3, false, ret, sizeof(ret)));
	assert_string_equal(ret, "a+b");
	assert_true(http_percent_decode("a+b", 3, true, ret, sizeof(ret)));
	assert_string_equal(ret, "a b");
	assert_true(http_percent_decode("%e2%82%AC", 9, true, ret, sizeof(ret)));
	assert_string_equal(ret, "€");
	assert_true(http_percent_decode("12345", 5, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("123456", 6, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("%", 1, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("%4", 2, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("%41", 2, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("%4g", 3, true, ret, sizeof(ret)));
	assert_false(http_percent_decode("%00", 3, true, ret, sizeof(ret)));
}

#define SERVED(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_request_tells_everything),
		SERVED(every_method_has_its_name),
		SERVED(an_answer_to_head_has_a_length_but_no_body),
		SERVED(connections_are_kept_and_pipelined),
		SERVED(http_1_0_is_kept_when_it_asks_so),
		SERVED(a_long_answer_reaches_a_slow_client),
		SERVED(a_client_that_leaves_a_long_answer_harms_nobody),
		cmocka_unit_test_setup_teardown(
			a_trusted_proxy_tells_whom_it_serves, set_up_behind_a_proxy, tear_down),
		SERVED(nobody_else_is_believed),
		SERVED(a_chunked_body_is_joined),
		SERVED(a_body_over_the_limit_gets_413),
		SERVED(a_header_block_over_the_limit_is_refused),
		SERVED(ambiguous_requests_are_refused),
		SERVED(expectations_are_met),
		SERVED(streams_are_chunked_for_1_1_and_plain_for_1_0),
		SERVED(a_stream_stops_when_too_much_is_unsent),
		SERVED(a_cut_answer_promises_more_than_it_gives),
		SERVED(a_late_answer_arrives_even_after_the_timeout),
		SERVED(who_keeps_a_request_hears_that_the_client_left),
		SERVED(a_late_answer_to_nobody_is_dropped),
		SERVED(a_reset_connection_ends_a_stream),
		SERVED(freeing_the_server_tells_who_keeps_requests),
		SERVED(silent_clients_are_dropped),
		SERVED(dribbling_clients_are_dropped),
		SERVED(a_drained_server_serves_old_connections_only),
		SERVED(addresses_are_checked),
		SERVED(want_of_descriptors_neither_spins_nor_lasts),
		cmocka_unit_test(percent_decoding_is_strict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
