/*
 * How this works: a stream is a kept HTTP request that gets one complete SOAP envelope after the
 * other. Events wake it through loop_post(), so that it writes outside of the operation that
 * caused them, and many events of one operation travel in one envelope. One timer serves keep-alive
 * and the end of all streams.
 */
#include "streams.h"

#include "base/clock.h"
#include "events.h"
#include "soap.h"

#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 250, ENVELOPE_MAX = 16 << 20 };

struct stream {
	struct stream *next;
	struct streams *all;
	struct http_request *http;
	struct mailbox *mailbox; /* compared only */
	char **ids;
	size_t count;
	int64_t until_ms, said_at_ms; /* monotonic */
	bool silent;
};

struct streams {
	struct loop *loop;
	struct loop_timer *timer;
	struct org *org;
	struct stream *first;
	int64_t keep_alive_ms;
	bool posted;
	streams_sent_fn *sent;
	void *sent_arg;
};

static void wake(void *arg);

static void release(struct stream *stream)
{
	struct stream **p = &stream->all->first;

	while (*p != stream)
		p = &(*p)->next;
	*p = stream->next;
	for (size_t i = 0; i < stream->count; i++) {
		struct subscription *s =
			subscription_find(stream->all->org->events, stream->ids[i]);
		if (s)
			subscription_listen(s, NULL, NULL);
		free(stream->ids[i]);
	}
	free(stream->ids);
	free(stream);
}

static void client_gone(void *arg)
{
	release(arg);
}

/* inside: Notifications, or nothing. False: the client is gone (and the stream with it, by
 * client_gone or later). */
static bool say(struct stream *stream, const char *inside, const char *status)
{
	static const char head[] =
		"<m:GetStreamingEventsResponse "
		"xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" "
		"xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\">"
		"<m:ResponseMessages><m:GetStreamingEventsResponseMessage "
		"ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>";
	struct streams *all = stream->all;
	struct buf body, envelope;

	buf_init(&body, ENVELOPE_MAX);
	buf_init(&envelope, ENVELOPE_MAX);
	buf_adds(&body, head);
	buf_adds(&body, inside);
	if (status)
		buf_addf(&body, "<m:ConnectionStatus>%s</m:ConnectionStatus>", status);
	buf_adds(&body,
		"</m:GetStreamingEventsResponseMessage></m:ResponseMessages>"
		"</m:GetStreamingEventsResponse>");
	soap_envelope(&envelope, body.data, body.len);
	if (all->sent)
		all->sent(envelope.data, envelope.len, all->sent_arg);
	stream->said_at_ms = clock_mono_ms();
	bool ok = http_stream_write(stream->http, envelope.data, envelope.len);
	buf_release(&body);
	buf_release(&envelope);
	return ok;
}

static void close_stream(struct stream *stream)
{
	struct http_request *http = stream->http;

	if (!stream->silent)
		say(stream, "", "Closed");
	release(stream);
	http_stream_end(http);
}

static void tell(struct stream *stream)
{
	struct buf inside;
	size_t told = 0;

	buf_init(&inside, ENVELOPE_MAX);
	buf_adds(&inside, "<m:Notifications>");
	for (size_t i = 0; i < stream->count; i++) {
		struct subscription *s =
			subscription_find(stream->all->org->events, stream->ids[i]);
		while (s && subscription_pending(s)) {
			buf_adds(&inside, "<m:Notification>");
			subscription_drain(s, &inside);
			buf_adds(&inside, "</m:Notification>");
			told++;
		}
	}
	buf_adds(&inside, "</m:Notifications>");
	if (told && !stream->silent)
		say(stream, inside.data, NULL);
	buf_release(&inside);
}

static void flush(void *arg)
{
	struct streams *all = arg;

	all->posted = false;
	for (struct stream *s = all->first, *next; s; s = next) {
		next = s->next;
		tell(s);
	}
}

static void wake(void *arg)
{
	struct streams *all = arg;

	if (all->posted)
		return;
	all->posted = true;
	loop_post(all->loop, flush, all);
}

static void tick(void *arg)
{
	struct streams *all = arg;
	int64_t now = clock_mono_ms();

	for (struct stream *s = all->first, *next; s; s = next) {
		next = s->next;
		if (now >= s->until_ms)
			close_stream(s);
		else if (!s->silent && now - s->said_at_ms >= all->keep_alive_ms)
			say(s, "", "OK");
	}
}

struct streams *streams_new(
	struct loop *loop, struct org *org, int keep_alive_s, streams_sent_fn *sent, void *arg)
{
	struct streams *all = calloc(1, sizeof(*all));

	if (!all)
		abort();
	all->loop = loop;
	all->org = org;
	all->keep_alive_ms = keep_alive_s * 1000LL;
	all->sent = sent;
	all->sent_arg = arg;
	all->timer = loop_timer_new(loop, TICK_MS, tick, all);
	return all;
}

void streams_free(struct streams **streams)
{
	struct streams *all = *streams;

	if (!all)
		return;
	streams_end_all(all, STREAMS_CLOSE);
	loop_timer_free(&all->timer);
	free(all);
	*streams = NULL;
}

size_t streams_count(const struct streams *streams, const struct mailbox *mailbox)
{
	size_t count = 0;

	for (const struct stream *s = streams->first; s; s = s->next)
		count += s->mailbox == mailbox;
	return count;
}

void streams_open(struct streams *all, struct http_request *http, struct mailbox *mailbox,
	const char *const *subscription_ids, size_t count, int64_t minutes)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		abort();
	stream->all = all;
	stream->http = http;
	stream->mailbox = mailbox;
	stream->ids = calloc(count, sizeof(*stream->ids));
	if (!stream->ids)
		abort();
	for (size_t i = 0; i < count; i++)
		stream->ids[stream->count++] = strdup(subscription_ids[i]);
	stream->until_ms = clock_mono_ms() + minutes * 60 * 1000;
	stream->next = all->first;
	all->first = stream;
	http_request_on_close(http, client_gone, stream);
	http_stream_start(http, 200, "text/xml; charset=utf-8");
	for (size_t i = 0; i < count; i++)
		subscription_listen(
			subscription_find(all->org->events, subscription_ids[i]), wake, all);
	say(stream, "", "OK");
	wake(all); /* for what happened before */
}

void streams_end_all(struct streams *all, enum streams_end how)
{
	for (struct stream *s = all->first, *next; s; s = next) {
		next = s->next;
		if (how == STREAMS_SILENCE) {
			s->silent = true;
		} else if (how == STREAMS_CUT) {
			struct http_request *http = s->http;
			http_stream_write(http, "<?xml version=\"1.0\"?><s:Enve", 28);
			release(s);
			http_stream_end(http);
		} else {
			close_stream(s);
		}
	}
}
