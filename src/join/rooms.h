/*
 * rooms - the content of a join register: rooms ordered by id, and a map from alias key to room.
 *
 * Private to join/. No locks here: register.c sees to them. A rooms owns its rooms.
 */
#ifndef JOIN_ROOMS_H
#define JOIN_ROOMS_H

#include "base/strmap.h"
#include "join/register.h"
#include "model/when.h"

struct room {
	int64_t id;
	int64_t participant_limit;
	bool allow_guests, lobby, single_use;
	char **aliases; /* keys */
	size_t n_aliases;
	struct window *windows; /* normal */
	size_t n_windows;
	char *texts; /* one block, where the four below lie */
	const char *pin, *guest_pin, *service_type, *name;
};

struct rooms {
	struct strmap keys;  /* alias key -> struct room */
	struct room **by_id; /* ordered */
	size_t count, cap;
};

void rooms_init(struct rooms *rooms);
void rooms_release(struct rooms *rooms);

struct room *rooms_find(const struct rooms *rooms, int64_t id); /* NULL if there is none */
/* Takes the room over; no room of its id may be there. */
void rooms_add(struct rooms *rooms, struct room *room);
/* Takes the room out and hands it over; NULL if there is none. */
struct room *rooms_take(struct rooms *rooms, int64_t id);

void room_free(struct room *room); /* NULL allowed */

/* Initialises *ret with the rooms of ids least..greatest as the database has them; on failure *ret
 * needs no release. */
bool rooms_read(
	struct rooms *ret, struct store *store, int64_t least, int64_t greatest, struct err *err);

#endif
