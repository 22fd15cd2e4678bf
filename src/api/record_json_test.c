#include "api/record_json.h"
#include "auth/password.h"
#include "base/text.h"
#include "model/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static json_t *problems;
static struct buf ignored;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	problems = json_object();
	buf_init(&ignored, 1024);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	json_decref(problems);
	buf_release(&ignored);
	arena_release(&arena);
	return 0;
}

static bool take(const struct record_type *type, const char *text, enum record_json_mode mode,
	const void *old, void *record)
{
	json_t *body = json_loads(text, 0, NULL);
	assert_non_null(body);
	bool ok = record_from_json(type, body, mode, old, record, &arena, problems, &ignored);
	json_decref(body);
	return ok;
}

static void assert_problem(const char *field, const char *sentence)
{
	const char *got = json_string_value(json_array_get(json_object_get(problems, field), 0));
	assert_non_null(got);
	assert_string_equal(got, sentence);
}

/* What is given can be sent back, for every record and field. */
static void out_and_in_again(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		void *record = arena_alloc(&arena, (*t)->size),
		     *back = arena_alloc(&arena, (*t)->size);
		record_defaults(*t, record, &arena);
		*(int64_t *)record = 7;
		for (size_t i = 0; i < (*t)->n_fields; i++) {
			const struct field *f = &(*t)->fields[i];
			const char *text = f->kind == FIELD_REF ? "3"
				: f->kind == FIELD_INT          ? "5"
				: f->kind == FIELD_TIME         ? "2026-11-23T09:30:00Z"
				: f->flags & FIELD_UNLOGGED     ? "1234"
				: f->kind == FIELD_TEXT && !(f->flags & FIELD_SECRET) ? "t"
				: f->kind == FIELD_EMAIL                             ? "a@h.example"
				: f->kind == FIELD_FQDN || f->kind == FIELD_HOST_URL ? "h.example"
										     : NULL;
			struct field loose = *f;
			loose.min = 0;
			loose.max = loose.max < 5 ? 5 : loose.max;
			if (text && !record_set(&loose, record, text, &arena, NULL))
				fail_msg("%s.%s", (*t)->name, f->name);
		}
		json_t *object = record_to_json(*t, record, &arena);
		bool ok = record_from_json(
			*t, object, RECORD_REPLACE, record, back, &arena, problems, &ignored);
		if (!ok)
			fail_msg("%s: %s", (*t)->name, json_dumps(problems, 0));
		assert_int_equal(ignored.len, 0);
		for (size_t i = 0; i < (*t)->n_fields; i++)
			assert_string_equal(record_get(&(*t)->fields[i], record, &arena),
				record_get(&(*t)->fields[i], back, &arena));
		json_decref(object);
	}
}

static void the_forms_of_values(void **state)
{
	(void)state;
	struct scheduled_conference m;
	record_defaults(&scheduled_conference_type, &m, &arena);
	m.id = 4;
	m.conference = 12;
	m.start_time = 1795426200;
	m.end_time = FIELD_NULL;
	json_t *object = record_to_json(&scheduled_conference_type, &m, &arena);
	assert_int_equal(json_integer_value(json_object_get(object, "id")), 4);
	assert_string_equal(json_text(object, "resource_uri"),
		"/api/admin/configuration/v1/scheduled_conference/4/");
	assert_string_equal(
		json_text(object, "conference"), "/api/admin/configuration/v1/conference/12/");
	assert_string_equal(json_text(object, "start_time"), "2026-11-23T09:30:00Z");
	assert_true(json_is_null(json_object_get(object, "end_time")));
	json_decref(object);
}

static void secrets_are_never_given(void **state)
{
	(void)state;
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, &arena);
	c.password = c.oauth_client_secret = c.private_key = "hunter2hunter2";
	json_t *object = record_to_json(&ms_exchange_connector_type, &c, &arena);
	char *text = json_dumps(object, 0);
	assert_null(strstr(text, "hunter2"));
	assert_string_equal(json_text(object, "password"), "");
	free(text);
	json_decref(object);
}

