#include "wire/http_server.h"

#include "wire/http_server_request.h"
#include "wire/loop_base.h"
#include "wire/tls_context.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DEFAULT_BODY_MAX = 1 << 20,
	DEFAULT_HEADERS_MAX = 32 << 10,
	DEFAULT_TIMEOUT_S = 60,
	PIPELINE_MAX = 64 << 10, /* bytes read ahead of the request that is served */
};

/* Without descriptors accept() fails at once, again and again: pause until the next tick instead of
 * spinning. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
	(void)arg; /* evhttp's, not ours: hence no way from here to the server */
	evconnlistener_disable(listener);
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *server = arg;
	(void)fd, (void)what;
	http_connections_check(server);
	if (server->socket)
		evconnlistener_enable(evhttp_bound_socket_get_listener(server->socket));
}

static int open_socket(const struct http_server_options *o, struct err *err)
{
	char port[8];
	snprintf(port, sizeof(port), "%u", o->port);
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM },
			*address;
	if (getaddrinfo(o->host, port, &hints, &address) != 0) {
		err_set(err, ERR_INVALID,
			"cannot listen on '%s': not a numeric address (as 127.0.0.1 or ::1)",
			o->host);
		return -1;
	}
	int on = 1, fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
		/* Accepted sockets inherit it. */
		!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) &&
		!bind(fd, address->ai_addr, address->ai_addrlen) && !listen(fd, SOMAXCONN);
	int why = errno;
	freeaddrinfo(address);
	if (ok)
		return fd;
	if (fd >= 0)
		close(fd);
	err_set(err, why == EADDRINUSE ? ERR_CONFLICT : ERR_IO, "cannot listen on '%s' port %u: %s",
		o->host, o->port, strerror(why));
	return -1;
}

static uint16_t bound_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t len = sizeof(address);
	if (getsockname(fd, &address.any, &len) != 0)
		abort();
	return ntohs(
		address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static bool listen_on(
	struct http_server *server, const struct http_server_options *o, struct err *err)
{
	int fd = open_socket(o, err);
	if (fd < 0)
		return false;
	server->port = bound_port(fd);
	struct evconnlistener *listener = evconnlistener_new(
		server->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, fd);
	if (!listener || !(server->socket = evhttp_bind_listener(server->http, listener)))
		abort();
	evconnlistener_set_error_cb(listener, accept_failed);
	return true;
}

static void configure(struct http_server *server, const struct http_server_options *o)
{
	size_t max_body = o->max_body ? o->max_body : DEFAULT_BODY_MAX;
	size_t max_headers = o->max_headers ? o->max_headers : DEFAULT_HEADERS_MAX;
	server->timeout.tv_sec = o->timeout_s ? o->timeout_s : DEFAULT_TIMEOUT_S;
	server->read_ahead_max = max_body + max_headers + PIPELINE_MAX;
	evhttp_set_max_body_size(server->http, (ev_ssize_t)max_body);
	evhttp_set_max_headers_size(server->http, (ev_ssize_t)max_headers);
	evhttp_set_timeout_tv(server->http, &server->timeout);
	evhttp_set_flags(server->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_default_content_type(server->http, NULL);
	evhttp_set_allowed_methods(server->http,
		EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
			EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS);
	evhttp_set_gencb(server->http, http_request_came, server);
	evhttp_set_bevcb(server->http, http_connection_make, server);
}

bool http_server_new(struct loop *loop, const struct http_server_options *options,
	http_handler *handler, void *arg, struct http_server **ret, struct err *err)
{
	struct http_server *server = calloc(1, sizeof(*server));
	if (!server)
		abort();
	server->base = loop_event_base(loop);
	server->handler = handler;
	server->arg = arg;
	server->http = evhttp_new(server->base);
	server->tick = event_new(server->base, -1, EV_PERSIST, tick, server);
	if (!server->http || !server->tick)
		abort();
	struct timeval period = { 0, HTTP_TICK_MS * 1000 };
	event_add(server->tick, &period);
	http_connections_init(server);
	configure(server, options);
	if (options->tls_certificate) {
		server->certificate = strdup(options->tls_certificate);
		server->key = strdup(options->tls_key ? options->tls_key : "");
		if (!server->certificate || !server->key)
			abort();
	}
	if (!http_proxies_parse(options->trusted_proxies ? options->trusted_proxies : "",
		    &server->proxies, err) ||
		(server->certificate && !http_server_reload_tls(server, err)) ||
		!listen_on(server, options, err)) {
		http_server_free(&server);
		return false;
	}
	*ret = server;
	return true;
}

void http_server_free(struct http_server **server)
{
	struct http_server *s = *server;
	if (!s)
		return;
	*server = NULL;
	evhttp_free(s->http);
	http_connections_release(s);
	event_free(s->tick);
	SSL_CTX_free(s->tls);
	free(s->certificate);
	free(s->key);
	free(s);
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

bool http_server_reload_tls(struct http_server *server, struct err *err)
{
	SSL_CTX *fresh;
	if (!server->certificate)
		return true;
	if (!tls_context_load(server->certificate, server->key, &fresh, err))
		return false;
	SSL_CTX_free(server->tls); /* open connections hold it on */
	server->tls = fresh;
	return true;
}

void http_server_drain(struct http_server *server)
{
	if (!server->socket)
		return;
	evhttp_del_accept_socket(server->http, server->socket);
	server->socket = NULL;
}
