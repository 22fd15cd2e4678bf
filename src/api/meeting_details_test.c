#include "api/meeting_details.h"
#include "api/promise_allowance.h"
#include "api/template_cache.h"
#include "auth/licence.h"
#include "auth/sealed_token.h"
#include "auth/token_testkit.h"
#include "base/log.h"
#include "model/marker.h"
#include "store/fixture.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NOW = 1800000000 };

static struct fixture f;
static struct test_key key;
static struct identity_keys *keys;
static struct template_cache *templates;
static struct integrations *integrations;
static struct ms_exchange_connector connector;
static bool unreachable;
static int requests;
static char logs[64];

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)url, (void)ca, (void)arg;
	requests++;
	if (unreachable)
		return err_set(err, ERR_NET, "connection refused");
	const struct test_key *const one[] = { &key };
	struct arena arena;
	arena_init(&arena);
	buf_adds(ret, test_metadata(&arena, one, 1));
	arena_release(&arena);
	return true;
}

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

/* Past the checks of the record, as an older database may have it. */
static void set(const char *column, const char *value)
{
	struct err err;
	must(store_exec(f.store, &err,
		     arena_printf(&f.arena, "UPDATE ms_exchange_connector SET %s = $1", column),
		     "s", value),
		&err);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&f);
	connector = fixture_connector(&f.arena, "Head office", "vmr@example.com");
	connector.room_mailbox_name = "Video room";
	must(store_insert(f.store, &ms_exchange_connector_type, &connector, NULL, &err), &err);
	struct exchange_domain domain;
	record_defaults(&exchange_domain_type, &domain, &f.arena);
	domain.domain = "mail.example.com";
	domain.exchange_connector = connector.id;
	must(store_insert(f.store, &exchange_domain_type, &domain, NULL, &err), &err);
	keys = identity_keys_new(fetch, NULL, NULL);
	templates = template_cache_new();
	integrations = integrations_new(NULL);
	unreachable = false;
	requests = 0;
	snprintf(logs, sizeof(logs), "/tmp/vmrd-details-XXXXXX");
	assert_non_null(mkdtemp(logs));
	must(log_open(logs, LOG_LEVEL_DEBUG, false, &err), &err);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_close();
	static const char *const files[] = { "administrator.log", "support.log" };
	for (int i = 0; i < 2; i++)
		unlink(arena_printf(&f.arena, "%s/%s", logs, files[i]));
	rmdir(logs);
	identity_keys_free(&keys);
	template_cache_free(&templates);
	integrations_free(&integrations);
	fixture_release(&f);
	return 0;
}

static int make_key(void **state)
{
	(void)state;
	static struct arena arena; /* the key's texts live as long as the tests */
	arena_init(&arena);
	key = test_key_new(&arena, 2048);
	*state = &arena;
	return 0;
}

static int free_key(void **state)
{
	test_key_free(&key);
	arena_release(*state);
	return 0;
}

static const char *token_of(const char *user, const char *host)
{
	char audience[ADDIN_URL_MAX + 1];
	addin_url(&connector, audience);
	return test_token(&f.arena, &key, test_header(&f.arena, &key),
		arena_printf(&f.arena,
			"{\"aud\":\"%s\",\"iss\":\"00000002-0000-0ff1-ce00-000000000000@e\","
			"\"nbf\":\"%d\",\"exp\":\"%d\",\"appctx\":{\"msexchuid\":\"%s\","
			"\"version\":\"ExIdTok.V1\","
			"\"amurl\":\"https://%s:443/autodiscover/metadata/json/1\"}}",
			audience, NOW - 60, NOW + 28740, user, host));
}

static struct details_request request_with(const char *token)
{
	return (struct details_request){ .connector = connector.id,
		.token = token,
		.templates = templates,
		.peer = "192.0.2.9",
		.now = NOW,
		.correlation_id = "0123456789abcdef" };
}

/* Both steps, with the integration as it is now. */
static void meeting_details(const struct details_request *request, struct details_answer *ret)
{
	struct err err;
	struct identity who;
	must(integrations_refresh(integrations, f.store, request->now, &err), &err);
	const struct integration *i = integrations_find(integrations, request->connector);
	if (details_check(i, keys, request, &who, ret))
		must(details_answer(f.store, i, request, &who, ret, &err), &err);
	integration_release(&i);
}