static void empty_secrets_are_kept_and_null_empties_them(void **state)
{
	(void)state;
	struct ms_exchange_connector old, c;
	record_defaults(&ms_exchange_connector_type, &old, &arena);
	old.password = "first";
	old.private_key = "key";
	const char *const keeping[] = { "{}", "{\"password\": \"\"}" };
	for (int i = 0; i < 2; i++)
		for (int mode = RECORD_REPLACE; mode <= RECORD_CHANGE; mode++) {
			assert_true(take(&ms_exchange_connector_type, keeping[i], mode, &old, &c));
			assert_string_equal(c.password, "first");
			assert_string_equal(c.private_key, "key");
		}
	assert_true(take(&ms_exchange_connector_type, "{\"password\": \"second\"}", RECORD_CHANGE,
		&old, &c));
	assert_string_equal(c.password, "second");
	assert_true(
		take(&ms_exchange_connector_type, "{\"password\": null}", RECORD_CHANGE, &old, &c));
	assert_string_equal(c.password, "");
}

static void replace_and_change_differ_in_what_is_absent(void **state)
{
	(void)state;
	struct conference old, c;
	record_defaults(&conference_type, &old, &arena);
	old.id = 3;
	old.name = "Room";
	old.tag = "t";
	old.single_use = true;
	assert_true(take(&conference_type, "{\"description\":\"d\"}", RECORD_CHANGE, &old, &c));
	assert_string_equal(c.tag, "t");
	assert_string_equal(c.description, "d");
	assert_true(take(&conference_type, "{\"name\":\"Room\"}", RECORD_REPLACE, &old, &c));
	assert_string_equal(c.tag, "");
	assert_true(c.single_use);
	assert_int_equal(c.id, 3);
	assert_int_equal(c.creation_time, old.creation_time);
}

static void readonly_fields_are_refused_unless_unchanged(void **state)
{
	(void)state;
	struct conference old, c;
	record_defaults(&conference_type, &old, &arena);
	old.exchange_connector = 2;
	assert_true(take(&conference_type,
		"{\"single_use\": false, \"creation_time\": null, \"exchange_connector\":"
		"\"/api/admin/configuration/v1/ms_exchange_connector/2/\"}",
		RECORD_CHANGE, &old, &c));
	assert_false(take(&conference_type,
		"{\"single_use\": true, \"exchange_connector\":"
		"\"/api/admin/configuration/v1/ms_exchange_connector/3/\"}",
		RECORD_CHANGE, &old, &c));
	assert_problem("single_use", "is set by vmrd only; leave it out");
	assert_problem("exchange_connector", "is set by vmrd only; leave it out");
	assert_false(take(&ms_exchange_connector_type, "{\"private_key\": \"x\"}", RECORD_CREATE,
		NULL, &(struct ms_exchange_connector){ 0 }));
	assert_problem("private_key", "is set by vmrd only; leave it out");
}

static void every_problem_is_told_at_once(void **state)
{
	(void)state;
	struct conference c;
	assert_false(take(&conference_type,
		"{\"name\": 5, \"pin\": \"12\", \"allow_guests\": \"yes\", \"participant_limit\": "
		"1.5,"
		" \"service_type\": \"party\"}",
		RECORD_CREATE, NULL, &c));
	assert_problem("name", "must be a text");
	assert_problem("pin", "is 2 characters long; at least 4 are needed");
	assert_problem("allow_guests", "must be true or false");
	assert_problem("participant_limit", "must be a whole number");
	assert_problem("service_type",
		"'party' is not one of conference|lecture|two_stage_dialing|test_call|"
		"media_playback");
}

static void unknown_names_are_ignored_and_reported(void **state)
{
	(void)state;
	struct conference c;
	assert_true(take(&conference_type,
		"{\"name\":\"x\",\"crypto_mode\":\"on\",\"aliases\":[],\"id\":9,\"resource_uri\":1,"
		"\"scheduled_conferences_count\":3,\"colour\":null}",
		RECORD_CREATE, NULL, &c));
	assert_string_equal(ignored.data, "crypto_mode, colour");
	assert_int_equal(c.id, FIELD_NULL);
}

