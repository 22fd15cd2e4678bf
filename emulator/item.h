/*
 * item - one thing in a mailbox: a message, a meeting message, an entry of the calendar.
 *
 * One struct holds the properties of every type; the field table (field.h) says which type has
 * which. An item owns its texts. It belongs to a folder from folder_add() to folder_remove();
 * its id names it only as long as it stays there, as on Exchange.
 */
#ifndef EMULATOR_ITEM_H
#define EMULATOR_ITEM_H

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folder;
struct series;

enum item_type { /* bits, so that the field table can name several */
	ITEM_MESSAGE = 1,
	ITEM_REQUEST = 2,
	ITEM_CANCELLATION = 4,
	ITEM_RESPONSE = 8,
	ITEM_CALENDAR = 16,
};
enum {
	ITEM_MEETING_MESSAGE = ITEM_REQUEST | ITEM_CANCELLATION | ITEM_RESPONSE,
	ITEM_ANY_MESSAGE = ITEM_MESSAGE | ITEM_MEETING_MESSAGE,
	ITEM_ANY = ITEM_ANY_MESSAGE | ITEM_CALENDAR,
};

struct item {
	/* where it is */
	enum item_type type;
	char *id;                 /* opaque, set by folder_add() */
	uint64_t version;         /* the change key is made of it */
	uint64_t content_version; /* the version of the last change by a client */
	struct folder *folder;
	size_t created_at, changed_at; /* indexes into the folder's log */
	struct item *thread_next;      /* next meeting message of the same UID in this inbox */

	/* any item */
	char *item_class, *subject, *sensitivity, *importance, *in_reply_to, *culture;
	char *body; /* NULL: none */
	bool body_is_html;
	char *categories; /* one a line; NULL: none */
	char *modified_by;
	int64_t received, sent, created, modified;
	bool is_draft, is_submitted, is_from_me, is_read, reminder_is_set;
	int reminder_minutes;

	/* messages */
	struct address sender, from, received_by;
	struct attendees to, cc, bcc, reply_to;
	bool read_receipt, delivery_receipt, response_requested;
	char *internet_message_id, *conversation_topic, *references;

	/* meeting messages */
	bool is_delegated, is_out_of_date, has_been_processed;
	char *response_type, *request_type, *intended_status;

	/* meeting messages and calendar entries */
	char *uid;
	int64_t recurrence_id; /* original start of the one occurrence meant */
	int64_t stamp;         /* DateTimeStamp */
	int64_t start, end, original_start;
	bool is_all_day, is_meeting, is_cancelled, request_was_sent, allow_new_time, is_online;
	char *free_busy, *location, *my_response, *workspace_url, *net_show_url;
	struct address organizer;
	struct attendees required, optional, resources;
	int64_t reply_time;
	int sequence;
	int conference_type;
	char *start_zone, *end_zone; /* ids of Windows time zones */
	struct series *series;       /* of a recurring master; NULL: single, or an occurrence */
	struct item *master;         /* of an occurrence made on demand (occurrence.h); not owned */
	bool is_exception;           /* of such: it differs from its series */
	char *addin_properties;      /* CustomProperties of an add-in, JSON; NULL: none */
};

struct item *item_new(enum item_type type);
/* A new item of type `type` with every property that both types have; in no folder. */
struct item *item_clone(const struct item *from, enum item_type type);
void item_free(struct item **item);

/* Replaces an owned text (NULL allowed). */
void item_set(char **slot, const char *value);

/* True when smtp is an attendee in any role; ret (may be NULL) gets the entry. */
bool item_has_attendee(const struct item *item, const char *smtp, struct attendee **ret);
/* The attendees of all three roles, one after the other. */
size_t item_attendee_count(const struct item *item);
struct attendee *item_attendee(const struct item *item, size_t index);
/* False when the same address stands further up already: who has two roles gets one mail. */
bool item_attendee_is_first(const struct item *item, size_t index);

const char *item_element(const struct item *item); /* "CalendarItem", "MeetingRequest", ... */

#endif
