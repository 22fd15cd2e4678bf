/* What Exchange answers about calendars, organisers' items and notes, and what others might. */
#include "exchange/ews_canned.h"
#include "exchange/ews_entry.h"
#include "exchange/ews_insert.h"
#include "exchange/ews_note.h"
#include "exchange/ews_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FROM = 1804204800, DAY = 86400, UNTIL = FROM + 10 * DAY }; /* 2027-03-05T00:00:00Z */

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

#define FOUND(last, items)                                                                         \
	RESPONSE("FindItem",                                                                       \
		MESSAGE("FindItem",                                                                \
			"<m:RootFolder TotalItemsInView=\"9\" IncludesLastItemInRange=\"" last     \
			"\"><t:Items>" items "</t:Items></m:RootFolder>"))
#define ENTRY(id, uid, start, end, more)                                                           \
	"<t:CalendarItem><t:ItemId Id=\"" id "\" ChangeKey=\"k\"/><t:UID>" uid                     \
	"</t:UID><t:Start>" start "</t:Start><t:End>" end "</t:End>" more "</t:CalendarItem>"

static bool view(const char *body, struct exchange_view *ret, struct err *err)
{
	const struct ews_reply reply = reply_of(200, body);
	return ews_view_read(&reply, FROM, UNTIL, &arena, ret, err);
}

static void a_view_is_put_in_order(void **state)
{
	struct exchange_view v;
	(void)state;
	assert_true(view(
		FOUND("true",
			ENTRY("b", "u2", "2027-03-06T10:00:00+01:00", "2027-03-06T11:00:00+01:00",
				"<t:IsCancelled>true</t:IsCancelled><t:CalendarItemType>Exception"
				"</t:CalendarItemType><t:MyResponseType>Accept</t:MyResponseType>"
				"<t:RecurrenceId>2027-03-06T08:00:00</t:RecurrenceId>")
				ENTRY("a", "u1", "2027-03-05T10:00:00Z", "2027-03-05T11:00:00Z",
					"<t:CalendarItemType>Single</t:CalendarItemType>")),
		&v, NULL));
	assert_int_equal(v.count, 2);
	assert_int_equal(v.until, UNTIL);
	assert_string_equal(v.entries[0].item_id, "a");
	assert_int_equal(v.entries[0].type, MEETING_SINGLE);
	assert_int_equal(v.entries[0].original_start, MEETING_NO_TIME);
	assert_int_equal(v.entries[1].start, FROM + DAY + 9 * 3600);
	assert_int_equal(v.entries[1].original_start, FROM + DAY + 8 * 3600);
	assert_true(v.entries[1].cancelled);
	assert_int_equal(v.entries[1].response, RESPONSE_ACCEPTED);
}

static void occurrences_have_an_identity_however_it_is_told(void **state)
{
	struct exchange_view v;
	(void)state;
	assert_true(view(
		FOUND("true",
			ENTRY("a", "u", "2027-03-05T10:00:00Z", "2027-03-05T11:00:00Z",
				"<t:CalendarItemType>Occurrence</t:CalendarItemType>") ENTRY("b",
				"u", "2027-03-06T10:00:00Z", "2027-03-06T11:00:00Z",
				"<t:CalendarItemType>Exception</t:CalendarItemType>"
				"<t:OriginalStart>2027-03-06T09:00:00+02:00</t:OriginalStart>")
			/* stands alone */
			ENTRY("c", "u", "2027-03-07T10:00:00Z", "2027-03-07T11:00:00Z",
				"<t:CalendarItemType>Single</t:CalendarItemType>"
				"<t:RecurrenceId>2027-03-07T09:00:00Z</t:RecurrenceId>")),
		&v, NULL));
	assert_int_equal(v.entries[0].original_start, FROM + 10 * 3600);
	assert_int_equal(v.entries[1].original_start, FROM + DAY + 7 * 3600);
	assert_int_equal(v.entries[2].original_start, FROM + 2 * DAY + 9 * 3600);
	assert_int_equal(v.entries[2].type, MEETING_OCCURRENCE);
}

static void what_is_no_instance_is_left_out(void **state)
{
	struct exchange_view v;
	(void)state;
	assert_true(view(FOUND("true",
				 "<t:Message><t:ItemId Id=\"m\"/></t:Message>"
				 "<t:CalendarItem/>" ENTRY("", "u", "2027-03-05T10:00:00Z",
					 "2027-03-05T11:00:00Z", "") ENTRY("x", "u", "tomorrow",
					 "2027-03-05T11:00:00Z", "") ENTRY("m", "u",
					 "2027-03-05T10:00:00Z", "2027-03-05T11:00:00Z",
					 "<t:CalendarItemType>RecurringMaster</t:CalendarItemType>")
					 ENTRY("ok", "", "2027-03-05T10:00:00Z",
						 "2027-03-05T10:00:00Z", "")),
		&v, NULL));
	assert_int_equal(v.count, 1);
	assert_string_equal(v.entries[0].item_id, "ok");
	assert_true(view(FOUND("true", ""), &v, NULL));
	assert_int_equal(v.count, 0);
}