/* The answer's JSON; ret_status may be NULL. json_decref() it. */
static json_t *ask(const struct details_request *request, int status)
{
	struct details_answer answer;
	struct err err;
	json_t *json;
	meeting_details(request, &answer);
	if (answer.status != status)
		fail_msg("%d %s", answer.status, answer.body.data);
	must(json_parse(answer.body.data, answer.body.len, &json, &err), &err);
	buf_release(&answer.body);
	return json;
}

static void assert_failed(const struct details_request *request, int status, const char *sentence)
{
	json_t *json = ask(request, status);
	assert_string_equal(json_text(json, "status"), "failed");
	assert_string_equal(json_text(json, "result"), sentence);
	json_decref(json);
}

static const char *asked_alias(const struct details_request *request)
{
	json_t *json = ask(request, 200);
	const char *id =
		arena_strdup(&f.arena, json_text(json_object_get(json, "result"), "alias_id"));
	json_decref(json);
	return id;
}

static int64_t aliases(void)
{
	struct rows rows;
	struct err err;
	must(store_query(f.store, &rows, &err, "SELECT count(*) FROM scheduled_alias", ""), &err);
	assert_true(row_next(&rows, &err));
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static bool log_has(const char *file, const char *words)
{
	static char text[1 << 17];
	FILE *in = fopen(arena_printf(&f.arena, "%s/%s", logs, file), "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return strstr(text, words) != NULL;
}

static void a_user_of_exchange_gets_an_alias_and_instructions(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	json_t *json = ask(&request, 200), *result = json_object_get(json, "result");
	assert_string_equal(json_text(json, "status"), "success");
	assert_int_equal(json_object_size(result), 4);
	assert_string_equal(json_text(result, "room_name"), "Video room");
	assert_string_equal(json_text(result, "room_email"), "vmr@example.com");
	const char *id = json_text(result, "alias_id"), *text = json_text(result, "instructions");
	assert_int_equal(strlen(id), strlen("PXPS:-#") + 36);
	assert_non_null(strstr(text, id));

	struct scheduled_alias alias;
	struct err err;
	must(store_find(f.store, &scheduled_alias_type, "uuid", arena_strndup(&f.arena, id + 6, 36),
		     &f.arena, &alias, &err),
		&err);
	assert_false(alias.is_used);
	assert_non_null(strstr(text, alias.alias));
	assert_non_null(strstr(text, alias.numeric_alias));
	assert_non_null(strstr(text, "https://addin.example.com/webapp/"));
	assert_true(log_has("administrator.log", alias.alias));
	assert_true(log_has("administrator.log", "CorrelationId=\"0123456789abcdef\""));
	json_decref(json);
}

static void refusals_say_why_and_make_nothing(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "evil.example"));
	assert_failed(&request, 403,
		"Invalid Token: Token Appctx 'amurl' domain 'evil.example' does not match one "
		"of the valid domains: '[mail.example.com]'");
	assert_int_equal(requests, 0);
	assert_true(log_has("administrator.log", "domain 'evil.example'"));
	assert_true(log_has("administrator.log", "RemoteAddress=\"192.0.2.9\""));

	request = request_with(token_of("ada", "mail.example.com"));
	request.now = NOW + 29040;
	assert_failed(
		&request, 403, "Invalid Token: The token is not valid after 2027-01-15T15:59:00Z");
	request.now = NOW - 361;
	assert_failed(
		&request, 403, "Invalid Token: The token is not valid until 2027-01-15T07:59:00Z");
	request = request_with(NULL);
	assert_failed(&request, 403, "Invalid Token: the request has no token");
	request = request_with("");
	assert_failed(&request, 403, "Invalid Token: the token does not have three parts");
	assert_int_equal(aliases(), 0);
}

static void domains_of_other_integrations_do_not_count(void **state)
{
	(void)state;
	struct err err;
	struct ms_exchange_connector other =
		fixture_connector(&f.arena, "Branch", "branch@example.com");
	must(store_insert(f.store, &ms_exchange_connector_type, &other, NULL, &err), &err);
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	request.connector = other.id;
	assert_failed(&request, 403,
		"Invalid Token: Token Appctx 'amurl' domain 'mail.example.com' does not match "
		"one of the valid domains: '[]'");
}

static void an_unknown_integration(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	request.connector = 4711;
	assert_failed(&request, 404, "There is no integration 4711");
}

