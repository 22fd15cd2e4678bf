#include "base/strmap.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

void strmap_init(struct strmap *m)
{
	*m = (struct strmap){ 0 };
	random_bytes(m->seed, sizeof(m->seed));
}

void strmap_release(struct strmap *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i].key);
	free(m->slots);
	m->slots = NULL;
	m->cap = m->count = 0;
}

#define ROTL(x, b) ((x) << (b) | (x) >> (64 - (b)))

static void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[1] = ROTL(v[1], 13) ^ v[0], v[0] = ROTL(v[0], 32);
	v[2] += v[3], v[3] = ROTL(v[3], 16) ^ v[2];
	v[0] += v[3], v[3] = ROTL(v[3], 21) ^ v[0];
	v[2] += v[1], v[1] = ROTL(v[1], 17) ^ v[2], v[2] = ROTL(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein 2012): short keys, chosen by strangers. */
static uint64_t hash(const struct strmap *m, const char *key)
{
	size_t len = strlen(key);
	uint64_t v[4] = { m->seed[0] ^ 0x736f6d6570736575, m->seed[1] ^ 0x646f72616e646f6d,
		m->seed[0] ^ 0x6c7967656e657261, m->seed[1] ^ 0x7465646279746573 };
	uint64_t word = 0;
	for (size_t i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, key + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	memcpy(&word, key + (len & ~(size_t)7), len & 7);
	word |= (uint64_t)len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds key, or the free one where it belongs. cap > count, so there is one. */
static struct strmap_entry *find(const struct strmap *m, const char *key, uint64_t h)
{
	for (size_t i = h & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct strmap_entry *e = &m->slots[i];
		if (!e->key || (e->hash == h && strcmp(e->key, key) == 0))
			return e;
	}
}

static void grow(struct strmap *m)
{
	struct strmap bigger = *m;
	bigger.cap = m->cap ? m->cap * 2 : 16;
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		abort();
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].key)
			*find(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	free(m->slots);
	*m = bigger;
}

void *strmap_get(const struct strmap *m, const char *key)
{
	return m->cap ? find(m, key, hash(m, key))->value : NULL;
}

void *strmap_put(struct strmap *m, const char *key, void *value)
{
	if (m->count * 4 >= m->cap * 3)
		grow(m);
	uint64_t h = hash(m, key);
	struct strmap_entry *e = find(m, key, h);
	void *before = e->value;
	if (!e->key) {
		e->key = strdup(key);
		if (!e->key)
			abort();
		e->hash = h;
		m->count++;
	}
	e->value = value;
	return before;
}

void *strmap_remove(struct strmap *m, const char *key)
{
	struct strmap_entry *e = m->cap ? find(m, key, hash(m, key)) : NULL;
	if (!e || !e->key)
		return NULL;
	void *value = e->value;
	free(e->key);
	*e = (struct strmap_entry){ 0 };
	m->count--;
	/* Entries behind the hole may have been pushed on by it: put each where it belongs now. */
	size_t i = (size_t)(e - m->slots);
	while (m->slots[i = (i + 1) & (m->cap - 1)].key) {
		struct strmap_entry moved = m->slots[i];
		m->slots[i] = (struct strmap_entry){ 0 };
		*find(m, moved.key, moved.hash) = moved;
	}
	return value;
}

bool strmap_next(const struct strmap *m, size_t *i, const struct strmap_entry **ret)
{
	while (*i < m->cap) {
		const struct strmap_entry *e = &m->slots[(*i)++];
		if (e->key) {
			*ret = e;
			return true;
		}
	}
	return false;
}
