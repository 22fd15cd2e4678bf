#include "store/aliases.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1800000000LL
#define DAY 86400LL

static struct fixture f;
static struct ms_exchange_connector connector;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&f);
	connector = fixture_connector(&f.arena, "Head office", "vmr@example.com");
	connector.scheduled_alias_prefix = "77";
	must(store_exec(f.store, &err,
		     "UPDATE global_settings SET alias_requests_per_user_per_hour = 0", ""),
		&err);
	must(store_insert(f.store, &ms_exchange_connector_type, &connector, NULL, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static bool allocate(
	const struct alias_request *request, struct scheduled_alias *ret, struct err *err)
{
	must(store_begin(f.store, err), err);
	if (!aliases_allocate(f.store, request, &f.arena, ret, err)) {
		store_rollback(f.store);
		return false;
	}
	must(store_commit(f.store, err), err);
	return true;
}

static struct scheduled_alias allocated(const struct alias_request *request)
{
	struct scheduled_alias alias;
	struct err err;
	must(allocate(request, &alias, &err), &err);
	return alias;
}

static struct alias_request request_at(int64_t now)
{
	return (struct alias_request){ .connector = &connector, .user = "ada", .now = now };
}

static int64_t count(const char *sql)
{
	struct rows rows;
	struct err err;
	must(store_query(f.store, &rows, &err, sql, ""), &err);
	must(row_next(&rows, &err), &err);
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static void execute(const char *sql)
{
	struct err err;
	must(store_exec(f.store, &err, sql, ""), &err);
}

/* A generator under the test's control: the numbers listed, then the last one for ever. */
static uint64_t stub_numbers[4];
static size_t stub_used;

static uint64_t stub(uint64_t bound)
{
	size_t i = stub_used < 3 ? stub_used : 3;
	stub_used++;
	assert_true(stub_numbers[i] < bound);
	return stub_numbers[i];
}

static void stub_returns(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	stub_used = 0;
	memcpy(stub_numbers, (uint64_t[4]){ a, b, c, d }, sizeof(stub_numbers));
}

static void an_alias_is_prefix_digits_and_domain(void **state)
{
	(void)state;
	stub_returns(12345, 0, 0, 0);
	struct alias_request request = request_at(NOW);
	request.random_below = stub;
	connector.scheduled_alias_domain = "VC.example.com";
	struct scheduled_alias alias = allocated(&request), stored;
	assert_string_equal(alias.alias, "77000012345@vc.example.com");
	assert_string_equal(alias.numeric_alias, "77000012345");
	assert_int_equal(alias.alias_number, 12345);
	struct err err;
	must(store_get(f.store, &scheduled_alias_type, alias.id, &f.arena, &stored, &err), &err);
	assert_string_equal(stored.uuid, alias.uuid);
	assert_int_equal(strlen(stored.uuid), 36);
	assert_int_equal(stored.exchange_connector, connector.id);
	assert_int_equal(stored.creation_time, NOW);
	assert_false(stored.is_used);
}

static void aliases_differ(void **state)
{
	(void)state;
	struct alias_request request = request_at(NOW);
	struct scheduled_alias a = allocated(&request), b = allocated(&request);
	assert_string_not_equal(a.alias, b.alias);
	assert_string_not_equal(a.uuid, b.uuid);
	connector.scheduled_alias_prefix = "";
	connector.scheduled_alias_suffix_length = 15;
	assert_int_equal(strlen(allocated(&request).numeric_alias), 15);
}

static void taken_numbers_are_passed_over(void **state)
{
	(void)state;
	execute("INSERT INTO conference (name, description, service_type, pin, allow_guests, "
		"guest_pin, "
		"primary_owner_email_address, tag, host_view, guest_view, ivr_theme, "
		"host_identity_provider_group, guest_identity_provider_group, "
		"non_idp_participants, "
		"enable_chat, enable_overlay_text, live_captions_enabled, mute_all_guests, "
		"creation_time, sync_tag, single_use) VALUES ('r', '', 'conference', '', 0, '', "
		"'', '', "
		"'', '', '', '', '', '', '', 0, '', 0, 0, '', 0)");
	execute("INSERT INTO conference_alias (alias, description, creation_time, conference) "
		"VALUES ('77000000001@VC.example.com', '', 0, 1)");
	execute("INSERT INTO resting_alias VALUES ('77000000002', 1)");
	struct alias_request request = request_at(NOW);
	request.random_below = stub;
	stub_returns(0, 0, 0, 0);
	assert_string_equal(allocated(&request).numeric_alias, "77000000000");
	stub_returns(0, 1, 2, 7); /* a scheduled alias, a room's, one that rests */
	assert_string_equal(allocated(&request).numeric_alias, "77000000007");
	assert_int_equal(stub_used, 4);
	/* Stuck generator: the next gap, past all that are taken. */
	stub_returns(0, 0, 0, 0);
	assert_string_equal(allocated(&request).numeric_alias, "77000000003");
	assert_int_equal(stub_used, ALIAS_TRIES + 1);
}

static void fill(int from, int to)
{
	struct err err;
	must(store_exec(f.store, &err,
		     "WITH RECURSIVE n (i) AS (SELECT $1 UNION ALL SELECT i + 1 FROM n WHERE i < "
		     "$2) "
		     "INSERT INTO resting_alias SELECT format('77%05d', i), 2000000000 FROM n",
		     "ii", (int64_t)from, (int64_t)to),
		&err);
}

static void a_nearly_full_space_still_gives(void **state)
{
	(void)state;
	connector.scheduled_alias_suffix_length = 5;
	fill(0, 49999);
	fill(50001, 99998);
	struct alias_request request = request_at(NOW);
	request.random_below = stub;
	stub_returns(60000, 60000, 60000, 60000);
	assert_string_equal(allocated(&request).numeric_alias, "7799999"); /* behind the start */
	assert_string_equal(allocated(&request).numeric_alias, "7750000"); /* before it */
	request.random_below = NULL;
	struct scheduled_alias alias = { .id = -7 };
	struct err err;
	assert_false(allocate(&request, &alias, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_non_null(strstr(err.text, "raise scheduled_alias_suffix_length"));
	assert_int_equal(alias.id, -7);
	/* Another prefix, or more digits, is another space. */
	connector.scheduled_alias_suffix_length = 6;
	allocated(&request);
}

static void longer_and_foreign_aliases_do_not_fill_the_space(void **state)
{
	(void)state;
	connector.scheduled_alias_suffix_length = 5;
	fill(0, 9);
	execute("INSERT INTO resting_alias VALUES ('770001012', 2000000000), "
		"('7700010@other.example.com', 2000000000), ('7700010@vc.example.co', 2000000000), "
		"('7700011@vc.example.com', 2000000000)");
	struct alias_request request = request_at(NOW);
	request.random_below = stub;
	stub_returns(0, 0, 0, 0);
	assert_string_equal(allocated(&request).numeric_alias, "7700010");
	assert_string_equal(allocated(&request).numeric_alias, "7700012");
}

static void no_domain_is_said_so(void **state)
{
	(void)state;
	connector.scheduled_alias_domain = "";
	struct alias_request request = request_at(NOW);
	struct scheduled_alias alias;
	struct err err;
	assert_false(allocate(&request, &alias, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.text,
		"integration 'Head office' has no alias domain: set scheduled_alias_domain");
}

static void the_same_key_gives_the_same_alias(void **state)
{
	(void)state;
	struct alias_request request = request_at(NOW);
	request.key = "click-1";
	struct scheduled_alias first = allocated(&request);
	request.now = NOW + ALIAS_REQUEST_S - 1;
	assert_string_equal(allocated(&request).alias, first.alias);
	assert_int_equal(count("SELECT count(*) FROM scheduled_alias"), 1);

	request.now = NOW;
	request.key = "click-2";
	assert_string_not_equal(allocated(&request).alias, first.alias);
	request.key = "click-1";
	request.user = "bob";
	assert_string_not_equal(allocated(&request).alias, first.alias);
	request.user = "ada";
	request.now = NOW + ALIAS_REQUEST_S;
	struct scheduled_alias later = allocated(&request);
	assert_string_not_equal(later.alias, first.alias);
	assert_string_equal(allocated(&request).alias, later.alias);

	request.key = "";
	assert_string_not_equal(allocated(&request).alias, allocated(&request).alias);
}

static void keys_have_a_length_and_are_not_kept(void **state)
{
	(void)state;
	char key[ALIAS_REQUEST_KEY_MAX + 2];
	memset(key, 'k', sizeof(key));
	key[ALIAS_REQUEST_KEY_MAX + 1] = '\0';
	struct alias_request request = request_at(NOW);
	struct scheduled_alias alias;
	struct err err;
	request.key = key;
	assert_false(allocate(&request, &alias, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	key[ALIAS_REQUEST_KEY_MAX] = '\0';
	allocated(&request);
	assert_int_equal(count("SELECT count(*) FROM alias_request"), 1);
	assert_int_equal(count("SELECT count(*) FROM alias_request WHERE digest LIKE '%kkk%'"), 0);
}

static struct scheduled_alias of_token(
	const struct ms_exchange_connector *c, const char *token_id, bool *ret_new)
{
	struct alias_request request = request_at(NOW);
	struct scheduled_alias alias;
	struct err err;
	request.connector = c;
	must(store_begin(f.store, &err), &err);
	must(aliases_of_token(f.store, &request, token_id, &f.arena, &alias, ret_new, &err), &err);
	must(store_commit(f.store, &err), &err);
	return alias;
}

static void a_sealed_token_has_one_alias(void **state)
{
	(void)state;
	struct err err;
	bool is_new = false;
	int64_t id = 0;
	struct ms_exchange_connector other =
		fixture_connector(&f.arena, "Branch", "branch@example.com");
	must(store_insert(f.store, &ms_exchange_connector_type, &other, NULL, &err), &err);
	must(aliases_find_token(f.store, connector.id, "aa", &id, &err), &err);
	assert_int_equal(id, FIELD_NULL);
	struct scheduled_alias first = of_token(&connector, "aa", &is_new);
	assert_true(is_new);
	assert_false(first.is_used);
	assert_int_equal(first.exchange_connector, connector.id);
	assert_int_equal(of_token(&connector, "aa", &is_new).id, first.id);
	assert_false(is_new);
	must(aliases_find_token(f.store, connector.id, "aa", &id, &err), &err);
	assert_int_equal(id, first.id);
	/* Another token, and the same one of another integration. */
	assert_int_not_equal(of_token(&connector, "ab", NULL).id, first.id);
	struct scheduled_alias elsewhere = of_token(&other, "aa", &is_new);
	assert_true(is_new);
	assert_int_equal(elsewhere.exchange_connector, other.id);
	/* One that was rolled back was never there. */
	struct alias_request request = request_at(NOW);
	struct scheduled_alias lost;
	must(store_begin(f.store, &err), &err);
	must(aliases_of_token(f.store, &request, "ac", &f.arena, &lost, &is_new, &err), &err);
	store_rollback(f.store);
	must(aliases_find_token(f.store, connector.id, "ac", &id, &err), &err);
	assert_int_equal(id, FIELD_NULL);
}

static void tokens_are_forgotten_when_they_are_long_invalid(void **state)
{
	(void)state;
	struct err err;
	int64_t id;
	of_token(&connector, "aa", NULL);
	must(store_exec(f.store, &err, "UPDATE scheduled_alias SET is_used = 1", ""), &err);
	must(aliases_expire(f.store, NOW + ALIAS_TOKEN_DAYS * DAY - 1, NULL, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM sealed_token"), 1);
	must(aliases_expire(f.store, NOW + ALIAS_TOKEN_DAYS * DAY, NULL, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM sealed_token"), 0);
	/* With its alias a token goes too. */
	id = of_token(&connector, "ab", NULL).id;
	must(store_delete(f.store, &scheduled_alias_type, id, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM sealed_token"), 0);
}

static void unused_ones_expire_and_rest(void **state)
{
	(void)state;
	struct err err;
	int64_t forgotten;
	struct alias_request request = request_at(NOW);
	request.key = "k";
	struct scheduled_alias unused = allocated(&request), used;
	request.key = NULL;
	used = allocated(&request);
	must(store_exec(f.store, &err, "UPDATE scheduled_alias SET is_used = 1 WHERE id = $1", "i",
		     used.id),
		&err);

	int64_t due = NOW + 7 * DAY + 1; /* unused_alias_days */
	must(aliases_expire(f.store, due - 1, &forgotten, &err), &err);
	assert_int_equal(forgotten, 0);
	must(aliases_expire(f.store, due, &forgotten, &err), &err);
	assert_int_equal(forgotten, 1);
	assert_int_equal(count("SELECT count(*) FROM scheduled_alias"), 1);
	assert_int_equal(count("SELECT count(*) FROM resting_alias"), 2);
	assert_int_equal(count("SELECT count(*) FROM alias_request"), 0);

	/* Not given out again before it has rested. */
	request.random_below = stub;
	request.now = due;
	stub_returns((uint64_t)unused.alias_number, 4711, 4711, 4711);
	assert_int_equal(allocated(&request).alias_number, 4711);
	must(aliases_expire(f.store, due + 30 * DAY - 1, NULL, &err), &err);
	stub_returns((uint64_t)unused.alias_number, 4712, 4712, 4712);
	assert_int_equal(allocated(&request).alias_number, 4712);
	must(aliases_expire(f.store, due + 30 * DAY, NULL, &err), &err);
	stub_returns((uint64_t)unused.alias_number, 4713, 4713, 4713);
	assert_int_equal(allocated(&request).alias_number, unused.alias_number);
}

static void those_of_deleted_rooms_stay_until_they_have_rested(void **state)
{
	(void)state;
	struct err err;
	struct alias_request request = request_at(NOW);
	struct scheduled_alias alias = allocated(&request);
	must(store_exec(f.store, &err,
		     "UPDATE scheduled_alias SET is_used = 1, conference_deletion_time = $1", "i",
		     (int64_t)NOW),
		&err);
	must(aliases_expire(f.store, NOW + 30 * DAY, NULL, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM scheduled_alias"), 1);
	request.random_below = stub;
	stub_returns((uint64_t)alias.alias_number, 4711, 4711, 4711);
	assert_int_equal(allocated(&request).alias_number, 4711);
	must(aliases_expire(f.store, NOW + 30 * DAY + 1, NULL, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM scheduled_alias WHERE is_used = 1"), 0);
}

static void many_expire_in_batches(void **state)
{
	(void)state;
	struct err err;
	int64_t forgotten;
	must(store_exec(f.store, &err,
		     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
		     "1234) "
		     "INSERT INTO scheduled_alias (uuid, alias, numeric_alias, alias_number, "
		     "creation_time, is_used, ews_item_uid) "
		     "SELECT 'u' || i, i || '@d', i, i, 0, 0, '' FROM n",
		     ""),
		&err);
	must(aliases_expire(f.store, NOW, &forgotten, &err), &err);
	assert_int_equal(forgotten, 1234);
	assert_int_equal(count("SELECT count(*) FROM scheduled_alias"), 0);
	assert_int_equal(count("SELECT count(*) FROM resting_alias"), 2 * 1234);
	must(aliases_expire(f.store, NOW + 31 * DAY, &forgotten, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM resting_alias"), 0);
}

static void a_longer_rest_is_not_shortened(void **state)
{
	(void)state;
	struct err err;
	const struct scheduled_alias alias = { .alias = "7@D", .numeric_alias = "7" };
	must(store_begin(f.store, &err), &err);
	must(aliases_rest(f.store, &alias, 200, &err), &err);
	must(aliases_rest(f.store, &alias, 100, &err), &err);
	must(store_commit(f.store, &err), &err);
	assert_int_equal(count("SELECT count(*) FROM resting_alias WHERE until = 200"), 2);
	assert_int_equal(count("SELECT count(*) FROM resting_alias WHERE alias = '7@d'"), 1);
}

#define with_store(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(an_alias_is_prefix_digits_and_domain),
		with_store(aliases_differ),
		with_store(taken_numbers_are_passed_over),
		with_store(a_nearly_full_space_still_gives),
		with_store(longer_and_foreign_aliases_do_not_fill_the_space),
		with_store(no_domain_is_said_so),
		with_store(the_same_key_gives_the_same_alias),
		with_store(keys_have_a_length_and_are_not_kept),
		with_store(a_sealed_token_has_one_alias),
		with_store(tokens_are_forgotten_when_they_are_long_invalid),
		with_store(unused_ones_expire_and_rest),
		with_store(those_of_deleted_rooms_stay_until_they_have_rested),
		with_store(many_expire_in_batches),
		with_store(a_longer_rest_is_not_shortened),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
