#include "store/operations.h"
#include "base/random.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1800000000LL
#define DAY 86400LL

static struct fixture f;
static struct ms_exchange_connector connector;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&f);
	connector = fixture_connector(&f.arena, "Head office", "vmr@example.com");
	must(store_insert(f.store, &ms_exchange_connector_type, &connector, NULL, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static void record(const struct operation *operation, char *ret_uuid)
{
	struct err err;
	must(store_begin(f.store, &err), &err);
	must(operation_record(f.store, operation, ret_uuid, &err), &err);
	must(store_commit(f.store, &err), &err);
}

static int64_t count(const char *table)
{
	struct rows rows;
	struct err err;
	must(store_query(f.store, &rows, &err,
		     arena_printf(&f.arena, "SELECT count(*) FROM %s", table), ""),
		&err);
	must(row_next(&rows, &err), &err);
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static void an_operation_is_a_status_record(void **state)
{
	(void)state;
	struct scheduling_operation got;
	struct err err;
	char uuid[UUID_LEN + 1];
	record(&(struct operation){ .success = true, .resource_id = 7, .now = NOW }, uuid);
	must(store_get(f.store, &scheduling_operation_type, 1, &f.arena, &got, &err), &err);
	assert_int_equal(got.creation_time, NOW);
	assert_string_equal(got.transaction_uuid, uuid);
	assert_true(got.success);
	assert_string_equal(got.error_code, "");
	assert_int_equal(got.resource_id, 7);
	must(record_check(&scheduling_operation_type, &got, NULL, &err), &err);
	record(&(struct operation){ .error_code = "alias_conflict",
		       .error_description = "the alias belongs to another meeting",
		       .resource_id = FIELD_NULL,
		       .now = NOW },
		NULL);
	must(store_get(f.store, &scheduling_operation_type, 2, &f.arena, &got, &err), &err);
	assert_false(got.success);
	assert_string_equal(got.error_description, "the alias belongs to another meeting");
	assert_int_equal(got.resource_id, FIELD_NULL);
}

static void long_words_are_cut_between_characters(void **state)
{
	(void)state;
	struct scheduling_operation got;
	struct err err;
	char code[200] = "", description[600] = "";
	memset(code, 'c', OPERATION_ERROR_CODE_MAX + 1);
	strcpy(description, "x");
	for (int i = 0; i < OPERATION_ERROR_DESCRIPTION_MAX; i++)
		strcat(description, "\xc3\xa9");
	record(&(struct operation){ .error_code = code,
		       .error_description = description,
		       .resource_id = FIELD_NULL,
		       .now = NOW },
		NULL);
	must(store_get(f.store, &scheduling_operation_type, 1, &f.arena, &got, &err), &err);
	assert_int_equal(strlen(got.error_code), OPERATION_ERROR_CODE_MAX);
	assert_int_equal(strlen(got.error_description), OPERATION_ERROR_DESCRIPTION_MAX - 1);
	assert_true(text_is_utf8(got.error_description, strlen(got.error_description)));
	must(record_check(&scheduling_operation_type, &got, NULL, &err), &err);
}

static void what_is_old_or_too_much_is_forgotten(void **state)
{
	(void)state;
	struct err err;
	int64_t old = NOW - OPERATIONS_DAYS * DAY;
	record(&(struct operation){ .success = true, .now = old - 1 }, NULL);
	record(&(struct operation){ .success = true, .now = old }, NULL);
	must(operations_expire(f.store, NOW, &err), &err);
	assert_int_equal(count("scheduling_operation"), 1);
	must(store_begin(f.store, &err), &err);
	for (int i = 0; i < 2500; i++) /* more than one batch */
		must(operation_record(f.store, &(struct operation){ .success = true, .now = NOW },
			     NULL, &err),
			&err);
	must(store_commit(f.store, &err), &err);
	/* As if there had been so many since. */
	must(store_exec(f.store, &err, "UPDATE scheduling_operation SET id = id + $1 WHERE id > 2",
		     "i", (int64_t)OPERATIONS_MAX - 100),
		&err);
	must(operations_expire(f.store, NOW, &err), &err);
	assert_int_equal(count("scheduling_operation WHERE id <= 2"), 0);
	assert_int_equal(count("scheduling_operation"), 2500);
	must(store_exec(f.store, &err,
		     "UPDATE scheduling_operation SET id = id + $1 WHERE id ="
		     " (SELECT max(id) FROM scheduling_operation)",
		     "i", (int64_t)OPERATIONS_MAX - 500),
		&err);
	must(operations_expire(f.store, NOW, &err), &err);
	assert_int_equal(count("scheduling_operation"), 500);
}

static void the_last_success_is_kept_for_each_integration(void **state)
{
	(void)state;
	struct exchange_scheduler got;
	struct err err;
	for (int64_t now = NOW; now < NOW + 3; now++) {
		must(store_begin(f.store, &err), &err);
		must(scheduler_touch(f.store, connector.id, now, &err), &err);
		must(store_commit(f.store, &err), &err);
	}
	must(store_get(f.store, &exchange_scheduler_type, connector.id, &f.arena, &got, &err),
		&err);
	assert_int_equal(got.exchange_connector_id, connector.id);
	assert_int_equal(got.last_modified_time, NOW + 2);
	assert_int_equal(count("exchange_scheduler"), 1);
	must(operations_expire(f.store, NOW, &err), &err);
	assert_int_equal(count("exchange_scheduler"), 1);
	must(store_delete(f.store, &ms_exchange_connector_type, connector.id, &err), &err);
	must(operations_expire(f.store, NOW, &err), &err);
	assert_int_equal(count("exchange_scheduler"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_operation_is_a_status_record),
		T(long_words_are_cut_between_characters),
		T(what_is_old_or_too_much_is_forgotten),
		T(the_last_success_is_kept_for_each_integration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
