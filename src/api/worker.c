#include "api/worker.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct queue {
	struct worker_job *first, **end;
	size_t count;
};

struct worker {
	struct worker_pool *pool;
	struct store *store;
	pthread_t thread;
};

struct worker_pool {
	struct loop *loop;
	struct worker workers[WORKER_THREADS_MAX];
	int threads;          /* that run */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t arrived;
	struct queue waiting, finished;
	bool stop;
};

static void push(struct queue *q, struct worker_job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
	q->count++;
}

static struct worker_job *pop(struct queue *q)
{
	struct worker_job *job = q->first;
	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	q->count--;
	return job;
}

/* On the loop's thread. Posted once per job, but each call delivers whatever is there. */
static void deliver(void *arg)
{
	struct worker_pool *pool = arg;
	for (;;) {
		pthread_mutex_lock(&pool->lock);
		struct worker_job *job = pop(&pool->finished);
		pthread_mutex_unlock(&pool->lock);
		if (!job)
			return;
		job->done(job);
	}
}

static void *run(void *arg)
{
	struct worker *worker = arg;
	struct worker_pool *pool = worker->pool;
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		while (!pool->stop && !pool->waiting.first)
			pthread_cond_wait(&pool->arrived, &pool->lock);
		if (pool->stop)
			break;
		struct worker_job *job = pop(&pool->waiting);
		pthread_mutex_unlock(&pool->lock);
		job->work(job, worker->store);
		job->ran = true;
		pthread_mutex_lock(&pool->lock);
		push(&pool->finished, job);
		loop_post(pool->loop, deliver, pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static bool start(struct worker_pool *pool, const char *store_path, struct err *err)
{
	struct worker *worker = &pool->workers[pool->threads];
	worker->pool = pool;
	if (store_path && !store_open(store_path, &worker->store, err))
		return false;
	if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
		store_close(&worker->store);
		return err_set(err, ERR_LIMIT, "cannot start a thread");
	}
	pool->threads++;
	return true;
}

bool worker_pool_new(struct loop *loop, const char *store_path, int threads,
	struct worker_pool **ret, struct err *err)
{
	assert(threads > 0 && threads <= WORKER_THREADS_MAX);
	struct worker_pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		abort();
	pool->loop = loop;
	pool->waiting.end = &pool->waiting.first;
	pool->finished.end = &pool->finished.first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->arrived, NULL);
	while (pool->threads < threads)
		if (!start(pool, store_path, err)) {
			worker_pool_free(&pool);
			return false;
		}
	*ret = pool;
	return true;
}

static void stop_threads(struct worker_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->stop = true;
	pthread_cond_broadcast(&pool->arrived);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < pool->threads; i++) {
		pthread_join(pool->workers[i].thread, NULL);
		store_close(&pool->workers[i].store);
	}
}

void worker_pool_free(struct worker_pool **pool_ptr)
{
	struct worker_pool *pool = *pool_ptr;
	if (!pool)
		return;
	stop_threads(pool);
	deliver(pool);
	for (struct worker_job *job; (job = pop(&pool->waiting));)
		job->done(job);
	pthread_cond_destroy(&pool->arrived);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
	*pool_ptr = NULL;
}

bool worker_post(struct worker_pool *pool, struct worker_job *job, struct err *err)
{
	job->ran = false;
	pthread_mutex_lock(&pool->lock);
	bool taken = pool->waiting.count < WORKER_QUEUE_MAX;
	if (taken) {
		push(&pool->waiting, job);
		pthread_cond_signal(&pool->arrived);
	}
	pthread_mutex_unlock(&pool->lock);
	if (taken)
		return true;
	err_set(err, ERR_BUSY, "%d requests wait already", WORKER_QUEUE_MAX);
	if (err)
		err->retry_after_ms = WORKER_RETRY_AFTER_MS;
	return false;
}
