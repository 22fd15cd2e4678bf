/*
 * record_sql - the SQL that a record's table of fields implies.
 *
 * Columns: texts TEXT NOT NULL; booleans, numbers, times and references INTEGER, NOT NULL unless
 * nullable. Unique fields have a unique index (texts: without ASCII case, empty ones aside),
 * references a foreign key and an index.
 */
#ifndef STORE_RECORD_SQL_H
#define STORE_RECORD_SQL_H

#include "base/buf.h"
#include "model/record.h"

struct store;

struct record_sql {
	char *columns; /* "id, name, ..." */
	char *select;  /* one by id, $1 */
	char *insert;  /* $1 the id or NULL, $2.. the fields; returns the id */
	char *update;  /* the same numbering */
	char *remove;  /* by id, $1 */
};

/* Belongs to the store. */
const struct record_sql *record_sql(struct store *store, const struct record_type *type);

/* CREATE TABLE and CREATE INDEX statements, as migrations/001_records.sql began. */
void record_sql_create(struct buf *b, const struct record_type *type);

/* TEXT or INTEGER. */
const char *record_sql_column_type(const struct field *f);

#endif
