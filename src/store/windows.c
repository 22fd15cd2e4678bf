#include "store/windows.h"
#include "base/text.h"

#include <stdlib.h>

static bool same_window(const struct rows *r, const struct stored_window *w)
{
	return row_int(r, 1) == w->original_start && row_int(r, 2) == w->start &&
		row_int(r, 3) == w->end && text_equal(row_text(r, 4), w->subject);
}

/* Which windows are there already, and which rows are to go. */
static bool compare(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until,
	bool *present, int64_t *superfluous, size_t *ret_superfluous, struct err *err)
{
	struct rows rows;
	size_t at = 0, n = 0;
	if (!store_query(store, &rows, err,
		    "SELECT id, original_start_time, start_time, end_time, subject,"
		    " recurring_conference, scheduled_alias FROM scheduled_conference"
		    " WHERE conference = $1 AND ews_item_uid = $2"
		    " AND CASE WHEN $6 IS NULL"
		    " THEN original_start_time IS NULL OR recurring_conference IS NOT NULL"
		    " ELSE original_start_time = $6 AND recurring_conference IS NULL END"
		    " AND ($3 = $4 OR (start_time >= $3 AND start_time < $4))"
		    " ORDER BY start_time, original_start_time LIMIT $5",
		    "isiiii", of->conference, of->ews_item_uid, from, until, (int64_t)WINDOWS_MAX,
		    of->original_start_time))
		return false;
	while (row_next(&rows, err)) {
		bool linked = row_int(&rows, 5) == of->recurring_conference &&
			row_int(&rows, 6) == of->scheduled_alias;
		while (at < count && windows[at].start < row_int(&rows, 2))
			at++;
		size_t i = at;
		while (i < count && windows[i].start == row_int(&rows, 2) &&
			(present[i] || !same_window(&rows, &windows[i])))
			i++;
		if (linked && i < count && !present[i] && same_window(&rows, &windows[i]))
			present[i] = true;
		else
			superfluous[n++] = row_int(&rows, 0);
	}
	row_done(&rows);
	*ret_superfluous = n;
	return !rows.failed;
}

static bool insert(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *window, struct err *err)
{
	struct scheduled_conference sc = *of;
	sc.original_start_time = window->original_start;
	sc.start_time = window->start;
	sc.end_time = window->end;
	sc.subject = window->subject;
	return store_insert(store, &scheduled_conference_type, &sc, NULL, err);
}

static bool write(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *windows, size_t count, const bool *present,
	const int64_t *superfluous, size_t n_superfluous, bool *ret_changed, struct err *err)
{
	for (size_t i = 0; i < n_superfluous; i++) {
		*ret_changed = true;
		if (!store_delete(store, &scheduled_conference_type, superfluous[i], err))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (present[i])
			continue;
		*ret_changed = true;
		if (!insert(store, of, &windows[i], err))
			return false;
	}
	return true;
}

bool windows_follow(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until,
	bool *ret_changed, struct err *err)
{
	bool *present = calloc(count + 1, sizeof(*present));
	int64_t *superfluous = calloc(WINDOWS_MAX, sizeof(*superfluous));
	size_t n_superfluous;
	if (!present || !superfluous)
		abort();
	bool ok = compare(store, of, windows, count, from, until, present, superfluous,
			  &n_superfluous, err) &&
		write(store, of, windows, count, present, superfluous, n_superfluous, ret_changed,
			err);
	free(present);
	free(superfluous);
	return ok;
}

bool window_put(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *window, bool gone, struct err *err)
{
	if (!store_exec(store, err,
		    "DELETE FROM scheduled_conference WHERE recurring_conference = $1"
		    " AND original_start_time = $2",
		    "ii", of->recurring_conference, window->original_start))
		return false;
	return gone || insert(store, of, window, err);
}
