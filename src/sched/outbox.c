#include "sched/outbox.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/step.h"
#include "sched/insert.h"
#include "store/meetings.h"

#include <string.h>

enum { BATCH = EXCHANGE_ANSWER_BATCH };

struct delivery {
	struct exchange *ex;
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct outbox_row rows[BATCH];
	size_t count;
	struct exchange_result results[BATCH];
};

static bool give_answers(struct delivery *d, struct err *err)
{
	struct exchange_answer answers[BATCH];
	for (size_t i = 0; i < d->count; i++)
		answers[i] =
			(struct exchange_answer){ .verdict = strcmp(d->rows[i].kind, "accept") == 0
					? EXCHANGE_ACCEPT
					: EXCHANGE_DECLINE,
				.item_id = d->rows[i].item_id,
				.change_key = d->rows[i].change_key,
				.text = d->rows[i].body };
	return exchange_answer(d->ex, answers, d->count, d->results, err);
}

static bool give_removals(struct delivery *d, struct err *err)
{
	const char *ids[BATCH], *keys[BATCH];
	for (size_t i = 0; i < d->count; i++) {
		ids[i] = d->rows[i].item_id;
		keys[i] = d->rows[i].change_key;
	}
	return exchange_remove(d->ex, ids, keys, d->count, d->results, err);
}

static bool give_discards(struct delivery *d, struct err *err)
{
	const char *ids[BATCH];
	for (size_t i = 0; i < d->count; i++)
		ids[i] = d->rows[i].item_id;
	return exchange_discard(d->ex, ids, d->count, d->results, err);
}

static void report(const struct delivery *d, size_t i, enum log_level level, const char *message)
{
	const struct exchange_result *r = &d->results[i];
	log_line(level, "administrator.scheduling", message, "User", "schedulingservice",
		"CorrelationId", d->rows[i].correlation_id, "Integration", d->settings->name,
		"Answer", d->rows[i].kind, "Uid", d->rows[i].uid, "Detail",
		r->ok ? NULL : r->err.text, NULL);
}

/* Would another message's answer fail just so? Then no attempt is counted. */
static bool is_the_mailbox(enum err_code code)
{
	return code == ERR_NET || code == ERR_BUSY || code == ERR_DENIED || code == ERR_LIMIT ||
		code == ERR_CANCELLED;
}

/* An attempt that failed for this message's sake. */
static bool count_attempt(
	struct delivery *d, size_t i, int64_t not_before, bool *ret_given_up, struct err *err)
{
	*ret_given_up = d->rows[i].attempts + 1 >= OUTBOX_ATTEMPTS_MAX;
	if (*ret_given_up)
		report(d, i, LOG_LEVEL_ERROR, "Exchange does not take the answer");
	return outbox_failed(d->store, d->rows[i].id, not_before, err);
}

int64_t outbox_aside_s(int64_t attempts)
{
	int64_t wait_s = OUTBOX_ASIDE_FIRST_S;
	for (int64_t i = 0; i < attempts && wait_s < OUTBOX_ASIDE_LAST_S; i++)
		wait_s *= 2;
	return wait_s < OUTBOX_ASIDE_LAST_S ? wait_s : OUTBOX_ASIDE_LAST_S;
}

/* It is tried again later, each time after twice as long; the others go on. */
static bool set_aside(struct delivery *d, size_t i, struct err *err)
{
	int64_t until = clock_now() + outbox_aside_s(d->rows[i].attempts);
	bool given_up;
	if (!count_attempt(d, i, until, &given_up, err))
		return false;
	if (!given_up)
		report(d, i, LOG_LEVEL_WARNING,
			"An answer is set aside: Exchange does not take it now");
	return true;
}

static bool note_changed(struct delivery *d, size_t i, struct arena *arena,
	struct outbox_changed *changed, struct err *err)
{
	bool given_up;
	if (!count_attempt(d, i, 0, &given_up, err))
		return false;
	if (!given_up)
		changed->items[changed->count++] =
			(struct exchange_change){ .kind = EXCHANGE_UPDATED,
				.meeting = true,
				.item_id = arena_strdup(arena, d->rows[i].item_id) };
	return true;
}

/* Notes one result. ret_settled false: it must be tried again, later. */
static bool note(struct delivery *d, size_t i, struct arena *arena, struct outbox_changed *changed,
	bool *ret_settled, struct err *err)
{
	const struct exchange_result *r = &d->results[i];
	*ret_settled = true;
	if (r->ok) {
		report(d, i, LOG_LEVEL_INFO, "Answer given");
	} else if (r->err.code == ERR_NOT_FOUND) {
		report(d, i, LOG_LEVEL_INFO, "Message is gone, nothing to answer");
	} else if (r->err.code == ERR_CONFLICT) {
		return note_changed(d, i, arena, changed, err);
	} else if (r->err.code == ERR_INVALID) {
		report(d, i, LOG_LEVEL_ERROR, "Exchange does not take the answer");
	} else if (is_the_mailbox(r->err.code)) {
		*ret_settled = false;
		return true;
	} else {
		return set_aside(d, i, err);
	}
	return outbox_done(d->store, d->rows[i].id, err);
}

static bool note_all(
	struct delivery *d, struct arena *arena, struct outbox_changed *changed, struct err *err)
{
	const struct exchange_result *unsettled = NULL;
	if (!store_begin(d->store, err))
		return false;
	for (size_t i = 0; i < d->count; i++) {
		bool settled;
		if (!note(d, i, arena, changed, &settled, err)) {
			store_rollback(d->store);
			return false;
		}
		if (!settled && !unsettled)
			unsettled = &d->results[i];
	}
	if (!store_commit(d->store, err))
		return false;
	if (unsettled && err)
		*err = unsettled->err;
	return !unsettled;
}

bool outbox_drain(struct exchange *ex, struct store *store,
	const struct ms_exchange_connector *settings, struct arena *arena,
	struct outbox_changed *ret_changed, int64_t *ret_left, struct err *err)
{
	static const struct {
		const char *kind, *or_kind;
		bool (*give)(struct delivery *d, struct err *err);
	} passes[] = { { "accept", "decline", give_answers }, { "remove", "", give_removals },
		{ "discard", "", give_discards } };
	struct delivery d = { .ex = ex, .store = store, .settings = settings };
	ret_changed->count = 0;
	if (!insert_instructions(ex, store, settings, arena, err))
		return false;
	for (size_t i = 0; i < sizeof(passes) / sizeof(*passes); i++) {
		size_t room = BATCH - ret_changed->count;
		if (!outbox_take(store, settings->id, passes[i].kind, passes[i].or_kind,
			    clock_now(), room, arena, d.rows, &d.count, err))
			return false;
		if (!d.count)
			continue;
		STEP("before answers are given");
		if (!passes[i].give(&d, err))
			return false;
		STEP("answers given, not noted");
		if (!note_all(&d, arena, ret_changed, err))
			return false;
		STEP("answers noted");
	}
	return outbox_count(store, settings->id, clock_now(), ret_left, err);
}
