#include "exchange/ews_sync.h"

#include "exchange/ews_answer.h"
#include "exchange/ews_canned.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PAGE(state, last, changes)                                                                 \
	RESPONSE("SyncFolderItems",                                                                \
		MESSAGE("SyncFolderItems",                                                         \
			"<m:SyncState>" state "</m:SyncState>"                                     \
			"<m:IncludesLastItemInRange>" last                                         \
			"</m:IncludesLastItemInRange><m:Changes>" changes "</m:Changes>"))

static const char whole[] = PAGE("state-1", "true",
	"<t:Create><t:MeetingRequest><t:ItemId Id=\"a\" ChangeKey=\"1\"/></t:MeetingRequest>"
	"</t:Create><t:Create><t:Message><t:ItemId Id=\"b\" "
	"ChangeKey=\"2\"/></t:Message></t:Create>"
	"<t:ReadFlagChange><t:ItemId Id=\"b\"/><t:IsRead>true</t:IsRead></t:ReadFlagChange>"
	"<t:Update><t:MeetingCancellation><t:ItemId Id=\"c\"/></t:MeetingCancellation></t:Update>"
	"<t:Create><t:Message/></t:Create><t:Create/><t:Delete><t:ItemId Id=\"d\"/></t:Delete>");

static struct arena arena;
static struct err err;

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static bool read_page(const char *body, const char *state, struct exchange_page *ret)
{
	struct ews_reply reply = reply_of(200, body);
	return ews_sync_read(&reply, state, &arena, ret, &err);
}

static void a_page_is_read_in_order(void **state)
{
	(void)state;
	struct exchange_page page;
	assert_true(read_page(whole, "", &page));
	assert_true(page.last);
	assert_string_equal(page.sync_state, "state-1");
	assert_int_equal(page.count, 4);
	assert_true(page.changes[0].meeting && page.changes[0].kind == EXCHANGE_CREATED);
	assert_string_equal(page.changes[0].item_id, "a");
	assert_string_equal(page.changes[0].change_key, "1");
	assert_false(page.changes[1].meeting);
	assert_true(page.changes[2].meeting && page.changes[2].kind == EXCHANGE_UPDATED);
	assert_null(page.changes[2].change_key);
	assert_true(!page.changes[3].meeting && page.changes[3].kind == EXCHANGE_DELETED);
}

static void a_page_may_be_empty_or_promise_more(void **state)
{
	(void)state;
	struct exchange_page page;
	assert_true(read_page(PAGE("s2", "false", ""), "s1", &page));
	assert_true(!page.last && !page.count);
	assert_true(read_page(RESPONSE("SyncFolderItems",
				      MESSAGE("SyncFolderItems", "<m:SyncState>s</m:SyncState>")),
		"s", &page));
	assert_true(page.last);
	assert_true(read_page(PAGE("s1", "true", ""), "s1", &page));
	assert_false(read_page(PAGE("s1", "false", ""), "s1", &page));
	assert_int_equal(err.code, ERR_PROTOCOL);
	assert_false(read_page(PAGE("", "true", ""), "s1", &page));
	assert_int_equal(err.code, ERR_PROTOCOL);
}

static void an_invalid_state_is_a_conflict(void **state)
{
	(void)state;
	struct exchange_page page;
	static const char *const codes[] = {
		RESPONSE("SyncFolderItems",
			ERROR_MESSAGE("SyncFolderItems", "ErrorInvalidSyncStateData")),
		RESPONSE("SyncFolderItems",
			ERROR_MESSAGE("SyncFolderItems", "ErrorSyncFolderNotFound")),
	};
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		assert_false(read_page(codes[i], "s", &page));
		assert_int_equal(err.code, ERR_CONFLICT);
		assert_false(read_page(codes[i], "", &page));
		assert_int_equal(err.code, ERR_NOT_FOUND);
	}
}

