/*
 * How this works: one thread per mailbox walks through these states. Only watch_enter() changes
 * them, and logs each change.
 *
 *	STARTING    settings are read, a session is opened. -> CATCHING_UP, BACKING_OFF, STOPPED
 *	CATCHING_UP the mailbox is ours (sched/owner). Orders are taken up, what is new in the inbox is
 *	            dealt with (sched/inbox), the calendar compared when that is due (sched/reconcile).
 *	            -> WAITING (nothing is left), STANDING_BY, BACKING_OFF, STOPPED
 *	WAITING     everything is dealt with; a notification, a poll or a wake-up leads back. The lease is
 *	            refreshed meanwhile. -> CATCHING_UP, STANDING_BY, BACKING_OFF, STOPPED
 *	STANDING_BY another installation works on the mailbox; its lease is watched, nothing else.
 *	            -> CATCHING_UP (it is ours), BACKING_OFF, STOPPED
 *	BACKING_OFF something failed; no request is made until the time that Exchange asked for, or
 *	            our own growing delay, is over. -> STARTING, STOPPED
 *	STOPPED     the thread ends.
 */
#include "sched/watch.h"
#include "base/clock.h"
#include "base/iso8601.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "sched/alarms.h"
#include "sched/inbox.h"
#include "sched/licensing.h"
#include "sched/mailbox.h"
#include "sched/owner.h"
#include "sched/processing.h"
#include "sched/reconcile.h"
#include "store/mailboxes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BACKOFF_FIRST_MS = 500,
	BACKOFF_LAST_MS = 5 * 60 * 1000,
	WAIT_MS = 10 * 60 * 1000, /* at least so often the mailbox is looked at */
	POLL_MS = 15 * 1000,      /* when there are no notifications */
	STATUS_MAX = 8192,        /* bytes of all that the status row says */
};

enum watch_state { STARTING, CATCHING_UP, WAITING, STANDING_BY, BACKING_OFF, STOPPED };

struct watch {
	pthread_t thread;
	struct mailbox mb;

	/* The thread's own. */
	struct inbox inbox;
	struct owner owner;
	struct processing processing;
	enum watch_state state;
	int64_t caught_up_ms; /* when the mailbox was looked at last; monotonic */
	int64_t reconcile_ms; /* not before: removals are held; monotonic */
	int64_t backoff_ms;
	bool trouble;            /* an alarm may stand: ours, or an earlier process's */
	bool streaming, told;    /* whether notifications arrive; the log has a line about it */
	char status[STATUS_MAX]; /* as last written */
};

static void watch_enter(struct watch *w, enum watch_state state, const char *why)
{
	static const char *const names[] = { "starting", "catching up", "waiting", "standing by",
		"backing off", "stopped" };
	if (w->state == state)
		return;
	char change[64];
	snprintf(change, sizeof(change), "%s -> %s", names[w->state], names[state]);
	log_line(state == BACKING_OFF ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
		state == BACKING_OFF ? "administrator.scheduling" : "support.scheduling",
		state == BACKING_OFF ? "Mailbox cannot be worked on for now" : "Mailbox state",
		"User", "schedulingservice", "Integration", w->mb.settings.name, "Mailbox",
		w->mb.settings.room_mailbox_email_address, "State", change, "Detail", why, NULL);
	w->state = state;
}

/* ---- what the status row says ------------------------------------------------------------- */

/* That it cannot be written must not stop the work. */
static void write_status(struct watch *w, const struct scheduler_status *s)
{
	struct err err;
	if (!scheduler_tell(w->mb.store, w->mb.connector, s, &err))
		log_error("support.scheduling", "The status cannot be written", "User",
			"schedulingservice", "Integration", w->mb.settings.name, "Detail", err.text,
			NULL);
}

/* Written when it changed. compared: what a comparison with the calendar has just found; or NULL. */
static void tell(struct watch *w, const char *state, const char *detail, int64_t next_attempt,
	const struct reconciliation *compared)
{
	char text[STATUS_MAX];
	const struct brake *brake = &w->inbox.brake;
	const struct brake_load *load = brake->calendar_holds ? &brake->calendar : &brake->load;
	struct scheduler_status s = { .state = state,
		.detail = detail,
		.next_attempt_time = next_attempt,
		.owner_host = w->owner.other,
		.waiting_requests = (int64_t)queue_count(w->inbox.queue, QUEUE_REQUESTS),
		.waiting_cancellations = (int64_t)queue_count(w->inbox.queue, QUEUE_CANCELLATIONS),
		.held_removals = load->going,
		.held_removal_names = load->names,
		.reconcile_time = FIELD_NULL };
	if (!w->mb.store || !*w->mb.settings.name)
		return;
	if (compared) {
		s.reconcile_time = clock_now();
		s.drift_missing = compared->missing;
		s.drift_moved = compared->moved;
		s.drift_gone = compared->gone;
	}
	snprintf(text, sizeof(text), "%s|%s|%lld|%s|%lld|%lld|%lld|%s", state, detail,
		(long long)next_attempt, s.owner_host, (long long)s.waiting_requests,
		(long long)s.waiting_cancellations, (long long)s.held_removals,
		s.held_removal_names);
	if (!compared && text_equal(text, w->status))
		return;
	memcpy(w->status, text, sizeof(text));
	write_status(w, &s);
}

