/*
 * How this works: one thread per mailbox walks through these states. Only watch_enter() changes
 * them, and logs each change.
 *
 *	STARTING    settings are read, a session is opened. -> CATCHING_UP, BACKING_OFF, STOPPED
 *	CATCHING_UP what is new in the inbox is dealt with (sched/inbox).
 *	            -> WAITING (nothing is left), BACKING_OFF, STOPPED
 *	WAITING     everything is dealt with; a notification, a poll or a wake-up leads back.
 *	            -> CATCHING_UP, STOPPED
 *	BACKING_OFF something failed; no request is made until the time that Exchange asked for, or
 *	            our own growing delay, is over. -> STARTING, STOPPED
 *	STOPPED     the thread ends.
 */
#include "sched/watch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "sched/alarms.h"
#include "sched/inbox.h"
#include "sched/mailbox.h"
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
};

enum watch_state { STARTING, CATCHING_UP, WAITING, BACKING_OFF, STOPPED };

struct watch {
	pthread_t thread;

	pthread_mutex_t lock; /* for cancelled and mb.ex, which watch_cancel() touches */
	pthread_cond_t cancel;
	bool cancelled;

	/* The thread's own. */
	struct mailbox mb;
	struct inbox inbox;
	enum watch_state state;
	struct arena settings_arena;
	int64_t backoff_ms;
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
		"User", "schedulingservice", "Integration", w->mb.settings.name, "Mailbox",
		w->mb.settings.room_mailbox_email_address, "State", change, "Detail", why, NULL);
	w->state = state;
}

static bool is_cancelled(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	bool cancelled = w->cancelled;
	pthread_mutex_unlock(&w->lock);
	return cancelled;
}

static bool stops(void *arg)
{
	return is_cancelled(arg);
}

static void close_session(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	struct exchange *ex = w->mb.ex;
	w->mb.ex = NULL;
	pthread_mutex_unlock(&w->lock);
	exchange_close(&ex);
	texts_free(&w->mb.texts);
}

/* The old ones stay when there are none to read: their name is what the alarms go by. */
static bool read_settings(struct watch *w, struct err *err)
{
	struct ms_exchange_connector fresh;
	struct arena arena;
	arena_init(&arena);
	if (!store_get(w->mb.store, &ms_exchange_connector_type, w->mb.connector, &arena, &fresh,
		    err)) {
		arena_release(&arena);
		return false;
	}
	arena_release(&w->settings_arena);
	w->settings_arena = arena;
	w->mb.settings = fresh;
	return true;
}

static bool claim_mailbox(struct watch *w, struct err *err)
{
	int64_t dropped;
	if (!store_begin(w->mb.store, err))
		return false;
	if (!mailbox_claim(w->mb.store, w->mb.connector, w->mb.settings.room_mailbox_email_address,
		    &dropped, err)) {
		store_rollback(w->mb.store);
		return false;
	}
	if (!store_commit(w->mb.store, err))
		return false;
	char count[24];
	snprintf(count, sizeof(count), "%lld", (long long)dropped);
	if (dropped)
		log_warning("administrator.scheduling",
			"Answers to messages of the former mailbox are not given any more", "User",
			"schedulingservice", "Integration", w->mb.settings.name, "Count", count,
			NULL);
	return true;
}

static bool open_session(struct watch *w, struct err *err)
{
	close_session(w);
	w->processing_ms = 0;
	if (!w->mb.store && !store_open(w->mb.options->store_path, &w->mb.store, err))
		return false;
	if (!read_settings(w, err) || !claim_mailbox(w, err))
		return false;
	const struct exchange_settings settings = { .url = w->mb.settings.url,
		.mailbox = w->mb.settings.room_mailbox_email_address,
		.username = w->mb.settings.username,
		.password = w->mb.settings.password,
		.ca_pem = text_empty(w->mb.settings.ca_certificates)
			? NULL
			: w->mb.settings.ca_certificates,
		.direct = w->mb.settings.direct_access };
	struct exchange *ex;
	if (!exchange_open(w->mb.options->driver, &settings, &ex, err))
		return false;
	w->mb.texts = texts_new(w->mb.store, &w->mb.settings);
	pthread_mutex_lock(&w->lock);
	w->mb.ex = ex;
	if (w->cancelled)
		exchange_cancel(ex);
	pthread_mutex_unlock(&w->lock);
	return true;
}

/* How long to wait after this failure: as Exchange says, or twice as long as before, give or take
 * a quarter, so that many mailboxes do not come back at once. */
