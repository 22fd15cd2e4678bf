#include "store/migrate.h"
#include "model/sealing_keys.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/fixture.h"
#include "store/record_sql.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_empty(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

/* One line for each row: columns, references or indexes of a table. */
static char *describe(struct store *store, const char *sql, const char *table)
{
	struct buf b;
	struct err err = { 0 };
	struct rows rows;
	buf_init(&b, 1 << 20);
	if (!store_query(store, &rows, &err, sql, "s", table))
		fail_msg("%s", err.text);
	while (row_next(&rows, &err))
		buf_addf(&b, "%s\n", row_text(&rows, 0));
	assert_false(rows.failed);
	row_done(&rows);
	char *text = arena_strdup(&f.arena, b.data);
	buf_release(&b);
	return text;
}

static struct store *derived_schema(const char *path)
{
	struct buf b;
	struct err err = { 0 };
	struct store *store;
	buf_init(&b, 1 << 20);
	for (const struct record_type *const *t = record_types; *t; t++)
		record_sql_create(&b, *t);
	if (!connection_open(path, true, &store, &err) || !connection_script(store, b.data, &err))
		fail_msg("%s", err.text);
	buf_release(&b);
	return store;
}

/* All migrations together make exactly what the tables of fields describe. Tables and plain indexes
 * that no record knows are others' business. */
static void migrations_make_what_the_records_describe(void **state)
{
	(void)state;
	static const char *const questions[] = {
		"SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || pk FROM "
		"pragma_table_info($1) ORDER BY name",
		"SELECT \"from\" || ' ' || \"table\" || ' ' || \"to\" || ' ' || on_delete FROM "
		"pragma_foreign_key_list($1) ORDER BY \"from\"",
		"SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%' "
		"AND tbl_name = $1 ORDER BY name",
	};
	struct err err = { 0 };
	struct fixture other;
	fixture_empty(&other);
	other.store = derived_schema(other.path);
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_true(store_open(f.path, &f.store, &err));
	for (const struct record_type *const *t = record_types; *t; t++)
		for (size_t q = 0; q < 3; q++) {
			const char *ours = describe(f.store, questions[q], (*t)->name);
			assert_string_equal(ours, describe(other.store, questions[q], (*t)->name));
			assert_true(q > 0 || !text_empty(ours));
		}
	fixture_release(&other);
}

static void a_fresh_database_gets_all_and_then_nothing(void **state)
{
	(void)state;
	struct err err = { 0 };
	int from = -1, to = -1;
	mode_t before = umask(0);
	assert_true(store_migrate(f.path, &from, &to, &err));
	umask(before);
	assert_int_equal(from, 0);
	assert_int_equal(to, n_migrations);
	struct stat st;
	assert_int_equal(stat(f.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(store_migrate(f.path, &from, &to, &err));
	assert_int_equal(from, to);
}

/* Of a database that is older than sealed tokens; whoever has keys keeps them. */
static void integrations_without_keys_get_them(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct ms_exchange_connector old, other, got, again;
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_true(store_open(f.path, &f.store, &err));
	old = fixture_connector(&f.arena, "Old", "old@example.com");
	old.public_key = old.private_key = old.sealing_key = "";
	other = fixture_connector(&f.arena, "Other", "other@example.com");
	assert_true(store_insert(f.store, &ms_exchange_connector_type, &old, NULL, &err));
	assert_true(store_insert(f.store, &ms_exchange_connector_type, &other, NULL, &err));
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_true(store_get(f.store, &ms_exchange_connector_type, old.id, &f.arena, &got, &err));
	assert_true(sealing_keys_complete(&got));
	assert_string_not_equal(got.private_key, got.sealing_key);
	assert_string_not_equal(got.private_key, got.public_key);
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_true(
		store_get(f.store, &ms_exchange_connector_type, old.id, &f.arena, &again, &err));
	assert_string_equal(got.private_key, again.private_key);
	assert_string_equal(got.sealing_key, again.sealing_key);
	assert_true(
		store_get(f.store, &ms_exchange_connector_type, other.id, &f.arena, &got, &err));
	assert_string_equal(got.private_key, other.private_key);
	assert_string_not_equal(got.private_key, again.private_key);
}

static const struct migration good[] = {
	{ "001_a", "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);" },
	{ "002_b", "CREATE TABLE b (n INTEGER); UPDATE a SET n = 2;" },
};

static void a_failing_step_leaves_nothing_behind(void **state)
{
	(void)state;
	const struct migration bad[] = { good[0],
		{ "002_b",
			"CREATE TABLE b (n INTEGER); UPDATE a SET n = 2; INSERT INTO c VALUES "
			"(1)" } };
	struct err err = { 0 };
	assert_false(migrate_to(f.path, bad, 2, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "migration '002_b': "));
	assert_non_null(strstr(err.text, "no such table: c"));
	/* The first is there, the second not at all; a mended program goes on from there. */
	int from = -1;
	int64_t n;
	assert_true(connection_open(f.path, false, &f.store, &err));
	assert_true(connection_number(f.store, "SELECT n FROM a", &n, &err));
	assert_int_equal(n, 1);
	assert_true(migrate_to(f.path, good, 2, &from, NULL, &err));
	assert_int_equal(from, 1);
	assert_true(connection_number(f.store, "SELECT n FROM a", &n, &err));
	assert_int_equal(n, 2);
}

static void an_older_schema_is_not_opened(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_true(migrate_to(f.path, good, 0, NULL, NULL, &err));
	assert_false(store_open(f.path, &f.store, &err));
	assert_non_null(strstr(err.text, "has an older schema (0, this program needs "));
}

static void a_newer_schema_is_refused(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_true(connection_open(f.path, false, &f.store, &err));
	assert_true(connection_script(f.store, "PRAGMA user_version = 4000", &err));
	store_close(&f.store);
	assert_false(store_open(f.path, &f.store, &err));
	assert_non_null(
		strstr(err.text, "was written by a newer vmrd (schema 4000, this program knows"));
	assert_false(store_migrate(f.path, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "install that version again"));
}

static void another_programs_database_is_refused(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_true(connection_open(f.path, true, &f.store, &err));
	assert_true(connection_script(f.store, "CREATE TABLE theirs (n INTEGER)", &err));
	assert_false(store_migrate(f.path, NULL, NULL, &err));
	assert_non_null(strstr(err.text, "is a database of another program"));
}

static void overwrite(const char *path, off_t at, size_t len)
{
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	char noise[4096];
	memset(noise, 0x5a, sizeof(noise));
	assert_true(pwrite(fd, noise, len, at) == (ssize_t)len);
	close(fd);
}

static void damage_is_noticed(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	overwrite(f.path, 4096, 4096);
	assert_false(store_migrate(f.path, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "is damaged"));
	assert_non_null(strstr(err.text, "restore it from a backup"));
	overwrite(f.path, 0, 100);
	assert_false(store_open(f.path, &f.store, &err));
	assert_non_null(strstr(err.text, "is damaged"));
}

static void a_torn_file_is_noticed(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_true(store_migrate(f.path, NULL, NULL, &err));
	assert_int_equal(truncate(f.path, 5 * 4096 + 1000), 0);
	assert_false(store_migrate(f.path, NULL, NULL, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "is damaged"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(migrations_make_what_the_records_describe),
		T(a_fresh_database_gets_all_and_then_nothing),
		T(integrations_without_keys_get_them),
		T(a_failing_step_leaves_nothing_behind),
		T(an_older_schema_is_not_opened),
		T(a_newer_schema_is_refused),
		T(another_programs_database_is_refused),
		T(damage_is_noticed),
		T(a_torn_file_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
