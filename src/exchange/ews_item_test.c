#include "exchange/ews_item.h"

#include "base/iso8601.h"
#include "exchange/ews_canned.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* As Exchange writes it. */
#define REQUEST                                                                                    \
	"<m:Items><t:MeetingRequest><t:ItemId Id=\"AAMk1\" ChangeKey=\"CwAA\"/><t:Subject>Review " \
	"&amp; plan</t:Subject><t:Body BodyType=\"HTML\">&lt;p&gt;PXPS:-x#&lt;/p&gt;</t:Body>"     \
	"<t:From><t:Mailbox><t:Name>Del</t:Name></t:Mailbox></t:From>"                             \
	"<t:IsDelegated>false</t:IsDelegated><t:IsOutOfDate>false</t:IsOutOfDate>"                 \
	"<t:UID>040000008200E</t:UID><t:DateTimeStamp>2026-11-23T08:00:00Z</t:DateTimeStamp>"      \
	"<t:MeetingRequestType>NewMeetingRequest</t:MeetingRequestType>"                           \
	"<t:Start>2026-12-01T09:00:00Z</t:Start><t:End>2026-12-01T10:00:00Z</t:End>"               \
	"<t:Location>Room 1</t:Location><t:CalendarItemType>Single</t:CalendarItemType>"           \
	"<t:Organizer><t:Mailbox><t:Name>Ann</t:Name><t:EmailAddress>ann@example.org"              \
	"</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType></t:Mailbox></t:Organizer>"           \
	"<t:RequiredAttendees><t:Attendee><t:Mailbox><t:Name>Bob</t:Name><t:EmailAddress>"         \
	"bob@example.org</t:EmailAddress></t:Mailbox><t:ResponseType>Unknown</t:ResponseType>"     \
	"</t:Attendee><t:Attendee><t:Mailbox><t:EmailAddress>cy@example.org</t:EmailAddress>"      \
	"</t:Mailbox></t:Attendee></t:RequiredAttendees><t:Resources><t:Attendee><t:Mailbox>"      \
	"<t:Name>VMR</t:Name><t:EmailAddress>vmr@example.org</t:EmailAddress></t:Mailbox>"         \
	"</t:Attendee></t:Resources><t:AppointmentSequenceNumber>3</t:AppointmentSequenceNumber>"  \
	"</t:MeetingRequest></m:Items>"

/* Another server's prefixes and order, an occurrence, and little else. */
static const char odd[] =
	"\n<x:Envelope xmlns:x='" NS_SOAP "' xmlns='" NS_M "' xmlns:ns2='" NS_T "'><x:Body>\n"
	"<GetItemResponse><ResponseMessages>\n<!-- comment --><GetItemResponseMessage "
	"ResponseClass='Success'><Items><ns2:MeetingRequest><ns2:End>2026-12-01T11:00:00+01:00"
	"</ns2:End><ns2:CalendarItemType>Exception</ns2:CalendarItemType><ns2:OriginalStart>"
	"2026-11-30T09:00:00Z</ns2:OriginalStart><ns2:Start>2026-12-01T10:00:00+01:00</ns2:Start>"
	"<ns2:Body BodyType='Text'><![CDATA[a < b]]></ns2:Body><ns2:UID>u-1</ns2:UID>"
	"<ns2:MeetingRequestType>Outdated</ns2:MeetingRequestType><ns2:Unheard><ns2:UID>no"
	"</ns2:UID></ns2:Unheard></ns2:MeetingRequest></Items></GetItemResponseMessage>"
	"</ResponseMessages></GetItemResponse></x:Body></x:Envelope>\n";

static const char cancellation[] = RESPONSE("GetItem",
	MESSAGE("GetItem",
		"<m:Items><t:MeetingCancellation><t:ItemId Id=\"AAMk2\" ChangeKey=\"CwBB\"/>"
		"<t:Subject>Canceled: Review</t:Subject><t:Body "
		"BodyType=\"HTML\"/><t:From><t:Mailbox>"
		"<t:Name>Ann</t:Name><t:EmailAddress>ann@example.org</t:EmailAddress></t:Mailbox>"
		"</t:From><t:UID>040000008200E</t:UID><t:RecurrenceId>2026-12-02T09:00:00Z"
		"</t:RecurrenceId></t:MeetingCancellation></m:Items>"));

static const struct exchange_change items[] = { { .item_id = "AAMk1", .change_key = "old" },
	{ .item_id = "AAMk2" }, { .item_id = "AAMk3" } };

struct rig {
	struct arena arena;
	struct meeting m[3];
	struct exchange_result r[3];
	struct err err;
};

static int setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){ 0 };
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	arena_release(&rig->arena);
	return 0;
}

static bool read_into(struct rig *rig, const char *body, size_t count)
{
	struct ews_reply reply = reply_of(200, body);
	return ews_item_read(&reply, items, count, &rig->arena, rig->m, rig->r, &rig->err);
}

static int64_t at(const char *text)
{
	int64_t ret;
	assert_true(iso8601_parse(text, &ret));
	return ret;
}

