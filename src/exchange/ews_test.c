/* The driver over the wire, against a server that says what the test wants. */
#include "exchange/ews.h"

#include "base/clock.h"
#include "exchange/ews_canned.h"
#include "exchange/ews_error.h"
#include "exchange/ews_session.h"
#include "wire/http_server.h"
#include "wire/loop.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PROMPT_MS = 250, LONG_MS = 20 * 1000, STREAMS_MAX = 8 };

#define EVENTS(content) RESPONSE("GetStreamingEvents", MESSAGE("GetStreamingEvents", content))
#define STATUS(word)    EVENTS("<m:ConnectionStatus>" word "</m:ConnectionStatus>")
#define NEW_MAIL                                                                                   \
	EVENTS("<m:Notifications><m:Notification><t:SubscriptionId>s</t:SubscriptionId>"           \
	       "<t:NewMailEvent><t:ItemId Id=\"i\"/><t:ParentFolderId Id=\"inbox\"/>"              \
	       "</t:NewMailEvent></m:Notification></m:Notifications>")
#define LOST                                                                                       \
	RESPONSE("GetStreamingEvents",                                                             \
		ERROR_MESSAGE("GetStreamingEvents", "ErrorSubscriptionNotFound"))
#define EMPTY_PAGE(state, last)                                                                    \
	RESPONSE("SyncFolderItems",                                                                \
		MESSAGE("SyncFolderItems",                                                         \
			"<m:SyncState>" state "</m:SyncState><m:IncludesLastItemInRange>" last     \
			"</m:IncludesLastItemInRange>"))

struct canned { /* an answer to one operation */
	long status;
	const char *type, *body;
	const char *headers[2]; /* name, value */
	size_t cut;             /* bytes sent before the connection is cut; 0: all */
};

struct rig {
	struct loop *loop;
	struct http_server *server;
	pthread_t thread;
	struct exchange *ex;
	struct arena arena;

	pthread_mutex_t lock;
	struct canned sync, subscribe, create;
	const char *stream_begins; /* what a stream says first; NULL: nothing */
	bool stream_ends;          /* right after it */
	int syncs, subscribes, streams;
	char request[16384], headers[5][256];

	struct http_request *stream; /* the loop's own */
};

static const char *const watched[] = { "X-AnchorMailbox", "User-Agent", "Authorization",
	"Content-Type", "Cookie" };

static void reply_with(struct http_request *req, const struct canned *c)
{
	if (c->headers[0])
		http_set_header(req, c->headers[0], c->headers[1]);
	const char *type = c->type ? c->type : "text/xml; charset=utf-8";
	if (c->cut)
		http_reply_cut(req, (int)c->status, type, c->body, strlen(c->body), c->cut);
	else
		http_reply(req, (int)c->status, type, c->body, strlen(c->body));
}

static void on_stream_gone(void *arg)
{
	struct rig *rig = arg;
	rig->stream = NULL;
}

static void begin_stream(struct rig *rig, struct http_request *req)
{
	rig->streams++;
	http_stream_start(req, 200, "text/xml; charset=utf-8");
	if (rig->stream_begins)
		http_stream_write(req, rig->stream_begins, strlen(rig->stream_begins));
	if (rig->stream_ends) {
		http_stream_end(req);
		return;
	}
	rig->stream = req;
	http_request_on_close(req, on_stream_gone, rig);
}

static void handle(struct http_request *req, void *arg)
{
	struct rig *rig = arg;
	pthread_mutex_lock(&rig->lock);
	size_t len;
	const char *bytes = http_body(req, &len);
	char body[16384]; /* the bytes have no end mark */
	snprintf(body, sizeof(body), "%.*s", (int)len, bytes);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
		const char *value = http_header(req, watched[i]);
		snprintf(rig->headers[i], sizeof(rig->headers[i]), "%s", value ? value : "");
	}
	if (strstr(body, "<m:GetStreamingEvents>")) {
		begin_stream(rig, req);
	} else if (strstr(body, "<m:Subscribe>")) {
		rig->subscribes++;
		reply_with(req, &rig->subscribe);
	} else {
		snprintf(rig->request, sizeof(rig->request), "%s", body);
		rig->syncs++;
		reply_with(req, strstr(body, "<m:CreateItem") ? &rig->create : &rig->sync);
	}
	pthread_mutex_unlock(&rig->lock);
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

struct speech {
	struct rig *rig;
	const char *text; /* NULL: end the stream */
};

