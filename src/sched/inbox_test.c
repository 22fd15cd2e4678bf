/* What is listed, what waits, and when the sync state is saved. */
#include "sched/inbox.h"
#include "base/clock.h"
#include "base/text.h"
#include "exchange/exchange_null.h"
#include "store/fixture.h"
#include "store/mailboxes.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 40, PATIENCE_MS = 20000 };

struct world {
	struct fixture f;
	struct exchange_null *exchange;
	struct watch_options options;
	struct mailbox mb;
	struct inbox inbox;
	int64_t now;
	int guards; /* guard() says no when it was asked so often; 0: never */
};

static void room_changed(void *arg, struct store *store, int64_t conference)
{
	(void)arg, (void)store, (void)conference;
}

static bool guard(void *arg, struct err *err)
{
	struct world *w = arg;
	return !w->guards || --w->guards ||
		(w->guards = 1, err_set(err, ERR_CONFLICT, "it is another one's"));
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err err;
	fixture_init(&w->f);
	struct ms_exchange_connector c =
		fixture_connector(&w->f.arena, "Head office", "room@example.com");
	if (!store_insert(w->f.store, &ms_exchange_connector_type, &c, NULL, &err))
		return -1;
	w->now = clock_now();
	w->exchange = exchange_null_new();
	w->options = (struct watch_options){ .store_path = w->f.path,
		.driver = exchange_null_driver(w->exchange),
		.room_changed = room_changed,
		.first_delay_ms = 1 };
	mailbox_init(&w->mb, &w->options, c.id);
	w->mb.guard = guard;
	w->mb.arg = w;
	inbox_init(&w->inbox);
	if (!mailbox_open(&w->mb, &err))
		fail_msg("%s", err.text);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	inbox_release(&w->inbox);
	mailbox_release(&w->mb);
	exchange_null_free(&w->exchange);
	fixture_release(&w->f);
	free(w);
	return 0;
}

/* A request for the n-th meeting that many seconds from now. It names no alias: it is declined. */
static const char *deliver(struct world *w, int n, int64_t in)
{
	const struct meeting m = { .message = MEETING_REQUEST,
		.uid = arena_printf(&w->f.arena, "uid-%d", n),
		.recurrence_id = MEETING_NO_TIME,
		.stamp = w->now - 7200,
		.start = w->now + in,
		.end = w->now + in + 1800,
		.subject = "Budget",
		.location = "",
		.zone = "",
		.organizer_name = "Ann",
		.organizer_email = "ann@example.com",
		.body = "" };
	return exchange_null_deliver(w->exchange, &m);
}

static bool catch_up(struct world *w, enum queue_kinds kinds, struct err *err)
{
	return inbox_catch_up(&w->inbox, &w->mb, kinds, err);
}

static void must_catch_up(struct world *w)
{
	struct err err;
	if (!catch_up(w, QUEUE_ALL, &err))
		fail_msg("%s", err.text);
}

/* The UIDs answered, in order: "uid-1 uid-2". */
static const char *answered(struct world *w)
{
	char *text = arena_strdup(&w->f.arena, "");
	for (size_t i = 0; i < exchange_null_effects(w->exchange); i++)
		text = arena_printf(&w->f.arena, "%s%s%s", text, *text ? " " : "",
			exchange_null_effect(w->exchange, i).uid);
	return text;
}

static bool is_saved(struct world *w)
{
	return *mailbox_sync_state(
		       w->mb.store, w->mb.connector, "room@example.com", &w->f.arena, NULL) != '\0';
}

static void the_soonest_is_answered_first(void **state)
{
	struct world *w = *state;
	exchange_null_page(w->exchange, 2);
	deliver(w, 1, 20 * 86400);
	deliver(w, 2, 10 * 86400);
	deliver(w, 3, 3600);
	deliver(w, 4, 60);
	deliver(w, 5, 2 * 3600);
	must_catch_up(w);
	assert_string_equal(answered(w), "uid-4 uid-3 uid-5 uid-2 uid-1");
	assert_true(is_saved(w));
}

/* Without a licence. Cancellations are dealt with all the same. */
static void what_is_held_keeps_the_state_from_being_saved(void **state)
{
	struct world *w = *state;
	struct err err;
	deliver(w, 1, 3600);
	assert_true(catch_up(w, QUEUE_CANCELLATIONS, &err));
	assert_int_equal(exchange_null_effects(w->exchange), 0);
	assert_int_equal(queue_count(w->inbox.queue, QUEUE_REQUESTS), 1);
	assert_false(is_saved(w));
	must_catch_up(w);
	assert_string_equal(answered(w), "uid-1");
	assert_true(is_saved(w));
}

static void what_was_held_and_taken_back_is_forgotten(void **state)
{
	struct world *w = *state;
	struct err err;
	const char *id = deliver(w, 1, 3600);
	assert_true(catch_up(w, QUEUE_CANCELLATIONS, &err));
	exchange_null_delete(w->exchange, id);
	assert_true(catch_up(w, QUEUE_CANCELLATIONS, &err));
	assert_int_equal(queue_count(w->inbox.queue, QUEUE_ALL), 0);
	assert_true(is_saved(w));
}

