#include "store/addin_versions.h"
#include "base/text.h"
#include "model/manifest_version.h"

#include <assert.h>
#include <inttypes.h>

enum { DAY_S = 86400 };

struct current {
	int64_t number; /* 0: none */
	bool same;      /* its digest is the one asked for */
};

static bool read_current(struct store *store, int64_t connector, const char *digest,
	struct current *ret, struct err *err)
{
	struct rows rows;
	*ret = (struct current){ 0 };
	if (!store_query(store, &rows, err,
		    "SELECT number, digest FROM addin_version WHERE exchange_connector = $1 "
		    "ORDER BY number DESC LIMIT 1",
		    "i", connector))
		return false;
	if (row_next(&rows, err)) {
		ret->number = row_int(&rows, 0);
		ret->same = text_equal(digest, row_text(&rows, 1));
	}
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

static bool add(struct store *store, int64_t connector, int64_t number, const char *digest,
	int64_t now, struct err *err)
{
	char version[MANIFEST_VERSION_LEN + 1];
	if (number > MANIFEST_NUMBER_MAX)
		return err_set(err, ERR_LIMIT,
			"the add-in of integration %" PRId64 " has had all versions there are",
			connector);
	manifest_version_format(number, version);
	return store_exec(store, err,
		       "UPDATE addin_version SET is_current = 0 WHERE exchange_connector = $1 AND "
		       "is_current = 1",
		       "i", connector) &&
		store_exec(store, err,
			"INSERT INTO addin_version (exchange_connector, version, number, "
			"is_current, digest, creation_time) VALUES ($1, $2, $3, 1, $4, $5)",
			"isisi", connector, version, number, digest, now) &&
		store_exec(store, err,
			"DELETE FROM addin_version WHERE exchange_connector = $1 AND number <= $2",
			"ii", connector, number - ADDIN_VERSIONS_MAX);
}

/* Someone else may have made it meanwhile: read again under the lock. */
static bool make(struct store *store, int64_t connector, const char *digest, int64_t now,
	int64_t *ret_number, struct err *err)
{
	struct current current;
	if (!store_begin(store, err))
		return false;
	bool ok = read_current(store, connector, digest, &current, err);
	if (ok && !current.same)
		ok = add(store, connector, ++current.number, digest, now, err);
	if (!ok) {
		store_rollback(store);
		return false;
	}
	if (!store_commit(store, err))
		return false;
	*ret_number = current.number;
	return true;
}

bool addin_version_of(struct store *store, int64_t connector, const char *digest, int64_t now,
	int64_t *ret_number, struct err *err)
{
	struct current current;
	assert(!store_in_transaction(store));
	if (!read_current(store, connector, digest, &current, err))
		return false;
	if (!current.same)
		return make(store, connector, digest, now, ret_number, err);
	*ret_number = current.number;
	return true;
}

bool addin_version_current(
	struct store *store, int64_t connector, int64_t *ret_number, struct err *err)
{
	struct current current;
	if (!read_current(store, connector, "", &current, err))
		return false;
	*ret_number = current.number;
	return true;
}

/* Is there anything to write? Reading is cheap and holds nobody up; writing waits for the one lock. */
static bool is_news(struct store *store, int64_t connector, int64_t number, bool used, int64_t now,
	bool *ret, struct err *err)
{
	struct rows rows;
	*ret = false;
	if (!store_query(store, &rows, err,
		    "SELECT 1 FROM addin_version WHERE exchange_connector = $1 AND number = $2 AND "
		    "(coalesce(last_seen_time, 0) <= $3 OR last_seen_time > $4 OR "
		    "($5 = 1 AND coalesce(last_used_time, 0) <= $3))",
		    "iiiib", connector, number, now - ADDIN_SEEN_S, now + ADDIN_SEEN_S, used))
		return false;
	*ret = row_next(&rows, err);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

bool addin_version_seen(struct store *store, int64_t connector, int64_t number, bool used,
	int64_t now, struct err *err)
{
	bool news;
	if (!is_news(store, connector, number, used, now, &news, err))
		return false;
	return !news ||
		store_exec(store, err,
			"UPDATE addin_version SET first_seen_time = coalesce(first_seen_time, $3), "
			"last_seen_time = $3, last_used_time = CASE $4 WHEN 1 THEN $3 ELSE "
			"last_used_time END WHERE exchange_connector = $1 AND number = $2",
			"iiib", connector, number, now, used);
}

static bool read_one(struct store *store, const char *where, int64_t connector, int64_t since,
	struct arena *arena, struct addin_version *ret, bool *ret_found, struct err *err)
{
	struct rows rows;
	const char *sql = arena_printf(arena, "SELECT %s FROM addin_version WHERE %s LIMIT 1",
		store_columns(store, &addin_version_type), where);
	if (!store_query(store, &rows, err, sql, "ii", connector, since))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		row_record(&rows, &addin_version_type, arena, ret);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

bool addin_version_find_old(struct store *store, int64_t connector, int64_t days, int64_t now,
	struct arena *arena, struct addin_version_old *ret, bool *ret_found, struct err *err)
{
	struct addin_version_old found;
	*ret_found = false;
	if (!read_one(store, "exchange_connector = $1 AND is_current = 1 AND $2 = 0", connector, 0,
		    arena, &found.current, ret_found, err))
		return false;
	if (!*ret_found)
		return true;
	int64_t since = found.current.creation_time + days * DAY_S;
	if (since < now - ADDIN_OLD_S)
		since = now - ADDIN_OLD_S;
	if (!read_one(store,
		    "exchange_connector = $1 AND is_current = 0 AND last_used_time >= $2 ORDER BY "
		    "last_used_time DESC, number DESC",
		    connector, since, arena, &found.old, ret_found, err))
		return false;
	if (*ret_found)
		*ret = found;
	return true;
}
