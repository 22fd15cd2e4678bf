#include "sched/insert.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/step.h"
#include "sched/alarms.h"
#include "sched/outbox.h"
#include "store/insertions.h"
#include "store/meetings.h"

struct insertion {
	struct exchange *ex;
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct arena *arena;
	const struct outbox_row *row;
};

static void report(const struct insertion *i, const char *message, const char *organizer,
	const struct err *why)
{
	log_line(why ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "administrator.scheduling", message,
		"User", "schedulingservice", "CorrelationId", i->row->correlation_id, "Integration",
		i->settings->name, "Organizer", organizer, "Uid", i->row->uid, "Detail",
		why ? why->text : NULL, NULL);
}

/* One change of the outbox, in a transaction of its own. */
static bool note(const struct insertion *i, const struct stored_insertion *what,
	bool (*change)(struct store *, int64_t, const struct stored_insertion *, struct err *),
	struct err *err)
{
	if (!store_begin(i->store, err))
		return false;
	if (change(i->store, i->settings->id, what, err))
		return store_commit(i->store, err);
	store_rollback(i->store);
	return false;
}

static bool give_up(const struct insertion *i, const struct stored_insertion *what,
	const struct err *why, struct err *err)
{
	report(i, "The instructions cannot be put into the organizer's item; the answer has them",
		what->organizer, why);
	if (why->code == ERR_DENIED)
		alarm_raise(i->store, ALARM_ORGANIZER_ITEM, i->settings->name,
			arena_printf(i->arena, "the service account may not act for '%s': %s",
				what->organizer, why->text));
	return note(i, what, insertion_refused, err);
}

/* Whether it is his mailbox or all of Exchange shows with the next request, which is ours. */
static bool put_off(const struct insertion *i, const struct stored_insertion *what,
	const struct err *why, struct err *err)
{
	int64_t wait_s = outbox_aside_s(i->row->attempts);
	if (why->code == ERR_BUSY && why->retry_after_ms / 1000 >= wait_s)
		wait_s = why->retry_after_ms / 1000 + 1;
	if (i->row->attempts + 1 >= OUTBOX_ATTEMPTS_MAX)
		return give_up(i, what, why, err);
	report(i, "The instructions cannot be put into the organizer's item now", what->organizer,
		why);
	return outbox_failed(i->store, i->row->id, clock_now() + wait_s, err);
}

/* The meeting may have been cancelled since: then there is nothing to tell any more. */
static bool one(const struct insertion *i, struct err *err)
{
	struct stored_insertion what;
	struct err why;
	bool found;
	if (!insertion_find(
		    i->store, i->settings->id, i->row->item_id, i->arena, &what, &found, err))
		return false;
	if (!found)
		return store_exec(i->store, err,
			"UPDATE outbox SET kind = 'discard', body = '' WHERE id = $1", "i",
			i->row->id);
	const struct exchange_insertion insertion = { .organizer = what.organizer,
		.uid = what.uid,
		.start = what.start_time,
		.end = what.end_time,
		.original_start =
			what.original_start == FIELD_NULL ? MEETING_NO_TIME : what.original_start,
		.token = what.token,
		.placeholder = what.placeholder,
		.instructions = what.instructions,
		.marker = what.marker };
	STEP("before instructions are inserted");
	if (exchange_insert(i->ex, &insertion, &why)) {
		STEP("instructions inserted, not noted");
		report(i, "Joining instructions put into the organizer's item", what.organizer,
			NULL);
		alarm_lower(i->store, ALARM_ORGANIZER_ITEM, i->settings->name);
		return note(i, &what, insertion_done, err);
	}
	if (why.code == ERR_NET || why.code == ERR_BUSY)
		return put_off(i, &what, &why, err);
	if (why.code != ERR_CANCELLED)
		return give_up(i, &what, &why, err);
	if (err)
		*err = why;
	return false;
}

bool insert_instructions(struct exchange *ex, struct store *store,
	const struct ms_exchange_connector *settings, struct arena *arena, struct err *err)
{
	struct outbox_row rows[INSERT_BATCH];
	size_t count;
	do {
		if (!outbox_take(store, settings->id, "insert", "", clock_now(), INSERT_BATCH,
			    arena, rows, &count, err))
			return false;
		for (size_t n = 0; n < count; n++) {
			const struct insertion i = { .ex = ex,
				.store = store,
				.settings = settings,
				.arena = arena,
				.row = &rows[n] };
			if (!one(&i, err))
				return false;
		}
	} while (count == INSERT_BATCH);
	return true;
}
