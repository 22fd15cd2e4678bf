#include "model/marker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = malloc(size + 1);
	struct markers m;
	memcpy(body, data, size);
	body[size] = '\0';
	markers_find(body, true, &m);
	markers_find(body, false, &m);
	free(body);
	return 0;
}
