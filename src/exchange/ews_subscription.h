/*
 * ews_subscription - the wake-up: one streaming subscription to the inbox, kept alive.
 *
 * It only ever says "look again": SyncFolderItems is the truth. Failures never reach the caller of
 * ews_wait(); they are waited out, with polling meanwhile. Belongs to the session's thread.
 */
#ifndef EXCHANGE_EWS_SUBSCRIPTION_H
#define EXCHANGE_EWS_SUBSCRIPTION_H

#include "base/buf.h"
#include "base/err.h"
#include "exchange/ews_stream.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	EWS_SILENCE_MS = 150 * 1000, /* Exchange says OK about every 45 s */
	EWS_PROVEN_MS = 30 * 1000,   /* a stream that lived so long was no failure */
	EWS_RETRY_FIRST_MS = 250,    /* before jitter; doubles up to the greatest */
	EWS_RETRY_MOST_MS = 5 * 60 * 1000,
	EWS_SETTLE_MS = 10, /* one delivery makes several events: let them all come */
	EWS_FOLDER_ID_MAX = 4096,
	EWS_FAREWELL_MS = 1000, /* for telling Exchange that we go; it finds out by itself too */
};

enum ews_subscription_state {
	EWS_UNSUBSCRIBED,
	EWS_SUBSCRIBED,
	EWS_OPENING,
	EWS_STREAMING,
	EWS_BACKING_OFF,
};

struct ews_subscription {
	enum ews_subscription_state state;
	struct buf id;    /* of the subscription */
	struct buf inbox; /* the folder's id, once known */
	struct ews_stream stream;
	int64_t opened_at, heard_at, retry_at; /* monotonic ms */
	int64_t silence_ms;                    /* EWS_SILENCE_MS, less in tests */
	int failures;                          /* one after the other */
	bool news, closed, broken;             /* told by envelopes since last looked at */
	struct err trouble;                    /* the last failure */
};

struct ews;

void ews_subscription_init(struct ews_subscription *sub);
void ews_subscription_release(struct ews_subscription *sub);
const char *ews_subscription_word(const struct ews_subscription *sub);

/* As exchange_wait(). */
bool ews_wait(struct ews *e, long timeout_ms, long poll_ms, bool *ret_news, bool *ret_streaming,
	struct err *err);

/* At the session's end: Exchange may forget the subscription, whose number per mailbox is limited. */
void ews_unsubscribe(struct ews *e);

/* How long to wait after the n-th failure in a row (1 = first): random in [half, whole] of a time
 * that doubles. */
int64_t ews_retry_delay(int failures);

#endif
