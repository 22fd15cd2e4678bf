/*
 * owner - which installation works on a mailbox: a lease, kept in the mailbox itself.
 *
 * A note in the mailbox names the owner and holds a number that it changes four times per lease. Whoever
 * finds another one's note stands by, leaves a note of its own (so that the owner hears of it), and takes
 * the mailbox over only when the owner's note has not changed for a whole lease, measured by the
 * watcher's own clock that no one can set: times are never compared between machines, so a wrong clock
 * does no harm. Having taken it over it waits for half a lease before it works, because another one may
 * have done the same; who then still finds its own note is the owner.
 *
 * An owner works only while its last refresh is younger than half a lease. One that was frozen finds
 * that out before it writes the next time, looks, and stands by when it was replaced.
 *
 * The same installation goes on at once after a restart: it is known by its random id together with the
 * host and the place of its database, so that a copied database is another installation.
 *
 * Belongs to the mailbox's thread. Life: init, then owner_check() whenever owner_due_ms() says so.
 */
#ifndef SCHED_OWNER_H
#define SCHED_OWNER_H

#include "sched/mailbox.h"

#define OWNER_NOTE      "VmrdOwner"
#define CHALLENGER_NOTE "VmrdChallenger"

enum {
	OWNER_HOST_MAX = 250,
	OWNER_KEY_MAX = 64,
	OWNER_REFRESHES = 4,    /* in a lease */
	OWNER_LOOKS = 4,        /* every so many refreshes the challenger's note is read */
	OWNER_RETRY_NOTES = 30, /* leases until a mailbox that cannot keep notes is tried again */
};

enum owner_state {
	OWNER_UNKNOWN,   /* not looked yet, or not since the session was opened */
	OWNER_SETTLING,  /* our note is there; the other one may still object */
	OWNER_HOLDS,     /* we work */
	OWNER_STANDS_BY, /* another one works */
	OWNER_UNGUARDED, /* the mailbox keeps no notes: we work, and nobody can tell */
};

struct owner {
	enum owner_state state;
	char key[OWNER_KEY_MAX + 1], host[OWNER_HOST_MAX + 1]; /* ours */
	int64_t lease_ms;
	int64_t counter;
	int64_t refreshed_ms; /* boot clock, as all times here: begin of the last refresh that held */
	int64_t due_ms;       /* when to look again */
	int64_t settled_ms;   /* SETTLING: when it is over */

	char *seen; /* STANDS_BY: the owner's note */
	int64_t seen_ms;
	char other[OWNER_HOST_MAX + 1]; /* host of the other one, owner or challenger; "": none */
	char *challenge;                /* HOLDS: the challenger's note; NULL: none */
	int64_t challenge_ms;
	int refreshes;
	bool seize;     /* an administrator said so */
	bool restored;  /* the mailbox knows of more than our database: it is an older copy */
	struct err why; /* UNGUARDED: why it keeps no notes */
	bool told;      /* about that */
	bool clean;     /* no alarm of ours stands */
};

/* Who we are. uuid: installation_uuid(); host NULL: the machine's name. */
void owner_init(struct owner *owner, const char *uuid, const char *host, const char *database,
	int64_t lease_ms);
void owner_release(struct owner *owner);

/* Looks, refreshes, stands by or takes over, as is due; owner->state says what came of it. False: the
 * mailbox failed. */
bool owner_check(struct owner *owner, struct mailbox *mb, struct err *err);
/* May we write now? Refreshes first when the last time is too long ago. False with ERR_CONFLICT: another
 * one works on the mailbox (or may): owner->state says. */
bool owner_guard(struct owner *owner, struct mailbox *mb, struct err *err);
/* A session was opened: the mailbox may keep notes now. A lease that we hold stays ours. */
void owner_forget(struct owner *owner);
/* The next owner_check() takes the mailbox over. */
void owner_seize(struct owner *owner);

bool owner_works(const struct owner *owner);
int64_t owner_wait_ms(const struct owner *owner); /* until the next check; 0: now */

#endif
