/*
 * random - unpredictable numbers from the operating system, nothing else.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *ret, size_t len);

/* Uniform in [0, bound), without modulo bias; bound > 0. */
uint64_t random_below(uint64_t bound);

enum { UUID_LEN = 36 };

/* A random (version 4) UUID in lower case, RFC 9562, NUL-terminated. */
void random_uuid(char ret[UUID_LEN + 1]);

#endif