static void speak_now(void *arg)
{
	struct speech *speech = arg;
	struct rig *rig = speech->rig;
	if (rig->stream && speech->text) {
		http_stream_write(rig->stream, speech->text, strlen(speech->text));
	} else if (rig->stream) {
		struct http_request *req = rig->stream;
		rig->stream = NULL;
		http_request_on_close(req, NULL, NULL);
		http_stream_end(req);
	}
	free(speech);
}

static void speak(struct rig *rig, const char *text)
{
	struct speech *speech = malloc(sizeof(*speech));
	assert_non_null(speech);
	*speech = (struct speech){ rig, text };
	loop_post(rig->loop, speak_now, speech);
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	const struct http_server_options options = { .host = "127.0.0.1" };
	char url[100];
	struct err err;
	pthread_mutex_init(&rig->lock, NULL);
	arena_init(&rig->arena);
	rig->sync = (struct canned){ .status = 200, .body = EMPTY_PAGE("s1", "true") };
	rig->subscribe = (struct canned){ .status = 200,
		.body = RESPONSE("Subscribe",
			MESSAGE("Subscribe", "<m:SubscriptionId>sub</m:SubscriptionId>")) };
	rig->stream_begins = STATUS("OK");
	rig->loop = loop_new();
	assert_true(http_server_new(rig->loop, &options, handle, rig, &rig->server, &err));
	assert_int_equal(pthread_create(&rig->thread, NULL, run, rig->loop), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/EWS/Exchange.asmx",
		http_server_port(rig->server));
	const struct exchange_settings settings = {
		.url = url, .mailbox = "room@example.org", .username = "svc", .password = "secret"
	};
	assert_true(exchange_open(&exchange_ews, &settings, &rig->ex, &err));
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	exchange_close(&rig->ex);
	loop_stop(rig->loop);
	pthread_join(rig->thread, NULL);
	http_server_free(&rig->server);
	loop_free(&rig->loop);
	arena_release(&rig->arena);
	pthread_mutex_destroy(&rig->lock);
	free(rig);
	return 0;
}

static bool sync_once(struct rig *rig, struct err *err)
{
	struct exchange_page page;
	return exchange_sync(rig->ex, "s0", &rig->arena, &page, err);
}

static void serve(struct rig *rig, struct canned *where, struct canned what)
{
	pthread_mutex_lock(&rig->lock);
	*where = what;
	pthread_mutex_unlock(&rig->lock);
}

static int number(struct rig *rig, const int *of)
{
	pthread_mutex_lock(&rig->lock);
	int n = *of;
	pthread_mutex_unlock(&rig->lock);
	return n;
}

static void settings_are_checked(void **state)
{
	(void)state;
	static const struct exchange_settings bad[] = {
		{ .url = "http://mail.example.org/EWS/Exchange.asmx", .mailbox = "a@b" },
		{ .url = "http://localhost.example.org/EWS", .mailbox = "a@b" },
		{ .url = "mail.example.org", .mailbox = "a@b" },
		{ .url = NULL, .mailbox = "a@b" },
		{ .url = "https://mail.example.org", .mailbox = "room" },
		{ .url = "https://mail.example.org", .mailbox = "a@b\r\nX: y" },
		{ .url = "https://mail.example.org", .mailbox = NULL },
	};
	struct exchange *ex = NULL;
	struct err err;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(exchange_open(&exchange_ews, &bad[i], &ex, &err));
		assert_int_equal(err.code, ERR_INVALID);
	}
	assert_null(ex);
	/* RFC 5321: 254 bytes of address. */
	char mailbox[256];
	memset(mailbox, 'a', sizeof(mailbox));
	mailbox[1] = '@';
	mailbox[255] = '\0';
	struct exchange_settings settings = { .url = "https://mail.example.org",
		.mailbox = mailbox };
	assert_false(exchange_open(&exchange_ews, &settings, &ex, &err));
	mailbox[254] = '\0';
	assert_true(exchange_open(&exchange_ews, &settings, &ex, &err));
	exchange_close(&ex);
}

