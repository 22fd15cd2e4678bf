#include "fault.h"

#include "base/text.h"
#include "item.h"
#include "wire/json.h"

#include <stdlib.h>

struct rule {
	struct rule *next;
	char *operation, *mailbox; /* NULL: any */
	int64_t nth, count;        /* count 0: for ever */
	int64_t seen, done;
	struct fault fault;
};

struct faults {
	struct rule *first, **last;
};

static const struct {
	const char *name;
	enum fault_kind kind;
} kinds[] = {
	{ "status", FAULT_STATUS },
	{ "soap_fault", FAULT_SOAP },
	{ "server_busy", FAULT_BUSY },
	{ "delay", FAULT_DELAY },
	{ "cut", FAULT_CUT },
	{ "lost", FAULT_LOST },
	{ "drop", FAULT_DROP },
	{ "html", FAULT_HTML },
	{ "empty", FAULT_EMPTY },
	{ "invalid_sync_state", FAULT_INVALID_SYNC },
	{ "item", FAULT_ITEM },
	{ "message", FAULT_MESSAGE },
};

struct faults *faults_new(void)
{
	struct faults *faults = calloc(1, sizeof(*faults));

	if (!faults)
		abort();
	faults->last = &faults->first;
	return faults;
}

void faults_clear(struct faults *faults)
{
	while (faults->first) {
		struct rule *rule = faults->first;
		faults->first = rule->next;
		free(rule->operation);
		free(rule->mailbox);
		free(rule->fault.code);
		free(rule->fault.text);
		free(rule);
	}
	faults->last = &faults->first;
}

void faults_free(struct faults **faults)
{
	if (!*faults)
		return;
	faults_clear(*faults);
	free(*faults);
	*faults = NULL;
}

static int64_t number(const json_t *rule, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(rule, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool faults_add(struct faults *faults, const json_t *json, struct err *err)
{
	const char *name = json_text(json, "kind");
	struct rule *rule;
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(*kinds) && !text_equal(kinds[i].name, name))
		i++;
	if (i == sizeof(kinds) / sizeof(*kinds))
		return err_set(err, ERR_INVALID, "'%s' is no kind of fault", name ? name : "");
	rule = calloc(1, sizeof(*rule));
	if (!rule)
		abort();
	item_set(&rule->operation, json_text(json, "operation"));
	item_set(&rule->mailbox, json_text(json, "mailbox"));
	rule->nth = number(json, "nth", 1);
	rule->count = number(json, "count", 1);
	rule->fault = (struct fault){
		.kind = kinds[i].kind,
		.status = (int)number(json, "status", 500),
		.retry_after = number(json, "retry_after", -1),
		.milliseconds = number(json, "milliseconds", 1000),
		.bytes = number(json, "bytes", 100),
		.item = number(json, "item", 1),
	};
	item_set(&rule->fault.code, json_text(json, "code"));
	item_set(&rule->fault.text, json_text(json, "text"));
	*faults->last = rule;
	faults->last = &rule->next;
	return true;
}

const struct fault *faults_match(struct faults *faults, const char *operation, const char *mailbox)
{
	const struct fault *found = NULL;

	for (struct rule *rule = faults->first; rule; rule = rule->next) {
		if (rule->operation && !text_equal_nocase(rule->operation, operation))
			continue;
		if (rule->mailbox && !text_equal_nocase(rule->mailbox, mailbox))
			continue;
		rule->seen++;
		if (found || rule->seen < rule->nth || (rule->count && rule->done >= rule->count))
			continue;
		rule->done++;
		found = &rule->fault;
	}
	return found;
}
