/*
 * seats - who is in which room.
 *
 * A seat is one participant: it is taken with a request_token, kept by refreshing within
 * SEAT_LIFETIME_MS, and given up by leaving, by silence, or when its room closes. Whoever holds the
 * token holds the seat; the token itself is not kept, only a keyed hash of it, by which seats are
 * found (so the time of a look-up says nothing about tokens).
 *
 * Seats belong to one thread. A seat's listener is what the owner hangs on it (an event stream); the
 * owner's function is called for every event in a room, once per seat with a listener:
 *
 *	SEATS_ADMITTED             about the seat itself: it waits no longer, the whole room is news
 *	SEATS_JOINED, SEATS_LEFT   about another seat of the room
 *	SEATS_ENDED                about the seat itself, which is gone after the call: the listener
 *	                           must be closed; reason NULL: it left by itself
 *
 * Where guests are told from hosts, they wait until a host has come, and hear of nobody meanwhile.
 *
 * The function may clear `listener` of the seat it is called for, and change nothing else.
 */
#ifndef JOIN_SEATS_H
#define JOIN_SEATS_H

#include "base/err.h"
#include "base/random.h"
#include "join/register.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SEAT_LIFETIME_MS = 120000,
	SEAT_NAME_MAX = 250, /* bytes of a display name; longer ones are cut */
	SEAT_SOURCE_MAX = 63,
	SEAT_TOKEN_LEN = 43,   /* 32 random bytes in base64url */
	SEATS_MAX = 20000,     /* in all rooms together */
	SEATS_ROOM_MAX = 1000, /* the list of all of them still fits into one event */
};

struct seats_room;

struct seat {
	char uuid[UUID_LEN + 1];
	char display_name[SEAT_NAME_MAX + 1];
	char source[SEAT_SOURCE_MAX + 1];
	char *alias;     /* key of the alias joined with */
	char *room_name; /* as it was at joining, for the log */
	char service_type[JOIN_SERVICE_TYPE_MAX + 1];
	bool host;
	bool waiting; /* for a host; current_service_type is then "waiting_room" */
	int64_t conference_id;
	int64_t joined_at;     /* UTC seconds */
	int64_t expires_at_ms; /* monotonic */
	void *listener;        /* the owner's; NULL: none */
	/* private */
	struct seats_room *room;
	struct seat *next, *previous;
	char hash[33];
};

enum seats_event { SEATS_ADMITTED, SEATS_JOINED, SEATS_LEFT, SEATS_ENDED };
typedef void seats_event_fn(struct seat *to, enum seats_event event, const struct seat *about,
	const char *reason, void *arg);

struct seats;
struct seats *seats_new(seats_event_fn *fn, void *arg);
void seats_free(struct seats **seats); /* ends every seat without a reason */
size_t seats_count(const struct seats *seats);

struct seat_request {
	const char *display_name, *source, *alias_key;
	bool host;
	int64_t now;    /* UTC seconds */
	int64_t now_ms; /* monotonic */
};
/* ERR_LIMIT: the room, or all of them, are full. ret_token is told here and never again. */
bool seats_take(struct seats *seats, const struct join_room *room,
	const struct seat_request *request, struct seat **ret, char ret_token[SEAT_TOKEN_LEN + 1],
	struct err *err);

/* The seat of that token in the room of that alias key; NULL: none, or its time is over. */
struct seat *seats_find(
	const struct seats *seats, const char *token, const char *alias_key, int64_t now_ms);
void seat_refresh(struct seat *seat, int64_t now_ms);

/* Ends one seat (reason: see SEATS_ENDED), or all of a room. */
void seats_end(struct seats *seats, struct seat *seat, const char *reason);
void seats_end_room(struct seats *seats, int64_t conference_id, const char *reason);

/* Calls fn for every seat that `seat` may know of, itself included, in the order of joining. */
void seats_each(const struct seat *seat, void (*fn)(const struct seat *seat, void *arg), void *arg);

/* Ends the seats whose time is over, and those in rooms for which is_open() is false. */
typedef bool seats_is_open_fn(int64_t conference_id, void *arg);
void seats_sweep(struct seats *seats, int64_t now_ms, const char *expired_reason,
	const char *closed_reason, seats_is_open_fn *is_open, void *arg);
/* Calls fn for every seat that has a listener (to keep streams alive). */
void seats_each_listener(struct seats *seats, void (*fn)(struct seat *seat, void *arg), void *arg);

#endif
