/* The calendar, the notes and the organisers' items of the mailbox in memory. */
#include "exchange/exchange_null_mailbox.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct null_filed *null_find_filed(struct exchange_null *mb, const char *id)
{
	for (size_t i = 0; i < mb->n_filed; i++) {
		struct null_filed *f = &mb->filed[i];
		if (text_equal(f->meeting.item_id, id))
			return f;
		for (size_t j = 0; j < f->n_entries; j++)
			if (text_equal(f->entries[j].item_id, id))
				return f;
	}
	return NULL;
}

/* Ids and change keys, of the item and of its instances. */
static void give_ids(struct exchange_null *mb, struct null_filed *f)
{
	f->meeting.item_id = null_new_id(mb, "entry");
	f->meeting.change_key = null_new_id(mb, "key");
	for (size_t i = 0; i < f->n_entries; i++) {
		struct exchange_entry *e = &f->entries[i];
		e->item_id = e->type == MEETING_SINGLE
			? f->meeting.item_id
			: arena_printf(&mb->arena, "%s/%zu", f->meeting.item_id, i + 1);
		e->change_key = f->meeting.change_key;
	}
}

static struct exchange_entry only_entry(const struct meeting *m)
{
	bool single = m->type == MEETING_SINGLE;
	return (struct exchange_entry){ .type = m->type,
		.original_start = single ? MEETING_NO_TIME : m->recurrence_id,
		.start = m->start,
		.end = m->end,
		.cancelled = m->message == MEETING_CANCELLATION,
		.response = m->response };
}

const char *exchange_null_file(struct exchange_null *mb, const struct meeting *meeting,
	const struct exchange_entry *entries, size_t count)
{
	const struct exchange_entry only = only_entry(meeting);
	pthread_mutex_lock(&mb->lock);
	mb->filed = null_grown(mb->filed, mb->n_filed, sizeof(*mb->filed));
	struct null_filed *f = &mb->filed[mb->n_filed++];
	*f = (struct null_filed){ .meeting = null_copy_meeting(&mb->arena, meeting) };
	f->meeting.calendar_item = true;
	f->n_entries = count ? count : 1;
	f->entries = null_grown(NULL, f->n_entries, sizeof(*f->entries));
	memcpy(f->entries, count ? entries : &only, f->n_entries * sizeof(*f->entries));
	for (size_t i = 0; i < f->n_entries; i++)
		f->entries[i].uid = f->meeting.uid;
	give_ids(mb, f);
	const char *id = f->meeting.item_id;
	pthread_mutex_unlock(&mb->lock);
	return id;
}

void exchange_null_unfile(struct exchange_null *mb, const char *item_id)
{
	pthread_mutex_lock(&mb->lock);
	struct null_filed *f = null_find_filed(mb, item_id);
	if (f)
		f->gone = true;
	pthread_mutex_unlock(&mb->lock);
}

size_t exchange_null_filed(struct exchange_null *mb, const char *uid, enum meeting_response *ret)
{
	size_t count = 0;
	pthread_mutex_lock(&mb->lock);
	for (size_t i = 0; i < mb->n_filed; i++) {
		const struct null_filed *f = &mb->filed[i];
		if (f->gone || !text_equal(f->meeting.uid, uid))
			continue;
		count += f->n_entries;
		if (ret)
			*ret = f->meeting.response;
	}
	pthread_mutex_unlock(&mb->lock);
	return count;
}

bool null_answer_filed(
	struct exchange_null *mb, const struct exchange_answer *a, struct exchange_result *ret)
{
	struct null_filed *f = null_find_filed(mb, a->item_id);
	if (!f)
		return false;
	*ret = (struct exchange_result){ .ok = false };
	if (f->gone)
		err_set(&ret->err, ERR_NOT_FOUND, "item '%s' is not in the calendar", a->item_id);
	else if (f->fails)
		ret->err = f->err;
	else if (a->change_key && !text_equal(a->change_key, f->meeting.change_key))
		err_set(&ret->err, ERR_CONFLICT, "item '%s' has changed", a->item_id);
	else
		ret->ok = true;
	if (!ret->ok)
		return true;
	bool accept = a->verdict == EXCHANGE_ACCEPT;
	null_record_effect(mb,
		&(struct exchange_null_effect){
			.kind = accept ? EXCHANGE_NULL_ACCEPTED : EXCHANGE_NULL_DECLINED,
			.item_id = a->item_id,
			.uid = f->meeting.uid,
			.text = a->text,
			.original_start = f->meeting.recurrence_id });
	f->gone = !accept;
	f->meeting.response = accept ? RESPONSE_ACCEPTED : RESPONSE_DECLINED;
	for (size_t i = 0; i < f->n_entries; i++)
		f->entries[i].response = f->meeting.response;
	give_ids(mb, f); /* Exchange makes the item anew */
	return true;
}

