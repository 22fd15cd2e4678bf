/*
 * arena - memory that lives as long as one request, one decision or one mailbox batch.
 *
 * Everything allocated from an arena is released at once by arena_release() or arena_reset();
 * nothing is freed alone. Memory is aligned for any type. Allocation failure aborts, so no caller
 * checks for NULL. An arena belongs to one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *head; /* newest first */
	size_t used;              /* bytes handed out since init or reset */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);
/* Forgets everything but keeps the newest block for reuse. */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t size);
/* As arena_alloc, filled with zero bytes. */
void *arena_zalloc(struct arena *a, size_t size);
/* count * size zero bytes; aborts when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
