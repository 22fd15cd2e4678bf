/* The mailbox, and the test's side of it. */
#include "exchange/exchange_null_mailbox.h"

#include "base/text.h"
#include "model/recurrence.h"

#include <stdlib.h>
#include <string.h>

static bool fail(struct err *err, const struct err *with)
{
	if (err)
		*err = *with;
	return false;
}

void *null_grown(void *list, size_t count, size_t size)
{
	void *p = reallocarray(list, count + 1, size);
	if (!p)
		abort();
	return p;
}

const char *null_kept(struct arena *arena, const char *text)
{
	return arena_strdup(arena, text ? text : "");
}

static void *copied(struct arena *arena, const void *from, size_t count, size_t size)
{
	void *copy = arena_array(arena, count, size);
	if (count)
		memcpy(copy, from, count * size);
	return copy;
}

struct meeting null_copy_meeting(struct arena *arena, const struct meeting *m)
{
	struct meeting copy = *m;
	const char **const texts[] = { &copy.item_id, &copy.change_key, &copy.uid, &copy.zone,
		&copy.subject, &copy.location, &copy.organizer_name, &copy.organizer_email,
		&copy.body };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = null_kept(arena, *texts[i]);
	if (m->recurrence)
		copy.recurrence = copied(arena, m->recurrence, 1, sizeof(*m->recurrence));
	copy.exceptions = copied(arena, m->exceptions, m->n_exceptions, sizeof(*m->exceptions));
	struct attendee *list = arena_array(arena, m->n_attendees, sizeof(*list));
	for (size_t i = 0; i < m->n_attendees; i++)
		list[i] = (struct attendee){ null_kept(arena, m->attendees[i].name),
			null_kept(arena, m->attendees[i].email), m->attendees[i].role };
	copy.attendees = list;
	return copy;
}

const char *null_new_id(struct exchange_null *mb, const char *word)
{
	return arena_printf(&mb->arena, "%s-%zu", word, ++mb->last_id);
}

struct null_item *null_find_item(struct exchange_null *mb, const char *id)
{
	for (size_t i = 0; i < mb->n_items; i++)
		if (text_equal(mb->items[i].meeting.item_id, id))
			return &mb->items[i];
	return NULL;
}

void null_record_change(struct exchange_null *mb, enum exchange_change_kind kind, size_t item)
{
	mb->log = null_grown(mb->log, mb->n_log, sizeof(*mb->log));
	mb->log[mb->n_log++] = (struct null_change){ kind, item };
	pthread_cond_broadcast(&mb->news);
}

void null_take_away(struct exchange_null *mb, struct null_item *item)
{
	item->gone = true;
	null_record_change(mb, EXCHANGE_DELETED, (size_t)(item - mb->items));
}

void null_record_effect(struct exchange_null *mb, const struct exchange_null_effect *effect)
{
	struct exchange_null_effect kept = *effect;
	kept.item_id = null_kept(&mb->arena, effect->item_id);
	kept.uid = null_kept(&mb->arena, effect->uid);
	kept.text = null_kept(&mb->arena, effect->text);
	mb->effects = null_grown(mb->effects, mb->n_effects, sizeof(*mb->effects));
	mb->effects[mb->n_effects++] = kept;
}

bool null_enter(
	struct null_session *s, enum exchange_null_verb verb, bool *ret_lost, struct err *err)
{
	struct null_failure *f = &s->mailbox->failures[verb];
	atomic_fetch_add(&s->requests, 1);
	pthread_mutex_lock(&s->mailbox->lock);
	bool due = f->countdown > 0 && --f->countdown == 0;
	*ret_lost = due && f->late;
	bool ok = true;
	if (s->cancelled)
		ok = err_set(err, ERR_CANCELLED, "the session was cancelled");
	else if (due && !f->late)
		ok = fail(err, &f->err);
	if (!ok)
		pthread_mutex_unlock(&s->mailbox->lock);
	return ok;
}

bool null_leave(struct null_session *s, enum exchange_null_verb verb, bool lost, struct err *err)
{
	if (lost)
		fail(err, &s->mailbox->failures[verb].err);
	pthread_mutex_unlock(&s->mailbox->lock);
	return !lost;
}

bool null_fail(struct null_session *s, enum exchange_null_verb verb, bool lost,
	const struct err *why, struct err *err)
{
	return null_leave(s, verb, lost, err) && fail(err, why);
}

struct exchange_null *exchange_null_new(void)
{
	struct exchange_null *mb = calloc(1, sizeof(*mb));
	if (!mb)
		abort();
	mb->driver = null_verbs;
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&mb->news, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&mb->lock, NULL);
	arena_init(&mb->arena);
	mb->page = EXCHANGE_SYNC_PAGE;
	mb->view_page = EXCHANGE_VIEW_PAGE;
	mb->streaming = true;
	return mb;
}

