/*
 * How this works
 *
 * State         What holds                                            Left for
 * UNSUBSCRIBED  Exchange knows no subscription of ours                SUBSCRIBED, BACKING_OFF
 * SUBSCRIBED    we have an id; events are kept for us by Exchange     OPENING, BACKING_OFF
 * OPENING       the stream was asked for, nothing came yet            STREAMING, SUBSCRIBED,
 *                                                                     BACKING_OFF
 * STREAMING     the stream has spoken and was not silent too long     SUBSCRIBED (its time is up),
 *                                                                     BACKING_OFF
 * BACKING_OFF   something failed; nothing is tried before retry_at    UNSUBSCRIBED
 *
 * enter() alone changes the state. advance() makes the steps that we take, settle() those that the
 * stream's envelopes ask for. A lost stream means a new subscription: the old one's events may be
 * gone. Every new stream is news by itself, because a sync must close the gap before it.
 *
 * Whoever calls learns the state by ews_subscription_word() and logs its changes.
 */
#include "exchange/ews_subscription.h"

#include "base/clock.h"
#include "base/random.h"
#include "exchange/ews_error.h"
#include "exchange/ews_session.h"

#include <string.h>

void ews_subscription_init(struct ews_subscription *sub)
{
	*sub = (struct ews_subscription){ .silence_ms = EWS_SILENCE_MS };
	buf_init(&sub->id, EWS_SUBSCRIPTION_ID_MAX);
	buf_init(&sub->inbox, EWS_FOLDER_ID_MAX);
	ews_stream_init(&sub->stream);
}

void ews_subscription_release(struct ews_subscription *sub)
{
	ews_stream_release(&sub->stream);
	buf_release(&sub->inbox);
	buf_release(&sub->id);
}

const char *ews_subscription_word(const struct ews_subscription *sub)
{
	static const char *const words[] = {
		[EWS_UNSUBSCRIBED] = "not subscribed",
		[EWS_SUBSCRIBED] = "subscribed",
		[EWS_OPENING] = "opening",
		[EWS_STREAMING] = "streaming",
		[EWS_BACKING_OFF] = "backing off",
	};
	return words[sub->state];
}

int64_t ews_retry_delay(int failures)
{
	int64_t delay = EWS_RETRY_FIRST_MS;
	while (--failures > 0 && delay < EWS_RETRY_MOST_MS)
		delay *= 2;
	if (delay > EWS_RETRY_MOST_MS)
		delay = EWS_RETRY_MOST_MS;
	return delay / 2 + (int64_t)random_below((uint64_t)(delay - delay / 2 + 1));
}

static void enter(struct ews *e, enum ews_subscription_state state)
{
	struct ews_subscription *sub = &e->subscription;
	if (state != EWS_OPENING && state != EWS_STREAMING)
		http_client_stream_close(e->http);
	if (state == EWS_OPENING) {
		ews_stream_reset(&sub->stream);
		sub->opened_at = sub->heard_at = clock_mono_ms();
		sub->closed = sub->broken = false;
		sub->news = true;
	}
	sub->state = state;
}

static bool has_stream(const struct ews_subscription *sub)
{
	return sub->state == EWS_OPENING || sub->state == EWS_STREAMING;
}

static void back_off(struct ews *e, const struct err *why)
{
	struct ews_subscription *sub = &e->subscription;
	int64_t now = clock_mono_ms();
	if (has_stream(sub) && now - sub->opened_at >= EWS_PROVEN_MS)
		sub->failures = 0;
	int64_t delay = ews_retry_delay(++sub->failures);
	sub->trouble = *why;
	sub->retry_at = now + (why->retry_after_ms > delay ? why->retry_after_ms : delay);
	ews_fail(e, why, NULL);
	enter(e, EWS_BACKING_OFF);
}

static void on_envelope(const char *bytes, size_t len, void *arg)
{
	struct ews *e = arg;
	struct ews_subscription *sub = &e->subscription;
	struct ews_notice notice;
	struct err why;
	if (sub->broken)
		return;
	if (!ews_notice_read(bytes, len, &sub->inbox, &notice, &why)) {
		sub->broken = true;
		sub->trouble = why;
		return;
	}
	sub->news |= notice.news;
	sub->closed |= notice.closed;
	if (sub->state == EWS_OPENING)
		enter(e, EWS_STREAMING);
}

static void on_piece(const char *bytes, size_t len, void *arg)
{
	struct ews *e = arg;
	struct ews_subscription *sub = &e->subscription;
	struct err why;
	sub->heard_at = clock_mono_ms();
	if (!sub->broken && !ews_stream_feed(&sub->stream, bytes, len, on_envelope, e, &why)) {
		sub->broken = true;
		sub->trouble = why;
	}
}

static bool subscribe(struct ews *e, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct arena arena;
	const char *id;
	ews_subscribe_write(ews_begin(e), e->impersonate);
	if (!ews_send(e, &answer, &reply, err))
		return false;
	arena_init(&arena);
	bool ok = ews_subscribe_read(&reply, &arena, &id, err);
	if (ok) {
		buf_reset(&e->subscription.id);
		buf_adds(&e->subscription.id, id);
	}
	arena_release(&arena);
	http_answer_release(&answer);
	return ok;
}

/* Exchange may forget the subscription we had; if it cannot be told, it does so in half an hour. */
static void give_back(struct ews *e)
{
	struct http_answer answer;
	ews_unsubscribe_write(ews_begin(e), e->impersonate, e->subscription.id.data);
	struct http_call call = ews_http_call(e);
	call.timeout_ms = EWS_FAREWELL_MS;
	buf_reset(&e->subscription.id);
	atomic_fetch_add(&e->requests, 1);
	if (http_client_call(e->http, &call, &answer, NULL))
		http_answer_release(&answer);
}

