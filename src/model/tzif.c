#include "model/tzif.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 44, TYPE_SIZE = 6 };

struct counts {
	uint32_t utc_local, standard_wall, leap, times, types, characters;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* The header, and how many bytes of data follow it (8 or 4 bytes a time). */
static bool read_header(
	const unsigned char *p, size_t len, size_t time_size, struct counts *ret, size_t *ret_size)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	struct counts n = { be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36),
		be32(p + 40) };
	if (n.utc_local > TZIF_FILE_MAX || n.standard_wall > TZIF_FILE_MAX ||
		n.leap > TZIF_FILE_MAX || n.times > TZIF_FILE_MAX || n.types > TZIF_FILE_MAX ||
		n.characters > TZIF_FILE_MAX)
		return false;
	*ret_size = n.times * (time_size + 1) + n.types * (size_t)TYPE_SIZE + n.characters +
		n.leap * (time_size + 4) + n.standard_wall + n.utc_local;
	*ret = n;
	return *ret_size <= len - HEADER;
}

static bool read_offset(const unsigned char *types, const struct counts *n, unsigned type, int *ret)
{
	if (type >= n->types)
		return false;
	int offset = (int32_t)be32(types + type * TYPE_SIZE);
	*ret = offset;
	return offset >= -POSIX_ZONE_OFFSET_MAX && offset <= POSIX_ZONE_OFFSET_MAX;
}

/* data: of the 64-bit part. Before the first change the first type holds (RFC 8536, 3.2). */
static bool read_segments(
	const unsigned char *data, const struct counts *n, struct zone_segment *ret)
{
	const unsigned char *choice = data + (size_t)n->times * 8, *types = choice + n->times;
	ret[0].begins = INT64_MIN;
	if (!read_offset(types, n, 0, &ret[0].offset))
		return false;
	for (uint32_t i = 0; i < n->times; i++) {
		ret[i + 1].begins = be64(data + (size_t)i * 8);
		if (!read_offset(types, n, choice[i], &ret[i + 1].offset) ||
			ret[i + 1].begins <= ret[i].begins)
			return false;
	}
	return true;
}

/* "\n<TZ string>\n"; an empty one means that the last offset stays. */
static bool read_footer(const unsigned char *p, size_t len, struct tzif *ret)
{
	const char *text = (const char *)p + 1;
	const char *end = len > 1 && *p == '\n' ? memchr(text, '\n', len - 1) : NULL;
	if (!end)
		return false;
	ret->has_rule = end > text;
	return !ret->has_rule || posix_zone_parse(text, (size_t)(end - text), &ret->rule);
}

bool tzif_read(const void *bytes, size_t len, struct tzif *ret, struct err *err)
{
	const unsigned char *p = bytes;
	struct counts n;
	struct tzif file = { 0 };
	size_t size;
	if (!read_header(p, len, 4, &n, &size))
		return err_set(err, ERR_INVALID, "no time zone data of version 2 or later");
	p += HEADER + size;
	len -= HEADER + size;
	if (!read_header(p, len, 8, &n, &size) || !n.types)
		return err_set(err, ERR_INVALID, "its second part is damaged");
	if (n.times >= TZIF_SEGMENTS_MAX)
		return err_set(err, ERR_LIMIT, "it has more than %d changes", TZIF_SEGMENTS_MAX);
	file.count = n.times + 1;
	file.segments = malloc(file.count * sizeof(*file.segments));
	if (!file.segments)
		abort();
	if (!read_segments(p + HEADER, &n, file.segments) ||
		!read_footer(p + HEADER + size, len - HEADER - size, &file)) {
		free(file.segments);
		return err_set(err, ERR_INVALID, "its changes or its last rule make no sense");
	}
	*ret = file;
	return true;
}

static struct zone_segment segment_at(const struct tzif *rules, int64_t at)
{
	size_t low = 0, high = rules->count; /* segments[low] begins by then, segments[high] not */
	if (rules->has_rule && at >= rules->segments[high - 1].begins) {
		struct zone_segment s = posix_zone_at(&rules->rule, at);
		if (s.begins < rules->segments[high - 1].begins)
			s.begins = rules->segments[high - 1].begins;
		return s;
	}
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (rules->segments[middle].begins <= at)
			low = middle;
		else
			high = middle;
	}
	return rules->segments[low];
}

int64_t tzif_to_wall(const struct tzif *rules, int64_t utc)
{
	return utc + segment_at(rules, utc).offset;
}

/* The latest segment that begins at or before this wall clock is the right one always: it holds the
 * wall clock; or, when the clock exists twice, it is the later of the two; or the clock falls into the
 * gap behind it. */
int64_t tzif_to_utc(const struct tzif *rules, int64_t wall)
{
	struct zone_segment s = segment_at(rules, wall + POSIX_ZONE_OFFSET_MAX);
	while (s.begins != INT64_MIN && s.begins + s.offset > wall)
		s = segment_at(rules, s.begins - 1);
	return wall - s.offset;
}
