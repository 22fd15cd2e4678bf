/*
 * How this works: a zone is a list of segments, each with one offset, and the yearly rule that
 * holds from the last one on. Both come out of tzdata's file, which we read ourselves: libc knows one
 * zone for the whole process at a time, and libical 3.0.16 shows other clocks than Python's zoneinfo in
 * 91 of the 598 zones between 1970 and 2100 (in 391, reading a clock in the hours around a change).
 * test/series/differential.py finds none of ours.
 *
 * A custom definition is
 *
 *	custom:RULE[;WALL=RULE]...
 *
 * with TZ strings of POSIX as rules, and the wall clock (of the rule before, YYYY-MM-DDThh:mm:ss) from
 * which the next one holds: "custom:STD8DST7,M4.1.0/2,M10.5.0/2;2007-01-01T00:00:00=STD8DST7,..."
 */
#include "model/zone.h"

#include "base/iso8601.h"
#include "base/strmap.h"
#include "base/text.h"
#include "model/tzif.h"
#include "model/zone_windows.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	NAME_MAX_BYTES = 100,
	PATH_BYTES = 4096,
	CUSTOM_SEGMENTS_MAX = 1000,
	CUSTOM_FROM = 0, /* UTC; before it a custom zone of several rules has no summer time */
};

struct zone {
	struct zone *older; /* that it replaced: somebody may still hold it */
	char name[NAME_MAX_BYTES + 1];
	struct tzif rules;
};

/* What a name or a custom definition stands for. */
struct place {
	struct place *next;
	char *key;        /* in lower case */
	struct stat file; /* as it was read; zero for a custom one */
	struct zone *zone;
};

static const struct zone_segment utc_segment = { INT64_MIN, 0 };
static const struct zone utc = { .name = "UTC",
	.rules = { .segments = (struct zone_segment *)&utc_segment, .count = 1 } };

static const char custom[] = "custom:";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct strmap by_key; /* struct place */
static struct place *places; /* all of them */
static size_t custom_count;

