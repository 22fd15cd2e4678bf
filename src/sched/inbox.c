/*
 * How this works: `position` is how far the inbox is listed, in memory; the saved state is how far it
 * is dealt with. They meet when the queue is empty. The outbox goes first, because a crash may have
 * left answers that were decided on: giving them takes their requests out of the inbox before it is
 * read again.
 */
#include "sched/inbox.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/step.h"
#include "base/text.h"
#include "sched/apply.h"
#include "sched/outbox.h"
#include "store/meetings.h"
#include "store/operations.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)EXCHANGE_FETCH_BATCH <= (int)APPLY_BATCH, "a fetched batch is applied at once");

void inbox_init(struct inbox *in)
{
	*in = (struct inbox){ .queue = queue_new(), .outbox_due_ms = INT64_MAX };
}

void inbox_release(struct inbox *in)
{
	queue_free(&in->queue);
	free(in->position);
	in->position = NULL;
}

void inbox_forget(struct inbox *in)
{
	queue_clear(in->queue);
	free(in->position);
	*in = (struct inbox){ .queue = in->queue, .brake = in->brake, .outbox_due_ms = INT64_MAX };
}

int64_t inbox_due_ms(const struct inbox *in)
{
	int64_t due = queue_due_ms(in->queue);
	return due < in->outbox_due_ms ? due : in->outbox_due_ms;
}

/* ---- dealing with messages ---------------------------------------------------------------- */

static bool deal_with(struct inbox *in, struct mailbox *mb, const struct meeting *meetings,
	size_t count, struct err *err)
{
	struct applied applied[APPLY_BATCH];
	if (!apply_messages(mb->store, &mb->settings, mb->texts, meetings, count, clock_now(),
		    &mb->batch, applied, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		mailbox_tell_rooms(mb, &applied[i]);
		if (applied[i].plan.room == ROOM_REMOVE)
			brake_removed(&in->brake, 1);
	}
	return true;
}

/* What cannot be read is dealt with as a message that tells nothing: its organiser hears of it. */
static struct meeting unreadable(const struct exchange_change *item)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.item_id = item->item_id,
		.change_key = item->change_key ? item->change_key : "",
		.uid = "",
		.recurrence_id = MEETING_NO_TIME,
		.sequence = MEETING_NO_SEQUENCE,
		.stamp = MEETING_NO_TIME,
		.start = MEETING_NO_TIME,
		.end = MEETING_NO_TIME,
		.subject = "",
		.location = "",
		.organizer_name = "",
		.organizer_email = "",
		.zone = "",
		.body = "" };
}

/* May another message fare better? Else it is the mailbox that fails. */
static bool is_the_message(enum err_code code)
{
	return code == ERR_INVALID || code == ERR_PROTOCOL || code == ERR_INTERNAL ||
		code == ERR_LIMIT;
}

/* Tried again later, each time after twice as long. */
static void set_aside(
	struct inbox *in, struct mailbox *mb, struct queue_item *item, const struct err *why)
{
	int64_t ms =
		mb->options->first_delay_ms ? mb->options->first_delay_ms : INBOX_ASIDE_FIRST_MS;
	for (int i = 0; i < item->attempts && ms < INBOX_ASIDE_LAST_MS; i++)
		ms *= 2;
	if (ms > INBOX_ASIDE_LAST_MS)
		ms = INBOX_ASIDE_LAST_MS;
	log_warning("administrator.scheduling", "A message is set aside: it cannot be read now",
		"User", "schedulingservice", "Integration", mb->settings.name, "ItemId",
		item->change.item_id, "Detail", why->text, NULL);
	queue_put_back(in->queue, item, clock_now(), clock_mono_ms() + ms);
}

/* Exchange says so, or has failed on it so often that nobody can wait for it any longer. */
static bool is_unreadable(const struct queue_item *item, const struct err *why)
{
	return why->code == ERR_INVALID || why->code == ERR_PROTOCOL ||
		item->attempts >= WATCH_READ_ATTEMPTS_MAX;
}

