#include "api/integrations.h"
#include "api/manifest.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Everything that was read at one time. */
struct reading {
	struct arena arena;
	struct kept *items;
	size_t count;
	atomic_size_t users; /* those who found something in it, and the list while it is current */
};

struct kept {
	struct integration integration; /* first: who is given one finds its reading again */
	struct reading *reading;
};

struct integrations {
	const struct icons *icons;
	pthread_mutex_t lock;
	struct reading *current;
};

static void leave(struct reading *r)
{
	if (!r || atomic_fetch_sub(&r->users, 1) > 1)
		return;
	arena_release(&r->arena);
	free(r);
}

struct integrations *integrations_new(const struct icons *icons)
{
	struct integrations *i = calloc(1, sizeof(*i));
	if (!i)
		abort();
	i->icons = icons;
	pthread_mutex_init(&i->lock, NULL);
	return i;
}

void integrations_free(struct integrations **integrations)
{
	if (!*integrations)
		return;
	leave((*integrations)->current);
	pthread_mutex_destroy(&(*integrations)->lock);
	free(*integrations);
	*integrations = NULL;
}

static bool read_domains(struct store *store, int64_t connector, struct arena *arena,
	const char *const **ret, struct err *err)
{
	const char **domains = arena_array(arena, INTEGRATIONS_DOMAINS_MAX + 1, sizeof(*domains));
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT domain FROM exchange_domain WHERE exchange_connector = $1 "
		    "ORDER BY id LIMIT $2",
		    "ii", connector, (int64_t)INTEGRATIONS_DOMAINS_MAX))
		return false;
	for (size_t n = 0; n < INTEGRATIONS_DOMAINS_MAX && row_next(&rows, err); n++)
		domains[n] = arena_strdup(arena, row_text(&rows, 0));
	bool ok = !rows.failed;
	row_done(&rows);
	*ret = domains;
	return ok;
}

/* Not worth the rest: the pane works without. */
static void find_version(
	struct store *store, const struct icons *icons, int64_t now, struct integration *ret)
{
	struct err err;
	if (manifest_version_of(store, icons, &ret->connector, now, ret->manifest_version, &err))
		return;
	ret->manifest_version[0] = '\0';
	log_warning("administrator.scheduling", "The version of an add-in's manifest is not known",
		"Integration", ret->connector.name, "Detail", err.text, NULL);
}

static bool read_all(struct store *store, const struct icons *icons, int64_t now, struct reading *r,
	struct err *err)
{
	const struct store_list what = { .limit = INTEGRATIONS_MAX };
	struct licence_state licence;
	struct global_settings global;
	void *found;
	if (!licence_state(store, now, &licence, err) ||
		!store_get(store, &global_settings_type, 1, &r->arena, &global, err) ||
		!store_list(store, &ms_exchange_connector_type, &what, &r->arena, &found, &r->count,
			NULL, err))
		return false;
	const struct ms_exchange_connector *connectors = found;
	r->items = arena_array(&r->arena, r->count + 1, sizeof(*r->items));
	for (size_t i = 0; i < r->count; i++) {
		struct integration *one = &r->items[i].integration;
		r->items[i].reading = r;
		one->connector = connectors[i];
		one->licence = licence;
		one->alias_requests_per_hour = global.alias_requests_per_user_per_hour;
		if (!read_domains(store, one->connector.id, &r->arena, &one->domains, err))
			return false;
		find_version(store, icons, now, one);
	}
	return true;
}

bool integrations_refresh(
	struct integrations *integrations, struct store *store, int64_t now, struct err *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	arena_init(&r->arena);
	atomic_init(&r->users, 1);
	if (!read_all(store, integrations->icons, now, r, err)) {
		leave(r);
		return false;
	}
	pthread_mutex_lock(&integrations->lock);
	struct reading *old = integrations->current;
	integrations->current = r;
	pthread_mutex_unlock(&integrations->lock);
	leave(old);
	return true;
}

const struct integration *integrations_find(struct integrations *integrations, int64_t id)
{
	const struct integration *found = NULL;
	pthread_mutex_lock(&integrations->lock);
	struct reading *r = integrations->current;
	for (size_t i = 0; r && !found && i < r->count; i++)
		if (r->items[i].integration.connector.id == id) {
			found = &r->items[i].integration;
			atomic_fetch_add(&r->users, 1);
		}
	pthread_mutex_unlock(&integrations->lock);
	return found;
}

void integration_release(const struct integration **integration)
{
	if (*integration)
		leave(((const struct kept *)*integration)->reading);
	*integration = NULL;
}
