/*
 * watch - follows one integration's mailbox, on a thread of its own.
 *
 * What is new is fetched, decided on and answered; the sync state is saved when everything it
 * covers is committed. A failing mailbox backs off by itself and delays no other. See watch.c for
 * the states.
 */
#ifndef SCHED_WATCH_H
#define SCHED_WATCH_H

#include "base/err.h"

#include <stdint.h>

struct exchange_driver;
struct store;
struct watch;

struct watch_options {
	const char *store_path;
	const struct exchange_driver *driver;
	/* Called on the watch's thread after a room was made, changed or removed; store is that
	 * thread's own. */
	void (*room_changed)(void *arg, struct store *store, int64_t conference);
	void *arg;
	int64_t first_delay_ms; /* after a first failure; 0: the usual. Less in tests */
	int64_t lease_ms;       /* of the owner; 0: owner_lease_seconds. Less in tests */
	const char *host;       /* we call ourselves so; NULL: the machine's name */
};

/* A message that Exchange fails to hand out, so often in a row, is declined unread. */
enum { WATCH_READ_ATTEMPTS_MAX = 12 };

/* Starts watching; failures are the thread's business. Options and what they point to must outlive
 * the watch. */
struct watch *watch_start(const struct watch_options *options, int64_t connector);
/* Looks at once, whatever it waits for, for news and orders (store/mailboxes.h). */
void watch_wake(struct watch *watch);
/* Asks it to stop (at once), then waits for it. */
void watch_cancel(struct watch *watch);
void watch_join(struct watch **watch);
int64_t watch_connector(const struct watch *watch);

/* All integrations' watches. Belongs to one thread. */
struct watches;
struct watches *watches_new(const struct watch_options *options);
void watches_free(struct watches **watches); /* stops all of them */
/* Reads the integrations again: starts, stops, and restarts the one that changed (FIELD_NULL:
 * none did). */
bool watches_reload(struct watches *watches, struct store *store, int64_t changed, struct err *err);
void watches_wake(struct watches *watches);
/* Wakes those for which there are orders. */
bool watches_take_orders(struct watches *watches, struct store *store, struct err *err);

#endif
