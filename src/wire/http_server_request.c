/*
 * How this works
 *
 * A struct http_request stands for one of evhttp's requests from the moment the handler gets it
 * until the answer is handed over. Two things evhttp does not do by itself:
 *
 *  - It stops reading while a request is handled, so it would not notice a client that leaves
 *    meanwhile, and its read timeout would end long streams. For a request which is still
 *    unanswered when its handler returns, watch_for_close() reads on (into the buffer only) without
 *    a timeout; end_watch() puts things back before the answer is complete.
 *
 *  - When the client leaves while we hold the request, evhttp takes its connection away and leaves
 *    the evhttp_request to us; when the server is freed, it frees that too unless we own it.
 *    http_request_abandon() makes both cases one: the request is ours alone, and is freed at once
 *    (somebody registered for it) or when its late answer comes (nobody did).
 */
#include "wire/http_server_request.h"

#include "base/text.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

/* ---- the life of a request ---- */

void http_request_abandon(struct http_request *req, bool attached)
{
	if (req->connection->server->current == req)
		req->connection->server->current = NULL;
	req->connection = NULL;
	if (req->on_close) {
		req->on_close(req->on_close_arg);
		if (!attached)
			evhttp_request_free(req->ev);
		http_request_free(req);
	} else if (attached) {
		evhttp_request_own(req->ev);
	}
}

void http_request_free(struct http_request *req)
{
	buf_release(&req->head);
	free(req);
}

void http_request_stop_parsing(struct http_request *req)
{
	struct bufferevent *bev = req->connection->bev;
	bufferevent_data_cb read, write;
	bufferevent_event_cb event;
	void *arg;
	bufferevent_getcb(bev, &read, &write, &event, &arg);
	bufferevent_setcb(bev, NULL, write, event, arg);
}

static void watch_for_close(struct http_request *req)
{
	struct http_connection *c = req->connection;
	http_request_stop_parsing(req);
	bufferevent_set_timeouts(c->bev, NULL, &c->server->timeout);
	bufferevent_enable(c->bev, EV_READ);
	req->watched = true;
}

/* ---- requests come in ---- */

static bool is_token_character(char c)
{
	switch (c) {
	case '!':
	case '#':
	case '$':
	case '%':
	case '&':
	case '\'':
	case '*':
	case '+':
	case '-':
	case '.':
	case '^':
	case '_':
	case '`':
	case '|':
	case '~': return true;
	default: return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	}
}

bool http_is_token(const char *name)
{
	const char *at = name;
	while (is_token_character(*at))
		at++;
	return at > name && !*at;
}

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

static void ask_proxies(struct http_request *req, const struct http_proxies *proxies)
{
	const char *lines[HTTP_FORWARDED_MAX + 1] = { 0 };
	size_t n = 0;
	struct evkeyval *header;
	TAILQ_FOREACH_REVERSE(header, req->ev->input_headers, evkeyvalq, next)
	{
		if (n < HTTP_FORWARDED_MAX && strcasecmp(header->key, "X-Forwarded-For") == 0)
			lines[n++] = header->value;
	}
	http_proxies_client(proxies, req->ev->remote_host, lines, req->client);
}

void http_request_came(struct evhttp_request *ev, void *arg)
{
	struct http_server *server = arg;
	if (!is_unambiguous(ev)) {
		evhttp_send_error(ev, HTTP_BADREQUEST, NULL);
		return;
	}
	struct bufferevent *bev =
		evhttp_connection_get_bufferevent(evhttp_request_get_connection(ev));
	struct http_connection *c = server->by_fd[bufferevent_getfd(bev)];
	struct http_request *req = calloc(1, sizeof(*req));
	if (!req)
		abort();
	req->ev = ev;
	req->connection = c;
	buf_init(&req->head, HTTP_HEAD_MAX);
	if (server->proxies.count)
		ask_proxies(req, &server->proxies);
	c->request = req;
	server->current = req;
	server->handler(req, server->arg);
	/* If it was answered, neither req nor c need be there any more. */
	if (server->current == req) {
		server->current = NULL;
		watch_for_close(req);
	}
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
	const char *peer = req->client[0] ? req->client : req->ev->remote_host;
	/* IPv4 through a socket that listens on both */
	return text_starts_with(peer, "::ffff:") && strchr(peer, '.') ? peer + 7 : peer;
}

void http_request_on_close(struct http_request *req, loop_fn *fn, void *arg)
{
	req->on_close = fn;
	req->on_close_arg = arg;
}
