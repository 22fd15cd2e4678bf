/*
 * How this works: three binary heaps (requests, cancellations, those set aside) and a hash table by
 * item id. A message that is taken out from the middle is only marked: its heap drops it when it comes
 * to the top.
 */
#include "sched/queue.h"
#include "base/random.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum heap_name { REQUESTS, CANCELLATIONS, ASIDE, N_HEAPS };
enum distance { NEAR, BEGUN, LATER };

struct entry {
	struct entry *next_in_bucket;
	uint64_t hash, arrival;
	int64_t at;           /* orders entries of one distance */
	int64_t start, until; /* until: monotonic ms; 0 unless aside */
	uint16_t attempts;
	uint8_t distance;
	bool cancellation, updated, gone, has_key;
	char texts[]; /* item id, NUL, change key, NUL */
};

struct heap {
	struct entry **entries;
	size_t count, room, gone; /* gone: how many only wait to be dropped */
};

struct queue {
	struct heap heaps[N_HEAPS];
	struct entry **buckets;
	size_t n_buckets; /* a power of two */
	size_t count[2];  /* requests, cancellations; alive */
	size_t aside;
	uint64_t arrivals, seed;
};

enum { FIRST_BUCKETS = 1024, FIRST_ROOM = 256, GONE_MAX = 1024 };

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* ---- heaps -------------------------------------------------------------------------------- */

static bool before(const struct entry *a, const struct entry *b, enum heap_name name)
{
	if (name == ASIDE)
		return a->until < b->until;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->at != b->at ? a->at < b->at : a->arrival < b->arrival;
}

static void heap_put(struct heap *h, enum heap_name name, struct entry *e);

/* A message may change again and again while it waits: what is gone must not pile up. */
static void sweep(struct heap *h, enum heap_name name)
{
	struct heap old = *h;
	*h = (struct heap){ 0 };
	for (size_t i = 0; i < old.count; i++)
		if (old.entries[i]->gone)
			free(old.entries[i]);
		else
			heap_put(h, name, old.entries[i]);
	free(old.entries);
}

static void heap_put(struct heap *h, enum heap_name name, struct entry *e)
{
	if (h->gone > GONE_MAX && h->gone > h->count / 2)
		sweep(h, name);
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : FIRST_ROOM;
		h->entries = must(reallocarray(h->entries, h->room, sizeof(*h->entries)));
	}
	size_t i = h->count++;
	for (; i && before(e, h->entries[(i - 1) / 2], name); i = (i - 1) / 2)
		h->entries[i] = h->entries[(i - 1) / 2];
	h->entries[i] = e;
}

static struct entry *heap_take(struct heap *h, enum heap_name name)
{
	struct entry *top = h->entries[0], *last = h->entries[--h->count];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < h->count; i = child) {
		if (child + 1 < h->count && before(h->entries[child + 1], h->entries[child], name))
			child++;
		if (!before(h->entries[child], last, name))
			break;
		h->entries[i] = h->entries[child];
	}
	h->entries[i] = last;
	return top;
}

/* The first that is alive; it stays. */
static struct entry *heap_top(struct queue *q, enum heap_name name)
{
	struct heap *h = &q->heaps[name];
	for (; h->count && h->entries[0]->gone; h->gone--)
		free(heap_take(h, name));
	return h->count ? h->entries[0] : NULL;
}

/* ---- by item id --------------------------------------------------------------------------- */

static uint64_t hash_of(const struct queue *q, const char *id)
{
	uint64_t h = q->seed;
	for (; *id; id++)
		h = (h ^ (unsigned char)*id) * 0x100000001b3;
	return h ^ h >> 29;
}

static struct entry **bucket(const struct queue *q, uint64_t hash)
{
	return &q->buckets[hash & (q->n_buckets - 1)];
}

static void rehash(struct queue *q, size_t n)
{
	struct entry **old = q->buckets;
	size_t n_old = q->n_buckets;
	q->buckets = must(calloc(n, sizeof(*q->buckets)));
	q->n_buckets = n;
	for (size_t i = 0; i < n_old; i++)
		for (struct entry *e = old[i], *next; e; e = next) {
			next = e->next_in_bucket;
			e->next_in_bucket = *bucket(q, e->hash);
			*bucket(q, e->hash) = e;
		}
	free(old);
}

static enum heap_name heap_of(const struct entry *e)
{
	return e->until > 0 ? ASIDE : e->cancellation ? CANCELLATIONS : REQUESTS;
}

/* Out of the table and the counts. */
static struct entry *unlink_entry(struct queue *q, const char *id)
{
	uint64_t hash = hash_of(q, id);
	for (struct entry **p = bucket(q, hash); *p; p = &(*p)->next_in_bucket) {
		struct entry *e = *p;
		if (e->hash != hash || strcmp(e->texts, id) != 0)
			continue;
		*p = e->next_in_bucket;
		q->count[e->cancellation]--;
		q->aside -= e->until > 0;
		return e;
	}
	return NULL;
}

static void link_entry(struct queue *q, struct entry *e)
{
	if (queue_count(q, QUEUE_ALL) >= q->n_buckets)
		rehash(q, q->n_buckets * 2);
	e->next_in_bucket = *bucket(q, e->hash);
	*bucket(q, e->hash) = e;
	q->count[e->cancellation]++;
	q->aside += e->until > 0;
	heap_put(&q->heaps[heap_of(e)], heap_of(e), e);
}