static void an_unreachable_exchange_is_not_an_invalid_token(void **state)
{
	(void)state;
	unreachable = true;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	assert_failed(&request, 503,
		"The token cannot be checked now: cannot get the keys at "
		"'https://mail.example.com/autodiscover/metadata/json/1': connection refused");
}

static void switched_off_or_not_supported(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	set("addin_authentication_method", "NAA_TOKEN");
	assert_failed(&request, 503,
		"The token cannot be checked now: '' is no authority with a tenant ID: set "
		"addin_authority_url");
	set("enable_dynamic_vmrs", "0");
	assert_failed(&request, 403, "Single-use rooms are switched off for this integration");
}

static void a_repeated_request_gets_the_same_alias(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	request.key = "double-click";
	const char *first = asked_alias(&request);
	request.now += 30;
	assert_string_equal(asked_alias(&request), first);
	assert_int_equal(aliases(), 1);
	request.token = token_of("bob", "mail.example.com");
	assert_string_not_equal(asked_alias(&request), first);
	request.key = NULL;
	assert_string_not_equal(asked_alias(&request), asked_alias(&request));
}

static void a_user_gets_so_many_and_no_more(void **state)
{
	(void)state;
	struct err err;
	must(store_exec(f.store, &err,
		     "UPDATE global_settings SET alias_requests_per_user_per_hour = 2", ""),
		&err);
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	request.key = "first";
	const char *first = asked_alias(&request);
	request.key = NULL;
	asked_alias(&request);
	struct details_answer answer;
	meeting_details(&request, &answer);
	assert_int_equal(answer.status, 429);
	assert_int_equal(answer.retry_after_ms, 1800000);
	assert_non_null(strstr(answer.body.data,
		"\"You have asked for too many rooms (2 an hour are allowed); try again in 30 "
		"minutes\""));
	buf_release(&answer.body);
	assert_int_equal(aliases(), 2);
	assert_true(log_has("administrator.log", "You have asked for too many rooms"));
	/* What was given is given again, and others have their own. */
	request.key = "first";
	assert_string_equal(asked_alias(&request), first);
	request = request_with(token_of("bob", "mail.example.com"));
	asked_alias(&request);
}

static void refusals_do_not_fill_the_disk(void **state)
{
	(void)state;
	struct details_request request = request_with("no token");
	request.refusals = log_quota_new("client");
	for (int i = 0; i < LOG_QUOTA_LINES + 3; i++)
		json_decref(ask(&request, 403));
	log_quota_free(&request.refusals);
	assert_true(log_has("administrator.log", "\"3 more refused requests were not logged\""));
}

static void the_marker_is_there_whatever_the_template_says(void **state)
{
	(void)state;
	static const char *const broken[] = { "<p>Dial {{alias}}</p>", "{{ nonsense",
		"{{ alias.no.such() }}", "" };
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		set("meeting_instructions_template", broken[i]);
		struct details_request request = request_with(token_of("ada", "mail.example.com"));
		json_t *json = ask(&request, 200), *result = json_object_get(json, "result");
		assert_non_null(
			strstr(json_text(result, "instructions"), json_text(result, "alias_id")));
		json_decref(json);
	}
	assert_true(log_has("administrator.log", "meeting_instructions_template"));
}

static void settings_are_escaped_in_instructions(void **state)
{
	(void)state;
	set("addin_server_domain", "<script>");
	set("meeting_instructions_template", "{{addin_server_domain}}{{alias_uuid}}");
	connector.addin_server_domain = "<script>";
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	json_t *json = ask(&request, 200);
	assert_null(strstr(json_text(json_object_get(json, "result"), "instructions"), "<script>"));
	json_decref(json);
}

static void failures_of_ours_are_for_the_administrator(void **state)
{
	(void)state;
	set("scheduled_alias_domain", "");
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	assert_failed(&request, 500,
		"The request failed. The administrator finds the reason under 0123456789abcdef");
	assert_true(log_has("administrator.log", "set scheduled_alias_domain"));
	assert_int_equal(aliases(), 0);
}

