/*
 * How this works: the inbox is a list of items that are never freed, only marked gone; what happens
 * to them is appended to a log of changes. A sync state is "<epoch>:<n>": n entries of the log were
 * read. One mutex guards it all; deliveries signal the condition on which waiting sessions sleep.
 */
#include "exchange/exchange_null.h"

#include "base/text.h"
#include "exchange/driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct item {
	struct meeting meeting; /* item_id and change_key for an ordinary mail too */
	bool is_meeting, gone, fails, unreadable;
	struct err err; /* with fails, unreadable */
};

struct change {
	enum exchange_change_kind kind;
	size_t item;
};

struct failure {
	int countdown; /* 0: none pending */
	bool late;
	struct err err;
};

struct exchange_null {
	struct exchange_driver driver; /* first: a driver pointer is a mailbox pointer */
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct arena arena;
	struct item *items;
	size_t n_items;
	struct change *log;
	size_t n_log;
	struct exchange_null_effect *effects;
	size_t n_effects;
	struct failure failures[EXCHANGE_NULL_VERBS];
	size_t page;
	int epoch; /* of sync states */
	bool streaming;
};

struct session {
	struct exchange base;
	struct exchange_null *mailbox;
	size_t seen; /* entries of the log that exchange_wait() told */
	bool woken, cancelled;
	atomic_long requests;
};

static bool fail(struct err *err, const struct err *with)
{
	if (err)
		*err = *with;
	return false;
}

static void *grown(void *list, size_t count, size_t size)
{
	void *p = reallocarray(list, count + 1, size);
	if (!p)
		abort();
	return p;
}

static const char *kept(struct arena *arena, const char *text)
{
	return arena_strdup(arena, text ? text : "");
}

/* A copy in the caller's arena, so that whoever keeps a pointer too long is found out. */
static struct meeting copy_meeting(struct arena *arena, const struct meeting *m)
{
	struct meeting copy = *m;
	copy.item_id = kept(arena, m->item_id);
	copy.change_key = kept(arena, m->change_key);
	copy.uid = kept(arena, m->uid);
	copy.subject = kept(arena, m->subject);
	copy.location = kept(arena, m->location);
	copy.organizer_name = kept(arena, m->organizer_name);
	copy.organizer_email = kept(arena, m->organizer_email);
	copy.body = kept(arena, m->body);
	struct attendee *list = arena_array(arena, m->n_attendees, sizeof(*list));
	for (size_t i = 0; i < m->n_attendees; i++)
		list[i] = (struct attendee){ kept(arena, m->attendees[i].name),
			kept(arena, m->attendees[i].email), m->attendees[i].role };
	copy.attendees = list;
	return copy;
}

static struct item *find_item(struct exchange_null *mb, const char *id)
{
	for (size_t i = 0; i < mb->n_items; i++)
		if (text_equal(mb->items[i].meeting.item_id, id))
			return &mb->items[i];
	return NULL;
}

static void record_change(struct exchange_null *mb, enum exchange_change_kind kind, size_t item)
{
	mb->log = grown(mb->log, mb->n_log, sizeof(*mb->log));
	mb->log[mb->n_log++] = (struct change){ kind, item };
	pthread_cond_broadcast(&mb->news);
}

static void take_away(struct exchange_null *mb, struct item *item)
{
	item->gone = true;
	record_change(mb, EXCHANGE_DELETED, (size_t)(item - mb->items));
}

static void record_effect(
	struct exchange_null *mb, struct item *item, enum exchange_null_kind kind, const char *text)
{
	mb->effects = grown(mb->effects, mb->n_effects, sizeof(*mb->effects));
	mb->effects[mb->n_effects++] = (struct exchange_null_effect){ kind, item->meeting.item_id,
		item->meeting.uid, kept(&mb->arena, text) };
	take_away(mb, item);
}

/* Begins a verb: the mailbox is locked on success, until leave(). *ret_lost: do the work, but lose
 * the answer. */
