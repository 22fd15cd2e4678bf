#include "auth/exchange_metadata.h"
#include "auth/identity_keys.h"
#include "auth/token_testkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#define URL "https://mail.example.com/autodiscover/metadata/json/1"

static struct arena arena;
static struct test_key first, second, third;

/* A server under the test's control. */
static struct {
	pthread_mutex_t lock;
	int requests;
	bool fails;
	int slow; /* a pipe's reading end: the fetch waits for a byte; -1: at once */
	const char *document;
	size_t len;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER, .slow = -1 };

static int64_t now_ms;

static int64_t test_now(void)
{
	return __atomic_load_n(&now_ms, __ATOMIC_SEQ_CST);
}

static void pass_seconds(int64_t seconds)
{
	__atomic_add_fetch(&now_ms, seconds * 1000, __ATOMIC_SEQ_CST);
}

static int requests(void)
{
	pthread_mutex_lock(&server.lock);
	int n = server.requests;
	pthread_mutex_unlock(&server.lock);
	return n;
}

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)url;
	(void)ca;
	assert(arg == &server);
	pthread_mutex_lock(&server.lock);
	server.requests++;
	pthread_mutex_unlock(&server.lock);
	char byte;
	if (server.slow >= 0 && read(server.slow, &byte, 1) != 1)
		abort();
	if (server.fails)
		return err_set(err, ERR_NET, "no route to host");
	buf_add(ret, server.document, server.len);
	return true;
}

static void serve(const char *document)
{
	server.document = document;
	server.len = strlen(document);
	server.fails = false;
}

static struct identity_keys *start(void)
{
	const struct test_key *const two[] = { &first, &second };
	serve(test_metadata(&arena, two, 2));
	server.requests = 0;
	server.slow = -1;
	now_ms = 1000;
	return identity_keys_new(fetch, &server, test_now);
}

static struct key_source at(const char *url, const char *ca)
{
	return (struct key_source){ .url = url, .ca = ca, .load = exchange_metadata_load };
}

static bool has(
	struct identity_keys *keys, const char *url, const struct test_key *key, struct err *err)
{
	EVP_MD_CTX *found;
	const struct key_source source = at(url, "");
	if (!identity_keys_find(keys, &source, key->x5t, &found, NULL, err))
		return false;
	EVP_PKEY *pkey = EVP_PKEY_CTX_get0_pkey(EVP_MD_CTX_get_pkey_ctx(found));
	assert_int_equal(EVP_PKEY_eq(pkey, key->pkey), 1);
	EVP_MD_CTX_free(found);
	return true;
}

static int make_keys(void **state)
{
	(void)state;
	arena_init(&arena);
	first = test_key_new(&arena, 2048);
	second = test_key_new(&arena, 2048);
	third = test_key_new(&arena, 2048);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	test_key_free(&first);
	test_key_free(&second);
	test_key_free(&third);
	arena_release(&arena);
	return 0;
}

static void one_fetch_serves_until_the_lifetime_ends(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	for (int i = 0; i < 100; i++) {
		assert_true(has(keys, URL, &first, &err));
		assert_true(has(keys, URL, &second, &err));
	}
	assert_int_equal(requests(), 1);
	pass_seconds(IDENTITY_KEYS_LIFETIME_S - 1);
	assert_true(has(keys, URL, &first, &err));
	assert_int_equal(requests(), 1);
	pass_seconds(1);
	assert_true(has(keys, URL, &first, &err));
	assert_int_equal(requests(), 2);
	identity_keys_free(&keys);
	assert_null(keys);
	identity_keys_free(&keys);
}

static void a_withdrawn_key_ends_with_the_lifetime(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, URL, &first, &err));
	const struct test_key *const only[] = { &second };
	serve(test_metadata(&arena, only, 1));
	pass_seconds(IDENTITY_KEYS_LIFETIME_S);
	assert_false(has(keys, URL, &first, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_true(has(keys, URL, &second, &err));
	identity_keys_free(&keys);
}

static void unknown_names_cause_one_fetch_a_minute(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, URL, &first, &err));
	for (int i = 0; i < 100; i++)
		assert_false(has(keys, URL, &third, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.text, third.x5t));
	assert_int_equal(requests(), 1);
	pass_seconds(IDENTITY_KEYS_REFETCH_S);
	for (int i = 0; i < 100; i++)
		assert_false(has(keys, URL, &third, &err));
	assert_int_equal(requests(), 2);
	/* Exchange has a new certificate: known within the minute. */
	const struct test_key *const all[] = { &first, &second, &third };
	serve(test_metadata(&arena, all, 3));
	pass_seconds(IDENTITY_KEYS_REFETCH_S);
	assert_true(has(keys, URL, &third, &err));
	assert_int_equal(requests(), 3);
	identity_keys_free(&keys);
}

