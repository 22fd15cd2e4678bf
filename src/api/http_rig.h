/*
 * http_rig - for tests: a handler behind a real HTTP server on a thread of its own, and a client.
 *
 * The handler runs on the rig's thread; the tests call over loopback, from the source address they
 * like (all of 127.0.0.0/8 is ours).
 */
#ifndef API_HTTP_RIG_H
#define API_HTTP_RIG_H

#include "base/buf.h"
#include "wire/http_server.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct http_rig {
	struct loop *loop;
	struct http_server *server;
	pthread_t thread;
};

static inline void *http_rig_run(void *arg)
{
	loop_run(arg);
	return NULL;
}

/* The loop first: what is served may want timers on it. */
static inline void http_rig_init(struct http_rig *rig)
{
	*rig = (struct http_rig){ .loop = loop_new() };
}

static inline void http_rig_start(struct http_rig *rig, http_handler *handler, void *arg)
{
	struct http_server_options options = { .host = "127.0.0.1" };
	struct err err = { 0 };
	if (!http_server_new(rig->loop, &options, handler, arg, &rig->server, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	pthread_create(&rig->thread, NULL, http_rig_run, rig->loop);
}

/* After this nothing runs; what was served is freed next, then http_rig_release(). */
static inline void http_rig_stop(struct http_rig *rig)
{
	loop_stop(rig->loop);
	pthread_join(rig->thread, NULL);
}

static inline void http_rig_release(struct http_rig *rig)
{
	http_server_free(&rig->server);
	loop_free(&rig->loop);
}

struct rig_call {
	const char *method, *path;
	const char *body;       /* JSON, or NULL */
	const char *headers[4]; /* "Name: value" */
	const char *source;     /* "127.0.0.2"; NULL: any */
};

struct rig_answer {
	long status;
	struct buf headers, body;
};

enum { RIG_ANSWER_MAX = 4 << 20, RIG_TIMEOUT_MS = 10000 };

static inline size_t rig_take(char *bytes, size_t size, size_t count, void *arg)
{
	buf_add(arg, bytes, size * count);
	return size * count;
}

static inline CURL *rig_curl(
	const struct http_rig *rig, const struct rig_call *call, struct curl_slist **ret_headers)
{
	char url[2048];
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	for (int i = 0; i < 4 && call->headers[i]; i++)
		headers = curl_slist_append(headers, call->headers[i]);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", http_server_port(rig->server),
		call->path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(curl, CURLOPT_NOBODY, (long)(strcmp(call->method, "HEAD") == 0));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)RIG_TIMEOUT_MS);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (call->body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
	if (call->source)
		curl_easy_setopt(curl, CURLOPT_INTERFACE, call->source);
	*ret_headers = headers;
	return curl;
}

static inline void rig_answer_release(struct rig_answer *answer)
{
	buf_release(&answer->headers);
	buf_release(&answer->body);
}

static inline void rig_call(
	const struct http_rig *rig, const struct rig_call *call, struct rig_answer *ret)
{
	struct curl_slist *headers;
	CURL *curl = rig_curl(rig, call, &headers);
	buf_init(&ret->headers, RIG_ANSWER_MAX);
	buf_init(&ret->body, RIG_ANSWER_MAX);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, rig_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &ret->body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, rig_take);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &ret->headers);
	CURLcode code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		fprintf(stderr, "%s %s: %s\n", call->method, call->path, curl_easy_strerror(code));
		abort();
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
}

/* A call whose answer comes in pieces, on a thread of its own. */
struct rig_stream {
	const struct http_rig *rig;
	struct rig_call call;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct buf got;
	bool ended, leave;
};

static inline size_t rig_stream_take(char *bytes, size_t size, size_t count, void *arg)
{
	struct rig_stream *stream = arg;
	pthread_mutex_lock(&stream->lock);
	buf_add(&stream->got, bytes, size * count);
	pthread_cond_broadcast(&stream->changed);
	pthread_mutex_unlock(&stream->lock);
	return size * count;
}

static inline int rig_stream_progress(
	void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct rig_stream *stream = arg;
	(void)a, (void)b, (void)c, (void)d;
	pthread_mutex_lock(&stream->lock);
	bool leave = stream->leave;
	pthread_mutex_unlock(&stream->lock);
	return leave;
}

static inline void *rig_stream_run(void *arg)
{
	struct rig_stream *stream = arg;
	struct curl_slist *headers;
	CURL *curl = rig_curl(stream->rig, &stream->call, &headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, rig_stream_take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, stream);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, rig_stream_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stream);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_perform(curl);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	pthread_mutex_lock(&stream->lock);
	stream->ended = true;
	pthread_cond_broadcast(&stream->changed);
	pthread_mutex_unlock(&stream->lock);
	return NULL;
}

static inline void rig_stream_open(
	struct rig_stream *stream, const struct http_rig *rig, const struct rig_call *call)
{
	*stream = (struct rig_stream){ .rig = rig, .call = *call };
	pthread_mutex_init(&stream->lock, NULL);
	pthread_cond_init(&stream->changed, NULL);
	buf_init(&stream->got, RIG_ANSWER_MAX);
	pthread_create(&stream->thread, NULL, rig_stream_run, stream);
}

/* Waits until text has come (text NULL: until the stream has ended); false after ten seconds. */
static inline bool rig_stream_wait(struct rig_stream *stream, const char *text)
{
	struct timespec until;
	int failed = 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RIG_TIMEOUT_MS / 1000;
	pthread_mutex_lock(&stream->lock);
	while (!failed && (text ? !strstr(stream->got.data, text) : !stream->ended))
		failed = pthread_cond_timedwait(&stream->changed, &stream->lock, &until);
	pthread_mutex_unlock(&stream->lock);
	return !failed;
}

/* Leaves, if the stream has not ended by itself. */
static inline void rig_stream_close(struct rig_stream *stream)
{
	pthread_mutex_lock(&stream->lock);
	stream->leave = true;
	pthread_mutex_unlock(&stream->lock);
	pthread_join(stream->thread, NULL);
	pthread_cond_destroy(&stream->changed);
	pthread_mutex_destroy(&stream->lock);
	buf_release(&stream->got);
}

#endif
