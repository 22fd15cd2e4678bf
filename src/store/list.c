#include "base/buf.h"
#include "base/text.h"
#include "store/connection.h"

#include <string.h>

enum {
	LIST_SQL_MAX = 64 << 10,                    /* bytes */
	LIST_VALUES_MAX = STORE_PARAMETERS_MAX - 2, /* besides limit and offset */
};

/* A query under construction. */
struct query {
	struct buf where;
	struct value values[STORE_PARAMETERS_MAX];
	size_t n;
	struct arena *arena;
};

/* What is compared: the id counts as a number of its own. */
static const struct field *field_of(const struct store_filter *filter)
{
	static const struct field id = {
		.kind = FIELD_INT, .name = "id", .min = 1, .max = INT64_MAX
	};
	return filter->field ? filter->field : &id;
}

static bool add_value(struct query *q, const struct field *f, const char *text, struct err *err)
{
	if (q->n == LIST_VALUES_MAX)
		return err_set(
			err, ERR_LIMIT, "too many values; at most %d are allowed", LIST_VALUES_MAX);
	if (!value_from_text(f, text, q->arena, &q->values[q->n], err))
		return false;
	q->n++;
	return true;
}

static bool add_comparison(struct query *q, const struct field *f, const char *operator,
	const char * text, struct err *err)
{
	if (!add_value(q, f, text, err))
		return false;
	buf_addf(&q->where, "%s %s $%zu", f->name, operator, q->n);
	return true;
}

/* In the form, @ stands for the column and # for the parameter. Numbers are searched as text. */
static bool add_search(
	struct query *q, const struct field *f, const char *form, const char *text, struct err *err)
{
	if (q->n == LIST_VALUES_MAX)
		return err_set(
			err, ERR_LIMIT, "too many values; at most %d are allowed", LIST_VALUES_MAX);
	q->values[q->n++] = (struct value){ .type = 's', .text = text };
	for (; *form; form++) {
		if (*form == '@')
			buf_adds(&q->where, f->name);
		else if (*form == '#')
			buf_addf(&q->where, "$%zu", q->n);
		else
			buf_addc(&q->where, *form);
	}
	return true;
}

static bool add_in(struct query *q, const struct field *f, const char *list, struct err *err)
{
	buf_addf(&q->where, "%s IN (", f->name);
	for (int i = 0;; i++) {
		if (i == STORE_IN_MAX)
			return err_set(err, ERR_LIMIT, "lists more than %d values", STORE_IN_MAX);
		size_t len = strcspn(list, ",");
		if (!add_value(q, f, arena_strndup(q->arena, list, len), err))
			return false;
		buf_addf(&q->where, "%s$%zu", i ? ", " : "", q->n);
		if (!list[len])
			break;
		list += len + 1;
	}
	buf_addc(&q->where, ')');
	return true;
}

static bool add_isnull(struct query *q, const struct field *f, const char *text, struct err *err)
{
	bool yes = text_equal_nocase(text, "true") || text_equal(text, "1");
	if (!yes && !text_equal_nocase(text, "false") && !text_equal(text, "0"))
		return err_set(err, ERR_INVALID, "must be true or false");
	if (field_is_text(f))
		buf_addf(&q->where, "%s %s ''", f->name, yes ? "=" : "<>");
	else
		buf_addf(&q->where, "%s IS %sNULL", f->name, yes ? "" : "NOT ");
	return true;
}

