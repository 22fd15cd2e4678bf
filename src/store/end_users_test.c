#include "store/end_users.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static struct end_user_proof proof(const char *user, const char *email)
{
	return (struct end_user_proof){ .key = END_USER_EXCHANGE,
		.user = user,
		.email = email,
		.name = "",
		.may_create = true };
}

static bool try_remember(const struct end_user_proof *p, struct end_user *ret,
	enum end_user_change *ret_change, struct err *err)
{
	assert_true(store_begin(f.store, err));
	bool ok = end_users_remember(f.store, p, &f.arena, ret, ret_change, err);
	if (ok)
		assert_true(store_commit(f.store, err));
	else
		store_rollback(f.store);
	return ok;
}

static struct end_user remember(const struct end_user_proof *p, enum end_user_change expected)
{
	struct end_user user;
	enum end_user_change change;
	struct err err = { 0 };
	if (!try_remember(p, &user, &change, &err))
		fail_msg("%s", err.text);
	assert_int_equal(change, expected);
	return user;
}

static const char *address_of(enum end_user_key key, const char *user)
{
	struct end_user found;
	struct err err;
	if (!end_users_find(f.store, key, user, &f.arena, &found, &err)) {
		assert_int_equal(err.code, ERR_NOT_FOUND);
		return "";
	}
	return found.primary_email_address;
}

static void whoever_signs_in_is_remembered(void **state)
{
	(void)state;
	struct end_user_proof p = proof("olga-at-exchange", "olga@example.com");
	p.name = "Olga";
	assert_string_equal(address_of(END_USER_EXCHANGE, p.user), "");
	struct end_user first = remember(&p, END_USER_CREATED);
	assert_string_equal(first.display_name, "Olga");
	assert_string_equal(address_of(END_USER_EXCHANGE, p.user), "olga@example.com");
	p.email = "olga@new.example.com"; /* signed in with another account since */
	assert_int_equal(remember(&p, END_USER_CHANGED).id, first.id);
	assert_string_equal(address_of(END_USER_EXCHANGE, p.user), "olga@new.example.com");
	assert_string_equal(address_of(END_USER_ENTRA, p.user), "");
	assert_string_equal(address_of(END_USER_EXCHANGE, ""), "");
}

static void a_record_made_before_is_used(void **state)
{
	(void)state;
	struct end_user made;
	struct err err;
	record_defaults(&end_user_type, &made, &f.arena);
	made.primary_email_address = "Olga@Example.com";
	made.display_name = "By hand";
	assert_true(store_insert(f.store, &end_user_type, &made, NULL, &err));
	struct end_user_proof p = proof("olga-at-exchange", "olga@example.com");
	p.may_create = false;
	assert_int_equal(remember(&p, END_USER_CHANGED).id, made.id);
	/* The same person at Entra: the same record, which has both keys then. */
	p.key = END_USER_ENTRA;
	p.user = "oid.tenant";
	struct end_user both = remember(&p, END_USER_CHANGED);
	assert_int_equal(both.id, made.id);
	assert_string_equal(both.exchange_user_id, "olga-at-exchange");
	assert_string_equal(both.display_name, "By hand");
}

static void another_key_with_the_same_address_is_another_record(void **state)
{
	(void)state;
	struct end_user_proof p = proof("one", "olga@example.com");
	int64_t first = remember(&p, END_USER_CREATED).id;
	p.user = "two";
	assert_int_not_equal(remember(&p, END_USER_CREATED).id, first);
	assert_string_equal(address_of(END_USER_EXCHANGE, "one"), "olga@example.com");
	assert_string_equal(address_of(END_USER_EXCHANGE, "two"), "olga@example.com");
}

static void new_users_are_made_only_where_that_is_allowed(void **state)
{
	(void)state;
	struct end_user user;
	enum end_user_change change;
	struct err err;
	struct end_user_proof p = proof("olga-at-exchange", "olga@example.com");
	p.may_create = false;
	assert_false(try_remember(&p, &user, &change, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_string_equal(err.text,
		"There is no user record for 'olga@example.com', and this integration makes none "
		"by itself: ask your administrator");
	assert_string_equal(address_of(END_USER_EXCHANGE, p.user), "");
}

static void a_new_mailbox_takes_the_record_over_where_none_may_be_made(void **state)
{
	(void)state;
	struct end_user_proof p = proof("old mailbox", "olga@example.com");
	int64_t id = remember(&p, END_USER_CREATED).id;
	p.user = "new mailbox";
	p.may_create = false;
	assert_int_equal(remember(&p, END_USER_CHANGED).id, id);
	assert_string_equal(address_of(END_USER_EXCHANGE, "new mailbox"), "olga@example.com");
	assert_string_equal(address_of(END_USER_EXCHANGE, "old mailbox"), "");
}

static void an_address_must_be_one(void **state)
{
	(void)state;
	struct end_user user;
	enum end_user_change change;
	struct err err;
	struct end_user_proof p = proof("olga-at-exchange", "no address");
	assert_false(try_remember(&p, &user, &change, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_non_null(strstr(err.text, "primary_email_address: "));
}

static void signing_out_takes_the_key_away(void **state)
{
	(void)state;
	struct end_user user;
	struct err err;
	struct end_user_proof p = proof("olga-at-exchange", "olga@example.com");
	int64_t id = remember(&p, END_USER_CREATED).id;
	assert_true(end_users_forget(f.store, END_USER_EXCHANGE, p.user, &f.arena, &user, &err));
	assert_int_equal(user.id, id);
	assert_string_equal(address_of(END_USER_EXCHANGE, p.user), "");
	assert_false(end_users_forget(f.store, END_USER_EXCHANGE, p.user, &f.arena, &user, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	p.may_create = false; /* and comes back to the record that is still there */
	assert_int_equal(remember(&p, END_USER_CHANGED).id, id);
}

static void an_object_id_alone_is_found(void **state)
{
	(void)state;
	struct end_user made;
	struct err err;
	record_defaults(&end_user_type, &made, &f.arena);
	made.primary_email_address = "olga@example.com";
	made.user_oid = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
	assert_true(store_insert(f.store, &end_user_type, &made, NULL, &err));
	assert_string_equal(
		address_of(END_USER_ENTRA, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee.tenant"),
		"olga@example.com");
	assert_string_equal(
		address_of(END_USER_EXCHANGE, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee.tenant"), "");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(whoever_signs_in_is_remembered),
		T(a_record_made_before_is_used),
		T(another_key_with_the_same_address_is_another_record),
		T(new_users_are_made_only_where_that_is_allowed),
		T(a_new_mailbox_takes_the_record_over_where_none_may_be_made),
		T(an_address_must_be_one),
		T(signing_out_takes_the_key_away),
		T(an_object_id_alone_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
