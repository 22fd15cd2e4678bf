/* Any bytes as a file of tzdata, as a TZ string, and as a custom zone's rules: what is read is written the same
 * again, and no time is without an offset. */
#include "model/tzif.h"
#include "model/zone_custom.h"

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

static void check_zone(struct tzif *zone)
{
	for (size_t i = 1; i < zone->count; i++)
		check(zone->segments[i - 1].begins < zone->segments[i].begins);
	for (int64_t at = -62135596800; at < 253402300800; at += 253402300800 / 7) {
		int64_t utc = tzif_to_utc(zone, at);
		check(llabs(utc - at) <= POSIX_ZONE_OFFSET_MAX);
		check(llabs(tzif_to_wall(zone, utc) - utc) <= POSIX_ZONE_OFFSET_MAX);
	}
	if (zone->has_rule)
		check_rule(&zone->rule);
	free(zone->segments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tzif zone;
	struct posix_zone rule;
	char *text = strndup((const char *)data, size);
	if (!text)
		abort();
	if (posix_zone_parse((const char *)data, size, &rule))
		check_rule(&rule);
	if (tzif_read(data, size, &zone, NULL))
		check_zone(&zone);
	if (zone_custom_read(text, &zone, NULL))
		check_zone(&zone);
	free(text);
	return 0;
}
