#include "base/log.h"
#include "sched/apply.h"
#include "sched/horizon.h"
#include "store/meetings.h"

enum { INSTANCES_MAX = WINDOWS_MAX };

bool apply_gone(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const char *uid, int64_t original_start, int64_t now,
	struct arena *arena, struct applied *ret, struct err *err)
{
	/* As if Exchange had sent the cancellation that we missed. */
	const struct meeting cancellation = { .message = MEETING_CANCELLATION,
		.type = original_start == MEETING_NO_TIME ? MEETING_SINGLE : MEETING_OCCURRENCE,
		.calendar_item = true,
		.item_id = "",
		.change_key = "",
		.uid = uid,
		.recurrence_id = original_start,
		.sequence = MEETING_NO_SEQUENCE,
		.stamp = MEETING_NO_TIME,
		.start = MEETING_NO_TIME,
		.end = MEETING_NO_TIME,
		.zone = "",
		.subject = "",
		.location = "",
		.organizer_name = "",
		.organizer_email = "",
		.body = "" };
	return apply_messages(store, settings, texts, &cancellation, 1, now, arena, ret, err);
}

/* What one comparison works with. */
struct comparison {
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct arena arena;
	struct stored_meeting series;
	struct stored_window *windows;
	size_t count;
};

static bool is_own(const struct stored_meeting *own, size_t count, int64_t original_start)
{
	for (size_t i = 0; i < count; i++)
		if (own[i].recurrence_id == original_start)
			return true;
	return false;
}

/* The instances as windows, without occurrences that have rooms of their own. */
static bool list_windows(struct comparison *c, const struct apply_instance *instances, size_t count,
	int64_t from, int64_t until, struct err *err)
{
	struct recurring_conference rc;
	struct stored_meeting *own = arena_array(&c->arena, HORIZON_OWN_ROOMS_MAX, sizeof(*own));
	size_t n_own;
	if (!meetings_of_uid(c->store, c->settings->id, c->series.uid, HORIZON_OWN_ROOMS_MAX,
		    &c->arena, own, &n_own, err) ||
		!store_get(c->store, &recurring_conference_type, c->series.recurring_conference,
			&c->arena, &rc, err))
		return false;
	c->windows = arena_array(&c->arena, count + 1, sizeof(*c->windows));
	for (size_t i = 0; i < count && c->count < INSTANCES_MAX; i++)
		if (instances[i].start >= from && instances[i].start < until &&
			!is_own(own, n_own, instances[i].original_start))
			c->windows[c->count++] =
				(struct stored_window){ .original_start =
								instances[i].original_start,
					.start = instances[i].start,
					.end = instances[i].end,
					.subject = rc.subject };
	return true;
}

/* Exceptions have subjects of their own, which the calendar was not asked for. */
static bool keep_subjects(struct comparison *c, struct err *err)
{
	struct rows rows;
	if (!store_query(c->store, &rows, err,
		    "SELECT original_start_time, subject FROM scheduled_conference"
		    " WHERE recurring_conference = $1",
		    "i", c->series.recurring_conference))
		return false;
	while (row_next(&rows, err))
		for (size_t i = 0; i < c->count; i++)
			if (c->windows[i].original_start == row_int(&rows, 0))
				c->windows[i].subject = arena_strdup(&c->arena, row_text(&rows, 1));
	row_done(&rows);
	return !rows.failed;
}

static bool follow(struct comparison *c, const struct apply_instance *instances, size_t count,
	int64_t from, int64_t until, bool *ret_changed, struct err *err)
{
	if (!list_windows(c, instances, count, from, until, err) || !keep_subjects(c, err) ||
		!horizon_follow_calendar(c->store, c->settings->id, &c->series, c->windows,
			c->count, from, until, ret_changed, err))
		return false;
	return !*ret_changed ||
		store_exec(c->store, err, "UPDATE meeting SET by_calendar = 1 WHERE id = $1", "i",
			c->series.id);
}

static void report(const struct comparison *c)
{
	log_warning("administrator.scheduling", "A series follows Exchange's calendar", "User",
		"schedulingservice", "Integration", c->settings->name, "Uid", c->series.uid,
		"Reason", "its instances there differ from what its rule gives here", NULL);
}

static bool horizon_end(
	struct store *store, int64_t now, struct arena *arena, int64_t *ret, struct err *err)
{
	struct global_settings global;
	if (!store_get(store, &global_settings_type, 1, arena, &global, err))
		return false;
	*ret = now + global.series_horizon_days * 86400;
	return true;
}

bool apply_instances(struct store *store, const struct ms_exchange_connector *settings,
	const char *uid, const struct apply_instance *instances, size_t count, int64_t from,
	int64_t until, int64_t now, struct applied *ret, struct err *err)
{
	struct comparison c = { .store = store, .settings = settings };
	bool found = false, changed = false;
	int64_t end;
	*ret = (struct applied){ .conference = FIELD_NULL };
	if (!store_begin(store, err))
		return false;
	arena_init(&c.arena);
	bool ok = horizon_end(store, now, &c.arena, &end, err) &&
		meeting_find(
			store, settings->id, uid, MEETING_WHOLE, &c.arena, &c.series, &found, err);
	bool series = ok && found && c.series.recurring_conference != FIELD_NULL;
	if (series)
		ok = follow(&c, instances, count, from, until < end ? until : end, &changed, err);
	if (!ok)
		store_rollback(store);
	else
		ok = store_commit(store, err);
	if (ok && changed) {
		ret->conference = c.series.conference;
		report(&c);
	}
	arena_release(&c.arena);
	return ok;
}
