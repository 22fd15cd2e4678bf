/*
 * What the mail page sends and changes. Each wish becomes an EWS request that is served as if it
 * had come from outside, so that meetings behave the same whoever makes them.
 */
#include "base/iso8601.h"
#include "base/text.h"
#include "markup.h"
#include "server.h"
#include "soap.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 32 << 20 };

static const char *text_or_empty(const json_t *wish, const char *key)
{
	const char *text = json_text(wish, key);

	return text ? text : "";
}

static void add_attribute(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, " %s=\"", name);
	markup_text(b, value);
	buf_addc(b, '"');
}

static void add_id(struct buf *b, const char *element, const json_t *wish)
{
	buf_addf(b, "<t:%s", element);
	add_attribute(b, "Id", text_or_empty(wish, "id"));
	add_attribute(b, "ChangeKey", text_or_empty(wish, "change_key"));
	buf_adds(b, "/>");
}

/* {"id", "change_key"} of the item in the answer, or its refusal. */
static bool read_answer(struct call *call, json_t **ret, struct err *err)
{
	struct xml_doc *doc;
	struct buf envelope;

	buf_init(&envelope, SOAP_ANSWER_MAX);
	soap_envelope(&envelope, call->out.data, call->out.len);
	bool ok = xml_parse(envelope.data, envelope.len, &doc, err);
	buf_release(&envelope);
	if (!ok)
		return false;
	const xml_node *root = xml_root(doc);
	const char *code = xml_text(xml_find(root, "ResponseCode"), call->arena);
	const char *text = xml_text(xml_find(root, "MessageText"), call->arena);
	const char *fault = xml_text(xml_find(root, "faultstring"), call->arena);
	const xml_node *id = xml_find(root, "ItemId");
	if (text_equal(code, "NoError"))
		*ret = json_pack("{s:s?, s:s?}", "id", xml_attribute(id, "Id", call->arena),
			"change_key", xml_attribute(id, "ChangeKey", call->arena));
	else
		ok = err_set(err, ERR_INVALID, "%s: %s", code ? code : "no answer",
			text            ? text
				: fault ? fault
					: "");
	xml_free(&doc);
	return ok;
}

/* body: the inside of soap:Body. It is done as the mailbox's owner would; who is really at it
 * stands as sender in what goes out. */
static bool perform(struct server *server, const struct mailbox_choice *who, const struct buf *body,
	json_t **ret, struct err *err)
{
	struct account acting = *who->account;
	struct xml_doc *doc;
	struct arena arena;
	struct buf envelope;

	buf_init(&envelope, REQUEST_MAX);
	soap_envelope(&envelope, body->data, body->len);
	bool ok = !envelope.overflow || err_set(err, ERR_LIMIT, "this is too much for one item");
	ok = ok && xml_parse(envelope.data, envelope.len, &doc, err);
	buf_release(&envelope);
	if (!ok)
		return false;
	arena_init(&arena);
	acting.smtp = who->mailbox->smtp;
	struct call call = {
		.org = &server->org,
		.account = &acting,
		.arena = &arena,
		.streams = server->streams,
	};
	buf_init(&call.out, SOAP_ANSWER_MAX);
	who->mailbox->acting = org_mailbox(&server->org, who->account->smtp);
	soap_serve(&call, xml_root(doc));
	who->mailbox->acting = NULL;
	ok = read_answer(&call, ret, err);
	buf_release(&call.out);
	arena_release(&arena);
	xml_free(&doc);
	return ok;
}

/* One property of the form: its element's inside is written from the wish. False: *err. */
typedef bool property_writer(struct buf *b, const struct org *org, const json_t *wish,
	const char *key, const char *element, struct err *err);

static bool write_text(struct buf *b, const struct org *org, const json_t *wish, const char *key,
	const char *element, struct err *err)
{
	(void)org, (void)err;
	markup_element(b, element, text_or_empty(wish, key));
	return true;
}

