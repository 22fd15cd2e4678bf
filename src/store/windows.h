/*
 * windows - the scheduled_conference rows of a meeting: when its room may be joined.
 *
 * Rows are derived: from the single meeting's times, or from a series' rule and exceptions. So they are
 * never edited but made to follow a list; only what differs is written. Plain SQL on store.h, inside
 * the caller's transaction.
 */
#ifndef STORE_WINDOWS_H
#define STORE_WINDOWS_H

#include "model/records.h"
#include "store/store.h"

enum { WINDOWS_MAX = 5000 }; /* of one meeting, within the horizon */

/* One window: of an occurrence (original_start is its identity) or of a single meeting
 * (FIELD_NULL). */
struct stored_window {
	int64_t original_start, start, end;
	const char *subject;
};

/* Makes the rows of meeting of->ews_item_uid in room of->conference exactly these, which are in the order
 * of their start; of gives all other columns. With of->original_start_time the meeting is one occurrence
 * with a room of its own, and its one row is meant; otherwise the whole meeting's rows. Where [from, until)
 * is given only rows that start in it are looked at (from == until: all). ret_changed is set when
 * anything was written. */
bool windows_follow(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *windows, size_t count, int64_t from, int64_t until,
	bool *ret_changed, struct err *err);

/* Makes the one row of a series' occurrence (of->recurring_conference, window->original_start) be so, or
 * (gone) not be. */
bool window_put(struct store *store, const struct scheduled_conference *of,
	const struct stored_window *window, bool gone, struct err *err);

#endif
