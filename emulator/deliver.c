#include "deliver.h"

#include "base/clock.h"
#include "base/iso8601.h"
#include "base/text.h"
#include "markup.h"
#include "meeting.h"
#include "series.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DURATION_S = 3600, BODY_MAX = 32 << 20 };

static const struct {
	const char *word;
	enum item_type type;
	const char *class;
} types[] = {
	{ "request", ITEM_REQUEST, "IPM.Schedule.Meeting.Request" },
	{ "cancellation", ITEM_CANCELLATION, "IPM.Schedule.Meeting.Canceled" },
	{ "message", ITEM_MESSAGE, "IPM.Note" },
};

static bool read_time(
	const json_t *wish, const char *key, int64_t otherwise, int64_t *ret, struct err *err)
{
	const char *text = json_text(wish, key);

	*ret = otherwise;
	if (!text || iso8601_parse(text, ret))
		return true;
	return err_set(err, ERR_INVALID, "'%s' is no time: '%s'", key, text);
}

static void add_people(struct attendees *list, const json_t *wish, const char *key)
{
	const json_t *names = json_object_get(wish, key);

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *smtp = json_string_value(json_array_get(names, i));
		if (smtp)
			attendees_add(list, smtp, smtp);
	}
}

static void set_body(struct item *item, const char *body, bool html)
{
	struct buf document;

	if (!body)
		return;
	item->body_is_html = html;
	if (!html) {
		item_set(&item->body, body);
		return;
	}
	buf_init(&document, BODY_MAX);
	html_document(&document, body);
	item_set(&item->body, document.data);
	buf_release(&document);
}

static void set_organizer(struct item *item, const struct org *org, const json_t *wish)
{
	const char *smtp = json_text(wish, "organizer"), *name = json_text(wish, "organizer_name");
	const struct mailbox *mailbox = smtp ? org_mailbox(org, smtp) : NULL;

	smtp = smtp ? smtp : "someone@elsewhere.example";
	name = name ? name : mailbox ? mailbox->name : smtp;
	address_set(&item->organizer, name, smtp);
	address_set(&item->from, name, smtp);
	address_set(&item->sender, name, smtp);
}

/* "recurrence": a t:Recurrence element as text. */
static bool read_rule(const json_t *wish, struct item *item, struct err *err)
{
	const char *text = json_text(wish, "recurrence");
	struct recurrence rule;
	struct arena arena;
	struct xml_doc *doc;

	if (!text)
		return true;
	if (!xml_parse(text, strlen(text), &doc, err))
		return false;
	arena_init(&arena);
	bool ok = recurrence_read(xml_root(doc), &arena, &rule, err);
	if (ok)
		item->series = series_new(&rule);
	arena_release(&arena);
	xml_free(&doc);
	return ok;
}

static void set_texts(struct item *item, const json_t *wish)
{
	const char *kind = json_text(wish, "request_type");

	item_set(&item->subject, json_text(wish, "subject"));
	item_set(&item->conversation_topic, item->subject);
	item_set(&item->location, json_text(wish, "location"));
	item_set(&item->sensitivity, "Normal");
	item_set(&item->importance, "Normal");
	item_set(&item->request_type, kind ? kind : "NewMeetingRequest");
	item_set(&item->intended_status, "Busy");
	item_set(&item->free_busy, "Tentative");
	item_set(&item->my_response, "NoResponseReceived");
	item_set(&item->response_type, "NoResponseReceived");
}

static void set_people(struct item *item, const json_t *wish, const struct mailbox *to)
{
	add_people(&item->required, wish, "required");
	add_people(&item->optional, wish, "optional");
	add_people(&item->resources, wish, "resources");
	if (!item_attendee_count(item))
		attendees_add(&item->resources, to->name, to->smtp);
	attendees_add(&item->to, to->name, to->smtp);
	address_set(&item->received_by, to->name, to->smtp);
}

/* What all messages of one order have in common. */
static bool make_pattern(const struct org *org, const json_t *wish, const struct mailbox *to,
	struct item **ret, struct err *err)
{
	const char *word = json_text(wish, "type");
	int64_t now = clock_now();
	size_t i = 0;

	while (i < 3 && !text_equal(types[i].word, word ? word : "request"))
		i++;
	if (i == 3)
		return err_set(err, ERR_INVALID, "'%s' is no type of message", word);
	struct item *item = item_new(types[i].type);
	item_set(&item->item_class, types[i].class);
	set_texts(item, wish);
	item->sequence = (int)json_integer_value(json_object_get(wish, "sequence"));
	item->is_meeting = item->request_was_sent = item->response_requested = true;
	item->sent = now;
	set_people(item, wish, to);
	set_organizer(item, org, wish);
	if (!read_time(wish, "start", now + 3600, &item->start, err) ||
		!read_time(wish, "end", item->start + DEFAULT_DURATION_S, &item->end, err) ||
		!read_time(wish, "stamp", now, &item->stamp, err)) {
		item_free(&item);
		return false;
	}
	if (!read_time(wish, "recurrence_id", TIME_NONE, &item->recurrence_id, err) ||
		!read_rule(wish, item, err)) {
		item_free(&item);
		return false;
	}
	*ret = item;
	return true;
}

static void deliver_one(struct mailbox *to, const struct item *pattern, const json_t *wish,
	size_t index, json_t *uids)
{
	const json_t *bodies = json_object_get(wish, "bodies");
	const json_t *html = json_object_get(wish, "html");
	int64_t step = json_integer_value(json_object_get(wish, "step_s")) * (int64_t)index;
	struct item *item = item_clone(pattern, pattern->type);
	const char *uid = json_text(wish, "uid");

	item->start += step;
	item->end += step;
	item->uid = uid ? strdup(uid) : meeting_new_uid();
	json_array_append_new(uids, json_string(item->uid));
	set_body(item,
		bodies ? json_string_value(json_array_get(bodies, index)) : json_text(wish, "body"),
		!json_is_false(html));
	if (item->type == ITEM_MESSAGE)
		folder_add(to->folders[FOLDER_INBOX], item, true);
	else
		meeting_arrive(to, item);
}

bool deliver(struct org *org, const json_t *wish, json_t **ret, struct err *err)
{
	const char *smtp = json_text(wish, "to");
	struct mailbox *to = smtp ? org_mailbox(org, smtp) : NULL;
	const json_t *bodies = json_object_get(wish, "bodies");
	const json_t *wanted = json_object_get(wish, "count");
	json_int_t count = bodies ? (json_int_t)json_array_size(bodies)
		: wanted          ? json_integer_value(wanted)
				  : 1;
	struct item *pattern;

	if (!to)
		return err_set(err, ERR_NOT_FOUND, "there is no mailbox '%s'", smtp ? smtp : "");
	if (count < 1 || count > DELIVER_COUNT_MAX)
		return err_set(err, ERR_LIMIT, "'count' must be 1..%d", DELIVER_COUNT_MAX);
	if (!make_pattern(org, wish, to, &pattern, err))
		return false;
	json_t *uids = json_array();
	for (json_int_t i = 0; i < count; i++)
		deliver_one(to, pattern, wish, (size_t)i, uids);
	item_free(&pattern);
	*ret = json_pack("{s:o}", "uids", uids);
	return true;
}
