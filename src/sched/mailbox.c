#include "sched/mailbox.h"
#include "base/log.h"
#include "base/text.h"
#include "store/meetings.h"

#include <stdio.h>
#include <time.h>

void mailbox_init(struct mailbox *mb, const struct watch_options *options, int64_t connector)
{
	pthread_condattr_t attr;
	*mb = (struct mailbox){ .options = options, .connector = connector };
	mb->settings.name = mb->settings.room_mailbox_email_address = "";
	arena_init(&mb->settings_arena);
	arena_init(&mb->batch);
	pthread_mutex_init(&mb->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&mb->news, &attr);
	pthread_condattr_destroy(&attr);
}

void mailbox_release(struct mailbox *mb)
{
	mailbox_close(mb);
	store_close(&mb->store);
	arena_release(&mb->settings_arena);
	arena_release(&mb->batch);
	pthread_mutex_destroy(&mb->lock);
	pthread_cond_destroy(&mb->news);
}

void mailbox_close(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	struct exchange *ex = mb->ex;
	mb->ex = NULL;
	pthread_mutex_unlock(&mb->lock);
	exchange_close(&ex);
	texts_free(&mb->texts);
}

/* The old ones stay when there are none to read: their name is what the alarms go by. */
static bool read_settings(struct mailbox *mb, struct err *err)
{
	struct ms_exchange_connector fresh;
	struct global_settings global;
	struct arena arena;
	arena_init(&arena);
	if (!store_get(
		    mb->store, &ms_exchange_connector_type, mb->connector, &arena, &fresh, err) ||
		!store_get(mb->store, &global_settings_type, 1, &arena, &global, err)) {
		arena_release(&arena);
		return false;
	}
	arena_release(&mb->settings_arena);
	mb->settings_arena = arena;
	mb->settings = fresh;
	mb->lease_ms =
		mb->options->lease_ms ? mb->options->lease_ms : global.owner_lease_seconds * 1000;
	return true;
}

static bool claim(struct mailbox *mb, struct err *err)
{
	int64_t dropped;
	if (!store_begin(mb->store, err))
		return false;
	if (!mailbox_claim(mb->store, mb->connector, mb->settings.room_mailbox_email_address,
		    &dropped, err)) {
		store_rollback(mb->store);
		return false;
	}
	if (!store_commit(mb->store, err))
		return false;
	char count[24];
	snprintf(count, sizeof(count), "%lld", (long long)dropped);
	if (dropped)
		log_warning("administrator.scheduling",
			"Answers to messages of the former mailbox are not given any more", "User",
			"schedulingservice", "Integration", mb->settings.name, "Count", count,
			NULL);
	return true;
}

bool mailbox_open(struct mailbox *mb, struct err *err)
{
	mailbox_close(mb);
	if (!mb->store && !store_open(mb->options->store_path, &mb->store, err))
		return false;
	if (!read_settings(mb, err) || !claim(mb, err))
		return false;
	const struct exchange_settings settings = { .url = mb->settings.url,
		.mailbox = mb->settings.room_mailbox_email_address,
		.username = mb->settings.username,
		.password = mb->settings.password,
		.ca_pem = text_empty(mb->settings.ca_certificates) ? NULL
								   : mb->settings.ca_certificates,
		.direct = mb->settings.direct_access };
	struct exchange *ex;
	if (!exchange_open(mb->options->driver, &settings, &ex, err))
		return false;
	mb->texts = texts_new(mb->store, &mb->settings);
	pthread_mutex_lock(&mb->lock);
	mb->ex = ex;
	if (mb->cancelled)
		exchange_cancel(ex);
	pthread_mutex_unlock(&mb->lock);
	return true;
}

void mailbox_cancel(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	mb->cancelled = true;
	if (mb->ex)
		exchange_cancel(mb->ex);
	pthread_cond_signal(&mb->news);
	pthread_mutex_unlock(&mb->lock);
}

void mailbox_wake(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	mb->woken = true;
	if (mb->ex)
		exchange_wake(mb->ex);
	pthread_cond_signal(&mb->news);
	pthread_mutex_unlock(&mb->lock);
}

bool mailbox_stops(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	bool cancelled = mb->cancelled;
	pthread_mutex_unlock(&mb->lock);
	return cancelled;
}

bool mailbox_was_woken(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	bool woken = mb->woken;
	mb->woken = false;
	pthread_mutex_unlock(&mb->lock);
	return woken;
}

void mailbox_pause(struct mailbox *mb, int64_t ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&mb->lock);
	while (!mb->cancelled && !mb->woken &&
		pthread_cond_timedwait(&mb->news, &mb->lock, &until) == 0)
		;
	pthread_mutex_unlock(&mb->lock);
}
