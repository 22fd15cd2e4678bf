/*
 * operations - what the scheduling service tells of its work: one row for each decision, and for each
 * integration when it last dealt with something.
 *
 * Written in the decision's own transaction, so that they say what happened and nothing else. Shown
 * as status/v1/scheduling_operation and status/v1/exchange_scheduler.
 */
#ifndef STORE_OPERATIONS_H
#define STORE_OPERATIONS_H

#include "store/store.h"

enum {
	OPERATIONS_DAYS = 30,                 /* a decision's row is kept so long */
	OPERATIONS_MAX = 100000,              /* rows kept at most; the newest stay */
	OPERATION_ERROR_CODE_MAX = 50,        /* bytes; longer ones are cut */
	OPERATION_ERROR_DESCRIPTION_MAX = 250 /* bytes; longer ones are cut */
};

struct operation {
	bool success;
	const char *error_code;        /* one word, such as "alias_conflict"; NULL or "": none */
	const char *error_description; /* one sentence; NULL or "": none */
	int64_t resource_id;           /* of the conference; FIELD_NULL: none */
	int64_t now;                   /* UTC seconds */
};

/* Inside a transaction of the caller's. ret_uuid (NULL, or UUID_LEN + 1 bytes): the operation's
 * identity, for the log. */
bool operation_record(
	struct store *store, const struct operation *operation, char *ret_uuid, struct err *err);

/* The integration's mailbox has been worked on successfully now. Inside a transaction of the
 * caller's. */
bool scheduler_touch(struct store *store, int64_t connector, int64_t now, struct err *err);

/* Forgets what is older or more than the limits above, a batch at a time, in transactions of its own,
 * and the integrations that are gone. */
bool operations_expire(struct store *store, int64_t now, struct err *err);

#endif
