/*
 * http_server - HTTP/1.1 on one listening address, one handler, with limits (libevent's evhttp).
 *
 * Each request is given to the handler on the loop's thread. The handler answers at once, or keeps
 * the request and answers later (always on the loop's thread). Exactly one answer per request:
 * either http_reply(), or http_stream_start() ... http_stream_end(). After the answer the request
 * is gone. A request whose client goes away is gone too: whoever keeps one registers
 * http_request_on_close().
 *
 * Bodies over max_body get 413 (after they were read and thrown away, so that the client hears it),
 * header blocks over max_headers and requests that two servers could read differently get 400, and
 * connections silent for timeout_s, or without a whole request for twice as long, are closed; the
 * handler never sees them.
 */
#ifndef WIRE_HTTP_SERVER_H
#define WIRE_HTTP_SERVER_H

#include "base/err.h"
#include "wire/loop.h"

#include <stddef.h>
#include <stdint.h>

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS
};

struct http_server;
struct http_request;

typedef void http_handler(struct http_request *req, void *arg);

struct http_server_options {
	const char *host;            /* numeric address */
	uint16_t port;               /* 0: any free one, see http_server_port() */
	const char *tls_certificate; /* PEM chain; NULL: plain HTTP */
	const char *tls_key;         /* PEM */
	size_t max_body;             /* bytes; 0: 1 MiB */
	size_t max_headers;          /* bytes; 0: 32 KiB */
	int timeout_s;               /* 0: 60 */
	const char *trusted_proxies; /* see http_proxies_parse(); NULL: none */
};

/* Copies the options. ERR_CONFLICT when the address is in use. */
bool http_server_new(struct loop *loop, const struct http_server_options *options,
	http_handler *handler, void *arg, struct http_server **ret, struct err *err);
void http_server_free(struct http_server **server);
uint16_t http_server_port(const struct http_server *server);
/* Reads certificate and key again (SIGHUP); on failure the old ones stay in use. */
bool http_server_reload_tls(struct http_server *server, struct err *err);
/* Takes no new connections; those open are served on. */
void http_server_drain(struct http_server *server);

/* Everything a request tells lives until its answer. */
enum http_method http_method(const struct http_request *req);
const char *http_method_name(const struct http_request *req);
const char *http_path(
	const struct http_request *req); /* as sent, still percent-encoded, no query */
const char *http_query(const struct http_request *req); /* after '?', still encoded; "" if none */
const char *http_header(const struct http_request *req, const char *name); /* NULL if absent */
const char *http_body(const struct http_request *req, size_t *ret_len);    /* never NULL */
/* Numeric address of the client: of the connection, or what a trusted proxy says of its own. */
const char *http_peer(const struct http_request *req);

/* The decoded value of a query parameter in ret (NUL-terminated); false when absent or longer than
 * size-1. */
bool http_query_value(const struct http_request *req, const char *name, char *ret, size_t size);

/* Decodes %XX (and + as space when plus is true) into ret; false on bad encoding, NUL, or when it
 * does not fit. */
bool http_percent_decode(const char *text, size_t len, bool plus, char *ret, size_t size);

/* Before the answer: adds a header to it. Values with CR or LF are dropped. */
void http_set_header(struct http_request *req, const char *name, const char *value);
void http_reply(struct http_request *req, int status, const char *content_type, const void *body,
	size_t len);

/* A body of unknown length, chunk by chunk. http_stream_write() is false once the client is gone
 * or more than 1 MiB waits unsent. */
void http_stream_start(struct http_request *req, int status, const char *content_type);
bool http_stream_write(struct http_request *req, const void *bytes, size_t len);
void http_stream_end(struct http_request *req);

/* Calls fn(arg) when the client goes away before the answer is complete; req is invalid after. */
void http_request_on_close(struct http_request *req, loop_fn *fn, void *arg);
/* Closes the connection without an answer, after the first `bytes` of body were sent (fault
 * injection in the emulator): status line, headers and part of the body go out, then it is cut. */
void http_reply_cut(struct http_request *req, int status, const char *content_type,
	const void *body, size_t len, size_t bytes);

#endif
