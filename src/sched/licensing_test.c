#include "sched/licensing.h"
#include "auth/licence.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1800000000LL /* 2027-01-15T08:00:00Z */
#define DAY 86400LL

static struct fixture f;
static char public_key[LICENCE_KEY_LEN + 1], secret_key[LICENCE_KEY_LEN + 1];

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	licence_keys_new(public_key, secret_key);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static void demand_licences(void)
{
	struct err err;
	must(store_exec(f.store, &err, "UPDATE global_settings SET licence_public_key = $1", "s",
		     public_key),
		&err);
}

static const char *sign(int64_t start, int64_t expires, int64_t meetings)
{
	const struct licence_terms t = { .entitlement_id = "E-1",
		.type = "scheduling",
		.features = "series",
		.start = start,
		.expires = expires,
		.meetings = meetings };
	struct buf b;
	struct err err;
	buf_init(&b, LICENCE_TEXT_MAX);
	must(licence_sign(secret_key, &t, &b, &err), &err);
	const char *text = arena_strdup(&f.arena, b.data);
	buf_release(&b);
	return text;
}

static struct licence install(const char *file)
{
	struct licence l;
	struct err err;
	record_defaults(&licence_type, &l, &f.arena);
	l.file = file;
	must(licensing_fill(f.store, &l, NOW, &f.arena, &err), &err);
	must(store_insert(f.store, &licence_type, &l, NULL, &err), &err);
	return l;
}

static struct licence_state state_at(int64_t now)
{
	struct licence_state s;
	struct err err;
	must(licence_state(f.store, now, &s, &err), &err);
	return s;
}

static void add_meeting(int64_t end)
{
	struct err err;
	must(store_exec(f.store, &err,
		     "INSERT INTO conference (name, description, service_type, pin, allow_guests,"
		     " guest_pin, primary_owner_email_address, tag, host_view, guest_view,"
		     " ivr_theme, host_identity_provider_group, guest_identity_provider_group,"
		     " non_idp_participants, enable_chat, enable_overlay_text,"
		     " live_captions_enabled, mute_all_guests, creation_time, sync_tag,"
		     " single_use) SELECT 'Room ' || (SELECT count(*) FROM conference), '',"
		     " 'conference', '', 0, '', '', '', '', '', '', '', '', '', '', 0, '', 0, 0,"
		     " '', 1",
		     ""),
		&err);
	must(store_exec(f.store, &err,
		     "INSERT INTO scheduled_conference (conference, start_time, end_time, subject,"
		     " ews_item_id, ews_item_uid) SELECT max(id), $1, $2, '', '', ''"
		     " FROM conference",
		     "ii", end - 3600, end),
		&err);
}

