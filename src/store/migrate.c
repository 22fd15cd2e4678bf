#include "store/migrate.h"
#include "base/buf.h"
#include "base/text.h"
#include "model/records.h"
#include "model/sealing_keys.h"
#include "store/connection.h"

#include <stdio.h>

static bool schema_version(struct store *store, int64_t *ret, struct err *err)
{
	return connection_number(store, "PRAGMA user_version", ret, err);
}

/* Ours, or empty. */
static bool check_owner(struct store *store, struct err *err)
{
	int64_t application, tables;
	if (!connection_number(store, "PRAGMA application_id", &application, err) ||
		!connection_number(store, "SELECT count(*) FROM sqlite_schema", &tables, err))
		return false;
	if (application == STORE_APPLICATION_ID || (application == 0 && tables == 0))
		return true;
	return err_set(err, ERR_INVALID,
		"'%s' is a database of another program; choose another path", store->path);
}

static bool check_not_newer(
	const struct store *store, int64_t version, size_t known, struct err *err)
{
	if (version <= (int64_t)known)
		return true;
	return err_set(err, ERR_INVALID,
		"database '%s' was written by a newer vmrd (schema %d, this program knows %zu); "
		"install that version again",
		store->path, (int)version, known);
}

static bool check_sound(struct store *store, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err, "PRAGMA quick_check(1)", ""))
		return false;
	bool sound = row_next(&rows, err) && text_equal(row_text(&rows, 0), "ok");
	if (!sound && !rows.failed)
		err_set(err, ERR_IO, "database '%s' is damaged (%.200s); restore it from a backup",
			store->path, row_text(&rows, 0));
	row_done(&rows);
	return sound;
}

static bool run_step(struct store *store, const struct migration *m, size_t number, struct err *err)
{
	char pragmas[128];
	snprintf(pragmas, sizeof(pragmas), "PRAGMA user_version = %zu; PRAGMA application_id = %d",
		number, STORE_APPLICATION_ID);
	if (connection_script(store, m->sql, err) && connection_script(store, pragmas, err))
		return true;
	return err_prefix(err, "migration '%s'", m->name);
}

/* Another process may be doing the same: the version is read again under the lock. */
static bool next_step(struct store *store, const struct migration *list, size_t count,
	bool *ret_done, struct err *err)
{
	if (!store_begin(store, err))
		return false;
	int64_t version;
	bool ok = schema_version(store, &version, err);
	*ret_done = ok && version >= (int64_t)count;
	if (ok && !*ret_done)
		ok = run_step(store, &list[version], (size_t)version + 1, err);
	if (!ok) {
		store_rollback(store);
		return false;
	}
	return store_commit(store, err);
}

/* A record of which there is exactly one is there from the beginning. */
static bool add_singletons(struct store *store, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	bool ok = store_begin(store, err);
	for (const struct record_type *const *t = record_types; ok && *t; t++) {
		if (!(*t)->singleton)
			continue;
		void *record = arena_alloc(&arena, (*t)->size);
		struct err missing = { 0 };
		if (store_get(store, *t, 1, &arena, record, &missing))
			continue;
		record_defaults(*t, record, &arena);
		*(int64_t *)record = 1;
		ok = store_insert(store, *t, record, NULL, err);
	}
	arena_release(&arena);
	if (!ok) {
		store_rollback(store);
		return false;
	}
	return store_commit(store, err);
}

static bool make_keys(struct store *store, struct ms_exchange_connector *connector,
	struct arena *arena, struct err *err)
{
	if (sealing_keys_complete(connector))
		return true;
	sealing_keys_new(connector, arena);
	return store_exec(store, err,
		"UPDATE ms_exchange_connector SET public_key = $2, private_key = $3,"
		" sealing_key = $4 WHERE id = $1",
		"isss", connector->id, connector->public_key, connector->private_key,
		connector->sealing_key);
}

/* An integration that is older than sealed tokens, or was written by hand, has no keys. */
static bool complete_keys(struct store *store, struct err *err)
{
	struct arena arena;
	void *found;
	size_t count = 0;
	const struct store_list all = { 0 };
	arena_init(&arena);
	bool ok = store_begin(store, err) &&
		store_list(store, &ms_exchange_connector_type, &all, &arena, &found, &count, NULL,
			err);
	for (size_t i = 0; ok && i < count; i++)
		ok = make_keys(store, (struct ms_exchange_connector *)found + i, &arena, err);
	arena_release(&arena);
	if (!ok) {
		store_rollback(store);
		return false;
	}
	return store_commit(store, err);
}

/* The mode stays with the file, so it is not set before the file is known to be ours. */
static bool set_journal(struct store *store, struct err *err)
{
	return connection_script(store, "PRAGMA journal_mode = WAL", err);
}

static bool migrate(struct store *store, const struct migration *list, size_t count, int *ret_from,
	struct err *err)
{
	int64_t version;
	if (!check_owner(store, err) || !schema_version(store, &version, err) ||
		!check_not_newer(store, version, count, err) || !check_sound(store, err) ||
		!set_journal(store, err))
		return false;
	for (bool done = false; !done;)
		if (!next_step(store, list, count, &done, err))
			return false;
	*ret_from = (int)version;
	return true;
}

bool migrate_to(const char *path, const struct migration *list, size_t count, int *ret_from,
	int *ret_to, struct err *err)
{
	struct store *store;
	int from;
	if (!connection_open(path, true, &store, err))
		return false;
	bool ok = migrate(store, list, count, &from, err);
	if (ok && list == migrations)
		ok = add_singletons(store, err) && complete_keys(store, err);
	store_close(&store);
	if (!ok)
		return false;
	if (ret_from)
		*ret_from = from;
	if (ret_to)
		*ret_to = (int)count;
	return true;
}

bool store_migrate(const char *path, int *ret_from, int *ret_to, struct err *err)
{
	return migrate_to(path, migrations, n_migrations, ret_from, ret_to, err);
}

static bool check_version(struct store *store, struct err *err)
{
	int64_t version;
	if (!check_owner(store, err) || !schema_version(store, &version, err) ||
		!check_not_newer(store, version, n_migrations, err))
		return false;
	if (version == (int64_t)n_migrations)
		return true;
	return err_set(err, ERR_INVALID,
		"database '%s' has an older schema (%d, this program needs %zu); 'vmrd serve' "
		"brings "
		"it up to date when it starts",
		store->path, (int)version, n_migrations);
}

bool store_open(const char *path, struct store **ret, struct err *err)
{
	struct store *store;
	if (!connection_open(path, false, &store, err))
		return false;
	if (!check_version(store, err)) {
		store_close(&store);
		return false;
	}
	*ret = store;
	return true;
}
