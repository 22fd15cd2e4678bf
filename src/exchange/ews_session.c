#include "exchange/ews_session.h"

#include "base/clock.h"

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

bool ews_send(struct ews *e, struct http_answer *answer, struct ews_reply *reply, struct err *err)
{
	if (e->request.overflow)
		return err_set(err, ERR_LIMIT, "the request to exchange is larger than %d bytes",
			EWS_REQUEST_MAX);
	if (!ews_may_call(e, err))
		return false;
	const struct http_call call = ews_http_call(e);
	atomic_fetch_add(&e->requests, 1);
	if (!http_client_call(e->http, &call, answer, err))
		return false;
	*reply = (struct ews_reply){ .status = answer->status,
		.content_type = answer->content_type,
		.retry_after_ms = answer->retry_after_ms,
		.bytes = answer->body.data,
		.len = answer->body.len };
	return true;
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
