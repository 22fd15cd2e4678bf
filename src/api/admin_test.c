#include "api/admin.h"
#include "api/admin_call.h"
#include "auth/password.h"
#include "base/log.h"
#include "base/text.h"
#include "store/connection.h"
#include "store/fixture.h"
#include "store/mailboxes.h"
#include "store/operations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define USER     "admin"
#define PASSWORD "correct horse battery"

static struct fixture f;
static struct admin_api *api;
static char basic[256];

/* What changed() was told, "conference 1, ...". */
static char told[512];

static void hear(void *arg, const struct record_type *type, int64_t id)
{
	(void)arg;
	size_t len = strlen(told);
	snprintf(told + len, sizeof(told) - len, "%s%s %d", len ? ", " : "", type->name, (int)id);
}

static void set_basic(const char *user, const char *password)
{
	struct buf b;
	char both[128];
	buf_init(&b, sizeof(basic));
	snprintf(both, sizeof(both), "%s:%s", user, password);
	text_base64_encode(&b, both, strlen(both));
	snprintf(basic, sizeof(basic), "Basic %s", b.data);
	buf_release(&b);
}

static void add_administrator(const char *name, const char *password)
{
	static char hash[PASSWORD_HASH_MAX];
	struct err err = { 0 };
	struct administrator a;
	record_defaults(&administrator_type, &a, &f.arena);
	a.username = name;
	if (!password_hash(password, hash, &err))
		abort();
	a.password = hash;
	if (!store_insert(f.store, &administrator_type, &a, NULL, &err))
		abort();
}