/* ---- failures ----------------------------------------------------------------------------- */

/* How long to wait after this failure: as Exchange says, or twice as long as before, give or take
 * a quarter, so that many mailboxes do not come back at once. */
static int64_t backoff(struct watch *w, const struct err *err)
{
	if (err->code == ERR_BUSY && err->retry_after_ms > 0)
		return err->retry_after_ms;
	int64_t first =
		w->mb.options->first_delay_ms ? w->mb.options->first_delay_ms : BACKOFF_FIRST_MS;
	w->backoff_ms = w->backoff_ms ? w->backoff_ms * 2 : first;
	if (w->backoff_ms > BACKOFF_LAST_MS)
		w->backoff_ms = BACKOFF_LAST_MS;
	int64_t quarter = w->backoff_ms / 4;
	return w->backoff_ms - quarter + (int64_t)random_below((uint64_t)(2 * quarter + 1));
}

static void end_trouble(struct watch *w)
{
	alarm_lower(w->mb.store, ALARM_CONNECTION_FAILURE, w->mb.settings.name);
	alarm_lower(w->mb.store, ALARM_STORAGE, w->mb.settings.name);
}

static void back_off(struct watch *w, const struct err *err)
{
	int64_t ms = backoff(w, err), until = clock_now() + (ms + 999) / 1000;
	char why[ERR_TEXT_MAX + 96], when[ISO8601_LEN + 1];
	iso8601_format(until, when);
	snprintf(why, sizeof(why), "%s; next attempt in %lld ms, at %s", err->text, (long long)ms,
		when);
	watch_enter(w, BACKING_OFF, why);
	if (w->mb.store && *w->mb.settings.name) {
		alarm_raise(w->mb.store,
			err->code == ERR_IO ? ALARM_STORAGE : ALARM_CONNECTION_FAILURE,
			w->mb.settings.name, why);
		w->trouble = true;
	}
	tell(w, "backing off", err->text, until, NULL);
	int64_t end = clock_mono_ms() + ms;
	for (int64_t left; !mailbox_stops(&w->mb) && (left = end - clock_mono_ms()) > 0;) {
		mailbox_was_woken(&w->mb); /* nobody wakes it before its time */
		mailbox_pause(&w->mb, left);
	}
	watch_enter(w, STARTING, NULL);
}

/* The integration may be gone, or be called something else when it is watched again: nobody would
 * lower them then. What is still wrong raises them anew. */
static void end_alarms(struct watch *w)
{
	static const enum alarm_kind ours[] = { ALARM_CONNECTION_FAILURE, ALARM_TEMPLATE_FAILED,
		ALARM_AUTOMATIC_PROCESSING, ALARM_MAILBOX_SHARED, ALARM_REMOVALS_HELD,
		ALARM_ORGANIZER_ITEM, ALARM_STORAGE };
	if (!w->mb.store || !*w->mb.settings.name)
		return;
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		alarm_lower(w->mb.store, ours[i], w->mb.settings.name);
}

/* ---- orders ------------------------------------------------------------------------------- */

static bool ordered(struct watch *w, enum mailbox_order order, bool *ret, struct err *err)
{
	if (!mailbox_order_take(w->mb.store, w->mb.connector, order, ret, err))
		return false;
	if (*ret)
		log_info("administrator.scheduling", "Order taken up", "User", "schedulingservice",
			"Integration", w->mb.settings.name, "Order", mailbox_order_name(order),
			NULL);
	return true;
}

static bool resync(struct watch *w, const char *why, struct err *err)
{
	log_warning("administrator.scheduling", "The mailbox is read again from the beginning",
		"User", "schedulingservice", "Integration", w->mb.settings.name, "Detail", why,
		NULL);
	return inbox_restart(&w->inbox, &w->mb, err) &&
		mailbox_set_reconciled(w->mb.store, w->mb.connector, FIELD_NULL, err);
}

