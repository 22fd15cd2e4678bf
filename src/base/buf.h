/*
 * buf - a growing byte string with a maximum.
 *
 * The bytes are owned by the buf and always followed by a NUL that len does not count. A buf that
 * would grow beyond max takes nothing more and remembers it in `overflow`; so a writer may add
 * freely and check once at its end. Allocation failure aborts.
 *
 *	struct buf b;
 *	buf_init(&b, LIMIT);
 *	buf_adds(&b, "..."); buf_addf(&b, "%d", n);
 *	if (b.overflow) ...
 *	buf_release(&b);
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* never NULL after buf_init() */
	size_t len; /* bytes */
	size_t cap; /* bytes allocated, the NUL included */
	size_t max; /* greatest len allowed */
	bool overflow;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
/* Empty again (and overflow forgotten), memory kept. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Takes the bytes out (free() them); the buf is empty and usable again. */
char *buf_steal(struct buf *b);

#endif
