/*
 * exchange_null_mailbox - the mailbox in memory itself; only exchange_null's own files include this.
 *
 * The inbox is a list of items that are never freed, only marked gone; what happens to them is
 * appended to a log of changes. A sync state is "<epoch>:<n>": n entries of the log were read. The
 * calendar is a list of filed meetings with their instances. One mutex guards it all; deliveries
 * signal the condition on which waiting sessions sleep.
 */
#ifndef EXCHANGE_EXCHANGE_NULL_MAILBOX_H
#define EXCHANGE_EXCHANGE_NULL_MAILBOX_H

#include "exchange/driver.h"
#include "exchange/exchange_null.h"

#include <pthread.h>
#include <stdatomic.h>

struct null_item {
	struct meeting meeting; /* item_id and change_key for an ordinary mail too */
	bool is_meeting, gone, fails, unreadable;
	struct err err; /* with fails, unreadable */
};

struct null_change {
	enum exchange_change_kind kind;
	size_t item;
};

struct null_failure {
	int countdown; /* 0: none pending */
	bool late;
	struct err err;
};

struct null_filed { /* in the calendar */
	struct meeting meeting;
	struct exchange_entry *entries;
	size_t n_entries;
	bool gone, fails;
	struct err err; /* with fails */
};

struct null_note {
	const char *name, *text; /* text NULL: removed */
};

struct null_refusal { /* of insertions */
	const char *organizer;
	bool fails;
	struct err err;
};

struct exchange_null {
	struct exchange_driver driver; /* first: a driver pointer is a mailbox pointer */
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct arena arena;
	struct null_item *items;
	size_t n_items;
	struct null_change *log;
	size_t n_log;
	struct exchange_null_effect *effects;
	size_t n_effects;
	struct null_filed *filed;
	size_t n_filed;
	struct null_note *notes;
	size_t n_notes;
	struct null_refusal *refusals;
	size_t n_refusals;
	struct null_failure failures[EXCHANGE_NULL_VERBS];
	enum exchange_processing processing;
	size_t page, view_page;
	size_t last_id; /* of items, calendar entries and change keys */
	int epoch;      /* of sync states */
	bool streaming, blank;
};

struct null_session {
	struct exchange base;
	struct exchange_null *mailbox;
	size_t seen; /* entries of the log that exchange_wait() told */
	bool woken, cancelled;
	atomic_long requests;
};

/* Begins a verb: the mailbox is locked on success, until null_leave(). *ret_lost: do the work, but
 * lose the answer. */
bool null_enter(
	struct null_session *s, enum exchange_null_verb verb, bool *ret_lost, struct err *err);
bool null_leave(struct null_session *s, enum exchange_null_verb verb, bool lost, struct err *err);
/* As null_leave() for a verb that failed: *why is its failure, unless the answer is lost anyway. */
bool null_fail(struct null_session *s, enum exchange_null_verb verb, bool lost,
	const struct err *why, struct err *err);

/* list with room for one more */
void *null_grown(void *list, size_t count, size_t size);
const char *null_kept(struct arena *arena, const char *text); /* NULL: "" */
/* A copy in the caller's arena, so that whoever keeps a pointer too long is found out. */
struct meeting null_copy_meeting(struct arena *arena, const struct meeting *m);
const char *null_new_id(struct exchange_null *mb, const char *word); /* "<word>-<n>" */

void null_record_change(struct exchange_null *mb, enum exchange_change_kind kind, size_t item);
void null_take_away(struct exchange_null *mb, struct null_item *item);
void null_record_effect(struct exchange_null *mb, const struct exchange_null_effect *effect);

struct null_item *null_find_item(struct exchange_null *mb, const char *id);
struct null_filed *null_find_filed(struct exchange_null *mb, const char *id);
/* An answer to what stands in the calendar: recreates it with another id, or takes it away. False
 * if no such id is filed. */
bool null_answer_filed(struct exchange_null *mb, const struct exchange_answer *answer,
	struct exchange_result *ret);

/* The verbs of the calendar, the notes and the insertions. */
bool null_view(struct exchange *ex, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err);
bool null_fetch_entries(struct exchange *ex, const struct exchange_entry *entries, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err);
bool null_insert(struct exchange *ex, const struct exchange_insertion *insertion, struct err *err);
bool null_note_read(struct exchange *ex, const char *name, struct arena *arena,
	const char **ret_text, struct err *err);
bool null_note_create(struct exchange *ex, const char *name, const char *text, struct err *err);
bool null_note_write(struct exchange *ex, const char *name, const char *text, struct err *err);
bool null_note_remove(struct exchange *ex, const char *name, struct err *err);

/* Those of the inbox and of waiting; the driver's table. */
extern const struct exchange_driver null_verbs;

#endif
