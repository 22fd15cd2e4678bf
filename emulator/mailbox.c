#include "mailbox.h"

#include "base/random.h"
#include "base/text.h"
#include "events.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_MAX = 320, /* of a folded user name or address; longer ones are unknown */
	ID_BYTES = 112 /* of an item id before base64, as long as Exchange's */
};

/* Names are found without regard to case. */
static bool fold(const char *name, char ret[KEY_MAX])
{
	size_t i;

	for (i = 0; name && name[i]; i++) {
		if (i == KEY_MAX - 1)
			return false;
		ret[i] = (char)tolower((unsigned char)name[i]);
	}
	ret[i] = 0;
	return i > 0;
}

static void list_free(char **list)
{
	for (char **p = list; p && *p; p++)
		free(*p);
	free(list);
}

static void account_free(struct account *account)
{
	list_free(account->impersonates);
	list_free(account->delegate_of);
	free(account->user);
	free(account->password);
	free(account->smtp);
	free(account->guid);
	free(account);
}

static void mailbox_free(struct mailbox *mailbox)
{
	const struct strmap_entry *entry;

	for (int i = 0; i < FOLDER_KINDS; i++)
		folder_free(&mailbox->folders[i]);
	for (size_t i = 0; strmap_next(&mailbox->threads, &i, &entry);)
		free(entry->value);
	strmap_release(&mailbox->threads);
	configurations_release(&mailbox->configurations);
	free(mailbox->smtp);
	free(mailbox->name);
	free(mailbox);
}

static void init_maps(struct org *org)
{
	strmap_init(&org->accounts);
	strmap_init(&org->mailboxes);
	strmap_init(&org->items);
	strmap_init(&org->folders);
	org->events = events_new();
}

static void release_maps(struct org *org)
{
	const struct strmap_entry *entry;

	events_free(&org->events);
	for (size_t i = 0; strmap_next(&org->accounts, &i, &entry);)
		account_free(entry->value);
	for (size_t i = 0; strmap_next(&org->mailboxes, &i, &entry);)
		mailbox_free(entry->value);
	strmap_release(&org->accounts);
	strmap_release(&org->mailboxes);
	strmap_release(&org->items);
	strmap_release(&org->folders);
}

void org_init(struct org *org)
{
	*org = (struct org){ .next_number = 1 };
	random_bytes(org->salt, sizeof(org->salt));
	init_maps(org);
}

void org_release(struct org *org)
{
	release_maps(org);
}

void org_reset(struct org *org)
{
	release_maps(org);
	init_maps(org);
}

static void *find_folded(const struct strmap *map, const char *name)
{
	char key[KEY_MAX];

	return fold(name, key) ? strmap_get(map, key) : NULL;
}

struct account *org_account(const struct org *org, const char *user)
{
	return find_folded(&org->accounts, user);
}

struct mailbox *org_mailbox(const struct org *org, const char *smtp)
{
	return find_folded(&org->mailboxes, smtp);
}

struct folder *org_folder(const struct org *org, const char *folder_id)
{
	return strmap_get(&org->folders, folder_id);
}

struct item *org_item(const struct org *org, const char *item_id)
{
	return strmap_get(&org->items, item_id);
}

struct account *org_add_account(
	struct org *org, const char *user, const char *password, const char *smtp)
{
	struct account *account = org_account(org, user);
	char key[KEY_MAX], uuid[UUID_LEN + 1];

	if (!account) {
		account = calloc(1, sizeof(*account));
		if (!account || !fold(user, key))
			abort();
		random_uuid(uuid);
		item_set(&account->guid, uuid);
		strmap_put(&org->accounts, key, account);
	}
	item_set(&account->user, user);
	item_set(&account->password, password);
	item_set(&account->smtp, smtp);
	return account;
}

struct mailbox *org_add_mailbox(struct org *org, const char *smtp, const char *name)
{
	struct mailbox *mailbox = org_mailbox(org, smtp);
	char key[KEY_MAX];

	if (!mailbox) {
		mailbox = calloc(1, sizeof(*mailbox));
		if (!mailbox || !fold(smtp, key))
			abort();
		mailbox->org = org;
		mailbox->processing = PROCESSING_UPDATE;
		mailbox->number = org->next_number++;
		strmap_init(&mailbox->threads);
		for (int i = 0; i < FOLDER_KINDS; i++)
			mailbox->folders[i] = folder_new(mailbox, (enum folder_kind)i);
		strmap_put(&org->mailboxes, key, mailbox);
	}
	item_set(&mailbox->smtp, smtp);
	item_set(&mailbox->name, name ? name : smtp);
	return mailbox;
}

