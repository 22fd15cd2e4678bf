/*
 * loop - one event loop, run by one thread (libevent underneath, seen by nobody else but wire/).
 *
 * Everything hung on a loop (servers, timers) is touched by the loop's own thread only; other
 * threads reach it with loop_post().
 *
 *	loop_new -> http_server_new, loop_timer_new ... -> loop_run (until loop_stop) -> loop_free
 */
#ifndef WIRE_LOOP_H
#define WIRE_LOOP_H

#include <stdint.h>

struct loop;
struct loop_timer;

typedef void loop_fn(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop **loop);

/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
/* From any thread or signal handler context of the loop. */
void loop_stop(struct loop *loop);

/* Runs fn(arg) on the loop's thread, soon, in the order of posting. From any thread. */
void loop_post(struct loop *loop, loop_fn *fn, void *arg);

/* Calls fn(arg) every period_ms (monotonic time). */
struct loop_timer *loop_timer_new(struct loop *loop, int64_t period_ms, loop_fn *fn, void *arg);
void loop_timer_free(struct loop_timer **timer);

/* Calls fn(arg) on the loop when the process gets the signal. */
void loop_on_signal(struct loop *loop, int signal, loop_fn *fn, void *arg);

#endif
