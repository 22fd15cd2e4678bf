/* What a session sees of the inbox, and how it waits. */
#include "exchange/exchange_null_mailbox.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool verb_open(const struct exchange_driver *driver,
	const struct exchange_settings *settings, struct exchange **ret, struct err *err)
{
	(void)settings, (void)err;
	struct null_session *s = calloc(1, sizeof(*s));
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
	const struct exchange_null *mb, const struct null_change *c, struct arena *arena)
{
	const struct null_item *item = &mb->items[c->item];
	return (struct exchange_change){
		.kind = c->kind,
		.meeting = item->is_meeting && c->kind != EXCHANGE_DELETED,
		.cancellation = item->is_meeting && c->kind != EXCHANGE_DELETED &&
			item->meeting.message == MEETING_CANCELLATION,
		.start = item->is_meeting && c->kind != EXCHANGE_DELETED ? item->meeting.start
									 : MEETING_NO_TIME,
		.item_id = null_kept(arena, item->meeting.item_id),
		.change_key = c->kind == EXCHANGE_DELETED
			? NULL
			: null_kept(arena, item->meeting.change_key),
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
	struct null_session *s = (struct null_session *)ex;
	struct exchange_null *mb = s->mailbox;
	bool lost;
	size_t from = 0;
	if (!null_enter(s, EXCHANGE_NULL_SYNC, &lost, err))
		return false;
	if (!read_state(mb, state, &from, err)) {
		pthread_mutex_unlock(&mb->lock);
		return false;
	}
	/* A first sync tells what is there, not what has been: as Exchange does. */
	struct exchange_page page = { 0 };
	page.changes = arena_array(arena, mb->page, sizeof(*page.changes));
	while (!mb->blank && from < mb->n_log && page.count < mb->page) {
		const struct null_change *c = &mb->log[from++];
		if (*state || (c->kind == EXCHANGE_CREATED && !mb->items[c->item].gone))
			page.changes[page.count++] = told(mb, c, arena);
	}
	page.sync_state = arena_printf(arena, "%d:%zu", mb->epoch, from);
	page.last = mb->blank || from == mb->n_log;
	if (!null_leave(s, EXCHANGE_NULL_SYNC, lost, err))
		return false;
	*ret = page;
	return true;
}

/* The item, when nothing speaks against using it. change_key NULL: any. */
static struct null_item *usable(struct exchange_null *mb, const char *id, const char *change_key,
	struct exchange_result *result)
{
	struct null_item *item = null_find_item(mb, id);
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

static void done(struct exchange_null *mb, struct null_item *item, enum exchange_null_kind kind,
	const char *text)
{
	null_record_effect(mb,
		&(struct exchange_null_effect){ .kind = kind,
			.item_id = item->meeting.item_id,
			.uid = item->meeting.uid,
			.text = text,
			.original_start = item->meeting.recurrence_id });
	null_take_away(mb, item);
}

static bool verb_fetch(struct exchange *ex, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_FETCH, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct null_item *item =
			usable(s->mailbox, items[i].item_id, NULL, &ret_results[i]);
		if (item && item->unreadable)
			ret_results[i] = (struct exchange_result){ .err = item->err };
		else if (item)
			ret_meetings[i] = null_copy_meeting(arena, &item->meeting);
	}
	return null_leave(s, EXCHANGE_NULL_FETCH, lost, err);
}

static bool verb_answer(struct exchange *ex, const struct exchange_answer *answers, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_ANSWER, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct exchange_answer *a = &answers[i];
		if (null_answer_filed(s->mailbox, a, &ret_results[i]))
			continue;
		struct null_item *item =
			usable(s->mailbox, a->item_id, a->change_key, &ret_results[i]);
		if (item)
			done(s->mailbox, item,
				a->verdict == EXCHANGE_ACCEPT ? EXCHANGE_NULL_ACCEPTED
							      : EXCHANGE_NULL_DECLINED,
				a->text);
	}
	return null_leave(s, EXCHANGE_NULL_ANSWER, lost, err);
}

static bool verb_remove(struct exchange *ex, const char *const *ids, const char *const *keys,
	size_t count, struct exchange_result *ret_results, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_REMOVE, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct null_item *item = usable(s->mailbox, ids[i], keys[i], &ret_results[i]);
		if (item)
			done(s->mailbox, item, EXCHANGE_NULL_REMOVED, "");
	}
	return null_leave(s, EXCHANGE_NULL_REMOVE, lost, err);
}

static bool verb_discard(struct exchange *ex, const char *const *ids, size_t count,
	struct exchange_result *ret_results, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_DISCARD, &lost, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct null_item *item = usable(s->mailbox, ids[i], NULL, &ret_results[i]);
		if (item)
			done(s->mailbox, item, EXCHANGE_NULL_DISCARDED, "");
	}
	return null_leave(s, EXCHANGE_NULL_DISCARD, lost, err);
}

static bool verb_processing(struct exchange *ex, enum exchange_processing *ret, struct err *err)
{
	struct null_session *s = (struct null_session *)ex;
	bool lost;
	if (!null_enter(s, EXCHANGE_NULL_PROCESSING, &lost, err) ||
		!null_leave(s, EXCHANGE_NULL_PROCESSING, lost, err))
		return false;
	*ret = s->mailbox->processing;
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
	struct null_session *s = (struct null_session *)ex;
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

static void set_flag(struct null_session *s, bool *flag)
{
	pthread_mutex_lock(&s->mailbox->lock);
	*flag = true;
	pthread_cond_broadcast(&s->mailbox->news);
	pthread_mutex_unlock(&s->mailbox->lock);
}

static void verb_wake(struct exchange *ex)
{
	struct null_session *s = (struct null_session *)ex;
	set_flag(s, &s->woken);
}

static void verb_cancel(struct exchange *ex)
{
	struct null_session *s = (struct null_session *)ex;
	set_flag(s, &s->cancelled);
}

static const char *verb_state(const struct exchange *ex)
{
	return ((const struct null_session *)ex)->mailbox->streaming ? "streaming" : "polling";
}

static const char *verb_trouble(const struct exchange *ex)
{
	return ((const struct null_session *)ex)->mailbox->streaming ? "" : "the test wants it so";
}

static int64_t verb_requests(const struct exchange *ex)
{
	return atomic_load(&((const struct null_session *)ex)->requests);
}

const struct exchange_driver null_verbs = {
	.name = "null",
	.open = verb_open,
	.close = verb_close,
	.sync = verb_sync,
	.fetch = verb_fetch,
	.answer = verb_answer,
	.remove = verb_remove,
	.discard = verb_discard,
	.view = null_view,
	.fetch_entries = null_fetch_entries,
	.insert = null_insert,
	.note_read = null_note_read,
	.note_create = null_note_create,
	.note_write = null_note_write,
	.note_remove = null_note_remove,
	.processing = verb_processing,
	.wait = verb_wait,
	.wake = verb_wake,
	.cancel = verb_cancel,
	.state = verb_state,
	.trouble = verb_trouble,
	.requests = verb_requests,
};
