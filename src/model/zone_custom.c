#include "model/zone_custom.h"

#include "base/iso8601.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHOWN_MAX = 100, /* bytes of a text that a sentence quotes */
	CUSTOM_FROM = 0, /* UTC; before it a zone of several rules has no summer time */
};

/* Adds what the rule does in [from, to) to the segments. */
static bool add_segments(struct tzif *rules, const struct posix_zone *rule, int64_t from,
	int64_t to, struct err *err)
{
	size_t first = rules->count;
	for (int64_t at = to - 1; at >= from;) { /* backwards, then turned round */
		struct zone_segment s = posix_zone_at(rule, at);
		if (s.begins < from)
			s.begins = from;
		if (rules->count == ZONE_CUSTOM_SEGMENTS_MAX)
			return err_set(err, ERR_LIMIT,
				"a custom time zone has more than %d changes",
				ZONE_CUSTOM_SEGMENTS_MAX);
		rules->segments[rules->count++] = s;
		at = s.begins - 1;
	}
	for (size_t i = first, k = rules->count; i + 1 < k; i++) {
		struct zone_segment s = rules->segments[i];
		rules->segments[i] = rules->segments[--k];
		rules->segments[k] = s;
	}
	return true;
}

static bool read_rule(const char **text, struct posix_zone *ret, struct err *err)
{
	size_t len = strcspn(*text, ";");
	if (!posix_zone_parse(*text, len, ret))
		return err_set(err, ERR_INVALID, "'%.*s' is no rule of a custom time zone",
			(int)(len < SHOWN_MAX ? len : SHOWN_MAX), *text);
	*text += len + ((*text)[len] == ';');
	return true;
}

/* "2007-01-01T00:00:00=", by the clock of the rules so far. */
static bool read_from(const char **text, const struct tzif *rules, int64_t *ret, struct err *err)
{
	enum { LEN = 19 };
	char when[LEN + 1];
	int64_t wall;
	snprintf(when, sizeof(when), "%s", *text);
	if (strlen(when) < LEN || (*text)[LEN] != '=' || !iso8601_parse(when, &wall))
		return err_set(
			err, ERR_INVALID, "'%s' is no time at which a custom zone changes", when);
	*text += LEN + 1;
	*ret = tzif_to_utc(rules, wall);
	return true;
}

/* Each rule in turn is the last one, until the next is read. */
static bool read_all(const char *text, struct tzif *rules, struct err *err)
{
	struct posix_zone rule;
	int64_t from = INT64_MIN, to = 0;
	if (!read_rule(&text, &rule, err))
		return false;
	rules->rule = rule;
	rules->has_rule = true;
	rules->segments[0] = (struct zone_segment){ INT64_MIN, rule.standard };
	rules->count = 1;
	while (*text) {
		if (!read_from(&text, rules, &to, err) || !read_rule(&text, &rule, err))
			return false;
		if (to <= from)
			return err_set(
				err, ERR_INVALID, "a custom time zone's rules are out of order");
		if (from == INT64_MIN)
			from = CUSTOM_FROM;
		else
			rules->count--; /* the last rule's beginning comes again, with what follows it */
		if (!add_segments(rules, &rules->rule, from, to, err) ||
			!add_segments(rules, &rule, to, to + 1, err))
			return false;
		rules->rule = rule;
		from = to;
	}
	return true;
}

bool zone_custom_read(const char *text, struct tzif *ret, struct err *err)
{
	struct zone_segment segments[ZONE_CUSTOM_SEGMENTS_MAX];
	struct tzif rules = { .segments = segments };
	if (!read_all(text, &rules, err))
		return false;
	rules.segments = malloc(rules.count * sizeof(*segments));
	if (!rules.segments)
		abort();
	memcpy(rules.segments, segments, rules.count * sizeof(*segments));
	*ret = rules;
	return true;
}
