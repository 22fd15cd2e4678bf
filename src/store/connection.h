/*
 * connection - the inside of a store: one SQLite connection and its prepared statements.
 *
 * Included by store/ only.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "base/strmap.h"
#include "store/store.h"

#include <sqlite3.h>
#include <sys/types.h>

enum {
	STORE_BUSY_TIMEOUT_MS = 10000, /* how long we wait for another's write lock */
	STORE_STATEMENTS_MAX = 256,    /* prepared statements kept; more are made anew each time */
	STORE_PARAMETERS_MAX = 200,    /* of one statement */
};

/* 'vmrd' in the file's header tells our databases from others'. */
#define STORE_APPLICATION_ID 0x766d7264

struct store {
	sqlite3 *db;
	char *path;
	dev_t device; /* with inode: the file we opened, to notice when it is taken away */
	ino_t inode;
	struct strmap statements; /* by SQL text */
	struct strmap record_sql; /* by record's name */
	int64_t changes;
};

struct statement {
	sqlite3_stmt *stmt;
	bool busy; /* lent to a struct rows */
	bool kept; /* in the store's map; else finalized after use */
	int n_parameters;
	int index[STORE_PARAMETERS_MAX]; /* SQLite's number of $1, $2 ...; 0: not in the text */
};

struct value {
	char type; /* 'i', 's', 'b' as in store_exec(); for 's' NULL and for 'i' FIELD_NULL bind NULL */
	int64_t number;
	const char *text;
};

/* Opens without looking at the schema. make: a missing file is made, mode 0600. */
bool connection_open(const char *path, bool make, struct store **ret, struct err *err);

bool connection_exec(struct store *store, const char *sql, const struct value *values, size_t count,
	struct err *err);
bool connection_query(struct store *store, struct rows *ret, const char *sql,
	const struct value *values, size_t count, struct err *err);

/* One number out of one row (PRAGMA, COUNT); FIELD_NULL when there is no row. */
bool connection_number(struct store *store, const char *sql, int64_t *ret, struct err *err);

/* Several statements without parameters, as in a migration. */
bool connection_script(struct store *store, const char *sql, struct err *err);

/* Fills err from SQLite's last failure, and returns false. */
bool connection_failed(struct store *store, int code, struct err *err);

/* The value that a text stands for, without the field's limits: what one may look for. */
bool value_from_text(const struct field *f, const char *text, struct arena *arena,
	struct value *ret, struct err *err);

/* SQL function regexp(pattern, text), by PCRE2 with a bound on its work. */
void connection_add_regexp(sqlite3 *db);
bool connection_check_regexp(const char *pattern, struct err *err);

/* Frees what store/record_sql.c keeps in store->record_sql. */
void record_sql_release(struct store *store);

#endif
