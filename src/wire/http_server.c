/*
 * How this works
 *
 * evhttp reads requests; a struct http_request stands for one of its requests from the moment the
 * handler gets it until the answer is handed over (http_server_answer.c). Two things it does not do
 * by itself:
 *
 *  - It stops reading while a request is handled, so it would not notice a client that leaves
 *    meanwhile, and its read timeout would end long streams. For a request which is still
 *    unanswered when its handler returns, watch_for_close() reads on (into the buffer only) without
 *    a timeout; end_watch() puts things back before the answer is complete.
 *
 *  - When the client leaves while we hold the request, evhttp takes its connection away and leaves
 *    the evhttp_request to us; when the server is freed, it frees that too unless we own it. The
 *    close callback makes both cases one: the request becomes `gone`, is ours alone, and is freed
 *    at once (somebody registered for it) or when its late answer comes (nobody did).
 */
#include "wire/http_server.h"

#include "base/text.h"
#include "wire/http_server_request.h"
#include "wire/loop_base.h"
#include "wire/tls_context.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DEFAULT_BODY_MAX = 1 << 20,
	DEFAULT_HEADERS_MAX = 32 << 10,
	DEFAULT_TIMEOUT_S = 60,
	PIPELINE_MAX = 64 << 10, /* bytes read ahead of the request that is served */
	ACCEPT_PAUSE_MS = 500,   /* at most, after accept() failed for want of descriptors */
};

/* ---- the life of a request ---- */

static void client_left(struct evhttp_connection *connection, void *arg)
{
	struct http_request *req = arg;
	/* Still attached: the connection is freed by evhttp_free(), and takes the request along. */
	bool attached = evhttp_request_get_connection(req->ev) == connection;
	if (req->server->current == req)
		req->server->current = NULL;
	req->server = NULL;
	req->bev = NULL;
	if (req->on_close) {
		req->on_close(req->on_close_arg);
		if (!attached)
			evhttp_request_free(req->ev);
		http_request_free(req);
	} else if (attached) {
		evhttp_request_own(req->ev);
	}
}

static void watch_for_close(struct http_request *req)
{
	http_request_stop_parsing(req);
	bufferevent_set_timeouts(req->bev, NULL, &req->server->timeout);
	bufferevent_enable(req->bev, EV_READ);
	req->watched = true;
}

/* ---- requests come in ---- */

/* Refuses what one server reads so and another otherwise (RFC 9112, 11.2: request smuggling): both
 * lengths, several lengths, unknown transfer codings, names with white space. */
static bool is_unambiguous(const struct evhttp_request *ev)
{
	int lengths = 0, codings = 0, hosts = 0;
	for (const struct evkeyval *header = ev->input_headers->tqh_first; header;
		header = header->next.tqe_next) {
		if (!http_is_token(header->key))
			return false;
		switch (strlen(header->key)) {
		case 4: hosts += !strcasecmp(header->key, "Host"); break;
		case 14:
			if (!strcasecmp(header->key, "Content-Length")) {
				if (header->value[strspn(header->value, "0123456789")])
					return false;
				lengths++;
			}
			break;
		case 17:
			if (!strcasecmp(header->key, "Transfer-Encoding")) {
				if (strcasecmp(header->value, "chunked"))
					return false;
				codings++;
			}
			break;
		}
	}
	bool is_1_1 = ev->major == 1 && ev->minor >= 1;
	return lengths + codings <= 1 && hosts <= 1 && (hosts == 1 || !is_1_1) &&
		(is_1_1 || !codings) && ev->uri[0] == '/' && ev->uri[1] != '/';
}

static void request_came(struct evhttp_request *ev, void *arg)
{
	struct http_server *server = arg;
	struct evhttp_connection *connection = evhttp_request_get_connection(ev);
	if (!is_unambiguous(ev)) {
		evhttp_send_error(ev, HTTP_BADREQUEST, NULL);
		return;
	}
	struct http_request *req = calloc(1, sizeof(*req));
	if (!req)
		abort();
	req->ev = ev;
	req->server = server;
	buf_init(&req->head, HTTP_HEAD_MAX);
	req->bev = evhttp_connection_get_bufferevent(connection);
	evhttp_connection_set_closecb(connection, client_left, req);
	server->current = req;
	server->handler(req, server->arg);
	if (server->current == req) { /* not answered yet */
		server->current = NULL;
		watch_for_close(req);
	}
}

