#include "model/records.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static void check_row(const struct record_type *type, const struct field *f)
{
	assert_true(!text_empty(f->label) && !text_empty(f->help));
	if (!text_ends_with(f->help, "."))
		fail_msg("%s.%s: the help is no sentence", type->name, f->name);
	if (f->kind == FIELD_CHOICE)
		assert_non_null(f->default_text);
	if (f->kind == FIELD_REF)
		assert_non_null(record_type_find(f->extra));
	if (f->kind == FIELD_TEMPLATE)
		assert_true(text_equal(f->extra, "html") || text_equal(f->extra, "text"));
	if (field_is_text(f) && f->kind != FIELD_CHOICE)
		assert_true(f->max > 0);
	if (!field_is_text(f) && f->flags & FIELD_NULLABLE)
		assert_false(f->flags & FIELD_REQUIRED);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++)
		for (size_t i = 0; i < (*t)->n_fields; i++)
			check_row(*t, &(*t)->fields[i]);
}

static void references_point_backwards(void **state)
{
	(void)state;
	for (int i = 0; record_types[i]; i++)
		for (size_t k = 0; k < record_types[i]->n_fields; k++) {
			const struct field *f = &record_types[i]->fields[k];
			int before = 0;
			while (f->kind == FIELD_REF && before < i &&
				!text_equal(record_types[before]->name, f->extra))
				before++;
			assert_true(f->kind != FIELD_REF || before < i);
		}
}

/* Every default passes its own field's check and comes back as written. */
static void defaults_are_valid(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		void *record = arena_zalloc(&arena, (*t)->size);
		record_defaults(*t, record, &arena);
		assert_int_equal(*(int64_t *)record, FIELD_NULL);
		for (size_t i = 0; i < (*t)->n_fields; i++) {
			const struct field *f = &(*t)->fields[i];
			const char *text = record_get(f, record, &arena);
			struct err err = { 0 };
			if (text_equal(f->default_text, "now") ||
				text_equal(f->default_text, "random"))
				assert_true(record_set(f, record, text, &arena, &err));
			else if (f->default_text)
				assert_string_equal(text, f->default_text);
			else
				assert_true(text_empty(text) || text_equal(text, "false"));
		}
	}
}

static struct ms_exchange_connector good_connector(void)
{
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, &arena);
	c.name = "Main";
	c.url = "https://mail.example.com/EWS/Exchange.asmx";
	c.room_mailbox_email_address = "vmr@example.com";
	c.username = "svc";
	c.password = "secret";
	c.scheduled_alias_domain = "vc.example.com";
	c.addin_server_domain = "addin.example.com";
	return c;
}

static void assert_blamed(
	const struct record_type *type, const void *record, const char *field, const char *sentence)
{
	const struct field *blamed = NULL;
	struct err err = { 0 };
	assert_false(record_check(type, record, &blamed, &err));
	assert_string_equal(blamed->name, field);
	assert_string_equal(err.text, sentence);
}

#define CONNECTOR(change, field, sentence)                                                         \
	do {                                                                                       \
		struct ms_exchange_connector c = good_connector();                                 \
		change;                                                                            \
		assert_blamed(&ms_exchange_connector_type, &c, field, sentence);                   \
	} while (0)

static const char *sources(int n)
{
	char *text = arena_zalloc(&arena, (size_t)n * 32);
	for (int i = 0; i < n; i++)
		strcat(text, "https://a.example.com/\n");
	return text;
}

