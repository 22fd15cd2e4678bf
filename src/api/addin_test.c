#include "api/addin.h"
#include "api/addin_icons.h"
#include "auth/token_testkit.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Server, workers and a client that speaks raw HTTP. The metadata fetch hangs while the gate is
 * closed, as a dead Exchange server's would. */
static struct {
	struct fixture f;
	struct loop *loop;
	struct http_server *server;
	struct addin_api api;
	pthread_t thread;
	int gate[2];
	int fetches;
	struct arena key_arena;
	struct test_key key;
	const char *metadata; /* NULL: the fetch hangs */
} rig;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)url, (void)ca, (void)arg;
	char byte;
	__atomic_add_fetch(&rig.fetches, 1, __ATOMIC_SEQ_CST);
	if (rig.metadata) {
		buf_adds(ret, rig.metadata);
		return true;
	}
	if (read(rig.gate[0], &byte, 1) != 1)
		abort();
	return err_set(err, ERR_NET, "timed out");
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void add_integration(void)
{
	struct err err;
	struct ms_exchange_connector c =
		fixture_connector(&rig.f.arena, "Head office", "vmr@example.com");
	must(store_insert(rig.f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	static const char *const domains[] = { "mail.example.com", "mail2.example.com" };
	for (int i = 0; i < 2; i++) {
		struct exchange_domain domain;
		record_defaults(&exchange_domain_type, &domain, &rig.f.arena);
		domain.exchange_connector = c.id;
		domain.domain = domains[i];
		must(store_insert(rig.f.store, &exchange_domain_type, &domain, NULL, &err), &err);
	}
}

static int setup(void **state)
{
	(void)state;
	struct err err;
	fixture_init(&rig.f);
	must(log_open(rig.f.directory, LOG_LEVEL_ERROR, false, &err), &err); /* quiet */
	add_integration();
	assert_int_equal(pipe(rig.gate), 0);
	rig.fetches = 0;
	rig.metadata = NULL;
	rig.loop = loop_new();
	rig.api.keys = identity_keys_new(fetch, NULL, NULL);
	rig.api.templates = template_cache_new();
	rig.api.loop = rig.loop;
	rig.api.stopping = rig.api.away = false;
	must(worker_pool_new(rig.loop, NULL, 2, &rig.api.checkers, &err), &err);
	must(worker_pool_new(rig.loop, rig.f.path, 2, &rig.api.pool, &err), &err);
	rig.api.integrations = integrations_new(NULL);
	must(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err), &err);
	const struct pane_options pane = { .directory = "/nonexistent" };
	must(pane_new(&pane, &rig.api.pane, &err), &err);
	const struct http_server_options options = { .host = "127.0.0.1" };
	must(http_server_new(rig.loop, &options, addin_handle, &rig.api, &rig.server, &err), &err);
	assert_int_equal(pthread_create(&rig.thread, NULL, run, rig.loop), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	loop_stop(rig.loop);
	pthread_join(rig.thread, NULL);
	rig.api.stopping = true;
	worker_pool_free(&rig.api.checkers);
	worker_pool_free(&rig.api.pool);
	integrations_free(&rig.api.integrations);
	http_server_free(&rig.server);
	pane_free(&rig.api.pane);
	loop_free(&rig.loop);
	identity_keys_free(&rig.api.keys);
	template_cache_free(&rig.api.templates);
	close(rig.gate[0]);
	close(rig.gate[1]);
	log_close();
	unlink(arena_printf(&rig.f.arena, "%s/administrator.log", rig.f.directory));
	unlink(arena_printf(&rig.f.arena, "%s/support.log", rig.f.directory));
	fixture_release(&rig.f);
	return 0;
}

static int ask(const char *method, const char *path, const char *headers)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(http_server_port(rig.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { 10, 0 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	const char *text = arena_printf(&rig.f.arena,
		"%s " ADDIN_PREFIX "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method,
		path, headers);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	return fd;
}

/* The whole answer; NUL-terminated. */
static const char *hear(int fd, size_t *ret_len)
{
	static char answer[65536];
	size_t len = 0;
	ssize_t n;
	while ((n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	close(fd);
	if (ret_len)
		*ret_len = len;
	return answer;
}

static void assert_says(const char *answer, const char *words)
{
	if (!strstr(answer, words))
		fail_msg("'%s' is not in: %s", words, answer);
}

static void get(const char *path, const char *headers, const char *status, const char *words)
{
	const char *answer = hear(ask("GET", path, headers), NULL);
	assert_says(answer, status);
	assert_says(answer, words);
}

static const char *waiting_token(const char *host)
{
	struct arena *arena = &rig.f.arena;
	const char *header = "{\"typ\":\"JWT\",\"alg\":\"RS256\","
			     "\"x5t\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA\"}";
	const char *payload = arena_printf(arena,
		"{\"appctx\":{\"amurl\":\"https://%s/autodiscover/metadata/json/1\"}}", host);
	return arena_printf(arena, "token: %s.%s.AAAA\r\n",
		test_base64url(arena, header, strlen(header)),
		test_base64url(arena, payload, strlen(payload)));
}

static void open_gate(void)
{
	assert_int_equal(write(rig.gate[1], "x", 1), 1);
}

static void wait_for_fetches(int n)
{
	for (int i = 0; i < 5000 && __atomic_load_n(&rig.fetches, __ATOMIC_SEQ_CST) < n; i++)
		usleep(1000);
	assert_int_equal(__atomic_load_n(&rig.fetches, __ATOMIC_SEQ_CST), n);
}

static void icons_are_images_that_may_be_kept(void **state)
{
	(void)state;
	static const int sizes[] = { 16, 20, 24, 25, 32, 40, 48, 50, 64, 75, 80, 96, 128, 144,
		192 };
	enum { N_SIZES = sizeof(sizes) / sizeof(*sizes) };
	assert_int_equal(n_addin_icons, N_SIZES + 1); /* and the outline */
	for (size_t i = 0; i < N_SIZES; i++) {
		size_t len;
		const char *answer = hear(
			ask("GET",
				arena_printf(&rig.f.arena, "1/images/addin_icon_%d.png", sizes[i]),
				""),
			&len);
		assert_says(answer, "HTTP/1.1 200");
		assert_says(answer, "Content-Type: image/png");
		assert_says(answer, "Cache-Control: " ADDIN_ICON_CACHING);
		const char *body = strstr(answer, "\r\n\r\n") + 4;
		assert_memory_equal(body, "\x89PNG\r\n\x1a\n", 8);
		/* Width and height, in the first chunk. */
		assert_int_equal((unsigned char)body[19], sizes[i]);
		assert_int_equal((unsigned char)body[23], sizes[i]);
		assert_int_equal(answer + len - body, addin_icons[i].len);
	}
}

static void an_unchanged_icon_is_not_sent_again(void **state)
{
	(void)state;
	struct icon icon;
	assert_true(icons_find(NULL, 1, "addin_icon_80.png", &icon));
	get("1/images/addin_icon_80.png",
		arena_printf(&rig.f.arena, "If-None-Match: \"%s\"\r\n", icon.hash), "HTTP/1.1 304",
		"ETag");
	get("1/images/addin_icon_80.png", "If-None-Match: \"other\"\r\n", "HTTP/1.1 200", "PNG");
}

static void an_icon_with_its_hash_in_the_address_is_kept_for_ever(void **state)
{
	(void)state;
	char address[ICON_ADDRESS_MAX];
	icons_address(NULL, 1, "addin_icon_80.png", "1.0.0.7", address);
	get(arena_printf(&rig.f.arena, "1/%s", address), "", "HTTP/1.1 200", "immutable");
	get("1/images/addin_icon_80.png?h=0123456789abcdef", "", "HTTP/1.1 200",
		"Cache-Control: " ADDIN_ICON_CACHING);
}

static void what_is_not_there(void **state)
{
	(void)state;
	get("1/images/addin_icon_81.png", "", "HTTP/1.1 404", "no such image");
	get("1/images/..%2f..%2fetc%2fpasswd", "", "HTTP/1.1 404", "");
	get("1/nothing", "", "HTTP/1.1 503", "has not been built");
	get("x/meeting_details", "", "HTTP/1.1 404", "There is no such integration");
	get("99999999999999999999/meeting_details", "", "HTTP/1.1 404", "no such integration");
	get("7/meeting_details", "", "HTTP/1.1 404", "There is no integration 7");
	assert_says(hear(ask("POST", "1/meeting_details", "Content-Length: 0\r\n"), NULL),
		"HTTP/1.1 405");
	assert_says(hear(ask("HEAD", "1/meeting_details", ""), NULL), "HTTP/1.1 405");
}

static void refusals_come_from_the_workers(void **state)
{
	(void)state;
	get("1/meeting_details", "", "HTTP/1.1 403",
		"{\"status\":\"failed\",\"result\":\"Invalid Token: the request has no token\"}");
	get("1/meeting_details", waiting_token("evil.example"), "HTTP/1.1 403",
		"does not match one of the valid domains: '[mail.example.com, mail2.example.com]'");
	get("1/meeting_details", "token: x\r\n", "Cache-Control: no-store", "X-Correlation-Id: ");
	assert_int_equal(rig.fetches, 0);
}

static void request_keys_have_a_form(void **state)
{
	(void)state;
	get("1/meeting_details",
		"Idempotency-Key: "
		"12345678901234567890123456789012345678901234567890123456789012345\r\n",
		"HTTP/1.1 400", "Idempotency-Key");
	get("1/meeting_details", "Idempotency-Key: a b\r\n", "HTTP/1.1 400", "Idempotency-Key");
	get("1/meeting_details", "Idempotency-Key:\r\n", "HTTP/1.1 400", "Idempotency-Key");
	get("1/meeting_details",
		"Idempotency-Key: "
		"1234567890123456789012345678901234567890123456789012345678901234\r\n",
		"HTTP/1.1 403", "no token");
}

static void a_dead_exchange_server_holds_up_nobody_else(void **state)
{
	(void)state;
	int stuck = ask("GET", "1/meeting_details", waiting_token("mail.example.com"));
	wait_for_fetches(1);
	get("1/images/addin_icon_16.png", "", "HTTP/1.1 200", "PNG");
	get("1/meeting_details", "", "HTTP/1.1 403", "no token");
	open_gate();
	const char *answer = hear(stuck, NULL);
	assert_says(answer, "HTTP/1.1 503");
	assert_says(answer, "Retry-After: 5");
	assert_says(answer, "timed out");
}

static void a_client_may_go_away_meanwhile(void **state)
{
	(void)state;
	int stuck = ask("GET", "1/meeting_details", waiting_token("mail.example.com"));
	wait_for_fetches(1);
	struct linger at_once = { .l_onoff = 1 };
	setsockopt(stuck, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(stuck);
	get("1/images/addin_icon_16.png", "", "HTTP/1.1 200", "PNG");
	open_gate();
	get("1/meeting_details", "", "HTTP/1.1 403", "no token");
}

static void a_full_queue_is_said_at_once(void **state)
{
	(void)state;
	enum { FLOOD = WORKER_QUEUE_MAX + 1 };
	static struct pollfd waiting[FLOOD];
	int stuck[2] = { ask("GET", "1/meeting_details", waiting_token("mail.example.com")),
		ask("GET", "1/meeting_details", waiting_token("mail2.example.com")) };
	wait_for_fetches(2);
	for (int i = 0; i < FLOOD; i++)
		waiting[i] = (struct pollfd){ .fd = ask("GET", "1/meeting_details", ""),
			.events = POLLIN };
	assert_int_equal(poll(waiting, FLOOD, 10000), 1);
	for (int i = 0; i < FLOOD; i++)
		if (waiting[i].revents) {
			const char *answer = hear(waiting[i].fd, NULL);
			assert_says(answer, "HTTP/1.1 503");
			assert_says(answer, "Retry-After: 2");
			assert_says(answer, "Too many requests wait already");
		}
	open_gate();
	open_gate();
	for (int i = 0; i < FLOOD; i++)
		if (!waiting[i].revents)
			assert_says(hear(waiting[i].fd, NULL), "the request has no token");
	for (int i = 0; i < 2; i++)
		assert_says(hear(stuck[i], NULL), "timed out");
}

/* ---- while the database cannot answer -------------------------------------------------------- */

/* A token that Exchange would have made now. */
static const char *genuine_token(const char *host)
{
	struct arena *arena = &rig.f.arena;
	const struct test_key *const one[] = { &rig.key };
	rig.metadata = test_metadata(arena, one, 1);
	return arena_printf(arena, "token: %s\r\n",
		test_token(arena, &rig.key, test_header(arena, &rig.key),
			arena_printf(arena,
				"{\"aud\":\"https://addin.example.com" ADDIN_PREFIX "1/\","
				"\"iss\":\"00000002-0000-0ff1-ce00-000000000000@e\",\"nbf\":%lld,"
				"\"exp\":%lld,\"appctx\":{\"msexchuid\":\"ada\",\"version\":"
				"\"ExIdTok.V1\",\"amurl\":\"https://%s:443/autodiscover/"
				"metadata/json/1\"}}",
				(long long)clock_now() - 60, (long long)clock_now() + 3600, host)));
}

static sqlite3 *lock_database(void)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(rig.f.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void unlock_database(sqlite3 *db)
{
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Asks until the answer says it, at most ten seconds long. */
static void get_in_the_end(const char *path, const char *headers, const char *words)
{
	int64_t until = clock_mono_ms() + 10000;
	const char *answer;
	do
		answer = hear(ask("GET", path, headers), NULL);
	while (!strstr(answer, words) && clock_mono_ms() < until);
	assert_says(answer, words);
}

static int64_t aliases(void)
{
	struct rows rows;
	struct err err;
	must(store_query(rig.f.store, &rows, &err, "SELECT count(*) FROM scheduled_alias", ""),
		&err);
	must(row_next(&rows, &err), &err);
	int64_t n = row_int(&rows, 0);
	row_done(&rows);
	return n;
}

static void a_locked_database_means_a_sealed_token(void **state)
{
	(void)state;
	const char *token = genuine_token("mail.example.com");
	get("1/meeting_details", token, "HTTP/1.1 200", "\"alias_id\":\"PXPS:-");
	sqlite3 *db = lock_database();
	int64_t start = clock_mono_ms();
	get("1/meeting_details", token, "HTTP/1.1 200", "\"alias_id\":\"TOK:-");
	int64_t first = clock_mono_ms() - start;
	assert_true(first >= ADDIN_DATABASE_WAIT_MS && first < ADDIN_DATABASE_WAIT_MS + 3000);
	/* One still asks; nobody else waits for it. */
	start = clock_mono_ms();
	for (int i = 0; i < 20; i++)
		get("1/meeting_details", token, "HTTP/1.1 200", "\"management_node_down\":true");
	assert_true(clock_mono_ms() - start < ADDIN_DATABASE_WAIT_MS);
	unlock_database(db);
	get_in_the_end("1/meeting_details", token, "\"alias_id\":\"PXPS:-");
	assert_int_equal(aliases(), 2); /* the one before, and this; none for who was answered */
	get("1/meeting_details", token, "HTTP/1.1 200", "\"alias_id\":\"PXPS:-");
	const char *answer = hear(ask("GET", "1/meeting_details", token), NULL);
	assert_null(strstr(answer, "management_node_down"));
}

static void nobody_gets_one_who_would_be_refused(void **state)
{
	(void)state;
	const char *stranger = genuine_token("evil.example");
	struct err err;
	sqlite3 *db = lock_database();
	get("1/meeting_details", stranger, "HTTP/1.1 403", "does not match one of the valid");
	get("1/meeting_details", "", "HTTP/1.1 403", "the request has no token");
	get("7/meeting_details", genuine_token("mail.example.com"), "HTTP/1.1 404",
		"no integration");
	unlock_database(db);
	must(store_exec(rig.f.store, &err,
		     "UPDATE ms_exchange_connector SET enable_dynamic_vmrs = 0", ""),
		&err);
	must(integrations_refresh(rig.api.integrations, rig.f.store, clock_now(), &err), &err);
	db = lock_database();
	get("1/meeting_details", genuine_token("mail.example.com"), "HTTP/1.1 403", "switched off");
	unlock_database(db);
}

static void an_unreadable_database_is_not_waited_for(void **state)
{
	(void)state;
	const char *token = genuine_token("mail.example.com");
	const char *away = arena_printf(&rig.f.arena, "%s.away", rig.f.path);
	assert_int_equal(rename(rig.f.path, away), 0);
	int64_t start = clock_mono_ms();
	get("1/meeting_details", token, "HTTP/1.1 200", "\"alias_id\":\"TOK:-");
	assert_true(clock_mono_ms() - start < ADDIN_DATABASE_WAIT_MS);
	assert_int_equal(rename(away, rig.f.path), 0);
	get("1/meeting_details", token, "HTTP/1.1 200", "\"alias_id\":\"PXPS:-");
}

static void who_leaves_meanwhile_leaves_nothing(void **state)
{
	(void)state;
	const char *token = genuine_token("mail.example.com");
	struct linger at_once = { .l_onoff = 1 };
	sqlite3 *db = lock_database();
	for (int i = 0; i < 4; i++) {
		int fd = ask("GET", "1/meeting_details", token);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		if (i % 2) /* some before, some after the wait */
			get("1/meeting_details", token, "HTTP/1.1 200", "TOK:-");
		close(fd);
	}
	unlock_database(db);
	get_in_the_end("1/meeting_details", token, "\"alias_id\":\"PXPS:-");
	assert_int_equal(aliases(), 1);
}

/* The program ends although a request still waits for the database. */
static void it_can_be_stopped_meanwhile(void **state)
{
	(void)state;
	const char *token = genuine_token("mail.example.com");
	sqlite3 *db = lock_database();
	int fd = ask("GET", "1/meeting_details", token);
	get("1/meeting_details", token, "HTTP/1.1 200", "TOK:-");
	close(fd);
	fd = ask("GET", "1/meeting_details", token);
	unlock_database(db);
	close(fd);
}

static int make_key(void **state)
{
	(void)state;
	arena_init(&rig.key_arena);
	rig.key = test_key_new(&rig.key_arena, 2048);
	return 0;
}

static int free_key(void **state)
{
	(void)state;
	test_key_free(&rig.key);
	arena_release(&rig.key_arena);
	return 0;
}

#define with_rig(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_rig(icons_are_images_that_may_be_kept),
		with_rig(an_unchanged_icon_is_not_sent_again),
		with_rig(an_icon_with_its_hash_in_the_address_is_kept_for_ever),
		with_rig(what_is_not_there),
		with_rig(refusals_come_from_the_workers),
		with_rig(request_keys_have_a_form),
		with_rig(a_dead_exchange_server_holds_up_nobody_else),
		with_rig(a_client_may_go_away_meanwhile),
		with_rig(a_full_queue_is_said_at_once),
		with_rig(a_locked_database_means_a_sealed_token),
		with_rig(nobody_gets_one_who_would_be_refused),
		with_rig(an_unreadable_database_is_not_waited_for),
		with_rig(who_leaves_meanwhile_leaves_nothing),
		with_rig(it_can_be_stopped_meanwhile),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
