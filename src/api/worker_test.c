#include "api/worker.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct fixture f;
static struct loop *loop;
static struct worker_pool *pool;
static pthread_t loop_thread;

static struct {
	int works, dones, unrun;
	int gate[2]; /* work() of a gated job reads a byte */
	bool wrong_thread;
} seen;

struct counted {
	struct worker_job job;
	bool gated;
	int stop_after; /* done() number that ends the loop; 0: never */
};

static void work(struct worker_job *job, struct store *store)
{
	struct counted *c = (struct counted *)job;
	char byte;
	struct rows rows;
	struct err err;
	if (c->gated && read(seen.gate[0], &byte, 1) != 1)
		abort();
	if (!store_query(store, &rows, &err, "SELECT 1", "") || !row_next(&rows, &err))
		abort();
	row_done(&rows);
	if (pthread_equal(pthread_self(), loop_thread))
		seen.wrong_thread = true;
	__atomic_add_fetch(&seen.works, 1, __ATOMIC_SEQ_CST);
}

static void done(struct worker_job *job)
{
	struct counted *c = (struct counted *)job;
	if (!pthread_equal(pthread_self(), loop_thread))
		seen.wrong_thread = true;
	seen.unrun += !job->ran;
	if (++seen.dones == c->stop_after)
		loop_stop(loop);
	free(c);
}

static struct counted *counted_new(bool gated, int stop_after)
{
	struct counted *c = calloc(1, sizeof(*c));
	assert_non_null(c);
	*c = (struct counted){
		.job = { .work = work, .done = done }, .gated = gated, .stop_after = stop_after
	};
	return c;
}

static void post(bool gated, int stop_after)
{
	struct err err = { 0 };
	if (!worker_post(pool, &counted_new(gated, stop_after)->job, &err))
		fail_msg("%s", err.text);
}

static void start(int threads)
{
	struct err err = { 0 };
	if (!worker_pool_new(loop, f.path, threads, &pool, &err))
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(pipe(seen.gate), 0);
	loop = loop_new();
	loop_thread = pthread_self();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	worker_pool_free(&pool);
	loop_free(&loop);
	close(seen.gate[0]);
	close(seen.gate[1]);
	fixture_release(&f);
	return 0;
}

static void jobs_are_worked_on_and_answered_on_the_loop(void **state)
{
	(void)state;
	start(3);
	for (int i = 0; i < 100; i++)
		post(false, 100);
	loop_run(loop);
	assert_int_equal(seen.works, 100);
	assert_int_equal(seen.dones, 100);
	assert_int_equal(seen.unrun, 0);
	assert_false(seen.wrong_thread);
}

static void a_stuck_job_holds_up_neither_loop_nor_others(void **state)
{
	(void)state;
	start(2);
	post(true, 0);
	for (int i = 0; i < 10; i++)
		post(false, 10);
	loop_run(loop);
	assert_int_equal(seen.dones, 10);
	assert_int_equal(write(seen.gate[1], "x", 1), 1);
	worker_pool_free(&pool);
	assert_int_equal(seen.dones, 11);
	assert_int_equal(seen.unrun, 0);
}

static void the_queue_is_bounded(void **state)
{
	(void)state;
	start(1);
	post(true, 0);
	int posted = 1;
	struct err err = { 0 };
	struct counted *refused;
	for (;; posted++) {
		refused = counted_new(false, 0);
		if (!worker_post(pool, &refused->job, &err))
			break;
		assert_true(posted <= WORKER_QUEUE_MAX + 1);
	}
	free(refused);
	assert_true(posted >= WORKER_QUEUE_MAX);
	assert_int_equal(err.code, ERR_BUSY);
	assert_int_equal(err.retry_after_ms, WORKER_RETRY_AFTER_MS);
	assert_int_equal(write(seen.gate[1], "x", 1), 1);
	worker_pool_free(&pool);
	assert_int_equal(seen.dones, posted); /* each one, whether it ran or not */
}

static void jobs_left_at_the_end_are_told_so(void **state)
{
	(void)state;
	start(1);
	post(true, 0);
	post(false, 0);
	post(false, 0);
	/* The first is let go only when the pool is being stopped, or shortly before. */
	assert_int_equal(write(seen.gate[1], "x", 1), 1);
	worker_pool_free(&pool);
	assert_null(pool);
	assert_int_equal(seen.dones, 3);
	assert_int_equal(seen.unrun, 3 - seen.works);
}

static void a_missing_database_is_an_error(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_false(worker_pool_new(loop, "/nonexistent/vmrd.db", 2, &pool, &err));
	assert_null(pool);
	assert_true(err.text[0] != '\0');
}

#define with_loop(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_loop(jobs_are_worked_on_and_answered_on_the_loop),
		with_loop(a_stuck_job_holds_up_neither_loop_nor_others),
		with_loop(the_queue_is_bounded),
		with_loop(jobs_left_at_the_end_are_told_so),
		with_loop(a_missing_database_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
