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

static const struct exchange_entry instances[] = {
	{ .type = MEETING_OCCURRENCE, .original_start = 1000, .start = 1000, .end = 1100 },
	{ .type = MEETING_EXCEPTION, .original_start = 2000, .start = 2500, .end = 2600 },
	{ .type = MEETING_OCCURRENCE, .original_start = 3000, .start = 3000, .end = 3100 },
};

static struct exchange_view view_of(struct rig *rig, int64_t from, int64_t until)
{
	struct exchange_view view;
	assert_true(exchange_view(rig->ex, from, until, &rig->arena, &view, NULL));
	return view;
}

static void the_calendar_is_what_was_filed(void **state)
{
	struct rig *rig = *state;
	struct meeting series = meeting, single = meeting, m;
	struct exchange_result r;
	series.type = MEETING_SERIES;
	single.uid = "uid-2";
	single.start = 1050;
	single.end = 1060;
	const char *id = exchange_null_file(rig->mailbox, &series, instances, 3);
	exchange_null_file(rig->mailbox, &single, NULL, 0);
	struct exchange_view view = view_of(rig, 0, 3000);
	assert_int_equal(view.count, 3);
	assert_int_equal(view.until, 3000);
	assert_string_equal(view.entries[1].uid, "uid-2");
	assert_int_equal(view.entries[2].original_start, 2000);
	assert_true(
		exchange_fetch_entries(rig->ex, &view.entries[2], 1, &rig->arena, &m, &r, NULL));
	assert_true(r.ok && m.calendar_item && m.type == MEETING_SERIES);
	assert_string_equal(m.item_id, id);

	const struct exchange_answer answer = { EXCHANGE_ACCEPT, m.item_id, m.change_key, "yes" };
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	enum meeting_response response;
	assert_int_equal(exchange_null_filed(rig->mailbox, "uid-1", &response), 3);
	assert_int_equal(response, RESPONSE_ACCEPTED);
	assert_true(exchange_answer(rig->ex, &answer, 1, &r, NULL));
	assert_int_equal(r.err.code, ERR_NOT_FOUND); /* it has another id now */

	exchange_null_unfile(rig->mailbox, view.entries[1].item_id);
	assert_int_equal(view_of(rig, 0, 3000).count, 2);
	exchange_null_blank(rig->mailbox, true);
	assert_int_equal(view_of(rig, 0, 3000).count, 0);
}

