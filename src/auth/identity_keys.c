/*
 * How this works
 *
 * The first thread that asks for a URL makes its entry and goes out to fetch. `fetching` is set and
 * cleared by that thread alone; while it is set the entry is not evicted, because the thread will
 * write to it. A fetch that succeeds replaces the keys, one that fails leaves them (they still end
 * with their lifetime) and leaves its reason in `why`. All members are under the lock, except that
 * `url` and `ca` never change.
 */
#include "auth/identity_keys.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct entry {
	char *url, *ca;
	bool fetching;
	bool failed;       /* the last fetch did, with why */
	int64_t tried_ms;  /* when the last fetch ended */
	int64_t loaded_ms; /* when the keys came */
	struct key_set set;
	struct err why;
};

struct identity_keys {
	struct key_fetch fetch;
	int64_t (*now_ms)(void);
	pthread_mutex_t lock;
	pthread_cond_t fetched; /* some fetch is over */
	struct entry *entries[IDENTITY_KEYS_URLS_MAX];
};

struct identity_keys *identity_keys_new(
	identity_fetch_fn *fetch, void *arg, int64_t (*now_ms)(void))
{
	struct identity_keys *keys = calloc(1, sizeof(*keys));
	if (!keys)
		abort();
	keys->fetch = (struct key_fetch){ fetch, arg };
	keys->now_ms = now_ms ? now_ms : clock_mono_ms;
	pthread_mutex_init(&keys->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&keys->fetched, &attr);
	pthread_condattr_destroy(&attr);
	return keys;
}

void key_set_release(struct key_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		EVP_MD_CTX_free(set->keys[i].verifier);
	*set = (struct key_set){ 0 };
}

static void entry_free(struct entry *e)
{
	if (!e)
		return;
	key_set_release(&e->set);
	free(e->url);
	free(e->ca);
	free(e);
}

void identity_keys_free(struct identity_keys **keys)
{
	if (!*keys)
		return;
	for (size_t i = 0; i < IDENTITY_KEYS_URLS_MAX; i++)
		entry_free((*keys)->entries[i]);
	pthread_cond_destroy(&(*keys)->fetched);
	pthread_mutex_destroy(&(*keys)->lock);
	free(*keys);
	*keys = NULL;
}

static struct entry *find(const struct identity_keys *keys, const struct key_source *source)
{
	for (size_t i = 0; i < IDENTITY_KEYS_URLS_MAX; i++) {
		struct entry *e = keys->entries[i];
		if (e && strcmp(e->url, source->url) == 0 && strcmp(e->ca, source->ca) == 0)
			return e;
	}
	return NULL;
}

/* Entries without keys first: strangers' tokens can name addresses at which there are none, and must not
 * drive out those that others need. */
static bool goes_before(const struct entry *a, const struct entry *b)
{
	if (!a->set.count != !b->set.count)
		return !a->set.count;
	return a->tried_ms < b->tried_ms;
}

/* A free slot, if need be one whose entry makes room; NULL when all are being fetched. */
static struct entry **slot(struct identity_keys *keys)
{
	struct entry **first = NULL;
	for (size_t i = 0; i < IDENTITY_KEYS_URLS_MAX; i++) {
		struct entry **e = &keys->entries[i];
		if (!*e)
			return e;
		if (!(*e)->fetching && (!first || goes_before(*e, *first)))
			first = e;
	}
	return first;
}

static struct entry *add(struct identity_keys *keys, const struct key_source *source)
{
	struct entry **place = slot(keys);
	if (!place)
		return NULL;
	entry_free(*place);
	struct entry *e = *place = calloc(1, sizeof(*e));
	if (!e || !(e->url = strdup(source->url)) || !(e->ca = strdup(source->ca)))
		abort();
	return e;
}

bool key_fetch_document(const struct key_fetch *fetch, const char *url, const char *ca,
	struct buf *ret, struct err *err)
{
	buf_init(ret, IDENTITY_METADATA_MAX);
	bool ok = fetch->fetch(url, ca, ret, fetch->arg, err);
	if (ok && ret->overflow)
		ok = err_set(err, ERR_LIMIT, "the token metadata is larger than %d bytes",
			IDENTITY_METADATA_MAX);
	if (!ok)
		buf_release(ret);
	return ok;
}

static bool load(const struct identity_keys *keys, const struct key_source *source,
	struct key_set *ret, struct err *err)
{
	if (source->load(source, &keys->fetch, ret, err))
		return true;
	if (err->code == ERR_LIMIT)
		err->code = ERR_PROTOCOL; /* the server's fault, not the token's */
	return err_prefix(err, "cannot get the keys at '%s'", source->url);
}

