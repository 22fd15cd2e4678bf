#include "join/register.h"
#include "base/clock.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { START = 1000000, HOUR = 3600 };

/* The integration of fixture_connector(): buffers of 30 minutes before, 60 after. */
static int64_t add_connector(struct fixture *f)
{
	struct err err = { 0 };
	struct ms_exchange_connector c =
		fixture_connector(&f->arena, "Exchange", "vmr@example.com");
	c.meeting_buffer_before = 30;
	c.meeting_buffer_after = 60;
	assert_true(store_insert(f->store, &ms_exchange_connector_type, &c, NULL, &err));
	return c.id;
}

static int64_t add_room(struct fixture *f, const char *name, bool single_use)
{
	struct err err = { 0 };
	struct conference c;
	record_defaults(&conference_type, &c, &f->arena);
	c.name = name;
	c.single_use = single_use;
	assert_true(store_insert(f->store, &conference_type, &c, NULL, &err));
	return c.id;
}

static int64_t add_alias(struct fixture *f, int64_t room, const char *alias)
{
	struct err err = { 0 };
	struct conference_alias a;
	record_defaults(&conference_alias_type, &a, &f->arena);
	a.alias = alias;
	a.conference = room;
	assert_true(store_insert(f->store, &conference_alias_type, &a, NULL, &err));
	return a.id;
}

static int64_t add_meeting(
	struct fixture *f, int64_t room, int64_t connector, int64_t start, int64_t end)
{
	struct err err = { 0 };
	struct scheduled_conference s;
	record_defaults(&scheduled_conference_type, &s, &f->arena);
	s.conference = room;
	s.exchange_connector = connector;
	s.start_time = start;
	s.end_time = end;
	assert_true(store_insert(f->store, &scheduled_conference_type, &s, NULL, &err));
	return s.id;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	fixture_init(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	fixture_release(*state);
	free(*state);
	return 0;
}

static bool is_open(struct join_register *reg, const char *alias, int64_t now)
{
	struct join_room room;
	return join_lookup(reg, alias, now, &room);
}

static void a_single_use_room_is_open_inside_its_windows_only(void **state)
{
	struct fixture *f = *state;
	struct err err = { 0 };
	struct join_room room;
	int64_t connector = add_connector(f), id = add_room(f, "Review", true);
	add_alias(f, id, "123456789@vc.example.com");
	add_alias(f, id, "123456789");
	add_meeting(f, id, connector, START, START + HOUR);
	add_meeting(f, id, connector, START + 10 * HOUR, START + 11 * HOUR);
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, &err));
	assert_false(is_open(reg, "123456789", START - 1801));
	assert_true(is_open(reg, "123456789", START - 1800));
	assert_true(join_lookup(reg, "123456789@vc.example.com", START + 2 * HOUR, &room));
	assert_int_equal(room.closes_at, START + 2 * HOUR);
	assert_int_equal(room.conference_id, id);
	assert_string_equal(room.name, "Review");
	assert_string_equal(room.service_type, "conference");
	assert_int_equal(room.participant_limit, JOIN_NO_LIMIT);
	assert_false(is_open(reg, "123456789", START + 2 * HOUR + 1));
	assert_true(join_lookup_id(reg, id, START + 10 * HOUR, &room));
	assert_false(join_lookup_id(reg, id, START + 20 * HOUR, &room));
	assert_false(join_lookup_id(reg, id + 1, START, &room));
	struct join_register_count count = join_register_count(reg);
	assert_int_equal(count.rooms, 1);
	assert_int_equal(count.aliases, 2);
	assert_int_equal(count.windows, 2);
	join_register_free(&reg);
}

static void a_permanent_room_is_always_open_and_one_without_windows_never(void **state)
{
	struct fixture *f = *state;
	struct join_room room;
	int64_t own = add_room(f, "Ann's room", false), bare = add_room(f, "Bare", true);
	add_alias(f, own, "ann@vc.example.com");
	add_alias(f, bare, "bare@vc.example.com");
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, NULL));
	assert_true(join_lookup(reg, "ann@vc.example.com", 0, &room));
	assert_true(room.closes_at == JOIN_NEVER);
	assert_false(is_open(reg, "bare@vc.example.com", START));
	join_register_free(&reg);
}

