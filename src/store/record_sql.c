#include "store/record_sql.h"
#include "store/connection.h"

#include <stdlib.h>

enum { RECORD_SQL_MAX = 64 << 10 }; /* bytes of one statement */

static char *finish(struct buf *b)
{
	char *text = buf_steal(b);
	buf_release(b);
	return text;
}

static char *columns(const struct record_type *type)
{
	struct buf b;
	buf_init(&b, RECORD_SQL_MAX);
	buf_adds(&b, "id");
	for (size_t i = 0; i < type->n_fields; i++)
		buf_addf(&b, ", %s", type->fields[i].name);
	return finish(&b);
}

static char *select_one(const struct record_type *type, const char *names)
{
	struct buf b;
	buf_init(&b, RECORD_SQL_MAX);
	buf_addf(&b, "SELECT %s FROM %s WHERE id = $1", names, type->name);
	return finish(&b);
}

static char *insert(const struct record_type *type, const char *names)
{
	struct buf b;
	buf_init(&b, RECORD_SQL_MAX);
	buf_addf(&b, "INSERT INTO %s (%s) VALUES ($1", type->name, names);
	for (size_t i = 0; i < type->n_fields; i++)
		buf_addf(&b, ", $%zu", i + 2);
	buf_adds(&b, ") RETURNING id");
	return finish(&b);
}

static char *update(const struct record_type *type)
{
	struct buf b;
	buf_init(&b, RECORD_SQL_MAX);
	buf_addf(&b, "UPDATE %s SET ", type->name);
	for (size_t i = 0; i < type->n_fields; i++)
		buf_addf(&b, "%s%s = $%zu", i ? ", " : "", type->fields[i].name, i + 2);
	buf_adds(&b, " WHERE id = $1");
	return finish(&b);
}

static char *delete_one(const struct record_type *type)
{
	struct buf b;
	buf_init(&b, RECORD_SQL_MAX);
	buf_addf(&b, "DELETE FROM %s WHERE id = $1", type->name);
	return finish(&b);
}

const struct record_sql *record_sql(struct store *store, const struct record_type *type)
{
	struct record_sql *sql = strmap_get(&store->record_sql, type->name);
	if (sql)
		return sql;
	sql = calloc(1, sizeof(*sql));
	if (!sql)
		abort();
	sql->columns = columns(type);
	sql->select = select_one(type, sql->columns);
	sql->insert = insert(type, sql->columns);
	sql->update = update(type);
	sql->remove = delete_one(type);
	strmap_put(&store->record_sql, type->name, sql);
	return sql;
}

void record_sql_release(struct store *store)
{
	const struct strmap_entry *e;
	for (size_t i = 0; strmap_next(&store->record_sql, &i, &e);) {
		struct record_sql *sql = e->value;
		free(sql->columns);
		free(sql->select);
		free(sql->insert);
		free(sql->update);
		free(sql->remove);
		free(sql);
	}
	strmap_release(&store->record_sql);
}

const char *record_sql_column_type(const struct field *f)
{
	return field_is_text(f) ? "TEXT" : "INTEGER";
}

static void add_column(struct buf *b, const struct field *f)
{
	buf_addf(b, ",\n\t%s %s%s", f->name, record_sql_column_type(f),
		f->flags & FIELD_NULLABLE ? "" : " NOT NULL");
	if (f->kind == FIELD_REF)
		buf_addf(b, " REFERENCES %s (id) ON DELETE %s", f->extra,
			f->flags & FIELD_NULLABLE ? "SET NULL" : "CASCADE");
}

static void add_index(struct buf *b, const struct record_type *type, const struct field *f)
{
	if (f->flags & FIELD_UNIQUE && field_is_text(f))
		buf_addf(b, "CREATE UNIQUE INDEX %s_%s_key ON %s (lower(%s)) WHERE %s <> '';\n",
			type->name, f->name, type->name, f->name, f->name);
	else if (f->flags & FIELD_UNIQUE)
		buf_addf(b, "CREATE UNIQUE INDEX %s_%s_key ON %s (%s);\n", type->name, f->name,
			type->name, f->name);
	else if (f->kind == FIELD_REF)
		buf_addf(b, "CREATE INDEX %s_%s_idx ON %s (%s);\n", type->name, f->name, type->name,
			f->name);
}

void record_sql_create(struct buf *b, const struct record_type *type)
{
	/* AUTOINCREMENT: an integration's number stands in URLs and manifests, so that of a deleted
	 * one is never given to another. */
	buf_addf(b, "CREATE TABLE %s (\n\tid INTEGER PRIMARY KEY AUTOINCREMENT", type->name);
	for (size_t i = 0; i < type->n_fields; i++)
		add_column(b, &type->fields[i]);
	buf_adds(b, "\n) STRICT;\n");
	for (size_t i = 0; i < type->n_fields; i++)
		add_index(b, type, &type->fields[i]);
}