void mailbox_renew(struct mailbox *mailbox)
{
	for (int i = 0; i < FOLDER_KINDS; i++)
		folder_renew(mailbox->folders[i]);
}

static bool list_has(char *const *list, const char *smtp)
{
	for (; list && *list; list++)
		if (text_equal_nocase(*list, smtp))
			return true;
	return false;
}

bool account_may_impersonate(const struct account *account, const char *smtp)
{
	return account->impersonates_all || text_equal_nocase(account->smtp, smtp) ||
		list_has(account->impersonates, smtp);
}

bool account_is_delegate(const struct account *account, const char *smtp)
{
	return text_equal_nocase(account->smtp, smtp) || list_has(account->delegate_of, smtp);
}

struct meeting_thread *mailbox_thread(const struct mailbox *mailbox, const char *uid)
{
	return uid ? strmap_get(&mailbox->threads, uid) : NULL;
}

void mailbox_item_added(struct mailbox *mailbox, struct item *item)
{
	bool calendar = item->type == ITEM_CALENDAR && item->folder->kind == FOLDER_CALENDAR;
	bool inbox = (item->type & ITEM_MEETING_MESSAGE) && item->folder->kind == FOLDER_INBOX;

	item->thread_next = NULL;
	if (!item->uid || (!calendar && !inbox))
		return;
	struct meeting_thread *thread = mailbox_thread(mailbox, item->uid);
	if (!thread) {
		thread = calloc(1, sizeof(*thread));
		if (!thread)
			abort();
		strmap_put(&mailbox->threads, item->uid, thread);
	}
	if (calendar) {
		thread->calendar = item;
		return;
	}
	item->thread_next = thread->inbox;
	thread->inbox = item;
}

void mailbox_item_removed(struct mailbox *mailbox, struct item *item)
{
	struct meeting_thread *thread = mailbox_thread(mailbox, item->uid);

	if (!thread)
		return;
	if (thread->calendar == item)
		thread->calendar = NULL;
	for (struct item **p = &thread->inbox; *p; p = &(*p)->thread_next) {
		if (*p == item) {
			*p = item->thread_next;
			break;
		}
	}
	if (!thread->calendar && !thread->inbox)
		free(strmap_remove(&mailbox->threads, item->uid));
}

static void put_number(unsigned char *to, uint64_t number)
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		to[i] = (unsigned char)number;
}

/* Looks like the real ones: a fixed head, the mailbox's part, a counter at the end, and of a
 * length that tells whoever keeps ids in too little room. */
char *org_new_id(struct org *org)
{
	unsigned char bytes[ID_BYTES] = { 0x00, 0x02, 0xa4 };
	struct buf text;

	for (size_t i = 3; i < ID_BYTES - 8; i++)
		bytes[i] = (unsigned char)(org->salt[i % sizeof(org->salt)] ^ (i * 37));
	put_number(bytes + ID_BYTES - 8, org->next_number++);
	buf_init(&text, ID_BYTES * 2);
	text_base64_encode(&text, bytes, sizeof(bytes));
	return buf_steal(&text);
}

void org_change_key(const struct org *org, uint64_t version, char ret[CHANGE_KEY_LEN + 1])
{
	unsigned char bytes[CHANGE_KEY_LEN / 4 * 3] = { 0x0f, 0, 0, 0, 0x16, 0, 0, 0 };
	struct buf text;

	memcpy(bytes + 8, org->salt, 14);
	put_number(bytes + sizeof(bytes) - 8, version);
	buf_init(&text, CHANGE_KEY_LEN);
	text_base64_encode(&text, bytes, sizeof(bytes));
	memcpy(ret, text.data, CHANGE_KEY_LEN + 1);
	buf_release(&text);
}

bool org_version_of(const char *change_key, uint64_t *ret)
{
	struct buf bytes;
	uint64_t version = 0;

	buf_init(&bytes, CHANGE_KEY_LEN);
	bool ok = text_base64_decode(&bytes, change_key, strlen(change_key)) &&
		bytes.len == CHANGE_KEY_LEN / 4 * 3;
	for (size_t i = bytes.len - 8; ok && i < bytes.len; i++)
		version = version << 8 | (unsigned char)bytes.data[i];
	buf_release(&bytes);
	if (ok)
		*ret = version;
	return ok;
}