static void say_unreadable(struct mailbox *mb, const struct queue_item *item, const struct err *why)
{
	log_error("administrator.scheduling", "A message cannot be read", "User",
		"schedulingservice", "Integration", mb->settings.name, "ItemId",
		item->change.item_id, "Detail", why->text, NULL);
}

/* What was read, and what became of the others: each is dealt with by itself. *ret_mailbox: the
 * first failure that is the mailbox's; its messages are back in the queue. */
static size_t sort_out(struct inbox *in, struct mailbox *mb, struct queue_item *items, size_t count,
	struct meeting *meetings, const struct exchange_result *results,
	const struct err **ret_mailbox)
{
	size_t read = 0;
	*ret_mailbox = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct exchange_result *r = &results[i];
		if (r->ok) {
			meetings[read++] = meetings[i];
		} else if (r->err.code == ERR_NOT_FOUND) {
			continue; /* moved, deleted or answered since it was listed */
		} else if (!is_the_message(r->err.code)) {
			queue_put_back(in->queue, &items[i], clock_now(), 0);
			*ret_mailbox = &r->err;
		} else if (is_unreadable(&items[i], &r->err)) {
			say_unreadable(mb, &items[i], &r->err);
			meetings[read++] = unreadable(&items[i].change);
		} else {
			items[i].attempts++;
			set_aside(in, mb, &items[i], &r->err);
		}
	}
	return read;
}

static void put_all_back(struct inbox *in, const struct queue_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		queue_put_back(in->queue, &items[i], clock_now(), 0);
}

/* The request for this one message failed. Whether that is its fault shows when another one was read
 * since the last failure: only then it counts. */
static bool alone_failed(struct inbox *in, struct mailbox *mb, struct queue_item *item,
	const struct err *why, struct err *err)
{
	in->careful--;
	item->attempts += in->readable;
	in->readable = false;
	if (item->attempts < WATCH_READ_ATTEMPTS_MAX) {
		set_aside(in, mb, item, why);
		return true;
	}
	const struct meeting nothing = unreadable(&item->change);
	say_unreadable(mb, item, why);
	if (deal_with(in, mb, &nothing, 1, err))
		return true;
	queue_put_back(in->queue, item, clock_now(), 0);
	return false;
}

/* A batch that fails as a whole may hold one message on which Exchange stumbles: they are read one by
 * one then, and that one is set aside. */
static bool batch_failed(struct inbox *in, struct mailbox *mb, struct queue_item *items,
	size_t count, const struct err *why, struct err *err)
{
	if (count == 1 && in->careful > 0 && is_the_message(why->code))
		return alone_failed(in, mb, &items[0], why, err);
	put_all_back(in, items, count);
	if (is_the_message(why->code))
		in->careful = (int)count;
	if (err)
		*err = *why;
	return false;
}

/* Reads a batch of messages and deals with them. */
static bool read_and_deal(struct inbox *in, struct mailbox *mb, struct queue_item *items,
	size_t count, struct err *err)
{
	struct exchange_change changes[EXCHANGE_FETCH_BATCH] = { 0 };
	struct meeting meetings[EXCHANGE_FETCH_BATCH];
	struct exchange_result results[EXCHANGE_FETCH_BATCH];
	const struct err *mailbox_fails;
	struct err why;
	for (size_t i = 0; i < count; i++)
		changes[i] = items[i].change;
	if (!exchange_fetch(mb->ex, changes, count, &mb->batch, meetings, results, &why))
		return batch_failed(in, mb, items, count, &why, err);
	in->careful -= in->careful > 0;
	in->readable = true;
	size_t read = sort_out(in, mb, items, count, meetings, results, &mailbox_fails);
	if (read && !deal_with(in, mb, meetings, read, err)) {
		put_all_back(in, items, count);
		return false;
	}
	if (mailbox_fails && err)
		*err = *mailbox_fails;
	return !mailbox_fails;
}