static void an_alias_is_found_however_it_is_dialled(void **state)
{
	struct fixture *f = *state;
	char longest[JOIN_ALIAS_MAX + 2], key[JOIN_ALIAS_MAX + 1];
	add_alias(f, add_room(f, "Ann's room", false), "Ann.Lee@VC.example.com");
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, NULL));
	static const char *const same[] = { "ann.lee@vc.example.com", "ANN.LEE@VC.EXAMPLE.COM",
		"sip:ann.lee@vc.example.com", "SIPS:ann.lee@vc.example.com",
		"h323:Ann.Lee@vc.example.com", "  \tann.lee@vc.example.com\n",
		"sip: ann.lee@vc.example.com " };
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(is_open(reg, same[i], START));
	static const char *const others[] = { "", " ", "sip:", "ann.lee", "ann.lee@vc.example.co",
		"ann.lee@vc.example.com.", "sip:sip:ann.lee@vc.example.com",
		"tel:ann.lee@vc.example.com" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(is_open(reg, others[i], START));
	memset(longest, 'a', sizeof(longest));
	longest[JOIN_ALIAS_MAX + 1] = '\0';
	assert_false(join_alias_key(longest, key));
	assert_true(join_alias_key(longest + 1, key));
	assert_int_equal(strlen(key), JOIN_ALIAS_MAX);
	join_register_free(&reg);
}

static void refreshing_follows_the_database(void **state)
{
	struct fixture *f = *state;
	struct err err = { 0 };
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, &err));
	int64_t connector = add_connector(f), id = add_room(f, "New", true);
	int64_t other = add_room(f, "Other", false);
	int64_t first = add_alias(f, id, "first@vc.example.com");
	add_alias(f, other, "other@vc.example.com");
	int64_t meeting = add_meeting(f, id, connector, START, START + HOUR);
	assert_false(
		is_open(reg, "first@vc.example.com", START)); /* nobody told the register yet */
	assert_true(join_register_refresh(reg, f->store, id, &err));
	assert_true(is_open(reg, "first@vc.example.com", START));
	assert_false(is_open(reg, "other@vc.example.com", START));
	assert_true(join_register_refresh(reg, f->store, other, &err));

	assert_true(store_delete(f->store, &conference_alias_type, first, &err));
	add_alias(f, id, "second@vc.example.com");
	assert_true(join_register_refresh(reg, f->store, id, &err));
	assert_false(is_open(reg, "first@vc.example.com", START));
	assert_true(is_open(reg, "second@vc.example.com", START));

	assert_true(store_delete(f->store, &scheduled_conference_type, meeting, &err));
	assert_true(join_register_refresh(reg, f->store, id, &err));
	assert_false(is_open(reg, "second@vc.example.com", START));

	assert_true(store_delete(f->store, &conference_type, other, &err));
	assert_true(join_register_refresh(reg, f->store, other, &err));
	assert_false(is_open(reg, "other@vc.example.com", START));
	assert_int_equal(join_register_count(reg).rooms, 1);
	assert_true(join_register_refresh(reg, f->store, 4711, &err)); /* never was */
	join_register_free(&reg);
}

static void the_first_to_come_keeps_a_key_that_two_rooms_claim(void **state)
{
	struct fixture *f = *state;
	struct join_room room;
	int64_t one = add_room(f, "One", false), two = add_room(f, "Two", false);
	add_alias(f, one, "x@vc.example.com");
	add_alias(f, two, "sip:x@vc.example.com");
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, NULL));
	assert_true(join_register_refresh(reg, f->store, two, NULL));
	assert_true(join_lookup(reg, "x@vc.example.com", START, &room));
	assert_int_equal(room.conference_id, one);
	join_register_free(&reg);
}

static void a_failed_reading_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct err err = { 0 };
	int64_t id = add_room(f, "Ann's room", false);
	add_alias(f, id, "ann@vc.example.com");
	struct join_register *reg = join_register_new();
	assert_true(join_register_load(reg, f->store, &err));
	assert_true(store_exec(f->store, &err, "DROP TABLE scheduled_conference", ""));
	assert_false(join_register_load(reg, f->store, &err));
	assert_int_equal(err.code, ERR_INTERNAL); /* the statement makes no sense any more */
	assert_false(join_register_refresh(reg, f->store, id, &err));
	assert_true(is_open(reg, "ann@vc.example.com", START));
	join_register_free(&reg);
}