void ews_unsubscribe(struct ews *e)
{
	if (!e->subscription.id.len || e->subscription.state == EWS_BACKING_OFF ||
		!ews_may_call(e, NULL))
		return;
	enter(e, EWS_UNSUBSCRIBED);
	http_client_revive(e->http);
	give_back(e);
}

static bool open_stream(struct ews *e, struct err *err)
{
	if (!ews_may_call(e, err))
		return false;
	ews_stream_write(ews_begin(e), e->impersonate, e->subscription.id.data);
	struct http_call call = ews_http_call(e);
	call.timeout_ms = (EWS_STREAM_MINUTES + 1) * 60L * 1000;
	atomic_fetch_add(&e->requests, 1);
	return http_client_stream_open(e->http, &call, on_piece, e, err);
}

/* Towards a stream, as far as it goes now. */
static void advance(struct ews *e)
{
	struct ews_subscription *sub = &e->subscription;
	struct err why = { 0 };
	if (sub->state == EWS_BACKING_OFF && clock_mono_ms() >= sub->retry_at)
		enter(e, EWS_UNSUBSCRIBED);
	if (sub->state == EWS_UNSUBSCRIBED) {
		/* One whose stream was lost still counts there. */
		if (sub->id.len && ews_may_call(e, NULL))
			give_back(e);
		if (!subscribe(e, &why)) {
			back_off(e, &why);
			return;
		}
		enter(e, EWS_SUBSCRIBED);
	}
	if (sub->state == EWS_SUBSCRIBED) {
		if (open_stream(e, &why))
			enter(e, EWS_OPENING);
		else
			back_off(e, &why);
	}
}

/* What the stream said, or that it says nothing. */
static void settle(struct ews *e)
{
	struct ews_subscription *sub = &e->subscription;
	int64_t now = clock_mono_ms();
	struct err why;
	if (!has_stream(sub))
		return;
	if (sub->broken) {
		why = sub->trouble;
		back_off(e, &why);
	} else if (sub->closed && now - sub->opened_at < EWS_PROVEN_MS) {
		/* One that is closed as soon as it opens must not be opened in a tight loop. */
		err_set(&why, ERR_NET, "exchange closed the notification stream at once");
		back_off(e, &why);
	} else if (sub->closed) {
		sub->failures = 0;
		enter(e, EWS_SUBSCRIBED);
	} else if (now - sub->heard_at >= sub->silence_ms) {
		err_set(&why, ERR_NET, "the notification stream was silent for %lld s",
			(long long)sub->silence_ms / 1000);
		back_off(e, &why);
	}
}

/* Waits at most ms, and lets the stream speak. */
static void listen(struct ews *e, int64_t ms)
{
	struct err why = { 0 };
	long status = 0;
	if (!http_client_wait(e->http, ms > 0 ? (long)ms : 0, &status, &why) &&
		why.code != ERR_CANCELLED && has_stream(&e->subscription) &&
		!e->subscription.broken && !e->subscription.closed) {
		if (status && status != 200)
			ews_error_status(status, -1, &why);
		back_off(e, &why);
	}
	settle(e);
}

static bool take_news(struct ews *e)
{
	struct ews_subscription *sub = &e->subscription;
	bool woken = atomic_exchange(&e->woken, false);
	bool news = sub->news;
	sub->news = false;
	return woken || news;
}

/* When something other than the stream wants attention. */
static int64_t next_event(const struct ews *e, int64_t deadline, int64_t poll_at)
{
	const struct ews_subscription *sub = &e->subscription;
	int64_t at = deadline;
	if (sub->state != EWS_STREAMING && poll_at < at)
		at = poll_at;
	if (sub->state == EWS_BACKING_OFF && sub->retry_at < at)
		at = sub->retry_at;
	if (has_stream(sub) && sub->heard_at + sub->silence_ms < at)
		at = sub->heard_at + sub->silence_ms;
	return at;
}

static bool is_cancelled(const struct ews *e, struct err *err)
{
	if (!atomic_load(&e->cancelled))
		return false;
	err_set(err, ERR_CANCELLED, "the connection to exchange was told to stop");
	return true;
}

/* A stream that replaces one whose time was up is believed before it speaks. */
static bool is_streaming(const struct ews_subscription *sub)
{
	return sub->state == EWS_STREAMING || (sub->state == EWS_OPENING && !sub->failures);
}

bool ews_wait(struct ews *e, long timeout_ms, long poll_ms, bool *ret_news, bool *ret_streaming,
	struct err *err)
{
	int64_t deadline = clock_mono_ms() + timeout_ms, poll_at = clock_mono_ms() + poll_ms;
	bool news = false;
	/* A throttled mailbox is not polled before its time. */
	if (poll_at < e->busy_until)
		poll_at = e->busy_until;
	while (!is_cancelled(e, err)) {
		advance(e);
		news = take_news(e);
		int64_t now = clock_mono_ms();
		if (!news && e->subscription.state != EWS_STREAMING && now >= poll_at)
			news = true;
		if (news || now >= deadline)
			break;
		listen(e, next_event(e, deadline, poll_at) - now);
		if (e->subscription.news) {
			listen(e, EWS_SETTLE_MS);
			e->subscription.news = true;
		}
	}
	if (is_cancelled(e, err))
		return false;
	*ret_news = news;
	*ret_streaming = is_streaming(&e->subscription);
	return true;
}
