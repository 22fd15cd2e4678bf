/* What was changed: noted while the transaction runs, told once it is committed. */
#include "api/admin_call.h"
#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	NOTE_VALUE_MAX = 200, /* bytes of one value in the log; templates are long */
	NOTE_CHANGES_MAX = 8 << 10,
};

/* In single quotes, cut between characters. */
static void add_value(struct buf *b, const struct field *f, const char *text)
{
	if (f->flags & (FIELD_SECRET | FIELD_UNLOGGED)) {
		buf_adds(b, text_empty(text) ? "''" : "'***'");
		return;
	}
	size_t len = strlen(text);
	bool cut = len > NOTE_VALUE_MAX;
	if (cut)
		for (len = NOTE_VALUE_MAX; ((unsigned char)text[len] & 0xc0) == 0x80;)
			len--;
	buf_addc(b, '\'');
	buf_add(b, text, len);
	buf_adds(b, cut ? "...'" : "'");
}

/* "name: 'a' -> 'b', tag: '' -> 'x'". A new record is told by what differs from the defaults. */
static const char *changes(
	struct admin_call *c, const struct record_type *type, const void *before, const void *after)
{
	struct buf b;
	buf_init(&b, NOTE_CHANGES_MAX);
	const void *base = before;
	if (!base) {
		void *defaults = arena_alloc(&c->arena, type->size);
		record_defaults(type, defaults, &c->arena);
		base = defaults;
	}
	for (size_t i = 0; i < type->n_fields && !b.overflow; i++) {
		const struct field *f = &type->fields[i];
		const char *old = record_get(f, base, &c->arena);
		const char *new = record_get(f, after, &c->arena);
		if (strcmp(old, new) == 0 || (!before && f->flags & FIELD_READONLY))
			continue;
		buf_addf(&b, "%s%s: ", b.len ? ", " : "", f->name);
		if (before) {
			add_value(&b, f, old);
			buf_adds(&b, " -> ");
		}
		add_value(&b, f, new);
	}
	const char *text = arena_printf(&c->arena, "%s%s", b.data, b.overflow ? " ..." : "");
	buf_release(&b);
	return text;
}

void admin_note(
	struct admin_call *c, const struct record_type *type, const void *before, const void *after)
{
	const char *what = after ? changes(c, type, before, after) : NULL;
	if (before && after && text_empty(what))
		return;
	const void *record = after ? after : before;
	struct admin_event *e = arena_zalloc(&c->arena, sizeof(*e));
	e->type = type;
	e->id = *(const int64_t *)record;
	e->message = !before ? "Created" : after ? "Changed" : "Deleted";
	e->name = record_title(type, record, &c->arena);
	e->changes = what;
	*c->last_event = e;
	c->last_event = &e->next;
}

void admin_tell(struct admin_call *c)
{
	for (const struct admin_event *e = c->events; e; e = e->next) {
		char id[24];
		snprintf(id, sizeof(id), "%" PRId64, e->id);
		log_info("administrator.configuration", e->message, "User", c->user, "Record",
			e->type->name, "Id", id, "Name", e->name, "Changes", e->changes,
			"CorrelationId", c->correlation, NULL);
		if (c->api->changed)
			c->api->changed(c->api->arg, e->type, e->id);
	}
	admin_forget(c);
}

void admin_forget(struct admin_call *c)
{
	c->events = NULL;
	c->last_event = &c->events;
}
