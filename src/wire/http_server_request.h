/*
 * http_server_request - connections to the HTTP server and requests on them, as they lie in memory.
 * Private to wire/http_server*.c.
 *
 * evhttp keeps its connections to itself, so each has a struct http_connection of ours beside it,
 * found by its descriptor: from the moment it is accepted until evhttp says that it is closed.
 */
#ifndef WIRE_HTTP_SERVER_REQUEST_H
#define WIRE_HTTP_SERVER_REQUEST_H

#include "base/buf.h"
#include "wire/http_proxies.h"
#include "wire/http_server.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <openssl/ssl.h>
#include <sys/time.h>

enum {
	/* A whole request must have come this many timeouts after the connection was opened or the
	 * answer before was given: a client that sends a byte now and then is not silent. */
	HTTP_REQUEST_TIMEOUTS = 2,
	HTTP_TICK_MS = 500,       /* how often deadlines are looked at */
	HTTP_HEAD_MAX = 64 << 10, /* bytes of an answer's headers */
	HTTP_DATE_LEN = 29,       /* "Sun, 06 Nov 1994 08:49:37 GMT" */
};

struct http_connection {
	struct http_server *server;
	struct bufferevent *bev;
	struct http_request *request; /* given to the handler and not answered yet; or NULL */
	int64_t waiting_since;        /* for a request; monotonic ms */
	int fd;
};

struct http_request {
	struct evhttp_request *ev;
	struct http_connection *connection; /* NULL once the client has left */
	struct buf head;                    /* the answer's header lines so far */
	loop_fn *on_close;
	void *on_close_arg;
	bool watched;                   /* by watch_for_close() */
	char client[HTTP_PEER_LEN + 1]; /* as proxies say; "": nobody was asked */
};

struct http_server {
	struct event_base *base;
	struct evhttp *http;
	struct evhttp_bound_socket *socket; /* NULL once drained */
	struct event *tick;                 /* every HTTP_TICK_MS */
	SSL_CTX *tls;                       /* NULL: plain HTTP */
	char *certificate, *key;
	http_handler *handler;
	void *arg;
	struct http_proxies proxies;
	struct timeval timeout;
	size_t read_ahead_max;
	uint16_t port;
	struct http_request *current; /* in the handler now, and not answered yet */
	int64_t dated;                /* the second that `date` tells */
	char date[HTTP_DATE_LEN + 1];

	struct http_connection **by_fd; /* NULL where there is none */
	size_t fds;                     /* entries of by_fd */
	struct bufferevent **newborn;   /* accepted a moment ago; a reference to each */
	size_t newborns;
	struct event *adopt; /* active while there are newborns */
};

void http_connections_init(struct http_server *server);
/* After evhttp_free(). */
void http_connections_release(struct http_server *server);
/* An evhttp_set_bevcb() callback; arg is the server. */
struct bufferevent *http_connection_make(struct event_base *base, void *arg);
/* Cuts the connections whose request is overdue. */
void http_connections_check(struct http_server *server);

/* An evhttp_set_gencb() callback; arg is the server. */
void http_request_came(struct evhttp_request *ev, void *arg);
/* The client left while the request was not answered; attached: evhttp will free `ev`. */
void http_request_abandon(struct http_request *req, bool attached);
void http_request_free(struct http_request *req); /* leaves req->ev alone */

/* What comes now is read ahead, and not looked at before the answer is complete. */
void http_request_stop_parsing(struct http_request *req);

/* A name that a header may have (RFC 9110, 5.6.2). */
bool http_is_token(const char *name);

#endif
