/*
 * application - one message on its way through: what apply.c, gather.c and room.c share.
 *
 * Private to sched/. An application lives as long as its batch; its arena holds all its texts.
 */
#ifndef SCHED_APPLICATION_H
#define SCHED_APPLICATION_H

#include "base/correlation.h"
#include "sched/decide.h"
#include "sched/texts.h"
#include "store/meetings.h"

struct application {
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct texts *texts;
	const struct meeting *m;
	int64_t now;
	struct arena arena;
	char correlation_id[CORRELATION_LEN + 1];

	/* From gather(). */
	bool known;                   /* stored is what we knew before */
	struct stored_meeting stored; /* the meeting meant: what we know, and will know */
	struct known_meeting before, occurrence, series; /* what the facts point to */
	int64_t original_start;               /* of the occurrence that the message is about */
	struct meeting_exception *exceptions; /* of a MEETING_SERIES message, in order */
	int64_t time_of_day, length;          /* of the same */
	const char *zone;                     /* of the same: one that zone_open() knows */
	const char *token;                    /* "TOK:-...#" of a valid sealed token; "" */
	const char *token_id;                 /* of the same */
	const char *token_trouble;            /* why a sealed token is not valid; "" */
	const char *lost_alias;               /* with ALIAS_LOST: the numeric alias in the text */
	const char *lost_uuid;

	/* From room_*(). */
	struct scheduled_alias alias; /* the one the room has, or gets; id FIELD_NULL: none */
	struct text_values values;
	bool windows_changed;
	bool guest_pin_renewed;
	int64_t *others; /* rooms that changed or went, besides the meeting's */
	size_t n_others;
};

/* Fills facts (which point into *a) and the first part of *a. */
bool gather(struct application *a, struct facts *facts, struct err *err);

/* Does to rooms, aliases and windows what the plan says. */
bool room_change(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err);
/* Makes exceptions and windows follow the message; saves a->stored. */
bool follow_message(struct application *a, struct err *err);
/* The one occurrence of a series that the message is about follows it, or is gone. */
bool follow_occurrence(struct application *a, bool gone, struct err *err);
/* When a->stored is an occurrence with a room of its own: its series leaves it out; gone: it is cancelled
 * in the series too. */
bool follow_series_of(struct application *a, bool gone, struct err *err);

/* A guest PIN that someone who was taken off the meeting knows is changed, where the settings say so. */
bool attendees_follow(struct application *a, struct conference *c, struct err *err);
/* The message's attendees as struct stored_meeting keeps them; "" where nobody needs them. */
const char *attendees_kept(struct application *a);

/* Fills a->alias and a->values for an answer that names them. */
bool room_load_alias(struct application *a, int64_t id, struct err *err);

void application_note_room(struct application *a, int64_t conference); /* one of the others */

/* A field's template rendered with a->values. */
const char *application_render(struct application *a, const char *field);
/* Strangers' words made to fit a record's one-line field: cut, and without control characters. */
const char *application_fitting(
	struct application *a, const struct record_type *type, const char *field, const char *text);

#endif
