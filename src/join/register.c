/*
 * How this works: `writing` keeps those who change the register apart for all of their reading and
 * applying, so that an older reading never overwrites a newer one; `lock` guards the content and is
 * held for the applying alone, so that look-ups hardly ever wait.
 */
#include "join/register.h"
#include "join/rooms.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct join_register {
	pthread_mutex_t writing;
	pthread_rwlock_t lock;
	struct rooms rooms;
};

struct join_register *join_register_new(void)
{
	struct join_register *reg = calloc(1, sizeof(*reg));
	if (!reg)
		abort();
	pthread_mutex_init(&reg->writing, NULL);
	pthread_rwlock_init(&reg->lock, NULL);
	rooms_init(&reg->rooms);
	return reg;
}

void join_register_free(struct join_register **reg)
{
	if (!*reg)
		return;
	rooms_release(&(*reg)->rooms);
	pthread_rwlock_destroy(&(*reg)->lock);
	pthread_mutex_destroy(&(*reg)->writing);
	free(*reg);
	*reg = NULL;
}

bool join_register_load(struct join_register *reg, struct store *store, struct err *err)
{
	struct rooms fresh, old;
	pthread_mutex_lock(&reg->writing);
	bool ok = rooms_read(&fresh, store, INT64_MIN + 1, INT64_MAX, err);
	if (ok) {
		pthread_rwlock_wrlock(&reg->lock);
		old = reg->rooms;
		reg->rooms = fresh;
		pthread_rwlock_unlock(&reg->lock);
		rooms_release(&old);
	}
	pthread_mutex_unlock(&reg->writing);
	return ok;
}

bool join_register_refresh(
	struct join_register *reg, struct store *store, int64_t conference_id, struct err *err)
{
	struct rooms fresh;
	pthread_mutex_lock(&reg->writing);
	bool ok = rooms_read(&fresh, store, conference_id, conference_id, err);
	if (ok) {
		struct room *room = rooms_take(&fresh, conference_id);
		pthread_rwlock_wrlock(&reg->lock);
		struct room *old = rooms_take(&reg->rooms, conference_id);
		if (room)
			rooms_add(&reg->rooms, room);
		pthread_rwlock_unlock(&reg->lock);
		room_free(old);
		rooms_release(&fresh);
	}
	pthread_mutex_unlock(&reg->writing);
	return ok;
}

static const char *without_scheme(const char *alias)
{
	static const char *const schemes[] = { "sip:", "sips:", "h323:" };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(alias, schemes[i], strlen(schemes[i])) == 0)
			return alias + strlen(schemes[i]);
	return alias;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool join_alias_key(const char *alias, char ret[JOIN_ALIAS_MAX + 1])
{
	while (is_blank(*alias))
		alias++;
	alias = without_scheme(alias);
	while (is_blank(*alias))
		alias++;
	size_t len = strnlen(alias, JOIN_ALIAS_MAX * 2);
	while (len && is_blank(alias[len - 1]))
		len--;
	if (!len || len > JOIN_ALIAS_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		ret[i] = alias[i] >= 'A' && alias[i] <= 'Z' ? (char)(alias[i] - 'A' + 'a')
							    : alias[i];
	ret[len] = '\0';
	return true;
}

/* Fills *ret when the room is open. */
static bool room_tell(const struct room *room, int64_t now, struct join_room *ret)
{
	const struct window *window = NULL;
	if (!room)
		return false;
	if (room->single_use && !(window = windows_at(room->windows, room->n_windows, now)))
		return false;
	ret->conference_id = room->id;
	ret->closes_at = window ? window->closes : JOIN_NEVER;
	ret->participant_limit = room->participant_limit;
	ret->allow_guests = room->allow_guests;
	ret->lobby = room->lobby;
	strcpy(ret->pin, room->pin);
	strcpy(ret->guest_pin, room->guest_pin);
	strcpy(ret->service_type, room->service_type);
	strcpy(ret->name, room->name);
	return true;
}

bool join_lookup(struct join_register *reg, const char *alias, int64_t now, struct join_room *ret)
{
	char key[JOIN_ALIAS_MAX + 1];
	if (!join_alias_key(alias, key))
		return false;
	pthread_rwlock_rdlock(&reg->lock);
	bool open = room_tell(strmap_get(&reg->rooms.keys, key), now, ret);
	pthread_rwlock_unlock(&reg->lock);
	return open;
}

bool join_lookup_id(
	struct join_register *reg, int64_t conference_id, int64_t now, struct join_room *ret)
{
	pthread_rwlock_rdlock(&reg->lock);
	bool open = room_tell(rooms_find(&reg->rooms, conference_id), now, ret);
	pthread_rwlock_unlock(&reg->lock);
	return open;
}

struct join_register_count join_register_count(struct join_register *reg)
{
	struct join_register_count count = { 0 };
	pthread_rwlock_rdlock(&reg->lock);
	count.rooms = reg->rooms.count;
	count.aliases = reg->rooms.keys.count;
	for (size_t i = 0; i < reg->rooms.count; i++)
		count.windows += reg->rooms.by_id[i]->n_windows;
	pthread_rwlock_unlock(&reg->lock);
	return count;
}
