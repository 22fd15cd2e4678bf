#include "exchange/ews.h"

#include "base/text.h"
#include "exchange/ews_answer.h"
#include "exchange/ews_item.h"
#include "exchange/ews_session.h"
#include "exchange/ews_sync.h"

#include <stdlib.h>
#include <string.h>

enum {
	MAILBOX_MAX = 254,    /* bytes of an SMTP address, RFC 5321 */
	EMPTY_PAGES_MAX = 16, /* pages without a change that promise more, one after the other */
};

static struct ews *session_of(struct exchange *ex)
{
	return (struct ews *)ex;
}

static const struct ews *const_session_of(const struct exchange *ex)
{
	return (const struct ews *)ex;
}

static char *copied(const char *text)
{
	char *copy = strdup(text);
	if (!copy)
		abort();
	return copy;
}

/* Plain HTTP is for a server on this machine only: the password would travel readable. */
static bool is_loopback(const char *url)
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]", "localhost" };
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t len = strlen(hosts[i]);
		if (!strncmp(url, hosts[i], len) && url[len] && strchr(":/", url[len]))
			return true;
	}
	return false;
}

static bool check_url(const char *url, struct err *err)
{
	if (text_starts_with(url, "https://") && strlen(url) > strlen("https://"))
		return true;
	if (text_starts_with(url, "http://") && is_loopback(url + strlen("http://")))
		return true;
	return err_set(err, ERR_INVALID,
		"'%.200s' is not an address of Exchange Web Services: it must begin with https://, "
		"as "
		"in https://mail.example.org/EWS/Exchange.asmx",
		url);
}

static bool check_mailbox(const char *mailbox, struct err *err)
{
	const char *at = strchr(mailbox, '@');
	bool ok = at && at != mailbox && at[1] && strlen(mailbox) <= MAILBOX_MAX;
	for (const char *p = mailbox; ok && *p; p++)
		ok = (unsigned char)*p > ' ' && *p != 0x7f; /* it goes into a header */
	return ok ||
		err_set(err, ERR_INVALID,
			"'%.200s' is not the e-mail address of an equipment mailbox", mailbox);
}

static void set_headers(struct ews *e)
{
	static const char prefix[] = "X-AnchorMailbox: ";
	struct buf b;
	buf_init(&b, sizeof(prefix) + MAILBOX_MAX);
	buf_adds(&b, prefix);
	buf_adds(&b, e->mailbox);
	e->anchor = buf_steal(&b);
	const char *const headers[EWS_HEADERS_MAX] = {
		"Content-Type: text/xml; charset=utf-8",
		"Accept: text/xml",
		"User-Agent: vmrd/" VMRD_VERSION,
		"X-PreferServerAffinity: true",
		e->anchor,
		NULL,
	};
	memcpy(e->headers, headers, sizeof(headers));
}

static bool verb_open(const struct exchange_driver *driver,
	const struct exchange_settings *settings, struct exchange **ret, struct err *err)
{
	if (!check_url(settings->url ? settings->url : "", err) ||
		!check_mailbox(settings->mailbox ? settings->mailbox : "", err))
		return false;
	struct ews *e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	e->base.driver = driver;
	e->url = copied(settings->url);
	e->mailbox = copied(settings->mailbox);
	e->impersonate = settings->direct ? NULL : e->mailbox;
	set_headers(e);
	buf_init(&e->request, EWS_REQUEST_MAX);
	ews_subscription_init(&e->subscription);
	const struct http_client_options options = {
		.ca_pem = settings->ca_pem,
		.username = settings->username,
		.password = settings->password,
		.https_only = text_starts_with(settings->url, "https://"),
		.timeout_ms = settings->timeout_ms,
	};
	e->http = http_client_new(&options);
	*ret = &e->base;
	return true;
}

static void verb_close(struct exchange *ex)
{
	struct ews *e = session_of(ex);
	http_client_free(&e->http);
	ews_subscription_release(&e->subscription);
	buf_release(&e->request);
	free(e->anchor);
	free(e->mailbox);
	free(e->url);
	free(e);
}

/* A server that promises more for ever, with nothing in it, must not hold us for ever. */
static bool makes_progress(struct ews *e, const struct exchange_page *page, struct err *err)
{
	e->empty_pages = page->last || page->count ? 0 : e->empty_pages + 1;
	if (e->empty_pages <= EMPTY_PAGES_MAX)
		return true;
	e->empty_pages = 0;
	return err_set(err, ERR_PROTOCOL,
		"exchange promised more changes %d times and brought none", EMPTY_PAGES_MAX);
}

