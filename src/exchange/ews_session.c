#include "exchange/ews_session.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

bool ews_is_mailbox(const char *mailbox)
{
	const char *at = strchr(mailbox, '@');
	bool ok = at && at != mailbox && at[1] && strlen(mailbox) <= EWS_MAILBOX_MAX;
	for (const char *p = mailbox; ok && *p; p++)
		ok = (unsigned char)*p > ' ' && *p != 0x7f;
	return ok;
}

char *ews_anchor(const char *mailbox)
{
	static const char prefix[] = "X-AnchorMailbox: ";
	struct buf b;
	buf_init(&b, sizeof(prefix) + EWS_MAILBOX_MAX);
	buf_adds(&b, prefix);
	buf_adds(&b, mailbox);
	return buf_steal(&b);
}

struct buf *ews_begin(struct ews *e)
{
	buf_reset(&e->request);
	return &e->request;
}

struct http_call ews_http_call(const struct ews *e)
{
	return (struct http_call){ .method = "POST",
		.url = e->url,
		.headers = e->headers,
		.body = e->request.data,
		.body_len = e->request.len };
}

bool ews_may_call(const struct ews *e, struct err *err)
{
	int64_t rest = e->busy_until - clock_mono_ms();
	if (rest <= 0)
		return true;
	err_set(err, ERR_BUSY, "exchange asks us to wait");
	if (err)
		err->retry_after_ms = rest;
	return false;
}

static bool call(struct ews *e, const struct http_call *call, struct http_answer *answer,
	struct ews_reply *reply, struct err *err)
{
	if (e->request.overflow)
		return err_set(err, ERR_LIMIT, "the request to exchange is larger than %d bytes",
			EWS_REQUEST_MAX);
	atomic_fetch_add(&e->requests, 1);
	if (!http_client_call(e->http, call, answer, err))
		return false;
	*reply = (struct ews_reply){ .status = answer->status,
		.content_type = answer->content_type,
		.retry_after_ms = answer->retry_after_ms,
		.bytes = answer->body.data,
		.len = answer->body.len };
	return true;
}

bool ews_send(struct ews *e, struct http_answer *answer, struct ews_reply *reply, struct err *err)
{
	const struct http_call what = ews_http_call(e);
	return ews_may_call(e, err) && call(e, &what, answer, reply, err);
}

bool ews_send_for(struct ews *e, const char *mailbox, struct http_answer *answer,
	struct ews_reply *reply, struct err *err)
{
	const char *headers[EWS_HEADERS_MAX];
	char *anchor = ews_anchor(mailbox);
	struct http_call what = ews_http_call(e);
	memcpy(headers, e->headers, sizeof(headers));
	headers[EWS_HEADERS_MAX - 2] = anchor;
	what.headers = headers;
	bool ok = call(e, &what, answer, reply, err);
	free(anchor);
	return ok;
}

bool ews_fail(struct ews *e, const struct err *why, struct err *err)
{
	if (why->code == ERR_BUSY) {
		int64_t until = clock_mono_ms() + why->retry_after_ms;
		if (until > e->busy_until)
			e->busy_until = until;
	}
	if (err)
		*err = *why;
	return false;
}
