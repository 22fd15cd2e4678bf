/*
 * How this works: one thread per mailbox walks through these states. Only watch_enter() changes
 * them, and logs each change.
 *
 *	STARTING    settings are read, a session is opened. -> CATCHING_UP, BACKING_OFF, STOPPED
 *	CATCHING_UP the outbox is emptied first, then inbox changes are read page by page, fetched,
 *	            decided on, answered. -> WAITING (nothing is left), BACKING_OFF, STOPPED
 *	WAITING     everything is dealt with; a notification, a poll or a wake-up leads back.
 *	            -> CATCHING_UP, STOPPED
 *	BACKING_OFF something failed; no request is made until the time that Exchange asked for, or
 *	            our own growing delay, is over. -> STARTING, STOPPED
 *	STOPPED     the thread ends.
 *
 * The outbox goes first because a crash may have left answers that were decided on: giving them
 * takes their requests out of the inbox before it is read again.
 */
#include "sched/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/step.h"
#include "base/text.h"
#include "exchange/exchange.h"
#include "model/records.h"
#include "sched/alarms.h"
#include "sched/apply.h"
#include "sched/outbox.h"
#include "store/meetings.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BACKOFF_FIRST_MS = 500,
	BACKOFF_LAST_MS = 5 * 60 * 1000,
	WAIT_MS = 10 * 60 * 1000, /* at least so often the mailbox is looked at */
	POLL_MS = 15 * 1000,      /* when there are no notifications */
	PROCESSING_PERIOD_MS = 60 * 60 * 1000,
	PAGES_MAX = 10000, /* of one catching up: a server that never says "last" */
};

_Static_assert((int)EXCHANGE_FETCH_BATCH <= (int)APPLY_BATCH, "a fetched batch is applied at once");

enum watch_state { STARTING, CATCHING_UP, WAITING, BACKING_OFF, STOPPED };

struct watch {
	const struct watch_options *options;
	int64_t connector;
	pthread_t thread;

	pthread_mutex_t lock; /* for cancelled and ex, which watch_cancel() touches */
	pthread_cond_t cancel;
	bool cancelled;
	struct exchange *ex; /* NULL while there is no session */

	/* The thread's own. */
	enum watch_state state;
	struct store *store;
	struct arena settings_arena, batch;
	struct ms_exchange_connector settings;
	struct texts *texts;
	int64_t backoff_ms;
	int read_attempts;     /* in a row that failed for one message's sake */
	int64_t processing_ms; /* when its automatic processing was looked at; 0: not yet */
	bool trouble;          /* an alarm may stand: ours, or an earlier process's */
	bool streaming, told;  /* whether notifications arrive; the log has a line about it */
};

static void watch_enter(struct watch *w, enum watch_state state, const char *why)
{
	static const char *const names[] = { "starting", "catching up", "waiting", "backing off",
		"stopped" };
	if (w->state == state)
		return;
	char change[64];
	snprintf(change, sizeof(change), "%s -> %s", names[w->state], names[state]);
	log_line(state == BACKING_OFF ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		state == BACKING_OFF ? "administrator.scheduling" : "support.scheduling",
		state == BACKING_OFF ? "Mailbox cannot be worked on for now" : "Mailbox state",
		"User", "schedulingservice", "Integration", w->settings.name, "Mailbox",
		w->settings.room_mailbox_email_address, "State", change, "Detail", why, NULL);
	w->state = state;
}

static bool is_cancelled(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	bool cancelled = w->cancelled;
	pthread_mutex_unlock(&w->lock);
	return cancelled;
}

static void close_session(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	struct exchange *ex = w->ex;
	w->ex = NULL;
	pthread_mutex_unlock(&w->lock);
	exchange_close(&ex);
	texts_free(&w->texts);
}

/* The old ones stay when there are none to read: their name is what the alarms go by. */
static bool read_settings(struct watch *w, struct err *err)
{
	struct ms_exchange_connector fresh;
	struct arena arena;
	arena_init(&arena);
	if (!store_get(w->store, &ms_exchange_connector_type, w->connector, &arena, &fresh, err)) {
		arena_release(&arena);
		return false;
	}
	arena_release(&w->settings_arena);
	w->settings_arena = arena;
	w->settings = fresh;
	return true;
}