static bool write_body(struct buf *b, const struct org *org, const json_t *wish, const char *key,
	const char *element, struct err *err)
{
	bool html = json_is_true(json_object_get(wish, "html"));

	(void)org, (void)err;
	buf_addf(b, "<t:%s BodyType=\"%s\">", element, html ? "HTML" : "Text");
	markup_text(b, text_or_empty(wish, key));
	buf_addf(b, "</t:%s>", element);
	return true;
}

static bool write_zone(struct buf *b, const struct org *org, const json_t *wish, const char *key,
	const char *element, struct err *err)
{
	(void)org, (void)err;
	buf_addf(b, "<t:%s", element);
	add_attribute(b, "Id", text_or_empty(wish, key));
	buf_adds(b, "/>");
	return true;
}

static bool write_people(struct buf *b, const struct org *org, const json_t *wish, const char *key,
	const char *element, struct err *err)
{
	const json_t *list = json_object_get(wish, key);

	(void)err;
	buf_addf(b, "<t:%s>", element);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *smtp = json_string_value(json_array_get(list, i));
		const struct mailbox *known = smtp ? org_mailbox(org, smtp) : NULL;
		struct address who = { known ? known->name : NULL, (char *)smtp };
		if (text_empty(smtp))
			continue;
		buf_adds(b, "<t:Attendee>");
		markup_mailbox(b, &who);
		buf_adds(b, "</t:Attendee>");
	}
	buf_addf(b, "</t:%s>", element);
	return true;
}

static void write_weekdays(struct buf *b, const json_t *rule, int64_t start_day)
{
	static const char *const names[] = { "Thursday", "Friday", "Saturday", "Sunday", "Monday",
		"Tuesday", "Wednesday" }; /* 1970-01-01 was a Thursday */
	const json_t *days = json_object_get(rule, "weekdays");

	buf_adds(b, "<t:DaysOfWeek>");
	for (size_t i = 0; i < json_array_size(days); i++) {
		const char *day = json_string_value(json_array_get(days, i));
		buf_adds(b, i ? " " : "");
		markup_text(b, day ? day : "");
	}
	if (!json_array_size(days))
		buf_adds(b, names[start_day % 7]);
	buf_adds(b, "</t:DaysOfWeek>");
}

static bool write_pattern(struct buf *b, const json_t *rule, int64_t start_day, struct err *err)
{
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };
	const char *pattern = text_or_empty(rule, "pattern");
	int64_t interval = json_integer_value(json_object_get(rule, "interval")), year;
	int month, day;

	civil_from_days(start_day, &year, &month, &day);
	interval = interval ? interval : 1;
	if (text_equal(pattern, "daily")) {
		buf_adds(b, "<t:DailyRecurrence>");
		markup_int(b, "Interval", interval);
		buf_adds(b, "</t:DailyRecurrence>");
	} else if (text_equal(pattern, "weekly")) {
		buf_adds(b, "<t:WeeklyRecurrence>");
		markup_int(b, "Interval", interval);
		write_weekdays(b, rule, start_day);
		buf_adds(b, "</t:WeeklyRecurrence>");
	} else if (text_equal(pattern, "monthly")) {
		buf_adds(b, "<t:AbsoluteMonthlyRecurrence>");
		markup_int(b, "Interval", interval);
		markup_int(b, "DayOfMonth", day);
		buf_adds(b, "</t:AbsoluteMonthlyRecurrence>");
	} else if (text_equal(pattern, "yearly")) {
		buf_adds(b, "<t:AbsoluteYearlyRecurrence>");
		markup_int(b, "DayOfMonth", day);
		markup_element(b, "Month", months[month - 1]);
		buf_adds(b, "</t:AbsoluteYearlyRecurrence>");
	} else {
		return err_set(err, ERR_INVALID, "'%s' is no pattern the form has", pattern);
	}
	return true;
}

