#include "auth/sealed_token.h"
#include "model/marker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Keys that are kept, so that a kept input stays what it was. */
#define PRIVATE_KEY "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define SEALING_KEY "ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A="
#define UUID        "0f8fad5b-d9cb-469f-a165-70867728950e"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The way of a mail's text: the marker is found, the token opened. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct sealed_token token;
	struct markers m;
	struct err err;
	memcpy(text, data, size);
	text[size] = '\0';
	if (sealed_token_open(PRIVATE_KEY, SEALING_KEY, UUID, text, 1800000000, &token, &err) &&
		strlen(token.id) != SEALED_TOKEN_ID_LEN)
		abort();
	markers_find(text, true, &m);
	for (size_t i = 0; i < m.count; i++)
		if (m.items[i].kind == MARKER_TOKEN)
			sealed_token_open(PRIVATE_KEY, SEALING_KEY, UUID, m.items[i].token,
				1800000000, &token, &err);
	free(text);
	return 0;
}
