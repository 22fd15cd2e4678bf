/*
 * http_client - blocking HTTP calls for a thread of its own (libcurl), with deadlines and limits.
 *
 * One client keeps one connection pool and one cookie jar (Exchange's affinity cookies). It belongs
 * to one thread; only http_client_wake() and http_client_cancel() may come from others. Certificates
 * are always verified; redirects are never followed (the 3xx is returned), so credentials cannot
 * travel to another host.
 */
#ifndef WIRE_HTTP_CLIENT_H
#define WIRE_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct http_client;

struct http_client_options {
	const char *ca_file;  /* PEM; NULL: the system's authorities */
	const char *ca_pem;   /* PEM text of authorities trusted besides the system's; NULL: none */
	const char *username; /* Basic authentication; NULL: none */
	const char *password;
	bool https_only;         /* plain http URLs are refused before anything is sent */
	long connect_timeout_ms; /* 0: 10 s */
	long timeout_ms;         /* total, for calls that do not say; 0: 60 s */
	size_t max_body;         /* bytes after decompression; 0: 64 MiB */
};

struct http_call {
	const char *method; /* "GET", "POST" */
	const char *url;
	const char *const *headers; /* "Name: value", NULL-ended; may be NULL */
	const char *body;           /* may be NULL */
	size_t body_len;
	long timeout_ms; /* total deadline; 0: the client's */
};

struct http_answer {
	long status;
	char content_type[128]; /* lower case, with parameters; "" if none */
	int64_t retry_after_ms; /* from Retry-After (seconds or date); -1 if absent */
	struct buf body;
};

/* Strings are copied. Aborts only when out of memory. */
struct http_client *http_client_new(const struct http_client_options *options);
void http_client_free(struct http_client **client);

/* An answer with any status is success. ERR_NET: unreachable, cut, late, bad certificate (the
 * sentence says which); ERR_LIMIT: larger than max_body; ERR_CANCELLED: http_client_cancel().
 * http_answer_release() after success. */
bool http_client_call(struct http_client *client, const struct http_call *call,
	struct http_answer *ret, struct err *err);
void http_answer_release(struct http_answer *answer);

/* A long answer that arrives in pieces (EWS GetStreamingEvents), beside which http_client_call()
 * may be used. At most one per client. */
typedef void http_piece_fn(const char *bytes, size_t len, void *arg);
bool http_client_stream_open(struct http_client *client, const struct http_call *call,
	http_piece_fn *fn, void *arg, struct err *err);
/* Waits until a piece came (fn was called), http_client_wake(), or timeout_ms passed; true in all
 * three cases. False: the stream ended (ERR_NET; ret_status, if not NULL, says with which status
 * it had begun, 0 = none) or was cancelled, and is closed. Works without an open stream as a plain
 * wait that can be woken. */
bool http_client_wait(
	struct http_client *client, long timeout_ms, long *ret_status, struct err *err);
bool http_client_stream_is_open(const struct http_client *client);
void http_client_stream_close(struct http_client *client);

/* From any thread. Wake ends the present (or next) http_client_wait() early; cancel makes the
 * present and every later call fail with ERR_CANCELLED at once. */
void http_client_wake(struct http_client *client);
void http_client_cancel(struct http_client *client);
/* By the client's own thread: calls are possible again, for a last word after a cancel. */
void http_client_revive(struct http_client *client);

#endif