static bool write_recurrence(struct buf *b, const struct org *org, const json_t *wish,
	const char *key, const char *element, struct err *err)
{
	const json_t *rule = json_object_get(wish, key);
	const char *start = json_text(wish, "start"), *end = json_text(rule, "end_date");
	int64_t count = json_integer_value(json_object_get(rule, "count")), at;
	char date[ISO8601_LEN + 1];

	(void)org;
	if (!start || !iso8601_parse(start, &at))
		return err_set(err, ERR_INVALID, "a recurrence needs 'start'");
	iso8601_format(at, date);
	date[strlen("2026-11-23")] = 0;
	buf_addf(b, "<t:%s>", element);
	if (!write_pattern(b, rule, at / 86400, err))
		return false;
	const char *range = end ? "EndDateRecurrence"
		: count         ? "NumberedRecurrence"
				: "NoEndRecurrence";
	buf_addf(b, "<t:%s>", range);
	markup_element(b, "StartDate", date);
	markup_element(b, "EndDate", end);
	if (!end && count)
		markup_int(b, "NumberOfOccurrences", count);
	buf_addf(b, "</t:%s></t:%s>", range, element);
	return true;
}

/* In the schema's order. */
static const struct {
	const char *key, *element, *uri;
	property_writer *write;
} properties[] = {
	{ "subject", "Subject", "item:Subject", write_text },
	{ "body", "Body", "item:Body", write_body },
	{ "start", "Start", "calendar:Start", write_text },
	{ "end", "End", "calendar:End", write_text },
	{ "location", "Location", "calendar:Location", write_text },
	{ "required", "RequiredAttendees", "calendar:RequiredAttendees", write_people },
	{ "optional", "OptionalAttendees", "calendar:OptionalAttendees", write_people },
	{ "resources", "Resources", "calendar:Resources", write_people },
	{ "recurrence", "Recurrence", "calendar:Recurrence", write_recurrence },
	{ "zone", "StartTimeZone", "calendar:StartTimeZone", write_zone },
	{ "zone", "EndTimeZone", "calendar:EndTimeZone", write_zone },
};

enum { PROPERTIES = sizeof(properties) / sizeof(*properties) };

/* Null and empty lists take the property away. */
static bool is_nothing(const json_t *value)
{
	return json_is_null(value) || (json_is_array(value) && !json_array_size(value));
}

static bool write_creation(
	struct buf *b, const struct org *org, const json_t *wish, bool send, struct err *err)
{
	buf_addf(b, "<m:CreateItem SendMeetingInvitations=\"%s\"><m:Items><t:CalendarItem>",
		send ? "SendToAllAndSaveCopy" : "SendToNone");
	for (size_t i = 0; i < PROPERTIES; i++) {
		const json_t *value = json_object_get(wish, properties[i].key);
		if (!value || is_nothing(value))
			continue;
		if (!properties[i].write(
			    b, org, wish, properties[i].key, properties[i].element, err))
			return false;
	}
	buf_adds(b, "</t:CalendarItem></m:Items></m:CreateItem>");
	return true;
}

static bool write_change(
	struct buf *b, const struct org *org, const json_t *wish, size_t i, struct err *err)
{
	const json_t *value = json_object_get(wish, properties[i].key);
	const char *verb = is_nothing(value) ? "DeleteItemField" : "SetItemField";

	if (!value)
		return true;
	buf_addf(b, "<t:%s><t:FieldURI FieldURI=\"%s\"/>", verb, properties[i].uri);
	if (!is_nothing(value)) {
		buf_adds(b, "<t:CalendarItem>");
		if (!properties[i].write(
			    b, org, wish, properties[i].key, properties[i].element, err))
			return false;
		buf_adds(b, "</t:CalendarItem>");
	}
	buf_addf(b, "</t:%s>", verb);
	return true;
}

