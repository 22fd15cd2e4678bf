#include "api/addin.h"
#include "api/http_rig.h"
#include "auth/token_testkit.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/fixture.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BASE     "/api/client/v2/msexchange_schedulers/1/"
#define AUDIENCE "https://addin.example.com" BASE
#define ADFS     "https://adfs.example.com/adfs"

/* The add-in's server, an Exchange that vouches for its users, and an AD FS that answers the token
 * request when the gate is open. */
static struct {
	struct fixture f;
	struct http_rig http;
	struct addin_api api;
	struct arena arena;
	struct test_key key;
	int gate[2];
	int posts;
	bool hangs;
	struct rig_stream *window; /* open until the end; NULL: none */
	char nonce[64];
} rig;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)ca, (void)arg, (void)err;
	struct arena arena;
	const struct test_key *const one[] = { &rig.key };
	arena_init(&arena);
	if (strstr(url, "/autodiscover/"))
		buf_adds(ret, test_metadata(&arena, one, 1));
	else if (strstr(url, "/.well-known/"))
		buf_adds(ret, "{\"issuer\":\"" ADFS "\",\"jwks_uri\":\"" ADFS "/keys\"}");
	else
		buf_addf(ret, "{\"keys\":[%s]}", test_jwk(&arena, &rig.key, "k", ""));
	arena_release(&arena);
	return true;
}

static bool post(const char *url, const char *ca, const char *form, struct buf *ret,
	long *ret_status, void *arg, struct err *err)
{
	(void)url, (void)ca, (void)form, (void)arg, (void)err;
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"k\"}";
	char byte;
	__atomic_add_fetch(&rig.posts, 1, __ATOMIC_SEQ_CST);
	if (rig.hangs && read(rig.gate[0], &byte, 1) != 1)
		abort();
	struct arena arena;
	arena_init(&arena);
	const char *claims = arena_printf(&arena,
		"{\"iss\":\"" ADFS "\",\"aud\":\"rooms\",\"nonce\":\"%s\",\"iat\":%lld,"
		"\"exp\":%lld,\"email\":\"olga@example.com\"}",
		rig.nonce, (long long)clock_now(), (long long)clock_now() + 60);
	buf_addf(ret, "{\"id_token\":\"%s\"}", test_token(&arena, &rig.key, header, claims));
	arena_release(&arena);
	*ret_status = 200;
	return true;
}

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void add_records(void)
{
	struct err err;
	struct ms_exchange_connector c =
		fixture_connector(&rig.f.arena, "Head office", "vmr@example.com");
	c.enable_personal_vmrs = true;
	c.personal_vmr_oauth_client_id = "rooms";
	c.personal_vmr_oauth_auth_endpoint = ADFS "/oauth2/authorize";
	c.personal_vmr_oauth_token_endpoint = ADFS "/oauth2/token";
	must(store_insert(rig.f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	struct exchange_domain domain;
	record_defaults(&exchange_domain_type, &domain, &rig.f.arena);
	domain.exchange_connector = c.id;
	domain.domain = "mail.example.com";
	must(store_insert(rig.f.store, &exchange_domain_type, &domain, NULL, &err), &err);
	struct conference room;
	record_defaults(&conference_type, &room, &rig.f.arena);
	room.name = "Olga's room";
	room.primary_owner_email_address = "olga@example.com";
	must(store_insert(rig.f.store, &conference_type, &room, NULL, &err), &err);
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&rig.f);
	must(log_open(rig.f.directory, LOG_LEVEL_ERROR, false, &err), &err); /* quiet */
	add_records();
	assert_int_equal(pipe(rig.gate), 0);
	rig.posts = 0;
	rig.hangs = false;
	rig.window = NULL;
	http_rig_init(&rig.http);
	rig.api = (struct addin_api){ .loop = rig.http.loop,
		.integrations = integrations_new(NULL),
		.keys = identity_keys_new(fetch, NULL, NULL),
		.sign_ins = sign_ins_new(NULL),
		.post = post };
	must(worker_pool_new(rig.http.loop, NULL, 4, &rig.api.checkers, &err), &err);
	must(worker_pool_new(rig.http.loop, rig.f.path, 2, &rig.api.pool, &err), &err);
	must(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err), &err);
	http_rig_start(&rig.http, addin_handle, &rig.api);
	return 0;
}

