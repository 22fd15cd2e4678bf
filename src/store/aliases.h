/*
 * aliases - giving out the numbers by which meetings are dialled.
 *
 * An alias is the integration's prefix, random digits, '@' and its domain; the numeric alias is the
 * same without the domain. One is never given out while anything has it: another scheduled alias, a
 * room's alias, or an alias that rests. A number that was free again at once would let the guests
 * of an old meeting into a new one.
 *
 * Digits come from the operating system's random numbers. When the space is nearly full and
 * ALIAS_TRIES of them were taken, the first free number from a random place on is chosen.
 *
 * Life of an alias: given out (is_used false) -> bound to a meeting (is_used) -> its room is deleted
 * (conference_deletion_time) -> forgotten after alias_rest_days. One that no meeting ever used is
 * forgotten after unused_alias_days and rests alias_rest_days from then.
 */
#ifndef STORE_ALIASES_H
#define STORE_ALIASES_H

#include "model/records.h"
#include "store/store.h"

enum {
	ALIAS_TRIES = 32,           /* random numbers tried before looking for a gap */
	ALIAS_SCAN_MAX = 2000000,   /* taken aliases looked at when searching a gap */
	ALIAS_REQUEST_S = 600,      /* how long a request's key is remembered */
	ALIAS_REQUEST_KEY_MAX = 64, /* bytes of a request's key */
	/* A sealed token's alias is remembered as long: much longer than the token is valid. */
	ALIAS_TOKEN_DAYS = 30,
};

/* One request for an alias. */
struct alias_request {
	const struct ms_exchange_connector *connector;
	const char *user; /* who asks: any text that tells users apart */
	const char *key; /* names the request, so that it may come twice; NULL or "": it does not */
	int64_t now;     /* UTC seconds */
	uint64_t (*random_below)(uint64_t bound); /* NULL: base/random */
};

/* Inside a transaction of the caller's. The same user's same key within ALIAS_REQUEST_S gives the
 * same alias again. Texts of *ret belong to arena. ERR_LIMIT: no number is free; ERR_DENIED: the
 * user has spent his allowance; ERR_INVALID: the integration has no alias domain. */
bool aliases_allocate(struct store *store, const struct alias_request *request, struct arena *arena,
	struct scheduled_alias *ret, struct err *err);

/* A new alias that nobody is charged for (request's user and key do not count). Inside a transaction of
 * the caller's. Errors as above. */
bool aliases_make(struct store *store, const struct alias_request *request, struct arena *arena,
	struct scheduled_alias *ret, struct err *err);

/* The alias of a sealed token of request->connector (request's user and key do not count): the same
 * token_id (struct sealed_token.id, from sealed_token_open()) gives the same alias again, whatever
 * has become of it since; one that was never seen gets a new one (*ret_new, which may be NULL, is
 * true) without charge to anybody. Inside a transaction of the caller's. Texts of *ret belong to
 * arena. ERR_LIMIT: no number is free; ERR_INVALID: the integration has no alias domain. */
bool aliases_of_token(struct store *store, const struct alias_request *request,
	const char *token_id, struct arena *arena, struct scheduled_alias *ret, bool *ret_new,
	struct err *err);
/* The same, without making one: *ret_id is the alias's id, or FIELD_NULL. */
bool aliases_find_token(struct store *store, int64_t connector, const char *token_id,
	int64_t *ret_id, struct err *err);

/* A fresh guest PIN for an alias with this PIN; "" where guests need none. */
const char *aliases_guest_pin(
	const struct ms_exchange_connector *connector, const char *pin, struct arena *arena);

/* A numeric alias that a text names although no record has it: this database is older than the text.
 * is_free: it is one of the integration's, and nobody has it. restore makes the record it had, with the
 * uuid that stands in the text; ERR_CONFLICT: somebody has it. Inside a transaction of the caller's. */
bool aliases_is_free(struct store *store, const struct ms_exchange_connector *connector,
	const char *numeric_alias, bool *ret, struct err *err);
bool aliases_restore(struct store *store, const struct alias_request *request, const char *uuid,
	const char *numeric_alias, struct arena *arena, struct scheduled_alias *ret,
	struct err *err);

/* Notes that this room goes now, on every alias that a meeting of it has: they begin to rest. Before
 * the room is deleted, inside a transaction of the caller's. */
bool aliases_room_goes(struct store *store, int64_t conference, int64_t now, struct err *err);

/* Puts alias and numeric alias to rest until then. Inside a transaction of the caller's. */
bool aliases_rest(
	struct store *store, const struct scheduled_alias *alias, int64_t until, struct err *err);

/* Forgets what is due (see above), a batch at a time, in transactions of its own; ret_forgotten
 * (may be NULL): how many scheduled aliases. */
bool aliases_expire(struct store *store, int64_t now, int64_t *ret_forgotten, struct err *err);

#endif
