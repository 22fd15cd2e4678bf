/*
 * worker - a few threads for work that would hold up the loop: a slow fetch, a database write.
 *
 * Jobs wait in one bounded queue; when it is full a job is refused at once, so a flood ends in
 * refusals and never in memory. Each thread has a connection to the database of its own. A job's
 * work() runs on some worker's thread, its done() afterwards on the loop's thread, exactly once for
 * every job that was taken: also when the pool is freed before work() ran (`ran` tells).
 *
 * Fetches wait on strangers. So that one dead Exchange server cannot hold up everybody for long,
 * work() must have a deadline of its own.
 */
#ifndef API_WORKER_H
#define API_WORKER_H

#include "base/err.h"
#include "store/store.h"
#include "wire/loop.h"

#include <stdbool.h>

enum {
	WORKER_THREADS_MAX = 16,
	WORKER_QUEUE_MAX = 256,       /* jobs that wait */
	WORKER_RETRY_AFTER_MS = 2000, /* what a refused client is told */
};

/* Embedded in the caller's own struct, whose memory is the caller's until done() frees it. */
struct worker_job {
	void (*work)(struct worker_job *job, struct store *store);
	void (*done)(struct worker_job *job);
	bool ran; /* work() did; set before done() */
	struct worker_job *next;
};

struct worker_pool;

/* Opens the database at store_path once for each thread; NULL: the jobs need none, and get NULL. */
bool worker_pool_new(struct loop *loop, const char *store_path, int threads,
	struct worker_pool **ret, struct err *err);
/* On the loop's thread, when the loop does not run any more: waits for the jobs that are being
 * worked on, and calls done() for all that are left. */
void worker_pool_free(struct worker_pool **pool);

/* On the loop's thread. ERR_BUSY with retry_after_ms: the queue is full, and the job is still the
 * caller's. */
bool worker_post(struct worker_pool *pool, struct worker_job *job, struct err *err);

#endif