/* Called and left with the lock held; gives it away during the fetch. */
static void fetch_into(struct identity_keys *keys, const struct key_source *source, struct entry *e)
{
	struct key_set fresh = { 0 };
	struct err why = { 0 };
	e->fetching = true;
	pthread_mutex_unlock(&keys->lock);
	bool ok = load(keys, source, &fresh, &why);
	pthread_mutex_lock(&keys->lock);
	e->fetching = false;
	e->failed = !ok;
	e->why = why;
	e->tried_ms = keys->now_ms();
	if (ok) {
		key_set_release(&e->set);
		e->set = fresh;
		e->loaded_ms = e->tried_ms;
	}
	pthread_cond_broadcast(&keys->fetched);
}

/* Waits until the URL's fetch is over; true when it is. The entry may be another one afterwards. */
static bool wait_fetched(struct identity_keys *keys, const struct key_source *source)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDENTITY_KEYS_WAIT_MS / 1000;
	until.tv_nsec += IDENTITY_KEYS_WAIT_MS % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	const struct entry *e;
	while ((e = find(keys, source)) && e->fetching)
		if (pthread_cond_timedwait(&keys->fetched, &keys->lock, &until) != 0)
			return false;
	return true;
}

static bool young(const struct identity_keys *keys, const struct entry *e)
{
	return keys->now_ms() - e->loaded_ms < IDENTITY_KEYS_LIFETIME_S * 1000LL;
}

/* A copy, made under the lock: whoever uses it shares nothing with others. */
static EVP_MD_CTX *copy_of(const EVP_MD_CTX *verifier)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	if (!copy || EVP_MD_CTX_copy_ex(copy, verifier) != 1)
		abort(); /* fails for want of memory only */
	return copy;
}

static EVP_MD_CTX *pick(const struct identity_keys *keys, const struct entry *e, const char *name)
{
	if (!*name || !young(keys, e))
		return NULL;
	for (size_t i = 0; i < e->set.count; i++)
		if (strcmp(e->set.keys[i].kid, name) == 0 || strcmp(e->set.keys[i].x5t, name) == 0)
			return copy_of(e->set.keys[i].verifier);
	return NULL;
}

/* Whether the entry, which has no usable key for us, may be fetched again. */
static bool fetch_due(const struct identity_keys *keys, const struct entry *e)
{
	int64_t age_ms = keys->now_ms() - e->tried_ms;
	if (e->failed)
		return age_ms >= IDENTITY_KEYS_PAUSE_S * 1000LL;
	return age_ms >= IDENTITY_KEYS_REFETCH_S * 1000LL || !young(keys, e);
}

static bool busy(const char *url, struct err *err)
{
	err_set(err, ERR_BUSY, "the keys at '%s' are being fetched", url);
	if (err)
		err->retry_after_ms = IDENTITY_KEYS_WAIT_MS;
	return false;
}

static bool no_key(const struct entry *e, const char *name, struct err *err)
{
	if (!e->failed)
		return err_set(err, ERR_DENIED,
			"the token's signing key '%s' is not among those at '%s'", name, e->url);
	if (err)
		*err = e->why;
	return false;
}

static bool find_locked(struct identity_keys *keys, const struct key_source *source,
	const char *name, EVP_MD_CTX **ret, char *ret_issuer, struct err *err)
{
	struct entry *e = find(keys, source);
	EVP_MD_CTX *key = e ? pick(keys, e, name) : NULL;
	if (!key && e && e->fetching) {
		if (!wait_fetched(keys, source))
			return busy(source->url, err);
		e = find(keys, source);
		key = e ? pick(keys, e, name) : NULL;
	}
	bool is_new = !e;
	if (is_new && !(e = add(keys, source)))
		return busy(source->url, err);
	if (!key && (is_new || fetch_due(keys, e))) {
		fetch_into(keys, source, e);
		key = pick(keys, e, name);
	}
	if (!key)
		return no_key(e, name, err);
	if (ret_issuer)
		memcpy(ret_issuer, e->set.issuer, sizeof(e->set.issuer));
	*ret = key;
	return true;
}

bool identity_keys_find(struct identity_keys *keys, const struct key_source *source,
	const char *name, EVP_MD_CTX **ret, char ret_issuer[KEY_ISSUER_MAX + 1], struct err *err)
{
	pthread_mutex_lock(&keys->lock);
	bool ok = find_locked(keys, source, name, ret, ret_issuer, err);
	pthread_mutex_unlock(&keys->lock);
	return ok;
}
