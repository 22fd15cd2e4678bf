/*
 * How this works
 *
 * Everything runs in one curl multi handle, also the blocking calls: so a wait for any of them is
 * one curl_multi_poll(), which another thread can end, and the stream goes on beside a call. What
 * came for the stream meanwhile is remembered, and ends the next http_client_wait() at once.
 */
#include "wire/http_client.h"

#include "base/clock.h"
#include "base/text.h"
#include "wire/http_transfer.h"

#include <assert.h>
#include <ctype.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEFAULT_CONNECT_MS = 10 * 1000,
	DEFAULT_TIMEOUT_MS = 60 * 1000,
	DEFAULT_BODY_MAX = 64 << 20,
	POLL_MS = 1000,            /* longest single wait; libcurl's own timers may ask for less */
	RETRY_AFTER_MAX_S = 86400, /* longer demands are taken as a day */
};

struct stream {
	struct http_transfer transfer;
	struct http_client *client;
	http_piece_fn *fn;
	void *arg;
	bool closing; /* closed from within fn */
};

struct http_client {
	struct http_client_options options; /* its strings are ours */
	CURLM *multi;
	CURLSH *share;         /* cookies and TLS sessions of all transfers */
	struct stream *stream; /* NULL: none */
	bool performing;       /* libcurl is on the stack */
	bool news;             /* a piece came and no wait has told yet */
	atomic_bool woken, cancelled;
};

static char *copy(const char *text)
{
	char *made = text ? strdup(text) : NULL;
	if (text && !made)
		abort();
	return made;
}

static void prepare_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != 0)
		abort();
}

struct http_client *http_client_new(const struct http_client_options *options)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, prepare_curl);
	struct http_client *client = calloc(1, sizeof(*client));
	if (!client || !(client->multi = curl_multi_init()) || !(client->share = curl_share_init()))
		abort();
	curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	struct http_client_options *o = &client->options;
	*o = *options;
	o->ca_file = copy(options->ca_file);
	o->ca_pem = copy(options->ca_pem);
	o->username = copy(options->username);
	o->password = copy(options->password ? options->password : "");
	o->connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : DEFAULT_CONNECT_MS;
	o->timeout_ms = o->timeout_ms ? o->timeout_ms : DEFAULT_TIMEOUT_MS;
	o->max_body = o->max_body ? o->max_body : DEFAULT_BODY_MAX;
	return client;
}

void http_client_free(struct http_client **client)
{
	struct http_client *c = *client;
	if (!c)
		return;
	*client = NULL;
	http_client_stream_close(c);
	curl_multi_cleanup(c->multi);
	curl_share_cleanup(c->share);
	explicit_bzero((char *)c->options.password, strlen(c->options.password));
	free((char *)c->options.ca_file);
	free((char *)c->options.ca_pem);
	free((char *)c->options.username);
	free((char *)c->options.password);
	free(c);
}

/* ---- running ---- */

static void start(struct http_client *client, struct http_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	if (curl_multi_add_handle(client->multi, t->easy) != CURLM_OK)
		abort();
}

static void finish(struct http_client *client, struct http_transfer *t)
{
	curl_multi_remove_handle(client->multi, t->easy);
	http_transfer_release(t);
}

static void perform(struct http_client *client)
{
	int running, left;
	client->performing = true;
	curl_multi_perform(client->multi, &running);
	client->performing = false;
	for (CURLMsg *m; (m = curl_multi_info_read(client->multi, &left));) {
		struct http_transfer *t;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		http_transfer_done(t, m->data.result);
	}
	if (client->stream && client->stream->closing)
		http_client_stream_close(client);
}

static bool is_cancelled(struct http_client *client, struct err *err)
{
	if (!atomic_load(&client->cancelled))
		return false;
	err_set(err, ERR_CANCELLED, "cancelled");
	return true;
}

/* ---- calls ---- */

struct body {
	struct http_transfer transfer;
	struct buf bytes;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct body *body = arg;
	buf_add(&body->bytes, bytes, size * count);
	body->transfer.too_large = body->bytes.overflow;
	return body->bytes.overflow ? 0 : size * count;
}

