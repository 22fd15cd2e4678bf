/*
 * strmap - a hash map from text to pointer.
 *
 * Keys are copied; values belong to the caller. Hashing is keyed with random bytes, so that
 * strangers cannot choose colliding keys. Not thread-safe.
 */
#ifndef BASE_STRMAP_H
#define BASE_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strmap_entry {
	char *key; /* NULL: free slot */
	void *value;
	uint64_t hash;
};

struct strmap {
	struct strmap_entry *slots;
	size_t cap;   /* a power of two, or 0 */
	size_t count; /* entries */
	uint64_t seed[2];
};

void strmap_init(struct strmap *m);
void strmap_release(struct strmap *m);

void *strmap_get(const struct strmap *m, const char *key); /* NULL if absent */
/* Returns the value that was there before, or NULL. value must not be NULL. */
void *strmap_put(struct strmap *m, const char *key, void *value);
/* Returns the value that was there, or NULL. */
void *strmap_remove(struct strmap *m, const char *key);

/* Visits every entry, in no order: for (size_t i = 0; strmap_next(m, &i, &e);). The map must not
 * change meanwhile. */
bool strmap_next(const struct strmap *m, size_t *i, const struct strmap_entry **ret);

#endif
