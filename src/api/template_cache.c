#include "api/template_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	int64_t id;
	char *source;
	struct tmpl *t;
	int users; /* renders under way, and one for the slot that holds it */
};

struct template_cache {
	pthread_mutex_t lock;
	struct entry *slots[TEMPLATE_CACHE_MAX]; /* NULL: empty */
	int64_t compiled;
};

struct template_cache *template_cache_new(void)
{
	struct template_cache *cache = calloc(1, sizeof(*cache));
	if (!cache)
		abort();
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

/* With the lock held. */
static void leave(struct entry *e)
{
	if (!e || --e->users)
		return;
	tmpl_free(&e->t);
	free(e->source);
	free(e);
}

void template_cache_free(struct template_cache **cache)
{
	if (!*cache)
		return;
	for (size_t i = 0; i < TEMPLATE_CACHE_MAX; i++)
		leave((*cache)->slots[i]);
	pthread_mutex_destroy(&(*cache)->lock);
	free(*cache);
	*cache = NULL;
}

/* The entry of this source, compiled when it is not kept; NULL when it does not compile. Compiling is
 * quick (tens of microseconds), so the lock is held. */
static struct entry *enter(
	struct template_cache *cache, int64_t id, const char *source, struct err *err)
{
	struct entry **slot = &cache->slots[(uint64_t)id % TEMPLATE_CACHE_MAX], *e = *slot;
	if (!e || e->id != id || strcmp(e->source, source) != 0) {
		struct tmpl *t;
		cache->compiled++;
		if (!tmpl_compile(source, strlen(source), true, &t, err))
			return NULL;
		leave(e);
		*slot = e = calloc(1, sizeof(*e));
		if (!e || !(e->source = strdup(source)))
			abort();
		e->id = id;
		e->t = t;
		e->users = 1;
	}
	e->users++;
	return e;
}

bool template_cache_render(struct template_cache *cache, int64_t id, const char *source,
	const struct tmpl_var *vars, size_t count, struct buf *debug_log, struct buf *out,
	struct err *err)
{
	pthread_mutex_lock(&cache->lock);
	struct entry *e = enter(cache, id, source, err);
	pthread_mutex_unlock(&cache->lock);
	if (!e)
		return false;
	bool ok = tmpl_render_logged(e->t, vars, count, debug_log, out, err);
	pthread_mutex_lock(&cache->lock);
	leave(e);
	pthread_mutex_unlock(&cache->lock);
	return ok;
}

int64_t template_cache_compiled(struct template_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	int64_t n = cache->compiled;
	pthread_mutex_unlock(&cache->lock);
	return n;
}
