#include "join/register.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a caller dials: a key is short, in lower case, without blanks around it, or there is none. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char key[JOIN_ALIAS_MAX + 1], *alias = malloc(size + 1);
	memcpy(alias, data, size);
	alias[size] = '\0';
	if (join_alias_key(alias, key)) {
		size_t len = strlen(key);
		if (!len || len > JOIN_ALIAS_MAX || strpbrk(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
			strchr(" \t\r\n", key[0]) || strchr(" \t\r\n", key[len - 1]))
			abort();
	}
	free(alias);
	return 0;
}
