/*
 * http_server_answer - the answers of the HTTP server.
 *
 * How this works: we write status line and headers ourselves, and a whole answer straight into the
 * socket. evhttp would print header by header, wait for the socket to become writable (which it is)
 * and wake up once more: together more than looking up a room. evhttp is told when an answer is
 * complete, and then decides about the connection from the versions and the Connection headers,
 * which it must hence know. What the socket does not take at once, streams and everything over TLS
 * are sent by evhttp.
 */
#include "base/clock.h"
#include "base/text.h"
#include "wire/http_server_request.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http_struct.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	STREAM_UNSENT_MAX = 1 << 20, /* bytes of a stream that may wait for a slow client */
};

/* Gives the connection back to evhttp, which completes the answer. The caller frees req. */
static void end_watch(struct http_request *req)
{
	struct http_connection *c = req->connection;
	if (req->watched)
		bufferevent_set_timeouts(c->bev, &c->server->timeout, &c->server->timeout);
	if (c->server->current == req)
		c->server->current = NULL;
	c->request = NULL;
	c->waiting_since = clock_mono_ms();
}

/* True when the client has left; then the request is freed. */
static bool abandoned(struct http_request *req)
{
	if (req->connection)
		return false;
	evhttp_request_free(req->ev);
	http_request_free(req);
	return true;
}

/* ---- the head of an answer ---- */

static void add_header(struct buf *head, const char *name, const char *value)
{
	buf_adds(head, name);
	buf_add(head, ": ", 2);
	buf_adds(head, value);
	buf_add(head, "\r\n", 2);
}

void http_set_header(struct http_request *req, const char *name, const char *value)
{
	if (!strpbrk(value, "\r\n") && http_is_token(name))
		add_header(&req->head, name, value);
}

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *text;
	} phrases[] = {
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].text;
	return "Status";
}

static const char *date(struct http_server *server)
{
	time_t now = (time_t)clock_now();
	struct tm tm;
	if (server->dated != now || !server->date[0]) {
		gmtime_r(&now, &tm);
		evutil_date_rfc1123(server->date, sizeof(server->date), &tm);
		server->dated = now;
	}
	return server->date;
}

static bool has_body(const struct http_request *req, int status)
{
	return req->ev->type != EVHTTP_REQ_HEAD && status != 204 && status != 304;
}

static void set_length(struct http_request *req, size_t len)
{
	buf_addf(&req->head, "Content-Length: %zu\r\n", len);
}

/* What becomes of the connection, as evhttp sees it; 1.1 keeps it and need not say so. */
static void set_connection(struct http_request *req)
{
	const char *asked = evhttp_find_header(req->ev->input_headers, "Connection");
	if (evhttp_find_header(req->ev->output_headers, "Connection") ||
		(asked && strcasecmp(asked, "close") == 0))
		add_header(&req->head, "Connection", "close");
	else if (asked && req->ev->minor < 1 && strncasecmp(asked, "keep-alive", 10) == 0)
		add_header(&req->head, "Connection", "keep-alive");
}

/* The whole head: status line, what was set, the empty line. */
static void write_head(
	struct http_request *req, int status, const char *content_type, struct evbuffer *to)
{
	char line[64];
	int len = snprintf(line, sizeof(line), "HTTP/%d.%d %d %s\r\n", req->ev->major,
		req->ev->minor, status, phrase(status));
	if (content_type)
		http_set_header(req, "Content-Type", content_type);
	set_connection(req);
	add_header(&req->head, "Date", date(req->connection->server));
	buf_add(&req->head, "\r\n", 2);
	req->ev->response_code = status;
	evbuffer_add(to, line, (size_t)len);
	evbuffer_add(to, req->head.data, req->head.len);
}

/* ---- whole answers ---- */

/* Sends what lies in the request's output, of which no more comes, and ends the request. */
static void send_all(struct http_request *req)
{
	struct http_connection *c = req->connection;
	struct evbuffer *output = bufferevent_get_output(c->bev);
	evbuffer_add_buffer(output, req->ev->output_buffer);
	end_watch(req);
	if (!c->server->tls) { /* else the output is not yet what goes over the wire */
		evbuffer_unfreeze(output, 1);
		evbuffer_write(output, c->fd);
		evbuffer_freeze(output, 1);
	}
	bool sent = evbuffer_get_length(output) == 0;
	req->ev->chunked = 0; /* its body was, perhaps; the answer is not */
	evhttp_send_reply_end(req->ev);
	if (!sent) { /* failures show again, where evhttp expects them: when it writes */
		http_request_stop_parsing(req);
		bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	}
	http_request_free(req);
}

void http_reply(struct http_request *req, int status, const char *content_type, const void *body,
	size_t len)
{
	if (abandoned(req))
		return;
	struct evbuffer *out = req->ev->output_buffer;
	if (has_body(req, status) || req->ev->type == EVHTTP_REQ_HEAD)
		set_length(req, len);
	write_head(req, status, content_type, out);
	if (has_body(req, status))
		evbuffer_add(out, body, len);
	send_all(req);
}

/* ---- streams ---- */

/* HTTP/1.0 knows no chunks: there the end of the body is the end of the connection. */
static void start(struct http_request *req, int status, const char *content_type, bool chunked)
{
	bool in_body = has_body(req, status);
	if (req->ev->minor < 1)
		evhttp_remove_header(req->ev->input_headers, "Connection");
	chunked = chunked && in_body && req->ev->minor >= 1;
	if (chunked)
		add_header(&req->head, "Transfer-Encoding", "chunked");
	write_head(req, status, content_type, req->ev->output_buffer);
	req->ev->chunked = 0;
	if (in_body) /* else the head goes out when the stream ends */
		evhttp_send_reply_chunk(req->ev, req->ev->output_buffer);
	req->ev->chunked = chunked;
}

void http_stream_start(struct http_request *req, int status, const char *content_type)
{
	if (req->connection)
		start(req, status, content_type, true);
}

bool http_stream_write(struct http_request *req, const void *bytes, size_t len)
{
	if (!req->connection ||
		evbuffer_get_length(bufferevent_get_output(req->connection->bev)) >
			STREAM_UNSENT_MAX)
		return false;
	if (!has_body(req, req->ev->response_code))
		return true;
	struct evbuffer *chunk = req->ev->output_buffer;
	evbuffer_add(chunk, bytes, len);
	evhttp_send_reply_chunk(req->ev, chunk);
	return true;
}

void http_stream_end(struct http_request *req)
{
	if (abandoned(req))
		return;
	if (!has_body(req, req->ev->response_code)) {
		send_all(req);
		return;
	}
	end_watch(req);
	evhttp_send_reply_end(req->ev);
	http_request_free(req);
}

void http_reply_cut(struct http_request *req, int status, const char *content_type,
	const void *body, size_t len, size_t bytes)
{
	if (abandoned(req))
		return;
	set_length(req, len);
	evhttp_add_header(req->ev->output_headers, "Connection", "close");
	start(req, status, content_type, false);
	http_stream_write(req, body, bytes < len ? bytes : len);
	http_stream_end(req);
}