/* Many rooms: what is loaded in bulk is what a look-up finds. */
static void many_windows_are_loaded_at_once(void **state)
{
	enum { ROOMS = 20000, EACH = 5, MOST_MS = 20000 };
	struct fixture *f = *state;
	struct err err = { 0 };
	char alias[32];
	assert_true(store_exec(f->store, &err,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
		"INSERT INTO conference (id, name, description, service_type, pin, allow_guests, "
		"guest_pin, primary_owner_email_address, tag, host_view, guest_view, ivr_theme, "
		"host_identity_provider_group, guest_identity_provider_group, "
		"non_idp_participants, enable_chat, enable_overlay_text, live_captions_enabled, "
		"mute_all_guests, creation_time, sync_tag, single_use) "
		"SELECT i, 'Room ' || i, '', 'conference', '', 0, '', '', '', '', '', '', '', '', "
		"'', '', 0, '', 0, 0, '', 1 FROM n",
		"i", (int64_t)ROOMS));
	assert_true(store_exec(f->store, &err,
		"INSERT INTO conference_alias (alias, description, creation_time, conference) "
		"SELECT id || '@vc.example.com', '', 0, id FROM conference",
		""));
	assert_true(store_exec(f->store, &err,
		"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < $1 - 1) "
		"INSERT INTO scheduled_conference (conference, start_time, end_time, subject, "
		"ews_item_id, "
		"ews_item_uid) SELECT id, id * 10 + i * 1000000, id * 10 + 5 + i * 1000000, '', "
		"'', '' "
		"FROM conference, n",
		"i", (int64_t)EACH));
	struct join_register *reg = join_register_new();
	int64_t before_ms = clock_mono_ms();
	assert_true(join_register_load(reg, f->store, &err));
	assert_in_range(clock_mono_ms() - before_ms, 0, MOST_MS);
	struct join_register_count count = join_register_count(reg);
	assert_int_equal(count.rooms, ROOMS);
	assert_int_equal(count.windows, ROOMS * EACH);
	for (int64_t i = 1; i <= ROOMS; i += 7) {
		snprintf(alias, sizeof(alias), "%d@vc.example.com", (int)i);
		assert_false(is_open(reg, alias, i * 10 - 1));
		assert_true(is_open(reg, alias, i * 10));
		assert_true(is_open(reg, alias, i * 10 + 5 + 4 * 1000000));
		assert_false(is_open(reg, alias, i * 10 + 6 + 4 * 1000000));
	}
	join_register_free(&reg);
}

struct reader {
	struct join_register *reg;
	atomic_bool stop;
	atomic_long misses;
};

static void *look_up_again_and_again(void *arg)
{
	struct reader *reader = arg;
	while (!reader->stop)
		reader->misses += !is_open(reader->reg, "ann@vc.example.com", START);
	return NULL;
}

static void looking_up_goes_on_while_the_register_changes(void **state)
{
	enum { CHANGES = 200 };
	struct fixture *f = *state;
	pthread_t thread;
	int64_t id = add_room(f, "Ann's room", false);
	add_alias(f, id, "ann@vc.example.com");
	struct reader reader = { .reg = join_register_new() };
	assert_true(join_register_load(reader.reg, f->store, NULL));
	pthread_create(&thread, NULL, look_up_again_and_again, &reader);
	for (int i = 0; i < CHANGES; i++)
		assert_true(i % 2 ? join_register_load(reader.reg, f->store, NULL)
				  : join_register_refresh(reader.reg, f->store, id, NULL));
	reader.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(reader.misses, 0);
	join_register_free(&reader.reg);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_single_use_room_is_open_inside_its_windows_only),
		TEST(a_permanent_room_is_always_open_and_one_without_windows_never),
		TEST(an_alias_is_found_however_it_is_dialled),
		TEST(refreshing_follows_the_database),
		TEST(the_first_to_come_keeps_a_key_that_two_rooms_claim),
		TEST(a_failed_reading_changes_nothing),
		TEST(many_windows_are_loaded_at_once),
		TEST(looking_up_goes_on_while_the_register_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