static void a_cut_view_says_how_far_it_reaches(void **state)
{
	struct exchange_view v;
	struct err err;
	(void)state;
	assert_true(view(
		FOUND("false",
			ENTRY("a", "u", "2027-03-05T10:00:00Z", "2027-03-05T11:00:00Z", "") ENTRY(
				"b", "u", "2027-03-06T10:00:00Z", "2027-03-06T11:00:00Z", "")),
		&v, NULL));
	assert_int_equal(v.until, FROM + DAY + 10 * 3600);
	/* false for ever: an end that comes no nearer is a failure, not a loop */
	assert_false(view(FOUND("false", ""), &v, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(view(
		FOUND("false", ENTRY("a", "u", "2027-03-04T10:00:00Z", "2027-03-05T11:00:00Z", "")),
		&v, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void refused_views(void **state)
{
	struct exchange_view v;
	struct err err;
	(void)state;
	assert_false(view(
		RESPONSE("FindItem", ERROR_MESSAGE("FindItem", "ErrorCalendarViewRangeTooBig")), &v,
		&err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_false(view(RESPONSE("FindItem", MESSAGE("FindItem", "")), &v, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	assert_false(view(RESPONSE("GetItem", MESSAGE("GetItem", "")), &v, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
}

#define ITEMS(content) MESSAGE("GetItem", "<m:Items>" content "</m:Items>")

static void entries_without_a_series_are_asked_again(void **state)
{
	const struct exchange_entry entries[] = {
		{ .item_id = "a", .type = MEETING_OCCURRENCE, .original_start = FROM },
		{ .item_id = "b", .type = MEETING_OCCURRENCE, .original_start = FROM },
		{ .item_id = "c", .type = MEETING_SINGLE, .original_start = MEETING_NO_TIME },
		{ .item_id = "d", .type = MEETING_SINGLE, .original_start = MEETING_NO_TIME },
	};
	const struct ews_reply reply = reply_of(200,
		RESPONSE("GetItem",
			ERROR_MESSAGE("GetItem", "ErrorCalendarCannotUseIdForRecurringMasterId")
				ITEMS(ENTRY("a", "u", "2027-03-05T10:00:00Z",
					"2027-03-05T11:00:00Z", "")) ITEMS("<t:Message/>")
					ERROR_MESSAGE("GetItem", "ErrorItemNotFound")));
	struct exchange_result results[4];
	struct meeting meetings[4];
	bool alone[4];
	(void)state;
	assert_true(ews_entry_read(&reply, entries, 4, &arena, meetings, results, alone, NULL));
	assert_true(alone[0] && !alone[1] && !alone[2] && !alone[3]);
	assert_true(!results[0].ok && results[1].ok && !results[2].ok && !results[3].ok);
	assert_int_equal(results[2].err.code, ERR_INVALID);
	assert_int_equal(results[3].err.code, ERR_NOT_FOUND);
	assert_true(meetings[1].calendar_item);
	/* asked for as itself: an occurrence by what the view told */
	assert_int_equal(meetings[1].type, MEETING_OCCURRENCE);
	assert_int_equal(meetings[1].recurrence_id, FROM);
}

static void one_series_by_many_uids(void **state)
{
#define HEAD "040000008200E00074C5B7101A82E008"
	(void)state;
	assert_true(ews_same_uid("a", "A"));
	assert_true(ews_same_uid(HEAD "07EB0305"
				      "00FF",
		HEAD "00000000"
		     "00ff"));
	assert_false(ews_same_uid(HEAD "07EB0305"
				       "00FF",
		HEAD "00000000"
		     "00FE"));
	assert_false(ews_same_uid(HEAD "07EB0305", HEAD "00000000"));
	assert_false(ews_same_uid(HEAD "07EB0305"
				       "00",
		HEAD "00000000"
		     "0000"));
	assert_false(ews_same_uid("a", ""));
	assert_false(ews_same_uid("050000008200E00074C5B7101A82E00807EB030500FF",
		"050000008200E00074C5B7101A82E0080000000000FF"));
}

static bool note(const char *body, const char **ret, struct err *err)
{
	const struct ews_reply reply = reply_of(200, body);
	return ews_note_get_read(&reply, &arena, ret, err);
}

#define DICTIONARY(entries)                                                                        \
	RESPONSE("GetUserConfiguration",                                                           \
		MESSAGE("GetUserConfiguration",                                                    \
			"<m:UserConfiguration><t:Dictionary>" entries                              \
			"</t:Dictionary></m:UserConfiguration>"))
#define PAIR(key, value)                                                                           \
	"<t:DictionaryEntry><t:DictionaryKey><t:Type>String</t:Type><t:Value>" key                 \
	"</t:Value></t:DictionaryKey><t:DictionaryValue><t:Type>String</t:Type><t:Value>" value    \
	"</t:Value></t:DictionaryValue></t:DictionaryEntry>"

static void notes_are_read(void **state)
{
	const char *text = "untouched";
	struct err err;
	(void)state;
	assert_true(note(DICTIONARY(PAIR("other", "1") PAIR("text", "a &lt; b")), &text, NULL));
	assert_string_equal(text, "a < b");
	assert_true(note(DICTIONARY(PAIR("text", "")), &text, NULL));
	assert_string_equal(text, "");
	assert_true(note(DICTIONARY(""), &text, NULL)); /* somebody emptied it: it is there */
	assert_string_equal(text, "");
	assert_true(note(RESPONSE("GetUserConfiguration",
				 ERROR_MESSAGE("GetUserConfiguration", "ErrorItemNotFound")),
		&text, NULL));
	assert_null(text);
	text = "untouched";
	assert_false(note(RESPONSE("GetUserConfiguration",
				  ERROR_MESSAGE("GetUserConfiguration", "ErrorAccessDenied")),
		&text, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_string_equal(text, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(a_view_is_put_in_order),
		CASE(occurrences_have_an_identity_however_it_is_told),
		CASE(what_is_no_instance_is_left_out),
		CASE(a_cut_view_says_how_far_it_reaches),
		CASE(refused_views),
		CASE(entries_without_a_series_are_asked_again),
		CASE(one_series_by_many_uids),
		CASE(notes_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
