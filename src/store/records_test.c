#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
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

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int64_t add_connector(const char *name, const char *mailbox)
{
	struct err err = { 0 };
	struct ms_exchange_connector c = fixture_connector(&f.arena, name, mailbox);
	must(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	return c.id;
}

static int64_t add_conference(const char *name, int64_t connector)
{
	struct err err = { 0 };
	struct conference c;
	record_defaults(&conference_type, &c, &f.arena);
	c.name = name;
	c.exchange_connector = connector;
	must(store_insert(f.store, &conference_type, &c, NULL, &err), &err);
	return c.id;
}

static int64_t add_alias(const char *alias, int64_t conference)
{
	struct err err = { 0 };
	struct conference_alias a;
	record_defaults(&conference_alias_type, &a, &f.arena);
	a.alias = alias;
	a.conference = conference;
	must(store_insert(f.store, &conference_alias_type, &a, NULL, &err), &err);
	return a.id;
}

/* Any value that passes the field's own limits and differs from the default. */
static void set_something(const struct field *field, void *record)
{
	static const char *const texts[] = { [FIELD_TEXT] = "Some \"text\" with \xe2\x82\xac",
		[FIELD_URL] = "https://h.example.com/",
		[FIELD_FQDN] = "h.example.com",
		[FIELD_HOST_URL] = "https://h.example.com",
		[FIELD_EMAIL] = "x@example.com",
		[FIELD_DIGITS] = "1234",
		[FIELD_TEMPLATE] = "{{alias_uuid}} <b>",
		[FIELD_UUID] = "12345678-1234-1234-1234-123456789abc",
		[FIELD_BOOL] = "true",
		[FIELD_TIME] = "2026-01-02T03:04:05Z",
		[FIELD_REF] = "1" };
	const char *text = texts[field->kind];
	if (field->kind == FIELD_INT)
		text = arena_printf(&f.arena, "%d", (int)field->min + 1);
	if (field->kind == FIELD_TEXT && field->max && field->max < (int64_t)strlen(text))
		text = "text";
	if (field->kind == FIELD_CHOICE)
		text = field->default_text;
	struct err err = { 0 };
	must(record_set(field, record, text, &f.arena, &err), &err);
}

static void assert_same(const struct record_type *type, const void *a, const void *b)
{
	assert_int_equal(*(const int64_t *)a, *(const int64_t *)b);
	for (size_t i = 0; i < type->n_fields; i++)
		assert_string_equal(record_get(&type->fields[i], a, &f.arena),
			record_get(&type->fields[i], b, &f.arena));
}

/* Every field of every record, whatever it is checked for as a whole. */
static void every_field_is_kept(void **state)
{
	(void)state;
	struct err err = { 0 };
	int64_t connector = add_connector("C", "c@example.com");
	add_conference("R", connector);
	for (const struct record_type *const *t = record_types; *t; t++) {
		struct record_type type = **t;
		type.check = NULL;
		void *record = arena_alloc(&f.arena, type.size),
		     *back = arena_alloc(&f.arena, type.size);
		record_defaults(&type, record, &f.arena);
		for (size_t i = 0; i < type.n_fields; i++)
			set_something(&type.fields[i], record);
		if (type.singleton)
			must(store_delete(f.store, &type, 1, &err), &err);
		must(store_insert(f.store, &type, record, NULL, &err), &err);
		must(store_get(f.store, &type, *(int64_t *)record, &f.arena, back, &err), &err);
		assert_same(&type, record, back);
		must(store_update(f.store, &type, back, NULL, &err), &err);
		must(store_get(f.store, &type, *(int64_t *)record, &f.arena, back, &err), &err);
		assert_same(&type, record, back);
	}
}

static void the_other_integration_with_the_mailbox_is_named(void **state)
{
	(void)state;
	add_connector("Main", "vmr@example.com");
	struct ms_exchange_connector c = fixture_connector(&f.arena, "Test", "VMR@Example.com");
	const struct field *blamed = NULL;
	struct err err = { 0 };
	assert_false(store_insert(f.store, &ms_exchange_connector_type, &c, &blamed, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
	assert_string_equal(blamed->name, "room_mailbox_email_address");
	assert_string_equal(err.text,
		"'VMR@Example.com' is used by Exchange integration 'Main' "
		"already; choose another");
	assert_int_equal(c.id, FIELD_NULL);
	/* By an update as well; and a record is no conflict with itself. */
	int64_t id = add_connector("Test", "other@example.com");
	must(store_get(f.store, &ms_exchange_connector_type, id, &f.arena, &c, &err), &err);
	must(store_update(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	c.room_mailbox_email_address = "vmr@example.com";
	assert_false(store_update(f.store, &ms_exchange_connector_type, &c, &blamed, &err));
	assert_non_null(strstr(err.text, "Exchange integration 'Main'"));
}

static void empty_unique_texts_may_repeat(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct err err = { 0 };
		struct ms_exchange_connector c = fixture_connector(&f.arena, i ? "A" : "B", "");
		c.enable_dynamic_vmrs = false;
		must(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	}
}

static void what_is_wrong_is_not_stored(void **state)
{
	(void)state;
	struct err err = { 0 };
	const struct field *blamed = NULL;
	struct conference c;
	record_defaults(&conference_type, &c, &f.arena);
	c.name = "";
	assert_false(store_insert(f.store, &conference_type, &c, &blamed, &err));
	assert_string_equal(blamed->name, "name");
	struct conference_alias a;
	record_defaults(&conference_alias_type, &a, &f.arena);
	a.alias = "1234";
	a.conference = 99;
	assert_false(store_insert(f.store, &conference_alias_type, &a, &blamed, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(blamed->name, "conference");
	assert_string_equal(err.text, "there is no conference with id 99");
}

static void records_are_found_by_a_field(void **state)
{
	(void)state;
	struct err err = { 0 };
	int64_t room = add_conference("Room", FIELD_NULL);
	int64_t alias = add_alias("Meet.42@vc.example.com", room);
	struct conference_alias a;
	must(store_find(f.store, &conference_alias_type, "alias", "meet.42@VC.example.com",
		     &f.arena, &a, &err),
		&err);
	assert_int_equal(a.id, alias);
	char id[24];
	snprintf(id, sizeof(id), "%d", (int)room);
	must(store_find(f.store, &conference_alias_type, "conference", id, &f.arena, &a, &err),
		&err);
	assert_int_equal(a.id, alias);
	assert_false(store_find(
		f.store, &conference_alias_type, "alias", "meet.43", &f.arena, &a, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.text, "there is no conference alias with alias 'meet.43'");
}

static void missing_records_are_named(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct conference c;
	assert_false(store_get(f.store, &conference_type, 5, &f.arena, &c, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_string_equal(err.text, "there is no conference with id 5");
	assert_false(store_delete(f.store, &conference_type, 5, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	record_defaults(&conference_type, &c, &f.arena);
	c.id = 5;
	c.name = "x";
	assert_false(store_update(f.store, &conference_type, &c, NULL, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

/* A room takes its aliases and meetings along; an integration leaves its rooms and numbers. */
static void deleting_follows_the_references(void **state)
{
	(void)state;
	struct err err = { 0 };
	int64_t connector = add_connector("C", "c@example.com");
	int64_t room = add_conference("Room", connector);
	int64_t alias = add_alias("42", room);
	struct scheduled_alias given;
	record_defaults(&scheduled_alias_type, &given, &f.arena);
	given.alias = "42@vc.example.com";
	given.numeric_alias = "42";
	given.exchange_connector = connector;
	must(store_insert(f.store, &scheduled_alias_type, &given, NULL, &err), &err);
	struct scheduled_conference meeting;
	record_defaults(&scheduled_conference_type, &meeting, &f.arena);
	meeting.conference = room;
	meeting.scheduled_alias = given.id;
	meeting.exchange_connector = connector;
	meeting.start_time = 100;
	meeting.end_time = 200;
	must(store_insert(f.store, &scheduled_conference_type, &meeting, NULL, &err), &err);

	must(store_delete(f.store, &ms_exchange_connector_type, connector, &err), &err);
	must(store_get(f.store, &scheduled_alias_type, given.id, &f.arena, &given, &err), &err);
	assert_int_equal(given.exchange_connector, FIELD_NULL);
	must(store_get(f.store, &scheduled_conference_type, meeting.id, &f.arena, &meeting, &err),
		&err);
	assert_int_equal(meeting.exchange_connector, FIELD_NULL);

	must(store_delete(f.store, &conference_type, room, &err), &err);
	struct conference_alias a;
	assert_false(store_get(f.store, &conference_alias_type, alias, &f.arena, &a, &err));
	assert_false(store_get(
		f.store, &scheduled_conference_type, meeting.id, &f.arena, &meeting, &err));
	must(store_get(f.store, &scheduled_alias_type, given.id, &f.arena, &given, &err), &err);
}

/* An integration's number stands in manifests: another one must not inherit it. */
static void ids_are_never_given_again(void **state)
{
	(void)state;
	struct err err = { 0 };
	int64_t first = add_connector("A", "a@example.com");
	must(store_delete(f.store, &ms_exchange_connector_type, first, &err), &err);
	assert_true(add_connector("B", "b@example.com") > first);
}

static void the_global_settings_are_there_from_the_beginning(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct global_settings g;
	must(store_get(f.store, &global_settings_type, 1, &f.arena, &g, &err), &err);
	assert_int_equal(g.alias_rest_days, 30);
	g.alias_rest_days = 31;
	must(store_update(f.store, &global_settings_type, &g, NULL, &err), &err);
	must(store_migrate(f.path, NULL, NULL, &err), &err);
	must(store_get(f.store, &global_settings_type, 1, &f.arena, &g, &err), &err);
	assert_int_equal(g.alias_rest_days, 31);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_field_is_kept),
		T(the_other_integration_with_the_mailbox_is_named),
		T(empty_unique_texts_may_repeat),
		T(what_is_wrong_is_not_stored),
		T(records_are_found_by_a_field),
		T(missing_records_are_named),
		T(deleting_follows_the_references),
		T(ids_are_never_given_again),
		T(the_global_settings_are_there_from_the_beginning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