static int64_t alarms(const char *name)
{
	struct rows rows;
	struct err err;
	must(store_query(
		     f.store, &rows, &err, "SELECT count(*) FROM alarm WHERE name = $1", "s", name),
		&err);
	must(row_next(&rows, &err), &err);
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static void without_a_key_everything_is_allowed(void **state)
{
	(void)state;
	struct licence l;
	struct err err;
	struct licence_state s = state_at(NOW);
	assert_true(s.valid && !s.full);
	assert_int_equal(s.expires, FIELD_NULL);
	assert_int_equal(s.meetings_max, FIELD_NULL);
	record_defaults(&licence_type, &l, &f.arena);
	l.file = sign(NOW, FIELD_NULL, 1);
	assert_false(licensing_fill(f.store, &l, NOW, &f.arena, &err));
	assert_non_null(strstr(err.text, "the built-in licence applies"));
	must(licensing_watch(f.store, NOW, &err), &err);
	assert_int_equal(alarms("licence_expired"), 0);
}

static void with_a_key_a_licence_is_needed(void **state)
{
	(void)state;
	demand_licences();
	struct licence_state s = state_at(NOW);
	assert_false(s.valid);
	assert_string_equal(s.reason, "there is no valid licence");
	struct licence l = install(sign(NOW - DAY, NOW + DAY, 5));
	assert_string_equal(l.entitlement_id, "E-1");
	assert_string_equal(l.features, "series");
	assert_int_equal(l.concurrent, 5);
	assert_string_equal(l.status, "valid");
	s = state_at(NOW);
	assert_true(s.valid && !s.full);
	assert_int_equal(s.expires, NOW + DAY);
	assert_int_equal(s.meetings_max, 5);
	assert_true(state_at(NOW + DAY - 1).valid);
	s = state_at(NOW + DAY);
	assert_false(s.valid);
	assert_string_equal(s.reason, "the licence has expired on 2027-01-16T08:00:00Z");
	assert_int_equal(s.expires, NOW + DAY);
	s = state_at(NOW - DAY - 1);
	assert_string_equal(s.reason, "the licence is not valid until 2027-01-14T08:00:00Z");
}

static void of_several_the_best_counts(void **state)
{
	(void)state;
	demand_licences();
	install(sign(NOW - DAY, NOW + DAY, 5));
	install(sign(NOW - DAY, NOW + 2 * DAY, 3));
	install(sign(NOW + 3 * DAY, FIELD_NULL, FIELD_NULL));
	assert_int_equal(state_at(NOW).meetings_max, 5);
	assert_int_equal(state_at(NOW).expires, NOW + 2 * DAY);
	assert_int_equal(state_at(NOW + DAY).meetings_max, 3);
	assert_false(state_at(NOW + 2 * DAY).valid);
	assert_int_equal(state_at(NOW + 3 * DAY).meetings_max, FIELD_NULL);
	assert_int_equal(state_at(NOW + 3 * DAY).expires, FIELD_NULL);
}

/* What stands in the columns makes no licence. */
static void a_row_that_was_changed_is_worth_nothing(void **state)
{
	(void)state;
	struct err err;
	struct licence got;
	demand_licences();
	int64_t id = install(sign(NOW - 2 * DAY, NOW - DAY, 5)).id;
	must(store_exec(f.store, &err,
		     "UPDATE licence SET expiration_date = NULL, status = 'valid'", ""),
		&err);
	assert_false(state_at(NOW).valid);
	must(store_exec(f.store, &err, "UPDATE licence SET file = file || 'x'", ""), &err);
	assert_string_equal(state_at(NOW).reason, "there is no valid licence");
	must(licensing_watch(f.store, NOW, &err), &err);
	must(store_get(f.store, &licence_type, id, &f.arena, &got, &err), &err);
	assert_string_equal(got.status, "refused");
}

static void meetings_that_are_not_over_count(void **state)
{
	(void)state;
	demand_licences();
	install(sign(NOW - DAY, FIELD_NULL, 2));
	add_meeting(NOW - 1);
	add_meeting(NOW + 3600);
	struct licence_state s = state_at(NOW);
	assert_int_equal(s.meetings, 1);
	assert_true(s.valid && !s.full);
	add_meeting(NOW + 30 * DAY);
	s = state_at(NOW);
	assert_true(s.valid && s.full);
	assert_string_equal(
		s.reason, "the licence allows 2 scheduled meetings at a time, and there are 2");
	assert_false(state_at(NOW + 3600).full);
}

static void alarms_come_and_go(void **state)
{
	(void)state;
	struct err err;
	int64_t end = NOW + (LICENCE_WARNING_DAYS + 1) * DAY;
	demand_licences();
	install(sign(NOW - DAY, end, 1));
	must(licensing_watch(f.store, NOW, &err), &err);
	assert_int_equal(alarms("licence_will_expire"), 0);
	must(licensing_watch(f.store, NOW + DAY, &err), &err);
	assert_int_equal(alarms("licence_will_expire"), 1);
	add_meeting(end + DAY);
	must(licensing_watch(f.store, NOW + DAY, &err), &err);
	assert_int_equal(alarms("licence_meetings_reached"), 1);
	must(licensing_watch(f.store, end, &err), &err);
	assert_int_equal(alarms("licence_will_expire"), 0);
	assert_int_equal(alarms("licence_meetings_reached"), 0);
	assert_int_equal(alarms("licence_expired"), 1);
	install(sign(NOW - DAY, FIELD_NULL, FIELD_NULL));
	must(licensing_watch(f.store, end, &err), &err);
	assert_int_equal(alarms("licence_expired"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(without_a_key_everything_is_allowed),
		T(with_a_key_a_licence_is_needed),
		T(of_several_the_best_counts),
		T(a_row_that_was_changed_is_worth_nothing),
		T(meetings_that_are_not_over_count),
		T(alarms_come_and_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