static bool enter(struct session *s, enum exchange_null_verb verb, bool *ret_lost, struct err *err)
{
	struct failure *f = &s->mailbox->failures[verb];
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

static bool leave(struct session *s, enum exchange_null_verb verb, bool lost, struct err *err)
{
	if (lost)
		fail(err, &s->mailbox->failures[verb].err);
	pthread_mutex_unlock(&s->mailbox->lock);
	return !lost;
}

static bool verb_open(const struct exchange_driver *driver,
	const struct exchange_settings *settings, struct exchange **ret, struct err *err)
{
	(void)settings, (void)err;
	struct session *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->base.driver = driver;
	s->mailbox = (struct exchange_null *)(uintptr_t)driver;
	*ret = &s->base;
	return true;
}

static void verb_close(struct exchange *ex)
{
	free(ex);
}

static struct exchange_change told(
	const struct exchange_null *mb, const struct change *c, struct arena *arena)
{
	const struct item *item = &mb->items[c->item];
	return (struct exchange_change){
		.kind = c->kind,
		.meeting = item->is_meeting && c->kind != EXCHANGE_DELETED,
		.item_id = kept(arena, item->meeting.item_id),
		.change_key =
			c->kind == EXCHANGE_DELETED ? NULL : kept(arena, item->meeting.change_key),
	};
}

static bool read_state(
	const struct exchange_null *mb, const char *state, size_t *ret_from, struct err *err)
{
	int epoch = mb->epoch;
	size_t from = 0;
	if (*state &&
		(sscanf(state, "%d:%zu", &epoch, &from) != 2 || epoch != mb->epoch ||
			from > mb->n_log))
		return err_set(err, ERR_CONFLICT, "the sync state is not valid any more");
	*ret_from = from;
	return true;
}

static bool verb_sync(struct exchange *ex, const char *state, struct arena *arena,
	struct exchange_page *ret, struct err *err)
{
	struct session *s = (struct session *)ex;
	struct exchange_null *mb = s->mailbox;
	bool lost;
	size_t from = 0;
	if (!enter(s, EXCHANGE_NULL_SYNC, &lost, err))
		return false;
	if (!read_state(mb, state, &from, err)) {
		pthread_mutex_unlock(&mb->lock);
		return false;
	}
	/* A first sync tells what is there, not what has been: as Exchange does. */
	struct exchange_page page = { 0 };
	page.changes = arena_array(arena, mb->page, sizeof(*page.changes));
	while (from < mb->n_log && page.count < mb->page) {
		const struct change *c = &mb->log[from++];
		if (*state || (c->kind == EXCHANGE_CREATED && !mb->items[c->item].gone))
			page.changes[page.count++] = told(mb, c, arena);
	}
	page.sync_state = arena_printf(arena, "%d:%zu", mb->epoch, from);
	page.last = from == mb->n_log;
	if (!leave(s, EXCHANGE_NULL_SYNC, lost, err))
		return false;
	*ret = page;
	return true;
}

/* The item, when nothing speaks against using it. change_key NULL: any. */
static struct item *usable(struct exchange_null *mb, const char *id, const char *change_key,
	struct exchange_result *result)
{
	struct item *item = find_item(mb, id);
	*result = (struct exchange_result){ .ok = false };
	if (!item || item->gone)
		err_set(&result->err, ERR_NOT_FOUND, "item '%s' is not in the mailbox", id);
	else if (item->fails)
		result->err = item->err;
	else if (change_key && !text_equal(change_key, item->meeting.change_key))
		err_set(&result->err, ERR_CONFLICT, "item '%s' has changed", id);
	else
		result->ok = true;
	return result->ok ? item : NULL;
}

static bool verb_fetch(struct exchange *ex, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	struct session *s = (struct session *)ex;
	bool lost;
	if (!enter(s, EXCHANGE_NULL_FETCH, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct item *item = usable(s->mailbox, items[i].item_id, NULL, &ret_results[i]);
		if (item && item->unreadable)
			ret_results[i] = (struct exchange_result){ .err = item->err };
		else if (item)
			ret_meetings[i] = copy_meeting(arena, &item->meeting);
	}
	return leave(s, EXCHANGE_NULL_FETCH, lost, err);
}

static bool verb_answer(struct exchange *ex, const struct exchange_answer *answers, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct session *s = (struct session *)ex;
	bool lost;
	if (!enter(s, EXCHANGE_NULL_ANSWER, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct exchange_answer *a = &answers[i];
		struct item *item = usable(s->mailbox, a->item_id, a->change_key, &ret_results[i]);
		if (item)
			record_effect(s->mailbox, item,
				a->verdict == EXCHANGE_ACCEPT ? EXCHANGE_NULL_ACCEPTED
							      : EXCHANGE_NULL_DECLINED,
				a->text);
	}
	return leave(s, EXCHANGE_NULL_ANSWER, lost, err);
}

static bool verb_remove(struct exchange *ex, const char *const *ids, const char *const *keys,
	size_t count, struct exchange_result *ret_results, struct err *err)
{
	struct session *s = (struct session *)ex;
	bool lost;
	if (!enter(s, EXCHANGE_NULL_REMOVE, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct item *item = usable(s->mailbox, ids[i], keys[i], &ret_results[i]);
		if (item)
			record_effect(s->mailbox, item, EXCHANGE_NULL_REMOVED, "");
	}
	return leave(s, EXCHANGE_NULL_REMOVE, lost, err);
}

static bool verb_discard(struct exchange *ex, const char *const *ids, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct session *s = (struct session *)ex;
	bool lost;
	if (!enter(s, EXCHANGE_NULL_DISCARD, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct item *item = usable(s->mailbox, ids[i], NULL, &ret_results[i]);
		if (item)
			record_effect(s->mailbox, item, EXCHANGE_NULL_DISCARDED, "");
	}
	return leave(s, EXCHANGE_NULL_DISCARD, lost, err);
}

static bool verb_processing(struct exchange *ex, enum exchange_processing *ret, struct err *err)
{
	struct session *s = (struct session *)ex;
	bool lost;
	if (!enter(s, EXCHANGE_NULL_PROCESSING, &lost, err) ||
		!leave(s, EXCHANGE_NULL_PROCESSING, lost, err))
		return false;
	*ret = EXCHANGE_PROCESSING_NONE;
	return true;
}

static struct timespec after_ms(long ms)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

static bool verb_wait(struct exchange *ex, long timeout_ms, long poll_ms, bool *ret_news,
	bool *ret_streaming, struct err *err)
{
	struct session *s = (struct session *)ex;
	struct exchange_null *mb = s->mailbox;
	pthread_mutex_lock(&mb->lock);
	bool polls = !mb->streaming && poll_ms <= timeout_ms;
	const struct timespec until = after_ms(polls ? poll_ms : timeout_ms);
	int rc = 0;
	while (!rc && !s->woken && !s->cancelled && !(mb->streaming && s->seen < mb->n_log))
		rc = pthread_cond_timedwait(&mb->news, &mb->lock, &until);
	bool ok = !s->cancelled || err_set(err, ERR_CANCELLED, "the session was cancelled");
	if (ok) {
		*ret_news = s->woken || polls || s->seen < mb->n_log;
		*ret_streaming = mb->streaming;
		s->woken = false;
		s->seen = mb->n_log;
	}
	pthread_mutex_unlock(&mb->lock);
	return ok;
}

static void set_flag(struct session *s, bool *flag)
{
	pthread_mutex_lock(&s->mailbox->lock);
	*flag = true;
	pthread_cond_broadcast(&s->mailbox->news);
	pthread_mutex_unlock(&s->mailbox->lock);
}

static void verb_wake(struct exchange *ex)
{
	struct session *s = (struct session *)ex;
	set_flag(s, &s->woken);
}

static void verb_cancel(struct exchange *ex)
{
	struct session *s = (struct session *)ex;
	set_flag(s, &s->cancelled);
}

static const char *verb_state(const struct exchange *ex)
{
	return ((const struct session *)ex)->mailbox->streaming ? "streaming" : "polling";
}

static const char *verb_trouble(const struct exchange *ex)
{
	return ((const struct session *)ex)->mailbox->streaming ? "" : "the test wants it so";
}

static int64_t verb_requests(const struct exchange *ex)
{
	return atomic_load(&((const struct session *)ex)->requests);
}

struct exchange_null *exchange_null_new(void)
{
	struct exchange_null *mb = calloc(1, sizeof(*mb));
	if (!mb)
		abort();
	mb->driver = (struct exchange_driver){ "null", verb_open, verb_close, verb_sync, verb_fetch,
		verb_answer, verb_remove, verb_discard, verb_processing, verb_wait, verb_wake,
		verb_cancel, verb_state, verb_trouble, verb_requests };
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&mb->news, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&mb->lock, NULL);
	arena_init(&mb->arena);
	mb->page = EXCHANGE_SYNC_PAGE;
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
	mb->items = grown(mb->items, mb->n_items, sizeof(*mb->items));
	struct item *item = &mb->items[mb->n_items];
	const struct meeting mail = { 0 };
	*item = (struct item){ .is_meeting = meeting != NULL };
	item->meeting = copy_meeting(&mb->arena, meeting ? meeting : &mail);
	item->meeting.item_id = arena_printf(&mb->arena, "item-%zu", mb->n_items + 1);
	item->meeting.change_key = arena_printf(&mb->arena, "key-%zu", mb->n_log + 1);
	const char *id = item->meeting.item_id;
	record_change(mb, EXCHANGE_CREATED, mb->n_items++);
	pthread_mutex_unlock(&mb->lock);
	return id;
}

void exchange_null_delete(struct exchange_null *mb, const char *item_id)
{
	pthread_mutex_lock(&mb->lock);
	struct item *item = find_item(mb, item_id);
	if (item && !item->gone)
		take_away(mb, item);
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_touch(struct exchange_null *mb, const char *item_id)
{
	pthread_mutex_lock(&mb->lock);
	struct item *item = find_item(mb, item_id);
	if (item && !item->gone) {
		item->meeting.change_key = arena_printf(&mb->arena, "key-%zu", mb->n_log + 1);
		record_change(mb, EXCHANGE_UPDATED, (size_t)(item - mb->items));
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
	mb->failures[verb] = (struct failure){ n, late, *err };
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_fail_item(struct exchange_null *mb, const char *item_id, const struct err *err)
{
	pthread_mutex_lock(&mb->lock);
	struct item *item = find_item(mb, item_id);
	if (item) {
		item->fails = err != NULL;
		item->err = err ? *err : (struct err){ 0 };
	}
	pthread_mutex_unlock(&mb->lock);
}

void exchange_null_fail_fetch(struct exchange_null *mb, const char *item_id, const struct err *err)
{
	pthread_mutex_lock(&mb->lock);
	struct item *item = find_item(mb, item_id);
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
