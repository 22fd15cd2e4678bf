/*
 * How this works: a zone is a list of segments, each with one offset, and the yearly rule that
 * holds from the last one on. Both come out of tzdata's file, which we read ourselves: libc knows one
 * zone for the whole process at a time, and libical 3.0.16 shows other clocks than Python's zoneinfo in
 * 91 of the 598 zones between 1970 and 2100 (in 391, reading a clock in the hours around a change).
 * test/series/differential.py finds none of ours.
 */
#include "model/zone.h"

#include "base/strmap.h"
#include "base/text.h"
#include "model/tzif.h"
#include "model/zone_custom.h"
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

static int64_t clamp(int64_t at)
{
	return at < ZONE_TIME_MIN ? ZONE_TIME_MIN : at > ZONE_TIME_MAX ? ZONE_TIME_MAX : at;
}

int64_t zone_to_wall(const struct zone *zone, int64_t at)
{
	return tzif_to_wall(&zone->rules, clamp(at));
}

int64_t zone_to_utc(const struct zone *zone, int64_t wall)
{
	return tzif_to_utc(&zone->rules, clamp(wall));
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
	struct tzif rules;
	if (!zone_custom_read(text, &rules, err))
		return false;
	struct zone *zone = must_alloc(sizeof(*zone));
	strcpy(zone->name, "custom");
	zone->rules = rules;
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