/* ---- life --------------------------------------------------------------------------------- */

struct queue *queue_new(void)
{
	struct queue *q = must(calloc(1, sizeof(*q)));
	random_bytes(&q->seed, sizeof(q->seed));
	rehash(q, FIRST_BUCKETS);
	return q;
}

void queue_clear(struct queue *q)
{
	for (int name = 0; name < N_HEAPS; name++) {
		for (size_t i = 0; i < q->heaps[name].count; i++)
			free(q->heaps[name].entries[i]);
		free(q->heaps[name].entries);
		q->heaps[name] = (struct heap){ 0 };
	}
	free(q->buckets);
	q->buckets = NULL;
	q->n_buckets = 0;
	q->count[0] = q->count[1] = q->aside = 0;
	rehash(q, FIRST_BUCKETS);
}

void queue_free(struct queue **queue)
{
	if (!*queue)
		return;
	queue_clear(*queue);
	free((*queue)->buckets);
	free(*queue);
	*queue = NULL;
}

/* ---- in and out --------------------------------------------------------------------------- */

static void find_place(struct entry *e, int64_t now)
{
	int64_t start = e->start == MEETING_NO_TIME ? now : e->start;
	if (start < now - QUEUE_RUNNING_S) {
		e->distance = BEGUN;
		e->at = -start;
	} else {
		e->distance = start < now + QUEUE_NEAR_S ? NEAR : LATER;
		e->at = start;
	}
}

static struct entry *new_entry(struct queue *q, const struct exchange_change *c)
{
	size_t id = strlen(c->item_id) + 1, key = c->change_key ? strlen(c->change_key) + 1 : 1;
	struct entry *e = must(calloc(1, sizeof(*e) + id + key));
	memcpy(e->texts, c->item_id, id);
	if (c->change_key)
		memcpy(e->texts + id, c->change_key, key);
	e->has_key = c->change_key != NULL;
	e->hash = hash_of(q, c->item_id);
	e->arrival = q->arrivals++;
	e->start = c->start;
	e->cancellation = c->cancellation;
	e->updated = c->kind == EXCHANGE_UPDATED;
	return e;
}

static void drop(struct queue *q, const char *id)
{
	struct entry *e = unlink_entry(q, id);
	if (!e)
		return;
	e->gone = true;
	q->heaps[heap_of(e)].gone++;
}

void queue_put(struct queue *q, const struct exchange_change *change, int64_t now)
{
	drop(q, change->item_id);
	if (change->kind == EXCHANGE_DELETED || !change->meeting)
		return;
	struct entry *e = new_entry(q, change);
	find_place(e, now);
	link_entry(q, e);
}

void queue_put_back(struct queue *q, const struct queue_item *item, int64_t now, int64_t until_ms)
{
	drop(q, item->change.item_id);
	struct entry *e = new_entry(q, &item->change);
	e->attempts = (uint16_t)item->attempts;
	e->until = until_ms;
	find_place(e, now);
	link_entry(q, e);
}

static void call_back_due(struct queue *q, int64_t mono_ms)
{
	for (struct entry *e; (e = heap_top(q, ASIDE)) && e->until <= mono_ms;) {
		heap_take(&q->heaps[ASIDE], ASIDE);
		unlink_entry(q, e->texts);
		e->until = 0;
		link_entry(q, e);
	}
}

static struct entry *take_one(struct queue *q, enum queue_kinds kinds)
{
	struct entry *r = kinds & QUEUE_REQUESTS ? heap_top(q, REQUESTS) : NULL;
	struct entry *c = kinds & QUEUE_CANCELLATIONS ? heap_top(q, CANCELLATIONS) : NULL;
	if (!r && !c)
		return NULL;
	enum heap_name name = !c || (r && before(r, c, REQUESTS)) ? REQUESTS : CANCELLATIONS;
	struct entry *e = heap_take(&q->heaps[name], name);
	unlink_entry(q, e->texts);
	return e;
}

size_t queue_take(struct queue *q, enum queue_kinds kinds, int64_t mono_ms, size_t max,
	struct arena *arena, struct queue_item *ret)
{
	size_t n = 0;
	call_back_due(q, mono_ms);
	for (struct entry *e; n < max && (e = take_one(q, kinds)); n++) {
		const char *key = e->texts + strlen(e->texts) + 1;
		ret[n] = (struct queue_item){ .attempts = e->attempts,
			.change = { .kind = e->updated ? EXCHANGE_UPDATED : EXCHANGE_CREATED,
				.meeting = true,
				.cancellation = e->cancellation,
				.item_id = arena_strdup(arena, e->texts),
				.change_key = e->has_key ? arena_strdup(arena, key) : NULL,
				.start = e->start } };
		free(e);
	}
	return n;
}

size_t queue_count(const struct queue *q, enum queue_kinds kinds)
{
	return (kinds & QUEUE_REQUESTS ? q->count[0] : 0) +
		(kinds & QUEUE_CANCELLATIONS ? q->count[1] : 0);
}

size_t queue_aside(const struct queue *q)
{
	return q->aside;
}

int64_t queue_due_ms(const struct queue *q)
{
	int64_t due = INT64_MAX;
	if (q->aside) /* one that is gone is early at worst */
		due = q->heaps[ASIDE].entries[0]->until;
	return due;
}

bool queue_full(const struct queue *q)
{
	return queue_count(q, QUEUE_ALL) >= QUEUE_MAX;
}
