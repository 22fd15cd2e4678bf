#include "sched/old_manifests.h"
#include "base/log.h"
#include "store/addin_versions.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1800000000, DAY = 86400 };

static struct fixture f;
static int64_t head_office;

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
	struct err err;
	int64_t number;
	fixture_init(&f);
	must(log_open(f.directory, LOG_LEVEL_ERROR, false, &err), &err);
	head_office = add_integration("Head office", "room@example.com");
	add_integration("Branch", "room2@example.com");
	must(addin_version_of(f.store, head_office, "a", NOW - 10 * DAY, &number, &err), &err);
	must(addin_version_of(f.store, head_office, "b", NOW, &number, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_close();
	unlink(arena_printf(&f.arena, "%s/administrator.log", f.directory));
	unlink(arena_printf(&f.arena, "%s/support.log", f.directory));
	fixture_release(&f);
	return 0;
}

static void use(int64_t number, int64_t at)
{
	struct err err;
	must(addin_version_seen(f.store, head_office, number, true, at, &err), &err);
}

/* The details of the alarm; NULL: there is none. */
static const char *alarm_at(int64_t now)
{
	struct err err;
	struct alarm alarm;
	must(old_manifests_check(f.store, now, &err), &err);
	if (!store_find(f.store, &alarm_type, "name", "addin_manifest_outdated", &f.arena, &alarm,
		    &err))
		return NULL;
	assert_string_equal(alarm.instance, "Head office");
	return alarm.details;
}

static void users_have_some_days(void **state)
{
	(void)state;
	assert_null(alarm_at(NOW));
	use(1, NOW + 3 * DAY - 1);
	assert_null(alarm_at(NOW + 3 * DAY));
	use(2, NOW + 3 * DAY);
	assert_null(alarm_at(NOW + 3 * DAY));
}

static void then_an_alarm_names_the_versions(void **state)
{
	(void)state;
	use(1, NOW + 4 * DAY);
	const char *details = alarm_at(NOW + 4 * DAY);
	assert_non_null(details);
	assert_string_equal(details,
		"version 1.0.0.1 was used at 2027-01-19T08:00:00Z; the current "
		"one is 1.0.0.2, since 2027-01-15T08:00:00Z");
}

static void it_goes_when_the_old_one_is_not_used_any_more(void **state)
{
	(void)state;
	use(1, NOW + 4 * DAY);
	assert_non_null(alarm_at(NOW + 5 * DAY));
	assert_null(alarm_at(NOW + 5 * DAY + 1));
}

static void it_goes_with_its_integration(void **state)
{
	(void)state;
	struct err err;
	use(1, NOW + 4 * DAY);
	assert_non_null(alarm_at(NOW + 4 * DAY));
	must(store_delete(f.store, &ms_exchange_connector_type, head_office, &err), &err);
	assert_null(alarm_at(NOW + 4 * DAY));
}

static void the_days_are_a_setting(void **state)
{
	(void)state;
	struct err err;
	must(store_exec(f.store, &err, "UPDATE global_settings SET old_manifest_days = 0", ""),
		&err);
	use(1, NOW + 1);
	assert_non_null(alarm_at(NOW + 1));
}

#define with_store(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(users_have_some_days),
		with_store(then_an_alarm_names_the_versions),
		with_store(it_goes_when_the_old_one_is_not_used_any_more),
		with_store(it_goes_with_its_integration),
		with_store(the_days_are_a_setting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
