/* Two installations and one mailbox. Leases are short; who is waited for is polled. */
#include "sched/owner.h"
#include "base/clock.h"
#include "exchange/exchange_null.h"
#include "store/fixture.h"
#include "store/mailboxes.h"
#include "store/meetings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

enum { LEASE_MS = 400, PATIENCE_MS = 20000 };

/* One installation. */
struct side {
	struct fixture f;
	struct watch_options options;
	struct mailbox mb;
	struct owner owner;
	const char *uuid;
};

struct world {
	struct exchange_null *mailbox;
	struct side one, two;
};

static void open_side(struct world *w, struct side *s, const char *host)
{
	struct err err;
	fixture_init(&s->f);
	struct ms_exchange_connector c =
		fixture_connector(&s->f.arena, "Head office", "room@example.com");
	assert_true(store_insert(s->f.store, &ms_exchange_connector_type, &c, NULL, &err));
	s->options = (struct watch_options){ .store_path = s->f.path,
		.driver = exchange_null_driver(w->mailbox),
		.lease_ms = LEASE_MS };
	mailbox_init(&s->mb, &s->options, c.id);
	if (!mailbox_open(&s->mb, &err))
		fail_msg("%s", err.text);
	assert_true(installation_uuid(s->f.store, &s->f.arena, &s->uuid, NULL));
	owner_init(&s->owner, s->uuid, host, s->f.path, LEASE_MS);
}

static void close_side(struct side *s)
{
	owner_release(&s->owner);
	mailbox_release(&s->mb);
	fixture_release(&s->f);
}

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	w->mailbox = exchange_null_new();
	open_side(w, &w->one, "one.example.com");
	open_side(w, &w->two, "two.example.com");
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	close_side(&w->one);
	close_side(&w->two);
	exchange_null_free(&w->mailbox);
	free(w);
	return 0;
}

static void check(struct side *s)
{
	struct err err;
	arena_reset(&s->mb.batch);
	if (!owner_check(&s->owner, &s->mb, &err))
		fail_msg("%s", err.text);
}

static bool guard(struct side *s)
{
	struct err err;
	arena_reset(&s->mb.batch);
	bool ok = owner_guard(&s->owner, &s->mb, &err);
	assert_true(ok || err.code == ERR_CONFLICT);
	return ok;
}

/* s, and (unless NULL) the other, do what is due until s is in that state. */
static void await(struct side *s, enum owner_state wanted, struct side *other)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (s->owner.state != wanted && clock_mono_ms() < until) {
		if (owner_wait_ms(&s->owner) == 0)
			check(s);
		if (other && owner_wait_ms(&other->owner) == 0)
			check(other);
		usleep(1000); /* polls a condition; bounded by PATIENCE_MS */
	}
	assert_int_equal(s->owner.state, wanted);
}

static const char *alarm_of(struct side *s)
{
	struct rows rows;
	const char *text = "";
	assert_true(store_query(s->f.store, &rows, NULL,
		"SELECT details FROM alarm WHERE name = 'mailbox_shared'", ""));
	if (row_next(&rows, NULL))
		text = arena_strdup(&s->f.arena, row_text(&rows, 0));
	row_done(&rows);
	return text;
}

static void the_first_one_works_at_once(void **state)
{
	struct world *w = *state;
	assert_false(owner_works(&w->one.owner));
	assert_true(guard(&w->one));
	assert_int_equal(w->one.owner.state, OWNER_HOLDS);
	assert_non_null(strstr(exchange_null_note(w->mailbox, OWNER_NOTE), "one.example.com"));
	assert_string_equal(alarm_of(&w->one), "");
}

static void both_sides_hear_of_each_other(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	assert_false(guard(&w->two));
	assert_int_equal(w->two.owner.state, OWNER_STANDS_BY);
	assert_non_null(strstr(alarm_of(&w->two), "stands by: host 'one.example.com'"));
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (!*alarm_of(&w->one) && clock_mono_ms() < until) {
		assert_true(guard(&w->one));
		assert_false(guard(&w->two));
		usleep(1000); /* polls a condition; bounded by PATIENCE_MS */
	}
	assert_non_null(strstr(alarm_of(&w->one), "wanted by host 'two.example.com'"));

	/* The second one is gone: its note goes, and the alarm. */
	while (*alarm_of(&w->one) && clock_mono_ms() < until) {
		assert_true(guard(&w->one));
		usleep(1000); /* polls a condition; bounded by PATIENCE_MS */
	}
	assert_string_equal(alarm_of(&w->one), "");
	assert_string_equal(exchange_null_note(w->mailbox, CHALLENGER_NOTE), "");
}

/* However long it takes: who refreshes stays. */
static void a_living_owner_is_not_replaced(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	int64_t until = clock_mono_ms() + 4 * LEASE_MS;
	while (clock_mono_ms() < until) {
		assert_true(guard(&w->one));
		assert_false(guard(&w->two));
		usleep(1000); /* the time under test: four leases */
	}
}

