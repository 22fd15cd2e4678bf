/* Any bytes as a file of tzdata, and as the TZ string of a custom zone: what is read is written the same
 * again, and no time is without an offset. */
#include "model/tzif.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_rule(const struct posix_zone *rule)
{
	enum { STEP = 86400 * 50, STEPS = 30 };
	struct posix_zone again;
	struct buf b;
	buf_init(&b, POSIX_ZONE_TEXT_MAX);
	posix_zone_format(rule, &b);
	check(!b.overflow && posix_zone_parse(b.data, b.len, &again));
	check(memcmp(&again, rule, sizeof(again)) == 0);
	buf_release(&b);
	for (int64_t i = 0, at = -62135596800; i < STEPS; i++, at += STEP) {
		struct zone_segment s = posix_zone_at(rule, at);
		check(s.begins <= at && (s.offset == rule->standard || s.offset == rule->summer));
		check(!rule->has_summer || posix_zone_at(rule, s.begins).begins == s.begins);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tzif file;
	struct posix_zone rule;
	if (posix_zone_parse((const char *)data, size, &rule))
		check_rule(&rule);
	if (!tzif_read(data, size, &file, NULL))
		return 0;
	for (size_t i = 1; i < file.count; i++)
		check(file.segments[i - 1].begins < file.segments[i].begins);
	if (file.has_rule)
		check_rule(&file.rule);
	free(file.segments);
	return 0;
}
