#include "store/addin_versions.h"
#include "base/text.h"
#include "model/manifest_version.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NOW = 1800000000, HOUR = 3600, DAY = 86400 };

static struct fixture f;
static int64_t head_office, branch;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int64_t add_integration(const char *name, const char *mailbox)
{
	struct err err;
	struct ms_exchange_connector c = fixture_connector(&f.arena, name, mailbox);
	must(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	return c.id;
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	head_office = add_integration("Head office", "room@example.com");
	branch = add_integration("Branch", "room2@example.com");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static int64_t version_of(int64_t connector, const char *digest)
{
	struct err err;
	int64_t number = -1;
	must(addin_version_of(f.store, connector, digest, NOW, &number, &err), &err);
	return number;
}

static void see(int64_t number, bool used, int64_t at)
{
	struct err err;
	must(addin_version_seen(f.store, head_office, number, used, at, &err), &err);
}

static struct addin_version row(int64_t number)
{
	struct err err;
	struct addin_version v = { 0 };
	must(store_find(f.store, &addin_version_type, "number",
		     arena_printf(&f.arena, "%lld", (long long)number), &f.arena, &v, &err),
		&err);
	return v;
}

static size_t rows_of(int64_t connector)
{
	struct err err;
	void *rows;
	size_t count;
	const struct store_filter filter = { .field = record_field(
						     &addin_version_type, "exchange_connector"),
		.value = arena_printf(&f.arena, "%lld", (long long)connector) };
	const struct store_list what = { .filters = &filter, .n_filters = 1 };
	must(store_list(f.store, &addin_version_type, &what, &f.arena, &rows, &count, NULL, &err),
		&err);
	return count;
}

static void the_same_content_keeps_its_version(void **state)
{
	(void)state;
	assert_int_equal(version_of(head_office, "a"), 1);
	assert_int_equal(version_of(head_office, "a"), 1);
	assert_int_equal(rows_of(head_office), 1);
}

static void each_change_makes_a_version_also_one_that_goes_back(void **state)
{
	(void)state;
	struct err err;
	int64_t number;
	must(addin_version_current(f.store, head_office, &number, &err), &err);
	assert_int_equal(number, 0);
	assert_int_equal(version_of(head_office, "a"), 1);
	assert_int_equal(version_of(head_office, "b"), 2);
	assert_int_equal(version_of(head_office, "a"), 3);
	must(addin_version_current(f.store, head_office, &number, &err), &err);
	assert_int_equal(number, 3);
	assert_string_equal(row(3).version, "1.0.0.3");
	assert_true(row(3).is_current);
	assert_false(row(1).is_current);
	assert_false(row(2).is_current);
}

static void integrations_count_for_themselves(void **state)
{
	(void)state;
	assert_int_equal(version_of(head_office, "a"), 1);
	assert_int_equal(version_of(head_office, "b"), 2);
	assert_int_equal(version_of(branch, "a"), 1);
}

static void an_integration_that_is_not_there_has_no_version(void **state)
{
	(void)state;
	struct err err;
	int64_t number = -1;
	assert_false(addin_version_of(f.store, 99, "a", NOW, &number, &err));
	assert_int_equal(number, -1);
	assert_false(store_in_transaction(f.store));
}

static void only_so_many_versions_are_kept(void **state)
{
	(void)state;
	for (int i = 1; i <= ADDIN_VERSIONS_MAX + 1; i++)
		assert_int_equal(
			version_of(head_office, arena_printf(&f.arena, "content %d", i)), i);
	assert_int_equal(rows_of(head_office), ADDIN_VERSIONS_MAX);
	assert_int_equal(version_of(head_office, "other"), ADDIN_VERSIONS_MAX + 2);
}

static void versions_end_some_day(void **state)
{
	(void)state;
	struct err err;
	int64_t number = -1;
	version_of(head_office, "a");
	must(store_exec(f.store, &err, "UPDATE addin_version SET number = $1", "i",
		     MANIFEST_NUMBER_MAX - 1),
		&err);
	assert_true(version_of(head_office, "b") == MANIFEST_NUMBER_MAX);
	assert_false(addin_version_of(f.store, head_office, "c", NOW, &number, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

static void use_is_noted_to_the_hour(void **state)
{
	(void)state;
	version_of(head_office, "a");
	see(1, false, NOW);
	assert_int_equal(row(1).first_seen_time, NOW);
	assert_int_equal(row(1).last_seen_time, NOW);
	assert_true(row(1).last_used_time == FIELD_NULL);
	see(1, false, NOW + HOUR - 1);
	assert_int_equal(row(1).last_seen_time, NOW);
	see(1, true, NOW + HOUR - 1);
	assert_int_equal(row(1).last_used_time, NOW + HOUR - 1);
	see(1, false, NOW + 3 * HOUR);
	assert_int_equal(row(1).first_seen_time, NOW);
	assert_int_equal(row(1).last_seen_time, NOW + 3 * HOUR);
	assert_int_equal(row(1).last_used_time, NOW + HOUR - 1);
}

static void a_clock_that_was_wrong_is_forgotten(void **state)
{
	(void)state;
	version_of(head_office, "a");
	see(1, true, NOW + 1000 * DAY);
	see(1, true, NOW);
	assert_int_equal(row(1).last_seen_time, NOW);
}

static void versions_we_never_made_are_nobodys(void **state)
{
	(void)state;
	version_of(head_office, "a");
	see(2, true, NOW);
	see(MANIFEST_NUMBER_MAX, true, NOW);
	assert_int_equal(rows_of(head_office), 1);
}

static bool finds_old(int64_t days, int64_t now, struct addin_version_old *ret)
{
	struct err err;
	bool found;
	must(addin_version_find_old(f.store, head_office, days, now, &f.arena, ret, &found, &err),
		&err);
	return found;
}

static void old_versions_in_use_are_found_after_some_days(void **state)
{
	(void)state;
	struct addin_version_old found;
	assert_false(finds_old(3, NOW, &found));
	version_of(head_office, "a");
	version_of(head_office, "b");
	see(1, true, NOW + 2 * DAY);
	assert_false(finds_old(3, NOW + 2 * DAY, &found));
	see(1, false, NOW + 4 * DAY); /* anybody may say so */
	see(2, true, NOW + 4 * DAY);  /* the current one */
	assert_false(finds_old(3, NOW + 4 * DAY, &found));
	see(1, true, NOW + 4 * DAY);
	assert_true(finds_old(3, NOW + 4 * DAY, &found));
	assert_string_equal(found.old.version, "1.0.0.1");
	assert_string_equal(found.current.version, "1.0.0.2");
	assert_true(finds_old(3, NOW + 4 * DAY + ADDIN_OLD_S, &found));
	assert_false(finds_old(3, NOW + 4 * DAY + ADDIN_OLD_S + 1, &found));
}

#define with_store(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(the_same_content_keeps_its_version),
		with_store(each_change_makes_a_version_also_one_that_goes_back),
		with_store(integrations_count_for_themselves),
		with_store(an_integration_that_is_not_there_has_no_version),
		with_store(only_so_many_versions_are_kept),
		with_store(versions_end_some_day),
		with_store(use_is_noted_to_the_hour),
		with_store(a_clock_that_was_wrong_is_forgotten),
		with_store(versions_we_never_made_are_nobodys),
		with_store(old_versions_in_use_are_found_after_some_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