static bool verb_sync(struct exchange *ex, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err)
{
	struct ews *e = session_of(ex);
	struct http_answer answer;
	struct ews_reply reply;
	struct exchange_page page;
	struct err why;
	ews_sync_write(ews_begin(e), e->impersonate, sync_state);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_sync_read(&reply, sync_state, arena, &page, &why) &&
		makes_progress(e, &page, &why);
	http_answer_release(&answer);
	if (!ok)
		return ews_fail(e, &why, err);
	*ret = page;
	return true;
}

/* One throttled item is a throttled mailbox. */
static void note_busy(struct ews *e, const struct exchange_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!results[i].ok && results[i].err.code == ERR_BUSY)
			ews_fail(e, &results[i].err, NULL);
}

static bool verb_fetch(struct exchange *ex, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	struct ews *e = session_of(ex);
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	ews_item_write(ews_begin(e), e->impersonate, items, count);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_item_read(&reply, items, count, arena, ret_meetings, ret_results, &why);
	http_answer_release(&answer);
	if (!ok)
		return ews_fail(e, &why, err);
	note_busy(e, ret_results, count);
	return true;
}

/* Sends what was written and reads one result per item. */
static bool do_batch(struct ews *e, const char *operation, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_answer_read(&reply, operation, count, ret_results, &why);
	http_answer_release(&answer);
	if (!ok)
		return ews_fail(e, &why, err);
	note_busy(e, ret_results, count);
	return true;
}

static bool verb_answer(struct exchange *ex, const struct exchange_answer *answers, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct ews *e = session_of(ex);
	ews_answer_write(ews_begin(e), e->impersonate, answers, count);
	return do_batch(e, "CreateItem", count, ret_results, err);
}

static bool verb_remove(struct exchange *ex, const char *const *ids, const char *const *change_keys,
	size_t count, struct exchange_result *ret_results, struct err *err)
{
	struct ews *e = session_of(ex);
	ews_remove_write(ews_begin(e), e->impersonate, ids, change_keys, count);
	return do_batch(e, "CreateItem", count, ret_results, err);
}

static bool verb_discard(struct exchange *ex, const char *const *ids, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct ews *e = session_of(ex);
	ews_discard_write(ews_begin(e), e->impersonate, ids, count);
	return do_batch(e, "DeleteItem", count, ret_results, err);
}

static bool verb_processing(struct exchange *ex, enum exchange_processing *ret, struct err *err)
{
	struct ews *e = session_of(ex);
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	ews_processing_write(ews_begin(e), e->impersonate);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_processing_read(&reply, ret, &why);
	http_answer_release(&answer);
	return ok || ews_fail(e, &why, err);
}

static bool verb_wait(struct exchange *ex, long timeout_ms, long poll_ms, bool *ret_news,
	bool *ret_streaming, struct err *err)
{
	return ews_wait(session_of(ex), timeout_ms, poll_ms, ret_news, ret_streaming, err);
}

static void verb_wake(struct exchange *ex)
{
	struct ews *e = session_of(ex);
	atomic_store(&e->woken, true);
	http_client_wake(e->http);
}

static void verb_cancel(struct exchange *ex)
{
	struct ews *e = session_of(ex);
	atomic_store(&e->cancelled, true);
	http_client_cancel(e->http);
}

static const char *verb_state(const struct exchange *ex)
{
	return ews_subscription_word(&const_session_of(ex)->subscription);
}

static const char *verb_trouble(const struct exchange *ex)
{
	return const_session_of(ex)->subscription.trouble.text;
}

static int64_t verb_requests(const struct exchange *ex)
{
	return atomic_load(&const_session_of(ex)->requests);
}

const struct exchange_driver exchange_ews = {
	.name = "ews",
	.open = verb_open,
	.close = verb_close,
	.sync = verb_sync,
	.fetch = verb_fetch,
	.answer = verb_answer,
	.remove = verb_remove,
	.discard = verb_discard,
	.processing = verb_processing,
	.wait = verb_wait,
	.wake = verb_wake,
	.cancel = verb_cancel,
	.state = verb_state,
	.trouble = verb_trouble,
	.requests = verb_requests,
};
