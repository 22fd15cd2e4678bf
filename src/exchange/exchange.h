/*
 * exchange - one equipment resource's mailbox, as the scheduling service needs it.
 *
 * A handful of verbs, the same for every driver (ews; graph later). A session belongs to the thread
 * that watches the mailbox; only exchange_wake() and exchange_cancel() may come from others.
 *
 * Failures: ERR_BUSY (Exchange asks us to wait: retry_after_ms), ERR_NET, ERR_PROTOCOL (an answer
 * that makes no sense, an HTML login page, ...), ERR_DENIED (401, 403, missing impersonation right:
 * the sentence says which), ERR_NOT_FOUND, ERR_CANCELLED, and for exchange_sync() ERR_CONFLICT: the
 * sync state is not valid any more, start again without one.
 *
 *	exchange_open -> { exchange_sync -> exchange_fetch -> exchange_answer -> exchange_wait }* ->
 *	exchange_close
 */
#ifndef EXCHANGE_EXCHANGE_H
#define EXCHANGE_EXCHANGE_H

#include "base/arena.h"
#include "base/err.h"
#include "model/meeting.h"

enum {
	EXCHANGE_SYNC_PAGE = 512,   /* changes in one SyncFolderItems (schema's maximum) */
	EXCHANGE_FETCH_BATCH = 10,  /* items in one GetItem: Microsoft's advice */
	EXCHANGE_ANSWER_BATCH = 20, /* answers in one CreateItem */
};

struct exchange;
struct exchange_driver; /* main.c chooses one: exchange/ews.h */

struct exchange_settings {   /* texts are copied */
	const char *url;     /* of Exchange.asmx */
	const char *mailbox; /* SMTP address of the equipment resource */
	const char *username, *password;
	const char *ca_pem; /* PEM text of authorities trusted besides the system's; NULL: none */
	bool direct;        /* the account is the mailbox itself: no impersonation */
	long timeout_ms;    /* per call; 0: 60 s */
};

enum exchange_change_kind { EXCHANGE_CREATED, EXCHANGE_UPDATED, EXCHANGE_DELETED };

struct exchange_change {
	enum exchange_change_kind kind;
	bool meeting;                     /* a meeting request or cancellation, worth fetching */
	bool cancellation;                /* it is the latter */
	const char *item_id, *change_key; /* change_key may be NULL for deleted */
	int64_t start;                    /* of the meeting; MEETING_NO_TIME if not told */
};

struct exchange_page {
	struct exchange_change *changes; /* in the order Exchange gave them */
	size_t count;
	const char *sync_state; /* to continue from, once all of this page is dealt with */
	bool last;
};

enum exchange_verdict { EXCHANGE_ACCEPT, EXCHANGE_DECLINE };

struct exchange_answer {
	enum exchange_verdict verdict;
	const char *item_id, *change_key; /* of the meeting request */
	const char *text;                 /* body of the reply; HTML */
};

/* What became of one item of a batch. ok, or err: ERR_NOT_FOUND (gone: moved, deleted or answered
 * already), ERR_CONFLICT (changed: fetch again), ERR_INVALID (Exchange refuses for good: cancelled,
 * out of date, organiser's own), ERR_PROTOCOL or ERR_INTERNAL (it alone is refused, nobody knows for how
 * long), ERR_BUSY or ERR_NET (try this one again). Never ERR_DENIED: that is the mailbox's. */
struct exchange_result {
	bool ok;
	struct err err;
};

/* Opens nothing yet that could fail for the network: the first verb does. ERR_INVALID names the bad
 * setting. */
bool exchange_open(const struct exchange_driver *driver, const struct exchange_settings *settings,
	struct exchange **ret, struct err *err);
void exchange_close(struct exchange **ex);

/* The next page of inbox changes after sync_state (NULL or "": from the beginning). */
bool exchange_sync(struct exchange *ex, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err);

/* Reads count (<= EXCHANGE_FETCH_BATCH) messages. ret_meetings[i] belongs to items[i] where
 * ret_results[i].ok. False only when the batch as a whole failed. */
bool exchange_fetch(struct exchange *ex, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err);

/* Accepts or declines count (<= EXCHANGE_ANSWER_BATCH) requests; the replies are sent and the
 * requests leave the inbox. */
bool exchange_answer(struct exchange *ex, const struct exchange_answer *answers, size_t count,
	struct exchange_result *ret_results, struct err *err);

/* Takes count (<= EXCHANGE_ANSWER_BATCH) cancelled meetings off the calendar and their cancellations
 * out of the inbox (RemoveItem). No mail is sent. */
bool exchange_remove(struct exchange *ex, const char *const *cancellation_ids,
	const char *const *change_keys, size_t count, struct exchange_result *ret_results,
	struct err *err);

/* Moves count (<= EXCHANGE_ANSWER_BATCH) messages to Deleted Items unanswered (outdated
 * requests). */
bool exchange_discard(struct exchange *ex, const char *const *item_ids, size_t count,
	struct exchange_result *ret_results, struct err *err);

