#include "store/connection.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	struct err err;
	return store_exec(f.store, &err, "CREATE TABLE t (n INTEGER, s TEXT)", "") ? 0 : 1;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static int64_t number(const char *sql)
{
	int64_t n = -1;
	struct err err = { 0 };
	if (!connection_number(f.store, sql, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

static void parameters_are_bound_by_number(void **state)
{
	(void)state;
	struct err err;
	/* Out of order, and one used twice. */
	assert_true(store_exec(
		f.store, &err, "INSERT INTO t VALUES ($2, $1 || $1)", "si", "ab", (int64_t)7));
	assert_int_equal(store_changes(f.store), 1);
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES ($1, $2)", "is", FIELD_NULL,
		(const char *)NULL));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES ($1, 'yes')", "b", true));
	struct rows rows;
	assert_true(store_query(f.store, &rows, &err, "SELECT n, s FROM t ORDER BY rowid", ""));
	assert_true(row_next(&rows, &err));
	assert_int_equal(row_int(&rows, 0), 7);
	assert_string_equal(row_text(&rows, 1), "abab");
	assert_true(row_next(&rows, &err));
	assert_int_equal(row_int(&rows, 0), FIELD_NULL);
	assert_string_equal(row_text(&rows, 1), "");
	assert_true(row_next(&rows, &err));
	assert_int_equal(row_int(&rows, 0), 1);
	assert_false(row_next(&rows, &err));
	assert_false(rows.failed);
	row_done(&rows);
	assert_true(store_exec(f.store, &err, "UPDATE t SET n = $1", "i", (int64_t)9));
	assert_int_equal(store_changes(f.store), 3);
}

/* The same text, while it is being stepped through, is prepared a second time. */
static void queries_nest(void **state)
{
	(void)state;
	struct err err;
	const char *sql = "SELECT n FROM t ORDER BY n";
	for (int64_t i = 0; i < 3; i++)
		assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES ($1, '')", "i", i));
	struct rows outer, inner;
	int64_t pairs = 0;
	assert_true(store_query(f.store, &outer, &err, sql, ""));
	while (row_next(&outer, &err)) {
		assert_true(store_query(f.store, &inner, &err, sql, ""));
		while (row_next(&inner, &err))
			pairs++;
		row_done(&inner);
	}
	row_done(&outer);
	assert_int_equal(pairs, 9);
}

static void kept_statements_are_limited(void **state)
{
	(void)state;
	struct err err;
	for (int i = 0; i < STORE_STATEMENTS_MAX + 20; i++) {
		char sql[64];
		snprintf(sql, sizeof(sql), "SELECT %d", i);
		assert_int_equal(number(sql), i);
		assert_true(f.store->statements.count <= STORE_STATEMENTS_MAX);
	}
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
}

static void a_rollback_undoes_everything(void **state)
{
	(void)state;
	struct err err;
	assert_true(store_begin(f.store, &err));
	assert_true(store_in_transaction(f.store));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
	store_rollback(f.store);
	assert_false(store_in_transaction(f.store));
	assert_int_equal(number("SELECT count(*) FROM t"), 0);
	assert_true(store_begin(f.store, &err));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
	assert_true(store_commit(f.store, &err));
	assert_int_equal(number("SELECT count(*) FROM t"), 1);
}

static void a_refused_statement_leaves_the_transaction_whole(void **state)
{
	(void)state;
	struct err err;
	assert_true(store_exec(f.store, &err, "CREATE UNIQUE INDEX one ON t (n)", ""));
	assert_true(store_begin(f.store, &err));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
	assert_false(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_true(store_commit(f.store, &err));
	assert_int_equal(number("SELECT count(*) FROM t"), 1);
}

static void readers_see_no_half_transaction(void **state)
{
	(void)state;
	struct err err;
	struct store *other;
	assert_true(store_open(f.path, &other, &err));
	assert_true(store_begin(f.store, &err));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, '')", ""));
	int64_t n;
	assert_true(connection_number(other, "SELECT count(*) FROM t", &n, &err));
	assert_int_equal(n, 0);
	assert_true(store_commit(f.store, &err));
	assert_true(connection_number(other, "SELECT count(*) FROM t", &n, &err));
	assert_int_equal(n, 1);
	store_close(&other);
}

static void a_lock_held_too_long_is_reported(void **state)
{
	(void)state;
	struct err err;
	struct store *other;
	assert_true(store_open(f.path, &other, &err));
	sqlite3_busy_timeout(other->db, 20);
	assert_true(store_begin(f.store, &err));
	assert_false(store_begin(other, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_non_null(strstr(err.text, "locked by another program"));
	store_rollback(f.store);
	assert_true(store_begin(other, &err));
	store_rollback(other);
	store_close(&other);
}

static void a_file_open_to_others_is_refused(void **state)
{
	(void)state;
	struct err err;
	struct store *other = NULL;
	struct stat st;
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(f.path, 0640), 0);
	assert_false(store_open(f.path, &other, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.text, "(mode 0640); run: chmod 600 '"));
	assert_null(other);
}

static void a_missing_file_is_named(void **state)
{
	(void)state;
	struct err err;
	struct store *other = NULL;
	assert_false(store_open("/tmp/vmrd-none/vmrd.db", &other, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(
		err.text, "database '/tmp/vmrd-none/vmrd.db' does not exist; 'vmrd init' makes it");
	assert_false(store_open("/tmp", &other, &err));
	assert_int_equal(err.code, ERR_IO);
}

static void a_file_deleted_in_use_stops_changes(void **state)
{
	(void)state;
	struct err err;
	char aside[128];
	snprintf(aside, sizeof(aside), "%s.aside", f.path);
	assert_int_equal(rename(f.path, aside), 0);
	assert_false(store_begin(f.store, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "was deleted or replaced while in use"));
	assert_int_equal(rename(aside, f.path), 0);
	assert_true(store_begin(f.store, &err));
	store_rollback(f.store);
}

static void a_full_disk_is_named(void **state)
{
	(void)state;
	struct err err = { 0 };
	char limit[64];
	snprintf(limit, sizeof(limit), "PRAGMA max_page_count = %d",
		(int)number("PRAGMA page_count") + 2);
	assert_true(connection_script(f.store, limit, &err));
	assert_true(store_begin(f.store, &err));
	bool ok = true;
	for (int i = 0; i < 100 && ok; i++)
		ok = store_exec(f.store, &err, "INSERT INTO t VALUES (1, hex(zeroblob(5000)))", "");
	assert_false(ok);
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "is full; make room"));
	store_rollback(f.store);
	assert_int_equal(number("SELECT count(*) FROM t"), 0);
}

static void every_commit_is_on_the_disk(void **state)
{
	(void)state;
	assert_int_equal(number("PRAGMA synchronous"), 2);
	assert_int_equal(number("PRAGMA foreign_keys"), 1);
	assert_int_equal(number("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

static void regular_expressions_are_bounded(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_int_equal(number("SELECT regexp('^a.c$', 'abc')"), 1);
	assert_int_equal(number("SELECT regexp('^a.c$', 'abcd')"), 0);
	/* Would take 2^60 steps. */
	assert_int_equal(
		number("SELECT regexp('^(a+)+$', hex(zeroblob(30)) || 'aaaaaaaaaaaaaaaaaaaa"
		       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')"),
		0);
	int64_t n;
	assert_false(connection_number(f.store, "SELECT regexp('(', 'abc')", &n, &err));
	assert_non_null(strstr(err.text, "regular expression, character 1: missing closing"));
	assert_false(
		connection_number(f.store, "SELECT regexp(hex(zeroblob(600)), 'abc')", &n, &err));
	assert_non_null(strstr(err.text, "regular expression is longer than 1024 bytes"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* As the sqlite3 program would, in a process of its own. */
static int visit(const char *path)
{
	sqlite3 *db;
	bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
		sqlite3_exec(db, "SELECT count(*) FROM t", NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_close(db);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The last who closes a database tidies its log away: another program must not take itself for the
 * last, or what we write from then on goes into a file that no longer has a name. */
static void another_program_may_look_meanwhile(void **state)
{
	(void)state;
	struct err err;
	struct store *second;
	struct stat before, after;
	const char *wal = arena_printf(&f.arena, "%s-wal", f.path);
	assert_true(store_open(f.path, &second, &err));
	assert_true(store_exec(f.store, &err, "INSERT INTO t VALUES (1, 'a')", ""));
	assert_int_equal(stat(wal, &before), 0);
	pid_t child = fork();
	if (child == 0) {
		execl("/proc/self/exe", "visit", f.path, (char *)NULL);
		_exit(127);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
	assert_int_equal(stat(wal, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	store_close(&second);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return visit(argv[1]);
	const struct CMUnitTest tests[] = {
		T(parameters_are_bound_by_number),
		T(queries_nest),
		T(kept_statements_are_limited),
		T(a_rollback_undoes_everything),
		T(a_refused_statement_leaves_the_transaction_whole),
		T(readers_see_no_half_transaction),
		T(a_lock_held_too_long_is_reported),
		T(a_file_open_to_others_is_refused),
		T(a_missing_file_is_named),
		T(a_file_deleted_in_use_stops_changes),
		T(another_program_may_look_meanwhile),
		T(a_full_disk_is_named),
		T(every_commit_is_on_the_disk),
		T(regular_expressions_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