void exchange_null_free(struct exchange_null **mailbox)
{
	struct exchange_null *mb = *mailbox;
	if (!mb)
		return;
	pthread_cond_destroy(&mb->news);
	pthread_mutex_destroy(&mb->lock);
	arena_release(&mb->arena);
	free(mb->items);
	free(mb->log);
	free(mb->effects);
	for (size_t i = 0; i < mb->n_filed; i++)
		free(mb->filed[i].entries);
	free(mb->filed);
	free(mb->notes);
	free(mb->refusals);
	free(mb);
	*mailbox = NULL;
}

const struct exchange_driver *exchange_null_driver(struct exchange_null *mb)
{
	return &mb->driver;
}

const char *exchange_null_deliver(struct exchange_null *mb, const struct meeting *meeting)
{
	pthread_mutex_lock(&mb->lock);
	mb->items = null_grown(mb->items, mb->n_items, sizeof(*mb->items));
	struct null_item *item = &mb->items[mb->n_items];
	const struct meeting mail = { 0 };
	*item = (struct null_item){ .is_meeting = meeting != NULL };
	item->meeting = null_copy_meeting(&mb->arena, meeting ? meeting : &mail);
	item->meeting.item_id = arena_printf(&mb->arena, "item-%zu", mb->n_items + 1);
	item->meeting.change_key = arena_printf(&mb->arena, "key-%zu", mb->n_log + 1);
	const char *id = item->meeting.item_id;
	null_record_change(mb, EXCHANGE_CREATED, mb->n_items++);
	pthread_mutex_unlock(&mb->lock);
	return id;
}

void exchange_null_delete(struct exchange_null *mb, const char *item_id)
{
	pthread_mutex_lock(&mb->lock);
	struct null_item *item = null_find_item(mb, item_id);
	if (item && !item->gone)
		null_take_away(mb, item);
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_touch(struct exchange_null *mb, const char *item_id)
{
	pthread_mutex_lock(&mb->lock);
	struct null_item *item = null_find_item(mb, item_id);
	if (item && !item->gone) {
		item->meeting.change_key = arena_printf(&mb->arena, "key-%zu", mb->n_log + 1);
		null_record_change(mb, EXCHANGE_UPDATED, (size_t)(item - mb->items));
	}
	pthread_mutex_unlock(&mb->lock);
}

size_t exchange_null_effects(struct exchange_null *mb)
{
	pthread_mutex_lock(&mb->lock);
	size_t count = mb->n_effects;
	pthread_mutex_unlock(&mb->lock);
	return count;
}

struct exchange_null_effect exchange_null_effect(struct exchange_null *mb, size_t i)
{
	pthread_mutex_lock(&mb->lock);
	struct exchange_null_effect effect = mb->effects[i];
	pthread_mutex_unlock(&mb->lock);
	return effect;
}

size_t exchange_null_inbox(struct exchange_null *mb)
{
	size_t count = 0;
	pthread_mutex_lock(&mb->lock);
	for (size_t i = 0; i < mb->n_items; i++)
		count += !mb->items[i].gone;
	pthread_mutex_unlock(&mb->lock);
	return count;
}

void exchange_null_fail(struct exchange_null *mb, enum exchange_null_verb verb, int n, bool late,
	const struct err *err)
{
	pthread_mutex_lock(&mb->lock);
	mb->failures[verb] = (struct null_failure){ n, late, *err };
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_fail_item(struct exchange_null *mb, const char *item_id, const struct err *err)
{
	pthread_mutex_lock(&mb->lock);
	struct null_item *item = null_find_item(mb, item_id);
	struct null_filed *filed = null_find_filed(mb, item_id);
	if (item) {
		item->fails = err != NULL;
		item->err = err ? *err : (struct err){ 0 };
	} else if (filed) {
		filed->fails = err != NULL;
		filed->err = err ? *err : (struct err){ 0 };
	}
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_fail_fetch(struct exchange_null *mb, const char *item_id, const struct err *err)
{
	pthread_mutex_lock(&mb->lock);
	struct null_item *item = null_find_item(mb, item_id);
	if (item) {
		item->unreadable = true;
		item->err = *err;
	}
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_page(struct exchange_null *mb, size_t changes)
{
	pthread_mutex_lock(&mb->lock);
	mb->page = changes;
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_streaming(struct exchange_null *mb, bool streaming)
{
	pthread_mutex_lock(&mb->lock);
	mb->streaming = streaming;
	pthread_cond_broadcast(&mb->news);
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_forget_sync(struct exchange_null *mb)
{
	pthread_mutex_lock(&mb->lock);
	mb->epoch++;
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_processing(struct exchange_null *mb, enum exchange_processing processing)
{
	pthread_mutex_lock(&mb->lock);
	mb->processing = processing;
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_blank(struct exchange_null *mb, bool blank)
{
	pthread_mutex_lock(&mb->lock);
	mb->blank = blank;
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_view_page(struct exchange_null *mb, size_t entries)
{
	pthread_mutex_lock(&mb->lock);
	mb->view_page = entries;
	pthread_mutex_unlock(&mb->lock);
}
