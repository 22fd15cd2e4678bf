#include "store/operations.h"
#include "base/random.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { EXPIRE_BATCH = 1000 }; /* rows per transaction: others want to write too */
#define DAY 86400

/* The text, cut at the end of a character so that at most max bytes are left. */
static void cut(const char *text, char *ret, size_t max)
{
	snprintf(ret, max + 1, "%s", text ? text : "");
	size_t len = strlen(ret);
	if (text && text[len]) {
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
		ret[len] = '\0';
	}
}

bool operation_record(
	struct store *store, const struct operation *operation, char *ret_uuid, struct err *err)
{
	char uuid[UUID_LEN + 1], code[OPERATION_ERROR_CODE_MAX + 1];
	char description[OPERATION_ERROR_DESCRIPTION_MAX + 1];
	assert(store_in_transaction(store));
	random_uuid(uuid);
	cut(operation->error_code, code, OPERATION_ERROR_CODE_MAX);
	cut(operation->error_description, description, OPERATION_ERROR_DESCRIPTION_MAX);
	if (!store_exec(store, err,
		    "INSERT INTO scheduling_operation (creation_time, transaction_uuid, success,"
		    " error_code, error_description, resource_id) VALUES ($1, $2, $3, $4, $5, $6)",
		    "isbssi", operation->now, uuid, operation->success, code, description,
		    operation->resource_id))
		return false;
	if (ret_uuid)
		memcpy(ret_uuid, uuid, sizeof(uuid));
	return true;
}

bool scheduler_touch(struct store *store, int64_t connector, int64_t now, struct err *err)
{
	assert(store_in_transaction(store));
	return store_exec(store, err,
		"INSERT INTO exchange_scheduler (id, exchange_connector_id, last_modified_time)"
		" VALUES ($1, $1, $2) ON CONFLICT (id) DO UPDATE"
		" SET last_modified_time = excluded.last_modified_time",
		"ii", connector, now);
}

/* Deletes a batch at a time. */
static bool forget(struct store *store, const char *sql, int64_t bound, struct err *err)
{
	do
		if (!store_exec(store, err, sql, "ii", bound, (int64_t)EXPIRE_BATCH))
			return false;
	while (store_changes(store) == EXPIRE_BATCH);
	return true;
}

bool operations_expire(struct store *store, int64_t now, struct err *err)
{
	return forget(store,
		       "DELETE FROM scheduling_operation WHERE id IN (SELECT id FROM"
		       " scheduling_operation WHERE creation_time < $1 LIMIT $2)",
		       now - (int64_t)OPERATIONS_DAYS * DAY, err) &&
		forget(store,
			"DELETE FROM scheduling_operation WHERE id IN (SELECT id FROM"
			" scheduling_operation WHERE id <="
			" (SELECT max(id) FROM scheduling_operation) - $1 ORDER BY id LIMIT $2)",
			OPERATIONS_MAX, err) &&
		store_exec(store, err,
			"DELETE FROM exchange_scheduler WHERE id NOT IN"
			" (SELECT id FROM ms_exchange_connector)",
			"");
}
