/*
 * How this works
 *
 * evhttp asks for a bufferevent for each client it accepts, but tells us neither its own connection
 * nor, later, that one is gone before its first request. So each bufferevent is "newborn" until the
 * accepting callback has returned; then, before anything can have happened to it, the connection
 * that evhttp made is found as the argument of its callbacks, and its close callback becomes ours.
 */
#include "wire/http_server_request.h"

#include "base/clock.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void connection_closed(struct evhttp_connection *evhttp, void *arg)
{
	struct http_connection *c = arg;
	struct http_request *req = c->request;
	c->server->by_fd[c->fd] = NULL;
	/* Still attached when the connection is freed by evhttp_free(). */
	if (req)
		http_request_abandon(req, evhttp_request_get_connection(req->ev) == evhttp);
	free(c);
}

static void remember(struct http_server *server, struct http_connection *c)
{
	if ((size_t)c->fd >= server->fds) {
		size_t fds = (size_t)c->fd * 2 + 16;
		server->by_fd = realloc(server->by_fd, fds * sizeof(*server->by_fd));
		if (!server->by_fd)
			abort();
		memset(server->by_fd + server->fds, 0,
			(fds - server->fds) * sizeof(*server->by_fd));
		server->fds = fds;
	}
	server->by_fd[c->fd] = c;
}

static void adopt_one(struct http_server *server, struct bufferevent *bev)
{
	bufferevent_event_cb event;
	void *evhttp;
	bufferevent_getcb(bev, NULL, NULL, &event, &evhttp);
	if (!event) /* evhttp has given it up already */
		return;
	struct http_connection *c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->server = server;
	c->bev = bev;
	c->fd = bufferevent_getfd(bev);
	c->waiting_since = clock_mono_ms();
	remember(server, c);
	evhttp_connection_set_closecb(evhttp, connection_closed, c);
}

static void adopt(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *server = arg;
	(void)fd, (void)what;
	for (size_t i = 0; i < server->newborns; i++) {
		adopt_one(server, server->newborn[i]);
		bufferevent_decref(server->newborn[i]);
	}
	server->newborns = 0;
}

static void add_newborn(struct http_server *server, struct bufferevent *bev)
{
	size_t size = (server->newborns + 1) * sizeof(*server->newborn);
	server->newborn = realloc(server->newborn, size);
	if (!server->newborn)
		abort();
	bufferevent_incref(bev);
	server->newborn[server->newborns++] = bev;
	event_active(server->adopt, 0, 0);
}

struct bufferevent *http_connection_make(struct event_base *base, void *arg)
{
	struct http_server *server = arg;
	struct bufferevent *bev;
	if (server->tls) {
		SSL *ssl = SSL_new(server->tls);
		if (!ssl)
			abort();
		bev = bufferevent_openssl_socket_new(
			base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
		if (bev)
			bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	} else {
		bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	}
	if (!bev)
		abort();
	/* evhttp sets no bound to what a client may send while it does not read our answer. */
	bufferevent_setwatermark(bev, EV_READ, 0, server->read_ahead_max);
	add_newborn(server, bev);
	return bev;
}

void http_connections_check(struct http_server *server)
{
	int64_t now = clock_mono_ms();
	int64_t patience = server->timeout.tv_sec * 1000 * HTTP_REQUEST_TIMEOUTS;
	for (size_t fd = 0; fd < server->fds; fd++) {
		struct http_connection *c = server->by_fd[fd];
		if (!c || c->request)
			continue;
		/* While an answer still goes out, its own timeout is in force. */
		if (evbuffer_get_length(bufferevent_get_output(c->bev)))
			c->waiting_since = now;
		else if (now - c->waiting_since > patience)
			shutdown(c->fd, SHUT_RDWR); /* evhttp sees the end, and closes it */
	}
}

void http_connections_init(struct http_server *server)
{
	server->adopt = event_new(server->base, -1, EV_PERSIST, adopt, server);
	if (!server->adopt)
		abort();
}

void http_connections_release(struct http_server *server)
{
	for (size_t i = 0; i < server->newborns; i++)
		bufferevent_decref(server->newborn[i]);
	event_free(server->adopt);
	free(server->newborn);
	free(server->by_fd);
}