static void open_gate(int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(write(rig.gate[1], "x", 1), 1);
}

static int teardown(void **state)
{
	(void)state;
	http_rig_stop(&rig.http);
	if (rig.window) /* a worker is still at it */
		open_gate(1);
	rig.api.stopping = true;
	worker_pool_free(&rig.api.checkers);
	worker_pool_free(&rig.api.pool);
	integrations_free(&rig.api.integrations);
	sign_ins_free(&rig.api.sign_ins);
	identity_keys_free(&rig.api.keys);
	http_rig_release(&rig.http);
	if (rig.window)
		rig_stream_close(rig.window);
	close(rig.gate[0]);
	close(rig.gate[1]);
	log_close();
	unlink(arena_printf(&rig.f.arena, "%s/administrator.log", rig.f.directory));
	unlink(arena_printf(&rig.f.arena, "%s/support.log", rig.f.directory));
	fixture_release(&rig.f);
	return 0;
}

static int make_key(void **state)
{
	(void)state;
	arena_init(&rig.arena);
	rig.key = test_key_new(&rig.arena, 2048);
	return 0;
}

static int free_key(void **state)
{
	(void)state;
	test_key_free(&rig.key);
	arena_release(&rig.arena);
	return 0;
}

static const char *token_header(const char *user)
{
	long long now = clock_now();
	const char *claims = arena_printf(&rig.f.arena,
		"{\"aud\":\"" AUDIENCE "\",\"iss\":\"00000002-0000-0ff1-ce00-000000000000@e\","
		"\"nbf\":\"%lld\",\"exp\":\"%lld\",\"appctx\":{\"msexchuid\":\"%s\","
		"\"version\":\"ExIdTok.V1\","
		"\"amurl\":\"https://mail.example.com/autodiscover/metadata/json/1\"}}",
		now - 60, now + 3600, user);
	return arena_printf(&rig.f.arena, "token: %s",
		test_token(&rig.f.arena, &rig.key, test_header(&rig.f.arena, &rig.key), claims));
}

static struct rig_call to(const char *method, const char *name, const char *user)
{
	return (struct rig_call){ .method = method,
		.path = arena_printf(&rig.f.arena, BASE "%s", name),
		.headers = { user ? token_header(user) : NULL } };
}

/* The answer's Location or body. */
static const char *call(const struct rig_call *c, long status)
{
	struct rig_answer answer;
	rig_call(&rig.http, c, &answer);
	if (answer.status != status)
		fail_msg("%s %s: %ld %s", c->method, c->path, answer.status, answer.body.data);
	const char *location = strstr(answer.headers.data, "Location: ");
	const char *text = location
		? arena_strndup(&rig.f.arena, location + 10, strcspn(location + 10, "\r"))
		: arena_strdup(&rig.f.arena, answer.body.data);
	rig_answer_release(&answer);
	return text;
}

static const char *between(const char *text, const char *before, const char *end)
{
	const char *at = strstr(text, before);
	if (!at)
		fail_msg("'%s' has no '%s'", text, before);
	at += strlen(before);
	return arena_strndup(&rig.f.arena, at, strcspn(at, end));
}

/* Where the provider sends the window back to, for a sign-in that the user has begun. */
static const char *returning(const char *user)
{
	struct rig_call c = to("POST", "sign_in", user);
	const char *state = between(call(&c, 200), "sign_in?state=", "\"");
	c = to("GET", arena_printf(&rig.f.arena, "sign_in?state=%s", state), NULL);
	const char *there = call(&c, 302);
	assert_ptr_equal(strstr(there, ADFS "/oauth2/authorize?"), there);
	snprintf(rig.nonce, sizeof(rig.nonce), "%s", between(there, "nonce=", "&"));
	return arena_printf(&rig.f.arena, "signed_in?code=c&state=%s", state);
}

static void wait_for_posts(int n)
{
	for (int i = 0; i < 5000 && __atomic_load_n(&rig.posts, __ATOMIC_SEQ_CST) < n; i++)
		usleep(1000); /* polls a condition; bounded */
	assert_int_equal(__atomic_load_n(&rig.posts, __ATOMIC_SEQ_CST), n);
}