static void a_request_says_who_asks_for_whom(void **state)
{
	struct rig *rig = *state;
	struct err err;
	rig->sync.headers[0] = "Set-Cookie";
	rig->sync.headers[1] = "X-BackEndOverrideCookie=be1; path=/; HttpOnly";
	assert_true(sync_once(rig, &err));
	assert_true(sync_once(rig, &err));
	assert_string_equal(rig->headers[0], "room@example.org");
	assert_string_equal(rig->headers[1], "vmrd/" VMRD_VERSION);
	assert_string_equal(rig->headers[2], "Basic c3ZjOnNlY3JldA==");
	assert_string_equal(rig->headers[3], "text/xml; charset=utf-8");
	assert_non_null(strstr(rig->headers[4], "X-BackEndOverrideCookie=be1"));
	assert_non_null(strstr(rig->request, "<t:SmtpAddress>room@example.org<"));
	assert_int_equal(exchange_requests(rig->ex), 2);
}

static void while_exchange_is_busy_nothing_is_asked(void **state)
{
	struct rig *rig = *state;
	struct err err;
	serve(rig, &rig->sync,
		(struct canned){ .status = 500, .body = FAULT("ErrorServerBusy", BACKOFF("300")) });
	int64_t begin = clock_mono_ms();
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(err.retry_after_ms, 300);
	serve(rig, &rig->sync, (struct canned){ .status = 200, .body = EMPTY_PAGE("s1", "true") });
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_in_range(err.retry_after_ms, 1, 300);
	assert_int_equal(number(rig, &rig->syncs), 1);
	/* Polling does not come before its time either, and nothing is subscribed to. */
	bool news, streaming;
	assert_true(exchange_wait(rig->ex, LONG_MS, 1, &news, &streaming, &err));
	assert_true(news);
	assert_true(clock_mono_ms() - begin >= 300);
	assert_true(sync_once(rig, &err));
	assert_int_equal(number(rig, &rig->syncs), 2);
}

static void what_fails_on_the_way_is_a_failure(void **state)
{
	struct rig *rig = *state;
	struct err err;
	static const char body[] = EMPTY_PAGE("s1", "true");
	for (size_t cut = 1; cut < sizeof(body) - 1; cut += 61) {
		serve(rig, &rig->sync, (struct canned){ .status = 200, .body = body, .cut = cut });
		assert_false(sync_once(rig, &err));
		assert_int_equal(err.code, ERR_NET);
	}
	serve(rig, &rig->sync,
		(struct canned){ .status = 200,
			.type = "text/html",
			.body = "<!DOCTYPE html><html>Sign in</html>" });
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	serve(rig, &rig->sync, (struct canned){ .status = 401, .body = "" });
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.code, ERR_DENIED);
	serve(rig, &rig->sync,
		(struct canned){ .status = 503, .body = "", .headers = { "Retry-After", "7" } });
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.retry_after_ms, 7000);
}

static void endless_promises_are_ended(void **state)
{
	struct rig *rig = *state;
	struct err err;
	int pages = 0;
	serve(rig, &rig->sync, (struct canned){ .status = 200, .body = EMPTY_PAGE("s1", "false") });
	while (sync_once(rig, &err))
		assert_true(++pages < 100);
	assert_int_equal(err.code, ERR_PROTOCOL);
}

static void answers_go_out_in_one_request(void **state)
{
	struct rig *rig = *state;
	struct err err;
	struct exchange_result r[2];
	const struct exchange_answer answers[] = { { EXCHANGE_ACCEPT, "a", "1", "<b>yes</b>" },
		{ EXCHANGE_DECLINE, "b", "2", "no" } };
	serve(rig, &rig->create,
		(struct canned){ .status = 200,
			.body = RESPONSE("CreateItem",
				MESSAGE("CreateItem", "<m:Items/>")
					ERROR_MESSAGE("CreateItem", "ErrorItemNotFound")) });
	assert_true(exchange_answer(rig->ex, answers, 2, r, &err));
	assert_true(r[0].ok && !r[1].ok);
	assert_non_null(strstr(rig->request,
		"<t:AcceptItem><t:Body BodyType=\"HTML\">&lt;b&gt;yes&lt;/b&gt;</t:Body>"
		"<t:ReferenceItemId Id=\"a\" ChangeKey=\"1\"/></t:AcceptItem>"));
	assert_int_equal(number(rig, &rig->syncs), 1);
}

