#include "join/rooms.h"

#include <stdlib.h>
#include <string.h>

void room_free(struct room *room)
{
	if (!room)
		return;
	for (size_t i = 0; i < room->n_aliases; i++)
		free(room->aliases[i]);
	free(room->aliases);
	free(room->windows);
	free(room->texts);
	free(room);
}

void rooms_init(struct rooms *rooms)
{
	*rooms = (struct rooms){ 0 };
	strmap_init(&rooms->keys);
}

void rooms_release(struct rooms *rooms)
{
	for (size_t i = 0; i < rooms->count; i++)
		room_free(rooms->by_id[i]);
	free(rooms->by_id);
	strmap_release(&rooms->keys);
}

/* Where the room of that id is, or belongs. */
static size_t rooms_position(const struct rooms *rooms, int64_t id)
{
	size_t low = 0, high = rooms->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rooms->by_id[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct room *rooms_find(const struct rooms *rooms, int64_t id)
{
	size_t at = rooms_position(rooms, id);
	return at < rooms->count && rooms->by_id[at]->id == id ? rooms->by_id[at] : NULL;
}

/* Rooms mostly come in the order of their ids, so they go to the end. */
void rooms_add(struct rooms *rooms, struct room *room)
{
	size_t at = rooms_position(rooms, room->id);
	if (rooms->count == rooms->cap) {
		rooms->cap = rooms->cap ? rooms->cap * 2 : 16;
		rooms->by_id = reallocarray(rooms->by_id, rooms->cap, sizeof(struct room *));
		if (!rooms->by_id)
			abort();
	}
	memmove(&rooms->by_id[at + 1], &rooms->by_id[at],
		(rooms->count - at) * sizeof(struct room *));
	rooms->by_id[at] = room;
	rooms->count++;
	for (size_t i = 0; i < room->n_aliases; i++)
		if (!strmap_get(&rooms->keys, room->aliases[i]))
			strmap_put(&rooms->keys, room->aliases[i], room);
}

struct room *rooms_take(struct rooms *rooms, int64_t id)
{
	size_t at = rooms_position(rooms, id);
	struct room *room = rooms_find(rooms, id);
	if (!room)
		return NULL;
	for (size_t i = 0; i < room->n_aliases; i++)
		if (strmap_get(&rooms->keys, room->aliases[i]) == room)
			strmap_remove(&rooms->keys, room->aliases[i]);
	rooms->count--;
	memmove(&rooms->by_id[at], &rooms->by_id[at + 1],
		(rooms->count - at) * sizeof(struct room *));
	return room;
}