static void a_request_is_read_whole(void **state)
{
	struct rig *rig = *state;
	assert_true(read_into(rig, RESPONSE("GetItem", MESSAGE("GetItem", REQUEST)), 1));
	assert_true(rig->r[0].ok);
	const struct meeting *m = &rig->m[0];
	assert_int_equal(m->message, MEETING_REQUEST);
	assert_int_equal(m->type, MEETING_SINGLE);
	assert_string_equal(m->item_id, "AAMk1");
	assert_string_equal(m->change_key, "CwAA");
	assert_string_equal(m->uid, "040000008200E");
	assert_int_equal(m->recurrence_id, MEETING_NO_TIME);
	assert_int_equal(m->sequence, 3);
	assert_int_equal(m->stamp, at("2026-11-23T08:00:00Z"));
	assert_int_equal(m->start, at("2026-12-01T09:00:00Z"));
	assert_int_equal(m->end, at("2026-12-01T10:00:00Z"));
	assert_false(m->out_of_date || m->delegated);
	assert_string_equal(m->subject, "Review & plan");
	assert_string_equal(m->location, "Room 1");
	assert_string_equal(m->organizer_name, "Ann");
	assert_string_equal(m->organizer_email, "ann@example.org");
	assert_string_equal(m->body, "<p>PXPS:-x#</p>");
	assert_true(m->body_is_html);
	assert_int_equal(m->n_attendees, 3);
	assert_string_equal(m->attendees[1].name, "");
	assert_string_equal(m->attendees[1].email, "cy@example.org");
	assert_string_equal(m->attendees[2].email, "vmr@example.org");
	assert_int_equal(m->attendees[2].role, ATTENDEE_RESOURCE);
}

static void odd_prefixes_and_order_do_not_matter(void **state)
{
	struct rig *rig = *state;
	assert_true(read_into(rig, odd, 1));
	assert_true(rig->r[0].ok);
	const struct meeting *m = &rig->m[0];
	assert_int_equal(m->type, MEETING_EXCEPTION);
	assert_string_equal(m->item_id, "AAMk1"); /* of the request, as the answer has none */
	assert_string_equal(m->change_key, "old");
	assert_string_equal(m->uid, "u-1");
	assert_int_equal(m->recurrence_id, at("2026-11-30T09:00:00Z"));
	assert_int_equal(m->start, at("2026-12-01T09:00:00Z"));
	assert_int_equal(m->stamp, MEETING_NO_TIME);
	assert_true(m->out_of_date);
	assert_string_equal(m->body, "a < b");
	assert_false(m->body_is_html);
	assert_string_equal(m->organizer_email, "");
	assert_int_equal(m->n_attendees, 0);
}

static void a_cancellation_may_lack_nearly_everything(void **state)
{
	struct rig *rig = *state;
	assert_true(read_into(rig, cancellation, 1));
	assert_true(rig->r[0].ok);
	const struct meeting *m = &rig->m[0];
	assert_int_equal(m->message, MEETING_CANCELLATION);
	assert_int_equal(m->sequence, MEETING_NO_SEQUENCE);
	assert_int_equal(m->type, MEETING_EXCEPTION);
	assert_int_equal(m->recurrence_id, at("2026-12-02T09:00:00Z"));
	assert_int_equal(m->start, MEETING_NO_TIME);
	assert_string_equal(m->organizer_email, "ann@example.org");
	assert_string_equal(m->body, "");
}

static void items_fail_one_by_one(void **state)
{
	struct rig *rig = *state;
	assert_true(read_into(rig,
		RESPONSE("GetItem",
			ERROR_MESSAGE("GetItem", "ErrorItemNotFound") MESSAGE("GetItem", REQUEST)
				MESSAGE("GetItem", "<m:Items><t:Message/></m:Items>")),
		3));
	assert_false(rig->r[0].ok);
	assert_int_equal(rig->r[0].err.code, ERR_NOT_FOUND);
	assert_true(rig->r[1].ok);
	assert_false(rig->r[2].ok);
	assert_int_equal(rig->r[2].err.code, ERR_INVALID);
}

static void a_request_without_identity_or_time_is_refused(void **state)
{
	static const char *const bodies[] = {
		RESPONSE("GetItem", MESSAGE("GetItem", "<m:Items><t:MeetingRequest/></m:Items>")),
		RESPONSE("GetItem",
			MESSAGE("GetItem", "<m:Items><t:MeetingCancellation/></m:Items>")),
		RESPONSE("GetItem",
			MESSAGE("GetItem",
				"<m:Items><t:MeetingRequest><t:UID>u</t:UID><t:Start>soon"
				"</t:Start></t:MeetingRequest></m:Items>")),
	};
	struct rig *rig = *state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		assert_true(read_into(rig, bodies[i], 1));
		assert_false(rig->r[0].ok);
		assert_int_equal(rig->r[0].err.code, ERR_INVALID);
	}
	assert_true(read_into(rig, RESPONSE("GetItem", MESSAGE("GetItem", "<m:Items/>")), 1));
	assert_int_equal(rig->r[0].err.code, ERR_PROTOCOL);
}

static void the_account_fails_for_all(void **state)
{
	struct rig *rig = *state;
	assert_false(read_into(rig,
		RESPONSE("GetItem",
			ERROR_MESSAGE("GetItem", "ErrorAccessDenied")
				ERROR_MESSAGE("GetItem", "ErrorAccessDenied")),
		2));
	assert_int_equal(rig->err.code, ERR_DENIED);
}

static void cut_anywhere_it_is_a_failure(void **state)
{
	struct rig *rig = *state;
	static const char whole[] = RESPONSE("GetItem", MESSAGE("GetItem", REQUEST));
	struct ews_reply reply = reply_of(200, whole);
	for (reply.len = 0; reply.len < strlen(whole); reply.len++)
		assert_false(
			ews_item_read(&reply, items, 1, &rig->arena, rig->m, rig->r, &rig->err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(a_request_is_read_whole),
		CASE(odd_prefixes_and_order_do_not_matter),
		CASE(a_cancellation_may_lack_nearly_everything),
		CASE(items_fail_one_by_one),
		CASE(a_request_without_identity_or_time_is_refused),
		CASE(the_account_fails_for_all),
		CASE(cut_anywhere_it_is_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