static int64_t backoff(struct watch *w, const struct err *err)
{
	if (err->code == ERR_BUSY && err->retry_after_ms > 0)
		return err->retry_after_ms;
	int64_t first =
		w->mb.options->first_delay_ms ? w->mb.options->first_delay_ms : BACKOFF_FIRST_MS;
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

/* Until something that was set aside is due, but at least for a moment. */
static long wait_ms(const struct watch *w)
{
	int64_t due = inbox_due_ms(&w->inbox);
	if (due == INT64_MAX)
		return WAIT_MS;
	int64_t ms = due - clock_mono_ms();
	return (long)(ms < 1 ? 1 : ms > WAIT_MS ? WAIT_MS : ms);
}

static void wait_for_news(struct watch *w)
{
	bool news, streaming;
	struct err err;
	if (!exchange_wait(w->mb.ex, wait_ms(w), POLL_MS, &news, &streaming, &err))
		return;
	if (streaming != w->streaming || !w->told)
		log_info("support.scheduling",
			streaming ? "Notifications arrive"
				  : "No notifications: the mailbox is polled",
			"User", "schedulingservice", "Integration", w->mb.settings.name, "Detail",
			streaming ? NULL : exchange_trouble(w->mb.ex), NULL);
	w->streaming = streaming;
	w->told = true;
}

static void back_off(struct watch *w, const struct err *err)
{
	int64_t ms = backoff(w, err);
	char why[ERR_TEXT_MAX + 64];
	snprintf(why, sizeof(why), "%s; next attempt in %lld ms", err->text, (long long)ms);
	watch_enter(w, BACKING_OFF, why);
	if (w->mb.store && *w->mb.settings.name) {
		alarm_raise(w->mb.store, ALARM_CONNECTION_FAILURE, w->mb.settings.name, why);
		w->trouble = true;
	}
	pause_for(w, ms);
	watch_enter(w, STARTING, NULL);
}

/* The integration may be gone, or be called something else when it is watched again: nobody would
 * lower them then. What is still wrong raises them anew. */
static void end_alarms(struct watch *w)
{
	if (!w->mb.store || !*w->mb.settings.name)
		return;
	alarm_lower(w->mb.store, ALARM_CONNECTION_FAILURE, w->mb.settings.name);
	alarm_lower(w->mb.store, ALARM_TEMPLATE_FAILED, w->mb.settings.name);
	alarm_lower(w->mb.store, ALARM_AUTOMATIC_PROCESSING, w->mb.settings.name);
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
	if (!exchange_processing(w->mb.ex, &processing, &err))
		log_info("support.scheduling", "The mailbox does not tell its automatic processing",
			"User", "schedulingservice", "Integration", w->mb.settings.name, "Detail",
			err.text, NULL);
	else if (processing == EXCHANGE_PROCESSING_ACCEPT)
		alarm_raise(w->mb.store, ALARM_AUTOMATIC_PROCESSING, w->mb.settings.name,
			arena_printf(&w->mb.batch, "AutomateProcessing of '%s' is AutoAccept",
				w->mb.settings.room_mailbox_email_address));
	else
		alarm_lower(w->mb.store, ALARM_AUTOMATIC_PROCESSING, w->mb.settings.name);
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
			if ((ok = inbox_catch_up(&w->inbox, &w->mb, QUEUE_ALL, &err))) {
				if (w->trouble)
					alarm_lower(w->mb.store, ALARM_CONNECTION_FAILURE,
						w->mb.settings.name);
				w->trouble = false;
				w->backoff_ms = 0;
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
	store_close(&w->mb.store);
	return NULL;
}

struct watch *watch_start(const struct watch_options *options, int64_t connector)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->mb.stops = stops;
	w->mb.arg = w;
	inbox_init(&w->inbox);
	w->mb.options = options;
	w->mb.connector = connector;
	w->mb.settings.name = w->mb.settings.room_mailbox_email_address = "";
	w->trouble = true;
	arena_init(&w->settings_arena);
	arena_init(&w->mb.batch);
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
	return w->mb.connector;
}

void watch_cancel(struct watch *w)
{
	pthread_mutex_lock(&w->lock);
	w->cancelled = true;
	if (w->mb.ex)
		exchange_cancel(w->mb.ex);
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
	arena_release(&w->mb.batch);
	inbox_release(&w->inbox);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->cancel);
	free(w);
	*watch = NULL;
}
