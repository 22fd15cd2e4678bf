#include "record.h"

#include <stdio.h>
#include <string.h>

enum { PATH_LEN_MAX = 4096 };

/* Operation names come from strangers: letters only get into file names. */
static void keep(const struct record *record, const char *operation, const char *what,
	const char *bytes, size_t len)
{
	char path[PATH_LEN_MAX], name[64];
	size_t n = strspn(operation, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	snprintf(name, sizeof(name), "%.*s", (int)n, operation);
	snprintf(path, sizeof(path), "%s/%06u-%s-%s.xml", record->directory, record->number,
		*name ? name : "unknown", what);
	FILE *file = fopen(path, "we");
	if (!file)
		return;
	fwrite(bytes, 1, len, file);
	fclose(file);
}

void record_request(struct record *record, const char *operation, const char *bytes, size_t len)
{
	record->number++;
	if (record->directory)
		keep(record, operation, "request", bytes, len);
}

void record_response(struct record *record, const char *operation, const char *bytes, size_t len)
{
	if (record->directory)
		keep(record, operation, "response", bytes, len);
}
