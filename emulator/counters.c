#include "counters.h"

#include <stdlib.h>

void counters_init(struct counters *counters)
{
	strmap_init(&counters->by_operation);
}

void counters_release(struct counters *counters)
{
	const struct strmap_entry *entry;

	for (size_t i = 0; strmap_next(&counters->by_operation, &i, &entry);)
		free(entry->value);
	strmap_release(&counters->by_operation);
}

void counters_reset(struct counters *counters)
{
	counters_release(counters);
	counters_init(counters);
}

struct counter *counters_of(struct counters *counters, const char *operation)
{
	struct counter *counter = strmap_get(&counters->by_operation, operation);

	if (counter)
		return counter;
	counter = calloc(1, sizeof(*counter));
	if (!counter)
		abort();
	strmap_put(&counters->by_operation, operation, counter);
	return counter;
}

static json_t *one(const struct counter *c)
{
	return json_pack("{s:I, s:I, s:I}", "requests", (json_int_t)c->requests, "bytes_in",
		(json_int_t)c->bytes_in, "bytes_out", (json_int_t)c->bytes_out);
}

json_t *counters_json(const struct counters *counters)
{
	const struct strmap_entry *entry;
	struct counter sum = { 0 };
	json_t *operations = json_object();

	for (size_t i = 0; strmap_next(&counters->by_operation, &i, &entry);) {
		const struct counter *c = entry->value;
		sum.requests += c->requests;
		sum.bytes_in += c->bytes_in;
		sum.bytes_out += c->bytes_out;
		json_object_set_new(operations, entry->key, one(c));
	}
	json_t *all = one(&sum);
	json_object_set_new(all, "operations", operations);
	return all;
}
