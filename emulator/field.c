#include "field.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "mailbox.h"
#include "markup.h"
#include "series.h"
#include "zone.h"

#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 32 << 20, VALUE_MAX = 64 << 10 };

const struct field *field_by_uri(const char *uri, unsigned types)
{
	for (size_t i = 0; i < field_count; i++)
		if ((fields[i].types & types) && text_equal(fields[i].uri, uri))
			return &fields[i];
	return NULL;
}

const struct field *field_by_name(const char *name, unsigned types)
{
	for (size_t i = 0; i < field_count; i++)
		if ((fields[i].types & types) && text_equal(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static void *slot(const struct field *field, const struct item *item)
{
	return (char *)item + field->offset;
}

void field_copy(const struct field *field, struct item *to, const struct item *from)
{
	void *dst = slot(field, to), *src = slot(field, from);

	switch (field->kind) {
	case FIELD_BODY:
		to->body_is_html = from->body_is_html;
		item_set(dst, *(char **)src);
		break;
	case FIELD_TEXT:
	case FIELD_STRINGS:
	case FIELD_ZONE: item_set(dst, *(char **)src); break;
	case FIELD_BOOL: *(bool *)dst = *(bool *)src; break;
	case FIELD_INT: *(int *)dst = *(int *)src; break;
	case FIELD_TIME: *(int64_t *)dst = *(int64_t *)src; break;
	case FIELD_ADDRESS: address_copy(dst, src); break;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: attendees_copy(dst, src); break;
	case FIELD_SERIES:
		series_free(dst);
		*(struct series **)dst = series_copy(*(struct series **)src);
		break;
	case FIELD_COMPUTED: break;
	}
}

void field_clear(const struct field *field, struct item *item)
{
	void *at = slot(field, item);

	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_STRINGS:
	case FIELD_BODY:
	case FIELD_ZONE: item_set(at, NULL); break;
	case FIELD_BOOL: *(bool *)at = false; break;
	case FIELD_INT: *(int *)at = 0; break;
	case FIELD_TIME: *(int64_t *)at = TIME_NONE; break;
	case FIELD_ADDRESS: address_release(at); break;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: attendees_release(at); break;
	case FIELD_SERIES: series_free(at); break;
	case FIELD_COMPUTED: break;
	}
}

void item_write_id(const struct item *item, struct buf *b)
{
	char key[CHANGE_KEY_LEN + 1];

	if (!item->folder)
		return;
	org_change_key(item->folder->mailbox->org, item->version, key);
	buf_addf(b, "<t:ItemId Id=\"%s\" ChangeKey=\"%s\"/>", item->id, key);
}

static void write_body(const struct item *item, struct buf *b, const struct shape *shape)
{
	bool html = shape->body == BODY_BEST ? item->body_is_html : shape->body == BODY_HTML;
	const char *body = item->body ? item->body : "";
	struct buf converted;

	buf_init(&converted, BODY_MAX);
	if (html && !item->body_is_html && *body)
		text_to_html(&converted, body);
	else if (!html && item->body_is_html)
		html_to_text(&converted, body);
	else
		buf_adds(&converted, body);
	buf_addf(b, "<t:Body BodyType=\"%s\">", html ? "HTML" : "Text");
	markup_text(b, converted.data);
	buf_adds(b, "</t:Body>");
	buf_release(&converted);
}

static void write_people(const struct field *field, const struct attendees *list, struct buf *b)
{
	if (!list->count)
		return;
	buf_addf(b, "<t:%s>", field->name);
	for (size_t i = 0; i < list->count; i++) {
		const struct attendee *one = &list->list[i];
		if (field->kind == FIELD_ATTENDEES)
			buf_adds(b, "<t:Attendee>");
		markup_mailbox(b, &one->who);
		if (field->kind == FIELD_ATTENDEES) {
			markup_element(b, "ResponseType", one->response);
			markup_time(b, "LastResponseTime", one->response_time);
			buf_adds(b, "</t:Attendee>");
		}
	}
	buf_addf(b, "</t:%s>", field->name);
}

static void write_strings(const struct field *field, const char *lines, struct buf *b)
{
	buf_addf(b, "<t:%s>", field->name);
	for (const char *end; *lines; lines = *end ? end + 1 : end) {
		end = strchrnul(lines, '\n');
		char *one = strndup(lines, (size_t)(end - lines));
		markup_element(b, "String", one);
		free(one);
	}
	buf_addf(b, "</t:%s>", field->name);
}

static void write_address(const struct field *field, const struct address *who, struct buf *b)
{
	if (!who->smtp)
		return;
	buf_addf(b, "<t:%s>", field->name);
	markup_mailbox(b, who);
	buf_addf(b, "</t:%s>", field->name);
}

void field_write(const struct field *field, const struct item *item, struct buf *b,
	const struct shape *shape)
{
	const void *at = slot(field, item);

	switch (field->kind) {
	case FIELD_TEXT: markup_element(b, field->name, *(char *const *)at); break;
	case FIELD_BOOL: markup_bool(b, field->name, *(const bool *)at); break;
	case FIELD_INT: markup_int(b, field->name, *(const int *)at); break;
	case FIELD_TIME: markup_time(b, field->name, *(const int64_t *)at); break;
	case FIELD_STRINGS:
		if (*(char *const *)at)
			write_strings(field, *(char *const *)at, b);
		break;
	case FIELD_BODY: write_body(item, b, shape); break;
	case FIELD_ADDRESS: write_address(field, at, b); break;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES: write_people(field, at, b); break;
	case FIELD_ZONE:
		if (*(char *const *)at)
			zone_write_reference(b, field->name, *(char *const *)at);
		break;
	case FIELD_SERIES:
		if (item->series)
			recurrence_write(&item->series->rule, b);
		break;
	case FIELD_COMPUTED: field->write(item, b, shape); break;
	}
}

static bool in_shape(size_t index, const struct shape *shape)
{
	const struct field *field = &fields[index];

	if (shape->list && (field->flags & FIELD_NO_LIST))
		return false;
	if (shape->wanted[index])
		return true;
	if (field->flags & FIELD_ASKED)
		return false;
	if (shape->base == SHAPE_ALL)
		return true;
	return shape->base == SHAPE_DEFAULT && (field->flags & FIELD_DEFAULT);
}

void item_write(const struct item *item, struct buf *b, const struct shape *shape)
{
	const char *element = item_element(item);

	buf_addf(b, "<t:%s>", element);
	for (size_t i = 0; i < field_count; i++)
		if ((fields[i].types & item->type) && (i == 0 || in_shape(i, shape)))
			field_write(&fields[i], item, b, shape);
	buf_addf(b, "</t:%s>", element);
}

bool field_value(const struct field *field, const struct item *item, struct buf *ret)
{
	const void *at = slot(field, item);
	char time[ISO8601_LEN + 1];

	switch (field->kind) {
	case FIELD_TEXT:
	case FIELD_STRINGS:
	case FIELD_BODY:
	case FIELD_ZONE:
		if (!*(char *const *)at)
			return false;
		buf_adds(ret, *(char *const *)at);
		return true;
	case FIELD_BOOL: buf_adds(ret, *(const bool *)at ? "true" : "false"); return true;
	case FIELD_INT: buf_addf(ret, "%d", *(const int *)at); return true;
	case FIELD_TIME:
		if (*(const int64_t *)at == TIME_NONE)
			return false;
		iso8601_format(*(const int64_t *)at, time);
		buf_adds(ret, time);
		return true;
	case FIELD_ADDRESS:
		if (!((const struct address *)at)->smtp)
			return false;
		buf_adds(ret, ((const struct address *)at)->smtp);
		return true;
	case FIELD_RECIPIENTS:
	case FIELD_ATTENDEES:
		for (size_t i = 0; i < ((const struct attendees *)at)->count; i++)
			buf_addf(ret, "%s%s", i ? ";" : "",
				((const struct attendees *)at)->list[i].who.smtp);
		return ret->len > 0;
	case FIELD_SERIES:
	case FIELD_COMPUTED: break;
	}
	return false;
}

int field_compare(const struct field *field, const struct item *a, const struct item *b)
{
	struct buf left, right;
	int64_t x, y;

	if (field->kind == FIELD_TIME) {
		x = *(int64_t *)slot(field, a);
		y = *(int64_t *)slot(field, b);
		return (x > y) - (x < y);
	}
	buf_init(&left, VALUE_MAX);
	buf_init(&right, VALUE_MAX);
	bool has_a = field_value(field, a, &left), has_b = field_value(field, b, &right);
	int order = has_a && has_b ? strcasecmp(left.data, right.data) : has_a - has_b;
	buf_release(&left);
	buf_release(&right);
	return (order > 0) - (order < 0);
}