static void authorities_are_not_mixed(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, URL, &first, &err));
	EVP_MD_CTX *found;
	server.fails = true; /* these authorities do not vouch for that server */
	const struct key_source other = at(URL, "other pem");
	assert_false(identity_keys_find(keys, &other, first.x5t, &found, NULL, &err));
	assert_int_equal(requests(), 2);
	assert_true(has(keys, URL, &first, &err));
	identity_keys_free(&keys);
}

static void failure_pauses_and_heals(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	server.fails = true;
	for (int i = 0; i < 100; i++)
		assert_false(has(keys, URL, &first, &err));
	assert_int_equal(err.code, ERR_NET);
	assert_string_equal(err.text, "cannot get the keys at '" URL "': no route to host");
	assert_int_equal(requests(), 1);
	server.fails = false;
	assert_false(has(keys, URL, &first, &err));
	pass_seconds(IDENTITY_KEYS_PAUSE_S);
	assert_true(has(keys, URL, &first, &err));
	assert_int_equal(requests(), 2);
	identity_keys_free(&keys);
}

static void a_failing_refetch_keeps_young_keys(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, URL, &first, &err));
	pass_seconds(IDENTITY_KEYS_REFETCH_S);
	server.fails = true;
	assert_false(has(keys, URL, &third, &err));
	assert_int_equal(err.code, ERR_NET);
	assert_true(has(keys, URL, &first, &err));
	pass_seconds(IDENTITY_KEYS_LIFETIME_S);
	assert_false(has(keys, URL, &first, &err));
	identity_keys_free(&keys);
}

static void documents_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "<html>", "{}", "[]", "{\"keys\":{}}",
		"{\"keys\":[]}", "{\"keys\":[7,null,{}]}",
		"{\"keys\":[{\"usage\":\"signing\",\"keyvalue\":{\"type\":\"x509Certificate\","
		"\"value\":\"AAAA\"}}]}",
		"{\"keys\":[{\"usage\":\"signing\",\"keyvalue\":{\"type\":\"x509Certificate\","
		"\"value\":7}}]}" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err;
		struct identity_keys *keys = start();
		serve(bad[i]);
		assert_false(has(keys, URL, &first, &err));
		assert_int_equal(err.code, ERR_PROTOCOL);
		identity_keys_free(&keys);
	}
}

static void only_signing_keys_and_their_true_names(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	serve(arena_printf(&arena,
		"{\"keys\":[{\"usage\":\"encryption\",\"keyinfo\":{\"x5t\":\"%s\"},"
		"\"keyvalue\":{\"type\":\"x509Certificate\",\"value\":\"%s\"}},"
		/* one certificate under the name of another */
		"{\"usage\":\"signing\",\"keyinfo\":{\"x5t\":\"%s\"},"
		"\"keyvalue\":{\"type\":\"x509Certificate\",\"value\":\"%s\"}}]}",
		first.x5t, first.certificate, third.x5t, second.certificate));
	assert_false(has(keys, URL, &first, &err));
	assert_false(has(keys, URL, &third, &err));
	assert_true(has(keys, URL, &second, &err));
	identity_keys_free(&keys);
}

static void keys_unfit_for_tokens_are_passed_over(void **state)
{
	(void)state;
	struct err err;
	struct test_key weak = test_key_new(&arena, 1024), ec = { .pkey = EVP_EC_gen("P-256") };
	test_key_certify(&arena, &ec);
	const struct test_key *const all[] = { &weak, &ec, &second };
	struct identity_keys *keys = start();
	serve(test_metadata(&arena, all, 3));
	assert_false(has(keys, URL, &weak, &err));
	assert_false(has(keys, URL, &ec, &err));
	assert_true(has(keys, URL, &second, &err));
	identity_keys_free(&keys);
	test_key_free(&weak);
	test_key_free(&ec);
}

static void sizes_are_limited(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	char *huge = arena_alloc(&arena, IDENTITY_METADATA_MAX + 2);
	memset(huge, ' ', IDENTITY_METADATA_MAX + 1);
	huge[IDENTITY_METADATA_MAX + 1] = '\0';
	serve(huge);
	assert_false(has(keys, URL, &first, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	assert_non_null(strstr(err.text, "larger than 262144 bytes"));
	identity_keys_free(&keys);

	const struct test_key *many[IDENTITY_KEYS_PER_URL_MAX + 1];
	for (int i = 0; i < IDENTITY_KEYS_PER_URL_MAX; i++)
		many[i] = &first;
	many[IDENTITY_KEYS_PER_URL_MAX] = &second;
	keys = start();
	serve(test_metadata(&arena, many, IDENTITY_KEYS_PER_URL_MAX + 1));
	assert_true(has(keys, URL, &first, &err));
	assert_false(has(keys, URL, &second, &err));
	identity_keys_free(&keys);
}

static void the_number_of_urls_is_bounded(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	for (int i = 0; i <= IDENTITY_KEYS_URLS_MAX; i++) {
		assert_true(has(keys, arena_printf(&arena, "https://h%d/", i), &first, &err));
		pass_seconds(1);
	}
	int before = requests();
	assert_true(has(keys, "https://h1/", &first, &err));
	assert_int_equal(requests(), before);
	assert_true(has(keys, "https://h0/", &first, &err)); /* made room for the last */
	assert_int_equal(requests(), before + 1);
	identity_keys_free(&keys);
}

static void addresses_without_keys_drive_out_none_that_has_some(void **state)
{
	(void)state;
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, URL, &first, &err));
	server.fails = true;
	for (int i = 0; i <= 2 * IDENTITY_KEYS_URLS_MAX; i++) {
		pass_seconds(1);
		assert_false(has(keys, arena_printf(&arena, "https://h%d/", i), &first, &err));
	}
	int before = requests();
	assert_true(has(keys, URL, &first, &err));
	assert_int_equal(requests(), before);
	identity_keys_free(&keys);
}

