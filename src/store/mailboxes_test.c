#include "store/mailboxes.h"
#include "store/fixture.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static int64_t connector;

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;
	fixture_init(f);
	struct ms_exchange_connector c =
		fixture_connector(&f->arena, "Head office", "room@example.com");
	if (!store_insert(f->store, &ms_exchange_connector_type, &c, NULL, &err))
		return -1;
	connector = c.id;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	fixture_release(f);
	free(f);
	return 0;
}

static bool take(struct fixture *f, enum mailbox_order order)
{
	bool found;
	assert_true(mailbox_order_take(f->store, connector, order, &found, NULL));
	return found;
}

static void an_order_is_taken_once(void **state)
{
	struct fixture *f = *state;
	int64_t next;
	assert_false(take(f, ORDER_RESYNC));
	assert_true(mailbox_order_put(f->store, connector, ORDER_RESYNC, 1, NULL));
	assert_true(mailbox_order_put(f->store, connector, ORDER_RESYNC, 2, NULL));
	assert_true(mailbox_order_next(f->store, 0, &next, NULL));
	assert_int_equal(next, connector);
	assert_true(mailbox_order_next(f->store, connector, &next, NULL));
	assert_true(next == FIELD_NULL);
	assert_false(take(f, ORDER_TAKEOVER));
	assert_true(take(f, ORDER_RESYNC));
	assert_false(take(f, ORDER_RESYNC));
}

static void orders_have_names(void **state)
{
	enum mailbox_order order;
	(void)state;
	for (int i = 0; i < N_MAILBOX_ORDERS; i++) {
		assert_true(mailbox_order_find(mailbox_order_name((enum mailbox_order)i), &order));
		assert_int_equal(order, i);
	}
	assert_false(mailbox_order_find("dance", &order));
}

static void an_installation_keeps_its_id(void **state)
{
	struct fixture *f = *state;
	const char *one, *two;
	assert_true(installation_uuid(f->store, &f->arena, &one, NULL));
	assert_true(installation_uuid(f->store, &f->arena, &two, NULL));
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), 36);
}

/* Another mailbox is another matter. */
static void saves_are_counted_for_one_mailbox(void **state)
{
	struct fixture *f = *state;
	int64_t saves, when, dropped;
	assert_true(mailbox_saves(f->store, connector, &saves, NULL));
	assert_int_equal(saves, 0);
	assert_true(mailbox_claim(f->store, connector, "a@example.com", &dropped, NULL));
	for (int i = 0; i < 3; i++)
		assert_true(mailbox_save_sync_state(
			f->store, connector, "a@example.com", "state", NULL));
	assert_true(mailbox_set_reconciled(f->store, connector, 77, NULL));
	assert_true(mailbox_claim(f->store, connector, "a@example.com", &dropped, NULL));
	assert_true(mailbox_saves(f->store, connector, &saves, NULL));
	assert_int_equal(saves, 3);
	assert_true(mailbox_reconciled(f->store, connector, &when, NULL));
	assert_int_equal(when, 77);
	assert_true(mailbox_claim(f->store, connector, "b@example.com", &dropped, NULL));
	assert_true(mailbox_saves(f->store, connector, &saves, NULL));
	assert_int_equal(saves, 0);
	assert_true(mailbox_reconciled(f->store, connector, &when, NULL));
	assert_true(when == FIELD_NULL);
}

/* What one comparison found stands until the next one. */
static void the_status_keeps_the_last_comparison(void **state)
{
	struct fixture *f = *state;
	struct exchange_scheduler row;
	struct scheduler_status s = { .state = "working",
		.next_attempt_time = FIELD_NULL,
		.reconcile_time = 500,
		.drift_gone = 3 };
	assert_true(scheduler_tell(f->store, connector, &s, NULL));
	s = (struct scheduler_status){ .state = "backing off",
		.detail = "no answer",
		.next_attempt_time = 600,
		.reconcile_time = FIELD_NULL };
	assert_true(scheduler_tell(f->store, connector, &s, NULL));
	assert_true(
		store_get(f->store, &exchange_scheduler_type, connector, &f->arena, &row, NULL));
	assert_string_equal(row.state, "backing off");
	assert_string_equal(row.detail, "no answer");
	assert_int_equal(row.next_attempt_time, 600);
	assert_int_equal(row.reconcile_time, 500);
	assert_int_equal(row.drift_gone, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_order_is_taken_once),
		TEST(orders_have_names),
		TEST(an_installation_keeps_its_id),
		TEST(saves_are_counted_for_one_mailbox),
		TEST(the_status_keeps_the_last_comparison),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
