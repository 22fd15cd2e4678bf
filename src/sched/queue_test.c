/* Soonest first, each message once, nothing lost. */
#include "sched/queue.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1800000000, MINUTE = 60, HOUR = 3600, DAY = 86400 };

struct rig {
	struct queue *queue;
	struct arena arena;
};

static int set_up(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));
	r->queue = queue_new();
	arena_init(&r->arena);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct rig *r = *state;
	queue_free(&r->queue);
	arena_release(&r->arena);
	free(r);
	return 0;
}

static void put(struct rig *r, const char *id, int64_t start, bool cancellation)
{
	const struct exchange_change c = { .kind = EXCHANGE_CREATED,
		.meeting = true,
		.cancellation = cancellation,
		.item_id = id,
		.change_key = "key",
		.start = start };
	queue_put(r->queue, &c, NOW);
}

static void request(struct rig *r, const char *id, int64_t start)
{
	put(r, id, start, false);
}

static void gone(struct rig *r, const char *id)
{
	const struct exchange_change c = { .kind = EXCHANGE_DELETED, .item_id = id };
	queue_put(r->queue, &c, NOW);
}

/* All that can be taken, as "a b c". */
static const char *taken_at(struct rig *r, enum queue_kinds kinds, int64_t mono_ms)
{
	char *text = arena_strdup(&r->arena, "");
	struct queue_item item;
	while (queue_take(r->queue, kinds, mono_ms, 1, &r->arena, &item))
		text = arena_printf(
			&r->arena, "%s%s%s", text, *text ? " " : "", item.change.item_id);
	return text;
}

static const char *taken(struct rig *r)
{
	return taken_at(r, QUEUE_ALL, 0);
}

static void the_soonest_goes_first(void **state)
{
	struct rig *r = *state;
	request(r, "next-month", NOW + 30 * DAY);
	request(r, "tomorrow", NOW + DAY - 1);
	request(r, "last-year", NOW - 365 * DAY);
	request(r, "in-a-minute", NOW + MINUTE);
	request(r, "next-week", NOW + 7 * DAY);
	request(r, "yesterday", NOW - DAY);
	request(r, "running", NOW - HOUR);
	assert_string_equal(
		taken(r), "running in-a-minute tomorrow yesterday last-year next-week next-month");
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 0);
}

static void what_does_not_tell_its_start_may_be_urgent(void **state)
{
	struct rig *r = *state;
	request(r, "running", NOW - MINUTE);
	request(r, "soon", NOW + MINUTE);
	request(r, "untold", MEETING_NO_TIME);
	assert_string_equal(taken(r), "running untold soon");
}

static void equal_ones_keep_their_order(void **state)
{
	struct rig *r = *state;
	for (int i = 0; i < 9; i++)
		request(r, arena_printf(&r->arena, "%d", i), NOW + HOUR);
	assert_string_equal(taken(r), "0 1 2 3 4 5 6 7 8");
}

static void newer_news_replaces_older(void **state)
{
	struct rig *r = *state;
	request(r, "a", NOW + HOUR);
	request(r, "b", NOW + 2 * HOUR);
	request(r, "a", NOW + 3 * HOUR);
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 2);
	assert_string_equal(taken(r), "b a");
}

static void what_was_deleted_waits_no_longer(void **state)
{
	struct rig *r = *state;
	request(r, "a", NOW + HOUR);
	put(r, "b", NOW + HOUR, true);
	gone(r, "a");
	gone(r, "b");
	gone(r, "never-heard-of");
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 0);
	assert_string_equal(taken(r), "");
}

static void an_ordinary_mail_is_no_news(void **state)
{
	struct rig *r = *state;
	const struct exchange_change mail = { .kind = EXCHANGE_CREATED, .item_id = "mail" };
	queue_put(r->queue, &mail, NOW);
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 0);
}

static void one_kind_is_held(void **state)
{
	struct rig *r = *state;
	request(r, "request", NOW + HOUR);
	put(r, "cancellation", NOW + 2 * HOUR, true);
	put(r, "early", NOW + MINUTE, true);
	assert_int_equal(queue_count(r->queue, QUEUE_CANCELLATIONS), 2);
	assert_string_equal(taken_at(r, QUEUE_REQUESTS, 0), "request");
	assert_int_equal(queue_count(r->queue, QUEUE_REQUESTS), 0);
	assert_string_equal(taken_at(r, QUEUE_ALL, 0), "early cancellation");
}

