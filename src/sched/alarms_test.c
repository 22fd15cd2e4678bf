#include "sched/alarms.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static int64_t stored(void)
{
	struct rows rows;
	assert_true(store_query(f.store, &rows, NULL, "SELECT count(*) FROM alarm", ""));
	assert_true(row_next(&rows, NULL));
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static size_t unsaved(struct alarm **ret)
{
	size_t count;
	alarms_unsaved(&f.arena, ret, &count);
	return count;
}

static void read_only(bool on)
{
	struct rows rows; /* a pragma may give a row */
	assert_true(store_query(f.store, &rows, NULL,
		on ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF", ""));
	while (row_next(&rows, NULL))
		;
	row_done(&rows);
}

static void an_alarm_lasts_until_it_is_lowered(void **state)
{
	(void)state;
	struct alarm *none;
	alarm_raise(f.store, ALARM_CONNECTION_FAILURE, "Head office", "first");
	alarm_raise(f.store, ALARM_CONNECTION_FAILURE, "Head office", "second");
	assert_int_equal(stored(), 1);
	assert_int_equal(unsaved(&none), 0);
	alarm_lower(f.store, ALARM_STORAGE, "Head office");
	assert_int_equal(stored(), 1);
	alarm_lower(f.store, ALARM_CONNECTION_FAILURE, "Head office");
	assert_int_equal(stored(), 0);
}

static void a_store_that_takes_none_is_no_excuse(void **state)
{
	(void)state;
	struct alarm *alarms;
	read_only(true);
	alarm_raise(f.store, ALARM_STORAGE, "Head office", "first");
	alarm_raise(f.store, ALARM_STORAGE, "Head office", "second");
	alarm_raise(f.store, ALARM_STORAGE, "Head office: more", "below");
	alarm_raise(f.store, ALARM_STORAGE, "Head offices", "another");
	assert_int_equal(unsaved(&alarms), 3);
	assert_string_equal(alarms[0].name, "storage_failure");
	assert_string_equal(alarms[0].details, "second");
	alarms_save(f.store);
	assert_int_equal(unsaved(&alarms), 3);
	alarm_lower(f.store, ALARM_STORAGE, "Head office");
	assert_int_equal(unsaved(&alarms), 1);
	assert_string_equal(alarms[0].instance, "Head offices");
	read_only(false);
	alarms_save(f.store);
	assert_int_equal(unsaved(&alarms), 0);
	assert_int_equal(stored(), 1);
	alarm_lower(f.store, ALARM_STORAGE, "Head offices");
}

static void memory_has_its_limit(void **state)
{
	(void)state;
	struct alarm *alarms;
	char instance[32];
	read_only(true);
	for (int i = 0; i < ALARMS_UNSAVED_MAX + 10; i++) {
		snprintf(instance, sizeof(instance), "Office %d", i);
		alarm_raise(f.store, ALARM_STORAGE, instance, "full");
	}
	assert_int_equal(unsaved(&alarms), ALARMS_UNSAVED_MAX);
	read_only(false);
	alarms_save(f.store);
	assert_int_equal(unsaved(&alarms), 0);
	assert_int_equal(stored(), ALARMS_UNSAVED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_alarm_lasts_until_it_is_lowered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_store_that_takes_none_is_no_excuse, setup, teardown),
		cmocka_unit_test_setup_teardown(memory_has_its_limit, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
