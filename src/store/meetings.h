/*
 * meetings - the rows of the scheduling service: meetings, answers to give, mailbox states.
 *
 * Plain SQL on store.h, inside the caller's transaction. Texts returned belong to the arena given.
 */
#ifndef STORE_MEETINGS_H
#define STORE_MEETINGS_H

#include "model/records.h"
#include "store/store.h"

enum {
	MEETING_WHOLE = 0
}; /* recurrence_id: all of it, no single occurrence with a room of its own */

struct stored_meeting { /* see migrations/006_series.sql */
	int64_t id;
	const char *uid;
	int64_t recurrence_id;
	const char *organizer_email, *subject;
	const char *attendees;   /* addresses in lower case, a line each, in order */
	int64_t sequence, stamp; /* stamp FIELD_NULL: none */
	int64_t start_time, end_time;
	bool was_update;
	bool cancelled;
	const char *recurrence, *former_recurrence, *zone; /* "": a single meeting */
	int64_t time_of_day, length; /* of a series, seconds of the wall clock */
	bool by_calendar;            /* windows are Exchange's instances, not the rule's */
	bool own_update;             /* the update is due that we caused ourselves */
	int64_t look_again;          /* FIELD_NULL: never */
	int64_t conference, recurring_conference, scheduled_alias; /* FIELD_NULL: none */
	const char *room_name, *room_description;
};

bool meeting_find(struct store *store, int64_t connector, const char *uid, int64_t recurrence_id,
	struct arena *arena, struct stored_meeting *ret, bool *ret_found, struct err *err);
bool meeting_get(struct store *store, int64_t id, struct arena *arena, struct stored_meeting *ret,
	struct err *err); /* ERR_NOT_FOUND */
/* Inserts or replaces the row of m->uid and m->recurrence_id; fills m->id. */
bool meeting_save(
	struct store *store, int64_t connector, struct stored_meeting *m, struct err *err);
/* The rows of an alias, or of a uid's occurrences that have rooms of their own, at most max. */
bool meetings_of_alias(struct store *store, int64_t alias, size_t max, struct arena *arena,
	struct stored_meeting *ret, size_t *ret_count, struct err *err);
bool meetings_of_uid(struct store *store, int64_t connector, const char *uid, size_t max,
	struct arena *arena, struct stored_meeting *ret, size_t *ret_count, struct err *err);
/* Rows with a room whose look_again has come, or lies behind latest: a clock was wrong when that was
 * noted. Ids only. */
bool meetings_due(struct store *store, int64_t now, int64_t latest, size_t max, int64_t *ret_ids,
	size_t *ret_count, struct err *err);
/* How many other meetings share the room. */
bool meetings_share(struct store *store, int64_t conference, int64_t except, int64_t *ret_others,
	struct err *err);

/* What an alias of an integration is used for. */
struct alias_use {
	int64_t id;
	bool used;             /* bound to a meeting once */
	bool has_room;         /* and that meeting's room exists */
	bool text_taken;       /* a room that is not that meeting's dials by its text */
	int64_t deletion_time; /* of its room; FIELD_NULL: none was deleted */
	const char
		*uid; /* of the meeting that has it (this one, if several have); "" if none does */
	int64_t recurrence_id, end_time; /* of the same */
};
/* As meeting uid, recurrence_id sees it. */
bool alias_use_find(struct store *store, int64_t connector, const char *uuid, const char *uid,
	int64_t recurrence_id, struct arena *arena, struct alias_use *ret, bool *ret_found,
	struct err *err);
/* Binds the alias to a meeting; uid, cut to the record's field, is for people. */
bool alias_bind(struct store *store, int64_t alias, const char *uid, struct err *err);
/* No room has it from now on: it begins to rest. */
bool alias_unbind(struct store *store, int64_t alias, int64_t deletion_time, struct err *err);
/* The alias is used again by the meeting that had it: it rests no more. */
bool alias_revive(struct store *store, const struct scheduled_alias *alias, struct err *err);

/* A conference name that no room has: base, or base with " (2)", " (3)", ... Room `except`
 * (FIELD_NULL: none) may have it. Cut to the name's limit. */
const char *conference_free_name(struct store *store, const char *base, int64_t except,
	struct arena *arena, struct err *err);

struct outbox_row {
	int64_t id;
	const char *item_id, *change_key, *kind, *body, *uid, *correlation_id;
	int64_t attempts;
};
/* An answer is tried so often; then it is given up: kept, but neither taken nor counted any more, so
 * that the message, read again, does not begin anew. */
enum { OUTBOX_ATTEMPTS_MAX = 12 };
/* A newer answer to the same message replaces one that was not given yet; its attempts count on. */
bool outbox_put(
	struct store *store, int64_t connector, const struct outbox_row *row, struct err *err);
/* The oldest rows of a mailbox of one kind or the other, at most max, that are not set aside. */
bool outbox_take(struct store *store, int64_t connector, const char *kind, const char *or_kind,
	int64_t now, size_t max, struct arena *arena, struct outbox_row *ret, size_t *ret_count,
	struct err *err);
bool outbox_done(struct store *store, int64_t id, struct err *err);
/* How many outbox_take() would find. */
bool outbox_count(
	struct store *store, int64_t connector, int64_t now, int64_t *ret, struct err *err);
/* When the first one that waits may be taken; FIELD_NULL: none waits. */
bool outbox_next(struct store *store, int64_t connector, int64_t *ret, struct err *err);
/* One attempt more; it is set aside until not_before (UTC seconds; 0: it is not). */
bool outbox_failed(struct store *store, int64_t id, int64_t not_before, struct err *err);
/* Forgets what was given up: when the sync state that leaves those messages behind is saved. */
bool outbox_forget_given_up(struct store *store, int64_t connector, struct err *err);

/* The integration works on this mailbox from now on. When it was another one before, the sync state
 * and the answers to its messages are forgotten (ret_dropped: how many answers): neither means
 * anything to this one. Inside the caller's transaction. */
bool mailbox_claim(struct store *store, int64_t connector, const char *address,
	int64_t *ret_dropped, struct err *err);
/* "" when there is none, or it is another address's. */
const char *mailbox_sync_state(struct store *store, int64_t connector, const char *address,
	struct arena *arena, struct err *err); /* NULL on failure */
bool mailbox_save_sync_state(struct store *store, int64_t connector, const char *address,
	const char *state, struct err *err);

#endif
