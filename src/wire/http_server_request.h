/*
 * http_server_request - one request to the HTTP server, as it lies in memory.
 *
 * Private to wire/http_server*.c.
 */
#ifndef WIRE_HTTP_SERVER_REQUEST_H
#define WIRE_HTTP_SERVER_REQUEST_H

#include "base/buf.h"
#include "wire/http_server.h"

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <openssl/ssl.h>
#include <sys/time.h>

enum {
	HTTP_HEAD_MAX = 64 << 10, /* bytes of an answer's headers */
	HTTP_DATE_LEN = 29,       /* "Sun, 06 Nov 1994 08:49:37 GMT" */
};

struct http_request {
	struct evhttp_request *ev;
	struct http_server *server; /* NULL once gone */
	struct bufferevent *bev;    /* the connection's; NULL once gone */
	struct buf head;            /* the answer's header lines so far */
	loop_fn *on_close;
	void *on_close_arg;
	bool watched; /* watch_for_close() is in force */
};

struct http_server {
	struct event_base *base;
	struct evhttp *http;
	struct evhttp_bound_socket *socket; /* NULL once drained */
	struct event *accept_again;
	SSL_CTX *tls; /* NULL: plain HTTP */
	char *certificate, *key;
	http_handler *handler;
	void *arg;
	struct timeval timeout;
	size_t read_ahead_max;
	uint16_t port;
	struct http_request *current; /* in the handler now, and not answered yet */
	int64_t dated;                /* the second that `date` tells */
	char date[HTTP_DATE_LEN + 1];
};

void http_request_free(struct http_request *req); /* leaves req->ev alone */

/* What comes now is read ahead, and not looked at before the answer is complete. */
void http_request_stop_parsing(struct http_request *req);

/* A name that a header may have (RFC 9110, 5.6.2). */
bool http_is_token(const char *name);

#endif
