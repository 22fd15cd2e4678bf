#include "join/seats.h"
#include "base/strmap.h"
#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 32, HASH_BYTES = crypto_generichash_BYTES_MIN };

struct seats_room {
	char key[24]; /* the conference's id, decimal */
	struct seat *first, *last;
	struct seats_room *next, *previous;
	int64_t conference_id;
	int64_t count;
	bool started; /* a host has come: nobody waits */
};

struct seats {
	struct strmap by_hash; /* hash of token -> struct seat */
	struct strmap by_room; /* conference's id -> struct seats_room */
	struct seats_room *rooms;
	unsigned char key[crypto_generichash_KEYBYTES];
	seats_event_fn *fn;
	void *arg;
};

static void room_key(int64_t conference_id, char ret[24])
{
	snprintf(ret, 24, "%" PRId64, conference_id);
}

struct seats *seats_new(seats_event_fn *fn, void *arg)
{
	struct seats *seats = calloc(1, sizeof(*seats));
	if (!seats)
		abort();
	strmap_init(&seats->by_hash);
	strmap_init(&seats->by_room);
	random_bytes(seats->key, sizeof(seats->key));
	seats->fn = fn;
	seats->arg = arg;
	return seats;
}

void seats_free(struct seats **seats)
{
	if (!*seats)
		return;
	while ((*seats)->rooms)
		seats_end_room(*seats, (*seats)->rooms->conference_id, NULL);
	strmap_release(&(*seats)->by_hash);
	strmap_release(&(*seats)->by_room);
	sodium_memzero((*seats)->key, sizeof((*seats)->key));
	free(*seats);
	*seats = NULL;
}

size_t seats_count(const struct seats *seats)
{
	return seats->by_hash.count;
}

static void hash_token(const struct seats *seats, const char *token, char ret[HASH_BYTES * 2 + 1])
{
	unsigned char hash[HASH_BYTES];
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)token, strlen(token),
		seats->key, sizeof(seats->key));
	sodium_bin2hex(ret, HASH_BYTES * 2 + 1, hash, sizeof(hash));
}

static void make_token(char ret[SEAT_TOKEN_LEN + 1])
{
	unsigned char bytes[TOKEN_BYTES];
	random_bytes(bytes, sizeof(bytes));
	sodium_bin2base64(ret, SEAT_TOKEN_LEN + 1, bytes, sizeof(bytes),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bytes, sizeof(bytes));
}

/* Rooms exist here as long as somebody is in them. */
static struct seats_room *find_room(struct seats *seats, int64_t conference_id)
{
	char key[24];
	room_key(conference_id, key);
	struct seats_room *room = strmap_get(&seats->by_room, key);
	if (room)
		return room;
	room = calloc(1, sizeof(*room));
	if (!room)
		abort();
	memcpy(room->key, key, sizeof(key));
	room->conference_id = conference_id;
	room->next = seats->rooms;
	if (seats->rooms)
		seats->rooms->previous = room;
	seats->rooms = room;
	strmap_put(&seats->by_room, key, room);
	return room;
}

static void forget_room(struct seats *seats, struct seats_room *room)
{
	if (room->previous)
		room->previous->next = room->next;
	else
		seats->rooms = room->next;
	if (room->next)
		room->next->previous = room->previous;
	strmap_remove(&seats->by_room, room->key);
	free(room);
}

static void tell_others(struct seats *seats, const struct seat *about, enum seats_event event)
{
	for (struct seat *s = about->room->first; s; s = s->next)
		if (s != about && s->listener && !s->waiting)
			seats->fn(s, event, about, NULL, seats->arg);
}

static bool has_place(const struct seats *seats, const struct join_room *room, struct err *err)
{
	char key[24];
	room_key(room->conference_id, key);
	const struct seats_room *there = strmap_get(&seats->by_room, key);
	int64_t count = there ? there->count : 0;
	if (room->participant_limit != JOIN_NO_LIMIT && count >= room->participant_limit)
		return err_set(err, ERR_LIMIT, "'%s' has its limit of %" PRId64 " participants",
			room->name, room->participant_limit);
	if (count >= SEATS_ROOM_MAX)
		return err_set(err, ERR_LIMIT, "'%s' has %d participants, the most a room can hold",
			room->name, SEATS_ROOM_MAX);
	if (seats->by_hash.count >= SEATS_MAX)
		return err_set(err, ERR_LIMIT, "all %d seats of this server are taken", SEATS_MAX);
	return true;
}