/* RFC 9110, 10.2.3: seconds, or a date. */
static int64_t retry_after(CURL *easy)
{
	struct curl_header *header;
	int64_t seconds;
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	if (!text_to_int64(header->value, &seconds)) {
		time_t date = curl_getdate(header->value, NULL);
		if (date == -1)
			return -1;
		seconds = date > clock_now() ? date - clock_now() : 0;
	}
	if (seconds < 0)
		return -1;
	return (seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000;
}

static void fill_answer(struct body *body, struct http_answer *ret)
{
	CURL *easy = body->transfer.easy;
	char *type = NULL;
	*ret = (struct http_answer){ .retry_after_ms = retry_after(easy), .body = body->bytes };
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &ret->status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	for (size_t i = 0; type && type[i] && i < sizeof(ret->content_type) - 1; i++)
		ret->content_type[i] = (char)tolower((unsigned char)type[i]);
}

static bool run_to_end(struct http_client *client, struct http_transfer *t, struct err *err)
{
	for (;;) {
		if (is_cancelled(client, err))
			return false;
		perform(client);
		if (t->done)
			return t->result == CURLE_OK || http_transfer_failure(t, err);
		curl_multi_poll(client->multi, NULL, 0, POLL_MS, NULL);
	}
}

bool http_client_call(struct http_client *client, const struct http_call *call,
	struct http_answer *ret, struct err *err)
{
	assert(!client->performing);
	struct body body;
	if (is_cancelled(client, err) ||
		!http_transfer_init(&body.transfer, &client->options, call, client->share, err))
		return false;
	buf_init(&body.bytes, client->options.max_body);
	curl_easy_setopt(body.transfer.easy, CURLOPT_ACCEPT_ENCODING, ""); /* all it can undo */
	curl_easy_setopt(body.transfer.easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(body.transfer.easy, CURLOPT_WRITEDATA, &body);
	start(client, &body.transfer);
	bool ok = run_to_end(client, &body.transfer, err);
	if (ok)
		fill_answer(&body, ret);
	else
		buf_release(&body.bytes);
	finish(client, &body.transfer);
	return ok;
}

void http_answer_release(struct http_answer *answer)
{
	buf_release(&answer->body);
}

/* ---- the stream ---- */

static size_t take_piece(char *bytes, size_t size, size_t count, void *arg)
{
	struct stream *stream = arg;
	if (stream->closing)
		return 0;
	stream->client->news = true;
	stream->fn(bytes, size * count, stream->arg);
	return stream->closing ? 0 : size * count;
}

bool http_client_stream_open(struct http_client *client, const struct http_call *call,
	http_piece_fn *fn, void *arg, struct err *err)
{
	assert(!client->performing);
	http_client_stream_close(client);
	if (is_cancelled(client, err))
		return false;
	struct stream *stream = calloc(1, sizeof(*stream));
	if (!stream)
		abort();
	if (!http_transfer_init(&stream->transfer, &client->options, call, client->share, err)) {
		free(stream);
		return false;
	}
	stream->client = client;
	stream->fn = fn;
	stream->arg = arg;
	/* Not compressed: a compressor would hold pieces back. */
	curl_easy_setopt(stream->transfer.easy, CURLOPT_WRITEFUNCTION, take_piece);
	curl_easy_setopt(stream->transfer.easy, CURLOPT_WRITEDATA, stream);
	client->stream = stream;
	client->news = false;
	start(client, &stream->transfer);
	return true;
}

bool http_client_stream_is_open(const struct http_client *client)
{
	return client->stream && !client->stream->closing;
}

void http_client_stream_close(struct http_client *client)
{
	if (!client->stream)
		return;
	if (client->performing) { /* from within fn: libcurl must return first */
		client->stream->closing = true;
		return;
	}
	finish(client, &client->stream->transfer);
	free(client->stream);
	client->stream = NULL;
	client->news = false;
}

/* The stream is done: says why, and closes it. */
static bool stream_ended(struct http_client *client, long *ret_status, struct err *err)
{
	const struct http_transfer *t = &client->stream->transfer;
	long status = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (t->result == CURLE_OK)
		err_set(err, ERR_NET, "'%s' ended the stream", t->host);
	else
		http_transfer_failure(t, err);
	if (ret_status)
		*ret_status = status;
	http_client_stream_close(client);
	return false;
}

bool http_client_wait(
	struct http_client *client, long timeout_ms, long *ret_status, struct err *err)
{
	assert(!client->performing);
	int64_t until = clock_mono_ms() + timeout_ms;
	for (;;) {
		perform(client);
		if (is_cancelled(client, err)) {
			http_client_stream_close(client);
			return false;
		}
		if (client->news) {
			client->news = false;
			return true;
		}
		if (client->stream && client->stream->transfer.done)
			return stream_ended(client, ret_status, err);
		int64_t left = until - clock_mono_ms();
		if (atomic_exchange(&client->woken, false) || left <= 0)
			return true;
		curl_multi_poll(client->multi, NULL, 0, left < POLL_MS ? (int)left : POLL_MS, NULL);
	}
}

void http_client_wake(struct http_client *client)
{
	atomic_store(&client->woken, true);
	curl_multi_wakeup(client->multi);
}

void http_client_cancel(struct http_client *client)
{
	atomic_store(&client->cancelled, true);
	curl_multi_wakeup(client->multi);
}

void http_client_revive(struct http_client *client)
{
	atomic_store(&client->cancelled, false);
}
