#include "base/iso8601.h"
#include "base/text.h"
#include "field.h"
#include "markup.h"
#include "series.h"
#include "zone.h"

#include <string.h>

static void *slot(const struct field *field, struct item *item)
{
	return (char *)item + field->offset;
}

static bool read_bool(const struct field *field, const char *text, bool *ret, struct err *err)
{
	if (text_equal_nocase(text, "true") || text_equal(text, "1"))
		*ret = true;
	else if (text_equal_nocase(text, "false") || text_equal(text, "0"))
		*ret = false;
	else
		return err_set(err, ERR_INVALID, "'%s' is no boolean: '%s'", field->name, text);
	return true;
}

static bool allowed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; len && (p = strstr(p, word)); p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

static bool read_text(const struct field *field, char **at, const char *text, struct err *err)
{
	if (field->allowed && !allowed(field->allowed, text))
		return err_set(err, ERR_INVALID, "'%s' is not a value of '%s'", text, field->name);
	item_set(at, text);
	return true;
}

static bool read_time(const struct field *field, const char *text, const char *zone, int64_t *ret,
	struct err *err)
{
	int64_t at;

	if (!iso8601_parse(text, &at))
		return err_set(err, ERR_INVALID, "'%s' is no dateTime: '%s'", field->name, text);
	/* without an offset it is the wall clock of the zone */
	const char *clock = strchr(text, 'T');
	if (zone && clock && !strpbrk(clock, "Zz+-"))
		at = zone_to_utc(zone, at);
	*ret = at;
	return true;
}

static bool read_strings(char **at, const xml_node *node, struct arena *arena)
{
	const char *lines = NULL;

	for (const xml_node *s = xml_child(node, "String"); s; s = xml_next(s, "String")) {
		const char *one = xml_text(s, arena);
		lines = lines ? arena_printf(arena, "%s\n%s", lines, one) : one;
	}
	item_set(at, lines);
	return true;
}

static void read_body(struct item *item, const xml_node *node, struct arena *arena)
{
	const char *text = xml_text(node, arena);
	const char *type = xml_attribute(node, "BodyType", arena);
	struct buf document;

	item->body_is_html = text_equal(type, "HTML");
	if (!item->body_is_html) {
		item_set(&item->body, text);
		return;
	}
	buf_init(&document, 32 << 20);
	html_document(&document, text);
	item_set(&item->body, document.data);
	buf_release(&document);
}

/* mailbox: a t:Mailbox. A name without address is an address when it looks like one. */
static bool read_mailbox(const xml_node *mailbox, const char **ret_name, const char **ret_smtp,
	struct arena *arena, struct err *err)
{
	const char *name = xml_child_text(mailbox, "Name", arena);
	const char *smtp = xml_child_text(mailbox, "EmailAddress", arena);

	if (text_empty(smtp) && name && strchr(name, '@'))
		smtp = name;
	if (text_empty(smtp))
		return err_set(err, ERR_INVALID, "a 'Mailbox' has no 'EmailAddress'");
	*ret_name = text_empty(name) ? smtp : name;
	*ret_smtp = smtp;
	return true;
}

static bool add_people(const struct field *field, struct attendees *list, const xml_node *node,
	struct arena *arena, struct err *err)
{
	bool attendees = field->kind == FIELD_ATTENDEES;
	const char *element = attendees ? "Attendee" : "Mailbox";

	for (const xml_node *e = xml_child(node, element); e; e = xml_next(e, element)) {
		const char *name, *smtp;
		const xml_node *mailbox = attendees ? xml_child(e, "Mailbox") : e;
		if (!read_mailbox(mailbox, &name, &smtp, arena, err))
			return false;
		if (attendees_find(list, smtp))
			continue;
		attendees_add(list, name, smtp);
		const char *response = xml_child_text(e, "ResponseType", arena);
		if (attendees && response_type_intern(response))
			list->list[list->count - 1].response = response_type_intern(response);
	}
	return true;
}

static bool read_people(const struct field *field, struct attendees *list, const xml_node *node,
	struct arena *arena, struct err *err)
{
	struct attendees fresh = { 0 };

	if (!add_people(field, &fresh, node, arena, err)) {
		attendees_release(&fresh);
		return false;
	}
	/* who stays keeps the answer given before */
	for (size_t i = 0; i < fresh.count; i++) {
		const struct attendee *before = attendees_find(list, fresh.list[i].who.smtp);
		if (before) {
			fresh.list[i].response = before->response;
			fresh.list[i].response_time = before->response_time;
		}
	}
	attendees_release(list);
	*list = fresh;
	return true;
}

static bool read_int(const struct field *field, const char *text, int *ret, struct err *err)
{
	int64_t value;

	if (!text_to_int64(text, &value) || value < INT32_MIN || value > INT32_MAX)
		return err_set(err, ERR_INVALID, "'%s' is no integer: '%s'", field->name, text);
	*ret = (int)value;
	return true;
}

static bool read_series(
	struct series **at, const xml_node *node, struct arena *arena, struct err *err)
{
	struct recurrence rule;

	if (!recurrence_read(node, arena, &rule, err))
		return false;
	series_free(at);
	*at = series_new(&rule);
	return true;
}

bool field_read(const struct field *field, struct item *item, const xml_node *node,
	const char *zone, struct arena *arena, struct err *err)
{
	void *at = slot(field, item);
	const char *name, *smtp, *text = xml_text(node, arena);

	switch (field->kind) {
	case FIELD_TEXT: return read_text(field, at, text, err);
	case FIELD_BOOL: return read_bool(field, text, at, err);
	case FIELD_INT: return read_int(field, text, at, err);
	case FIELD_TIME: return read_time(field, text, zone, at, err);
	case FIELD_STRINGS: return read_strings(at, node, arena);
	case FIELD_BODY: read_body(item, node, arena); return true;
	case FIELD_ADDRESS:
		if (!read_mailbox(xml_child(node, "Mailbox"), &name, &smtp, arena, err))
			return false;
		address_set(at, name, smtp);
		return true;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: return read_people(field, at, node, arena, err);
	case FIELD_ZONE: item_set(at, zone_read(node, arena)); return true;
	case FIELD_SERIES: return read_series(at, node, arena, err);
	case FIELD_COMPUTED: break;
	}
	return true;
}

bool field_append(const struct field *field, struct item *item, const xml_node *node,
	struct arena *arena, struct err *err)
{
	void *at = slot(field, item);

	switch (field->kind) {
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: return add_people(field, at, node, arena, err);
	case FIELD_TEXT:
	case FIELD_BODY: break;
	default: return err_set(err, ERR_INVALID, "'%s' cannot be appended to", field->uri);
	}
	char **text = at;
	item_set(text, arena_printf(arena, "%s%s", *text ? *text : "", xml_text(node, arena)));
	return true;
}