/* Messages that changed under our hands are read again. */
static bool read_changed(
	struct inbox *in, struct mailbox *mb, const struct outbox_changed *changed, struct err *err)
{
	struct queue_item items[EXCHANGE_FETCH_BATCH];
	for (size_t at = 0, n; at < changed->count; at += n) {
		n = changed->count - at;
		if (n > EXCHANGE_FETCH_BATCH)
			n = EXCHANGE_FETCH_BATCH;
		for (size_t i = 0; i < n; i++)
			items[i] = (struct queue_item){ .change = changed->items[at + i] };
		if (!read_and_deal(in, mb, items, n, err))
			return false;
	}
	return true;
}

/* Gives what is in the outbox, until at most `leave` answers wait. */
static bool drain(struct inbox *in, struct mailbox *mb, int64_t leave, struct err *err)
{
	int64_t left;
	if (!outbox_count(mb->store, mb->connector, clock_now(), &left, err))
		return false;
	while (left > leave) {
		struct outbox_changed changed;
		arena_reset(&mb->batch);
		if (!mb->guard(mb->arg, err) ||
			!outbox_drain(mb->ex, mb->store, &mb->settings, &mb->batch, &changed, &left,
				err) ||
			!read_changed(in, mb, &changed, err))
			return false;
	}
	return true;
}

/* ---- listing ------------------------------------------------------------------------------ */

static bool store_state(struct mailbox *mb, const char *state, struct err *err)
{
	if (!store_begin(mb->store, err))
		return false;
	if (!mailbox_save_sync_state(mb->store, mb->connector,
		    mb->settings.room_mailbox_email_address, state, err) ||
		!scheduler_touch(mb->store, mb->connector, clock_now(), err) ||
		!outbox_forget_given_up(mb->store, mb->connector, err)) {
		store_rollback(mb->store);
		return false;
	}
	return store_commit(mb->store, err);
}

bool inbox_restart(struct inbox *in, struct mailbox *mb, struct err *err)
{
	inbox_forget(in);
	return store_state(mb, "", err);
}

static void move_to(struct inbox *in, const char *state)
{
	char *copy = strdup(state);
	if (!copy)
		abort();
	free(in->position);
	in->position = copy;
}

static bool take_up_position(struct inbox *in, struct mailbox *mb, struct err *err)
{
	if (in->position)
		return true;
	const char *state = mailbox_sync_state(
		mb->store, mb->connector, mb->settings.room_mailbox_email_address, &mb->batch, err);
	if (!state)
		return false;
	move_to(in, state);
	return true;
}

/* The next page; a state that Exchange does not know any more means: from the beginning. */
static bool next_page(
	struct inbox *in, struct mailbox *mb, struct exchange_page *page, struct err *err)
{
	struct err why;
	if (exchange_sync(mb->ex, in->position, &mb->batch, page, &why))
		return true;
	if (why.code != ERR_CONFLICT || text_empty(in->position)) {
		if (err)
			*err = why;
		return false;
	}
	log_warning("administrator.scheduling", "The mailbox is read again from the beginning",
		"User", "schedulingservice", "Integration", mb->settings.name, "Detail", why.text,
		NULL);
	move_to(in, "");
	in->resynced = true;
	return exchange_sync(mb->ex, "", &mb->batch, page, err);
}

static bool list_page(struct inbox *in, struct mailbox *mb, struct err *err)
{
	struct exchange_page page;
	arena_reset(&mb->batch);
	if (!take_up_position(in, mb, err) || !next_page(in, mb, &page, err))
		return false;
	for (size_t i = 0; i < page.count; i++)
		queue_put(in->queue, &page.changes[i], clock_now());
	in->complete = page.last;
	if (!page.last && text_equal(in->position, page.sync_state))
		return err_set(err, ERR_PROTOCOL,
			"Exchange repeats the sync state of mailbox '%s' without end",
			mb->settings.room_mailbox_email_address);
	move_to(in, page.sync_state);
	return true;
}

