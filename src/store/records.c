#include "base/text.h"
#include "store/connection.h"
#include "store/record_sql.h"

#include "model/records.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- rows to structs, structs to values --------------------------------------------------- */

const char *store_columns(struct store *store, const struct record_type *type)
{
	return record_sql(store, type)->columns;
}

void row_record(
	const struct rows *rows, const struct record_type *type, struct arena *arena, void *ret)
{
	memset(ret, 0, type->size);
	*(int64_t *)ret = row_int(rows, 0);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct field *f = &type->fields[i];
		int column = (int)i + 1;
		if (field_is_text(f))
			field_put_text(f, ret, arena_strdup(arena, row_text(rows, column)));
		else if (f->kind == FIELD_BOOL)
			field_put_bool(f, ret, row_int(rows, column) > 0);
		else
			field_put_int(f, ret, row_int(rows, column));
	}
}

static size_t to_values(const struct record_type *type, const void *record, struct value values[])
{
	assert(type->n_fields + 1 <= STORE_PARAMETERS_MAX);
	values[0] = (struct value){ .type = 'i', .number = *(const int64_t *)record };
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct field *f = &type->fields[i];
		struct value *v = &values[i + 1];
		if (field_is_text(f))
			*v = (struct value){ .type = 's', .text = field_text(f, record) };
		else if (f->kind == FIELD_BOOL)
			*v = (struct value){ .type = 'b', .number = field_bool(f, record) };
		else
			*v = (struct value){ .type = 'i', .number = field_int(f, record) };
	}
	return type->n_fields + 1;
}

/* ---- reading ------------------------------------------------------------------------------ */

/* "conference alias": the label inside a sentence; abbreviations and names keep their capitals. */
static const char *noun(const struct record_type *type, char ret[64])
{
	snprintf(ret, 64, "%s", type->label);
	if (!text_starts_with(ret, "Exchange"))
		ret[0] = (char)tolower((unsigned char)ret[0]);
	return ret;
}

