#include "base/correlation.h"
#include "base/random.h"

#include <inttypes.h>
#include <stdio.h>

void correlation_new(char ret[CORRELATION_LEN + 1])
{
	uint64_t id;
	random_bytes(&id, sizeof(id));
	snprintf(ret, CORRELATION_LEN + 1, "%016" PRIx64, id);
}