/* Everything new into the queue, as far as there is room. */
static bool list(struct inbox *in, struct mailbox *mb, struct err *err)
{
	in->complete = false;
	for (in->pages = 0; !in->complete && !queue_full(in->queue); in->pages++) {
		if (mailbox_stops(mb))
			return err_set(err, ERR_CANCELLED, "asked to stop");
		if (in->pages == INBOX_PAGES_MAX)
			return err_set(err, ERR_LIMIT,
				"mailbox '%s' has more than %d pages of changes",
				mb->settings.room_mailbox_email_address, INBOX_PAGES_MAX);
		if (!list_page(in, mb, err))
			return false;
	}
	in->looked_ms = clock_mono_ms();
	return brake_look(&in->brake, mb, in->queue, err);
}

/* ---- catching up -------------------------------------------------------------------------- */

/* Only what was listed and dealt with is covered; a queue in which something waits covers less. */
static bool save_position(struct inbox *in, struct mailbox *mb, struct err *err)
{
	if (!in->position || queue_count(in->queue, QUEUE_ALL))
		return true;
	arena_reset(&mb->batch);
	const char *saved = mailbox_sync_state(
		mb->store, mb->connector, mb->settings.room_mailbox_email_address, &mb->batch, err);
	if (!saved)
		return false;
	if (text_equal(saved, in->position))
		return true;
	STEP("before sync state");
	if (!store_state(mb, in->position, err))
		return false;
	STEP("after sync state");
	return true;
}

/* Deals with the next batch; *ret_none: there was none. */
static bool next_batch(struct inbox *in, struct mailbox *mb, enum queue_kinds kinds, bool *ret_none,
	struct err *err)
{
	struct queue_item items[EXCHANGE_FETCH_BATCH];
	int64_t waiting;
	arena_reset(&mb->batch);
	if (in->brake.holds)
		kinds = kinds & QUEUE_REQUESTS ? QUEUE_REQUESTS : 0;
	size_t n = queue_take(in->queue, kinds, clock_mono_ms(),
		in->careful > 0 ? 1 : EXCHANGE_FETCH_BATCH, &mb->batch, items);
	*ret_none = n == 0;
	if (!n)
		return true;
	if (!mb->guard(mb->arg, err)) {
		put_all_back(in, items, n);
		return false;
	}
	if (!read_and_deal(in, mb, items, n, err) ||
		!outbox_count(mb->store, mb->connector, clock_now(), &waiting, err))
		return false;
	if (queue_aside(in->queue) > QUEUE_ASIDE_MAX)
		return err_set(err, ERR_PROTOCOL,
			"Exchange fails on more than %d messages of mailbox '%s'", QUEUE_ASIDE_MAX,
			mb->settings.room_mailbox_email_address);
	return waiting < EXCHANGE_ANSWER_BATCH || drain(in, mb, EXCHANGE_ANSWER_BATCH - 1, err);
}

/* A meeting that starts within minutes may have come while the others were dealt with. */
static bool look_again(struct inbox *in, struct mailbox *mb, struct err *err)
{
	if (clock_mono_ms() - in->looked_ms < INBOX_LOOK_MS)
		return true;
	return list(in, mb, err);
}

static bool find_outbox_due(struct inbox *in, struct mailbox *mb, struct err *err)
{
	int64_t next, now = clock_now();
	if (!outbox_next(mb->store, mb->connector, &next, err))
		return false;
	in->outbox_due_ms = next == FIELD_NULL ? INT64_MAX
		: next > now                   ? clock_mono_ms() + (next - now) * 1000
					       : clock_mono_ms();
	return true;
}

bool inbox_catch_up(struct inbox *in, struct mailbox *mb, enum queue_kinds kinds, struct err *err)
{
	arena_reset(&mb->batch);
	if (!drain(in, mb, 0, err) || !list(in, mb, err))
		return false;
	for (;;) {
		bool none;
		if (mailbox_stops(mb))
			return err_set(err, ERR_CANCELLED, "asked to stop");
		if (!look_again(in, mb, err) || !next_batch(in, mb, kinds, &none, err))
			return false;
		if (!none)
			continue;
		arena_reset(&mb->batch);
		if (!drain(in, mb, 0, err) || !save_position(in, mb, err))
			return false;
		if (in->complete || queue_full(in->queue))
			return find_outbox_due(in, mb, err);
		if (!list(in, mb, err))
			return false;
	}
}
