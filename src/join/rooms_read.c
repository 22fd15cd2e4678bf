/*
 * How this works: three queries, each ordered by conference, are walked side by side (a merge join):
 * one pass whatever the number of rooms, and no query per room.
 */
#include "join/rooms.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

static void *grown(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 4;
	array = reallocarray(array, *cap, size);
	if (!array)
		abort();
	return array;
}

struct reading {
	struct rows rooms, aliases, windows;
	bool open[3];             /* which of them */
	bool at_alias, at_window; /* the row that waits for its room */
	struct rooms *into;
};

static const char rooms_sql[] = "SELECT id, pin, guest_pin, service_type, name, allow_guests, "
				"participant_limit, single_use, lobby "
				"FROM conference WHERE id BETWEEN $1 AND $2 ORDER BY id";
static const char aliases_sql[] =
	"SELECT conference, alias FROM conference_alias WHERE conference BETWEEN $1 AND $2 "
	"ORDER BY conference, id";
static const char windows_sql[] =
	"SELECT s.conference, s.start_time, s.end_time, c.meeting_buffer_before, "
	"c.meeting_buffer_after "
	"FROM scheduled_conference s LEFT JOIN ms_exchange_connector c ON c.id = "
	"s.exchange_connector "
	"WHERE s.conference BETWEEN $1 AND $2 ORDER BY s.conference, s.start_time";

static size_t copy_text(char **at, const char *text, size_t max, const char **ret)
{
	size_t len = strnlen(text, max);
	memcpy(*at, text, len);
	(*at)[len] = '\0';
	*ret = *at;
	*at += len + 1;
	return len;
}

/* One block for all texts of a room: four allocations less for each of 100,000 rooms. */
static void read_texts(struct room *room, const struct rows *row)
{
	const char *text[4];
	const size_t max[4] = { JOIN_PIN_MAX, JOIN_PIN_MAX, JOIN_SERVICE_TYPE_MAX, JOIN_NAME_MAX };
	size_t size = 0;
	for (int i = 0; i < 4; i++) {
		text[i] = row_text(row, i + 1);
		size += strnlen(text[i], max[i]) + 1;
	}
	char *at = room->texts = malloc(size);
	if (!at)
		abort();
	copy_text(&at, text[0], max[0], &room->pin);
	copy_text(&at, text[1], max[1], &room->guest_pin);
	copy_text(&at, text[2], max[2], &room->service_type);
	copy_text(&at, text[3], max[3], &room->name);
}

static struct room *read_room(const struct rows *row)
{
	struct room *room = calloc(1, sizeof(*room));
	if (!room)
		abort();
	room->id = row_int(row, 0);
	read_texts(room, row);
	room->allow_guests = row_int(row, 5) > 0;
	int64_t limit = row_int(row, 6);
	room->participant_limit = limit < 0 ? JOIN_NO_LIMIT : limit;
	room->single_use = row_int(row, 7) > 0;
	room->lobby = row_int(row, 8) > 0;
	return room;
}

/* Moves on to the next row that has a conference. */
static bool advance(struct rows *rows, bool *at, struct err *err)
{
	*at = row_next(rows, err);
	return *at || !rows->failed;
}

static bool read_aliases(struct reading *r, struct room *room, struct err *err)
{
	size_t cap = 0;
	char key[JOIN_ALIAS_MAX + 1];
	while (r->at_alias && row_int(&r->aliases, 0) <= room->id) {
		if (row_int(&r->aliases, 0) == room->id &&
			join_alias_key(row_text(&r->aliases, 1), key)) {
			room->aliases = grown(room->aliases, room->n_aliases, &cap, sizeof(char *));
			room->aliases[room->n_aliases] = strdup(key);
			if (!room->aliases[room->n_aliases++])
				abort();
		}
		if (!advance(&r->aliases, &r->at_alias, err))
			return false;
	}
	return true;
}

static int64_t or_zero(int64_t value)
{
	return value == FIELD_NULL ? 0 : value;
}

static bool read_windows(struct reading *r, struct room *room, struct err *err)
{
	size_t cap = 0;
	const struct rows *row = &r->windows;
	while (r->at_window && row_int(row, 0) <= room->id) {
		if (row_int(row, 0) == room->id) {
			room->windows =
				grown(room->windows, room->n_windows, &cap, sizeof(struct window));
			room->windows[room->n_windows++] =
				window_of(row_int(row, 1), row_int(row, 2),
					or_zero(row_int(row, 3)), or_zero(row_int(row, 4)));
		}
		if (!advance(&r->windows, &r->at_window, err))
			return false;
	}
	if (room->n_windows)
		room->n_windows = windows_normalize(room->windows, room->n_windows);
	return true;
}

static bool read_rooms(struct reading *r, struct err *err)
{
	if (!advance(&r->aliases, &r->at_alias, err) || !advance(&r->windows, &r->at_window, err))
		return false;
	while (row_next(&r->rooms, err)) {
		struct room *room = read_room(&r->rooms);
		bool ok = read_aliases(r, room, err) && read_windows(r, room, err);
		rooms_add(r->into, room);
		if (!ok)
			return false;
	}
	return !r->rooms.failed;
}

bool rooms_read(
	struct rooms *ret, struct store *store, int64_t least, int64_t greatest, struct err *err)
{
	struct reading r = { .into = ret };
	rooms_init(ret);
	r.open[0] = store_query(store, &r.rooms, err, rooms_sql, "ii", least, greatest);
	r.open[1] = r.open[0] &&
		store_query(store, &r.aliases, err, aliases_sql, "ii", least, greatest);
	r.open[2] = r.open[1] &&
		store_query(store, &r.windows, err, windows_sql, "ii", least, greatest);
	bool ok = r.open[2] && read_rooms(&r, err);
	if (r.open[0])
		row_done(&r.rooms);
	if (r.open[1])
		row_done(&r.aliases);
	if (r.open[2])
		row_done(&r.windows);
	if (!ok)
		rooms_release(ret);
	return ok;
}
