#include "folder.h"

#include "base/text.h"
#include "events.h"
#include "mailbox.h"
#include "sync_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct org org;
static struct mailbox *mailbox;
static struct folder *inbox, *trash;

static int set_up(void **state)
{
	(void)state;
	org_init(&org);
	mailbox = org_add_mailbox(&org, "Room@Example.com", NULL);
	inbox = mailbox->folders[FOLDER_INBOX];
	trash = mailbox->folders[FOLDER_DELETED];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	org_release(&org);
	return 0;
}

static struct item *add(struct folder *folder)
{
	struct item *item = item_new(ITEM_REQUEST);

	item_set(&item->uid, "U");
	folder_add(folder, item, true);
	return item;
}

static void ids_change_on_moves_and_keys_on_changes(void **state)
{
	struct item *item = add(inbox);
	char *id = strdup(item->id), before[CHANGE_KEY_LEN + 1], after[CHANGE_KEY_LEN + 1];
	uint64_t version;

	(void)state;
	assert_ptr_equal(org_item(&org, id), item);
	org_change_key(&org, item->version, before);
	folder_changed(item);
	org_change_key(&org, item->version, after);
	assert_string_not_equal(before, after);
	assert_true(org_version_of(after, &version));
	assert_true(version == item->version);
	assert_false(org_version_of("nonsense", &version));
	folder_move(item, trash);
	assert_string_not_equal(item->id, id);
	assert_null(org_item(&org, id));
	assert_ptr_equal(item->folder, trash);
	free(id);
}

static void log_has_one_living_entry_per_change(void **state)
{
	struct item *item = add(inbox);
	size_t created = item->created_at;

	(void)state;
	folder_changed(item);
	size_t first = item->changed_at;
	folder_changed(item);
	assert_int_equal(inbox->log[created].kind, CHANGE_CREATED);
	assert_int_equal(inbox->log[first].kind, CHANGE_NONE);
	assert_int_equal(inbox->log[item->changed_at].kind, CHANGE_UPDATED);
	folder_delete(item);
	assert_int_equal(inbox->log[created].kind, CHANGE_NONE);
	assert_int_equal(inbox->log[inbox->log_len - 1].kind, CHANGE_GONE);
	assert_int_equal(inbox->total, 0);
	assert_int_equal(inbox->unread, 0);
}

static void a_read_flag_never_hides_a_change(void **state)
{
	struct item *item = add(inbox);

	(void)state;
	item->is_read = true;
	folder_read_flag_changed(item);
	assert_int_equal(inbox->log[item->changed_at].kind, CHANGE_READ_FLAG);
	folder_changed(item);
	item->is_read = false;
	folder_read_flag_changed(item);
	assert_int_equal(inbox->log[item->changed_at].kind, CHANGE_UPDATED);
	assert_int_equal(inbox->unread, 1);
}

static void messages_of_a_meeting_are_found_by_uid(void **state)
{
	struct item *first = add(inbox), *second = add(inbox);
	struct meeting_thread *thread = mailbox_thread(mailbox, "U");

	(void)state;
	assert_ptr_equal(thread->inbox, second);
	assert_ptr_equal(second->thread_next, first);
	folder_move(second, trash);
	assert_ptr_equal(thread->inbox, first);
	folder_delete(first);
	assert_null(mailbox_thread(mailbox, "U"));
}

static void a_state_is_good_for_its_folder_only(void **state)
{
	struct sync_place place = { 0, 0, 0 }, got;
	struct buf text;

	(void)state;
	add(inbox);
	place = (struct sync_place){ 0, 1, 1 };
	buf_init(&text, 1024);
	sync_state_write(&text, inbox, &place);
	assert_true(sync_state_read(text.data, inbox, &got));
	assert_int_equal(got.top, 1);
	assert_false(sync_state_read(text.data, trash, &got));
	text.data[text.len / 2] ^= 1;
	assert_false(sync_state_read(text.data, inbox, &got));
	assert_false(sync_state_read("", inbox, &got));
	buf_release(&text);
}

static void subscriptions_forget_the_oldest(void **state)
{
	struct subscription *s = subscription_new(
		org.events, mailbox, &inbox, 1, EVENT_CREATED | EVENT_NEW_MAIL, false, 60);
	struct buf first, events;

	(void)state;
	buf_init(&first, 1024);
	buf_init(&events, 64 << 20);
	subscription_watermark(s, &first);
	add(trash);
	assert_false(subscription_pending(s));
	for (int i = 0; i < EVENTS_KEPT / 2; i++)
		add(inbox);
	assert_true(subscription_fetch(s, first.data, &events));
	assert_non_null(strstr(events.data, "<t:MoreEvents>true"));
	add(inbox);
	assert_false(subscription_fetch(s, first.data, &events));
	buf_release(&first);
	buf_release(&events);
}

static void subscriptions_are_limited(void **state)
{
	struct subscription *last = NULL;

	(void)state;
	for (int i = 0; i < SUBSCRIPTIONS_MAX; i++)
		last = subscription_new(org.events, mailbox, NULL, 0, EVENT_CREATED, true, 0);
	assert_non_null(last);
	assert_null(subscription_new(org.events, mailbox, NULL, 0, EVENT_CREATED, true, 0));
	subscription_free(org.events, last);
	assert_non_null(subscription_new(org.events, mailbox, NULL, 0, EVENT_CREATED, true, 0));
}

static void names_are_found_in_any_case(void **state)
{
	(void)state;
	assert_ptr_equal(org_mailbox(&org, "ROOM@example.COM"), mailbox);
	assert_null(org_mailbox(&org, ""));
	assert_null(org_mailbox(&org, NULL));
	assert_ptr_equal(org_add_mailbox(&org, "room@EXAMPLE.com", "x"), mailbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			ids_change_on_moves_and_keys_on_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			log_has_one_living_entry_per_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_read_flag_never_hides_a_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			messages_of_a_meeting_are_found_by_uid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_state_is_good_for_its_folder_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(subscriptions_forget_the_oldest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(subscriptions_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_are_found_in_any_case, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
