#include "api/version_reports.h"
#include "api/addin.h"
#include "api/http_rig.h"
#include "base/log.h"
#include "store/addin_versions.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* The add-in's server side over a database with one integration that has had two versions. */
static struct {
	struct fixture f;
	struct http_rig http;
	struct addin_api api;
} rig;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	int64_t number;
	fixture_init(&rig.f);
	must(log_open(rig.f.directory, LOG_LEVEL_ERROR, false, &err), &err);
	struct ms_exchange_connector c =
		fixture_connector(&rig.f.arena, "Head office", "vmr@example.com");
	must(store_insert(rig.f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	must(addin_version_of(rig.f.store, c.id, "a", 1, &number, &err), &err);
	must(addin_version_of(rig.f.store, c.id, "b", 1, &number, &err), &err);
	http_rig_init(&rig.http);
	must(worker_pool_new(rig.http.loop, rig.f.path, 1, &rig.api.pool, &err), &err);
	rig.api.versions = version_reports_new(rig.api.pool);
	http_rig_start(&rig.http, addin_handle, &rig.api);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	http_rig_stop(&rig.http);
	worker_pool_free(&rig.api.pool);
	version_reports_free(&rig.api.versions);
	http_rig_release(&rig.http);
	log_close();
	unlink(arena_printf(&rig.f.arena, "%s/administrator.log", rig.f.directory));
	unlink(arena_printf(&rig.f.arena, "%s/support.log", rig.f.directory));
	fixture_release(&rig.f);
	return 0;
}

static void get(const char *path, const char *header)
{
	struct rig_answer answer;
	struct rig_call call = { .method = "GET",
		.path = arena_printf(&rig.f.arena, ADDIN_PREFIX "%s", path),
		.headers = { header } };
	rig_call(&rig.http, &call, &answer);
	assert_int_equal(answer.status, 200);
	rig_answer_release(&answer);
}

static int64_t seen(const char *version)
{
	struct err err;
	struct addin_version v;
	must(store_find(
		     rig.f.store, &addin_version_type, "version", version, &rig.f.arena, &v, &err),
		&err);
	return v.last_seen_time;
}

static void wait_until_seen(const char *version)
{
	for (int i = 0; i < 5000 && seen(version) == FIELD_NULL; i++)
		usleep(1000); /* polls a condition; bounded */
	assert_true(seen(version) != FIELD_NULL);
}

static void forget(void)
{
	struct err err;
	must(store_exec(rig.f.store, &err, "UPDATE addin_version SET last_seen_time = NULL", ""),
		&err);
}

static void an_icons_address_tells_its_version(void **state)
{
	(void)state;
	get("1/images/addin_icon_80.png?h=x&v=1.0.0.1", NULL);
	wait_until_seen("1.0.0.1");
	assert_true(seen("1.0.0.2") == FIELD_NULL);
	get("1/images/addin_icon_80.png", VERSION_HEADER ": 1.0.0.2");
	wait_until_seen("1.0.0.2");
}

/* One worker does all in order: once a later report is in, an earlier one would be. */
static void the_same_report_goes_to_the_database_once(void **state)
{
	(void)state;
	get("1/images/addin_icon_80.png?v=1.0.0.1", NULL);
	wait_until_seen("1.0.0.1");
	forget();
	get("1/images/addin_icon_16.png?v=1.0.0.1", NULL);
	get("1/images/addin_icon_16.png?v=1.0.0.2", NULL);
	wait_until_seen("1.0.0.2");
	assert_true(seen("1.0.0.1") == FIELD_NULL);
}

static void made_up_versions_are_bounded(void **state)
{
	(void)state;
	for (int i = 1; i < VERSION_REPORTS_A_MINUTE; i++)
		get(arena_printf(&rig.f.arena, "1/images/addin_icon_16.png?v=1.0.5.%d", i), NULL);
	get("1/images/addin_icon_16.png?v=1.0.0.2", NULL); /* the last one */
	wait_until_seen("1.0.0.2");
	get("1/images/addin_icon_16.png?v=1.0.0.1", NULL); /* the first too many */
	struct err err;
	http_rig_stop(&rig.http);
	worker_pool_free(&rig.api.pool); /* all that was posted is done */
	assert_true(seen("1.0.0.1") == FIELD_NULL);
	must(worker_pool_new(rig.http.loop, rig.f.path, 1, &rig.api.pool, &err), &err);
	pthread_create(&rig.http.thread, NULL, http_rig_run, rig.http.loop);
}

static void nonsense_is_no_version(void **state)
{
	(void)state;
	get("1/images/addin_icon_16.png?v=1.0.0.1%20", NULL);
	get("1/images/addin_icon_16.png?v=", NULL);
	get("1/images/addin_icon_16.png", VERSION_HEADER ": x");
	get("1/images/addin_icon_16.png?v=1.0.0.2", NULL);
	wait_until_seen("1.0.0.2");
	assert_true(seen("1.0.0.1") == FIELD_NULL);
}

#define with_rig(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(an_icons_address_tells_its_version),
		with_rig(the_same_report_goes_to_the_database_once),
		with_rig(made_up_versions_are_bounded),
		with_rig(nonsense_is_no_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
