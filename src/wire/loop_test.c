#include "wire/loop.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { POSTERS = 3, POSTS = 1000 };

struct count {
	struct loop *loop;
	int posted[POSTERS];
	int total, ticks;
};

struct one_post {
	struct count *count;
	int poster, number;
};

static void posted(void *arg)
{
	struct one_post *post = arg;
	struct count *count = post->count;
	assert_int_equal(count->posted[post->poster]++, post->number); /* in order */
	if (++count->total == POSTERS * POSTS)
		loop_stop(count->loop);
}

static void *post_all(void *arg)
{
	struct one_post *posts = arg;
	for (int i = 0; i < POSTS; i++)
		loop_post(posts[i].count->loop, posted, &posts[i]);
	return NULL;
}

static void posts_from_many_threads_come_in_their_order(void **state)
{
	(void)state;
	static struct one_post posts[POSTERS][POSTS];
	struct count count = { .loop = loop_new() };
	pthread_t threads[POSTERS];
	for (int t = 0; t < POSTERS; t++) {
		for (int i = 0; i < POSTS; i++)
			posts[t][i] = (struct one_post){ &count, t, i };
		assert_int_equal(pthread_create(&threads[t], NULL, post_all, posts[t]), 0);
	}
	loop_run(count.loop);
	for (int t = 0; t < POSTERS; t++)
		pthread_join(threads[t], NULL);
	assert_int_equal(count.total, POSTERS * POSTS);
	loop_free(&count.loop);
	assert_null(count.loop);
}

static void a_stop_before_the_run_is_kept(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	loop_stop(loop);
	loop_run(loop);
	loop_free(&loop);
}

static void tick(void *arg)
{
	struct count *count = arg;
	if (++count->ticks == 5)
		loop_stop(count->loop);
}

static void timers_are_periodic(void **state)
{
	(void)state;
	struct count count = { .loop = loop_new() };
	struct loop_timer *timer = loop_timer_new(count.loop, 10, tick, &count);
	struct loop_timer *never = loop_timer_new(count.loop, 3600000, tick, &count);
	int64_t before = clock_mono_ms();
	loop_run(count.loop);
	assert_int_equal(count.ticks, 5);
	assert_in_range(clock_mono_ms() - before, 45, 2000);
	loop_timer_free(&timer);
	loop_timer_free(&timer);
	loop_timer_free(&never);
	assert_null(timer);
	loop_free(&count.loop);
}

static void raise_it(void *arg)
{
	(void)arg;
	kill(getpid(), SIGUSR1);
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void signals_reach_the_loop(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	loop_on_signal(loop, SIGUSR1, stop, loop);
	loop_post(loop, raise_it, NULL);
	loop_run(loop);
	loop_free(&loop);
}

static void *stop_later(void *arg)
{
	usleep(20000); /* so that the loop runs by then */
	loop_stop(arg);
	return NULL;
}

static void another_thread_wakes_an_idle_loop(void **state)
{
	(void)state;
	struct loop *loop = loop_new();
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, stop_later, loop), 0);
	loop_run(loop);
	pthread_join(thread, NULL);
	loop_post(loop, raise_it, NULL); /* never runs, and does not leak */
	loop_free(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_from_many_threads_come_in_their_order),
		cmocka_unit_test(a_stop_before_the_run_is_kept),
		cmocka_unit_test(timers_are_periodic),
		cmocka_unit_test(signals_reach_the_loop),
		cmocka_unit_test(another_thread_wakes_an_idle_loop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