static int setup(void **state)
{
	(void)state;
	struct err err = { 0 };
	fixture_init(&f);
	add_administrator(USER, PASSWORD);
	struct admin_api_options options = { .store_path = f.path, .changed = hear };
	if (!admin_api_new(&options, &api, &err) ||
		!log_open(f.directory, LOG_LEVEL_INFO, false, &err))
		abort();
	set_basic(USER, PASSWORD);
	told[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char path[128];
	log_close();
	snprintf(path, sizeof(path), "%s/administrator.log", f.directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/support.log", f.directory);
	unlink(path);
	admin_api_free(&api);
	fixture_release(&f);
	return 0;
}

static struct admin_call call;
static char answer[64 << 10];

/* One request; the answer's body as text in `answer`, the rest in `call` until the next one. */
static int ask_as(
	const char *authorization, enum http_method method, const char *target, const char *body)
{
	char path[512];
	const char *question = strchr(target, '?');
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(target, "?"), target);
	if (call.api)
		admin_call_release(&call);
	admin_call_init(&call, api);
	call.method = method;
	call.path = arena_strdup(&call.arena, path);
	call.query = question ? question + 1 : "";
	call.body = body ? body : "";
	call.body_len = strlen(call.body);
	call.authorization = authorization;
	call.content_type = "application/json";
	call.source = "192.0.2.1";
	admin_answer(&call);
	struct buf b;
	buf_init(&b, sizeof(answer) - 1);
	if (call.json)
		json_write(&b, call.json);
	strcpy(answer, b.data);
	buf_release(&b);
	return call.status;
}

static int ask(enum http_method method, const char *rest, const char *body)
{
	char target[512];
	snprintf(target, sizeof(target), "%s%s", *rest == '/' ? "" : ADMIN_PREFIX, rest);
	return ask_as(basic, method, target, body);
}

#define ASK(status, ...)                                                                           \
	do {                                                                                       \
		int got = ask(__VA_ARGS__);                                                        \
		if (got != (status))                                                               \
			fail_msg("%d instead of %d: %s", got, status, answer);                     \
	} while (0)

#define HAS(text)                                                                                  \
	do {                                                                                       \
		if (!strstr(answer, text))                                                         \
			fail_msg("no '%s' in %s", text, answer);                                   \
	} while (0)

static const char *log_text(void)
{
	static char text[64 << 10];
	char path[128];
	snprintf(path, sizeof(path), "%s/administrator.log", f.directory);
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
	text[len] = '\0';
	if (file)
		fclose(file);
	return text;
}

/* ---- signing in --------------------------------------------------------------------------- */

static void nobody_gets_in_without_a_password(void **state)
{
	(void)state;
	static const char *const bad[] = { NULL, "", "Basic", "Basic !!!",
		"Basic YWRtaW4=", "Bearer YWRtaW46YQ==" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(ask_as(bad[i], HTTP_GET, ADMIN_PREFIX "conference/", NULL), 401);
	set_basic(USER, "wrong");
	ASK(401, HTTP_GET, "conference/", NULL);
	set_basic("nobody", PASSWORD);
	ASK(401, HTTP_GET, "conference/", NULL);
	HAS("sign in with an administrator's name and password");
	set_basic("ADMIN", PASSWORD);
	ASK(200, HTTP_GET, "conference/", NULL);
	assert_string_equal(call.user, "admin");
	assert_non_null(strstr(log_text(), "Message=\"Sign-in refused\" User=\"nobody\""));
	assert_null(strstr(log_text(), PASSWORD));
}

/* Even the right password is not looked at, but who was let in already stays in. */
static void guessing_is_slowed_down(void **state)
{
	(void)state;
	char known[256];
	ASK(200, HTTP_GET, "conference/", NULL);
	strcpy(known, basic);
	set_basic(USER, "wrong");
	for (int i = 0; i < ADMIN_FAILURES_PER_MINUTE; i++)
		ASK(401, HTTP_GET, "conference/", NULL);
	ASK(429, HTTP_GET, "conference/", NULL);
	add_administrator("second", "another good password");
	set_basic("second", "another good password");
	ASK(429, HTTP_GET, "conference/", NULL);
	assert_int_equal(ask_as(known, HTTP_GET, ADMIN_PREFIX "conference/", NULL), 200);
}

/* An account that asks often (a script, a page that polls) costs no other its place. */
static void a_busy_account_pushes_nobody_out(void **state)
{
	(void)state;
	char second[256];
	add_administrator("second", "another good password");
	set_basic("second", "another good password");
	strcpy(second, basic);
	ASK(200, HTTP_GET, "conference/", NULL);
	set_basic(USER, PASSWORD);
	for (int i = 0; i < 2 * ADMIN_LOGINS_MAX; i++)
		ASK(200, HTTP_GET, "conference/", NULL);
	set_basic(USER, "wrong");
	for (int i = 0; i < ADMIN_FAILURES_PER_MINUTE; i++)
		ASK(401, HTTP_GET, "conference/", NULL);
	assert_int_equal(ask_as(second, HTTP_GET, ADMIN_PREFIX "conference/", NULL), 200);
}

static void a_changed_password_counts_at_once(void **state)
{
	(void)state;
	char old[256];
	strcpy(old, basic);
	ASK(202, HTTP_PATCH, "administrator/1/", "{\"password\":\"a brand new password\"}");
	assert_null(strstr(answer, "password\":\"$"));
	assert_int_equal(ask_as(old, HTTP_GET, ADMIN_PREFIX "conference/", NULL), 401);
	set_basic(USER, "a brand new password");
	ASK(200, HTTP_GET, "conference/", NULL);
	assert_non_null(strstr(log_text(), "Changes=\"password: '***' -> '***'\""));
	assert_null(strstr(log_text(), "brand new"));
}

static void an_account_cannot_delete_itself(void **state)
{
	(void)state;
	ASK(400, HTTP_DELETE, "administrator/1/", NULL);
	HAS("you are signed in as 'admin'; another administrator must delete this account");
	ASK(201, HTTP_POST, "administrator/",
		"{\"username\":\"second\",\"password\":\"another good password\"}");
	set_basic("second", "another good password");
	ASK(204, HTTP_DELETE, "administrator/1/", NULL);
	set_basic(USER, PASSWORD);
	ASK(401, HTTP_GET, "conference/", NULL);
}

static void requests_of_other_sites_are_refused(void **state)
{
	(void)state;
	admin_call_release(&call);
	static const struct {
		const char *site, *type;
		int status;
	} cases[] = { { "cross-site", "application/json", 403 },
		{ "same-site", "application/json", 403 }, { "same-origin", "text/plain", 415 },
		{ NULL, NULL, 415 }, { NULL, "application/x-www-form-urlencoded", 415 },
		{ "same-origin", "application/json; charset=utf-8", 201 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		admin_call_init(&call, api);
		call.method = HTTP_POST;
		call.path = ADMIN_PREFIX "conference/";
		call.query = "";
		call.body = "{\"name\":\"Room\"}";
		call.body_len = strlen(call.body);
		call.authorization = basic;
		call.content_type = cases[i].type;
		call.fetch_site = cases[i].site;
		call.source = "192.0.2.1";
		admin_answer(&call);
		assert_int_equal(call.status, cases[i].status);
		admin_call_release(&call);
	}
	call.api = NULL;
}

/* ---- records ------------------------------------------------------------------------------ */

static void the_life_of_a_record(void **state)
{
	(void)state;
	ASK(201, HTTP_POST, "conference/",
		"{\"name\":\"Room\",\"pin\":\"4711\",\"crypto_mode\":\"on\"}");
	assert_string_equal(call.location, "/api/admin/configuration/v1/conference/1/");
	assert_string_equal(call.ignored.data, "crypto_mode");
	ASK(200, HTTP_GET, "conference/1/", NULL);
	HAS("\"name\":\"Room\"");
	HAS("\"pin\":\"4711\"");
	HAS("\"aliases\":[]");
	HAS("\"scheduled_conferences\":[],\"scheduled_conferences_count\":0");
	ASK(202, HTTP_PATCH, "conference/1/", "{\"tag\":\"blue\"}");
	HAS("\"tag\":\"blue\"");
	HAS("\"pin\":\"4711\"");
	ASK(200, HTTP_PUT, "conference/1/", "{\"name\":\"Room 2\"}");
	HAS("\"pin\":\"\"");
	ASK(204, HTTP_DELETE, "conference/1/", NULL);
	assert_string_equal(answer, "");
	ASK(404, HTTP_GET, "conference/1/", NULL);
	HAS("there is no conference with id 1");
	ASK(404, HTTP_PATCH, "conference/1/", "{}");
	ASK(404, HTTP_DELETE, "conference/1/", NULL);
	assert_string_equal(told, "conference 1, conference 1, conference 1, conference 1");
}

static void changes_are_audited(void **state)
{
	(void)state;
	ASK(201, HTTP_POST, "conference/", "{\"name\":\"Room\",\"pin\":\"4711\"}");
	ASK(202, HTTP_PATCH, "conference/1/", "{\"name\":\"Hall\",\"pin\":\"4712\"}");
	ASK(202, HTTP_PATCH, "conference/1/", "{\"name\":\"Hall\"}");
	ASK(400, HTTP_PATCH, "conference/1/", "{\"name\":\"Other\",\"pin\":\"1\"}");
	ASK(204, HTTP_DELETE, "conference/1/", NULL);
	const char *log = log_text();
	assert_non_null(strstr(log,
		"Name=\"administrator.configuration\" Message=\"Created\" User=\"admin\" "
		"Record=\"conference\" Id=\"1\" Name=\"Room\" Changes=\"name: 'Room', pin: "
		"'***'\""));
	assert_non_null(strstr(log,
		"Message=\"Changed\" User=\"admin\" Record=\"conference\" Id=\"1\" "
		"Name=\"Hall\" Changes=\"name: 'Room' -> 'Hall', pin: '***' -> '***'\""));
	assert_non_null(strstr(log,
		"Message=\"Deleted\" User=\"admin\" Record=\"conference\" "
		"Id=\"1\" Name=\"Hall\""));
	/* Neither what changed nothing nor what was refused. */
	assert_null(strstr(strstr(log, "Message=\"Changed\"") + 1, "Message=\"Changed\""));
	assert_null(strstr(log, "Other"));
	assert_null(strstr(log, "471"));
}

static void problems_are_told_by_field(void **state)
{
	(void)state;
	ASK(400, HTTP_POST, "conference/", "{\"pin\":\"12\"}");
	assert_string_equal(answer,
		"{\"conference\":{\"pin\":[\"is 2 characters long; at least 4 are needed\"]}}");
	ASK(400, HTTP_POST, "conference/", "{\"description\":\"no name\"}");
	assert_string_equal(answer, "{\"conference\":{\"name\":[\"must not be empty\"]}}");
	ASK(201, HTTP_POST, "conference/", "{\"name\":\"Room\"}");
	ASK(400, HTTP_POST, "conference/", "{\"name\":\"room\"}");
	assert_string_equal(answer,
		"{\"conference\":{\"name\":[\"'room' is used by conference "
		"'Room' already; choose another\"]}}");
	ASK(400, HTTP_POST, "conference_alias/",
		"{\"alias\":\"1\",\"conference\":\"/api/admin/configuration/v1/conference/9/\"}");
	assert_string_equal(answer,
		"{\"conference_alias\":{\"conference\":[\"there is no "
		"conference with id 9\"]}}");
	ASK(400, HTTP_POST, "conference/", "{\"name\":");
	HAS("{\"error\":\"the body is no valid JSON: ");
	ASK(400, HTTP_POST, "conference/", "[]");
	HAS("the body must be one JSON object");
	assert_string_equal(told, "conference 1");
}

static void addresses_that_are_not_there(void **state)
{
	(void)state;
	ASK(404, HTTP_GET, "spaceship/", NULL);
	ASK(404, HTTP_GET, "conference/one/", NULL);
	ASK(404, HTTP_GET, "conference/0/", NULL);
	ASK(404, HTTP_GET, "conference/1/2/", NULL);
	ASK(405, HTTP_PUT, "conference/", "{}");
	assert_string_equal(call.allow, "GET, HEAD, POST");
	ASK(405, HTTP_POST, "conference/1/", "{}");
	assert_string_equal(call.allow, "GET, HEAD, PUT, PATCH, DELETE");
}

static void the_settings_of_the_whole_are_one_record(void **state)
{
	(void)state;
	ASK(405, HTTP_POST, "global_settings/", "{}");
	ASK(405, HTTP_DELETE, "global_settings/1/", NULL);
	ASK(202, HTTP_PATCH, "global_settings/1/", "{\"alias_rest_days\":60}");
	HAS("\"alias_rest_days\":60");
	ASK(400, HTTP_PATCH, "global_settings/1/", "{\"alias_rest_days\":-1}");
	HAS("must be from 0 to 3650 days");
}

static void scheduled_records_are_the_services(void **state)
{
	(void)state;
	ASK(405, HTTP_POST, "scheduled_alias/", "{}");
	assert_string_equal(call.allow, "GET, HEAD");
	ASK(405, HTTP_PATCH, "scheduled_conference/1/", "{}");
	assert_string_equal(call.allow, "GET, HEAD, DELETE");
	ASK(200, HTTP_GET, "scheduled_conference/", NULL);
}

static void integrations_keep_their_secrets(void **state)
{
	(void)state;
	const char *body =
		"{\"name\":\"Main\",\"url\":\"https://mail.example.com/EWS/Exchange.asmx\","
		"\"room_mailbox_email_address\":\"vmr@example.com\",\"username\":\"svc\","
		"\"password\":\"s3cret-of-the-mailbox\",\"scheduled_alias_domain\":\"vc.example."
		"com\","
		"\"addin_server_domain\":\"addin.example.com\","
		"\"domains\":[{\"domain\":\"mail.example.com\"},{\"domain\":\"owa.example.com\"}]}";
	ASK(201, HTTP_POST, "ms_exchange_connector/", body);
	HAS("\"password\":\"\"");
	HAS("\"domain\":\"owa.example.com\"");
	assert_null(strstr(answer, "s3cret"));
	ASK(202, HTTP_PATCH, "ms_exchange_connector/1/",
		"{\"description\":\"x\",\"password\":\"\"}");
	struct err err;
	struct ms_exchange_connector c;
	assert_true(store_get(f.store, &ms_exchange_connector_type, 1, &f.arena, &c, &err));
	assert_string_equal(c.password, "s3cret-of-the-mailbox");
	assert_null(strstr(log_text(), "s3cret"));
	ASK(400, HTTP_POST, "ms_exchange_connector/", body);
	HAS("'Main' already");
	ASK(400, HTTP_PATCH, "ms_exchange_connector/1/",
		"{\"authentication_method\":\"KERBEROS\"}");
	HAS("KERBEROS is not supported yet; use BASIC");
	ASK(400, HTTP_GET, "ms_exchange_connector/?password__startswith=s", NULL);
	HAS("is a secret, and cannot be searched for");
	ASK(400, HTTP_GET, "ms_exchange_connector/?order_by=password", NULL);
}

/* ---- children ----------------------------------------------------------------------------- */

static void a_list_of_children_replaces_them(void **state)
{
	(void)state;
	ASK(201, HTTP_POST, "conference/",
		"{\"name\":\"Room\",\"aliases\":[{\"alias\":\"one\"},{\"alias\":\"two\"}]}");
	HAS("\"alias\":\"one\"");
	HAS("\"conference\":\"/api/admin/configuration/v1/conference/1/\"");
	ASK(202, HTTP_PATCH, "conference/1/", "{\"tag\":\"untouched\"}");
	HAS("\"alias\":\"two\"");
	told[0] = '\0';
	ASK(202, HTTP_PATCH, "conference/1/",
		"{\"aliases\":[{\"alias\":\"ONE\",\"description\":\"kept\"},{\"alias\":\"three\"}]"
		"}");
	HAS("\"id\":1,\"resource_uri\":\"/api/admin/configuration/v1/conference_alias/1/\","
	    "\"alias\":\"ONE\",\"description\":\"kept\"");
	HAS("\"alias\":\"three\"");
	assert_null(strstr(answer, "\"two\""));
	assert_string_equal(told, "conference_alias 2, conference_alias 1, conference_alias 3");
	ASK(202, HTTP_PATCH, "conference/1/",
		"{\"aliases\":[\"/api/admin/configuration/v1/conference_alias/3/\","
		"{\"id\":1,\"alias\":\"renamed\"}]}");
	HAS("\"id\":1,\"resource_uri\":\"/api/admin/configuration/v1/conference_alias/1/\","
	    "\"alias\":\"renamed\"");
	HAS("\"id\":3");
	ASK(202, HTTP_PATCH, "conference/1/", "{\"aliases\":[]}");
	HAS("\"aliases\":[]");
}

/* One wrong child, and nothing at all happens. */
static void a_wrong_child_undoes_the_rest(void **state)
{
	(void)state;
	ASK(201, HTTP_POST, "conference/", "{\"name\":\"Room\",\"aliases\":[{\"alias\":\"one\"}]}");
	told[0] = '\0';
	ASK(400, HTTP_PATCH, "conference/1/",
		"{\"name\":\"Hall\",\"aliases\":[{\"alias\":\"x\"},{\"alias\":\"a b\"}]}");
	assert_string_equal(answer,
		"{\"conference\":{\"aliases\":[\"entry 2: must not contain "
		"spaces or any of / ? #\"]}}");
	ASK(400, HTTP_PATCH, "conference/1/",
		"{\"aliases\":[{\"alias\":\"x\"},{\"alias\":\"X\"}]}");
	HAS("entry 2: 'X' is used by conference alias 'x' already");
	ASK(400, HTTP_PATCH, "conference/1/", "{\"aliases\":[5]}");
	ASK(400, HTTP_PATCH, "conference/1/", "{\"aliases\":5}");
	ASK(400, HTTP_PATCH, "conference/1/", "{\"aliases\":[{\"alias\":5}]}");
	HAS("entry 1: alias must be a text");
	ASK(200, HTTP_GET, "conference/1/", NULL);
	HAS("\"name\":\"Room\"");
	HAS("\"alias\":\"one\"");
	assert_string_equal(told, "");
}

static void aliases_of_invitations_stay(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct scheduled_alias given;
	record_defaults(&scheduled_alias_type, &given, &f.arena);
	given.alias = "42@vc.example.com";
	given.numeric_alias = "42";
	assert_true(store_insert(f.store, &scheduled_alias_type, &given, NULL, &err));
	ASK(201, HTTP_POST, "conference/",
		"{\"name\":\"R\",\"aliases\":[{\"alias\":\"42@vc.example.com\"},{\"alias\":\"42\"}]"
		"}");
	ASK(400, HTTP_DELETE, "conference_alias/2/", NULL);
	HAS("'42' was given out in an invitation; it goes only with its conference");
	ASK(400, HTTP_PATCH, "conference_alias/1/", "{\"alias\":\"43\"}");
	ASK(400, HTTP_PATCH, "conference/1/", "{\"aliases\":[]}");
	ASK(400, HTTP_PATCH, "conference/1/",
		"{\"aliases\":[{\"id\":1,\"alias\":\"x\"},{\"id\":2}]}");
	ASK(202, HTTP_PATCH, "conference_alias/1/", "{\"description\":\"noted\"}");
	ASK(202, HTTP_PATCH, "conference/1/",
		"{\"aliases\":[{\"id\":1},{\"id\":2},{\"alias\":\"more\"}]}");
	ASK(204, HTTP_DELETE, "conference/1/", NULL);
}

static struct scheduled_alias given_alias(const char *alias, const char *numeric)
{
	struct err err = { 0 };
	struct scheduled_alias a;
	record_defaults(&scheduled_alias_type, &a, &f.arena);
	a.alias = alias;
	a.numeric_alias = numeric;
	a.is_used = true;
	assert_true(store_insert(f.store, &scheduled_alias_type, &a, NULL, &err));
	return a;
}

/* Else the number could lead the guests of an old meeting into a new one. */
static void numbers_rest_whoever_ends_their_life(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct scheduled_alias bound = given_alias("42@vc.example.com", "42");
	struct scheduled_alias loose = given_alias("43@vc.example.com", "43");
	struct scheduled_conference m;
	ASK(201, HTTP_POST, "conference/", "{\"name\":\"R\"}");
	record_defaults(&scheduled_conference_type, &m, &f.arena);
	m.conference = 1;
	m.scheduled_alias = bound.id;
	m.start_time = m.end_time = 100;
	assert_true(store_insert(f.store, &scheduled_conference_type, &m, NULL, &err));
	ASK(204, HTTP_DELETE, "conference/1/", NULL);
	assert_true(store_get(f.store, &scheduled_alias_type, bound.id, &f.arena, &bound, &err));
	assert_true(bound.conference_deletion_time > 0);
	assert_true(store_get(f.store, &scheduled_alias_type, loose.id, &f.arena, &loose, &err));
	assert_int_equal(loose.conference_deletion_time, FIELD_NULL);

	ASK(204, HTTP_DELETE, "scheduled_alias/2/", NULL);
	struct rows rows;
	assert_true(store_query(f.store, &rows, &err,
		"SELECT count(*) FROM resting_alias WHERE alias IN ('43', '43@vc.example.com')",
		""));
	assert_true(row_next(&rows, &err));
	assert_int_equal(row_int(&rows, 0), 2);
	row_done(&rows);
}

/* ---- failing on purpose ------------------------------------------------------------------- */

static int steps_left;

static int fail_once(void *arg)
{
	(void)arg;
	return steps_left > 0 && --steps_left == 0;
}

/* The database stops after every number of steps that the change takes: nothing, or all of it, is
 * stored and told; and the connection is fit for the next request. */
static void a_failing_database_changes_nothing(void **state)
{
	(void)state;
	int failures = 0, status = 0;
	ASK(201, HTTP_POST, "conference/",
		"{\"name\":\"Room\",\"aliases\":[{\"alias\":\"one\"},{\"alias\":\"two\"}]}");
	for (int n = 1; status != 202; n += 3) {
		assert_true(n < 20000);
		told[0] = '\0';
		steps_left = n;
		sqlite3_progress_handler(api->store->db, 1, fail_once, NULL);
		status = ask(HTTP_PATCH, "conference/1/",
			"{\"name\":\"Hall\",\"aliases\":[{\"alias\":\"two\",\"description\":\"d\"},"
			"{\"alias\":\"three\"}]}");
		sqlite3_progress_handler(api->store->db, 0, NULL, NULL);
		assert_false(store_in_transaction(api->store));
		if (status == 202)
			break;
		bool committed = told[0] != '\0';
		assert_true(status == 500 || status == 400);
		failures++;
		ASK(200, HTTP_GET, "conference/1/", NULL);
		HAS(committed ? "\"name\":\"Hall\"" : "\"name\":\"Room\"");
		HAS(committed ? "\"alias\":\"three\"" : "\"alias\":\"one\"");
		if (committed)
			break; /* what failed was the answer */
	}
	assert_true(failures > 50);
}

/* ---- lists -------------------------------------------------------------------------------- */

static void lists_have_filters_order_and_pages(void **state)
{
	(void)state;
	for (int i = 0; i < 25; i++) {
		char body[64];
		snprintf(body, sizeof(body), "{\"name\":\"Room %02d\",\"tag\":\"%s\"}", i,
			i % 2 ? "odd" : "even & more");
		ASK(201, HTTP_POST, "conference/", body);
	}
	ASK(200, HTTP_GET, "conference/", NULL);
	HAS("{\"meta\":{\"limit\":20,\"next\":\"/api/admin/configuration/v1/conference/?limit=20&"
	    "offset=20\",\"offset\":0,\"previous\":null,\"total_count\":25},\"objects\":[");
	ASK(200, HTTP_GET, "conference/?limit=5&offset=8&tag=even+%26+more&order_by=-name", NULL);
	HAS("\"next\":null");
	HAS("\"previous\":\"/api/admin/configuration/v1/conference/?limit=5&offset=3&"
	    "tag=even+%26+more&order_by=-name\"");
	HAS("\"total_count\":13");
	assert_non_null(strstr(strstr(answer, "Room 08"), "Room 00"));
	ASK(200, HTTP_GET, "conference/?limit=0&name__in=Room+01,Room+02&format=json", NULL);
	HAS("\"total_count\":2");
	ASK(200, HTTP_GET, "conference/?id__gt=24", NULL);
	HAS("Room 24");
	ASK(200, HTTP_GET, "conference/?name__regex=%5ERoom.1%5B0-2%5D%24", NULL);
	HAS("\"total_count\":3");
	ASK(201, HTTP_POST, "conference_alias/",
		"{\"alias\":\"a\",\"conference\":\"/api/admin/configuration/v1/conference/3/\"}");
	ASK(200, HTTP_GET, "conference_alias/?conference=/api/admin/configuration/v1/conference/3/",
		NULL);
	HAS("\"total_count\":1");
	ASK(200, HTTP_GET, "conference_alias/?conference=4", NULL);
	HAS("\"total_count\":0");
}

static void queries_that_make_no_sense(void **state)
{
	(void)state;
	ASK(400, HTTP_GET, "conference/?colour=red", NULL);
	HAS("filter 'colour': conference has no such field");
	ASK(400, HTTP_GET, "conference/?name__like=red", NULL);
	HAS("filter 'name__like': there is no such comparison");
	ASK(400, HTTP_GET, "conference/?order_by=colour", NULL);
	ASK(400, HTTP_GET, "conference/?limit=-1", NULL);
	HAS("limit '-1': must be a whole number from 0 to 1000000000");
	ASK(400, HTTP_GET, "conference/?limit=9223372036854775807&offset=9223372036854775807",
		NULL);
	ASK(400, HTTP_GET, "conference/?name__regex=(", NULL);
	HAS("filter 'name': regular expression, character 1: ");
	ASK(400, HTTP_GET, "conference/?offset=x", NULL);
	ASK(400, HTTP_GET, "conference/?participant_limit=many", NULL);
	ASK(400, HTTP_GET, "conference/?name=%zz", NULL);
	HAS("the query is too long or badly encoded");
	ASK(400, HTTP_GET, "conference/?order_by=%FF", NULL); /* no UTF-8: no JSON could quote it */
	HAS("the query is too long or badly encoded");
}

static void alarms_can_be_read_only(void **state)
{
	(void)state;
	struct err err;
	assert_true(store_exec(f.store, &err,
		"INSERT INTO alarm (name, level, node, instance, details, remedy, identifier, "
		"time_raised)"
		" VALUES ('template_failed', 'warning', 'n', 'HQ', 'd', 'r', 'i', 5)",
		""));
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "alarm/", NULL);
	HAS("\"name\":\"template_failed\"");
	HAS("\"resource_uri\":\"/api/admin/status/v1/alarm/1/\"");
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "alarm/1/", NULL);
	ASK(405, HTTP_DELETE, ADMIN_STATUS_PREFIX "alarm/1/", NULL);
	ASK(405, HTTP_POST, ADMIN_STATUS_PREFIX "alarm/", "{}");
	ASK(404, HTTP_GET, ADMIN_PREFIX "alarm/", NULL);
	ASK(404, HTTP_DELETE, ADMIN_PREFIX "alarm/1/", NULL);
	ASK(404, HTTP_GET, ADMIN_STATUS_PREFIX "conference/", NULL);
}

static void what_was_done_can_be_read(void **state)
{
	(void)state;
	struct err err;
	assert_true(store_begin(f.store, &err));
	assert_true(operation_record(f.store,
		&(struct operation){ .error_code = "alias_conflict",
			.error_description = "a copied invitation",
			.resource_id = FIELD_NULL,
			.now = 1800000000 },
		NULL, &err));
	assert_true(scheduler_touch(f.store, 7, 1800000000, &err));
	assert_true(store_commit(f.store, &err));
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "scheduling_operation/?success=false", NULL);
	HAS("\"total_count\":1");
	HAS("\"creation_time\":\"2027-01-15T08:00:00Z\"");
	HAS("\"success\":false,\"error_code\":\"alias_conflict\","
	    "\"error_description\":\"a copied invitation\",\"resource_id\":null");
	ASK(405, HTTP_DELETE, ADMIN_STATUS_PREFIX "scheduling_operation/1/", NULL);
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "exchange_scheduler/7/", NULL);
	HAS("\"exchange_connector_id\":7,\"last_modified_time\":\"2027-01-15T08:00:00Z\"");
}

