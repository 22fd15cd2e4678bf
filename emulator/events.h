/*
 * events - subscriptions to what happens in folders: streaming and pull.
 *
 * A subscription keeps the events that were not fetched yet, at most EVENTS_KEPT of them. Pull
 * subscriptions are read by watermark (events_fetch), streaming ones by the connections that
 * registered a wake-up (events_listen).
 */
#ifndef EMULATOR_EVENTS_H
#define EMULATOR_EVENTS_H

#include "base/buf.h"
#include "folder.h"

enum event_kind { /* bits */
	EVENT_COPIED = 1,
	EVENT_CREATED = 2,
	EVENT_DELETED = 4,
	EVENT_MODIFIED = 8,
	EVENT_MOVED = 16,
	EVENT_NEW_MAIL = 32,
	EVENT_FREE_BUSY = 64,
};

enum {
	EVENTS_KEPT = 10000,      /* of one subscription; older ones are forgotten */
	EVENTS_PER_ANSWER = 500,  /* of one notification */
	SUBSCRIPTIONS_MAX = 5000, /* of all mailboxes; EWSMaxSubscriptions */
	SUBSCRIPTION_FOLDERS_MAX = 64
};

struct events;
struct subscription;
struct mailbox;

struct events *events_new(void);
void events_free(struct events **events);

/* The bit of "NewMailEvent" and the like; 0: unknown. */
unsigned event_kind_by_name(const char *name);

/* folders: ids' folders, count 0 for all of the mailbox. NULL when there are too many
 * subscriptions. Pull subscriptions that are not read for timeout_s are dropped. */
struct subscription *subscription_new(struct events *events, struct mailbox *mailbox,
	struct folder *const *folders, size_t count, unsigned kinds, bool streaming, int timeout_s);
void subscription_free(struct events *events, struct subscription *subscription);
struct subscription *subscription_find(const struct events *events, const char *id);
const char *subscription_id(const struct subscription *subscription);
struct mailbox *subscription_mailbox(const struct subscription *subscription);
bool subscription_is_streaming(const struct subscription *subscription);

/* Tells all subscriptions; from and old_id for EVENT_MOVED only. */
void events_item(struct folder *folder, enum event_kind kind, const struct item *item,
	const struct folder *from, const char *old_id);

/* Streaming: wake(arg) is called (once per event) when something waits; NULL: nobody listens. */
void subscription_listen(struct subscription *subscription, void (*wake)(void *arg), void *arg);
bool subscription_pending(const struct subscription *subscription);
/* Streaming: writes the waiting events as the inside of a m:Notification and forgets them. */
void subscription_drain(struct subscription *subscription, struct buf *b);

/* Pull: writes a m:Notification's inside with the events after the watermark (a StatusEvent when
 * there are none). False: the watermark is not of this subscription, or too old. */
bool subscription_fetch(struct subscription *subscription, const char *watermark, struct buf *b);
void subscription_watermark(const struct subscription *subscription, struct buf *b);

#endif
