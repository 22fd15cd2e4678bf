#include "base/log_quota.h"
#include "base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct log_quota {
	const char *listener;
	pthread_mutex_t lock; /* guards what follows */
	int64_t since_ms;     /* when this minute began */
	int64_t asked;        /* lines in it, written or not */
};

struct log_quota *log_quota_new(const char *listener)
{
	struct log_quota *quota = calloc(1, sizeof(*quota));
	if (!quota)
		abort();
	quota->listener = listener;
	pthread_mutex_init(&quota->lock, NULL);
	return quota;
}

static void tell(const struct log_quota *quota, int64_t asked)
{
	char text[80];
	if (asked <= LOG_QUOTA_LINES)
		return;
	snprintf(text, sizeof(text), "%" PRId64 " more refused requests were not logged",
		asked - LOG_QUOTA_LINES);
	log_warning("administrator.system", text, "Listener", quota->listener, NULL);
}

void log_quota_free(struct log_quota **quota)
{
	if (!*quota)
		return;
	tell(*quota, (*quota)->asked);
	pthread_mutex_destroy(&(*quota)->lock);
	free(*quota);
	*quota = NULL;
}

/* Begins another minute when this one is over; returns what was asked for in it, or 0. */
static int64_t turn(struct log_quota *quota, int64_t now_ms)
{
	int64_t asked = quota->asked;
	if (now_ms - quota->since_ms < LOG_QUOTA_MS)
		return 0;
	quota->since_ms = now_ms;
	quota->asked = 0;
	return asked;
}

bool log_quota_take(struct log_quota *quota, int64_t now_ms)
{
	if (!quota)
		return true;
	pthread_mutex_lock(&quota->lock);
	int64_t before = turn(quota, now_ms);
	bool may = quota->asked++ < LOG_QUOTA_LINES;
	pthread_mutex_unlock(&quota->lock);
	tell(quota, before);
	return may;
}

void log_quota_tell(struct log_quota *quota, int64_t now_ms)
{
	pthread_mutex_lock(&quota->lock);
	int64_t before = turn(quota, now_ms);
	pthread_mutex_unlock(&quota->lock);
	tell(quota, before);
}