static bool take_orders(struct watch *w, struct err *err)
{
	bool again, reconcile, confirmed, takeover;
	if (!ordered(w, ORDER_RESYNC, &again, err) ||
		!ordered(w, ORDER_RECONCILE, &reconcile, err) ||
		!ordered(w, ORDER_CONFIRM_REMOVALS, &confirmed, err) ||
		!ordered(w, ORDER_TAKEOVER, &takeover, err)) /* it is ours already */
		return false;
	if (confirmed)
		brake_release(&w->inbox.brake, &w->mb);
	if (again || reconcile || confirmed)
		w->reconcile_ms = 0;
	if (again && !resync(w, "an administrator ordered it", err))
		return false;
	return (!reconcile && !confirmed) ||
		mailbox_set_reconciled(w->mb.store, w->mb.connector, FIELD_NULL, err);
}

/* ---- states ------------------------------------------------------------------------------- */

static bool start(struct watch *w, struct err *err)
{
	const char *uuid;
	w->processing = (struct processing){ 0 };
	if (!mailbox_open(&w->mb, err))
		return false;
	if (!*w->owner.key) {
		arena_reset(&w->mb.batch);
		if (!installation_uuid(w->mb.store, &w->mb.batch, &uuid, err))
			return false;
		owner_init(&w->owner, uuid, w->mb.options->host, w->mb.options->store_path,
			w->mb.lease_ms);
	}
	w->owner.lease_ms = w->mb.lease_ms;
	owner_forget(&w->owner);
	watch_enter(w, CATCHING_UP, NULL);
	return true;
}

static void stand_by(struct watch *w)
{
	inbox_forget(&w->inbox);
	tell(w, "standing by", "another installation works on the mailbox", FIELD_NULL, NULL);
	watch_enter(w, STANDING_BY, w->owner.other);
}

/* Without a licence requests wait where they are: they are dealt with when there is one again. */
static bool allowed_kinds(struct watch *w, enum queue_kinds *ret, struct err *err)
{
	struct licence_state licence;
	if (!licence_state(w->mb.store, clock_now(), &licence, err))
		return false;
	*ret = licence.valid ? QUEUE_ALL : QUEUE_CANCELLATIONS;
	return true;
}

/* Hourly where Exchange accepts by itself: its meetings are found in the calendar only. */
static bool reconcile_is_due(struct watch *w, bool *ret, struct err *err)
{
	int64_t last, now = clock_now(), period = w->mb.settings.reconcile_hours * 3600;
	if (!mailbox_reconciled(w->mb.store, w->mb.connector, &last, err))
		return false;
	bool due = last == FIELD_NULL || (period && (now - last >= period || last > now)) ||
		(w->processing.accepts && w->processing.fresh);
	*ret = due && clock_mono_ms() >= w->reconcile_ms;
	return true;
}

/* What is held stays due, so that a restart finds it again; but not at once. */
static bool compare_calendar(struct watch *w, enum queue_kinds kinds, struct err *err)
{
	struct reconciliation r;
	struct brake *brake = &w->inbox.brake;
	if (!reconcile(&w->mb, &w->inbox, kinds, brake->calendar_released, &r, err))
		return false;
	w->processing.fresh = false;
	brake_hold_calendar(brake, &w->mb, r.held ? &r.load : NULL);
	tell(w, "working", "", FIELD_NULL, &r);
	if (r.held)
		w->reconcile_ms = clock_mono_ms() + RECONCILE_HELD_MS;
	return mailbox_set_reconciled(
		w->mb.store, w->mb.connector, r.held ? FIELD_NULL : clock_now(), err);
}

static bool work(struct watch *w, struct err *err)
{
	enum queue_kinds kinds;
	bool due;
	if (!owner_guard(&w->owner, &w->mb, err) || !take_orders(w, err))
		return false;
	if (w->owner.restored && !resync(w, "the database is older than the mailbox", err))
		return false;
	w->owner.restored = false;
	if (!allowed_kinds(w, &kinds, err) || !inbox_catch_up(&w->inbox, &w->mb, kinds, err))
		return false;
	processing_look(&w->processing, &w->mb);
	if (w->inbox.resynced &&
		!mailbox_set_reconciled(w->mb.store, w->mb.connector, FIELD_NULL, err))
		return false;
	w->inbox.resynced = false;
	return reconcile_is_due(w, &due, err) && (!due || compare_calendar(w, kinds, err));
}

static bool catch_up(struct watch *w, struct err *err)
{
	w->caught_up_ms = clock_mono_ms();
	if (!work(w, err)) {
		bool lost = err->code == ERR_CONFLICT && !owner_works(&w->owner);
		if (lost)
			stand_by(w);
		return lost;
	}
	if (w->trouble)
		end_trouble(w);
	w->trouble = false;
	w->backoff_ms = 0;
	tell(w, "working", "", FIELD_NULL, NULL);
	watch_enter(w, WAITING, NULL);
	return true;
}

