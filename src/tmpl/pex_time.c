/*
 * pex_now: the time in a zone.
 *
 * The zone's rules come from the system's zone database, in the format of RFC 8536. Nothing but
 * files below its directory can be named.
 */
#include "tmpl/pex.h"

#include "base/clock.h"
#include "base/iso8601.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define ZONE_DIRECTORY "/usr/share/zoneinfo/"
enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX = 64 * 1024, ZONE_HEADER = 44 };

static bool zone_name_is_good(struct val name)
{
	if (name.len == 0 || name.len > ZONE_NAME_MAX || name.text[0] == '/')
		return false;
	for (uint32_t i = 0; i < name.len; i++) {
		char c = name.text[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
		if (!good)
			return false;
	}
	return true;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static size_t read_zone(struct cx *cx, struct val name, unsigned char *data)
{
	char path[sizeof(ZONE_DIRECTORY) + ZONE_NAME_MAX];
	snprintf(path, sizeof(path), ZONE_DIRECTORY "%.*s", (int)name.len, name.text);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t len = fd < 0 ? -1 : read(fd, data, ZONE_FILE_MAX);
	if (fd >= 0)
		close(fd);
	if (len < ZONE_HEADER || memcmp(data, "TZif", 4) != 0)
		template_fail(cx, "there is no time zone '%.*s'", (int)name.len, name.text);
	return (size_t)len;
}

/* Counts of a header: leap seconds, transitions, types, characters and so on. */
struct zone_counts {
	size_t isut, isstd, leap, time, type, chars;
};

static struct zone_counts counts_of(const unsigned char *header)
{
	return (struct zone_counts){ be32(header + 20), be32(header + 24), be32(header + 28),
		be32(header + 32), be32(header + 36), be32(header + 40) };
}

static size_t body_size(const struct zone_counts *c, size_t time_size)
{
	return c->time * (time_size + 1) + c->type * 6 + c->chars + c->leap * (time_size + 4) +
		c->isstd + c->isut;
}

/* Seconds east of UTC at the instant; false when the file does not tell. */
static bool offset_at(const unsigned char *data, size_t len, int64_t at, int64_t *ret)
{
	struct zone_counts c = counts_of(data);
	size_t second = ZONE_HEADER + body_size(&c, 4);
	if (data[4] < '2' || second + ZONE_HEADER > len)
		return false;
	c = counts_of(data + second);
	const unsigned char *times = data + second + ZONE_HEADER;
	if (c.time > len || c.type > len || c.type == 0 ||
		second + ZONE_HEADER + body_size(&c, 8) > len)
		return false;
	const unsigned char *types = times + c.time * 8, *rules = types + c.time;
	size_t i = 0, type = 0;
	while (i < c.time && be64(times + i * 8) <= at)
		type = types[i++];
	/* Past the last transition the rule at the file's end counts; a comma means it still
	 * changes, and that is not read here. */
	const unsigned char *footer = times + body_size(&c, 8);
	if (i == c.time && memchr(footer, ',', len - (size_t)(footer - data)))
		return false;
	if (type >= c.type)
		return false;
	*ret = (int32_t)be32(rules + type * 6);
	return true;
}

struct val now_in_zone(struct cx *cx, struct val zone)
{
	int64_t now = clock_now_ms(), offset = 0, year;
	int month, day;
	if (!zone_name_is_good(zone))
		template_fail(cx, "the name of the time zone is wrong");
	if (!equal(cx, zone, str_val("UTC"))) {
		unsigned char *data = mem(cx, ZONE_FILE_MAX);
		size_t len = read_zone(cx, zone, data);
		if (!offset_at(data, len, now / 1000, &offset))
			template_fail(cx,
				"time zone '%.*s' has no rules for this year; update tzdata",
				(int)zone.len, zone.text);
	}
	int64_t local = now / 1000 + offset, seconds = ((local % 86400) + 86400) % 86400;
	civil_from_days((local - seconds) / 86400, &year, &month, &day);
	struct civil_time *t = mem(cx, sizeof(*t));
	*t = (struct civil_time){ year, month, day, (int)(seconds / 3600), (int)(seconds / 60 % 60),
		(int)(seconds % 60), (int)(now % 1000) * 1000 };
	return (struct val){ .kind = V_TIME, .time = t };
}