static void the_whole_way(void **state)
{
	(void)state;
	struct rig_call c = to("GET", "personal_vmrs", "olga");
	assert_string_equal(call(&c, 200),
		"{\"status\":\"success\",\"result\":{\"signed_in\":false,\"rooms\":[]}}");
	c = to("GET", returning("olga"), NULL);
	const char *code = between(call(&c, 302), "signed-in.html#code=", "");
	c = to("POST", "signed_in", "olga");
	c.headers[1] = arena_printf(&rig.f.arena, "code: %s", code);
	assert_non_null(strstr(call(&c, 200), "\"email\":\"olga@example.com\""));
	c = to("GET", "personal_vmrs", "olga");
	assert_non_null(strstr(call(&c, 200), "\"name\":\"Olga's room\""));
	c = to("POST", "sign_out", "olga");
	call(&c, 200);
	c = to("GET", "personal_vmrs", "olga");
	assert_non_null(strstr(call(&c, 200), "\"signed_in\":false"));
}

static void a_dead_provider_holds_up_only_those_who_sign_in(void **state)
{
	(void)state;
	const char *first = returning("a"), *second = returning("b"), *third = returning("c");
	const char *const asking[SIGN_INS_ASKING_MAX] = { first, second };
	struct rig_stream windows[SIGN_INS_ASKING_MAX];
	rig.hangs = true;
	for (int i = 0; i < SIGN_INS_ASKING_MAX; i++) {
		struct rig_call c = to("GET", asking[i], NULL);
		rig_stream_open(&windows[i], &rig.http, &c);
	}
	wait_for_posts(SIGN_INS_ASKING_MAX);
	struct rig_call c = to("GET", third, NULL);
	assert_non_null(strstr(call(&c, 302), "error=Signing%20in%20failed%3A%20Too%20many"));
	c = to("GET", "personal_vmrs", "somebody-else");
	call(&c, 200);
	open_gate(SIGN_INS_ASKING_MAX);
	for (int i = 0; i < SIGN_INS_ASKING_MAX; i++) {
		assert_true(rig_stream_wait(&windows[i], NULL));
		rig_stream_close(&windows[i]);
	}
	rig.hangs = false;
	c = to("GET", third, NULL); /* it was kept */
	assert_non_null(strstr(call(&c, 302), "signed-in.html#code="));
}

static void a_window_may_be_closed_meanwhile(void **state)
{
	(void)state;
	struct rig_stream window;
	struct rig_call c = to("GET", returning("olga"), NULL);
	rig.hangs = true;
	rig_stream_open(&window, &rig.http, &c);
	wait_for_posts(1);
	rig_stream_close(&window);
	open_gate(1);
	c = to("GET", "personal_vmrs", "olga");
	call(&c, 200);
}

static void it_can_be_stopped_meanwhile(void **state)
{
	(void)state;
	static struct rig_stream window;
	struct rig_call c = to("GET", returning("olga"), NULL);
	rig.hangs = true;
	rig_stream_open(&window, &rig.http, &c);
	wait_for_posts(1);
	rig.window = &window; /* teardown() goes on */
}

static void ids_that_are_none(void **state)
{
	(void)state;
	struct rig_call c = { .method = "GET",
		.path = "/api/client/v2/msexchange_schedulers/x/personal_vmrs" };
	assert_non_null(strstr(call(&c, 404), "There is no such integration"));
	c.path = "/api/client/v2/msexchange_schedulers/7/personal_vmrs";
	assert_non_null(strstr(call(&c, 404), "There is no integration 7"));
	c.path = "/api/client/v2/msexchange_schedulers/7/signed_in?state=x";
	assert_non_null(strstr(call(&c, 404), "There is no integration 7"));
	c = to("HEAD", "personal_vmrs", NULL);
	call(&c, 405);
}

#define with_rig(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(the_whole_way),
		with_rig(a_dead_provider_holds_up_only_those_who_sign_in),
		with_rig(a_window_may_be_closed_meanwhile),
		with_rig(it_can_be_stopped_meanwhile),
		with_rig(ids_that_are_none),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