static void integrations_are_checked_as_a_whole(void **state)
{
	(void)state;
	struct ms_exchange_connector good = good_connector();
	assert_true(record_check(&ms_exchange_connector_type, &good, NULL, NULL));
	CONNECTOR(c.authentication_method = "NTLM", "authentication_method",
		"NTLM is not supported yet; use BASIC");
	CONNECTOR(c.addin_authentication_method = "NAA_TOKEN", "addin_application_id",
		"is needed with NAA_TOKEN; fill it in");
	CONNECTOR((c.addin_authentication_method = "SSO_TOKEN", c.addin_application_id = "client"),
		"addin_authority_url", "is needed with SSO_TOKEN; fill it in");
	CONNECTOR((c.addin_authentication_method = "SSO_TOKEN", c.addin_application_id = "client",
			  c.addin_authority_url = "https://login.microsoftonline.com/common"),
		"addin_authority_url",
		"must be https://login.microsoftonline.com/<tenant ID>: without the ID, users of "
		"other tenants would be let in");
	CONNECTOR((c.addin_authentication_method = "SSO_TOKEN", c.addin_application_id = "client",
			  c.addin_authority_url = "https://login.microsoftonline.com/"
						  "6f1c9e5b-2a3d-4c5e-8f70-112233445566",
			  c.addin_oidc_metadata_url = "http://login.example.com/"),
		"addin_oidc_metadata_url",
		"must begin with https://, or anyone could give out keys in its name");
	CONNECTOR((c.addin_authentication_method = "SSO_TOKEN", c.addin_application_id = "client",
			  c.addin_authority_url = "https://login.microsoftonline.com/"
						  "6f1c9e5b-2a3d-4c5e-8f70-112233445566",
			  c.addin_jwks = "https://login.example.com/keys"),
		"addin_jwks",
		"holds no key set; paste the JSON document at the authority's jwks_uri, which "
		"begins with '{' and has \"keys\"");
	CONNECTOR(c.enable_personal_vmrs = true, "personal_vmr_oauth_client_id",
		"is needed for personal rooms; fill it in, or switch enable_personal_vmrs off");
	CONNECTOR((c.enable_personal_vmrs = true, c.personal_vmr_oauth_client_id = "client",
			  c.personal_vmr_oauth_auth_endpoint = "https://adfs.example.com/a",
			  c.personal_vmr_oauth_token_endpoint = "http://adfs.example.com/t"),
		"personal_vmr_oauth_token_endpoint",
		"must begin with https://, or sign-ins would travel readable");
	CONNECTOR(c.url = "http://mail.example.com/", "url",
		"must begin with https://, or the password would travel readable");
	CONNECTOR(c.url = "http://localhost.evil.example/", "url",
		"must begin with https://, or the password would travel readable");
	CONNECTOR(c.ca_certificates = "/etc/ssl/ca.pem", "ca_certificates",
		"holds no certificate; paste PEM text that begins with "
		"'-----BEGIN CERTIFICATE-----'");
	CONNECTOR(c.additional_add_in_script_sources = "https://a.example.com/a.js\r\n b.js",
		"additional_add_in_script_sources",
		"'b.js' is no https:// address; write one a line");
	CONNECTOR(c.additional_add_in_script_sources = sources(CONNECTOR_SOURCES_MAX + 1),
		"additional_add_in_script_sources", "has 51 addresses; 50 are allowed");
	good.additional_add_in_script_sources = sources(CONNECTOR_SOURCES_MAX);
	assert_true(record_check(&ms_exchange_connector_type, &good, NULL, NULL));
	good = good_connector();
	CONNECTOR(c.meeting_instructions_template = "join {{alias}}",
		"meeting_instructions_template",
		"must contain {{alias_uuid}}, or no meeting would be recognised");
	CONNECTOR(c.username = "", "username",
		"is needed for single-use rooms; fill it in, or switch enable_dynamic_vmrs off");
	CONNECTOR(c.addin_server_domain = "", "addin_server_domain", "must not be empty");
	struct ms_exchange_connector c = good_connector();
	c.url = "http://127.0.0.1:4711/EWS/Exchange.asmx";
	assert_true(record_check(&ms_exchange_connector_type, &c, NULL, NULL));
	c.username = c.password = c.url = "";
	c.enable_dynamic_vmrs = false;
	assert_true(record_check(&ms_exchange_connector_type, &c, NULL, NULL));
}

static void the_rules_of_pins_hold(void **state)
{
	(void)state;
	struct conference c;
	record_defaults(&conference_type, &c, &arena);
	c.name = "Room";
	assert_true(record_check(&conference_type, &c, NULL, NULL));
	c.allow_guests = true;
	assert_blamed(&conference_type, &c, "allow_guests",
		"needs a PIN, which tells hosts from guests; set pin too");
	c.pin = c.guest_pin = "1234";
	assert_blamed(&conference_type, &c, "guest_pin",
		"must differ from pin, or guests would be hosts");
	c.guest_pin = "5678";
	assert_true(record_check(&conference_type, &c, NULL, NULL));
	c.allow_guests = false;
	assert_blamed(&conference_type, &c, "guest_pin",
		"needs guests to be allowed; set allow_guests to true too");
	c.guest_pin = "";
	c.service_type = "test_call";
	assert_blamed(&conference_type, &c, "service_type",
		"test_call is not supported yet; use conference or lecture");
}

static void other_records_are_checked_as_a_whole(void **state)
{
	(void)state;
	struct conference_alias alias;
	record_defaults(&conference_alias_type, &alias, &arena);
	alias.alias = "my room";
	alias.conference = 1;
	assert_blamed(
		&conference_alias_type, &alias, "alias", "must not contain spaces or any of / ? #");
	struct scheduled_conference meeting;
	record_defaults(&scheduled_conference_type, &meeting, &arena);
	meeting.conference = 1;
	meeting.start_time = 200;
	meeting.end_time = 100;
	assert_blamed(
		&scheduled_conference_type, &meeting, "end_time", "must not be before start_time");
	struct administrator admin;
	record_defaults(&administrator_type, &admin, &arena);
	admin.username = "a:b";
	admin.password = "$argon2id$";
	assert_blamed(&administrator_type, &admin, "username", "must not contain a colon");
}

/* What the documents quote, and clients of the reference product rely on. */
static void well_known_defaults(void **state)
{
	(void)state;
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, &arena);
	assert_int_equal(c.scheduled_alias_suffix_length, 9);
	assert_int_equal(c.meeting_buffer_before, 30);
	assert_int_equal(c.meeting_buffer_after, 60);
	assert_non_null(strstr(c.reject_invalid_alias_id_template,
		"This meeting request does not contain valid data, and cannot be processed."));
	assert_true(text_ends_with(c.meeting_instructions_template, "{{alias_uuid}}"));
	assert_non_null(strstr(c.reject_general_error_template, "{{correlation_id}}"));
	assert_string_equal(c.conference_name_template, "{{subject}} ({{organizer_name}})");
	struct global_settings g;
	record_defaults(&global_settings_type, &g, &arena);
	assert_int_equal(g.alias_rest_days, 30);
	assert_int_equal(g.unused_alias_days, 7);
	assert_int_equal(g.expired_meeting_hours, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(references_point_backwards),
		cmocka_unit_test(defaults_are_valid),
		cmocka_unit_test(integrations_are_checked_as_a_whole),
		cmocka_unit_test(the_rules_of_pins_hold),
		cmocka_unit_test(other_records_are_checked_as_a_whole),
		cmocka_unit_test(well_known_defaults),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