static bool claim_mailbox(struct watch *w, struct err *err)
{
	int64_t dropped;
	if (!store_begin(w->store, err))
		return false;
	if (!mailbox_claim(w->store, w->connector, w->settings.room_mailbox_email_address, &dropped,
		    err)) {
		store_rollback(w->store);
		return false;
	}
	if (!store_commit(w->store, err))
		return false;
	char count[24];
	snprintf(count, sizeof(count), "%lld", (long long)dropped);
	if (dropped)
		log_warning("administrator.scheduling",
			"Answers to messages of the former mailbox are not given any more", "User",
			"schedulingservice", "Integration", w->settings.name, "Count", count, NULL);
	return true;
}

static bool open_session(struct watch *w, struct err *err)
{
	close_session(w);
	w->processing_ms = 0;
	if (!w->store && !store_open(w->options->store_path, &w->store, err))
		return false;
	if (!read_settings(w, err) || !claim_mailbox(w, err))
		return false;
	const struct exchange_settings settings = { .url = w->settings.url,
		.mailbox = w->settings.room_mailbox_email_address,
		.username = w->settings.username,
		.password = w->settings.password,
		.ca_pem = text_empty(w->settings.ca_certificates) ? NULL
								  : w->settings.ca_certificates,
		.direct = w->settings.direct_access };
	struct exchange *ex;
	if (!exchange_open(w->options->driver, &settings, &ex, err))
		return false;
	w->texts = texts_new(w->store, &w->settings);
	pthread_mutex_lock(&w->lock);
	w->ex = ex;
	if (w->cancelled)
		exchange_cancel(ex);
	pthread_mutex_unlock(&w->lock);
	return true;
}

static bool deal_with(
	struct watch *w, const struct meeting *meetings, size_t count, struct err *err)
{
	struct applied applied[APPLY_BATCH];
	if (!apply_messages(
		    w->store, &w->settings, w->texts, meetings, count, clock_now(), applied, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (applied[i].conference != FIELD_NULL)
			w->options->room_changed(w->options->arg, w->store, applied[i].conference);
	return true;
}

/* What cannot be read is dealt with as a message that tells nothing: its organiser hears of it. */
static struct meeting unreadable(const struct exchange_change *item)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.item_id = item->item_id,
		.change_key = item->change_key ? item->change_key : "",
		.uid = "",
		.recurrence_id = MEETING_NO_TIME,
		.sequence = MEETING_NO_SEQUENCE,
		.stamp = MEETING_NO_TIME,
		.start = MEETING_NO_TIME,
		.end = MEETING_NO_TIME,
		.subject = "",
		.location = "",
		.organizer_name = "",
		.organizer_email = "",
		.body = "" };
}

/* Exchange says so, or has failed on it so often that the others must not wait any longer. */
static bool is_unreadable(struct watch *w, const struct err *err)
{
	if (err->code == ERR_INVALID || err->code == ERR_PROTOCOL)
		return true;
	if (err->code != ERR_INTERNAL && err->code != ERR_LIMIT)
		return false;
	return w->read_attempts++ >= WATCH_READ_ATTEMPTS_MAX;
}

