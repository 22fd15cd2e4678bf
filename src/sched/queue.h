/*
 * queue - the meeting messages of an inbox that wait to be dealt with, soonest meeting first.
 *
 * What starts within a day comes first, in the order of its start; then what began in the past (it may
 * be a series that goes on), newest first; then the rest, in the order of its start. A message that
 * does not tell its start may be urgent and counts as starting now. Equal ones keep the order of
 * arrival. Each message is in the queue once: newer news of it replaces the older.
 *
 * Memory is what the queued messages' ids need, about 300 bytes each; whoever fills the queue stops
 * when it is full. Belongs to one thread.
 */
#ifndef SCHED_QUEUE_H
#define SCHED_QUEUE_H

#include "exchange/exchange.h"

enum {
	QUEUE_MAX = 100000,         /* messages; then no further page is read until some are done */
	QUEUE_NEAR_S = 24 * 3600,   /* what starts so soon goes before all else */
	QUEUE_RUNNING_S = 4 * 3600, /* what began so short a time ago may be going on */
	QUEUE_ASIDE_MAX = 1000, /* messages set aside: more than that is no fault of the messages */
};

enum queue_kinds { QUEUE_REQUESTS = 1, QUEUE_CANCELLATIONS = 2, QUEUE_ALL = 3 };

struct queue_item {
	struct exchange_change change;
	int attempts; /* that failed for this message's sake */
};

struct queue;

struct queue *queue_new(void);
void queue_free(struct queue **queue);
void queue_clear(struct queue *queue);

/* Takes news of a message in; EXCHANGE_DELETED and what is no meeting message takes it out. now: wall
 * clock, by which its place is decided. */
void queue_put(struct queue *queue, const struct exchange_change *change, int64_t now);
/* Puts a message that was taken back where it was, or (until_ms > 0) aside: it is not taken before this
 * time of the monotonic clock. */
void queue_put_back(
	struct queue *queue, const struct queue_item *item, int64_t now, int64_t until_ms);

/* The next at most max messages of these kinds, out of the queue; texts belong to arena. Returns how
 * many. */
size_t queue_take(struct queue *queue, enum queue_kinds kinds, int64_t mono_ms, size_t max,
	struct arena *arena, struct queue_item *ret);

size_t queue_count(const struct queue *queue, enum queue_kinds kinds); /* those aside included */
size_t queue_aside(const struct queue *queue);
int64_t queue_due_ms(
	const struct queue *queue); /* when the first of those aside is due; INT64_MAX */
bool queue_full(const struct queue *queue);

#endif
