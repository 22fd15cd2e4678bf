#include "exchange/exchange_null.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct attendee attendees[] = { { "Room", "room@example.org", ATTENDEE_RESOURCE } };

static const struct meeting meeting = { .uid = "uid-1",
	.subject = "Review",
	.recurrence_id = MEETING_NO_TIME,
	.attendees = attendees,
	.n_attendees = 1 };

struct rig {
	struct exchange_null *mailbox;
	struct exchange *ex;
	struct arena arena;
};

static int setup(void **state)
{
	static struct rig rig;
	const struct exchange_settings settings = { .mailbox = "room@example.org" };
	rig.mailbox = exchange_null_new();
	arena_init(&rig.arena);
	*state = &rig;
	return !exchange_open(exchange_null_driver(rig.mailbox), &settings, &rig.ex, NULL);
}

static int teardown(void **state)
{
	struct rig *rig = *state;
	exchange_close(&rig->ex);
	exchange_close(&rig->ex);
	exchange_null_free(&rig->mailbox);
	arena_release(&rig->arena);
	return 0;
}

static struct exchange_page sync_once(struct rig *rig, const char *state)
{
	struct exchange_page page;
	assert_true(exchange_sync(rig->ex, state, &rig->arena, &page, NULL));
	return page;
}

static void a_message_is_seen_read_answered_and_gone(void **state)
{
	struct rig *rig = *state;
	const char *id = exchange_null_deliver(rig->mailbox, &meeting);
	exchange_null_deliver(rig->mailbox, NULL);
	struct exchange_page page = sync_once(rig, NULL);
	assert_int_equal(page.count, 2);
	assert_true(page.last && page.changes[0].meeting && !page.changes[1].meeting);

	struct meeting m;
	struct exchange_result r;
	assert_true(exchange_fetch(rig->ex, page.changes, 1, &rig->arena, &m, &r, NULL));
	assert_true(r.ok);
	assert_string_equal(m.item_id, id);
	assert_string_equal(m.attendees[0].email, "room@example.org");

	struct exchange_answer answer = { EXCHANGE_DECLINE, id, m.change_key, "no" };
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_true(r.ok);
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_false(r.ok);
	assert_int_equal(r.err.code, ERR_NOT_FOUND);
	assert_int_equal(exchange_null_effects(rig->mailbox), 1);
	struct exchange_null_effect effect = exchange_null_effect(rig->mailbox, 0);
	assert_int_equal(effect.kind, EXCHANGE_NULL_DECLINED);
	assert_string_equal(effect.text, "no");
	assert_string_equal(effect.uid, "uid-1");
	assert_int_equal(exchange_null_inbox(rig->mailbox), 1);

	page = sync_once(rig, page.sync_state);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.changes[0].kind, EXCHANGE_DELETED);
}

static void pages_are_as_small_as_asked(void **state)
{
	struct rig *rig = *state;
	for (int i = 0; i < 3; i++)
		exchange_null_deliver(rig->mailbox, &meeting);
	exchange_null_page(rig->mailbox, 2);
	struct exchange_page page = sync_once(rig, "");
	assert_true(page.count == 2 && !page.last);
	page = sync_once(rig, page.sync_state);
	assert_true(page.count == 1 && page.last);
}

static void the_nth_call_fails_early_or_late(void **state)
{
	struct rig *rig = *state;
	const char *id = exchange_null_deliver(rig->mailbox, &meeting);
	const char *key = NULL;
	struct exchange_result r;
	struct err err, want;
	err_set(&want, ERR_BUSY, "later please");
	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_SYNC, 2, false, &want);
	sync_once(rig, NULL);
	struct exchange_page page;
	assert_false(exchange_sync(rig->ex, NULL, &rig->arena, &page, &err));
	assert_int_equal(err.code, ERR_BUSY);
	sync_once(rig, NULL);

	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_DISCARD, 1, false, &want);
	assert_false(exchange_discard(rig->ex, &id, 1, &r, &err));
	assert_int_equal(exchange_null_effects(rig->mailbox), 0);
	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_REMOVE, 1, true, &want);
	assert_false(exchange_remove(rig->ex, &id, &key, 1, &r, &err));
	assert_int_equal(exchange_null_effects(rig->mailbox), 1);
}

static void items_fail_alone_and_keys_grow_old(void **state)
{
	struct rig *rig = *state;
	const char *id = exchange_null_deliver(rig->mailbox, &meeting);
	struct exchange_page page = sync_once(rig, NULL);
	struct exchange_answer answer = { EXCHANGE_ACCEPT, id, page.changes[0].change_key, "" };
	struct exchange_result r;
	struct err want;
	err_set(&want, ERR_NET, "gone");
	exchange_null_fail_item(rig->mailbox, id, &want);
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_int_equal(r.err.code, ERR_NET);
	exchange_null_fail_item(rig->mailbox, id, NULL);
	exchange_null_touch(rig->mailbox, id);
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_int_equal(r.err.code, ERR_CONFLICT);
	exchange_null_delete(rig->mailbox, id);
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_int_equal(r.err.code, ERR_NOT_FOUND);
}

static void a_forgotten_sync_state_is_a_conflict(void **state)
{
	struct rig *rig = *state;
	struct exchange_page page = sync_once(rig, NULL);
	exchange_null_forget_sync(rig->mailbox);
	struct err err;
	assert_false(exchange_sync(rig->ex, page.sync_state, &rig->arena, &page, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
}

static void waiting_ends_with_news_poll_wake_or_cancel(void **state)
{
	struct rig *rig = *state;
	bool news, streaming;
	exchange_null_deliver(rig->mailbox, NULL);
	assert_true(exchange_wait(rig->ex, 60000, 60000, &news, &streaming, NULL));
	assert_true(news && streaming);
	assert_true(exchange_wait(rig->ex, 1, 60000, &news, &streaming, NULL));
	assert_false(news);
	exchange_wake(rig->ex);
	assert_true(exchange_wait(rig->ex, 60000, 60000, &news, &streaming, NULL));
	assert_true(news);
	exchange_null_streaming(rig->mailbox, false);
	assert_true(exchange_wait(rig->ex, 60000, 1, &news, &streaming, NULL));
	assert_true(news && !streaming);
	assert_string_equal(exchange_state(rig->ex), "polling");
	exchange_cancel(rig->ex);
	struct err err;
	assert_false(exchange_wait(rig->ex, 60000, 60000, &news, &streaming, &err));
	assert_int_equal(err.code, ERR_CANCELLED);
}

static void batches_have_limits(void **state)
{
	struct rig *rig = *state;
	struct exchange_result results[EXCHANGE_ANSWER_BATCH + 1];
	const char *ids[EXCHANGE_ANSWER_BATCH + 1] = { 0 };
	struct err err;
	assert_false(exchange_discard(rig->ex, ids, EXCHANGE_ANSWER_BATCH + 1, results, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(exchange_discard(rig->ex, ids, 0, results, &err));
	assert_int_equal(exchange_requests(rig->ex), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		CASE(a_message_is_seen_read_answered_and_gone),
		CASE(pages_are_as_small_as_asked),
		CASE(the_nth_call_fails_early_or_late),
		CASE(items_fail_alone_and_keys_grow_old),
		CASE(a_forgotten_sync_state_is_a_conflict),
		CASE(waiting_ends_with_news_poll_wake_or_cancel),
		CASE(batches_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
