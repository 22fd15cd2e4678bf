/*
 * mailbox - the organisation: accounts that log in, mailboxes with their folders, and the ids of
 * everything.
 *
 * Everything is owned by the struct org, lives in memory and belongs to the loop's thread.
 */
#ifndef EMULATOR_MAILBOX_H
#define EMULATOR_MAILBOX_H

#include "base/err.h"
#include "base/strmap.h"
#include "budget.h"
#include "configuration.h"
#include "folder.h"
#include "item.h"

enum processing { /* the values of AutomateProcessing in the mailbox's configuration */
	PROCESSING_NONE = 0,
	PROCESSING_UPDATE = 1,
	PROCESSING_ACCEPT = 2,
};

struct account {
	char *user, *password;
	char *smtp; /* of its own mailbox */
	char *guid; /* msexchuid in identity tokens */
	bool impersonates_all;
	char **impersonates; /* addresses it may impersonate; NULL-ended, may be NULL */
	char **delegate_of;  /* addresses it may act for on the mail page; likewise */
};

/* All meeting things of one UID in one mailbox, so that none is searched for. */
struct meeting_thread {
	struct item *calendar; /* in the calendar folder; NULL: none */
	struct item *inbox;    /* meeting messages in the inbox, newest first, by thread_next */
};

struct mailbox {
	struct org *org;
	char *smtp, *name;
	bool equipment;
	bool allow_conflicts;  /* with PROCESSING_ACCEPT */
	bool process_external; /* with PROCESSING_ACCEPT: requests from outside too */
	bool blank;            /* lists show nothing, as if all were deleted */
	enum processing processing;
	const struct mailbox *acting; /* who sends for its owner just now; NULL: the owner */
	struct folder *folders[FOLDER_KINDS];
	struct budget budget;
	struct configurations configurations;
	struct strmap threads; /* UID -> struct meeting_thread */
	uint64_t number;
};

struct events;

struct org {
	struct strmap accounts;  /* user name, lower case -> struct account */
	struct strmap mailboxes; /* SMTP address, lower case -> struct mailbox */
	struct strmap items;     /* id -> struct item */
	struct strmap folders;   /* id -> struct folder */
	uint64_t next_number;    /* of ids and versions; never used twice */
	unsigned char salt[16];  /* makes ids of this run unlike those of any other */
	struct events *events;   /* subscriptions; owned */
};

void org_init(struct org *org);
void org_release(struct org *org);
/* Forgets accounts and mailboxes; ids of before stay unknown. */
void org_reset(struct org *org);

struct account *org_account(const struct org *org, const char *user);    /* NULL: unknown */
struct mailbox *org_mailbox(const struct org *org, const char *smtp);    /* NULL: unknown */
struct folder *org_folder(const struct org *org, const char *folder_id); /* NULL: unknown */
struct item *org_item(const struct org *org, const char *item_id);       /* NULL: unknown */

/* Adds, or changes the one of that name. */
struct account *org_add_account(
	struct org *org, const char *user, const char *password, const char *smtp);
struct mailbox *org_add_mailbox(struct org *org, const char *smtp, const char *name);

/* The mailbox is made anew, as after a move to another database: every folder and item has another
 * id and change key, sync states are not valid any more; UIDs stay. */
void mailbox_renew(struct mailbox *mailbox);

bool account_may_impersonate(const struct account *account, const char *smtp);
/* True for its own mailbox too. */
bool account_is_delegate(const struct account *account, const char *smtp);

/* NULL when the mailbox has nothing of that UID. */
struct meeting_thread *mailbox_thread(const struct mailbox *mailbox, const char *uid);
/* Called by folder.c when items come and go. */
void mailbox_item_added(struct mailbox *mailbox, struct item *item);
void mailbox_item_removed(struct mailbox *mailbox, struct item *item);

/* A new opaque id (base64, as long as Exchange's); free() it. */
char *org_new_id(struct org *org);
/* The change key of a version number, as base64. */
enum { CHANGE_KEY_LEN = 40 };
void org_change_key(const struct org *org, uint64_t version, char ret[CHANGE_KEY_LEN + 1]);
/* False when the text is no change key of ours. */
bool org_version_of(const char *change_key, uint64_t *ret);

#endif
