/*
 * address - people and things that get mail: one address, lists of recipients and of attendees.
 *
 * Plain values that own their texts. Addresses are compared by SMTP address without case.
 */
#ifndef EMULATOR_ADDRESS_H
#define EMULATOR_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_NONE INT64_MIN /* "no such instant" in fields that may be absent */

struct address {
	char *name; /* may be NULL */
	char *smtp; /* NULL: no address */
};

struct attendee {
	struct address who;
	const char *response;  /* a ResponseType, static text */
	int64_t response_time; /* TIME_NONE: never answered */
};

/* Recipients of a message, or attendees in one role. */
struct attendees {
	struct attendee *list;
	size_t count;
};

void address_set(struct address *a, const char *name, const char *smtp);
void address_copy(struct address *to, const struct address *from);
void address_release(struct address *a);

void attendees_add(struct attendees *list, const char *name, const char *smtp);
void attendees_copy(struct attendees *to, const struct attendees *from);
void attendees_release(struct attendees *list);
struct attendee *attendees_find(const struct attendees *list, const char *smtp);

/* The static text equal to `response`, or NULL when it is no ResponseType. */
const char *response_type_intern(const char *response);

#endif
