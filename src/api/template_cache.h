/*
 * template_cache - compiled templates, shared by threads.
 *
 * One template is kept per slot (an integration's id). A slot whose source has changed since is
 * compiled anew, so nobody has to tell the cache about saved settings. Rendering holds no lock.
 */
#ifndef API_TEMPLATE_CACHE_H
#define API_TEMPLATE_CACHE_H

#include "tmpl/tmpl.h"

#include <stdint.h>

enum { TEMPLATE_CACHE_MAX = 64 }; /* slots; ids that meet in one take turns */

struct template_cache;

struct template_cache *template_cache_new(void);
/* No other thread may be inside. */
void template_cache_free(struct template_cache **cache);

/* As tmpl_render_logged() of the source, which is HTML. */
bool template_cache_render(struct template_cache *cache, int64_t id, const char *source,
	const struct tmpl_var *vars, size_t count, struct buf *debug_log, struct buf *out,
	struct err *err);

/* How often a source was compiled, for tests. */
int64_t template_cache_compiled(struct template_cache *cache);

#endif