/* Cuts at a character's start, so that the text stays UTF-8. */
static void copy_cut(char *ret, const char *text, size_t max)
{
	size_t len = strnlen(text, max + 1);
	if (len > max)
		for (len = max; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			;
	memcpy(ret, text, len);
	ret[len] = '\0';
}

static struct seat *seat_new(const struct join_room *room, const struct seat_request *request)
{
	struct seat *seat = calloc(1, sizeof(*seat));
	if (!seat || !(seat->alias = strdup(request->alias_key)) ||
		!(seat->room_name = strdup(room->name)))
		abort();
	memcpy(seat->service_type, room->service_type, sizeof(seat->service_type));
	seat->conference_id = room->conference_id;
	random_uuid(seat->uuid);
	copy_cut(seat->display_name, request->display_name, SEAT_NAME_MAX);
	copy_cut(seat->source, request->source, SEAT_SOURCE_MAX);
	seat->host = request->host;
	seat->joined_at = request->now;
	seat_refresh(seat, request->now_ms);
	return seat;
}

static void admit_guests(struct seats *seats, struct seats_room *room)
{
	room->started = true;
	for (struct seat *s = room->first; s; s = s->next) {
		bool waited = s->waiting;
		s->waiting = false;
		if (waited && s->listener)
			seats->fn(s, SEATS_ADMITTED, s, NULL, seats->arg);
	}
}

/* Where there is no lobby nobody waits for a host. */
static void enter(struct seats *seats, struct seat *seat, bool lobby)
{
	struct seats_room *room = seat->room = find_room(seats, seat->conference_id);
	seat->previous = room->last;
	if (seat->previous)
		seat->previous->next = seat;
	else
		room->first = seat;
	room->last = seat;
	room->count++;
	seat->waiting = !seat->host && !room->started;
	if ((seat->host || !lobby) && !room->started)
		admit_guests(seats, room);
	else if (!seat->waiting)
		tell_others(seats, seat, SEATS_JOINED);
}

bool seats_take(struct seats *seats, const struct join_room *room,
	const struct seat_request *request, struct seat **ret, char ret_token[SEAT_TOKEN_LEN + 1],
	struct err *err)
{
	if (!has_place(seats, room, err))
		return false;
	struct seat *seat = seat_new(room, request);
	_Static_assert(sizeof(seat->hash) == HASH_BYTES * 2 + 1, "a seat holds the hash in hex");
	make_token(ret_token);
	hash_token(seats, ret_token, seat->hash);
	strmap_put(&seats->by_hash, seat->hash, seat);
	enter(seats, seat, room->lobby);
	*ret = seat;
	return true;
}

struct seat *seats_find(
	const struct seats *seats, const char *token, const char *alias_key, int64_t now_ms)
{
	char hash[HASH_BYTES * 2 + 1];
	hash_token(seats, token, hash);
	struct seat *seat = strmap_get(&seats->by_hash, hash);
	if (!seat || strcmp(seat->alias, alias_key) != 0 || seat->expires_at_ms < now_ms)
		return NULL;
	return seat;
}

void seat_refresh(struct seat *seat, int64_t now_ms)
{
	seat->expires_at_ms = now_ms + SEAT_LIFETIME_MS;
}

/* Out of the lists and gone; the room goes with its last seat. */
static void drop(struct seats *seats, struct seat *seat)
{
	struct seats_room *room = seat->room;
	if (seat->previous)
		seat->previous->next = seat->next;
	else
		room->first = seat->next;
	if (seat->next)
		seat->next->previous = seat->previous;
	else
		room->last = seat->previous;
	strmap_remove(&seats->by_hash, seat->hash);
	free(seat->alias);
	free(seat->room_name);
	free(seat);
	if (--room->count == 0)
		forget_room(seats, room);
}

void seats_end(struct seats *seats, struct seat *seat, const char *reason)
{
	seats->fn(seat, SEATS_ENDED, seat, reason, seats->arg);
	tell_others(seats, seat, SEATS_LEFT);
	drop(seats, seat);
}

void seats_end_room(struct seats *seats, int64_t conference_id, const char *reason)
{
	char key[24];
	room_key(conference_id, key);
	struct seats_room *room = strmap_get(&seats->by_room, key);
	for (struct seat *s = room ? room->first : NULL; s; s = s->next)
		seats->fn(s, SEATS_ENDED, s, reason, seats->arg);
	for (int64_t left = room ? room->count : 0; left > 0; left--)
		drop(seats, room->first);
}

void seats_each(const struct seat *seat, void (*fn)(const struct seat *seat, void *arg), void *arg)
{
	for (const struct seat *s = seat->room->first; s; s = s->next)
		if (s == seat || !seat->waiting)
			fn(s, arg);
}

void seats_sweep(struct seats *seats, int64_t now_ms, const char *expired_reason,
	const char *closed_reason, seats_is_open_fn *is_open, void *arg)
{
	for (struct seats_room *room = seats->rooms, *next; room; room = next) {
		next = room->next;
		if (!is_open(room->conference_id, arg)) {
			seats_end_room(seats, room->conference_id, closed_reason);
			continue;
		}
		int64_t left =
			room->count; /* the room goes with its last seat: never look at it after */
		for (struct seat *s = room->first, *after; left > 0; s = after, left--) {
			after = s->next;
			if (s->expires_at_ms < now_ms)
				seats_end(seats, s, expired_reason);
		}
	}
}

void seats_each_listener(struct seats *seats, void (*fn)(struct seat *seat, void *arg), void *arg)
{
	for (struct seats_room *room = seats->rooms; room; room = room->next)
		for (struct seat *s = room->first; s; s = s->next)
			if (s->listener)
				fn(s, arg);
}