static void a_dead_owner_is_replaced(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	int64_t began = clock_boot_ms();
	await(&w->two, OWNER_HOLDS, NULL);
	assert_true(clock_boot_ms() - began >= LEASE_MS + LEASE_MS / 2);
	assert_true(guard(&w->two));

	/* It was only frozen. */
	assert_false(guard(&w->one));
	assert_int_equal(w->one.owner.state, OWNER_STANDS_BY);
	assert_true(guard(&w->two));
}

/* The old one objects in time. */
static void a_takeover_can_be_objected_to(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	await(&w->two, OWNER_SETTLING, NULL);
	assert_false(guard(&w->two));
	struct err err;
	assert_true(exchange_note_write(w->one.mb.ex, OWNER_NOTE,
		arena_printf(&w->one.f.arena, "key=%s\nhost=one.example.com\n", w->one.owner.key),
		&err));
	await(&w->two, OWNER_STANDS_BY, NULL);
}

static void an_administrator_decides(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	assert_false(guard(&w->two));
	owner_seize(&w->two.owner);
	await(&w->two, OWNER_HOLDS, &w->one);
	assert_int_equal(w->one.owner.state, OWNER_STANDS_BY);
	assert_false(guard(&w->one));
	assert_true(guard(&w->two));
}

static void a_restart_goes_on_at_once(void **state)
{
	struct world *w = *state;
	assert_true(guard(&w->one));
	owner_release(&w->one.owner);
	owner_init(&w->one.owner, w->one.uuid, "one.example.com", w->one.f.path, LEASE_MS);
	assert_true(guard(&w->one));
	assert_int_equal(w->one.owner.state, OWNER_HOLDS);
}

/* The same id on another host, or in another place. */
static void a_copied_database_is_another_installation(void **state)
{
	struct world *w = *state;
	struct owner copy;
	owner_init(&copy, w->one.uuid, "copy.example.com", w->one.f.path, LEASE_MS);
	assert_string_not_equal(copy.key, w->one.owner.key);
	owner_init(&copy, w->one.uuid, "one.example.com", w->two.f.path, LEASE_MS);
	assert_string_not_equal(copy.key, w->one.owner.key);
	owner_init(&copy, w->one.uuid, "one.example.com", w->one.f.path, LEASE_MS);
	assert_string_equal(copy.key, w->one.owner.key);
}

static void an_older_database_is_found_out(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 3; i++)
		assert_true(mailbox_save_sync_state(
			w->one.f.store, w->one.mb.connector, "room@example.com", "state", NULL));
	assert_true(guard(&w->one));
	assert_false(w->one.owner.restored);
	assert_true(store_exec(w->one.f.store, NULL, "UPDATE mailbox SET saves = 2", ""));
	check(&w->one);
	assert_true(w->one.owner.restored);
	assert_int_equal(w->one.owner.state, OWNER_HOLDS);
}

static void a_mailbox_without_notes_is_worked_on(void **state)
{
	struct world *w = *state;
	static const struct err denied = { .code = ERR_DENIED, .text = "no right" };
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_NOTE_READ, 1, false, &denied);
	assert_true(guard(&w->one));
	assert_int_equal(w->one.owner.state, OWNER_UNGUARDED);
	assert_true(guard(&w->one));
}

static void a_failing_mailbox_is_nobodys(void **state)
{
	struct world *w = *state;
	struct err err;
	static const struct err down = { .code = ERR_NET, .text = "no answer" };
	exchange_null_fail(w->mailbox, EXCHANGE_NULL_NOTE_READ, 1, false, &down);
	assert_false(owner_guard(&w->one.owner, &w->one.mb, &err));
	assert_int_equal(err.code, ERR_NET);
	assert_false(owner_works(&w->one.owner));
	assert_true(guard(&w->one));
}

/* Any text is somebody's note; what it says cannot break a log line. */
static void a_note_that_makes_no_sense(void **state)
{
	struct world *w = *state;
	struct err err;
	assert_true(exchange_note_create(w->one.mb.ex, OWNER_NOTE, "host=a\tb\nkey", &err));
	assert_false(guard(&w->one));
	assert_string_equal(w->one.owner.other, "a?b");
	await(&w->one, OWNER_HOLDS, NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_first_one_works_at_once),
		TEST(both_sides_hear_of_each_other),
		TEST(a_living_owner_is_not_replaced),
		TEST(a_dead_owner_is_replaced),
		TEST(a_takeover_can_be_objected_to),
		TEST(an_administrator_decides),
		TEST(a_restart_goes_on_at_once),
		TEST(a_copied_database_is_another_installation),
		TEST(an_older_database_is_found_out),
		TEST(a_mailbox_without_notes_is_worked_on),
		TEST(a_failing_mailbox_is_nobodys),
		TEST(a_note_that_makes_no_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
