/*
 * register - every room and window, in memory: may this alias be joined now?
 *
 * Filled from the database, asked without it. Keys are alias texts: compared without ASCII case,
 * with blanks around them and one `sip:`, `sips:` or `h323:` in front forgiven. Every alias of a
 * room is a key of its own (the full one and the numeric one alike). Should the aliases of two rooms
 * differ only in what is forgiven, the first to come keeps the key.
 *
 * A room of single use is open inside one of its windows only; any other is always open.
 *
 * Owns all it holds; answers are copies. All functions may be called from any thread. Changes are
 * read from the database outside the lock that look-ups take, so a reload delays no look-up for
 * longer than swapping a few pointers; changes wait for each other, so the newest wins.
 */
#ifndef JOIN_REGISTER_H
#define JOIN_REGISTER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct join_register;
struct store;

enum {
	JOIN_ALIAS_MAX = 1000,      /* bytes of an alias: 250 characters; longer ones never match */
	JOIN_NAME_MAX = 1000,       /* bytes of a room's name: 250 characters */
	JOIN_PIN_MAX = 20,          /* digits of a PIN */
	JOIN_SERVICE_TYPE_MAX = 32, /* bytes of "conference", "lecture", ... */
};

enum { JOIN_NO_LIMIT = -1 };
#define JOIN_NEVER INT64_MAX /* closes_at of a room that is always open */

/* What a caller meets: a copy. PINs are for comparing, never for telling. */
struct join_room {
	int64_t conference_id;
	int64_t closes_at;         /* UTC seconds, the last second included */
	int64_t participant_limit; /* or JOIN_NO_LIMIT */
	bool allow_guests;
	bool lobby;                       /* guests wait until a host is there */
	char pin[JOIN_PIN_MAX + 1];       /* "": none */
	char guest_pin[JOIN_PIN_MAX + 1]; /* "": none */
	char service_type[JOIN_SERVICE_TYPE_MAX + 1];
	char name[JOIN_NAME_MAX + 1];
};

struct join_register *join_register_new(void);
void join_register_free(struct join_register **reg);

/* Everything anew. On failure the register is as it was. */
bool join_register_load(struct join_register *reg, struct store *store, struct err *err);
/* One room after it, its aliases, its windows or its integration's buffers changed, or after it was
 * deleted. On failure the room is as it was. */
bool join_register_refresh(
	struct join_register *reg, struct store *store, int64_t conference_id, struct err *err);

/* The room that answers to alias at now. False, *ret untouched: there is none, or it is not open:
 * the two cannot be told apart, by design. */
bool join_lookup(struct join_register *reg, const char *alias, int64_t now, struct join_room *ret);
/* The same, by the room's id: for those who are inside. */
bool join_lookup_id(
	struct join_register *reg, int64_t conference_id, int64_t now, struct join_room *ret);

/* The key of an alias: trimmed, without its scheme, in lower case. False when nothing is left or it
 * is longer than JOIN_ALIAS_MAX. */
bool join_alias_key(const char *alias, char ret[JOIN_ALIAS_MAX + 1]);

struct join_register_count {
	size_t rooms, aliases, windows;
};
struct join_register_count join_register_count(struct join_register *reg);

#endif
