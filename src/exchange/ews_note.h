/*
 * ews_note - notes in the mailbox: user configurations of the inbox with one text each.
 *
 * A user configuration is a hidden item of a folder, found by name; its dictionary has one entry,
 * "text" (MS-OXWSUSRCFG).
 */
#ifndef EXCHANGE_EWS_NOTE_H
#define EXCHANGE_EWS_NOTE_H

#include "exchange/ews_session.h"

/* As exchange_note_read() and its like. */
bool ews_note_read(struct ews *e, const char *name, struct arena *arena, const char **ret_text,
	struct err *err);
bool ews_note_create(struct ews *e, const char *name, const char *text, struct err *err);
bool ews_note_write(struct ews *e, const char *name, const char *text, struct err *err);
bool ews_note_remove(struct ews *e, const char *name, struct err *err);

void ews_note_get_write(struct buf *b, const char *impersonate, const char *name);
/* *ret_text NULL: there is no such note. */
bool ews_note_get_read(
	const struct ews_reply *reply, struct arena *arena, const char **ret_text, struct err *err);

/* operation: "CreateUserConfiguration", "UpdateUserConfiguration". */
void ews_note_store_write(struct buf *b, const char *impersonate, const char *operation,
	const char *name, const char *text);
void ews_note_remove_write(struct buf *b, const char *impersonate, const char *name);
/* ERR_CONFLICT: it exists (create); ERR_NOT_FOUND: it does not (update, delete). */
bool ews_note_done_read(const struct ews_reply *reply, const char *operation, struct err *err);

#endif