static void a_large_state_is_kept_whole(void **state)
{
	(void)state;
	struct buf b;
	struct exchange_page page;
	const size_t sizes[] = { 2 << 20, EWS_SYNC_STATE_MAX, EWS_SYNC_STATE_MAX + 1 };
	for (size_t i = 0; i < 3; i++) {
		buf_init(&b, 2 * EWS_SYNC_STATE_MAX);
		buf_adds(&b,
			"<Envelope><Body><SyncFolderItemsResponse><ResponseMessages><R>"
			"<SyncState>");
		for (size_t n = 0; n < sizes[i]; n++)
			buf_addc(&b, 'x');
		buf_adds(&b,
			"</SyncState></R></ResponseMessages></SyncFolderItemsResponse></Body>"
			"</Envelope>");
		bool ok = read_page(b.data, "", &page);
		assert_int_equal(ok, sizes[i] <= EWS_SYNC_STATE_MAX);
		if (ok)
			assert_int_equal(strlen(page.sync_state), sizes[i]);
		else
			assert_int_equal(err.code, ERR_LIMIT);
		buf_release(&b);
	}
}

static void cut_anywhere_it_is_a_failure(void **state)
{
	(void)state;
	struct exchange_page page = { .count = 99 };
	struct ews_reply reply = reply_of(200, whole);
	for (reply.len = 0; reply.len < strlen(whole); reply.len++) {
		assert_false(ews_sync_read(&reply, "", &arena, &page, &err));
		assert_int_equal(page.count, 99);
	}
}

#define SETTING(entries)                                                                           \
	RESPONSE("GetUserConfiguration",                                                           \
		MESSAGE("GetUserConfiguration",                                                    \
			"<m:UserConfiguration><t:UserConfigurationName Name=\"Calendar\"/>"        \
			"<t:Dictionary>" entries "</t:Dictionary></m:UserConfiguration>"))
#define ENTRY(key, value)                                                                          \
	"<t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type><t:Value>" key                 \
	"</t:Value></t:DictionaryKey><t:DictionaryValue><t:Type>Integer32</t:Type><t:Value>" value \
	"</t:Value></t:DictionaryValue></t:DictionaryEntry>"

static void the_processing_setting_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		enum exchange_processing want;
	} cases[] = {
		{ SETTING(ENTRY("OLPrefsVersion", "1") ENTRY("AutomateProcessing", "0")),
			EXCHANGE_PROCESSING_NONE },
		{ SETTING(ENTRY("AutomateProcessing", "1")), EXCHANGE_PROCESSING_UPDATE },
		{ SETTING(ENTRY("AutomateProcessing", "2")), EXCHANGE_PROCESSING_ACCEPT },
		{ SETTING(ENTRY("AutomateProcessing", "3")), EXCHANGE_PROCESSING_UNKNOWN },
		{ SETTING(""), EXCHANGE_PROCESSING_UNKNOWN },
		{ RESPONSE("GetUserConfiguration",
			  ERROR_MESSAGE("GetUserConfiguration", "ErrorItemNotFound")),
			EXCHANGE_PROCESSING_UNKNOWN },
	};
	enum exchange_processing got;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ews_reply reply = reply_of(200, cases[i].body);
		assert_true(ews_processing_read(&reply, &got, &err));
		assert_int_equal(got, cases[i].want);
	}
	struct ews_reply reply = reply_of(200,
		RESPONSE("GetUserConfiguration",
			ERROR_MESSAGE("GetUserConfiguration", "ErrorNonExistentMailbox")));
	assert_false(ews_processing_read(&reply, &got, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void answers_have_results(void **state)
{
	(void)state;
	struct exchange_result r[3];
	struct ews_reply reply = reply_of(200,
		RESPONSE("CreateItem",
			MESSAGE("CreateItem", "<m:Items/>") ERROR_MESSAGE(
				"CreateItem", "ErrorCalendarMeetingRequestIsOutOfDate")
				ERROR_MESSAGE("CreateItem", "ErrorIrresolvableConflict")));
	assert_true(ews_answer_read(&reply, "CreateItem", 3, r, &err));
	assert_true(r[0].ok);
	assert_int_equal(r[1].err.code, ERR_INVALID);
	assert_int_equal(r[2].err.code, ERR_CONFLICT);
	assert_false(ews_answer_read(&reply, "DeleteItem", 3, r, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_page_is_read_in_order, teardown),
		cmocka_unit_test_teardown(a_page_may_be_empty_or_promise_more, teardown),
		cmocka_unit_test_teardown(an_invalid_state_is_a_conflict, teardown),
		cmocka_unit_test_teardown(a_large_state_is_kept_whole, teardown),
		cmocka_unit_test_teardown(cut_anywhere_it_is_a_failure, teardown),
		cmocka_unit_test(the_processing_setting_is_read),
		cmocka_unit_test(answers_have_results),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
