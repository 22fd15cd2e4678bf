#include "model/manifest_version.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void manifest_version_format(int64_t number, char ret[MANIFEST_VERSION_LEN + 1])
{
	assert(number >= 0 && number <= MANIFEST_NUMBER_MAX);
	snprintf(ret, MANIFEST_VERSION_LEN + 1, "1.0.%d.%d", (int)(number / MANIFEST_VERSION_PART),
		(int)(number % MANIFEST_VERSION_PART));
}

void manifest_version_format_short(int64_t number, char ret[MANIFEST_VERSION_LEN + 1])
{
	assert(number >= 0 && number <= MANIFEST_NUMBER_MAX);
	snprintf(ret, MANIFEST_VERSION_LEN + 1, "1.%d.%d", (int)(number / MANIFEST_VERSION_PART),
		(int)(number % MANIFEST_VERSION_PART));
}

bool manifest_version_parse(const char *text, int64_t *ret)
{
	char again[MANIFEST_VERSION_LEN + 1];
	if (!text_starts_with(text, "1.0.") || strlen(text) > MANIFEST_VERSION_LEN)
		return false;
	char *end;
	unsigned long high = strtoul(text + 4, &end, 10);
	if (*end != '.')
		return false;
	unsigned long low = strtoul(end + 1, &end, 10);
	if (high >= MANIFEST_VERSION_PART || low >= MANIFEST_VERSION_PART)
		return false;
	int64_t number = (int64_t)high * MANIFEST_VERSION_PART + (int64_t)low;
	manifest_version_format(number, again);
	if (!text_equal(text, again)) /* signs, blanks, leading zeros */
		return false;
	*ret = number;
	return true;
}