static bool overlaps(const struct exchange_entry *e, int64_t from, int64_t until)
{
	return e->start < until && e->end > from;
}

static int by_start(const void *a, const void *b)
{
	const struct exchange_entry *x = a, *y = b;
	return (x->start > y->start) - (x->start < y->start);
}

static struct exchange_entry copy_entry(struct arena *arena, const struct exchange_entry *e)
{
	struct exchange_entry copy = *e;
	copy.item_id = null_kept(arena, e->item_id);
	copy.change_key = null_kept(arena, e->change_key);
	copy.uid = null_kept(arena, e->uid);
	return copy;
}

bool null_view(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	struct exchange_null *mb = s->mailbox;
	struct exchange_view view = { .until = until };
	size_t most = 0;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_VIEW, &lost, err))
		return false;
	for (size_t i = 0; i < mb->n_filed; i++)
		most += mb->filed[i].n_entries;
	view.entries = arena_array(arena, most, sizeof(*view.entries));
	for (size_t i = 0; i < mb->n_filed && !mb->blank; i++)
		for (size_t j = 0; j < mb->filed[i].n_entries && !mb->filed[i].gone; j++)
			if (overlaps(&mb->filed[i].entries[j], from, until))
				view.entries[view.count++] =
					copy_entry(arena, &mb->filed[i].entries[j]);
	if (view.count)
		qsort(view.entries, view.count, sizeof(*view.entries), by_start);
	if (view.count > mb->view_page) {
		view.count = mb->view_page;
		view.until = view.entries[view.count - 1].start;
	}
	struct err why;
	if (view.until <= from && from < until) {
		err_set(&why, ERR_LIMIT, "more than %zu meetings are on at the same time",
			mb->view_page);
		return null_fail(s, EXCHANGE_NULL_VIEW, lost, &why, err);
	}
	if (!null_leave(s, EXCHANGE_NULL_VIEW, lost, err))
		return false;
	*ret = view;
	return true;
}

bool null_fetch_entries(struct exchange *ex, const struct exchange_entry *entries, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_FETCH_ENTRIES, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct null_filed *f = null_find_filed(s->mailbox, entries[i].item_id);
		ret_results[i] = (struct exchange_result){ .ok = f && !f->gone && !f->fails };
		if (!f || f->gone)
			err_set(&ret_results[i].err, ERR_NOT_FOUND,
				"item '%s' is not in the calendar", entries[i].item_id);
		else if (f->fails)
			ret_results[i].err = f->err;
		else
			ret_meetings[i] = null_copy_meeting(arena, &f->meeting);
	}
	return null_leave(s, EXCHANGE_NULL_FETCH_ENTRIES, lost, err);
}

static struct null_refusal *find_refusal(struct exchange_null *mb, const char *organizer)
{
	for (size_t i = 0; i < mb->n_refusals; i++)
		if (text_equal_nocase(mb->refusals[i].organizer, organizer))
			return &mb->refusals[i];
	return NULL;
}

void exchange_null_fail_insert(
	struct exchange_null *mb, const char *organizer, const struct err *err)
{
	const char *name = organizer ? organizer : "";
	pthread_mutex_lock(&mb->lock);
	struct null_refusal *r = find_refusal(mb, name);
	if (!r) {
		mb->refusals = null_grown(mb->refusals, mb->n_refusals, sizeof(*mb->refusals));
		r = &mb->refusals[mb->n_refusals++];
		r->organizer = null_kept(&mb->arena, name);
	}
	r->fails = err != NULL;
	r->err = err ? *err : (struct err){ 0 };
	pthread_mutex_unlock(&mb->lock);
}