static bool add_filter(struct query *q, const struct store_filter *filter, struct err *err)
{
	const struct field *f = field_of(filter);
	const char *text = filter->value;
	if (f->flags & FIELD_SECRET)
		return err_set(err, ERR_INVALID, "is a secret, and cannot be searched for");
	switch (filter->match) {
	case STORE_EXACT: return add_comparison(q, f, "=", text, err);
	case STORE_LT: return add_comparison(q, f, "<", text, err);
	case STORE_LTE: return add_comparison(q, f, "<=", text, err);
	case STORE_GT: return add_comparison(q, f, ">", text, err);
	case STORE_GTE: return add_comparison(q, f, ">=", text, err);
	case STORE_IN: return add_in(q, f, text, err);
	case STORE_ISNULL: return add_isnull(q, f, text, err);
	case STORE_IEXACT: return add_search(q, f, "lower(@) = lower(#)", text, err);
	case STORE_CONTAINS: return add_search(q, f, "instr(@, #) > 0", text, err);
	case STORE_ICONTAINS: return add_search(q, f, "instr(lower(@), lower(#)) > 0", text, err);
	case STORE_STARTSWITH: return add_search(q, f, "substr(@, 1, length(#)) = #", text, err);
	case STORE_ENDSWITH:
		return add_search(q, f, "(# = '' OR substr(@, -length(#)) = #)", text, err);
	case STORE_REGEX:
		return connection_check_regexp(text, err) &&
			add_search(q, f, "regexp(#, @)", text, err);
	}
	return false;
}

static bool add_filters(struct query *q, const struct store_list *what, struct err *err)
{
	if (what->n_filters > STORE_FILTERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d filters", STORE_FILTERS_MAX);
	for (size_t i = 0; i < what->n_filters; i++) {
		buf_adds(&q->where, i ? " AND " : " WHERE ");
		if (!add_filter(q, &what->filters[i], err))
			return err_prefix(err, "filter '%s'", field_of(&what->filters[i])->name);
	}
	return true;
}

static bool count_all(struct store *store, const struct record_type *type, const struct query *q,
	int64_t *ret, struct err *err)
{
	struct rows rows;
	const char *sql =
		arena_printf(q->arena, "SELECT count(*) FROM %s%s", type->name, q->where.data);
	if (!connection_query(store, &rows, sql, q->values, q->n, err))
		return false;
	if (row_next(&rows, err))
		*ret = row_int(&rows, 0);
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

/* The id makes the order complete, so that pages never overlap. */
static const char *page_sql(struct store *store, const struct record_type *type,
	const struct store_list *what, const struct query *q)
{
	const char *direction = what->descending ? " DESC" : "";
	const char *order = what->order
		? arena_printf(q->arena, "%s%s, id%s", what->order->name, direction, direction)
		: arena_printf(q->arena, "id%s", direction);
	return arena_printf(q->arena, "SELECT %s FROM %s%s ORDER BY %s LIMIT $%zu OFFSET $%zu",
		store_columns(store, type), type->name, q->where.data, order, q->n + 1, q->n + 2);
}

static bool read_page(struct store *store, const struct record_type *type,
	const struct store_list *what, struct query *q, void **ret, size_t *ret_count,
	struct err *err)
{
	const char *sql = page_sql(store, type, what, q);
	q->values[q->n] = (struct value){ .type = 'i', .number = what->limit ? what->limit : -1 };
	q->values[q->n + 1] = (struct value){ .type = 'i', .number = what->offset };
	struct rows rows;
	if (!connection_query(store, &rows, sql, q->values, q->n + 2, err))
		return false;
	struct buf records;
	buf_init(&records, SIZE_MAX / 2);
	void *one = arena_alloc(q->arena, type->size);
	size_t count = 0;
	for (; row_next(&rows, err); count++) {
		row_record(&rows, type, q->arena, one);
		buf_add(&records, one, type->size);
	}
	bool ok = !rows.failed;
	row_done(&rows);
	if (ok) {
		*ret = arena_alloc(q->arena, records.len + 1);
		memcpy(*ret, records.data, records.len);
		*ret_count = count;
	}
	buf_release(&records);
	return ok;
}

bool store_list(struct store *store, const struct record_type *type, const struct store_list *what,
	struct arena *arena, void **ret, size_t *ret_count, int64_t *ret_total, struct err *err)
{
	static const struct store_list all;
	if (!what)
		what = &all;
	struct query q = { .arena = arena };
	buf_init(&q.where, LIST_SQL_MAX);
	int64_t total = 0;
	bool ok = add_filters(&q, what, err) &&
		(!ret_total || count_all(store, type, &q, &total, err)) &&
		read_page(store, type, what, &q, ret, ret_count, err);
	buf_release(&q.where);
	if (ok && ret_total)
		*ret_total = total;
	return ok;
}