/* Reads a batch of messages and deals with them. */
static bool fetch(
	struct watch *w, const struct exchange_change *items, size_t count, struct err *err)
{
	struct meeting meetings[EXCHANGE_FETCH_BATCH];
	struct exchange_result results[EXCHANGE_FETCH_BATCH];
	size_t read = 0;
	if (!exchange_fetch(w->ex, items, count, &w->batch, meetings, results, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct exchange_result *r = &results[i];
		if (r->ok) {
			meetings[read++] = meetings[i];
		} else if (r->err.code == ERR_NOT_FOUND) {
			continue; /* moved, deleted or answered since it was listed */
		} else if (is_unreadable(w, &r->err)) {
			log_error("administrator.scheduling", "A message cannot be read", "User",
				"schedulingservice", "Integration", w->settings.name, "ItemId",
				items[i].item_id, "Detail", r->err.text, NULL);
			meetings[read++] = unreadable(&items[i]);
		} else {
			if (err)
				*err = r->err;
			return false;
		}
	}
	return read == 0 || deal_with(w, meetings, read, err);
}

/* Gives what is in the outbox, until at most `leave` answers wait. Messages that changed under our
 * hands are read again. */
static bool drain(struct watch *w, int64_t leave, struct err *err)
{
	for (int64_t left = INT64_MAX; left > leave;) {
		struct outbox_changed changed;
		if (!outbox_drain(w->ex, w->store, &w->settings, &w->batch, &changed, &left, err))
			return false;
		for (size_t at = 0; at < changed.count; at += EXCHANGE_FETCH_BATCH) {
			size_t n = changed.count - at;
			if (!fetch(w, changed.items + at,
				    n < EXCHANGE_FETCH_BATCH ? n : EXCHANGE_FETCH_BATCH, err))
				return false;
		}
	}
	return true;
}

static bool deal_with_page(struct watch *w, const struct exchange_page *page, struct err *err)
{
	struct exchange_change batch[EXCHANGE_FETCH_BATCH];
	size_t n = 0;
	int64_t waiting;
	for (size_t i = 0; i < page->count; i++) {
		const struct exchange_change *c = &page->changes[i];
		if (c->meeting && c->kind != EXCHANGE_DELETED)
			batch[n++] = *c;
		if (!n || (n < EXCHANGE_FETCH_BATCH && i + 1 < page->count))
			continue;
		if (!fetch(w, batch, n, err) ||
			!outbox_count(w->store, w->connector, &waiting, err))
			return false;
		n = 0;
		if (waiting >= EXCHANGE_ANSWER_BATCH && !drain(w, EXCHANGE_ANSWER_BATCH - 1, err))
			return false;
	}
	return drain(w, 0, err);
}

static bool save_state(struct watch *w, const char *state, struct err *err)
{
	STEP("before sync state");
	if (!store_begin(w->store, err))
		return false;
	if (!mailbox_save_sync_state(
		    w->store, w->connector, w->settings.room_mailbox_email_address, state, err) ||
		!outbox_forget_given_up(w->store, w->connector, err)) {
		store_rollback(w->store);
		return false;
	}
	if (!store_commit(w->store, err))
		return false;
	STEP("after sync state");
	return true;
}

/* The next page; a state that Exchange does not know any more means: from the beginning. */
static bool next_page(
	struct watch *w, const char **state, struct exchange_page *page, struct err *err)
{
	struct err why;
	if (exchange_sync(w->ex, *state, &w->batch, page, &why))
		return true;
	if (why.code != ERR_CONFLICT || text_empty(*state)) {
		if (err)
			*err = why;
		return false;
	}
	log_warning("administrator.scheduling", "The mailbox is read again from the beginning",
		"User", "schedulingservice", "Integration", w->settings.name, "Detail", why.text,
		NULL);
	*state = "";
	return exchange_sync(w->ex, "", &w->batch, page, err);
}

static bool catch_up(struct watch *w, struct err *err)
{
	arena_reset(&w->batch);
	if (!drain(w, 0, err))
		return false;
	for (int pages = 0; pages < PAGES_MAX; pages++) {
		arena_reset(&w->batch);
		struct exchange_page page;
		const char *state = mailbox_sync_state(w->store, w->connector,
			w->settings.room_mailbox_email_address, &w->batch, err);
		if (!state || !next_page(w, &state, &page, err) || !deal_with_page(w, &page, err))
			return false;
		bool same = text_equal(state, page.sync_state);
		if (!same && !save_state(w, page.sync_state, err))
			return false;
		if (page.last)
			return true;
		if (same)
			return err_set(err, ERR_PROTOCOL,
				"Exchange repeats the sync state of mailbox '%s' without end",
				w->settings.room_mailbox_email_address);
		if (is_cancelled(w))
			return err_set(err, ERR_CANCELLED, "asked to stop");
	}
	return err_set(err, ERR_LIMIT, "mailbox '%s' has more than %d pages of changes",
		w->settings.room_mailbox_email_address, PAGES_MAX);
}

/* How long to wait after this failure: as Exchange says, or twice as long as before, give or take
 * a quarter, so that many mailboxes do not come back at once. */
static int64_t backoff(struct watch *w, const struct err *err)
{
	if (err->code == ERR_BUSY && err->retry_after_ms > 0)
		return err->retry_after_ms;
	int64_t first = w->options->first_delay_ms ? w->options->first_delay_ms : BACKOFF_FIRST_MS;
	w->backoff_ms = w->backoff_ms ? w->backoff_ms * 2 : first;
	if (w->backoff_ms > BACKOFF_LAST_MS)
		w->backoff_ms = BACKOFF_LAST_MS;
	int64_t quarter = w->backoff_ms / 4;
	return w->backoff_ms - quarter + (int64_t)random_below((uint64_t)(2 * quarter + 1));
}

/* Waits on the monotonic clock, until cancelled. */
static void pause_for(struct watch *w, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (!w->cancelled && pthread_cond_timedwait(&w->cancel, &w->lock, &until) == 0)
		;
	pthread_mutex_unlock(&w->lock);
}

static void wait_for_news(struct watch *w)
{
	bool news, streaming;
	struct err err;
	if (!exchange_wait(w->ex, WAIT_MS, POLL_MS, &news, &streaming, &err))
		return;
	if (streaming != w->streaming || !w->told)
		log_info("support.scheduling",
			streaming ? "Notifications arrive"
				  : "No notifications: the mailbox is polled",
			"User", "schedulingservice", "Integration", w->settings.name, "Detail",
			streaming ? NULL : exchange_trouble(w->ex), NULL);
	w->streaming = streaming;
	w->told = true;
}

static void back_off(struct watch *w, const struct err *err)
{
	int64_t ms = backoff(w, err);
	char why[ERR_TEXT_MAX + 64];
	snprintf(why, sizeof(why), "%s; next attempt in %lld ms", err->text, (long long)ms);
	watch_enter(w, BACKING_OFF, why);
	if (w->store && *w->settings.name) {
		alarm_raise(w->store, ALARM_CONNECTION_FAILURE, w->settings.name, why);
		w->trouble = true;
	}
	pause_for(w, ms);
	watch_enter(w, STARTING, NULL);
}

/* The integration may be gone, or be called something else when it is watched again: nobody would
 * lower them then. What is still wrong raises them anew. */
static void end_alarms(struct watch *w)
{
	if (!w->store || !*w->settings.name)
		return;
	alarm_lower(w->store, ALARM_CONNECTION_FAILURE, w->settings.name);
	alarm_lower(w->store, ALARM_TEMPLATE_FAILED, w->settings.name);
	alarm_lower(w->store, ALARM_AUTOMATIC_PROCESSING, w->settings.name);
}

/* When Exchange answers by itself, invitations never wait for us. A mailbox that does not tell is
 * none the worse for it. */
static void look_at_processing(struct watch *w)
{
	enum exchange_processing processing;
	struct err err;
	if (w->processing_ms && clock_mono_ms() - w->processing_ms < PROCESSING_PERIOD_MS)
		return;
	w->processing_ms = clock_mono_ms();
	if (!exchange_processing(w->ex, &processing, &err))
		log_info("support.scheduling", "The mailbox does not tell its automatic processing",
			"User", "schedulingservice", "Integration", w->settings.name, "Detail",
			err.text, NULL);
	else if (processing == EXCHANGE_PROCESSING_ACCEPT)
		alarm_raise(w->store, ALARM_AUTOMATIC_PROCESSING, w->settings.name,
			arena_printf(&w->batch, "AutomateProcessing of '%s' is AutoAccept",
				w->settings.room_mailbox_email_address));
	else
		alarm_lower(w->store, ALARM_AUTOMATIC_PROCESSING, w->settings.name);
}

static void *watch_run(void *arg)
{
	struct watch *w = arg;
	struct err err;
	while (!is_cancelled(w)) {
		bool ok = true;
		switch (w->state) {
		case STARTING:
			if ((ok = open_session(w, &err)))
				watch_enter(w, CATCHING_UP, NULL);
			break;
		case CATCHING_UP:
			if ((ok = catch_up(w, &err))) {
				if (w->trouble)
					alarm_lower(w->store, ALARM_CONNECTION_FAILURE,
						w->settings.name);
				w->trouble = false;
				w->backoff_ms = 0;
				w->read_attempts = 0;
				look_at_processing(w);
				watch_enter(w, WAITING, NULL);
			}
			break;
		case WAITING:
			wait_for_news(w);
			watch_enter(w, CATCHING_UP, NULL);
			break;
		case BACKING_OFF:
		case STOPPED: break;
		}
		if (!ok && !is_cancelled(w))
			back_off(w, &err);
	}
	watch_enter(w, STOPPED, NULL);
	close_session(w);
	end_alarms(w);
	store_close(&w->store);
	return NULL;
}

struct watch *watch_start(const struct watch_options *options, int64_t connector)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->options = options;
	w->connector = connector;
	w->settings.name = w->settings.room_mailbox_email_address = "";
	w->trouble = true;
	arena_init(&w->settings_arena);
	arena_init(&w->batch);
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->cancel, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&w->thread, NULL, watch_run, w) != 0)
		abort();
	return w;
}

int64_t watch_connector(const struct watch *w)
{
	return w->connector;
}

void watch_cancel(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->cancelled = true;
	if (w->ex)
		exchange_cancel(w->ex);
	pthread_cond_signal(&w->cancel);
	pthread_mutex_unlock(&w->lock);
}

void watch_join(struct watch **watch)
{
	struct watch *w = *watch;
	if (!w)
		return;
	pthread_join(w->thread, NULL);
	arena_release(&w->settings_arena);
	arena_release(&w->batch);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->cancel);
	free(w);
	*watch = NULL;
}
