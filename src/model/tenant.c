#include "model/tenant.h"
#include "base/origin.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What is left of the path without "/v2.0" and slashes at its end. */
static size_t path_length(const char *path)
{
	static const char version[] = "/v2.0";
	size_t len = strlen(path), version_len = strlen(version);
	while (len && path[len - 1] == '/')
		len--;
	if (len >= version_len && memcmp(path + len - version_len, version, version_len) == 0)
		len -= version_len;
	return len;
}

bool tenant_parse(const char *authority, struct tenant *ret)
{
	struct origin origin;
	char head[ORIGIN_TEXT_MAX + 1];
	const char *path = origin_read(authority, &origin);
	size_t len = path ? path_length(path) : 0;
	if (len <= UUID_LEN || path[len - UUID_LEN - 1] != '/' || strcspn(path, "?#") < len ||
		!text_is_uuid(path + len - UUID_LEN, UUID_LEN))
		return false;
	for (size_t i = 0; i < UUID_LEN; i++)
		ret->id[i] = (char)tolower((unsigned char)path[len - UUID_LEN + i]);
	ret->id[UUID_LEN] = '\0';
	origin_format(&origin, head);
	int n = snprintf(ret->authority, sizeof(ret->authority), "%s%.*s%s", head,
		(int)(len - UUID_LEN), path, ret->id);
	return n > 0 && (size_t)n < sizeof(ret->authority);
}
