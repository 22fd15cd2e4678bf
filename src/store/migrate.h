/*
 * migrate - the numbered steps that bring a database up to this program's schema.
 *
 * The steps are the files migrations/NNN_name.sql, built into the program; NNN counts from 001
 * without gaps. Each runs in a transaction together with the new PRAGMA user_version, so that one
 * is there wholly or not at all. A step that was released is never changed.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"

#include <stddef.h>

struct migration {
	const char *name; /* "001_records" */
	const char *sql;
};

extern const struct migration migrations[];
extern const size_t n_migrations;

struct store;

/* store_migrate() with another list, for tests. */
bool migrate_to(const char *path, const struct migration *list, size_t count, int *ret_from,
	int *ret_to, struct err *err);

#endif
