#include "store/meetings.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

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
	fixture_release(*state);
	free(*state);
	return 0;
}

static void put(struct fixture *f, const char *item, const char *kind)
{
	const struct outbox_row row = { .item_id = item,
		.change_key = "k",
		.kind = kind,
		.body = "",
		.uid = "uid-1",
		.correlation_id = "c" };
	assert_true(outbox_put(f->store, connector, &row, NULL));
}

static int64_t waiting(struct fixture *f)
{
	int64_t count;
	assert_true(outbox_count(f->store, connector, 0, &count, NULL));
	return count;
}

static size_t take(struct fixture *f, struct outbox_row *ret)
{
	size_t count;
	assert_true(outbox_take(
		f->store, connector, "accept", "decline", 0, 1, &f->arena, ret, &count, NULL));
	return count;
}

/* The newer answer counts, and so do the attempts that the older one has behind it. */
static void an_answer_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct outbox_row row;
	put(f, "item", "accept");
	assert_int_equal(take(f, &row), 1);
	assert_true(outbox_failed(f->store, row.id, 0, NULL));
	put(f, "item", "decline");
	assert_int_equal(waiting(f), 1);
	assert_int_equal(take(f, &row), 1);
	assert_string_equal(row.kind, "decline");
	assert_int_equal(row.attempts, 1);
}

static void an_answer_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct outbox_row row;
	put(f, "item", "accept");
	for (int i = 0; i < OUTBOX_ATTEMPTS_MAX; i++) {
		assert_int_equal(waiting(f), 1);
		assert_int_equal(take(f, &row), 1);
		assert_true(outbox_failed(f->store, row.id, 0, NULL));
	}
	assert_int_equal(waiting(f), 0);
	assert_int_equal(take(f, &row), 0);
	put(f, "item", "accept"); /* the message was read again */
	assert_int_equal(waiting(f), 0);
	assert_true(outbox_forget_given_up(f->store, connector, NULL));
	put(f, "item", "accept");
	assert_int_equal(waiting(f), 1);
}

static void claim(struct fixture *f, const char *address, int64_t expect_dropped)
{
	int64_t dropped;
	assert_true(mailbox_claim(f->store, connector, address, &dropped, NULL));
	assert_int_equal(dropped, expect_dropped);
}

static void another_mailbox_starts_afresh(void **state)
{
	struct fixture *f = *state;
	claim(f, "a@example.com", 0);
	put(f, "item", "accept");
	assert_true(mailbox_save_sync_state(f->store, connector, "a@example.com", "s1", NULL));
	claim(f, "a@example.com", 0);
	assert_int_equal(waiting(f), 1);
	assert_string_equal(
		mailbox_sync_state(f->store, connector, "a@example.com", &f->arena, NULL), "s1");
	claim(f, "b@example.com", 1);
	assert_int_equal(waiting(f), 0);
	claim(f, "a@example.com", 0);
	assert_string_equal(
		mailbox_sync_state(f->store, connector, "a@example.com", &f->arena, NULL), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_answer_is_replaced),
		TEST(an_answer_is_given_up),
		TEST(another_mailbox_starts_afresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
