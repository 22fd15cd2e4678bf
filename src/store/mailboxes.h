/*
 * mailboxes - what is kept of each integration's mailbox besides its sync state: who we are towards it,
 * what administrators ordered, how far the work is.
 *
 * Plain SQL on store.h. What writes runs inside the caller's transaction or, where none is open, as one
 * of its own.
 */
#ifndef STORE_MAILBOXES_H
#define STORE_MAILBOXES_H

#include "store/store.h"

enum mailbox_order {
	ORDER_RESYNC,           /* read the inbox from the beginning, compare the calendar */
	ORDER_RECONCILE,        /* compare the calendar */
	ORDER_CONFIRM_REMOVALS, /* remove what the brake holds */
	ORDER_TAKEOVER,         /* work on the mailbox, whoever else does */
	N_MAILBOX_ORDERS
};

/* "resync", "reconcile", "confirm-removals", "takeover": commands of the program and of the API. */
const char *mailbox_order_name(enum mailbox_order order);
bool mailbox_order_find(const char *name, enum mailbox_order *ret);

/* Ordering twice is ordering once. */
bool mailbox_order_put(struct store *store, int64_t connector, enum mailbox_order order,
	int64_t now, struct err *err);
/* Takes the order away; *ret: there was one. */
bool mailbox_order_take(struct store *store, int64_t connector, enum mailbox_order order, bool *ret,
	struct err *err);
/* The integration with the least id above `after` that has orders; FIELD_NULL: none. */
bool mailbox_order_next(struct store *store, int64_t after, int64_t *ret, struct err *err);

/* This installation's random id, kept in the database; made when there is none. */
bool installation_uuid(struct store *store, struct arena *arena, const char **ret, struct err *err);

/* How often the sync state was saved, ever. */
bool mailbox_saves(struct store *store, int64_t connector, int64_t *ret, struct err *err);
/* When the calendar was compared last, UTC seconds; FIELD_NULL: it is due. */
bool mailbox_reconciled(struct store *store, int64_t connector, int64_t *ret, struct err *err);
bool mailbox_set_reconciled(struct store *store, int64_t connector, int64_t when, struct err *err);

/* The row of status/v1/exchange_scheduler; texts may be NULL, times FIELD_NULL. */
struct scheduler_status {
	const char *state, *detail;
	int64_t next_attempt_time;
	const char *owner_host;
	int64_t waiting_requests, waiting_cancellations;
	int64_t held_removals;
	const char *held_removal_names;
	int64_t reconcile_time, drift_missing, drift_moved, drift_gone;
};
bool scheduler_tell(struct store *store, int64_t connector, const struct scheduler_status *status,
	struct err *err);

/* Single-use rooms of the integration with a window that ends after now. */
bool mailbox_future_rooms(
	struct store *store, int64_t connector, int64_t now, int64_t *ret, struct err *err);

#endif
