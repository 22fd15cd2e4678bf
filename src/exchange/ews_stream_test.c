#include "exchange/ews_stream.h"

#include "exchange/ews_canned.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EVENTS(content) RESPONSE("GetStreamingEvents", MESSAGE("GetStreamingEvents", content))
#define STATUS(word)    EVENTS("<m:ConnectionStatus>" word "</m:ConnectionStatus>")
#define NEWS(event)                                                                                \
	EVENTS("<m:Notifications><m:Notification><t:SubscriptionId>s</t:SubscriptionId>" event     \
	       "</m:Notification></m:Notifications>")
#define ITEM_EVENT(name, more)                                                                     \
	"<t:" name "><t:TimeStamp>2026-11-23T08:00:00Z</t:TimeStamp><t:ItemId Id=\"i\"/>"          \
	"<t:ParentFolderId Id=\"inbox\"/>" more "</t:" name ">"

/* A chain with everything that could mislead: padding, a byte order mark, '>' in attributes, CDATA,
 * comments and instructions, empty elements, UTF-8. */
static const char chain[] = STATUS("OK") "\r\n  " STATUS(
	"OK") "\xef\xbb\xbf<?xml version='1.0'?><!-- > </a> -- ><b> --><a x='>/' y=\"'/>\"><?p > ?>"
	      "<![CDATA[</a>]]]]><![CDATA[>]]><b/><b c='1'/>\xe2\x82\xac<b></b></a >\n<r/>" STATUS(
		      "OK");

enum { CHAIN_DOCS = 5, CHAIN_ODD = 2 };

struct seen {
	size_t count, bytes;
	bool odd_is_whole;
};

static void see(const char *bytes, size_t len, void *arg)
{
	struct seen *seen = arg;
	if (seen->count++ == CHAIN_ODD)
		seen->odd_is_whole = !strncmp(bytes, "<?xml version='1.0'?><!--", 25) &&
			!strcmp(bytes + len - 5, "</a >");
	seen->bytes += len;
	assert_int_equal(strlen(bytes), len);
}

static void assert_chain(const struct seen *seen)
{
	assert_int_equal(seen->count, CHAIN_DOCS);
	assert_true(seen->odd_is_whole);
	assert_int_equal(seen->bytes, strlen(chain) - strlen("\r\n  ") - 3 - 1);
}

static void a_chain_is_split_wherever_it_is_cut(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= strlen(chain); cut++) {
		struct ews_stream s;
		struct seen seen = { 0 };
		ews_stream_init(&s);
		assert_true(ews_stream_feed(&s, chain, cut, see, &seen, NULL));
		assert_true(
			ews_stream_feed(&s, chain + cut, strlen(chain) - cut, see, &seen, NULL));
		assert_false(s.in_doc);
		assert_chain(&seen);
		ews_stream_release(&s);
	}
}

static void a_chain_comes_byte_by_byte(void **state)
{
	(void)state;
	struct ews_stream s;
	struct seen seen = { 0 };
	ews_stream_init(&s);
	for (size_t i = 0; i < strlen(chain); i++)
		assert_true(ews_stream_feed(&s, chain + i, 1, see, &seen, NULL));
	assert_chain(&seen);
	ews_stream_release(&s);
}

static void what_is_no_chain_is_refused(void **state)
{
	(void)state;
	static const char *const bodies[] = { "hello", "<!DOCTYPE html><html></html>", "</a>",
		"<a/>x" };
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct ews_stream s;
		struct seen seen = { 0 };
		struct err err;
		ews_stream_init(&s);
		assert_false(ews_stream_feed(&s, bodies[i], strlen(bodies[i]), see, &seen, &err));
		assert_int_equal(err.code, ERR_PROTOCOL);
		ews_stream_reset(&s);
		assert_true(ews_stream_feed(&s, "<a/>", 4, see, &seen, &err));
		ews_stream_release(&s);
	}
}

static void an_envelope_has_a_limit(void **state)
{
	(void)state;
	struct ews_stream s;
	struct seen seen = { 0 };
	struct err err;
	char block[4096];
	size_t fed = 0;
	memset(block, ' ', sizeof(block));
	ews_stream_init(&s);
	assert_true(ews_stream_feed(&s, "<a>", 3, see, &seen, &err));
	while (ews_stream_feed(&s, block, sizeof(block), see, &seen, &err))
		assert_true((fed += sizeof(block)) <= EWS_STREAM_DOC_MAX);
	assert_int_equal(err.code, ERR_LIMIT);
	ews_stream_release(&s);
}

static struct buf inbox;

static struct ews_notice notice_of(const char *body)
{
	struct ews_notice notice;
	assert_true(ews_notice_read(body, strlen(body), &inbox, &notice, NULL));
	return notice;
}

