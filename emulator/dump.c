#include "dump.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "field.h"
#include "series.h"

static json_t *dump_time(int64_t at)
{
	char text[ISO8601_LEN + 1];

	if (at == TIME_NONE)
		return NULL;
	iso8601_format(at, text);
	return json_string(text);
}

static json_t *dump_people(const struct attendees *list)
{
	json_t *all = json_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct attendee *one = &list->list[i];
		json_t *person = json_pack("{s:s, s:s?, s:s}", "smtp", one->who.smtp, "name",
			one->who.name, "response", one->response);
		json_t *when = dump_time(one->response_time);
		if (when)
			json_object_set_new(person, "response_time", when);
		json_array_append_new(all, person);
	}
	return all;
}

/* {"rule": its XML, "exceptions": [{"original", "deleted"} or {"original", "start", ...}]} */
static json_t *dump_series(const struct series *series)
{
	json_t *exceptions = json_array();
	struct buf rule;

	buf_init(&rule, 64 << 10);
	recurrence_write(&series->rule, &rule);
	for (size_t i = 0; i < series->count; i++) {
		const struct item *item = series->exceptions[i].item;
		json_t *one = json_pack("{s:o, s:b}", "original",
			dump_time(series->exceptions[i].original_start), "deleted", item == NULL);
		if (item)
			json_object_update_new(one,
				json_pack("{s:o, s:o, s:s?, s:s?, s:b}", "start",
					dump_time(item->start), "end", dump_time(item->end),
					"subject", item->subject, "my_response", item->my_response,
					"cancelled", item->is_cancelled));
		json_array_append_new(exceptions, one);
	}
	json_t *object = json_pack("{s:s, s:o}", "rule", rule.data, "exceptions", exceptions);
	buf_release(&rule);
	return object;
}

static json_t *dump_field(const struct field *field, const struct item *item)
{
	const void *at = (const char *)item + field->offset;
	const char *text;

	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_STRINGS:
	case FIELD_BODY:
	case FIELD_ZONE: text = *(char *const *)at; return text ? json_string(text) : NULL;
	case FIELD_BOOL: return json_boolean(*(const bool *)at);
	case FIELD_INT: return json_integer(*(const int *)at);
	case FIELD_TIME: return dump_time(*(const int64_t *)at);
	case FIELD_ADDRESS:
		text = ((const struct address *)at)->smtp;
		return text ? json_string(text) : NULL;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: return dump_people(at);
	case FIELD_SERIES: return item->series ? dump_series(item->series) : NULL;
	case FIELD_COMPUTED: break;
	}
	return NULL;
}

static json_t *dump_item(const struct item *item)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "type", item_element(item), "folder",
		folder_infos[item->folder->kind].distinguished, "ItemId", item->id);

	for (size_t i = 0; i < field_count; i++) {
		json_t *value = fields[i].types & item->type ? dump_field(&fields[i], item) : NULL;
		if (value)
			json_object_set_new(object, fields[i].name, value);
	}
	if (item->body)
		json_object_set_new(
			object, "BodyType", json_string(item->body_is_html ? "HTML" : "Text"));
	return object;
}

json_t *dump_items(const struct mailbox *mailbox, const char *name)
{
	json_t *list = json_array();
	struct item *item;

	for (int i = 0; i < FOLDER_KINDS; i++) {
		const struct folder *folder = mailbox->folders[i];
		if (name && !text_equal(folder_infos[i].distinguished, name))
			continue;
		for (size_t at = folder->log_len; (item = folder_next(folder, &at));)
			json_array_append_new(list, dump_item(item));
	}
	return list;
}