static void a_view_comes_in_pages(void **state)
{
	struct rig *rig = *state;
	struct exchange_view view;
	struct err err;
	exchange_null_file(rig->mailbox, &meeting, instances, 3);
	exchange_null_view_page(rig->mailbox, 2);
	view = view_of(rig, 0, 4000);
	assert_int_equal(view.count, 2);
	assert_int_equal(view.until, 2500);
	view = view_of(rig, 2500, 4000);
	assert_int_equal(view.count, 2);
	assert_int_equal(view.until, 4000);
	exchange_null_file(rig->mailbox, &meeting, instances, 3);
	exchange_null_file(rig->mailbox, &meeting, instances, 3);
	assert_false(exchange_view(rig->ex, 1000, 4000, &rig->arena, &view, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(exchange_view(rig->ex, 0, EXCHANGE_VIEW_SPAN + 1, &rig->arena, &view, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_false(exchange_view(rig->ex, 1, 0, &rig->arena, &view, &err));
}

static void a_moved_mailbox_has_other_ids(void **state)
{
	struct rig *rig = *state;
	struct exchange_page page;
	struct err err;
	const char *id = exchange_null_deliver(rig->mailbox, &meeting);
	const char *filed = exchange_null_file(rig->mailbox, &meeting, instances, 3);
	page = sync_once(rig, NULL);
	exchange_null_move(rig->mailbox);
	assert_false(exchange_sync(rig->ex, page.sync_state, &rig->arena, &page, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	page = sync_once(rig, NULL);
	assert_string_not_equal(page.changes[0].item_id, id);
	struct exchange_view view = view_of(rig, 0, 4000);
	assert_string_equal(view.entries[0].uid, "uid-1");
	assert_null(strstr(view.entries[0].item_id, filed));
}

static void sessions_share_the_notes(void **state)
{
	struct rig *rig = *state;
	const struct exchange_settings settings = { .mailbox = "room@example.org" };
	struct exchange *other;
	const char *text = "";
	struct err err;
	assert_true(exchange_open(exchange_null_driver(rig->mailbox), &settings, &other, NULL));
	assert_true(exchange_note_read(rig->ex, "owner", &rig->arena, &text, NULL));
	assert_null(text);
	assert_false(exchange_note_write(rig->ex, "owner", "a", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_true(exchange_note_create(rig->ex, "owner", "a", NULL));
	assert_false(exchange_note_create(other, "owner", "b", &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_true(exchange_note_write(other, "owner", "b", NULL));
	assert_true(exchange_note_read(rig->ex, "owner", &rig->arena, &text, NULL));
	assert_string_equal(text, "b");
	assert_string_equal(exchange_null_note(rig->mailbox, "owner"), "b");
	assert_true(exchange_note_remove(other, "owner", NULL));
	assert_true(exchange_note_remove(rig->ex, "owner", NULL));
	assert_string_equal(exchange_null_note(rig->mailbox, "owner"), "");
	assert_false(exchange_note_create(rig->ex, "a b", "x", &err));
	assert_int_equal(err.code, ERR_INVALID);
	char longer[EXCHANGE_NOTE_MAX + 2];
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_false(exchange_note_create(rig->ex, "owner", longer, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	longer[EXCHANGE_NOTE_MAX] = 0;
	assert_true(exchange_note_create(rig->ex, "owner", longer, NULL));
	exchange_close(&other);
}

static void insertions_are_remembered(void **state)
{
	struct rig *rig = *state;
	struct exchange_insertion in = { .organizer = "anna@example.org",
		.uid = "uid-1",
		.original_start = MEETING_NO_TIME,
		.token = "",
		.placeholder = "",
		.instructions = "<p>PXPS:-1#</p>",
		.marker = "PXPS:-1#" };
	struct err err, denied = { .code = ERR_DENIED, .text = "no right" };
	exchange_null_fail_insert(rig->mailbox, "ben@example.org", &denied);
	assert_true(exchange_insert(rig->ex, &in, NULL));
	assert_true(exchange_insert(rig->ex, &in, NULL));
	assert_int_equal(exchange_null_effects(rig->mailbox), 1);
	struct exchange_null_effect effect = exchange_null_effect(rig->mailbox, 0);
	assert_int_equal(effect.kind, EXCHANGE_NULL_INSERTED);
	assert_string_equal(effect.item_id, "anna@example.org");
	assert_string_equal(effect.text, in.instructions);
	in.original_start = 1000;
	assert_true(exchange_insert(rig->ex, &in, NULL));
	assert_int_equal(exchange_null_effects(rig->mailbox), 2);
	in.organizer = "ben@example.org";
	assert_false(exchange_insert(rig->ex, &in, &err));
	assert_int_equal(err.code, ERR_DENIED);
	exchange_null_fail_insert(rig->mailbox, "ben@example.org", NULL);
	assert_true(exchange_insert(rig->ex, &in, NULL));
	exchange_null_fail_insert(rig->mailbox, NULL, &denied);
	in.organizer = "carl@example.org";
	assert_false(exchange_insert(rig->ex, &in, NULL));
	in.organizer = "ben@example.org"; /* named: its own rule counts */
	assert_true(exchange_insert(rig->ex, &in, NULL));
	in.organizer = "X500 address";
	assert_false(exchange_insert(rig->ex, &in, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

static void each_new_verb_can_fail(void **state)
{
	struct rig *rig = *state;
	const struct err net = { .code = ERR_NET, .text = "lost" };
	const char *text;
	struct exchange_view view;
	struct err err;
	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_NOTE_CREATE, 1, true, &net);
	assert_false(exchange_note_create(rig->ex, "owner", "a", &err));
	assert_int_equal(err.code, ERR_NET);
	assert_string_equal(exchange_null_note(rig->mailbox, "owner"), "a"); /* done all the same */
	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_NOTE_READ, 1, false, &net);
	assert_false(exchange_note_read(rig->ex, "owner", &rig->arena, &text, &err));
	exchange_null_fail(rig->mailbox, EXCHANGE_NULL_VIEW, 1, false, &net);
	assert_false(exchange_view(rig->ex, 0, 1, &rig->arena, &view, &err));
	exchange_null_processing(rig->mailbox, EXCHANGE_PROCESSING_ACCEPT);
	enum exchange_processing processing;
	assert_true(exchange_processing(rig->ex, &processing, NULL));
	assert_int_equal(processing, EXCHANGE_PROCESSING_ACCEPT);
}

static void changes_tell_start_and_kind(void **state)
{
	struct rig *rig = *state;
	struct meeting cancelled = meeting;
	cancelled.message = MEETING_CANCELLATION;
	cancelled.start = 77;
	exchange_null_deliver(rig->mailbox, &cancelled);
	exchange_null_deliver(rig->mailbox, NULL);
	struct exchange_page page = sync_once(rig, NULL);
	assert_true(page.changes[0].cancellation && page.changes[0].start == 77);
	assert_true(!page.changes[1].cancellation && page.changes[1].start == MEETING_NO_TIME);
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
		CASE(the_calendar_is_what_was_filed),
		CASE(a_view_comes_in_pages),
		CASE(a_moved_mailbox_has_other_ids),
		CASE(sessions_share_the_notes),
		CASE(insertions_are_remembered),
		CASE(each_new_verb_can_fail),
		CASE(changes_tell_start_and_kind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