static bool one_record(struct store *store, const struct record_type *type, const char *sql,
	const struct value *values, size_t count, struct arena *arena, void *ret, bool *ret_found,
	struct err *err)
{
	struct rows rows;
	if (!connection_query(store, &rows, sql, values, count, err))
		return false;
	*ret_found = row_next(&rows, err);
	if (*ret_found)
		row_record(&rows, type, arena, ret);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

bool store_get(struct store *store, const struct record_type *type, int64_t id, struct arena *arena,
	void *ret, struct err *err)
{
	struct value value = { .type = 'i', .number = id };
	bool found;
	if (!one_record(store, type, record_sql(store, type)->select, &value, 1, arena, ret, &found,
		    err))
		return false;
	char name[64];
	return found ? true
		     : err_set(err, ERR_NOT_FOUND, "there is no %s with id %" PRId64,
			       noun(type, name), id);
}

bool value_from_text(const struct field *f, const char *text, struct arena *arena,
	struct value *ret, struct err *err)
{
	if (field_is_text(f)) {
		*ret = (struct value){ .type = 's', .text = text };
		return true;
	}
	union {
		bool yes;
		int64_t number;
	} scratch = { .number = 0 };
	struct field loose = *f;
	loose.offset = 0;
	loose.flags |= FIELD_NULLABLE;
	loose.min = INT64_MIN + 1;
	loose.max = INT64_MAX;
	if (!record_set(&loose, &scratch, text, arena, err))
		return false;
	*ret = (struct value){ .type = 'i',
		.number = f->kind == FIELD_BOOL ? scratch.yes : scratch.number };
	return true;
}

bool store_find(struct store *store, const struct record_type *type, const char *field,
	const char *value, struct arena *arena, void *ret, struct err *err)
{
	const struct field *f = record_field(type, field);
	assert(f);
	struct value v;
	if (!value_from_text(f, value, arena, &v, err))
		return false;
	bool nocase = f->flags & FIELD_UNIQUE && field_is_text(f);
	const char *sql = arena_printf(arena,
		nocase ? "SELECT %s FROM %s WHERE lower(%s) = lower($1) AND %s <> ''"
		       : "SELECT %s FROM %s WHERE %s = $1 ORDER BY id LIMIT 1",
		record_sql(store, type)->columns, type->name, f->name, f->name);
	bool found;
	if (!one_record(store, type, sql, &v, 1, arena, ret, &found, err))
		return false;
	char name[64];
	return found ? true
		     : err_set(err, ERR_NOT_FOUND, "there is no %s with %s '%.200s'",
			       noun(type, name), field, value);
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Is the record's value of this unique field another one's? Fills err when it is. */
static bool is_taken(struct store *store, const struct record_type *type, const void *record,
	const struct field *f, struct arena *arena, struct err *err)
{
	const char *value = record_get(f, record, arena);
	void *other = arena_alloc(arena, type->size);
	struct err none = { 0 };
	if (text_empty(value) || !store_find(store, type, f->name, value, arena, other, &none))
		return false;
	if (*(int64_t *)other == *(const int64_t *)record)
		return false;
	char name[64];
	err_set(err, ERR_CONFLICT, "'%.150s' is used by %s '%.200s' already; choose another", value,
		noun(type, name), record_title(type, other, arena));
	return true;
}

static bool is_dangling(struct store *store, const void *record, const struct field *f,
	struct arena *arena, struct err *err)
{
	int64_t id = f->kind == FIELD_REF ? field_int(f, record) : FIELD_NULL;
	if (id == FIELD_NULL)
		return false;
	const struct record_type *type = record_type_find(f->extra);
	struct err missing = { 0 };
	if (store_get(store, type, id, arena, arena_alloc(arena, type->size), &missing))
		return false;
	if (err) {
		*err = missing;
		err->code = ERR_INVALID;
	}
	return true;
}

/* After the database refused: which field, and because of which other record? */
static void explain(struct store *store, const struct record_type *type, const void *record,
	const struct field **ret_field, struct err *err)
{
	struct arena arena;
	arena_init(&arena);
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct field *f = &type->fields[i];
		if ((f->flags & FIELD_UNIQUE && is_taken(store, type, record, f, &arena, err)) ||
			is_dangling(store, record, f, &arena, err)) {
			if (ret_field)
				*ret_field = f;
			break;
		}
	}
	arena_release(&arena);
}

static bool insert_row(struct store *store, const struct record_type *type, const void *record,
	int64_t *ret_id, struct err *err)
{
	struct value values[STORE_PARAMETERS_MAX];
	size_t count = to_values(type, record, values);
	struct rows rows;
	if (!connection_query(store, &rows, record_sql(store, type)->insert, values, count, err))
		return false;
	/* The row is there only after the step that finds no more. */
	bool got = row_next(&rows, err);
	if (got)
		*ret_id = row_int(&rows, 0);
	while (got && row_next(&rows, err))
		continue;
	bool ok = got && !rows.failed;
	row_done(&rows);
	return ok;
}

bool store_insert(struct store *store, const struct record_type *type, void *record,
	const struct field **ret_field, struct err *err)
{
	struct err own;
	if (!err)
		err = &own;
	if (!record_check(type, record, ret_field, err))
		return false;
	int64_t id;
	if (!insert_row(store, type, record, &id, err)) {
		if (err->code == ERR_CONFLICT)
			explain(store, type, record, ret_field, err);
		return false;
	}
	*(int64_t *)record = id;
	return true;
}

static bool touched_one(
	struct store *store, const struct record_type *type, int64_t id, struct err *err)
{
	char name[64];
	return store_changes(store) > 0
		? true
		: err_set(err, ERR_NOT_FOUND, "there is no %s with id %" PRId64, noun(type, name),
			  id);
}

bool store_update(struct store *store, const struct record_type *type, const void *record,
	const struct field **ret_field, struct err *err)
{
	struct err own;
	if (!err)
		err = &own;
	if (!record_check(type, record, ret_field, err))
		return false;
	struct value values[STORE_PARAMETERS_MAX];
	size_t count = to_values(type, record, values);
	if (!connection_exec(store, record_sql(store, type)->update, values, count, err)) {
		if (err->code == ERR_CONFLICT)
			explain(store, type, record, ret_field, err);
		return false;
	}
	return touched_one(store, type, *(const int64_t *)record, err);
}

bool store_delete(struct store *store, const struct record_type *type, int64_t id, struct err *err)
{
	return store_exec(store, err, record_sql(store, type)->remove, "i", id) &&
		touched_one(store, type, id, err);
}
