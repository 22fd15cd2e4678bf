/*
 * How this works: that a message is a cancellation is known without reading it, so the usual case costs
 * nothing. Only when there are suspiciously many are they read, and looked up, without doing anything.
 */
#include "sched/brake.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/strmap.h"
#include "sched/alarms.h"
#include "store/mailboxes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool brake_too_much(const struct ms_exchange_connector *settings, int64_t going, int64_t rooms)
{
	return going >= settings->removal_brake_minimum &&
		going * 100 > rooms * settings->removal_brake_percent;
}

void brake_name(struct brake_load *load, const char *room)
{
	size_t used = strlen(load->names);
	if (load->named >= BRAKE_NAMES || used + strlen(room) + 2 > sizeof(load->names))
		return;
	snprintf(load->names + used, sizeof(load->names) - used, "%s%s", used ? "\n" : "", room);
	load->named++;
}

static void raise_alarm(struct mailbox *mb, const struct brake_load *load, const char *where)
{
	char details[BRAKE_NAMES_MAX + 200];
	snprintf(details, sizeof(details), "%lld of %lld future rooms would be removed (%s):\n%s",
		(long long)load->going, (long long)load->rooms, where, load->names);
	alarm_raise(mb->store, ALARM_REMOVALS_HELD, mb->settings.name, details);
}

static int64_t recent(const struct brake *b)
{
	return clock_mono_ms() - b->recent_ms < BRAKE_WINDOW_MS ? b->recent : 0;
}

void brake_removed(struct brake *b, int64_t rooms)
{
	int64_t before = recent(b);
	if (!before)
		b->recent_ms = clock_mono_ms();
	b->recent = before + rooms;
}

static void let_go(struct brake *b, struct mailbox *mb)
{
	if (b->holds && !b->calendar_holds)
		alarm_lower(mb->store, ALARM_REMOVALS_HELD, mb->settings.name);
	b->holds = false;
	b->load = (struct brake_load){ 0 };
}

void brake_hold_calendar(struct brake *b, struct mailbox *mb, const struct brake_load *load)
{
	bool held = b->calendar_holds;
	b->calendar_holds = load != NULL;
	b->calendar_released = false;
	b->calendar = load ? *load : (struct brake_load){ 0 };
	if (load)
		raise_alarm(mb, load, "the calendar lacks their meetings");
	else if (held && !b->holds)
		alarm_lower(mb->store, ALARM_REMOVALS_HELD, mb->settings.name);
}

void brake_release(struct brake *b, struct mailbox *mb)
{
	bool calendar = b->calendar_holds;
	if (b->holds || calendar)
		log_warning("administrator.scheduling", "Held removals are confirmed", "User",
			"schedulingservice", "Integration", mb->settings.name, NULL);
	b->released = b->holds;
	brake_hold_calendar(b, mb, NULL);
	b->calendar_released = calendar;
	let_go(b, mb);
}

/* The room that this cancellation would remove; NULL: none. */
static bool find_room(
	struct mailbox *mb, const struct meeting *m, const char **ret_room, struct err *err)
{
	struct rows rows;
	*ret_room = NULL;
	if (m->message != MEETING_CANCELLATION || m->recurrence_id != MEETING_NO_TIME)
		return true;
	if (!store_query(mb->store, &rows, err,
		    "SELECT c.name FROM meeting m JOIN conference c ON c.id = m.conference"
		    " WHERE m.exchange_connector = $1 AND m.uid = $2 AND m.end_time > $3",
		    "isi", mb->connector, m->uid, clock_now()))
		return false;
	if (row_next(&rows, err))
		*ret_room = arena_strdup(&mb->batch, row_text(&rows, 0));
	row_done(&rows);
	return !rows.failed;
}

/* What cannot be read counts as removing nothing: it will not. */
static bool weigh_batch(struct mailbox *mb, const struct queue_item *items, size_t count,
	struct strmap *uids, struct brake_load *load, struct err *err)
{
	struct exchange_change changes[EXCHANGE_FETCH_BATCH];
	struct meeting meetings[EXCHANGE_FETCH_BATCH];
	struct exchange_result results[EXCHANGE_FETCH_BATCH];
	for (size_t i = 0; i < count; i++)
		changes[i] = items[i].change;
	if (!exchange_fetch(mb->ex, changes, count, &mb->batch, meetings, results, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *room;
		if (!results[i].ok)
			continue;
		if (!find_room(mb, &meetings[i], &room, err))
			return false;
		if (!room || strmap_put(uids, meetings[i].uid, load))
			continue;
		load->going++;
		brake_name(load, room);
	}
	return true;
}

/* All of them are taken out, looked at and put back. */
static bool weigh(struct mailbox *mb, struct queue *queue, struct brake_load *load, struct err *err)
{
	struct arena arena;
	struct strmap uids;
	size_t count = queue_count(queue, QUEUE_CANCELLATIONS);
	struct queue_item *items = calloc(count + 1, sizeof(*items));
	if (!items)
		abort();
	arena_init(&arena);
	strmap_init(&uids);
	count = queue_take(queue, QUEUE_CANCELLATIONS, clock_mono_ms(), count, &arena, items);
	bool ok = true;
	for (size_t at = 0; ok && at < count; at += EXCHANGE_FETCH_BATCH) {
		size_t n = count - at < EXCHANGE_FETCH_BATCH ? count - at : EXCHANGE_FETCH_BATCH;
		arena_reset(&mb->batch);
		ok = !mailbox_stops(mb) ? weigh_batch(mb, items + at, n, &uids, load, err)
					: err_set(err, ERR_CANCELLED, "asked to stop");
	}
	for (size_t i = 0; i < count; i++)
		queue_put_back(queue, &items[i], clock_now(), 0);
	strmap_release(&uids);
	arena_release(&arena);
	free(items);
	return ok;
}

bool brake_look(struct brake *b, struct mailbox *mb, struct queue *queue, struct err *err)
{
	size_t waiting = queue_count(queue, QUEUE_CANCELLATIONS);
	struct brake_load load = { .going = recent(b) };
	if (!waiting) {
		b->released = false;
		b->looked = 0;
		let_go(b, mb);
		return true;
	}
	if (!b->holds && waiting < b->looked)
		b->looked = waiting;
	/* More of them make it no better, and what was found harmless stays so. */
	if (b->released || (b->holds && waiting >= b->looked) ||
		(!b->holds && waiting <= b->looked))
		return true;
	if (!mailbox_future_rooms(mb->store, mb->connector, clock_now(), &load.rooms, err))
		return false;
	load.rooms += load.going;
	if (brake_too_much(&mb->settings, load.going + (int64_t)waiting, load.rooms) &&
		!weigh(mb, queue, &load, err))
		return false;
	b->looked = waiting;
	if (!brake_too_much(&mb->settings, load.going, load.rooms)) {
		let_go(b, mb);
		return true;
	}
	b->holds = true;
	b->load = load;
	raise_alarm(mb, &load, "cancellations in the inbox");
	return true;
}
