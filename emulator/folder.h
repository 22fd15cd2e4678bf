/*
 * folder - items in their order of coming, and the log from which clients synchronise.
 *
 * Every change of a folder's contents is an entry of its log; an item has at most two living
 * entries: where it was created, and where it was changed last. A sync state is a place in the
 * log, so a page of SyncFolderItems costs what changed, not what the folder holds.
 */
#ifndef EMULATOR_FOLDER_H
#define EMULATOR_FOLDER_H

#include "item.h"

enum folder_kind {
	FOLDER_ROOT,
	FOLDER_TOP, /* msgfolderroot */
	FOLDER_CALENDAR,
	FOLDER_CONTACTS,
	FOLDER_DELETED,
	FOLDER_DRAFTS,
	FOLDER_INBOX,
	FOLDER_JOURNAL,
	FOLDER_NOTES,
	FOLDER_OUTBOX,
	FOLDER_SENT,
	FOLDER_TASKS,
	FOLDER_JUNK,
	FOLDER_SEARCH,
	FOLDER_KINDS
};

struct folder_info {
	const char *distinguished; /* DistinguishedFolderId */
	const char *name;          /* DisplayName */
	const char *element;       /* t:Folder, t:CalendarFolder, ... */
	const char *folder_class;
	enum folder_kind parent; /* of the root: itself */
};
extern const struct folder_info folder_infos[FOLDER_KINDS];

enum change_kind { CHANGE_NONE, CHANGE_CREATED, CHANGE_UPDATED, CHANGE_READ_FLAG, CHANGE_GONE };

struct folder_change {
	enum change_kind kind;  /* CHANGE_NONE: a later entry stands for it */
	struct item *item;      /* not for CHANGE_GONE */
	char *gone_id;          /* CHANGE_GONE only */
	size_t gone_created_at; /* where it had been created */
};

struct folder {
	struct mailbox *mailbox;
	enum folder_kind kind;
	char *id;
	uint64_t version;
	struct folder_change *log; /* entry 0 is unused, so that 0 can mean "nothing seen" */
	size_t log_len, log_cap;
	size_t total, unread;
};

struct folder *folder_new(struct mailbox *mailbox, enum folder_kind kind);
void folder_free(struct folder **folder); /* with its items */

/* Takes the item in: it gets a new id and change key. arrival: it is new mail. */
void folder_add(struct folder *folder, struct item *item, bool arrival);
/* Records that the item's properties changed (new change key). */
void folder_changed(struct item *item);
/* As folder_changed, when nothing but is_read was changed. */
void folder_read_flag_changed(struct item *item);
/* Takes the item out and frees it. */
void folder_delete(struct item *item);
/* The item leaves its folder for `to`: its id changes. */
void folder_move(struct item *item, struct folder *to);

/* Visits the items, newest first: for (at = folder->log_len; (item = folder_next(folder, &at));). Items
 * may be added, changed and deleted meanwhile. */
/* Other ids for the folder and all that is in it; nobody is told. */
void folder_renew(struct folder *folder);

struct item *folder_next(const struct folder *folder, size_t *at);

#endif