static struct bufferevent *make_bufferevent(struct event_base *base, void *arg)
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
	return bev;
}

/* ---- the life of a server ---- */

/* Without descriptors accept() fails at once, again and again: pause instead of spinning. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
	(void)arg; /* evhttp's, not ours: accept_again() finds the listener by itself */
	evconnlistener_disable(listener);
}

static void accept_again(evutil_socket_t fd, short what, void *arg)
{
	struct http_server *server = arg;
	(void)fd, (void)what;
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
	struct timeval pause = { 0, ACCEPT_PAUSE_MS * 1000 };
	event_add(server->accept_again, &pause);
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
	evhttp_set_gencb(server->http, request_came, server);
	evhttp_set_bevcb(server->http, make_bufferevent, server);
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
	server->accept_again = event_new(server->base, -1, EV_PERSIST, accept_again, server);
	if (!server->http || !server->accept_again)
		abort();
	configure(server, options);
	if (options->tls_certificate) {
		server->certificate = strdup(options->tls_certificate);
		server->key = strdup(options->tls_key ? options->tls_key : "");
		if (!server->certificate || !server->key)
			abort();
	}
	if ((server->certificate && !http_server_reload_tls(server, err)) ||
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
	event_free(s->accept_again);
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
	event_del(server->accept_again);
	evhttp_del_accept_socket(server->http, server->socket);
	server->socket = NULL;
}

/* ---- what a request tells ---- */

enum http_method http_method(const struct http_request *req)
{
	switch (req->ev->type) {
	case EVHTTP_REQ_HEAD: return HTTP_HEAD;
	case EVHTTP_REQ_POST: return HTTP_POST;
	case EVHTTP_REQ_PUT: return HTTP_PUT;
	case EVHTTP_REQ_PATCH: return HTTP_PATCH;
	case EVHTTP_REQ_DELETE: return HTTP_DELETE;
	case EVHTTP_REQ_OPTIONS: return HTTP_OPTIONS;
	default: return HTTP_GET;
	}
}

const char *http_method_name(const struct http_request *req)
{
	static const char *const names[] = {
		[HTTP_GET] = "GET",
		[HTTP_HEAD] = "HEAD",
		[HTTP_POST] = "POST",
		[HTTP_PUT] = "PUT",
		[HTTP_PATCH] = "PATCH",
		[HTTP_DELETE] = "DELETE",
		[HTTP_OPTIONS] = "OPTIONS",
	};
	return names[http_method(req)];
}

const char *http_path(const struct http_request *req)
{
	const char *path = evhttp_uri_get_path(req->ev->uri_elems);
	return text_empty(path) ? "/" : path;
}

const char *http_query(const struct http_request *req)
{
	const char *query = evhttp_uri_get_query(req->ev->uri_elems);
	return query ? query : "";
}

const char *http_header(const struct http_request *req, const char *name)
{
	return evhttp_find_header(req->ev->input_headers, name);
}

const char *http_body(const struct http_request *req, size_t *ret_len)
{
	struct evbuffer *input = req->ev->input_buffer;
	*ret_len = evbuffer_get_length(input);
	return *ret_len ? (const char *)evbuffer_pullup(input, -1) : "";
}

const char *http_peer(const struct http_request *req)
{
	const char *peer = req->ev->remote_host;
	/* IPv4 through a socket that listens on both */
	return text_starts_with(peer, "::ffff:") && strchr(peer, '.') ? peer + 7 : peer;
}

void http_request_on_close(struct http_request *req, loop_fn *fn, void *arg)
{
	req->on_close = fn;
	req->on_close_arg = arg;
}