static void a_request_too_large_is_not_sent(void **state)
{
	struct rig *rig = *state;
	struct exchange_result r;
	struct err err;
	char *text = malloc(EWS_REQUEST_MAX + 1);
	assert_non_null(text);
	memset(text, 'x', EWS_REQUEST_MAX);
	text[EWS_REQUEST_MAX] = '\0';
	const struct exchange_answer answer = { EXCHANGE_ACCEPT, "a", "1", text };
	assert_false(exchange_answer(rig->ex, &answer, 1, &r, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(exchange_requests(rig->ex), 0);
	free(text);
}

static void removing_and_discarding_have_results(void **state)
{
	struct rig *rig = *state;
	struct exchange_result r;
	struct err err;
	const char *id = "a", *key = "1";
	serve(rig, &rig->create,
		(struct canned){ .status = 200,
			.body = RESPONSE("CreateItem",
				ERROR_MESSAGE(
					"CreateItem", "ErrorCalendarIsCancelledForRemove")) });
	assert_true(exchange_remove(rig->ex, &id, &key, 1, &r, &err));
	assert_int_equal(r.err.code, ERR_INVALID);
	assert_non_null(strstr(rig->request, "<t:RemoveItem><t:ReferenceItemId Id=\"a\""));
	serve(rig, &rig->sync,
		(struct canned){
			.status = 200, .body = RESPONSE("DeleteItem", MESSAGE("DeleteItem", "")) });
	assert_true(exchange_discard(rig->ex, &id, 1, &r, &err));
	assert_true(r.ok);
	assert_non_null(strstr(rig->request, "SendMeetingCancellations=\"SendToNone\""));
}

static bool wait_for(struct rig *rig, long timeout_ms)
{
	bool news, streaming;
	struct err err;
	assert_true(exchange_wait(rig->ex, timeout_ms, LONG_MS, &news, &streaming, &err));
	return news;
}

/* A session whose stream is open and has told its first news. */
static void open_stream(struct rig *rig)
{
	assert_true(wait_for(rig, LONG_MS));
	assert_false(wait_for(rig, 50));
	assert_string_equal(exchange_state(rig->ex), "streaming");
}

static void an_event_is_news_at_once(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	for (int i = 0; i < 3; i++) {
		int64_t begin = clock_mono_ms();
		speak(rig, NEW_MAIL);
		assert_true(wait_for(rig, LONG_MS));
		assert_true(clock_mono_ms() - begin < PROMPT_MS);
		struct err err;
		assert_true(sync_once(rig, &err)); /* beside the open stream */
		assert_false(wait_for(rig, 50));
	}
	assert_int_equal(number(rig, &rig->streams), 1);
}

static void events_in_pieces_are_put_together(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	speak(rig, "<?xml version=\"1.0\" enc");
	assert_false(wait_for(rig, 50));
	speak(rig, "oding=\"utf-8\"?><s:Envelope xmlns:s=\"" NS_SOAP "\"><s:Body><GetStreaming");
	assert_false(wait_for(rig, 50));
	speak(rig,
		"EventsResponse><ResponseMessages><R><Notifications><Notification><NewMailEvent>"
		"<ItemId Id='\xc3");
	speak(rig,
		"\xa4'/></NewMailEvent></Notification></Notifications></R></ResponseMessages>"
		"</GetStreamingEventsResponse></s:Body></s:Envelope>");
	assert_true(wait_for(rig, LONG_MS));
	assert_string_equal(exchange_trouble(rig->ex), "");
}

static void a_cut_stream_is_made_again(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	speak(rig, NULL);
	assert_true(wait_for(rig, LONG_MS));
	assert_int_equal(number(rig, &rig->subscribes), 2);
	assert_false(wait_for(rig, 50)); /* the server has seen the request by then */
	assert_int_equal(number(rig, &rig->streams), 2);
	assert_true(*exchange_trouble(rig->ex));
}

static void a_silent_stream_is_made_again(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	((struct ews *)rig->ex)->subscription.silence_ms = 100;
	assert_true(wait_for(rig, LONG_MS));
	assert_int_equal(number(rig, &rig->subscribes), 2);
	assert_non_null(strstr(exchange_trouble(rig->ex), "silent"));
}

static void a_lost_subscription_is_made_again(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	speak(rig, LOST);
	assert_true(wait_for(rig, LONG_MS));
	assert_int_equal(number(rig, &rig->subscribes), 2);
}

static void a_stream_whose_time_is_up_is_opened_again(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	((struct ews *)rig->ex)->subscription.opened_at -= EWS_PROVEN_MS;
	speak(rig, STATUS("Closed"));
	assert_true(wait_for(rig, LONG_MS));
	assert_int_equal(number(rig, &rig->subscribes), 1);
	assert_false(wait_for(rig, 50)); /* the server has seen the request by then */
	assert_int_equal(number(rig, &rig->streams), 2);
}

static void a_server_that_closes_at_once_is_not_hammered(void **state)
{
	struct rig *rig = *state;
	rig->stream_begins = STATUS("Closed");
	rig->stream_ends = true;
	int64_t begin = clock_mono_ms();
	while (clock_mono_ms() - begin < 1500)
		wait_for(rig, 100);
	assert_in_range(number(rig, &rig->streams), 2, STREAMS_MAX);
}

static void without_a_subscription_it_polls(void **state)
{
	struct rig *rig = *state;
	rig->subscribe = (struct canned){ .status = 403, .body = "" };
	bool news, streaming;
	struct err err;
	for (int i = 0; i < 3; i++) {
		int64_t begin = clock_mono_ms();
		assert_true(exchange_wait(rig->ex, LONG_MS, 60, &news, &streaming, &err));
		assert_true(news && !streaming);
		assert_in_range(clock_mono_ms() - begin, 60, 60 + PROMPT_MS);
	}
	assert_string_equal(exchange_state(rig->ex), "backing off");
	assert_non_null(strstr(exchange_trouble(rig->ex), "403"));
}

static void *wake_later(void *arg)
{
	/* so that the other thread waits by then */
	nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000 * 1000 }, NULL);
	exchange_wake(arg);
	return NULL;
}

