/*
 * store - the database: configuration records, meetings, the outbox.
 *
 * A `struct store` is one connection and belongs to one thread; every thread that needs the database
 * opens its own. SQL is written once for all drivers: $1 parameters, ON CONFLICT, RETURNING. Times
 * are UTC seconds, booleans 0/1. Errors: ERR_IO (disk, corruption: the sentence names the file),
 * ERR_CONFLICT (a uniqueness rule), ERR_BUSY (locked for longer than we wait).
 *
 * One decision is one transaction:
 *
 *	store_begin -> store_exec, store_query, record verbs ... -> store_commit (or store_rollback)
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/record.h"

#include <stdint.h>

struct store;

/* path: an SQLite file. store_migrate() makes it when it is missing (mode 0600), checks that it is
 * sound and brings its schema up to this program's; do it once, before the threads start.
 * store_open() refuses a file that is missing (ERR_NOT_FOUND), open to other users (ERR_DENIED) or
 * of another schema than this program's. */
bool store_open(const char *path, struct store **ret, struct err *err);
bool store_migrate(const char *path, int *ret_from, int *ret_to, struct err *err);
void store_close(struct store **store);

/* Takes the write lock at once (BEGIN IMMEDIATE), so that nothing fails half-way for a lock. Not
 * nestable. Commit failure rolls back. */
bool store_begin(struct store *store, struct err *err);
bool store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);

/* One statement with parameters $1.. given by types, one letter each: 'i' int64_t (FIELD_NULL binds
 * NULL), 's' const char * (NULL binds NULL), 'b' bool (as int). Statements are prepared once and
 * kept. */
bool store_exec(struct store *store, struct err *err, const char *sql, const char *types, ...);
int64_t store_changes(const struct store *store); /* rows touched by the last store_exec() */

/* The same, with rows: for (store_query(...); row_next(&rows, err);) ... row_done(&rows). Texts stay
 * valid until the next row; copy what must last. */
struct rows {
	struct store *store;
	void *statement;
	bool failed;
};
bool store_query(struct store *store, struct rows *ret, struct err *err, const char *sql,
	const char *types, ...);
bool row_next(struct rows *rows, struct err *err);         /* false: no more, or rows->failed */
int64_t row_int(const struct rows *rows, int column);      /* FIELD_NULL for NULL */
const char *row_text(const struct rows *rows, int column); /* "" for NULL */
void row_done(struct rows *rows);

/* Configuration records, by their tables. Texts of *ret belong to arena. */
bool store_get(struct store *store, const struct record_type *type, int64_t id, struct arena *arena,
	void *ret, struct err *err); /* ERR_NOT_FOUND */
/* The first record whose field equals text (or the number as text); ERR_NOT_FOUND. */
bool store_find(struct store *store, const struct record_type *type, const char *field,
	const char *value, struct arena *arena, void *ret, struct err *err);
/* Checks, then stores; fills record->id. ERR_CONFLICT names the other record and the field;
 * ret_field (may be NULL) is the field to blame. */
bool store_insert(struct store *store, const struct record_type *type, void *record,
	const struct field **ret_field, struct err *err);
bool store_update(struct store *store, const struct record_type *type, const void *record,
	const struct field **ret_field, struct err *err);
bool store_delete(struct store *store, const struct record_type *type, int64_t id, struct err *err);

/* For own SELECTs of whole records: the columns' names in order ("id, name, ..."), and a row of
 * them as a struct. */
const char *store_columns(struct store *store, const struct record_type *type);
void row_record(
	const struct rows *rows, const struct record_type *type, struct arena *arena, void *ret);

/* Many records: those that pass every filter, in order, a page of them. */
enum store_match {
	STORE_EXACT,
	STORE_IEXACT, /* i: ASCII case ignored */
	STORE_CONTAINS,
	STORE_ICONTAINS,
	STORE_STARTSWITH,
	STORE_ENDSWITH,
	STORE_IN, /* values separated by commas */
	STORE_LT,
	STORE_LTE,
	STORE_GT,
	STORE_GTE,
	STORE_ISNULL, /* "true": null, or an empty text; "false": the others */
	STORE_REGEX,
};

enum {
	STORE_FILTERS_MAX = 32,
	STORE_IN_MAX = 100, /* values of one STORE_IN */
};

struct store_filter {
	const struct field *field; /* NULL: the id */
	enum store_match match;
	const char *value; /* in text form, as for record_set(); a reference by its id */
};

struct store_list {
	const struct store_filter *filters;
	size_t n_filters;
	const struct field *order; /* NULL: by id */
	bool descending;
	int64_t limit; /* 0: all */
	int64_t offset;
};

/* what: NULL for all. *ret: an array of the type's struct, in arena. ret_total (may be NULL): how
 * many there are without limit and offset. ERR_INVALID: a filter's value makes no sense, or it asks
 * about a secret. */
bool store_list(struct store *store, const struct record_type *type, const struct store_list *what,
	struct arena *arena, void **ret, size_t *ret_count, int64_t *ret_total, struct err *err);

#endif