static void the_licence_is_told(void **state)
{
	(void)state;
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "licensing/", NULL);
	HAS("\"total_count\":1");
	HAS("\"scheduling_count\":0,\"scheduling_total\":null");
	ASK(405, HTTP_POST, ADMIN_STATUS_PREFIX "licensing/", "{}");
	ASK(404, HTTP_GET, ADMIN_PREFIX "licensing/", NULL);
	ASK(400, HTTP_POST, "licence/", "{\"file\":\"x\"}");
	HAS("{\"licence\":{\"file\":[\"needs no installing: ");
	ASK(400, HTTP_PATCH, "global_settings/1/", "{\"licence_public_key\":\"AAAA\"}");
	HAS("is no public key; 'vmrd licence keygen' prints one");
	ASK(202, HTTP_PATCH, "global_settings/1/",
		"{\"licence_public_key\":\"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\"}");
	ASK(200, HTTP_GET, ADMIN_STATUS_PREFIX "licensing/", NULL);
	HAS("\"scheduling_total\":0");
	ASK(400, HTTP_POST, "licence/", "{\"file\":\"x\"}");
	HAS("{\"licence\":{\"file\":[\"this is no licence; ");
}

static void orders_are_taken_down(void **state)
{
	(void)state;
	struct err err;
	struct ms_exchange_connector c = fixture_connector(&f.arena, "Main", "vmr@example.com");
	bool found;
	assert_true(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err));
	ASK(202, HTTP_POST, ADMIN_COMMAND_PREFIX "confirm-removals/", "{\"integration\":\"Main\"}");
	HAS("{\"order\":\"confirm-removals\",\"integration\":\"Main\"}");
	assert_true(mailbox_order_take(f.store, c.id, ORDER_RESYNC, &found, &err));
	assert_false(found);
	assert_true(mailbox_order_take(f.store, c.id, ORDER_CONFIRM_REMOVALS, &found, &err));
	assert_true(found);
	ASK(400, HTTP_POST, ADMIN_COMMAND_PREFIX "resync/", "{\"integration\":\"Other\"}");
	HAS("there is no integration of this name");
	ASK(400, HTTP_POST, ADMIN_COMMAND_PREFIX "resync/", "{}");
	HAS("must be the name of an integration");
	ASK(400, HTTP_POST, ADMIN_COMMAND_PREFIX "resync/", "[");
	ASK(404, HTTP_POST, ADMIN_COMMAND_PREFIX "dance/", "{\"integration\":\"Main\"}");
	ASK(405, HTTP_GET, ADMIN_COMMAND_PREFIX "resync/", NULL);
}

