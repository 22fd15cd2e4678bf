/*
 * decide - what to do about one meeting message. The rules of the scheduling service live here.
 *
 * decide() is a pure function: no I/O, no clock, no globals. Its input is the message, the facts
 * the store knows about it and the time; its output is a plan that sched/apply performs in one
 * transaction. Every rule has a case file in test/decide/.
 */
#ifndef SCHED_DECIDE_H
#define SCHED_DECIDE_H

#include "model/marker.h"
#include "model/meeting.h"

#include <stdint.h>

/* What we know from earlier messages of a meeting, or of one occurrence of a series. */
struct known_meeting {
	bool cancelled; /* its room was removed, or the occurrence taken out, because Exchange said so */
	bool has_room;
	bool update;     /* the newest message dealt with was an update */
	bool own_update; /* the update is due that our own change of its text caused */
	bool series;
	int64_t sequence, stamp; /* of the newest message dealt with, as struct meeting has them */
	int64_t start, end;      /* as last decided */
	const char *subject;
	const char *organizer_email;
};

/* What the store says of the alias that the invitation's marker names. */
enum alias_state {
	ALIAS_ABSENT,    /* the text names none */
	ALIAS_UNKNOWN,   /* no such alias of this integration */
	ALIAS_FREE,      /* given out by the add-in, not used yet */
	ALIAS_PROMISED,  /* a valid sealed token: it is made, or found, when needed */
	ALIAS_CONTINUED, /* bound to a series of the same organiser that this meeting continues */
	ALIAS_RESTING,   /* was this very meeting's, whose room expired */
	ALIAS_LOST,      /* unknown here, but Exchange has an accepted meeting with it */
	ALIAS_OURS,      /* bound to this very meeting */
	ALIAS_BOUND_ELSEWHERE, /* bound to another UID: a copied invitation */
	ALIAS_ROOM_DELETED,    /* its room existed and was removed */
	ALIAS_TEXT_TAKEN,      /* another room dials by the same text now */
};

/* What happens to an invitation without a marker (meetings_without_addin). */
enum without_addin { WITHOUT_ADDIN_DECLINE, WITHOUT_ADDIN_ANSWER, WITHOUT_ADDIN_INSERT };

struct facts {
	const struct known_meeting *known; /* the meeting meant; NULL: never heard of it */
	/* The message is about one occurrence of `known`, a series that has a room. */
	bool part;
	/* What else we know of that one, also when it leaves the series now; NULL: nothing. */
	const struct known_meeting *occurrence;
	/* The series, cancelled, of an occurrence that stands alone; NULL: there was none. */
	const struct known_meeting *cancelled_series;
	/* Of a MEETING_SERIES message. */
	bool series_over;         /* every occurrence is over */
	const char *series_error; /* its rule makes no sense; NULL: it does */

	enum alias_state alias;
	int64_t alias_id;    /* where there is one already */
	bool marker_damaged; /* something looks like a marker, but is none */
	bool marker_sealed;  /* a marker is a sealed token (TOK) ... */
	bool token_valid;    /* ... and one of ours, in time or turned into an alias already */
	enum without_addin without_addin;
	bool revive; /* past meetings may come back */
};

enum room_step {
	ROOM_KEEP,       /* nothing changes, except that the message counts as seen */
	ROOM_CREATE,     /* room, aliases, window */
	ROOM_UPDATE,     /* name and window follow the message; a new alias replaces the old one */
	ROOM_REMOVE,     /* room and windows go, the alias row keeps its deletion time */
	ROOM_OCCURRENCE, /* the window of one occurrence follows the message */
	ROOM_OCCURRENCE_REMOVE, /* the window of one occurrence goes */
	ROOM_FORGET, /* nothing exists, but older messages of this UID must not make a room */
};

enum reply_step {
	REPLY_NONE,
	REPLY_ACCEPT,
	REPLY_DECLINE,
	REPLY_INSERT, /* put the instructions into the organiser's item; where that cannot be, accept */
	REPLY_REMOVE,  /* take cancellation and calendar item away, silently */
	REPLY_DISCARD, /* move the message to Deleted Items, silently */
};

/* The field of the integration that holds the answer's text. */
enum reply_text {
	TEXT_NONE,
	TEXT_ACCEPT_NEW_SINGLE,
	TEXT_ACCEPT_NEW_SERIES,
	TEXT_ACCEPT_EDITED_SINGLE,
	TEXT_ACCEPT_EDITED_SERIES,
	TEXT_ACCEPT_EDITED_OCCURRENCE,
	TEXT_REJECT_ALIAS_CONFLICT,
	TEXT_REJECT_ALIAS_DELETED,
	TEXT_REJECT_INVALID_ALIAS_ID,
	TEXT_REJECT_SINGLE_PAST,
	TEXT_REJECT_SERIES_PAST,
	TEXT_REJECT_GENERAL_ERROR,
	N_REPLY_TEXTS,
};

struct plan {
	enum room_step room;
	enum reply_step reply;
	enum reply_text text;
	bool instructions; /* the answer's text ends with the joining instructions */
	bool seen; /* the message becomes the newest one known of its meeting or occurrence */
	const char *reason; /* one constant sentence, for the log */
};

void decide(const struct meeting *m, const struct facts *facts, int64_t now, struct plan *ret);

/* Words for case files and logs: "create", "accept", "accept_new_single_meeting_template", ... */
const char *room_step_name(enum room_step step);
const char *reply_step_name(enum reply_step step);
const char *reply_text_field(enum reply_text text); /* the settings field; "" for TEXT_NONE */

#endif