static void notices_tell_news_and_the_end(void **state)
{
	(void)state;
	buf_init(&inbox, 100);
	struct ews_notice n = notice_of(STATUS("OK"));
	assert_false(n.news || n.closed);
	n = notice_of(STATUS("Closed"));
	assert_true(!n.news && n.closed);
	assert_false(notice_of(NEWS("<t:StatusEvent><t:Watermark>w</t:Watermark></t:StatusEvent>"))
			     .news);
	assert_false(notice_of(NEWS("<t:ModifiedEvent><t:FolderId Id=\"inbox\"/><t:UnreadCount>1"
				    "</t:UnreadCount></t:ModifiedEvent>"))
			     .news);
	assert_true(notice_of(NEWS(ITEM_EVENT("MovedEvent", "<t:OldParentFolderId Id=\"inbox\"/>")))
			    .news);
	assert_true(notice_of(NEWS(ITEM_EVENT("NewMailEvent", ""))).news);
	assert_string_equal(inbox.data, "inbox");
	/* The inbox is known now: what leaves it is our own doing. */
	assert_false(
		notice_of(NEWS(ITEM_EVENT("MovedEvent", "<t:OldParentFolderId Id=\"inbox\"/>")))
			.news);
	assert_true(notice_of(NEWS(ITEM_EVENT("MovedEvent", "<t:OldParentFolderId Id=\"other\"/>")))
			    .news);
	buf_release(&inbox);
}

static void ids_have_limits(void **state)
{
	(void)state;
	static const char head[] = "<Envelope><Body><SubscribeResponse><ResponseMessages><R>"
				   "<SubscriptionId>",
			  tail[] = "</SubscriptionId></R></ResponseMessages></SubscribeResponse>"
				   "</Body></Envelope>";
	struct arena arena;
	arena_init(&arena);
	for (size_t len = EWS_SUBSCRIPTION_ID_MAX; len <= EWS_SUBSCRIPTION_ID_MAX + 1; len++) {
		struct buf b;
		const char *id;
		struct err err;
		buf_init(&b, 2 * EWS_SUBSCRIPTION_ID_MAX);
		buf_adds(&b, head);
		for (size_t i = 0; i < len; i++)
			buf_addc(&b, 'x');
		buf_adds(&b, tail);
		const struct ews_reply reply = reply_of(200, b.data);
		assert_int_equal(ews_subscribe_read(&reply, &arena, &id, &err),
			len == EWS_SUBSCRIPTION_ID_MAX);
		buf_release(&b);
	}
	arena_release(&arena);
	/* A folder id that is too long is not learnt; that costs a needless look at most. */
	buf_init(&inbox, 4);
	assert_true(notice_of(NEWS(ITEM_EVENT("NewMailEvent", ""))).news);
	assert_int_equal(inbox.len, 0);
	buf_release(&inbox);
}

static void a_lost_subscription_is_told(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		RESPONSE("GetStreamingEvents",
			ERROR_MESSAGE("GetStreamingEvents", "ErrorSubscriptionNotFound")),
		EVENTS("<m:ErrorSubscriptionIds><t:SubscriptionId>s</t:SubscriptionId>"
		       "</m:ErrorSubscriptionIds>"),
		FAULT("ErrorServerBusy", BACKOFF("777")),
		"<html>no</html>",
	};
	struct ews_notice notice;
	struct err err;
	buf_init(&inbox, 100);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		assert_false(ews_notice_read(bodies[i], strlen(bodies[i]), &inbox, &notice, &err));
		assert_true(*err.text);
		assert_int_equal(err.retry_after_ms, err.code == ERR_BUSY ? 777 : 0);
	}
	buf_release(&inbox);
}

static void a_subscription_has_an_id(void **state)
{
	(void)state;
	static const char good[] = RESPONSE(
		"Subscribe", MESSAGE("Subscribe", "<m:SubscriptionId>abc=</m:SubscriptionId>"));
	struct arena arena;
	const char *id;
	struct err err;
	arena_init(&arena);
	struct ews_reply reply = reply_of(200, good);
	assert_true(ews_subscribe_read(&reply, &arena, &id, &err));
	assert_string_equal(id, "abc=");
	for (reply.len = 0; reply.len < strlen(good); reply.len++)
		assert_false(ews_subscribe_read(&reply, &arena, &id, &err));
	reply = reply_of(200, RESPONSE("Subscribe", MESSAGE("Subscribe", "")));
	assert_false(ews_subscribe_read(&reply, &arena, &id, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_split_wherever_it_is_cut),
		cmocka_unit_test(a_chain_comes_byte_by_byte),
		cmocka_unit_test(what_is_no_chain_is_refused),
		cmocka_unit_test(an_envelope_has_a_limit),
		cmocka_unit_test(notices_tell_news_and_the_end),
		cmocka_unit_test(ids_have_limits),
		cmocka_unit_test(a_lost_subscription_is_told),
		cmocka_unit_test(a_subscription_has_an_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