static void templates_are_previewed(void **state)
{
	(void)state;
#define PREVIEW ADMIN_COMMAND_PREFIX "template_preview/"
	ASK(200, HTTP_POST, PREVIEW,
		"{\"template\":\"conference_name_template\",\"source\":\"{{ subject|upper }}{{ "
		"nope }}\"}");
	HAS("\"output\":\"WEEKLY PLANNING <DRAFT>\"");
	HAS("\"unknown_variables\":[\"nope\"]");
	/* An HTML template escapes. */
	ASK(200, HTTP_POST, PREVIEW,
		"{\"template\":\"reject_alias_conflict_template\",\"source\":\"{{ subject }}\"}");
	HAS("&lt;draft&gt;");
	ASK(200, HTTP_POST, PREVIEW,
		"{\"template\":\"conference_name_template\",\"source\":\"{{ x[0] "
		"}}\",\"values\":{\"x\":[5]}}");
	HAS("\"output\":\"5\"");
	/* The shipped text, when no source is given. */
	ASK(200, HTTP_POST, PREVIEW, "{\"template\":\"meeting_instructions_template\"}");
	HAS("PXPS:-0f8fad5b");
	ASK(400, HTTP_POST, PREVIEW,
		"{\"template\":\"conference_name_template\",\"source\":\"a\\n{{ b\"}");
	HAS("line 2, column");
	ASK(400, HTTP_POST, PREVIEW, "{\"template\":\"name\"}");
	HAS("must be the name of a template setting");
	ASK(400, HTTP_POST, PREVIEW, "[");
	ASK(405, HTTP_GET, PREVIEW, NULL);
#undef PREVIEW
}

