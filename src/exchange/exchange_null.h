/*
 * exchange_null - an exchange driver without Exchange: a mailbox in memory, for tests.
 *
 * The test makes a mailbox, puts messages in, opens any number of sessions on it through the
 * ordinary exchange_open(), and reads afterwards what was done. Answered, removed and discarded
 * messages leave the inbox, as with Exchange: a second answer finds ERR_NOT_FOUND. The mailbox
 * outlives its sessions. All functions may be called from any thread; texts are copied and live
 * as long as the mailbox.
 *
 *	struct exchange_null *mailbox = exchange_null_new();
 *	const char *id = exchange_null_deliver(mailbox, &meeting);
 *	exchange_open(exchange_null_driver(mailbox), &settings, &ex, &err);
 *	...
 *	exchange_close(&ex);
 *	exchange_null_free(&mailbox);
 */
#ifndef EXCHANGE_EXCHANGE_NULL_H
#define EXCHANGE_EXCHANGE_NULL_H

#include "exchange/exchange.h"

struct exchange_null;

struct exchange_null *exchange_null_new(void);
void exchange_null_free(struct exchange_null **mailbox);
const struct exchange_driver *exchange_null_driver(struct exchange_null *mailbox);

/* Puts a message in the inbox and wakes a waiting session. Its item_id and change_key are given
 * by the mailbox, the id is returned. NULL: an ordinary mail, no meeting. */
const char *exchange_null_deliver(struct exchange_null *mailbox, const struct meeting *meeting);
/* Takes a message away behind our back. */
void exchange_null_delete(struct exchange_null *mailbox, const char *item_id);
/* The message gets a new change key; answering with the old one is ERR_CONFLICT from now on. */
void exchange_null_touch(struct exchange_null *mailbox, const char *item_id);

/* What was done to the mailbox, in order. */
enum exchange_null_kind {
	EXCHANGE_NULL_ACCEPTED,
	EXCHANGE_NULL_DECLINED,
	EXCHANGE_NULL_REMOVED,
	EXCHANGE_NULL_DISCARDED,
	EXCHANGE_NULL_INSERTED, /* into the organiser's item */
};

struct exchange_null_effect {
	enum exchange_null_kind kind;
	const char *item_id; /* INSERTED: the organiser's address */
	const char *uid;
	const char *text;       /* of the answer; INSERTED: the instructions; else "" */
	int64_t original_start; /* MEETING_NO_TIME: the meeting or whole series */
};

size_t exchange_null_effects(struct exchange_null *mailbox);
struct exchange_null_effect exchange_null_effect(struct exchange_null *mailbox, size_t i);
size_t exchange_null_inbox(struct exchange_null *mailbox); /* messages in it now */

/* The calendar is what the test files there; messages delivered to the inbox do not get into it by
 * themselves. entries are the meeting's instances (uid, ids and change key are given by the mailbox);
 * count 0: the meeting is its one instance. The id of the calendar item, as exchange_fetch_entries()
 * tells it, is returned. Its instances are "<id>/<n>". */
const char *exchange_null_file(struct exchange_null *mailbox, const struct meeting *meeting,
	const struct exchange_entry *entries, size_t count);
void exchange_null_unfile(struct exchange_null *mailbox, const char *item_id);
/* What is filed under the UID now, 0 instances if nothing; the response given to it in *ret (NULL
 * allowed). */
size_t exchange_null_filed(
	struct exchange_null *mailbox, const char *uid, enum meeting_response *ret);

/* The note's text, "" if there is none. */
const char *exchange_null_note(struct exchange_null *mailbox, const char *name);

/* What exchange_processing() tells; at first EXCHANGE_PROCESSING_NONE. */
void exchange_null_processing(struct exchange_null *mailbox, enum exchange_processing processing);
/* The mailbox was moved or made anew: every id and change key is another, sync states are not valid
 * any more, UIDs stay. */
void exchange_null_move(struct exchange_null *mailbox);
/* By mistake the mailbox seems empty: exchange_sync() and exchange_view() find nothing, until false. */
void exchange_null_blank(struct exchange_null *mailbox, bool blank);

/* Failures on purpose. */
enum exchange_null_verb {
	EXCHANGE_NULL_SYNC,
	EXCHANGE_NULL_FETCH,
	EXCHANGE_NULL_ANSWER,
	EXCHANGE_NULL_REMOVE,
	EXCHANGE_NULL_DISCARD,
	EXCHANGE_NULL_PROCESSING,
	EXCHANGE_NULL_VIEW,
	EXCHANGE_NULL_FETCH_ENTRIES,
	EXCHANGE_NULL_INSERT,
	EXCHANGE_NULL_NOTE_READ,
	EXCHANGE_NULL_NOTE_CREATE,
	EXCHANGE_NULL_NOTE_WRITE,
	EXCHANGE_NULL_NOTE_REMOVE,
	EXCHANGE_NULL_VERBS
};

/* The n-th call of the verb from now on (1 = the next) fails as a whole with *err. `late`: the work
 * is done all the same, only its answer is lost. One failure per verb can be pending. */
void exchange_null_fail(struct exchange_null *mailbox, enum exchange_null_verb verb, int n,
	bool late, const struct err *err);
/* Every verb's result for this item, of the inbox or the calendar, is *err, until NULL is given. */
void exchange_null_fail_item(
	struct exchange_null *mailbox, const char *item_id, const struct err *err);
/* The item cannot be fetched (*err), but answered. */
void exchange_null_fail_fetch(
	struct exchange_null *mailbox, const char *item_id, const struct err *err);
/* Changes per page of exchange_sync() instead of EXCHANGE_SYNC_PAGE. */
void exchange_null_page(struct exchange_null *mailbox, size_t changes);
/* Entries per page of exchange_view() instead of EXCHANGE_VIEW_PAGE. */
void exchange_null_view_page(struct exchange_null *mailbox, size_t entries);
/* Insertions into this organiser's items fail with *err, until NULL is given. organizer NULL: of all
 * that are not named. */
void exchange_null_fail_insert(
	struct exchange_null *mailbox, const char *organizer, const struct err *err);
/* Whether exchange_wait() tells streaming (default) or polls. */
void exchange_null_streaming(struct exchange_null *mailbox, bool streaming);
/* Sync states given out so far are ERR_CONFLICT from now on. */
void exchange_null_forget_sync(struct exchange_null *mailbox);

#endif
