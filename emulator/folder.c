#include "folder.h"

#include "base/clock.h"
#include "events.h"
#include "mailbox.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct folder_info folder_infos[FOLDER_KINDS] = {
	[FOLDER_ROOT] = { "root", "Root", "Folder", NULL, FOLDER_ROOT },
	[FOLDER_TOP] = { "msgfolderroot", "Top of Information Store", "Folder", "IPF.Note", FOLDER_ROOT },
	[FOLDER_CALENDAR] = { "calendar", "Calendar", "CalendarFolder", "IPF.Appointment", FOLDER_TOP },
	[FOLDER_CONTACTS] = { "contacts", "Contacts", "ContactsFolder", "IPF.Contact", FOLDER_TOP },
	[FOLDER_DELETED] = { "deleteditems", "Deleted Items", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_DRAFTS] = { "drafts", "Drafts", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_INBOX] = { "inbox", "Inbox", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_JOURNAL] = { "journal", "Journal", "Folder", "IPF.Journal", FOLDER_TOP },
	[FOLDER_NOTES] = { "notes", "Notes", "Folder", "IPF.StickyNote", FOLDER_TOP },
	[FOLDER_OUTBOX] = { "outbox", "Outbox", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_SENT] = { "sentitems", "Sent Items", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_TASKS] = { "tasks", "Tasks", "TasksFolder", "IPF.Task", FOLDER_TOP },
	[FOLDER_JUNK] = { "junkemail", "Junk Email", "Folder", "IPF.Note", FOLDER_TOP },
	[FOLDER_SEARCH] = { "searchfolders", "Finder", "Folder", NULL, FOLDER_ROOT },
};
/* clang-format on */

static size_t log_append(struct folder *folder, struct folder_change change)
{
	if (folder->log_len == folder->log_cap) {
		folder->log_cap = folder->log_cap ? folder->log_cap * 2 : 16;
		folder->log = realloc(folder->log, folder->log_cap * sizeof(*folder->log));
		if (!folder->log)
			abort();
	}
	folder->log[folder->log_len] = change;
	return folder->log_len++;
}

struct folder *folder_new(struct mailbox *mailbox, enum folder_kind kind)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		abort();
	folder->mailbox = mailbox;
	folder->kind = kind;
	folder->id = org_new_id(mailbox->org);
	folder->version = mailbox->org->next_number++;
	log_append(folder, (struct folder_change){ CHANGE_NONE });
	strmap_put(&mailbox->org->folders, folder->id, folder);
	return folder;
}

static void log_forget(struct folder *folder, size_t index)
{
	folder->log[index] = (struct folder_change){ CHANGE_NONE };
}

/* Takes the item out of the maps; it is still in one piece. */
static void detach(struct item *item)
{
	struct folder *folder = item->folder;

	mailbox_item_removed(folder->mailbox, item);
	strmap_remove(&folder->mailbox->org->items, item->id);
	folder->total--;
	folder->unread -= !item->is_read;
	if (item->changed_at != item->created_at)
		log_forget(folder, item->changed_at);
	log_forget(folder, item->created_at);
	log_append(folder,
		(struct folder_change){
			.kind = CHANGE_GONE,
			.gone_id = strdup(item->id),
			.gone_created_at = item->created_at,
		});
}

void folder_free(struct folder **ret_folder)
{
	struct folder *folder = *ret_folder;

	if (!folder)
		return;
	for (size_t i = 0; i < folder->log_len; i++) {
		struct folder_change *change = &folder->log[i];
		free(change->gone_id);
		if (change->kind == CHANGE_CREATED)
			item_free(&change->item);
	}
	free(folder->log);
	free(folder->id);
	free(folder);
	*ret_folder = NULL;
}

/* Puts an item without a folder into this one, under a new id. */
static void attach(struct folder *folder, struct item *item)
{
	struct org *org = folder->mailbox->org;

	free(item->id);
	item->id = org_new_id(org);
	item->folder = folder;
	item->version = org->next_number++;
	item->created_at =
		log_append(folder, (struct folder_change){ .kind = CHANGE_CREATED, .item = item });
	item->changed_at = item->created_at;
	folder->total++;
	folder->unread += !item->is_read;
	strmap_put(&org->items, item->id, item);
	mailbox_item_added(folder->mailbox, item);
}

void folder_add(struct folder *folder, struct item *item, bool arrival)
{
	int64_t now = clock_now();

	if (item->created == TIME_NONE)
		item->created = now;
	if (item->received == TIME_NONE)
		item->received = now;
	item->modified = now;
	attach(folder, item);
	if (arrival)
		events_item(folder, EVENT_NEW_MAIL, item, NULL, NULL);
	events_item(folder, EVENT_CREATED, item, NULL, NULL);
}

static void changed(struct item *item, enum change_kind kind)
{
	struct folder *folder = item->folder;

	/* a change of the read flag must not hide a real one that is still unseen */
	if (kind == CHANGE_READ_FLAG && item->changed_at != item->created_at &&
		folder->log[item->changed_at].kind == CHANGE_UPDATED)
		kind = CHANGE_UPDATED;
	if (item->changed_at != item->created_at)
		log_forget(folder, item->changed_at);
	item->changed_at = log_append(folder, (struct folder_change){ kind, item, NULL, 0 });
	item->version = folder->mailbox->org->next_number++;
	item->modified = clock_now();
	events_item(folder, EVENT_MODIFIED, item, NULL, NULL);
}

void folder_changed(struct item *item)
{
	changed(item, CHANGE_UPDATED);
}

void folder_read_flag_changed(struct item *item)
{
	struct folder *folder = item->folder;

	folder->unread += item->is_read ? (size_t)-1 : 1;
	changed(item, CHANGE_READ_FLAG);
}

void folder_delete(struct item *item)
{
	detach(item);
	events_item(item->folder, EVENT_DELETED, item, NULL, NULL);
	item_free(&item);
}

void folder_move(struct item *item, struct folder *to)
{
	struct folder *from = item->folder;
	char *old_id = strdup(item->id);

	detach(item);
	attach(to, item);
	item->modified = clock_now();
	events_item(to, EVENT_MOVED, item, from, old_id);
	free(old_id);
}

void folder_renew(struct folder *folder)
{
	struct org *org = folder->mailbox->org;
	size_t at = folder->log_len;
	struct item *item;

	strmap_remove(&org->folders, folder->id);
	free(folder->id);
	folder->id = org_new_id(org);
	folder->version = org->next_number++;
	strmap_put(&org->folders, folder->id, folder);
	/* what is attached again stands behind `at`, so that each is met once */
	while ((item = folder_next(folder, &at))) {
		detach(item);
		attach(folder, item);
		item->content_version = item->version;
	}
}

struct item *folder_next(const struct folder *folder, size_t *at)
{
	while (*at > 1) {
		const struct folder_change *change = &folder->log[--*at];
		if (change->kind == CHANGE_CREATED)
			return change->item;
	}
	return NULL;
}