static void every_record_has_a_list_and_a_schema(void **state)
{
	(void)state;
	for (const struct record_type *const *t = record_types; *t; t++) {
		char path[128];
		const char *above = (*t)->status ? ADMIN_STATUS_PREFIX : "";
		snprintf(path, sizeof(path), "%s%s/", above, (*t)->name);
		ASK(200, HTTP_GET, path, NULL);
		snprintf(path, sizeof(path), "%s%s/schema/", above, (*t)->name);
		ASK(200, HTTP_GET, path, NULL);
		HAS("\"fields\":{\"id\"");
	}
}

static int drop_call(void **state)
{
	(void)state;
	if (call.api)
		admin_call_release(&call);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(nobody_gets_in_without_a_password),
		T(guessing_is_slowed_down),
		T(a_busy_account_pushes_nobody_out),
		T(a_changed_password_counts_at_once),
		T(an_account_cannot_delete_itself),
		T(requests_of_other_sites_are_refused),
		T(the_life_of_a_record),
		T(changes_are_audited),
		T(problems_are_told_by_field),
		T(addresses_that_are_not_there),
		T(the_settings_of_the_whole_are_one_record),
		T(scheduled_records_are_the_services),
		T(integrations_keep_their_secrets),
		T(a_list_of_children_replaces_them),
		T(a_wrong_child_undoes_the_rest),
		T(aliases_of_invitations_stay),
		T(numbers_rest_whoever_ends_their_life),
		T(a_failing_database_changes_nothing),
		T(lists_have_filters_order_and_pages),
		T(queries_that_make_no_sense),
		T(alarms_can_be_read_only),
		T(what_was_done_can_be_read),
		T(the_licence_is_told),
		T(orders_are_taken_down),
		T(templates_are_previewed),
		T(every_record_has_a_list_and_a_schema),
	};
	return cmocka_run_group_tests(tests, NULL, drop_call);
}
