#include "wire/loop.h"
#include "wire/loop_base.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct post {
	struct post *next;
	loop_fn *fn;
	void *arg;
};

struct loop_timer {
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop_signal {
	struct loop_signal *next;
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop {
	struct event_base *base;
	struct event *posted; /* active while `first` waits */
	struct loop_signal *signals;

	pthread_mutex_t lock; /* guards what follows */
	struct post *first, *last;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void prepare_libevent(void)
{
	/* Locks make event_active() from other threads wake the loop. */
	if (evthread_use_pthreads() != 0)
		abort();
	/* A client that leaves while we write must not end the process. */
	signal(SIGPIPE, SIG_IGN);
}

/* Runs what has been posted so far; what these calls post comes in the next round, so that a call
 * which posts itself again does not starve the sockets. */
static void run_posts(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	(void)fd, (void)what;
	pthread_mutex_lock(&loop->lock);
	struct post *post = loop->first;
	loop->first = loop->last = NULL;
	pthread_mutex_unlock(&loop->lock);
	while (post) {
		struct post *next = post->next;
		post->fn(post->arg);
		free(post);
		post = next;
	}
}

struct loop *loop_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, prepare_libevent);
	struct loop *loop = must(calloc(1, sizeof(*loop)));
	pthread_mutex_init(&loop->lock, NULL);
	struct event_config *config = must(event_config_new());
	/* Gathers changes of interest until the next wait: most cancel each other out within one
	 * request and never cost a system call. */
	event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	loop->base = must(event_base_new_with_config(config));
	event_config_free(config);
	loop->posted = must(event_new(loop->base, -1, EV_PERSIST, run_posts, loop));
	return loop;
}

void loop_free(struct loop **loop)
{
	struct loop *l = *loop;
	if (!l)
		return;
	*loop = NULL;
	for (struct loop_signal *s = l->signals, *next; s; s = next) {
		next = s->next;
		event_free(s->event);
		free(s);
	}
	event_free(l->posted);
	/* Freed connections may have callbacks waiting which hold them; libevent drops these without
	 * letting go, so give them their turn. */
	event_base_loop(l->base, EVLOOP_NONBLOCK);
	event_base_free(l->base);
	for (struct post *p = l->first, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	pthread_mutex_destroy(&l->lock);
	free(l);
}

struct event_base *loop_event_base(struct loop *loop)
{
	return loop->base;
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

static void break_loop(void *arg)
{
	struct loop *loop = arg;
	event_base_loopbreak(loop->base);
}

void loop_stop(struct loop *loop)
{
	/* Posted, because libevent forgets a break that comes before the loop runs. */
	loop_post(loop, break_loop, loop);
}

void loop_post(struct loop *loop, loop_fn *fn, void *arg)
{
	struct post *post = must(malloc(sizeof(*post)));
	*post = (struct post){ .fn = fn, .arg = arg };
	pthread_mutex_lock(&loop->lock);
	bool was_empty = !loop->first;
	if (was_empty)
		loop->first = post;
	else
		loop->last->next = post;
	loop->last = post;
	/* Under the lock: afterwards the loop may be gone, if this was the post that ends it. */
	if (was_empty)
		event_active(loop->posted, 0, 0);
	pthread_mutex_unlock(&loop->lock);
}

static void timer_due(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;
	(void)fd, (void)what;
	timer->fn(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, int64_t period_ms, loop_fn *fn, void *arg)
{
	struct loop_timer *timer = must(malloc(sizeof(*timer)));
	*timer = (struct loop_timer){ .fn = fn, .arg = arg };
	timer->event = must(event_new(loop->base, -1, EV_PERSIST, timer_due, timer));
	struct timeval period = { period_ms / 1000, period_ms % 1000 * 1000 };
	event_add(timer->event, &period);
	return timer;
}

void loop_timer_free(struct loop_timer **timer)
{
	if (!*timer)
		return;
	event_free((*timer)->event);
	free(*timer);
	*timer = NULL;
}

static void signal_came(evutil_socket_t fd, short what, void *arg)
{
	struct loop_signal *s = arg;
	(void)fd, (void)what;
	s->fn(s->arg);
}

void loop_on_signal(struct loop *loop, int number, loop_fn *fn, void *arg)
{
	struct loop_signal *s = must(malloc(sizeof(*s)));
	*s = (struct loop_signal){ .next = loop->signals, .fn = fn, .arg = arg };
	s->event = must(evsignal_new(loop->base, number, signal_came, s));
	event_add(s->event, NULL);
	loop->signals = s;
}