static bool write_update(
	struct buf *b, const struct org *org, const json_t *wish, bool send, struct err *err)
{
	buf_addf(b,
		"<m:UpdateItem ConflictResolution=\"AutoResolve\" "
		"SendMeetingInvitationsOrCancellations=\"%s\"><m:ItemChanges><t:ItemChange>",
		send ? "SendToAllAndSaveCopy" : "SendToNone");
	add_id(b, "ItemId", wish);
	buf_adds(b, "<t:Updates>");
	for (size_t i = 0; i < PROPERTIES; i++)
		if (!write_change(b, org, wish, i, err))
			return false;
	buf_adds(b, "</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>");
	return true;
}

/* No property that EWS clients would see: it is put beside the request. */
static void keep_addin_properties(struct org *org, const char *id, const json_t *wish_properties)
{
	struct item *item = id && wish_properties ? org_item(org, id) : NULL;

	if (!item)
		return;
	free(item->addin_properties);
	item->addin_properties = json_dumps(wish_properties, JSON_COMPACT);
}

bool webmail_save(struct server *server, const struct mailbox_choice *who, const json_t *wish,
	json_t **ret, struct err *err)
{
	bool send = json_is_true(json_object_get(wish, "send"));
	struct buf b;

	buf_init(&b, REQUEST_MAX);
	bool ok = (json_text(wish, "id") ? write_update : write_creation)(
			  &b, &server->org, wish, send, err) &&
		perform(server, who, &b, ret, err);
	buf_release(&b);
	if (ok)
		keep_addin_properties(&server->org, json_text(*ret, "id"),
			json_object_get(wish, "addin_properties"));
	return ok;
}

/* A meeting is cancelled; what nobody was told of is deleted. */
bool webmail_cancel(struct server *server, const struct mailbox_choice *who, const json_t *wish,
	json_t **ret, struct err *err)
{
	bool tell = json_is_true(json_object_get(wish, "tell"));
	struct buf b;

	buf_init(&b, REQUEST_MAX);
	if (tell) {
		buf_adds(&b,
			"<m:CreateItem MessageDisposition=\"SendAndSaveCopy\"><m:Items>"
			"<t:CancelCalendarItem>");
		add_id(&b, "ReferenceItemId", wish);
		buf_adds(&b, "<t:NewBodyContent BodyType=\"Text\">");
		markup_text(&b, text_or_empty(wish, "text"));
		buf_adds(&b, "</t:NewBodyContent></t:CancelCalendarItem></m:Items></m:CreateItem>");
	} else {
		buf_adds(&b,
			"<m:DeleteItem DeleteType=\"MoveToDeletedItems\" "
			"SendMeetingCancellations=\"SendToNone\"><m:ItemIds>");
		add_id(&b, "ItemId", wish);
		buf_adds(&b, "</m:ItemIds></m:DeleteItem>");
	}
	bool ok = perform(server, who, &b, ret, err);
	buf_release(&b);
	return ok;
}

bool webmail_answer(struct server *server, const struct mailbox_choice *who, const json_t *wish,
	json_t **ret, struct err *err)
{
	static const char *const words[][2] = { { "accept", "AcceptItem" },
		{ "tentative", "TentativelyAcceptItem" }, { "decline", "DeclineItem" } };
	const char *answer = text_or_empty(wish, "answer"), *element = NULL;
	struct buf b;

	for (size_t i = 0; i < 3; i++)
		if (text_equal(words[i][0], answer))
			element = words[i][1];
	if (!element)
		return err_set(err, ERR_INVALID, "'%s' is no answer", answer);
	buf_init(&b, REQUEST_MAX);
	buf_addf(&b,
		"<m:CreateItem MessageDisposition=\"SendAndSaveCopy\"><m:Items><t:%s>"
		"<t:Body BodyType=\"Text\">",
		element);
	markup_text(&b, text_or_empty(wish, "text"));
	buf_adds(&b, "</t:Body>");
	add_id(&b, "ReferenceItemId", wish);
	buf_addf(&b, "</t:%s></m:Items></m:CreateItem>", element);
	bool ok = perform(server, who, &b, ret, err);
	buf_release(&b);
	return ok;
}
