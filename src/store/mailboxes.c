#include "store/mailboxes.h"
#include "base/random.h"
#include "base/text.h"

static const char *const order_names[N_MAILBOX_ORDERS] = {
	[ORDER_RESYNC] = "resync",
	[ORDER_RECONCILE] = "reconcile",
	[ORDER_CONFIRM_REMOVALS] = "confirm-removals",
	[ORDER_TAKEOVER] = "takeover",
};

const char *mailbox_order_name(enum mailbox_order order)
{
	return order_names[order];
}

bool mailbox_order_find(const char *name, enum mailbox_order *ret)
{
	for (int i = 0; i < N_MAILBOX_ORDERS; i++)
		if (text_equal(order_names[i], name)) {
			*ret = (enum mailbox_order)i;
			return true;
		}
	return false;
}

bool mailbox_order_put(struct store *store, int64_t connector, enum mailbox_order order,
	int64_t now, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO mailbox_order (exchange_connector, name, creation_time)"
		" VALUES ($1, $2, $3) ON CONFLICT (exchange_connector, name) DO NOTHING",
		"isi", connector, order_names[order], now);
}

bool mailbox_order_take(struct store *store, int64_t connector, enum mailbox_order order, bool *ret,
	struct err *err)
{
	if (!store_exec(store, err,
		    "DELETE FROM mailbox_order WHERE exchange_connector = $1 AND name = $2", "is",
		    connector, order_names[order]))
		return false;
	*ret = store_changes(store) > 0;
	return true;
}

static bool one_number(struct rows *rows, int64_t *ret, struct err *err)
{
	int64_t number = row_next(rows, err) ? row_int(rows, 0) : FIELD_NULL;
	row_done(rows);
	if (rows->failed)
		return false;
	*ret = number;
	return true;
}

bool mailbox_order_next(struct store *store, int64_t after, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT min(exchange_connector) FROM mailbox_order"
		       " WHERE exchange_connector > $1",
		       "i", after) &&
		one_number(&rows, ret, err);
}

bool installation_uuid(struct store *store, struct arena *arena, const char **ret, struct err *err)
{
	struct rows rows;
	char uuid[UUID_LEN + 1];
	random_uuid(uuid);
	if (!store_exec(store, err,
		    "INSERT INTO installation (id, uuid) VALUES (1, $1)"
		    " ON CONFLICT (id) DO NOTHING",
		    "s", uuid) ||
		!store_query(store, &rows, err, "SELECT uuid FROM installation", ""))
		return false;
	if (row_next(&rows, err))
		*ret = arena_strdup(arena, row_text(&rows, 0));
	row_done(&rows);
	return !rows.failed;
}

bool mailbox_saves(struct store *store, int64_t connector, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT coalesce(max(saves), 0) FROM mailbox WHERE exchange_connector = $1",
		       "i", connector) &&
		one_number(&rows, ret, err);
}

bool mailbox_reconciled(struct store *store, int64_t connector, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT reconciled FROM mailbox WHERE exchange_connector = $1", "i",
		       connector) &&
		one_number(&rows, ret, err);
}

bool mailbox_set_reconciled(struct store *store, int64_t connector, int64_t when, struct err *err)
{
	return store_exec(store, err,
		"UPDATE mailbox SET reconciled = $2 WHERE exchange_connector = $1", "ii", connector,
		when);
}

bool scheduler_tell(
	struct store *store, int64_t connector, const struct scheduler_status *s, struct err *err)
{
	return store_exec(store, err,
		"INSERT INTO exchange_scheduler (id, exchange_connector_id, state, detail,"
		" next_attempt_time, owner_host, waiting_requests, waiting_cancellations,"
		" held_removals, held_removal_names, reconcile_time, drift_missing, drift_moved,"
		" drift_gone) VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
		" ON CONFLICT (id) DO UPDATE SET state = excluded.state, detail = excluded.detail,"
		" next_attempt_time = excluded.next_attempt_time,"
		" owner_host = excluded.owner_host, waiting_requests = excluded.waiting_requests,"
		" waiting_cancellations = excluded.waiting_cancellations,"
		" held_removals = excluded.held_removals,"
		" held_removal_names = excluded.held_removal_names,"
		" reconcile_time = coalesce(excluded.reconcile_time, reconcile_time),"
		" drift_missing = CASE WHEN excluded.reconcile_time IS NULL THEN drift_missing"
		" ELSE excluded.drift_missing END,"
		" drift_moved = CASE WHEN excluded.reconcile_time IS NULL THEN drift_moved"
		" ELSE excluded.drift_moved END,"
		" drift_gone = CASE WHEN excluded.reconcile_time IS NULL THEN drift_gone"
		" ELSE excluded.drift_gone END",
		"issisiiisiiii", connector, s->state ? s->state : "", s->detail ? s->detail : "",
		s->next_attempt_time, s->owner_host ? s->owner_host : "", s->waiting_requests,
		s->waiting_cancellations, s->held_removals,
		s->held_removal_names ? s->held_removal_names : "", s->reconcile_time,
		s->drift_missing, s->drift_moved, s->drift_gone);
}

bool mailbox_future_rooms(
	struct store *store, int64_t connector, int64_t now, int64_t *ret, struct err *err)
{
	struct rows rows;
	return store_query(store, &rows, err,
		       "SELECT count(DISTINCT s.conference) FROM scheduled_conference s"
		       " JOIN conference c ON c.id = s.conference AND c.single_use = 1"
		       " WHERE s.exchange_connector = $1 AND s.end_time > $2",
		       "ii", connector, now) &&
		one_number(&rows, ret, err);
}
