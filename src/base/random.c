#include "base/random.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *ret, size_t len)
{
	char *p = ret;
	while (len) {
		ssize_t n = getrandom(p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort(); /* no secret may ever be guessable: better to stop */
		p += n;
		len -= (size_t)n;
	}
}

uint64_t random_below(uint64_t bound)
{
	assert(bound > 0);
	/* Values below 2^64 mod bound would favour the small results. */
	uint64_t threshold = -bound % bound, r;
	do
		random_bytes(&r, sizeof(r));
	while (r < threshold);
	return r % bound;
}

void random_uuid(char ret[UUID_LEN + 1])
{
	unsigned char b[16];
	random_bytes(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	snprintf(ret, UUID_LEN + 1,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
}
