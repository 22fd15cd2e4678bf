/*
 * licensing - may meetings be scheduled, and how many?
 *
 * Without a licence_public_key in the global settings the built-in licence applies: no limit, for
 * ever. With one, installed licences (records "licence") count, each checked against that key
 * whenever it is asked about, so that a change of the database makes no licence. Of several the one
 * that allows the most counts, and the last to expire says when all of it ends.
 *
 * After expiry nothing is lost: the add-in refuses in plain words, and whoever reads the mailboxes
 * holds the requests until a new licence is there.
 */
#ifndef SCHED_LICENSING_H
#define SCHED_LICENSING_H

#include "model/records.h"
#include "store/store.h"

enum {
	LICENCES_MAX = 100,       /* records looked at */
	LICENCE_WARNING_DAYS = 30 /* the alarm is raised so long before the end */
};

struct licence_state {
	bool valid;
	int64_t expires; /* UTC seconds; FIELD_NULL: never. Of what is not valid: when it ended */
	int64_t meetings_max; /* scheduled at a time; FIELD_NULL: no limit */
	int64_t meetings;     /* how many there are now; 0 when there is no limit */
	bool full;            /* no further ones may be added */
	/* Why not, for users and logs: "the licence has expired on ..."; "" when valid and not full. */
	char reason[ERR_TEXT_MAX];
};

/* Reads only. */
bool licence_state(struct store *store, int64_t now, struct licence_state *ret, struct err *err);

/* How many meetings are scheduled: single-use rooms with a meeting that is not over. */
bool licensing_meetings(struct store *store, int64_t now, int64_t *ret, struct err *err);

/* Fills the record from its file. ERR_INVALID, ERR_DENIED: it is no licence, or there is no key. */
bool licensing_fill(struct store *store, struct licence *record, int64_t now, struct arena *arena,
	struct err *err);

/* Brings every licence's status and the three alarms (will expire, expired, full) up to date. To be
 * called every minute or so and after changes of licences and global settings; writes only when
 * something is different. */
bool licensing_watch(struct store *store, int64_t now, struct err *err);

#endif