/* The mailbox fails: nothing has to be listed again, and nothing is lost. */
static void a_failure_keeps_the_queue(void **state)
{
	struct world *w = *state;
	static const struct err busy = { .code = ERR_BUSY, .text = "wait" };
	struct err err;
	for (int n = 0; n < MANY; n++)
		deliver(w, n, 3600 + n);
	exchange_null_fail(w->exchange, EXCHANGE_NULL_FETCH, 2, false, &busy);
	assert_false(catch_up(w, QUEUE_ALL, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(queue_count(w->inbox.queue, QUEUE_ALL), MANY - EXCHANGE_FETCH_BATCH);
	assert_false(is_saved(w));
	must_catch_up(w);
	assert_int_equal(exchange_null_effects(w->exchange), MANY);
	assert_true(is_saved(w));
}

/* One message on which whole requests fail is found out and set aside; the others go on. */
static void a_poisoned_batch_is_read_one_by_one(void **state)
{
	struct world *w = *state;
	static const struct err poison = { .code = ERR_PROTOCOL, .text = "no sense" };
	struct err err;
	w->options.first_delay_ms = 300;
	for (int n = 0; n < 5; n++)
		deliver(w, n, 3600 + n);
	exchange_null_fail(w->exchange, EXCHANGE_NULL_FETCH, 1, false, &poison);
	assert_false(catch_up(w, QUEUE_ALL, &err));
	exchange_null_fail(w->exchange, EXCHANGE_NULL_FETCH, 1, false, &poison);
	must_catch_up(w);
	assert_string_equal(answered(w), "uid-1 uid-2 uid-3 uid-4");
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (exchange_null_effects(w->exchange) < 5 && clock_mono_ms() < until)
		must_catch_up(w);
	assert_int_equal(exchange_null_effects(w->exchange), 5);
	assert_string_equal(exchange_null_effect(w->exchange, 4).uid, "uid-0");
}

/* Its answer is refused for its own sake: the others are given, it is tried again later. */
static void an_answer_is_set_aside(void **state)
{
	struct world *w = *state;
	static const struct err odd = { .code = ERR_INTERNAL, .text = "the item is odd" };
	const char *id = deliver(w, 1, 3600);
	deliver(w, 2, 7200);
	must_catch_up(w);
	assert_int_equal(exchange_null_effects(w->exchange), 2);
	id = deliver(w, 3, 3600);
	deliver(w, 4, 7200);
	/* Only the answer fails: the message is fetched before. */
	assert_true(inbox_due_ms(&w->inbox) == INT64_MAX);
	struct outbox_row row = { .item_id = id,
		.change_key = "",
		.kind = "decline",
		.body = "",
		.uid = "uid-3",
		.correlation_id = "" };
	assert_true(outbox_put(w->f.store, w->mb.connector, &row, NULL));
	exchange_null_fail_item(w->exchange, id, &odd);
	must_catch_up(w);
	assert_string_equal(answered(w), "uid-1 uid-2 uid-4");
	assert_true(inbox_due_ms(&w->inbox) != INT64_MAX);
	exchange_null_fail_item(w->exchange, id, NULL);
	assert_true(store_exec(w->f.store, NULL,
		"UPDATE outbox SET not_before = 0, change_key = (SELECT 'key-3')", ""));
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (exchange_null_effects(w->exchange) < 4 && clock_mono_ms() < until)
		must_catch_up(w);
	assert_int_equal(exchange_null_effects(w->exchange), 4);
}

static void nothing_is_written_once_the_mailbox_is_lost(void **state)
{
	struct world *w = *state;
	struct err err;
	for (int n = 0; n < MANY; n++)
		deliver(w, n, 3600 + n);
	w->guards = 2;
	assert_false(catch_up(w, QUEUE_ALL, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_int_equal(exchange_null_effects(w->exchange), 0);
	assert_false(is_saved(w));
	w->guards = 0;
	inbox_forget(&w->inbox);
	must_catch_up(w);
	assert_int_equal(exchange_null_effects(w->exchange), MANY);
}

static void a_server_that_never_says_last(void **state)
{
	struct world *w = *state;
	struct err err;
	exchange_null_page(w->exchange, 1);
	for (int n = 0; n < INBOX_PAGES_MAX + 1; n++)
		exchange_null_deliver(w->exchange, NULL);
	assert_false(catch_up(w, QUEUE_ALL, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	must_catch_up(w); /* it goes on where it was */
	assert_true(is_saved(w));
}

static void a_restart_reads_from_the_beginning(void **state)
{
	struct world *w = *state;
	struct err err;
	deliver(w, 1, 3600);
	must_catch_up(w);
	assert_true(is_saved(w));
	assert_true(inbox_restart(&w->inbox, &w->mb, &err));
	assert_false(is_saved(w));
	must_catch_up(w);
	assert_true(is_saved(w));
	assert_string_equal(answered(w), "uid-1");
}

/* ---- instructions put into organisers' items ----------------------------------------------- */

static size_t inserted(struct world *w, const char *organizer)
{
	size_t n = 0;
	for (size_t i = 0; i < exchange_null_effects(w->exchange); i++) {
		struct exchange_null_effect e = exchange_null_effect(w->exchange, i);
		n += e.kind == EXCHANGE_NULL_INSERTED && text_equal(e.item_id, organizer);
	}
	return n;
}

static struct meeting without_addin(struct world *w, int n, const char *organizer)
{
	return (struct meeting){ .message = MEETING_REQUEST,
		.uid = arena_printf(&w->f.arena, "uid-%d", n),
		.recurrence_id = MEETING_NO_TIME,
		.stamp = w->now - 7200,
		.start = w->now + n * 3600,
		.end = w->now + n * 3600 + 1800,
		.subject = "Lunch",
		.location = "",
		.zone = "",
		.organizer_name = "",
		.organizer_email = organizer,
		.body = "" };
}

static void invite_without_addin(struct world *w, int n, const char *organizer)
{
	struct meeting m = without_addin(w, n, organizer);
	exchange_null_deliver(w->exchange, &m);
}

static void try_again(struct world *w, int attempts)
{
	assert_true(store_exec(w->f.store, NULL,
		"UPDATE outbox SET not_before = 0, attempts = max(attempts, $1)", "i",
		(int64_t)attempts));
	must_catch_up(w);
}

/* One organiser's mailbox is being moved: the others' meetings are dealt with. */
static void an_organizer_who_cannot_be_reached_delays_nobody(void **state)
{
	struct world *w = *state;
	static const struct err away = { .code = ERR_NET, .text = "its database is not there" };
	static const struct err moves = {
		.code = ERR_BUSY, .text = "it is being moved", .retry_after_ms = 3600000
	};
	w->mb.settings.meetings_without_addin = "insert";
	exchange_null_fail_insert(w->exchange, "ann@example.com", &away);
	exchange_null_fail_insert(w->exchange, "cid@example.com", &moves);
	invite_without_addin(w, 1, "ann@example.com");
	invite_without_addin(w, 2, "cid@example.com");
	invite_without_addin(w, 3, "ben@example.com");
	must_catch_up(w);
	assert_int_equal(inserted(w, "ben@example.com"), 1);
	assert_int_equal(exchange_null_inbox(w->exchange), 2);
	/* It is not asked before its time. */
	exchange_null_fail_insert(w->exchange, "cid@example.com", NULL);
	must_catch_up(w);
	assert_int_equal(inserted(w, "cid@example.com"), 0);
	try_again(w, 0);
	assert_int_equal(inserted(w, "cid@example.com"), 1);
	/* In the end the answer tells what the item cannot. */
	try_again(w, OUTBOX_ATTEMPTS_MAX - 1);
	struct exchange_null_effect last =
		exchange_null_effect(w->exchange, exchange_null_effects(w->exchange) - 1);
	assert_int_equal(last.kind, EXCHANGE_NULL_ACCEPTED);
	assert_non_null(strstr(last.text, "PXPS:-"));
	assert_int_equal(exchange_null_inbox(w->exchange), 0);
}

static void what_was_cancelled_meanwhile_gets_no_instructions(void **state)
{
	struct world *w = *state;
	static const struct err away = { .code = ERR_NET, .text = "its database is not there" };
	w->mb.settings.meetings_without_addin = "insert";
	exchange_null_fail_insert(w->exchange, "ann@example.com", &away);
	invite_without_addin(w, 1, "ann@example.com");
	must_catch_up(w);
	struct meeting m = without_addin(w, 1, "ann@example.com");
	m.message = MEETING_CANCELLATION;
	m.sequence = MEETING_NO_SEQUENCE;
	m.stamp++;
	exchange_null_deliver(w->exchange, &m);
	must_catch_up(w);
	exchange_null_fail_insert(w->exchange, "ann@example.com", NULL);
	try_again(w, 0);
	assert_int_equal(inserted(w, "ann@example.com"), 0);
	assert_int_equal(exchange_null_inbox(w->exchange), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_soonest_is_answered_first),
		TEST(what_is_held_keeps_the_state_from_being_saved),
		TEST(what_was_held_and_taken_back_is_forgotten),
		TEST(a_failure_keeps_the_queue),
		TEST(a_poisoned_batch_is_read_one_by_one),
		TEST(an_answer_is_set_aside),
		TEST(nothing_is_written_once_the_mailbox_is_lost),
		TEST(a_server_that_never_says_last),
		TEST(a_restart_reads_from_the_beginning),
		TEST(an_organizer_who_cannot_be_reached_delays_nobody),
		TEST(what_was_cancelled_meanwhile_gets_no_instructions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
