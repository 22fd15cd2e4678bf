#include "store/connection.h"
#include "store/storage_fault.h"
#include "base/step.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- failures ----------------------------------------------------------------------------- */

bool connection_failed(struct store *store, int code, struct err *err)
{
	const char *path = store->path;
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_BUSY,
			"database '%s' has been locked by another program for %d seconds", path,
			STORE_BUSY_TIMEOUT_MS / 1000);
	case SQLITE_CONSTRAINT: return err_set(err, ERR_CONFLICT, "%s", sqlite3_errmsg(store->db));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(err, ERR_IO,
			"database '%s' is damaged (%s); restore it from a backup", path,
			sqlite3_errmsg(store->db));
	case SQLITE_FULL:
		return err_set(err, ERR_IO, "the disk of database '%s' is full; make room", path);
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(err, ERR_IO,
			"database '%s' cannot be written; check who may write the file and its "
			"directory",
			path);
	case SQLITE_IOERR:
		return err_set(err, ERR_IO, "database '%s': %s", path, sqlite3_errmsg(store->db));
	default:
		return err_set(
			err, ERR_INTERNAL, "database '%s': %s", path, sqlite3_errmsg(store->db));
	}
}

/* ---- opening ------------------------------------------------------------------------------ */

/* SQLite would make the file readable by whatever the umask allows, so we make it ourselves. */
static bool make_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return errno == EEXIST ||
			err_set(err, ERR_IO, "cannot make database '%s': %s", path,
				strerror(errno));
	close(fd);
	return true;
}

/* A file that is there is never opened here: closing it would take away the locks that this process's
 * other connections hold (fcntl(2)), and the next other program to look at the database would take
 * itself for the only one, and delete the log that we are writing to. */
static bool check_file(struct store *store, bool make, struct err *err)
{
	struct stat st;
	if (make && !make_file(store->path, err))
		return false;
	if (stat(store->path, &st) != 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND,
			"database '%s' does not exist; 'vmrd init' makes it", store->path);
	if (access(store->path, R_OK | W_OK) != 0)
		return err_set(
			err, ERR_IO, "cannot open database '%s': %s", store->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "database '%s' is not a file", store->path);
	if (st.st_mode & 077)
		return err_set(err, ERR_DENIED,
			"database '%s' holds secrets but is open to other users (mode %04o); run: "
			"chmod 600 '%s'",
			store->path, st.st_mode & 07777, store->path);
	store->device = st.st_dev;
	store->inode = st.st_ino;
	return true;
}

static bool configure(struct store *store, struct err *err)
{
	sqlite3_busy_timeout(store->db, STORE_BUSY_TIMEOUT_MS);
	sqlite3_extended_result_codes(store->db, 1);
	connection_add_regexp(store->db);
	/* FULL: a commit that was reported is on the disk, whatever happens to the machine. */
	return connection_script(store,
		"PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
		"PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;",
		err);
}

bool connection_open(const char *path, bool make, struct store **ret, struct err *err)
{
	struct store *store = calloc(1, sizeof(*store));
	if (!store)
		abort();
	strmap_init(&store->statements);
	strmap_init(&store->record_sql);
	store->path = strdup(path);
	if (!store->path)
		abort();
	if (!check_file(store, make, err)) {
		store_close(&store);
		return false;
	}
	storage_fault_install();
	int code = sqlite3_open_v2(
		path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		connection_failed(store, code, err);
	if (code != SQLITE_OK || !configure(store, err)) {
		store_close(&store);
		return false;
	}
	*ret = store;
	return true;
}

void store_close(struct store **store)
{
	if (!*store)
		return;
	const struct strmap_entry *e;
	for (size_t i = 0; strmap_next(&(*store)->statements, &i, &e);) {
		struct statement *s = e->value;
		sqlite3_finalize(s->stmt);
		free(s);
	}
	strmap_release(&(*store)->statements);
	record_sql_release(*store);
	sqlite3_close((*store)->db);
	free((*store)->path);
	free(*store);
	*store = NULL;
}

/* ---- statements --------------------------------------------------------------------------- */

static void drop_statement(struct statement *s)
{
	sqlite3_finalize(s->stmt);
	free(s);
}

/* SQLite takes $1 for a name, not a number: look the numbers up once. */
static void number_parameters(struct statement *s)
{
	s->n_parameters = sqlite3_bind_parameter_count(s->stmt);
	assert(s->n_parameters <= STORE_PARAMETERS_MAX);
	for (int i = 0; i < s->n_parameters; i++) {
		char name[16];
		snprintf(name, sizeof(name), "$%d", i + 1);
		s->index[i] = sqlite3_bind_parameter_index(s->stmt, name);
	}
}

/* A statement that nobody else is stepping through. */
static struct statement *take_statement(struct store *store, const char *sql, struct err *err)
{
	struct statement *s = strmap_get(&store->statements, sql);
	if (s && !s->busy) {
		s->busy = true;
		return s;
	}
	bool keep = !s && store->statements.count < STORE_STATEMENTS_MAX;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	int code = sqlite3_prepare_v3(
		store->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &s->stmt, NULL);
	if (code != SQLITE_OK) {
		free(s);
		connection_failed(store, code, err);
		return NULL;
	}
	number_parameters(s);
	s->busy = true;
	s->kept = keep;
	if (keep)
		strmap_put(&store->statements, sql, s);
	return s;
}

static void give_back(struct statement *s)
{
	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
	s->busy = false;
	if (!s->kept)
		drop_statement(s);
}

static int bind_one(struct statement *s, int index, const struct value *value)
{
	if (value->type == 's')
		return value->text
			? sqlite3_bind_text(s->stmt, index, value->text, -1, SQLITE_TRANSIENT)
			: sqlite3_bind_null(s->stmt, index);
	if (value->number == FIELD_NULL)
		return sqlite3_bind_null(s->stmt, index);
	return sqlite3_bind_int64(s->stmt, index, value->number);
}

static bool bind_all(struct store *store, struct statement *s, const struct value *values,
	size_t count, struct err *err)
{
	assert((int)count == s->n_parameters); /* the SQL and the call disagree: a bug of ours */
	for (size_t i = 0; i < count; i++) {
		assert(s->index[i]);
		int code = bind_one(s, s->index[i], &values[i]);
		if (code != SQLITE_OK)
			return connection_failed(store, code, err);
	}
	return true;
}

bool connection_query(struct store *store, struct rows *ret, const char *sql,
	const struct value *values, size_t count, struct err *err)
{
	*ret = (struct rows){ .store = store, .failed = true };
	struct statement *s = take_statement(store, sql, err);
	if (!s)
		return false;
	if (!bind_all(store, s, values, count, err)) {
		give_back(s);
		return false;
	}
	ret->statement = s;
	ret->failed = false;
	return true;
}

bool connection_exec(struct store *store, const char *sql, const struct value *values, size_t count,
	struct err *err)
{
	struct rows rows;
	if (!connection_query(store, &rows, sql, values, count, err))
		return false;
	while (row_next(&rows, err)) /* a RETURNING nobody asked for */
		continue;
	bool ok = !rows.failed;
	store->changes = ok ? sqlite3_changes64(store->db) : 0;
	row_done(&rows);
	return ok;
}

bool connection_number(struct store *store, const char *sql, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!connection_query(store, &rows, sql, NULL, 0, err))
		return false;
	*ret = row_next(&rows, err) ? row_int(&rows, 0) : FIELD_NULL;
	bool ok = !rows.failed;
	row_done(&rows);
	return ok;
}