static void *cancel_later(void *arg)
{
	/* so that the other thread waits by then */
	nanosleep(&(struct timespec){ .tv_nsec = 50 * 1000 * 1000 }, NULL);
	exchange_cancel(arg);
	return NULL;
}

static void others_may_wake_and_cancel(void **state)
{
	struct rig *rig = *state;
	pthread_t thread;
	bool news, streaming;
	struct err err;
	open_stream(rig);
	pthread_create(&thread, NULL, wake_later, rig->ex);
	assert_true(wait_for(rig, LONG_MS));
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, cancel_later, rig->ex);
	assert_false(exchange_wait(rig->ex, LONG_MS, LONG_MS, &news, &streaming, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
	pthread_join(thread, NULL);
	assert_false(sync_once(rig, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
}

static void who_goes_gives_the_subscription_back(void **state)
{
	struct rig *rig = *state;
	open_stream(rig);
	exchange_cancel(rig->ex);
	assert_false(sync_once(rig, NULL));
	exchange_close(&rig->ex);
	assert_non_null(strstr(rig->request,
		"<m:Unsubscribe><m:SubscriptionId>sub</m:SubscriptionId></m:Unsubscribe>"));
}

static void who_has_none_says_nothing(void **state)
{
	struct rig *rig = *state;
	assert_true(sync_once(rig, NULL));
	exchange_close(&rig->ex);
	assert_int_equal(number(rig, &rig->syncs), 1);
}

static void retries_come_ever_later(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_in_range(ews_retry_delay(1), EWS_RETRY_FIRST_MS / 2, EWS_RETRY_FIRST_MS);
		assert_in_range(ews_retry_delay(3), EWS_RETRY_FIRST_MS * 2, EWS_RETRY_FIRST_MS * 4);
		assert_in_range(ews_retry_delay(1000), EWS_RETRY_MOST_MS / 2, EWS_RETRY_MOST_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		cmocka_unit_test(settings_are_checked),
		CASE(a_request_says_who_asks_for_whom),
		CASE(while_exchange_is_busy_nothing_is_asked),
		CASE(what_fails_on_the_way_is_a_failure),
		CASE(endless_promises_are_ended),
		CASE(answers_go_out_in_one_request),
		CASE(a_request_too_large_is_not_sent),
		CASE(removing_and_discarding_have_results),
		CASE(an_event_is_news_at_once),
		CASE(events_in_pieces_are_put_together),
		CASE(a_cut_stream_is_made_again),
		CASE(a_silent_stream_is_made_again),
		CASE(a_lost_subscription_is_made_again),
		CASE(a_stream_whose_time_is_up_is_opened_again),
		CASE(a_server_that_closes_at_once_is_not_hammered),
		CASE(without_a_subscription_it_polls),
		CASE(others_may_wake_and_cancel),
		CASE(who_goes_gives_the_subscription_back),
		CASE(who_has_none_says_nothing),
		cmocka_unit_test(retries_come_ever_later),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