const struct zone *zone_utc(void)
{
	return &utc;
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

static struct zone_segment segment_at(const struct zone *zone, int64_t at)
{
	const struct tzif *rules = &zone->rules;
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

static int64_t clamp(int64_t at)
{
	return at < ZONE_TIME_MIN ? ZONE_TIME_MIN : at > ZONE_TIME_MAX ? ZONE_TIME_MAX : at;
}

int64_t zone_to_wall(const struct zone *zone, int64_t at)
{
	at = clamp(at);
	return at + segment_at(zone, at).offset;
}

/* The latest segment that begins at or before this wall clock is the right one always: it holds the
 * wall clock; or, when the clock exists twice, it is the later of the two; or the clock falls into the
 * gap behind it. */
int64_t zone_to_utc(const struct zone *zone, int64_t wall)
{
	wall = clamp(wall);
	struct zone_segment s = segment_at(zone, wall + POSIX_ZONE_OFFSET_MAX);
	while (s.begins != INT64_MIN && s.begins + s.offset > wall)
		s = segment_at(zone, s.begins - 1);
	return wall - s.offset;
}

static void *must_alloc(size_t size)
{
	void *p = calloc(1, size);
	if (!p)
		abort();
	return p;
}

static void free_zone(struct zone *zone)
{
	free(zone->rules.segments);
	free(zone);
}

/* Finds an entry of the directory without regard to letter case and appends it to the path. */
static bool descend(char *path, const char *component, size_t len, struct stat *ret)
{
	size_t at = strlen(path);
	if (at + 1 + len >= PATH_BYTES)
		return false;
	snprintf(path + at, PATH_BYTES - at, "/%.*s", (int)len, component);
	if (stat(path, ret) == 0)
		return true;
	path[at] = '\0';
	DIR *dir = opendir(path);
	bool found = false;
	for (struct dirent *e; !found && dir && (e = readdir(dir));)
		if (strlen(e->d_name) == len && strncasecmp(e->d_name, component, len) == 0) {
			snprintf(path + at, PATH_BYTES - at, "/%s", e->d_name);
			found = stat(path, ret) == 0;
		}
	if (dir)
		closedir(dir);
	return found;
}

/* Things in the directory that are no names of zones; right/ counts leap seconds. */
static bool reserved(const char *name)
{
	static const char *const names[] = { "posix/", "right/", "localtime", "posixrules" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (text_starts_with(name, names[i]))
			return true;
	return false;
}

/* key: in lower case. ret_name points into the path. */
static bool find_file(
	const char *key, char path[PATH_BYTES], const char **ret_name, struct stat *ret)
{
	const char *directory = getenv("TZDIR");
	if (!directory || !*directory)
		directory = "/usr/share/zoneinfo";
	if (!*key || strlen(key) > NAME_MAX_BYTES || reserved(key) ||
		key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_+-/")] ||
		strlen(directory) >= PATH_BYTES)
		return false;
	strcpy(path, directory);
	for (const char *p = key; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL) {
		size_t len = strcspn(p, "/");
		if (!len || !descend(path, p, len, ret))
			return false;
	}
	*ret_name = path + strlen(directory) + 1;
	return S_ISREG(ret->st_mode);
}

static bool read_file(const char *path, const char *name, struct zone **ret, struct err *err)
{
	char *bytes = must_alloc(TZIF_FILE_MAX);
	FILE *f = fopen(path, "rbe");
	size_t len = f ? fread(bytes, 1, TZIF_FILE_MAX, f) : 0;
	struct tzif rules;
	bool ok = f && !ferror(f) ? tzif_read(bytes, len, &rules, err)
				  : err_set(err, ERR_IO, "it cannot be read");
	if (f)
		fclose(f);
	free(bytes);
	if (!ok)
		return err_prefix(err, "the time zone file '%.200s'", path);
	*ret = must_alloc(sizeof(**ret));
	snprintf((*ret)->name, sizeof((*ret)->name), "%s", name);
	(*ret)->rules = rules;
	return true;
}

static struct place *find_place(const char *key)
{
	if (!by_key.cap)
		strmap_init(&by_key);
	return strmap_get(&by_key, key);
}

static void add_place(const char *key, const struct stat *file, struct zone *zone)
{
	struct place *place = must_alloc(sizeof(*place));
	*place = (struct place){ places, strdup(key), *file, zone };
	if (!place->key)
		abort();
	places = place;
	strmap_put(&by_key, key, place);
}

static bool open_iana(const char *key, const struct zone **ret, struct err *err)
{
	char path[PATH_BYTES];
	const char *name;
	struct stat st;
	struct zone *zone;
	const struct place *place = find_place(key);
	if (place) {
		*ret = place->zone;
		return true;
	}
	if (!find_file(key, path, &name, &st))
		return err_set(err, ERR_NOT_FOUND, "there is no time zone '%.200s'", key);
	if (!read_file(path, name, &zone, err))
		return false;
	add_place(key, &st, zone);
	*ret = zone;
	return true;
}

/* Adds what the rule does in [from, to) to the segments. */
static bool add_segments(struct tzif *rules, const struct posix_zone *rule, int64_t from,
	int64_t to, struct err *err)
{
	size_t first = rules->count;
	for (int64_t at = to - 1; at >= from;) { /* backwards, then turned round */
		struct zone_segment s = posix_zone_at(rule, at);
		if (s.begins < from)
			s.begins = from;
		if (rules->count == CUSTOM_SEGMENTS_MAX)
			return err_set(err, ERR_LIMIT,
				"a custom time zone has more than %d changes", CUSTOM_SEGMENTS_MAX);
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
			(int)(len < NAME_MAX_BYTES ? len : NAME_MAX_BYTES), *text);
	*text += len + ((*text)[len] == ';');
	return true;
}

/* "2007-01-01T00:00:00=", by the clock of the rules so far. */
static bool read_from(const char **text, const struct zone *zone, int64_t *ret, struct err *err)
{
	enum { LEN = 19 };
	char when[LEN + 1];
	int64_t wall;
	snprintf(when, sizeof(when), "%s", *text);
	if (strlen(when) < LEN || (*text)[LEN] != '=' || !iso8601_parse(when, &wall))
		return err_set(
			err, ERR_INVALID, "'%s' is no time at which a custom zone changes", when);
	*text += LEN + 1;
	*ret = zone_to_utc(zone, wall);
	return true;
}

/* Each rule in turn is the last one, until the next is read. */
static bool read_custom(const char *text, struct zone *zone, struct err *err)
{
	struct tzif *rules = &zone->rules;
	struct posix_zone rule;
	int64_t from = INT64_MIN, to = 0;
	if (!read_rule(&text, &rule, err))
		return false;
	rules->rule = rule;
	rules->has_rule = true;
	rules->segments[0] = (struct zone_segment){ INT64_MIN, rule.standard };
	rules->count = 1;
	while (*text) {
		if (!read_from(&text, zone, &to, err) || !read_rule(&text, &rule, err))
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

static bool open_custom(const char *key, const char *text, const struct zone **ret, struct err *err)
{
	static const struct stat none;
	const struct place *place = find_place(key);
	if (place) {
		*ret = place->zone;
		return true;
	}
	if (custom_count >= ZONE_CUSTOM_MAX)
		return err_set(err, ERR_LIMIT, "there are more than %d custom time zones",
			ZONE_CUSTOM_MAX);
	struct zone *zone = must_alloc(sizeof(*zone));
	struct zone_segment segments[CUSTOM_SEGMENTS_MAX];
	strcpy(zone->name, "custom");
	zone->rules.segments = segments;
	if (!read_custom(text, zone, err)) {
		free(zone);
		return false;
	}
	zone->rules.segments = must_alloc(zone->rules.count * sizeof(*segments));
	memcpy(zone->rules.segments, segments, zone->rules.count * sizeof(*segments));
	add_place(key, &none, zone);
	custom_count++;
	*ret = zone;
	return true;
}

static int by_windows_name(const void *key, const void *entry)
{
	return strcasecmp(key, ((const struct zone_windows *)entry)->windows);
}

static bool names_utc(const char *text)
{
	static const char *const names[] = { "UTC", "Etc/UTC", "Z", "tzone://Microsoft/Utc" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (text_equal_nocase(text, names[i]))
			return true;
	return false;
}

static void fold(const char *text, char *ret)
{
	for (;; text++, ret++) {
		*ret = (char)(*text >= 'A' && *text <= 'Z' ? *text | 32 : *text);
		if (!*text)
			return;
	}
}

bool zone_open(const char *text, const struct zone **ret, struct err *err)
{
	char key[ZONE_TEXT_MAX + 1];
	if (names_utc(text)) {
		*ret = &utc;
		return true;
	}
	if (strlen(text) > ZONE_TEXT_MAX)
		return err_set(err, ERR_LIMIT, "the time zone '%.50s...' is longer than %d bytes",
			text, ZONE_TEXT_MAX);
	const struct zone_windows *windows = bsearch(
		text, zone_windows, zone_windows_count, sizeof(*zone_windows), by_windows_name);
	fold(windows ? windows->iana : text, key);
	bool is_custom = text_starts_with(key, custom);
	pthread_mutex_lock(&lock);
	bool ok = is_custom ? open_custom(key, text + sizeof(custom) - 1, ret, err)
			    : open_iana(key, ret, err);
	pthread_mutex_unlock(&lock);
	if (!ok && err && err->code == ERR_NOT_FOUND && !windows) /* as the caller spelled it */
		err_set(err, ERR_NOT_FOUND, "there is no time zone '%.200s'", text);
	return ok;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool same_rules(const struct tzif *a, const struct tzif *b)
{
	if (a->count != b->count || a->has_rule != b->has_rule ||
		memcmp(&a->rule, &b->rule, sizeof(a->rule)) != 0)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->segments[i].begins != b->segments[i].begins ||
			a->segments[i].offset != b->segments[i].offset)
			return false;
	return true;
}

/* Takes the rules in force now; a file that is away or damaged just now changes nothing. */
static bool refresh(struct place *place)
{
	char path[PATH_BYTES];
	const char *name;
	struct stat st;
	struct zone *again;
	if (text_starts_with(place->key, custom) || !find_file(place->key, path, &name, &st) ||
		same_file(&place->file, &st) || !read_file(path, name, &again, NULL))
		return false;
	place->file = st;
	if (same_rules(&place->zone->rules, &again->rules)) {
		free_zone(again);
		return false;
	}
	again->older = place->zone;
	place->zone = again;
	return true;
}

bool zone_refresh(void)
{
	bool changed = false;
	pthread_mutex_lock(&lock);
	for (struct place *place = places; place; place = place->next)
		changed |= refresh(place);
	pthread_mutex_unlock(&lock);
	return changed;
}
