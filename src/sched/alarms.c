#include "sched/alarms.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NODE_MAX = 64 };

/* What the store did not take. */
struct unsaved {
	enum alarm_kind kind;
	char *instance, *details;
	char identifier[UUID_LEN + 1];
	int64_t since;
};

static struct {
	pthread_mutex_t lock;
	struct unsaved all[ALARMS_UNSAVED_MAX];
	size_t count;
} memory = { .lock = PTHREAD_MUTEX_INITIALIZER };

static char *copy(const char *text)
{
	char *ret = strdup(text);
	if (!ret)
		abort();
	return ret;
}

/* Under the lock. */
static struct unsaved *find_unsaved(enum alarm_kind kind, const char *instance)
{
	for (size_t i = 0; i < memory.count; i++)
		if (memory.all[i].kind == kind && text_equal(memory.all[i].instance, instance))
			return &memory.all[i];
	return NULL;
}

static void forget(struct unsaved *u)
{
	free(u->instance);
	free(u->details);
	*u = memory.all[--memory.count];
}

static void log_raised(enum alarm_kind kind, const char *instance, const char *details)
{
	const struct alarm_kind_info *info = &alarm_kinds[kind];
	log_warning("administrator.alarm", "Alarm raised", "Alarm", info->name, "Level",
		info->level, "Instance", instance, "Text", info->text, "Details", details, "Remedy",
		info->remedy, NULL);
}

static void keep_in_memory(
	enum alarm_kind kind, const char *instance, const char *details, const struct err *err)
{
	pthread_mutex_lock(&memory.lock);
	struct unsaved *u = find_unsaved(kind, instance);
	bool fresh = !u && memory.count < ALARMS_UNSAVED_MAX;
	if (u) {
		free(u->details);
		u->details = copy(details);
	} else if (fresh) {
		u = &memory.all[memory.count++];
		*u = (struct unsaved){ .kind = kind,
			.instance = copy(instance),
			.details = copy(details),
			.since = clock_now() };
		random_uuid(u->identifier);
	}
	pthread_mutex_unlock(&memory.lock);
	if (!fresh)
		return;
	log_raised(kind, instance, details);
	log_error("administrator.system", "The alarm is kept in memory only", "Alarm",
		alarm_kinds[kind].name, "Detail", err->text, NULL);
}

static void node_name(char ret[NODE_MAX + 1])
{
	ret[NODE_MAX] = '\0';
	if (gethostname(ret, NODE_MAX) != 0)
		strcpy(ret, "vmrd");
}

/* ret_raised: it did not last already. */
static bool put(struct store *store, enum alarm_kind kind, const char *instance,
	const char *details, int64_t since, bool *ret_raised, struct err *err)
{
	const struct alarm_kind_info *info = &alarm_kinds[kind];
	char node[NODE_MAX + 1], identifier[UUID_LEN + 1];
	node_name(node);
	random_uuid(identifier);
	*ret_raised = false;
	if (!store_exec(store, err,
		    "UPDATE alarm SET details = $3 WHERE name = $1 AND instance = $2", "sss",
		    info->name, instance, details))
		return false;
	if (store_changes(store) > 0)
		return true;
	*ret_raised = true;
	return store_exec(store, err,
		"INSERT INTO alarm (name, level, node, instance, details, remedy, identifier,"
		" time_raised) SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS"
		" (SELECT 1 FROM alarm WHERE name = $1 AND instance = $4)",
		"sssssssi", info->name, info->level, node, instance, details, info->remedy,
		identifier, since);
}

void alarm_raise(
	struct store *store, enum alarm_kind kind, const char *instance, const char *details)
{
	struct err err;
	bool raised;
	if (!put(store, kind, instance, details, clock_now(), &raised, &err))
		keep_in_memory(kind, instance, details, &err);
	else if (raised)
		log_raised(kind, instance, details);
}

void alarms_unsaved(struct arena *arena, struct alarm **ret, size_t *ret_count)
{
	char node[NODE_MAX + 1];
	node_name(node);
	pthread_mutex_lock(&memory.lock);
	*ret = arena_array(arena, memory.count + 1, sizeof(**ret));
	*ret_count = memory.count;
	for (size_t i = 0; i < memory.count; i++) {
		const struct unsaved *u = &memory.all[i];
		struct alarm *a = &(*ret)[i];
		record_defaults(&alarm_type, a, arena);
		a->name = alarm_kinds[u->kind].name;
		a->level = alarm_kinds[u->kind].level;
		a->node = arena_strdup(arena, node);
		a->instance = arena_strdup(arena, u->instance);
		a->details = arena_strdup(arena, u->details);
		a->remedy = alarm_kinds[u->kind].remedy;
		a->identifier = arena_strdup(arena, u->identifier);
		a->time_raised = u->since;
	}
	pthread_mutex_unlock(&memory.lock);
}

void alarms_save(struct store *store)
{
	bool raised;
	pthread_mutex_lock(&memory.lock);
	while (memory.count) {
		struct unsaved *u = &memory.all[memory.count - 1];
		if (!put(store, u->kind, u->instance, u->details, u->since, &raised, NULL))
			break;
		forget(u);
	}
	pthread_mutex_unlock(&memory.lock);
}

/* What is over need not be stored any more. */
static bool lower_in_memory(enum alarm_kind kind, const char *instance)
{
	size_t before, len = strlen(instance);
	pthread_mutex_lock(&memory.lock);
	before = memory.count;
	for (size_t i = memory.count; i-- > 0;) {
		struct unsaved *u = &memory.all[i];
		if (u->kind == kind && text_starts_with(u->instance, instance) &&
			(u->instance[len] == '\0' || text_starts_with(u->instance + len, ": ")))
			forget(u);
	}
	bool any = memory.count < before;
	pthread_mutex_unlock(&memory.lock);
	return any;
}

void alarm_lower(struct store *store, enum alarm_kind kind, const char *instance)
{
	struct err err;
	bool lowered = lower_in_memory(kind, instance);
	if (!store_exec(store, &err,
		    "DELETE FROM alarm WHERE name = $1"
		    " AND (instance = $2 OR substr(instance, 1, length($2) + 2) = $2 || ': ')",
		    "ss", alarm_kinds[kind].name, instance))
		log_error("administrator.system", "An alarm could not be lowered", "Alarm",
			alarm_kinds[kind].name, "Detail", err.text, NULL);
	else if (store_changes(store) > 0 || lowered)
		log_info("administrator.alarm", "Alarm lowered", "Alarm", alarm_kinds[kind].name,
			"Instance", instance, NULL);
}