struct asker {
	struct identity_keys *keys;
	const char *url;
	const struct test_key *key;
	bool ok;
	struct err err;
	pthread_t thread;
};

static void *ask(void *arg)
{
	struct asker *a = arg;
	EVP_MD_CTX *found = NULL;
	const struct key_source source = at(a->url, "");
	a->ok = identity_keys_find(a->keys, &source, a->key->x5t, &found, NULL, &a->err);
	EVP_MD_CTX_free(found);
	return NULL;
}

static void start_asking(struct asker *a)
{
	assert_int_equal(pthread_create(&a->thread, NULL, ask, a), 0);
}

static void wait_for_requests(int n)
{
	for (int i = 0; i < 5000 && requests() < n; i++)
		usleep(1000);
	assert_int_equal(requests(), n);
}

static void a_slow_fetch_is_shared_and_blocks_no_other_url(void **state)
{
	(void)state;
	enum { ASKERS = 4 };
	struct err err;
	struct identity_keys *keys = start();
	assert_true(has(keys, "https://other/", &first, &err));
	assert_true(has(keys, URL, &first, &err));
	pass_seconds(IDENTITY_KEYS_REFETCH_S);
	const struct test_key *const all[] = { &first, &second, &third };
	serve(test_metadata(&arena, all, 3));

	int ends[2];
	assert_int_equal(pipe(ends), 0);
	server.slow = ends[0];
	struct asker askers[ASKERS];
	for (int i = 0; i < ASKERS; i++)
		askers[i] = (struct asker){ .keys = keys, .url = URL, .key = &third };
	start_asking(&askers[0]);
	wait_for_requests(3);
	for (int i = 1; i < ASKERS; i++)
		start_asking(&askers[i]);
	/* While that fetch hangs, known keys are had at once: of this URL too. */
	assert_true(has(keys, "https://other/", &first, &err));
	assert_true(has(keys, URL, &first, &err));
	assert_int_equal(write(ends[1], "x", 1), 1);
	for (int i = 0; i < ASKERS; i++) {
		pthread_join(askers[i].thread, NULL);
		assert_true(askers[i].ok);
	}
	assert_int_equal(requests(), 3);
	close(ends[0]);
	close(ends[1]);
	identity_keys_free(&keys);
}

static void nobody_waits_long_for_anothers_fetch(void **state)
{
	(void)state;
	struct identity_keys *keys = start();
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	server.slow = ends[0];
	struct asker hangs = { .keys = keys, .url = URL, .key = &first }, waits = hangs;
	start_asking(&hangs);
	wait_for_requests(1);
	ask(&waits);
	assert_false(waits.ok);
	assert_int_equal(waits.err.code, ERR_BUSY);
	assert_true(waits.err.retry_after_ms > 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	pthread_join(hangs.thread, NULL);
	assert_true(hangs.ok);
	close(ends[0]);
	close(ends[1]);
	identity_keys_free(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_fetch_serves_until_the_lifetime_ends),
		cmocka_unit_test(a_withdrawn_key_ends_with_the_lifetime),
		cmocka_unit_test(unknown_names_cause_one_fetch_a_minute),
		cmocka_unit_test(authorities_are_not_mixed),
		cmocka_unit_test(failure_pauses_and_heals),
		cmocka_unit_test(a_failing_refetch_keeps_young_keys),
		cmocka_unit_test(documents_that_are_none),
		cmocka_unit_test(only_signing_keys_and_their_true_names),
		cmocka_unit_test(keys_unfit_for_tokens_are_passed_over),
		cmocka_unit_test(sizes_are_limited),
		cmocka_unit_test(the_number_of_urls_is_bounded),
		cmocka_unit_test(addresses_without_keys_drive_out_none_that_has_some),
		cmocka_unit_test(a_slow_fetch_is_shared_and_blocks_no_other_url),
		cmocka_unit_test(nobody_waits_long_for_anothers_fetch),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
