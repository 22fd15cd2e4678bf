/*
 * What the mail page shows: mailboxes as JSON.
 */
#include "base/iso8601.h"
#include "base/text.h"
#include "markup.h"
#include "occurrence.h"
#include "server.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

enum { PREVIEW_MAX = 160 };

static json_t *time_json(int64_t at)
{
	char text[ISO8601_LEN + 1];

	if (at == TIME_NONE)
		return json_null();
	iso8601_format(at, text);
	return json_string(text);
}

/* The wall clock of the zone, without offset: what a date-time input shows. */
static json_t *wall_clock_json(int64_t at, const char *zone)
{
	char text[ISO8601_LEN + 1];

	if (at == TIME_NONE)
		return json_null();
	iso8601_format(zone_to_local(zone, at), text);
	return json_stringn(text, strlen("2026-11-23T09:57"));
}

static json_t *person_json(const struct address *who)
{
	return json_pack("{s:s?, s:s}", "name", who->name, "smtp", who->smtp ? who->smtp : "");
}

static json_t *people_json(const struct attendees *list)
{
	json_t *all = json_array();

	for (size_t i = 0; i < list->count; i++) {
		json_t *one = person_json(&list->list[i].who);
		const char *response = list->list[i].response;
		json_object_set_new(one, "response", json_string(response ? response : "Unknown"));
		json_array_append_new(all, one);
	}
	return all;
}

static bool is_own(const struct item *item, const struct mailbox *mailbox)
{
	return text_equal_nocase(item->organizer.smtp, mailbox->smtp);
}

static const char *kind_of(const struct item *item)
{
	if (item->series)
		return "master";
	if (item->recurrence_id == TIME_NONE)
		return "single";
	return item->is_exception ? "exception" : "occurrence";
}

static json_t *entry_json(const struct mailbox *mailbox, const struct item *item)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:s}", "id",
		item->id, "subject", item->subject ? item->subject : "", "location",
		item->location ? item->location : "", "kind", kind_of(item), "zone",
		item->start_zone ? item->start_zone : "UTC", "start", time_json(item->start), "end",
		time_json(item->end), "organizer", person_json(&item->organizer), "own",
		is_own(item, mailbox), "cancelled", item->is_cancelled, "sent",
		item->request_was_sent, "my_response",
		item->my_response ? item->my_response : "Unknown");
}

static void add_entry(json_t *list, const struct mailbox *mailbox, const struct item *item,
	int64_t from, int64_t to)
{
	if (item->start < to && item->end > from)
		json_array_append_new(list, entry_json(mailbox, item));
}

static void add_occurrence(json_t *list, const struct mailbox *mailbox, const struct item *master,
	int64_t original_start, int64_t from, int64_t to)
{
	struct item *one = occurrence_item(master, original_start);

	if (one)
		add_entry(list, mailbox, one, from, to);
	item_free(&one);
}

/* Those that were moved may have come from anywhere. */
static void add_series(json_t *list, const struct mailbox *mailbox, const struct item *master,
	int64_t from, int64_t to)
{
	struct occurrence_walk walk;
	int64_t at;

	occurrence_walk_init(&walk, master);
	while (occurrence_next(&walk, &at) && at < to)
		if (at + (master->end - master->start) > from && !series_find(master->series, at))
			add_occurrence(list, mailbox, master, at, from, to);
	for (size_t i = 0; i < master->series->count; i++)
		if (master->series->exceptions[i].item)
			add_occurrence(list, mailbox, master,
				master->series->exceptions[i].original_start, from, to);
}

json_t *webmail_calendar(const struct mailbox *mailbox, int64_t from, int64_t to)
{
	const struct folder *calendar = mailbox->folders[FOLDER_CALENDAR];
	json_t *list = json_array();
	const struct item *item;

	for (size_t at = calendar->log_len; (item = folder_next(calendar, &at));) {
		if (item->series)
			add_series(list, mailbox, item, from, to);
		else
			add_entry(list, mailbox, item, from, to);
	}
	return list;
}

static void body_text(const struct item *item, struct buf *ret)
{
	buf_init(ret, WEBMAIL_ANSWER_MAX);
	if (item->body && item->body_is_html)
		html_to_text(ret, item->body);
	else if (item->body)
		buf_adds(ret, item->body);
}

static json_t *message_json(const struct item *item)
{
	struct buf text;

	body_text(item, &text);
	size_t len = text.len < PREVIEW_MAX ? text.len : PREVIEW_MAX;
	while (len && len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
		len--; /* not inside a character */
	json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:s%}", "id",
		item->id, "type", item_element(item), "class",
		item->item_class ? item->item_class : "IPM.Note", "subject",
		item->subject ? item->subject : "", "from", person_json(&item->from), "sender",
		person_json(&item->sender), "received", time_json(item->received), "is_read",
		item->is_read, "is_out_of_date", item->is_out_of_date, "preview", text.data, len);
	buf_release(&text);
	return one;
}

json_t *webmail_messages(const struct mailbox *mailbox, enum folder_kind kind)
{
	const struct folder *folder = mailbox->folders[kind];
	json_t *list = json_array();
	const struct item *item;

	for (size_t at = folder->log_len; (item = folder_next(folder, &at));)
		if (json_array_size(list) < WEBMAIL_MESSAGES_MAX)
			json_array_append_new(list, message_json(item));
	return list;
}