static bool inserted_already(struct exchange_null *mb, const struct exchange_insertion *in)
{
	for (size_t i = 0; i < mb->n_effects; i++) {
		const struct exchange_null_effect *e = &mb->effects[i];
		if (e->kind == EXCHANGE_NULL_INSERTED && text_equal(e->uid, in->uid) &&
			e->original_start == in->original_start && strstr(e->text, in->marker))
			return true;
	}
	return false;
}

bool null_insert(struct exchange *ex, const struct exchange_insertion *in, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_INSERT, &lost, err))
		return false;
	const struct null_refusal *r = find_refusal(s->mailbox, in->organizer);
	if (!r)
		r = find_refusal(s->mailbox, "");
	if (r && r->fails)
		return null_fail(s, EXCHANGE_NULL_INSERT, lost, &r->err, err);
	if (!inserted_already(s->mailbox, in))
		null_record_effect(s->mailbox,
			&(struct exchange_null_effect){ .kind = EXCHANGE_NULL_INSERTED,
				.item_id = in->organizer,
				.uid = in->uid,
				.text = in->instructions,
				.original_start = in->original_start });
	return null_leave(s, EXCHANGE_NULL_INSERT, lost, err);
}

static struct null_note *find_note(struct exchange_null *mb, const char *name)
{
	for (size_t i = 0; i < mb->n_notes; i++)
		if (text_equal(mb->notes[i].name, name))
			return &mb->notes[i];
	return NULL;
}

bool null_note_read(struct exchange *ex, const char *name, struct arena *arena,
	const char **ret_text, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_NOTE_READ, &lost, err))
		return false;
	const struct null_note *note = find_note(s->mailbox, name);
	const char *text = note && note->text ? null_kept(arena, note->text) : NULL;
	if (!null_leave(s, EXCHANGE_NULL_NOTE_READ, lost, err))
		return false;
	*ret_text = text;
	return true;
}

bool null_note_create(struct exchange *ex, const char *name, const char *text, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	struct exchange_null *mb = s->mailbox;
	struct err why;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_NOTE_CREATE, &lost, err))
		return false;
	struct null_note *note = find_note(mb, name);
	if (note && note->text) {
		err_set(&why, ERR_CONFLICT, "there is a note '%s' already", name);
		return null_fail(s, EXCHANGE_NULL_NOTE_CREATE, lost, &why, err);
	}
	if (!note) {
		mb->notes = null_grown(mb->notes, mb->n_notes, sizeof(*mb->notes));
		note = &mb->notes[mb->n_notes++];
		note->name = null_kept(&mb->arena, name);
	}
	note->text = null_kept(&mb->arena, text);
	return null_leave(s, EXCHANGE_NULL_NOTE_CREATE, lost, err);
}

bool null_note_write(struct exchange *ex, const char *name, const char *text, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	struct err why;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_NOTE_WRITE, &lost, err))
		return false;
	struct null_note *note = find_note(s->mailbox, name);
	if (!note || !note->text) {
		err_set(&why, ERR_NOT_FOUND, "there is no note '%s'", name);
		return null_fail(s, EXCHANGE_NULL_NOTE_WRITE, lost, &why, err);
	}
	note->text = null_kept(&s->mailbox->arena, text);
	return null_leave(s, EXCHANGE_NULL_NOTE_WRITE, lost, err);
}

bool null_note_remove(struct exchange *ex, const char *name, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_NOTE_REMOVE, &lost, err))
		return false;
	struct null_note *note = find_note(s->mailbox, name);
	if (note)
		note->text = NULL;
	return null_leave(s, EXCHANGE_NULL_NOTE_REMOVE, lost, err);
}

const char *exchange_null_note(struct exchange_null *mb, const char *name)
{
	pthread_mutex_lock(&mb->lock);
	const struct null_note *note = find_note(mb, name);
	const char *text = note && note->text ? note->text : "";
	pthread_mutex_unlock(&mb->lock);
	return text;
}

void exchange_null_move(struct exchange_null *mb)
{
	pthread_mutex_lock(&mb->lock);
	for (size_t i = 0; i < mb->n_items; i++) {
		mb->items[i].meeting.item_id = null_new_id(mb, "moved");
		mb->items[i].meeting.change_key = null_new_id(mb, "key");
	}
	for (size_t i = 0; i < mb->n_filed; i++)
		give_ids(mb, &mb->filed[i]);
	mb->epoch++;
	pthread_mutex_unlock(&mb->lock);
}