bool connection_script(struct store *store, const char *sql, struct err *err)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? true : connection_failed(store, code, err);
}

static size_t read_values(const char *types, va_list args, struct value values[])
{
	size_t n = 0;
	for (; types[n]; n++) {
		assert(n < STORE_PARAMETERS_MAX);
		values[n] = (struct value){ .type = types[n] };
		switch (types[n]) {
		case 'i': values[n].number = va_arg(args, int64_t); break;
		case 'b': values[n].number = va_arg(args, int) != 0; break;
		case 's': values[n].text = va_arg(args, const char *); break;
		default: assert(!"a parameter's type is i, s or b");
		}
	}
	return n;
}

bool store_exec(struct store *store, struct err *err, const char *sql, const char *types, ...)
{
	struct value values[STORE_PARAMETERS_MAX];
	va_list args;
	va_start(args, types);
	size_t count = read_values(types, args, values);
	va_end(args);
	return connection_exec(store, sql, values, count, err);
}

int64_t store_changes(const struct store *store)
{
	return store->changes;
}

bool store_query(struct store *store, struct rows *ret, struct err *err, const char *sql,
	const char *types, ...)
{
	struct value values[STORE_PARAMETERS_MAX];
	va_list args;
	va_start(args, types);
	size_t count = read_values(types, args, values);
	va_end(args);
	return connection_query(store, ret, sql, values, count, err);
}

bool row_next(struct rows *rows, struct err *err)
{
	struct statement *s = rows->statement;
	if (!s)
		return false;
	int code = sqlite3_step(s->stmt);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE) {
		rows->failed = true;
		return connection_failed(rows->store, code, err);
	}
	return false;
}

int64_t row_int(const struct rows *rows, int column)
{
	const struct statement *s = rows->statement;
	return sqlite3_column_type(s->stmt, column) == SQLITE_NULL
		? FIELD_NULL
		: sqlite3_column_int64(s->stmt, column);
}

const char *row_text(const struct rows *rows, int column)
{
	const struct statement *s = rows->statement;
	const char *text = (const char *)sqlite3_column_text(s->stmt, column);
	return text ? text : "";
}

void row_done(struct rows *rows)
{
	if (rows->statement)
		give_back(rows->statement);
	rows->statement = NULL;
}

/* ---- transactions ------------------------------------------------------------------------- */

/* Without this a database that was deleted or replaced would swallow changes until the restart. */
static bool check_still_there(const struct store *store, struct err *err)
{
	struct stat st;
	if (stat(store->path, &st) == 0 && st.st_dev == store->device && st.st_ino == store->inode)
		return true;
	return err_set(err, ERR_IO,
		"database '%s' was deleted or replaced while in use; put it back and restart vmrd",
		store->path);
}

bool store_begin(struct store *store, struct err *err)
{
	assert(!store_in_transaction(store));
	if (!check_still_there(store, err))
		return false;
	if (store_exec(store, err, "BEGIN IMMEDIATE", ""))
		return true;
	store_rollback(store); /* it can fail on its very last step */
	return false;
}

bool store_commit(struct store *store, struct err *err)
{
	assert(store_in_transaction(store));
	STEP("store.before-commit");
	if (!store_exec(store, err, "COMMIT", "")) {
		store_rollback(store);
		return false;
	}
	STEP("store.after-commit");
	return true;
}

void store_rollback(struct store *store)
{
	if (store_in_transaction(store))
		store_exec(store, NULL, "ROLLBACK", "");
}

bool store_in_transaction(const struct store *store)
{
	return !sqlite3_get_autocommit(store->db);
}