/* The rule in the words of the form; patterns it does not have are "other". */
static json_t *recurrence_json(const struct recurrence *rule)
{
	static const char *const patterns[] = { "daily", "weekly", "monthly", "other", "yearly",
		"other" };
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday" };
	json_t *weekdays = json_array(), *end = NULL;
	char text[ISO8601_LEN + 1];

	for (unsigned i = 0; rule->pattern == PATTERN_WEEKLY && i < 7; i++)
		if (rule->weekdays & (1u << i))
			json_array_append_new(weekdays, json_string(days[i]));
	if (rule->range == RANGE_END_DATE) {
		iso8601_format(rule->end_day * 86400, text);
		end = json_stringn(text, strlen("2026-11-23"));
	}
	return json_pack("{s:s, s:i, s:o, s:o?, s:i}", "pattern", patterns[rule->pattern],
		"interval", rule->interval, "weekdays", weekdays, "end_date", end, "count",
		rule->range == RANGE_NUMBERED ? rule->count : 0);
}

static json_t *body_json(const struct item *item)
{
	struct buf text;

	body_text(item, &text);
	json_t *body = json_pack("{s:s, s:s, s:b}", "content", item->body ? item->body : "", "text",
		text.data, "html", item->body_is_html);
	buf_release(&text);
	return body;
}

/* An occurrence has its series'. */
static json_t *addin_properties_json(const struct item *item)
{
	const char *text = (item->master ? item->master : item)->addin_properties;
	json_t *properties = text ? json_loads(text, 0, NULL) : NULL;

	return properties ? properties : json_object();
}

static json_t *whole_json(const struct mailbox *mailbox, const struct item *item)
{
	const char *zone = item->start_zone ? item->start_zone : "UTC";
	json_t *whole = entry_json(mailbox, item), *message = message_json(item);
	char key[CHANGE_KEY_LEN + 1];

	org_change_key(mailbox->org, item->version, key);
	json_object_update_missing(whole, message);
	json_decref(message);
	json_object_update_new(whole,
		json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o?, s:s?}", "change_key",
			key, "folder", folder_infos[item->folder->kind].distinguished, "body",
			body_json(item), "start_local", wall_clock_json(item->start, zone),
			"end_local", wall_clock_json(item->end, zone), "required",
			people_json(&item->required), "optional", people_json(&item->optional),
			"resources", people_json(&item->resources), "to", people_json(&item->to),
			"recurrence", item->series ? recurrence_json(&item->series->rule) : NULL,
			"master_id", item->master ? item->master->id : NULL));
	json_object_set_new(whole, "addin_properties", addin_properties_json(item));
	return whole;
}

bool webmail_item(const struct mailbox *mailbox, const char *id, json_t **ret, struct err *err)
{
	struct item *item = org_item(mailbox->org, id), *made = NULL, *master;
	int64_t original_start;

	if (!item && occurrence_of_id(mailbox->org, id, &master, &original_start))
		item = made = occurrence_item(master, original_start);
	bool ok = item && item->folder->mailbox == mailbox;
	if (ok)
		*ret = whole_json(mailbox, item);
	item_free(&made);
	return ok || err_set(err, ERR_NOT_FOUND, "the item is not there any more");
}

bool webmail_mark_read(struct mailbox *mailbox, const char *id, struct err *err)
{
	struct item *item = org_item(mailbox->org, id);

	if (!item || item->folder->mailbox != mailbox)
		return err_set(err, ERR_NOT_FOUND, "the item is not there any more");
	if (item->is_read)
		return true;
	item->is_read = true;
	folder_read_flag_changed(item);
	return true;
}

static json_t *account_json(const struct org *org, const struct account *account)
{
	const struct mailbox *own = org_mailbox(org, account->smtp);
	json_t *delegate_of = json_array();

	for (char **p = account->delegate_of; p && *p; p++) {
		const struct mailbox *mailbox = org_mailbox(org, *p);
		if (mailbox)
			json_array_append_new(delegate_of,
				json_pack("{s:s, s:s}", "smtp", mailbox->smtp, "name",
					mailbox->name));
	}
	return json_pack("{s:s, s:s, s:s, s:o}", "user", account->user, "smtp", account->smtp,
		"name", own->name, "delegate_of", delegate_of);
}

json_t *webmail_settings(const struct server *server)
{
	json_t *users = json_array(), *zones = json_array(), *equipment = json_array();
	const struct strmap_entry *entry;

	for (size_t i = 0; strmap_next(&server->org.accounts, &i, &entry);) {
		const struct account *account = entry->value;
		const struct mailbox *own = org_mailbox(&server->org, account->smtp);
		if (own && !own->equipment)
			json_array_append_new(users, account_json(&server->org, account));
	}
	for (size_t i = 0; strmap_next(&server->org.mailboxes, &i, &entry);) {
		const struct mailbox *mailbox = entry->value;
		if (mailbox->equipment)
			json_array_append_new(equipment,
				json_pack("{s:s, s:s}", "smtp", mailbox->smtp, "name",
					mailbox->name));
	}
	for (size_t i = 0; i < zone_count; i++)
		json_array_append_new(zones,
			json_pack("{s:s, s:s}", "windows", zone_names[i].windows, "iana",
				zone_names[i].iana));
	return json_pack("{s:o, s:o, s:o, s:{s:s?, s:s?, s:O?}}", "users", users, "equipment",
		equipment, "zones", zones, "addin", "url", server->webmail.addin_url, "audience",
		server->webmail.audience, "sso", server->webmail.sso);
}