/* One instance of a meeting in the equipment resource's calendar. */
struct exchange_entry {
	const char *item_id, *change_key;
	const char *uid;
	enum meeting_type type; /* never MEETING_SERIES: the calendar is seen expanded */
	int64_t original_start; /* MEETING_NO_TIME: a single meeting */
	int64_t start, end;
	bool cancelled;
	enum meeting_response response;
};

enum {
	EXCHANGE_VIEW_PAGE = 1000,            /* entries in one FindItem: EWSFindCountLimit */
	EXCHANGE_VIEW_SPAN = 2 * 365 * 86400, /* seconds: Exchange refuses longer views */
};

struct exchange_view {
	struct exchange_entry *entries; /* in the order of their start */
	size_t count;
	int64_t until; /* complete up to here: the asked one, or less when the page was full */
};

/* The instances that overlap [from, until), FindItem with a CalendarView. Continue from ret->until;
 * what overlaps the seam comes twice. */
bool exchange_view(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err);

/* Reads the meetings behind count (<= EXCHANGE_FETCH_BATCH) entries of the calendar: a single meeting
 * itself, an occurrence's series as its master has it, an occurrence that stands alone (the resource is
 * invited to it but not to its series) as MEETING_OCCURRENCE. calendar_item is set; item_id and
 * change_key are the calendar item's and may be answered. Results as of exchange_fetch(). */
bool exchange_fetch_entries(struct exchange *ex, const struct exchange_entry *entries, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err);

/* Joining instructions put into the organiser's own item. */
struct exchange_insertion {
	const char *organizer; /* SMTP address of the mailbox that holds it */
	const char *uid;
	int64_t start,
		end; /* of the meeting or of a series' first occurrence: where it is looked for */
	int64_t original_start; /* of the occurrence meant; MEETING_NO_TIME: the meeting or whole series */
	const char *token; /* "TOK:-...#", whose placeholder is replaced; "": appended at the end */
	const char *placeholder; /* HTML of the placeholder as it was handed out; "" if not known */
	const char *instructions; /* HTML */
	const char *
		marker; /* "PXPS:-...#" of the instructions: when it is there all is done already */
};
/* Finds the item by impersonating the organiser, replaces the placeholder exactly where it stands (see
 * model/placeholder.h) and sends the update to all attendees. ERR_DENIED: no right to impersonate that
 * mailbox; ERR_NOT_FOUND: no such mailbox here, or the item or placeholder is gone. */
bool exchange_insert(
	struct exchange *ex, const struct exchange_insertion *insertion, struct err *err);

enum {
	EXCHANGE_NOTE_MAX = 4000, /* bytes of a note's text */
	EXCHANGE_NOTE_NAME_MAX = 32,
};
/* Small texts kept in the mailbox itself, seen by no person (EWS UserConfiguration of the inbox).
 * read: ret_text NULL if there is none. create: ERR_CONFLICT if there is one already. write replaces it
 * (ERR_NOT_FOUND: there is none). remove: also when there is none. */
bool exchange_note_read(struct exchange *ex, const char *name, struct arena *arena,
	const char **ret_text, struct err *err);
bool exchange_note_create(struct exchange *ex, const char *name, const char *text, struct err *err);
bool exchange_note_write(struct exchange *ex, const char *name, const char *text, struct err *err);
bool exchange_note_remove(struct exchange *ex, const char *name, struct err *err);

enum exchange_processing {
	EXCHANGE_PROCESSING_NONE,
	EXCHANGE_PROCESSING_UPDATE,
	EXCHANGE_PROCESSING_ACCEPT,
	EXCHANGE_PROCESSING_UNKNOWN
};
/* The mailbox's AutomateProcessing setting (GetUserConfiguration "Calendar"). */
bool exchange_processing(struct exchange *ex, enum exchange_processing *ret, struct err *err);

/* Waits for news by streaming notification, re-subscribing as needed, at most timeout_ms.
 * ret_news: something may have changed. Without a working subscription it waits poll_ms and then
 * reports news: polling is the fallback, told by ret_streaming = false. Fails only with
 * ERR_CANCELLED. */
bool exchange_wait(struct exchange *ex, long timeout_ms, long poll_ms, bool *ret_news,
	bool *ret_streaming, struct err *err);

void exchange_wake(struct exchange *ex);   /* ends exchange_wait() early, with news */
void exchange_cancel(struct exchange *ex); /* everything fails with ERR_CANCELLED from now on */

/* The word for what the notification subscription is doing now, for logs and status pages: the
 * caller that sees it change logs "A -> B". A constant, e.g. "streaming", "backing off". */
const char *exchange_state(const struct exchange *ex);
/* Why it is not streaming: the last failure's sentence; "" when there was none. Valid until the
 * next verb. */
const char *exchange_trouble(const struct exchange *ex);

/* EWS requests made since exchange_open(), for metrics and bench. */
int64_t exchange_requests(const struct exchange *ex);

#endif