static void the_token_is_never_logged(void **state)
{
	(void)state;
	const char *good = token_of("ada", "mail.example.com"),
		   *bad = token_of("ada", "evil.example");
	struct details_request request = request_with(good);
	asked_alias(&request);
	request.token = bad;
	json_decref(ask(&request, 403));
	static const char *const files[] = { "administrator.log", "support.log" };
	for (int i = 0; i < 2; i++) {
		assert_true(log_has(files[i], "0123456789abcdef"));
		assert_false(log_has(files[i], strrchr(good, '.') + 1));
		assert_false(log_has(files[i], strrchr(bad, '.') + 1));
		assert_false(log_has(files[i], "eyJ"));
	}
}

/* ---- without database ----------------------------------------------------------------------- */

/* What is handed out when the database cannot answer; json_decref() it. */
static json_t *promised(const struct details_request *request)
{
	struct details_answer answer;
	struct identity who;
	struct err err;
	json_t *json;
	must(integrations_refresh(integrations, f.store, request->now, &err), &err);
	const struct integration *i = integrations_find(integrations, request->connector);
	assert_true(details_check(i, keys, request, &who, &answer));
	details_promise(i, request, &who, &answer);
	integration_release(&i);
	assert_int_equal(answer.status, 200);
	must(json_parse(answer.body.data, answer.body.len, &json, &err), &err);
	buf_release(&answer.body);
	return json;
}

static void a_promise_is_a_sealed_token_of_the_user(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	json_t *json = promised(&request), *result = json_object_get(json, "result");
	assert_string_equal(json_text(json, "status"), "success");
	assert_true(json_is_true(json_object_get(result, "management_node_down")));
	assert_string_equal(json_text(result, "room_email"), "vmr@example.com");
	const char *marker = json_text(result, "alias_id"),
		   *text = json_text(result, "instructions");
	assert_true(strlen(marker) <= SEALED_TOKEN_MARKER_MAX);
	assert_non_null(strstr(text, marker));
	assert_non_null(strstr(text, "will be sent shortly"));
	struct markers m;
	struct sealed_token token;
	struct err err;
	markers_find(text, true, &m);
	assert_int_equal(m.count, 1);
	must(sealed_token_open(connector.private_key, connector.sealing_key, connector.uuid,
		     m.items[0].token, NOW, &token, &err),
		&err);
	assert_int_equal(token.issued, NOW);
	assert_int_equal(aliases(), 0);
	assert_true(log_has("administrator.log", token.id));
	assert_false(log_has("administrator.log", m.items[0].token));
	assert_false(log_has("support.log", m.items[0].token));
	assert_false(log_has("administrator.log", strrchr(request.token, '.') + 1));
	json_decref(json);
}

static void a_promise_is_there_whatever_the_template_says(void **state)
{
	(void)state;
	static const char *const broken[] = { "<p>Soon.</p>", "{{ nonsense", "" };
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		set("placeholder_instructions_template", broken[i]);
		struct details_request request = request_with(token_of("ada", "mail.example.com"));
		json_t *json = promised(&request), *result = json_object_get(json, "result");
		assert_non_null(
			strstr(json_text(result, "instructions"), json_text(result, "alias_id")));
		json_decref(json);
	}
}

static void an_outage_is_no_time_to_hoard(void **state)
{
	(void)state;
	struct err err;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	struct details_answer answer;
	struct identity who;
	must(store_exec(f.store, &err,
		     "UPDATE global_settings SET alias_requests_per_user_per_hour = 2", ""),
		&err);
	request.promises = promise_allowance_new();
	json_decref(promised(&request));
	json_decref(promised(&request));
	const struct integration *i = integrations_find(integrations, request.connector);
	assert_true(details_check(i, keys, &request, &who, &answer));
	details_promise(i, &request, &who, &answer);
	integration_release(&i);
	assert_int_equal(answer.status, 429);
	assert_int_equal(answer.retry_after_ms, 1800000);
	assert_non_null(strstr(answer.body.data, "You have asked for too many rooms (2 an hour"));
	buf_release(&answer.body);
	request.token = token_of("bob", "mail.example.com");
	json_decref(promised(&request));
	promise_allowance_free(&request.promises);
}

static void damaged_keys_make_no_promise(void **state)
{
	(void)state;
	set("sealing_key", "");
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	struct details_answer answer;
	struct identity who;
	struct err err;
	must(integrations_refresh(integrations, f.store, NOW, &err), &err);
	const struct integration *i = integrations_find(integrations, request.connector);
	assert_true(details_check(i, keys, &request, &who, &answer));
	details_promise(i, &request, &who, &answer);
	integration_release(&i);
	assert_int_equal(answer.status, 500);
	assert_null(strstr(answer.body.data, "TOK:-"));
	assert_true(log_has("administrator.log", "sealing key is damaged or missing"));
	buf_release(&answer.body);
}

