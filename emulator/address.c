#include "address.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static char *dup_or_null(const char *text)
{
	return text ? strdup(text) : NULL;
}

void address_set(struct address *a, const char *name, const char *smtp)
{
	struct address old = *a;

	a->name = dup_or_null(name);
	a->smtp = dup_or_null(smtp);
	address_release(&old);
}

void address_copy(struct address *to, const struct address *from)
{
	address_set(to, from->name, from->smtp);
}

void address_release(struct address *a)
{
	free(a->name);
	free(a->smtp);
	*a = (struct address){ 0 };
}

static struct attendee *append(struct attendees *list)
{
	list->list = realloc(list->list, (list->count + 1) * sizeof(*list->list));
	if (!list->list)
		abort();
	struct attendee *added = &list->list[list->count++];
	*added = (struct attendee){ .response = "Unknown", .response_time = TIME_NONE };
	return added;
}

void attendees_add(struct attendees *list, const char *name, const char *smtp)
{
	address_set(&append(list)->who, name, smtp);
}

void attendees_copy(struct attendees *to, const struct attendees *from)
{
	struct attendees fresh = { 0 };

	for (size_t i = 0; i < from->count; i++) {
		struct attendee *copy = append(&fresh);
		address_copy(&copy->who, &from->list[i].who);
		copy->response = from->list[i].response;
		copy->response_time = from->list[i].response_time;
	}
	attendees_release(to);
	*to = fresh;
}

void attendees_release(struct attendees *list)
{
	for (size_t i = 0; i < list->count; i++)
		address_release(&list->list[i].who);
	free(list->list);
	*list = (struct attendees){ 0 };
}

struct attendee *attendees_find(const struct attendees *list, const char *smtp)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal_nocase(list->list[i].who.smtp, smtp))
			return &list->list[i];
	return NULL;
}

const char *response_type_intern(const char *response)
{
	static const char *const types[] = { "Unknown", "Organizer", "Tentative", "Accept",
		"Decline", "NoResponseReceived" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (text_equal(types[i], response))
			return types[i];
	return NULL;
}
