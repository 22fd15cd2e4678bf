#include "exchange/ews.h"

#include "base/text.h"
#include "exchange/ews_answer.h"
#include "exchange/ews_entry.h"
#include "exchange/ews_insert.h"
#include "exchange/ews_item.h"
#include "exchange/ews_note.h"
#include "exchange/ews_session.h"
#include "exchange/ews_sync.h"
#include "exchange/ews_view.h"

#include <stdlib.h>
#include <string.h>

enum { EMPTY_PAGES_MAX = 16 }; /* pages without a change that promise more, one after the other */

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

static void set_headers(struct ews *e)
{
	e->anchor = ews_anchor(e->mailbox);
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
	const char *mailbox = settings->mailbox ? settings->mailbox : "";
	if (!check_url(settings->url ? settings->url : "", err))
		return false;
	if (!ews_is_mailbox(mailbox))
		return err_set(err, ERR_INVALID,
			"'%.200s' is not the e-mail address of an equipment mailbox", mailbox);
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
	ews_unsubscribe(e);
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

static bool verb_view(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err)
{
	struct ews *e = session_of(ex);
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	ews_view_write(ews_begin(e), e->impersonate, from, until);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_view_read(&reply, from, until, arena, ret, &why);
	http_answer_release(&answer);
	return ok || ews_fail(e, &why, err);
}

/* One GetItem; ret_alone as in ews_entry_read(). */
static bool fetch_entries(struct ews *e, const struct exchange_entry *entries, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	bool *ret_alone, struct err *err)
{
	struct http_answer answer;
	struct ews_reply reply;
	struct err why;
	ews_entry_write(ews_begin(e), e->impersonate, entries, count, !ret_alone);
	if (!ews_send(e, &answer, &reply, &why))
		return ews_fail(e, &why, err);
	bool ok = ews_entry_read(
		&reply, entries, count, arena, ret_meetings, ret_results, ret_alone, &why);
	http_answer_release(&answer);
	if (!ok)
		return ews_fail(e, &why, err);
	note_busy(e, ret_results, count);
	return true;
}

static bool verb_fetch_entries(struct exchange *ex, const struct exchange_entry *entries,
	size_t count, struct arena *arena, struct meeting *ret_meetings,
	struct exchange_result *ret_results, struct err *err)
{
	struct ews *e = session_of(ex);
	struct exchange_entry again[EXCHANGE_FETCH_BATCH];
	struct exchange_result results[EXCHANGE_FETCH_BATCH];
	struct meeting meetings[EXCHANGE_FETCH_BATCH];
	bool alone[EXCHANGE_FETCH_BATCH] = { false };
	size_t where[EXCHANGE_FETCH_BATCH], n = 0;
	if (!fetch_entries(e, entries, count, arena, ret_meetings, ret_results, alone, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (alone[i]) {
			where[n] = i;
			again[n++] = entries[i];
		}
	if (!n)
		return true;
	if (!fetch_entries(e, again, n, arena, meetings, results, NULL, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		ret_results[where[i]] = results[i];
		if (results[i].ok)
			ret_meetings[where[i]] = meetings[i];
	}
	return true;
}

static bool verb_insert(
	struct exchange *ex, const struct exchange_insertion *insertion, struct err *err)
{
	return ews_insert(session_of(ex), insertion, err);
}

static bool verb_note_read(struct exchange *ex, const char *name, struct arena *arena,
	const char **ret_text, struct err *err)
{
	return ews_note_read(session_of(ex), name, arena, ret_text, err);
}

static bool verb_note_create(
	struct exchange *ex, const char *name, const char *text, struct err *err)
{
	return ews_note_create(session_of(ex), name, text, err);
}

static bool verb_note_write(
	struct exchange *ex, const char *name, const char *text, struct err *err)
{
	return ews_note_write(session_of(ex), name, text, err);
}

static bool verb_note_remove(struct exchange *ex, const char *name, struct err *err)
{
	return ews_note_remove(session_of(ex), name, err);
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
	.view = verb_view,
	.fetch_entries = verb_fetch_entries,
	.insert = verb_insert,
	.note_read = verb_note_read,
	.note_create = verb_note_create,
	.note_write = verb_note_write,
	.note_remove = verb_note_remove,
	.processing = verb_processing,
	.wait = verb_wait,
	.wake = verb_wake,
	.cancel = verb_cancel,
	.state = verb_state,
	.trouble = verb_trouble,
	.requests = verb_requests,
};
