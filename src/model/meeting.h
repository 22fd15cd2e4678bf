/*
 * meeting - what Exchange told us about one meeting message in the equipment resource's mailbox.
 *
 * A plain record made by an exchange driver, read by sched/decide. All texts are UTF-8, NUL-ended,
 * never NULL unless stated ("" = not told), and belong to the arena of the batch. Times are UTC
 * seconds.
 */
#ifndef MODEL_MEETING_H
#define MODEL_MEETING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recurrence; /* model/recurrence.h */

enum meeting_message {
	MEETING_REQUEST, /* new or changed; EWS MeetingRequest */
	MEETING_CANCELLATION, /* cancelled, or we were taken off the attendees; EWS MeetingCancellation */
};

enum meeting_type { /* EWS CalendarItemType */
	MEETING_SINGLE,
	MEETING_OCCURRENCE,
	MEETING_EXCEPTION,
	MEETING_SERIES, /* RecurringMaster */
};

enum attendee_role { ATTENDEE_REQUIRED, ATTENDEE_OPTIONAL, ATTENDEE_RESOURCE };

/* EWS MyResponseType of the equipment resource: what it has answered already. */
enum meeting_response {
	RESPONSE_NONE,
	RESPONSE_ACCEPTED,
	RESPONSE_TENTATIVE,
	RESPONSE_DECLINED,
	RESPONSE_ORGANIZER, /* it is its own: nobody invited it */
};

/* An occurrence that is not where the rule of its series puts it. */
struct meeting_exception {
	int64_t original_start; /* identity: where the rule puts it */
	int64_t start, end;     /* where it is; undefined when deleted */
	bool deleted;
};

struct attendee {
	const char *name, *email;
	enum attendee_role role;
};

struct meeting {
	enum meeting_message message;
	enum meeting_type type;

	const char *item_id, *change_key; /* of the message; item_id changes when it is moved */
	const char *uid;                  /* iCalendar UID: identity of the meeting */
	int64_t recurrence_id; /* original start of the occurrence; MEETING_NO_TIME if none */
	int64_t sequence;      /* AppointmentSequenceNumber; MEETING_NO_SEQUENCE if not told */
	int64_t stamp;         /* DateTimeStamp; MEETING_NO_TIME if not told */
	bool update;           /* Exchange calls it an update, not a new request */
	bool out_of_date;      /* Exchange itself marked it so */
	bool delegated;        /* IsDelegated */

	bool calendar_item; /* read from the calendar, not a message: nobody waits for an answer */
	enum meeting_response response;

	int64_t start, end; /* of a series: of its first occurrence */
	bool all_day;
	const char *zone; /* in which the series keeps its wall clock: zone_open() reads it */
	const struct recurrence *recurrence;        /* MEETING_SERIES: its rule; NULL: not told */
	const struct meeting_exception *exceptions; /* of a series, all that Exchange knows of */
	size_t n_exceptions;

	const char *subject, *location;
	const char *organizer_name, *organizer_email;
	const char *body;
	bool body_is_html;

	const struct attendee *attendees; /* all three lists */
	size_t n_attendees;
};

#define MEETING_NO_TIME     INT64_MIN
#define MEETING_NO_SEQUENCE (-1) /* cancellations tell none in EWS */

#endif
