#include "model/records.h"
#include "sched/watch.h"
#include "store/mailboxes.h"
#include "store/store.h"

#include <stdlib.h>

struct watches {
	struct watch_options options;
	struct watch **items;
	size_t count;
};

struct watches *watches_new(const struct watch_options *options)
{
	struct watches *ws = calloc(1, sizeof(*ws));
	if (!ws)
		abort();
	ws->options = *options;
	return ws;
}

/* All are asked first, so that they end side by side. */
void watches_free(struct watches **watches)
{
	struct watches *ws = *watches;
	if (!ws)
		return;
	for (size_t i = 0; i < ws->count; i++)
		watch_cancel(ws->items[i]);
	for (size_t i = 0; i < ws->count; i++)
		watch_join(&ws->items[i]);
	free(ws->items);
	free(ws);
	*watches = NULL;
}

static bool contains(const int64_t *ids, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static bool wanted_connectors(
	struct store *store, int64_t **ret_ids, size_t *ret_count, struct err *err)
{
	struct rows rows;
	int64_t *ids = NULL;
	size_t count = 0;
	if (!store_query(store, &rows, err,
		    "SELECT id FROM ms_exchange_connector WHERE enable_dynamic_vmrs = 1"
		    " AND url <> '' AND room_mailbox_email_address <> '' ORDER BY id",
		    ""))
		return false;
	while (row_next(&rows, err)) {
		ids = realloc(ids, (count + 1) * sizeof(*ids));
		if (!ids)
			abort();
		ids[count++] = row_int(&rows, 0);
	}
	row_done(&rows);
	if (rows.failed) {
		free(ids);
		return false;
	}
	*ret_ids = ids;
	*ret_count = count;
	return true;
}

static void stop_one(struct watches *ws, size_t i)
{
	watch_cancel(ws->items[i]);
	watch_join(&ws->items[i]);
	ws->items[i] = ws->items[--ws->count];
}

static void start_one(struct watches *ws, int64_t id)
{
	for (size_t i = 0; i < ws->count; i++)
		if (watch_connector(ws->items[i]) == id)
			return;
	ws->items = realloc(ws->items, (ws->count + 1) * sizeof(struct watch *));
	if (!ws->items)
		abort();
	ws->items[ws->count++] = watch_start(&ws->options, id);
}

bool watches_reload(struct watches *ws, struct store *store, int64_t changed, struct err *err)
{
	int64_t *ids;
	size_t count;
	if (!wanted_connectors(store, &ids, &count, err))
		return false;
	for (size_t i = ws->count; i-- > 0;) {
		int64_t id = watch_connector(ws->items[i]);
		if (id == changed || !contains(ids, count, id))
			stop_one(ws, i);
	}
	for (size_t i = 0; i < count; i++)
		start_one(ws, ids[i]);
	free(ids);
	return true;
}

void watches_wake(struct watches *ws)
{
	for (size_t i = 0; i < ws->count; i++)
		watch_wake(ws->items[i]);
}

bool watches_take_orders(struct watches *ws, struct store *store, struct err *err)
{
	for (int64_t id = 0;;) {
		if (!mailbox_order_next(store, id, &id, err))
			return false;
		if (id == FIELD_NULL)
			return true;
		for (size_t i = 0; i < ws->count; i++)
			if (watch_connector(ws->items[i]) == id)
				watch_wake(ws->items[i]);
	}
}