static void references_are_addresses(void **state)
{
	(void)state;
	static const char *const good[] = {
		"{\"conference\":\"/api/admin/configuration/v1/conference/6/\"}",
		"{\"conference\":\"/api/admin/configuration/v1/conference/6\"}",
		"{\"conference\":6}", "{\"conference\":\"6\"}"
	};
	static const char *const bad[] = {
		"{\"conference\":\"/api/admin/configuration/v1/administrator/6/\"}",
		"{\"conference\":\"/api/admin/configuration/v1/conference/6/x\"}",
		"{\"conference\":\"/api/admin/configuration/v1/conference//\"}",
		("{\"conference\":\"/api/admin/configuration/v1/conference/"
		 "99999999999999999999999999/\"}"),
		"{\"conference\":true}", "{\"conference\":{\"id\":6}}"
	};
	struct conference_alias a;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(take(&conference_alias_type, good[i], RECORD_CREATE, NULL, &a));
		assert_int_equal(a.conference, 6);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json_object_clear(problems);
		assert_false(take(&conference_alias_type, bad[i], RECORD_CREATE, NULL, &a));
		assert_problem("conference",
			"must be the resource_uri of one, such as "
			"/api/admin/configuration/v1/conference/1/");
	}
}

static void passwords_of_administrators_are_hashed(void **state)
{
	(void)state;
	struct administrator a;
	assert_true(take(&administrator_type, "{\"username\":\"x\",\"password\":\"correct horse\"}",
		RECORD_CREATE, NULL, &a));
	assert_true(text_starts_with(a.password, "$argon2id$"));
	assert_true(password_verify(a.password, "correct horse"));
	struct administrator b;
	assert_true(take(&administrator_type, "{\"password\":\"\"}", RECORD_CHANGE, &a, &b));
	assert_string_equal(a.password, b.password);
	assert_false(take(&administrator_type, "{\"password\":\"short\"}", RECORD_CHANGE, &a, &b));
	assert_problem("password", "is 5 characters long; at least 12 are needed");
}

static void broken_templates_are_refused(void **state)
{
	(void)state;
	struct ms_exchange_connector c;
	assert_false(take(&ms_exchange_connector_type,
		"{\"conference_name_template\":\"{{ subject\"}", RECORD_CREATE, NULL, &c));
	assert_non_null(json_object_get(problems, "conference_name_template"));
}

/* Whatever the engine is: what we ship, it takes. */
static void shipped_templates_compile(void **state)
{
	(void)state;
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, &arena);
	c.name = "n";
	c.addin_server_domain = "h.example";
	json_t *object = record_to_json(&ms_exchange_connector_type, &c, &arena);
	if (!record_from_json(&ms_exchange_connector_type, object, RECORD_REPLACE, &c,
		    &(struct ms_exchange_connector){ 0 }, &arena, problems, &ignored))
		fail_msg("%s", json_dumps(problems, 0));
	json_decref(object);
}

static void the_schema_describes_every_field(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		json_t *schema = record_schema(*t);
		json_t *fields = json_object_get(schema, "fields");
		for (size_t i = 0; i < (*t)->n_fields; i++) {
			json_t *f = json_object_get(fields, (*t)->fields[i].name);
			assert_string_equal(json_text(f, "label"), (*t)->fields[i].label);
			assert_non_null(json_text(f, "type"));
			assert_non_null(json_object_get(f, "default"));
		}
		json_decref(schema);
	}
	json_t *schema = record_schema(&conference_type);
	json_t *pin = json_object_get(json_object_get(schema, "fields"), "pin");
	assert_int_equal(json_integer_value(json_object_get(pin, "max_length")), 20);
	json_t *type = json_object_get(json_object_get(schema, "fields"), "service_type");
	assert_int_equal(json_array_size(json_object_get(type, "valid_choices")), 5);
	assert_string_equal(json_text(type, "default"), "conference");
	json_decref(schema);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(out_and_in_again),
		T(the_forms_of_values),
		T(secrets_are_never_given),
		T(empty_secrets_are_kept_and_null_empties_them),
		T(replace_and_change_differ_in_what_is_absent),
		T(readonly_fields_are_refused_unless_unchanged),
		T(every_problem_is_told_at_once),
		T(unknown_names_are_ignored_and_reported),
		T(references_are_addresses),
		T(passwords_of_administrators_are_hashed),
		T(broken_templates_are_refused),
		T(shipped_templates_compile),
		T(the_schema_describes_every_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
