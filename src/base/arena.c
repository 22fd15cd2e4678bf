#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 4096 };

struct arena_block {
	struct arena_block *next;
	size_t size, used; /* of data, in bytes */
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

static void free_blocks(struct arena_block *b)
{
	while (b) {
		struct arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_release(struct arena *a)
{
	free_blocks(a->head);
	arena_init(a);
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	if (!a->head)
		return;
	free_blocks(a->head->next);
	a->head->next = NULL;
	a->head->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX / 4)
		abort();
	size = (size + align - 1) & ~(align - 1);
	struct arena_block *b = a->head;
	if (!b || b->size - b->used < size) {
		/* Doubling keeps the number of blocks logarithmic for a large batch. */
		size_t want = b ? b->size * 2 : BLOCK_SIZE;
		if (want > 1 << 20)
			want = 1 << 20;
		if (want < size)
			want = size;
		b = malloc(sizeof(*b) + want);
		if (!b)
			abort();
		*b = (struct arena_block){ .next = a->head, .size = want };
		a->head = b;
	}
	void *p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		abort();
	return arena_zalloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
	char *p = arena_alloc(a, len + 1);
	memcpy(p, text, len);
	p[len] = '\0';
	return p;
}

char *arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	char *p = arena_alloc(a, (size_t)len + 1);
	vsnprintf(p, (size_t)len + 1, fmt, again);
	va_end(again);
	return p;
}