/* Until the lease wants refreshing, or something that was set aside is due; at least for a moment. */
static long wait_ms(const struct watch *w)
{
	int64_t ms = WAIT_MS, now = clock_mono_ms();
	if (owner_wait_ms(&w->owner) < ms)
		ms = owner_wait_ms(&w->owner);
	if (inbox_due_ms(&w->inbox) - now < ms)
		ms = inbox_due_ms(&w->inbox) - now;
	return (long)(ms < 1 ? 1 : ms);
}

static void tell_streaming(struct watch *w, bool streaming)
{
	if (streaming != w->streaming || !w->told)
		log_info("support.scheduling",
			streaming ? "Notifications arrive"
				  : "No notifications: the mailbox is polled",
			"User", "schedulingservice", "Integration", w->mb.settings.name, "Detail",
			streaming ? NULL : exchange_trouble(w->mb.ex), NULL);
	w->streaming = streaming;
	w->told = true;
}

static bool wait_for_news(struct watch *w, struct err *err)
{
	bool news, streaming;
	long most = wait_ms(w);
	if (!exchange_wait(w->mb.ex, most, POLL_MS, &news, &streaming, err))
		return true; /* cancelled */
	tell_streaming(w, streaming);
	int64_t now = clock_mono_ms();
	if (mailbox_was_woken(&w->mb) || news || now >= inbox_due_ms(&w->inbox) ||
		now - w->caught_up_ms >= WAIT_MS) {
		watch_enter(w, CATCHING_UP, NULL);
		return true;
	}
	arena_reset(&w->mb.batch);
	if (owner_wait_ms(&w->owner) == 0 && !owner_check(&w->owner, &w->mb, err))
		return false;
	if (!owner_works(&w->owner))
		stand_by(w);
	return true;
}

static bool watch_the_owner(struct watch *w, struct err *err)
{
	bool takeover;
	mailbox_pause(&w->mb, owner_wait_ms(&w->owner));
	mailbox_was_woken(&w->mb);
	if (mailbox_stops(&w->mb))
		return true;
	if (!ordered(w, ORDER_TAKEOVER, &takeover, err))
		return false;
	if (takeover)
		owner_seize(&w->owner);
	arena_reset(&w->mb.batch);
	if (owner_wait_ms(&w->owner) == 0 && !owner_check(&w->owner, &w->mb, err))
		return false;
	if (!owner_works(&w->owner))
		return true;
	/* What the other one dealt with is not in our database, and not in the inbox any more. */
	if (!mailbox_set_reconciled(w->mb.store, w->mb.connector, FIELD_NULL, err))
		return false;
	watch_enter(w, CATCHING_UP, "the mailbox is ours");
	return true;
}

static void *watch_run(void *arg)
{
	struct watch *w = arg;
	struct err err;
	while (!mailbox_stops(&w->mb)) {
		bool ok = true;
		switch (w->state) {
		case STARTING: ok = start(w, &err); break;
		case CATCHING_UP: ok = catch_up(w, &err); break;
		case WAITING: ok = wait_for_news(w, &err); break;
		case STANDING_BY: ok = watch_the_owner(w, &err); break;
		case BACKING_OFF:
		case STOPPED: break;
		}
		if (!ok && !mailbox_stops(&w->mb))
			back_off(w, &err);
	}
	watch_enter(w, STOPPED, NULL);
	mailbox_close(&w->mb);
	end_alarms(w);
	return NULL;
}

/* ---- life --------------------------------------------------------------------------------- */

static bool guard(void *arg, struct err *err)
{
	struct watch *w = arg;
	return owner_guard(&w->owner, &w->mb, err);
}

struct watch *watch_start(const struct watch_options *options, int64_t connector)
{
	struct watch *w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	mailbox_init(&w->mb, options, connector);
	w->mb.guard = guard;
	w->mb.arg = w;
	inbox_init(&w->inbox);
	w->trouble = true;
	if (pthread_create(&w->thread, NULL, watch_run, w) != 0)
		abort();
	return w;
}

int64_t watch_connector(const struct watch *w)
{
	return w->mb.connector;
}

void watch_wake(struct watch *w)
{
	mailbox_wake(&w->mb);
}

void watch_cancel(struct watch *w)
{
	mailbox_cancel(&w->mb);
}

void watch_join(struct watch **watch)
{
	struct watch *w = *watch;
	if (!w)
		return;
	pthread_join(w->thread, NULL);
	mailbox_release(&w->mb);
	inbox_release(&w->inbox);
	owner_release(&w->owner);
	free(w);
	*watch = NULL;
}