static void a_locked_database_is_told_and_answers_nothing(void **state)
{
	(void)state;
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	struct details_answer answer = { 0 };
	struct identity who;
	struct err err;
	must(integrations_refresh(integrations, f.store, NOW, &err), &err);
	const struct integration *i = integrations_find(integrations, request.connector);
	assert_true(details_check(i, keys, &request, &who, &answer));
	assert_int_equal(rename(f.path, arena_printf(&f.arena, "%s.away", f.path)), 0);
	assert_false(details_answer(f.store, i, &request, &who, &answer, &err));
	assert_int_equal(rename(arena_printf(&f.arena, "%s.away", f.path), f.path), 0);
	assert_null(answer.body.data);
	assert_non_null(strstr(err.text, "was deleted or replaced"));
	integration_release(&i);
	assert_int_equal(aliases(), 0);
}

/* ---- licence -------------------------------------------------------------------------------- */

static void without_a_licence_nobody_gets_anything(void **state)
{
	(void)state;
	struct err err;
	char public_key[LICENCE_KEY_LEN + 1], secret_key[LICENCE_KEY_LEN + 1];
	const struct licence_terms terms = { .entitlement_id = "E-1",
		.type = "scheduling",
		.features = "",
		.start = NOW - 86400,
		.expires = NOW + 10,
		.meetings = FIELD_NULL };
	struct licence licence;
	struct buf file;
	licence_keys_new(public_key, secret_key);
	must(store_exec(f.store, &err, "UPDATE global_settings SET licence_public_key = $1", "s",
		     public_key),
		&err);
	struct details_request request = request_with(token_of("ada", "mail.example.com"));
	assert_failed(&request, 403,
		"No video room can be added: there is no valid licence; please tell your "
		"administrator");
	buf_init(&file, LICENCE_TEXT_MAX);
	must(licence_sign(secret_key, &terms, &file, &err), &err);
	record_defaults(&licence_type, &licence, &f.arena);
	licence.file = arena_strdup(&f.arena, file.data);
	buf_release(&file);
	must(licensing_fill(f.store, &licence, NOW, &f.arena, &err), &err);
	must(store_insert(f.store, &licence_type, &licence, NULL, &err), &err);
	asked_alias(&request);
	/* It expires while only the copy is there. */
	struct details_answer answer;
	struct identity who;
	must(integrations_refresh(integrations, f.store, NOW, &err), &err);
	const struct integration *i = integrations_find(integrations, request.connector);
	request.now = NOW + 10;
	assert_false(details_check(i, keys, &request, &who, &answer));
	assert_int_equal(answer.status, 403);
	assert_non_null(strstr(answer.body.data, "the licence has expired"));
	buf_release(&answer.body);
	integration_release(&i);
	/* A stranger is not told of it. */
	request.token = token_of("ada", "evil.example");
	json_t *json = ask(&request, 403);
	assert_null(strstr(json_text(json, "result"), "licence"));
	json_decref(json);
	assert_int_equal(aliases(), 1);
}

#define with_store(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(a_user_of_exchange_gets_an_alias_and_instructions),
		with_store(refusals_say_why_and_make_nothing),
		with_store(domains_of_other_integrations_do_not_count),
		with_store(an_unknown_integration),
		with_store(an_unreachable_exchange_is_not_an_invalid_token),
		with_store(switched_off_or_not_supported),
		with_store(a_repeated_request_gets_the_same_alias),
		with_store(a_user_gets_so_many_and_no_more),
		with_store(refusals_do_not_fill_the_disk),
		with_store(the_marker_is_there_whatever_the_template_says),
		with_store(settings_are_escaped_in_instructions),
		with_store(failures_of_ours_are_for_the_administrator),
		with_store(the_token_is_never_logged),
		with_store(a_promise_is_a_sealed_token_of_the_user),
		with_store(a_promise_is_there_whatever_the_template_says),
		with_store(an_outage_is_no_time_to_hoard),
		with_store(damaged_keys_make_no_promise),
		with_store(a_locked_database_is_told_and_answers_nothing),
		with_store(without_a_licence_nobody_gets_anything),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