static void what_is_set_aside_comes_back_in_its_time(void **state)
{
	struct rig *r = *state;
	struct queue_item item;
	request(r, "odd", NOW + MINUTE);
	request(r, "fine", NOW + HOUR);
	assert_int_equal(queue_take(r->queue, QUEUE_ALL, 0, 1, &r->arena, &item), 1);
	item.attempts = 3;
	queue_put_back(r->queue, &item, NOW, 5000);
	assert_int_equal(queue_aside(r->queue), 1);
	assert_int_equal(queue_due_ms(r->queue), 5000);
	assert_string_equal(taken_at(r, QUEUE_ALL, 4999), "fine");
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 1);
	assert_int_equal(queue_take(r->queue, QUEUE_ALL, 5000, 1, &r->arena, &item), 1);
	assert_string_equal(item.change.item_id, "odd");
	assert_string_equal(item.change.change_key, "key");
	assert_int_equal(item.attempts, 3);
	assert_int_equal(queue_aside(r->queue), 0);
	assert_true(queue_due_ms(r->queue) == INT64_MAX);
}

static void what_is_aside_can_go_too(void **state)
{
	struct rig *r = *state;
	struct queue_item item;
	request(r, "odd", NOW + MINUTE);
	queue_take(r->queue, QUEUE_ALL, 0, 1, &r->arena, &item);
	queue_put_back(r->queue, &item, NOW, 5000);
	gone(r, "odd");
	assert_int_equal(queue_aside(r->queue), 0);
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), 0);
	assert_string_equal(taken_at(r, QUEUE_ALL, 9000), "");
}

static int by_start(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Against sorting, with deletions and changes in between. */
static void random_orders_are_those_of_sorting(void **state)
{
	struct rig *r = *state;
	enum { N = 2000 };
	int64_t starts[N], alive[N];
	size_t n = 0;
	for (int i = 0; i < N; i++) {
		starts[i] = NOW + (int64_t)random_below(DAY);
		request(r, arena_printf(&r->arena, "%d", i), NOW + (int64_t)random_below(DAY));
		request(r, arena_printf(&r->arena, "%d", i), starts[i]);
	}
	for (int i = 0; i < N; i++)
		if (random_below(3) == 0)
			gone(r, arena_printf(&r->arena, "%d", i));
		else
			alive[n++] = starts[i];
	qsort(alive, n, sizeof(*alive), by_start);
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), n);
	struct queue_item item;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(queue_take(r->queue, QUEUE_ALL, 0, 1, &r->arena, &item), 1);
		assert_int_equal(item.change.start, alive[i]);
	}
	assert_int_equal(queue_take(r->queue, QUEUE_ALL, 0, 1, &r->arena, &item), 0);
}

/* Ids as long as Exchange's. A message that changes all the time takes no more room than one. */
static void memory_is_bounded(void **state)
{
	struct rig *r = *state;
	char id[160];
	size_t before = mallinfo2().uordblks;
	for (int i = 0; i < QUEUE_MAX; i++) {
		assert_false(queue_full(r->queue));
		snprintf(id, sizeof(id), "%0152d", i);
		request(r, id, NOW + i);
	}
	assert_true(queue_full(r->queue));
	size_t used = mallinfo2().uordblks - before;
#ifndef __SANITIZE_ADDRESS__
	assert_true(used < (size_t)QUEUE_MAX * 300);
#endif
	for (int i = 0; i < 10 * QUEUE_MAX; i++)
		request(r, id, NOW + i);
	assert_int_equal(queue_count(r->queue, QUEUE_ALL), QUEUE_MAX);
#ifndef __SANITIZE_ADDRESS__
	assert_true(mallinfo2().uordblks - before < 2 * used);
#else
	(void)used;
#endif
	queue_clear(r->queue);
	assert_false(queue_full(r->queue));
	assert_string_equal(taken(r), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_soonest_goes_first),
		TEST(what_does_not_tell_its_start_may_be_urgent),
		TEST(equal_ones_keep_their_order),
		TEST(newer_news_replaces_older),
		TEST(what_was_deleted_waits_no_longer),
		TEST(an_ordinary_mail_is_no_news),
		TEST(one_kind_is_held),
		TEST(what_is_set_aside_comes_back_in_its_time),
		TEST(what_is_aside_can_go_too),
		TEST(random_orders_are_those_of_sorting),
		TEST(memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
