#include "auth/openid_keys.h"
#include "auth/jwt.h"
#include "auth/token_testkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define URL    "https://login.example.com/tenant/.well-known/openid-configuration"
#define ISSUER "https://login.example.com/tenant/v2.0"

static struct arena arena;
static struct test_key first, second, small;

static int make_keys(void **state)
{
	(void)state;
	arena_init(&arena);
	first = test_key_new(&arena, 2048);
	second = test_key_new(&arena, 2048);
	small = test_key_new(&arena, 1024);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	test_key_free(&first);
	test_key_free(&second);
	test_key_free(&small);
	arena_release(&arena);
	return 0;
}

static const char *list(const char *entries)
{
	return arena_printf(&arena, "{\"keys\":[%s]}", entries);
}

static const char *entry(const struct test_key *key, const char *kid, const char *more)
{
	return test_jwk(&arena, key, kid, more);
}

/* How many keys are taken; 0: none, and the document is refused. */
static size_t count(const char *document, const char *issuer)
{
	struct key_set set = { 0 };
	struct err err = { 0 };
	if (!jwks_read(document, strlen(document), issuer, &set, &err)) {
		assert_int_equal(err.code, ERR_PROTOCOL);
		assert_int_equal(set.count, 0);
		return 0;
	}
	size_t n = set.count;
	key_set_release(&set);
	return n;
}

static void keys_are_made_of_numbers(void **state)
{
	(void)state;
	const char *document = list(arena_printf(&arena, "%s,%s", entry(&first, "one", ""),
		entry(&second, "two", ",\"x5t\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA\"")));
	struct key_set set = { 0 };
	struct err err;
	assert_true(jwks_read(document, strlen(document), ISSUER, &set, &err));
	assert_int_equal(set.count, 2);
	assert_string_equal(set.issuer, ISSUER);
	assert_string_equal(set.keys[0].kid, "one");
	assert_string_equal(set.keys[0].x5t, "");
	assert_string_equal(set.keys[1].x5t, "AAAAAAAAAAAAAAAAAAAAAAAAAAA");
	const struct test_key *const both[] = { &first, &second };
	for (int i = 0; i < 2; i++) {
		EVP_PKEY *key =
			EVP_PKEY_CTX_get0_pkey(EVP_MD_CTX_get_pkey_ctx(set.keys[i].verifier));
		assert_int_equal(EVP_PKEY_eq(key, both[i]->pkey), 1);
	}
	key_set_release(&set);
}

static void unfit_entries_are_passed_over(void **state)
{
	(void)state;
	const char *good = entry(&first, "good", "");
	const char *const bad[] = {
		entry(&small, "small", ""),
		entry(&second, "enc", ",\"use\":\"enc\""),
		entry(&second, "ps", ",\"alg\":\"PS256\""),
		entry(&second, "good", ""), /* the name is taken */
		entry(&second, "", ""),     /* no name at all */
		"{\"kty\":\"EC\",\"kid\":\"ec\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"oct\",\"kid\":\"hmac\",\"k\":\"AAAA\"}",
		"{\"kty\":\"RSA\",\"kid\":\"no-n\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"kid\":\"odd\",\"n\":\"!!\",\"e\":\"AQAB\"}",
		arena_printf(&arena, "{\"kty\":\"RSA\",\"kid\":\"e1\",\"n\":\"%s\",\"e\":\"AQ\"}",
			test_modulus(&arena, &second)),
		arena_printf(&arena, "{\"kty\":\"RSA\",\"kid\":\"e2\",\"n\":\"%s\",\"e\":\"Ag\"}",
			test_modulus(&arena, &second)),
		arena_printf(&arena,
			"{\"kty\":\"RSA\",\"kid\":\"long-e\",\"n\":\"%s\",\"e\":\"%s\"}",
			test_modulus(&arena, &second), test_modulus(&arena, &second)),
		"7",
		"null",
		"[]",
		"{}",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (count(list(arena_printf(&arena, "%s,%s", good, bad[i])), "") != 1)
			fail_msg("%s", bad[i]);
	}
	assert_int_equal(
		count(list(entry(&second, "sig", ",\"use\":\"sig\",\"alg\":\"RS256\"")), ""), 1);
}

static void keys_of_another_issuer_are_not_taken(void **state)
{
	(void)state;
	const char *other = entry(&first, "a", ",\"issuer\":\"https://other.example/v2.0\"");
	const char *any =
		entry(&first, "a", ",\"issuer\":\"https://login.example.com/{tenantid}/v2.0\"");
	assert_int_equal(count(list(other), ISSUER), 0);
	assert_int_equal(count(list(other), ""), 1);
	assert_int_equal(count(list(any), ISSUER), 1);
	assert_int_equal(count(list(entry(&first, "a", ",\"issuer\":\"" ISSUER "\"")), ISSUER), 1);
}

static void documents_that_are_none(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "<html>", "[]", "{}", "{\"keys\":7}",
		"{\"keys\":[]}", "{\"keys\":{\"a\":1}}", "{\"keys\":[],\"keys\":[]}" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(count(bad[i], ""), 0);
}

static void sizes_are_limited(void **state)
{
	(void)state;
	const char *entries = entry(&first, "k0", "");
	for (int i = 1; i < IDENTITY_KEYS_PER_URL_MAX + 3; i++)
		entries = arena_printf(&arena, "%s,%s", entries,
			entry(&first, arena_printf(&arena, "k%d", i), ""));
	assert_int_equal(count(list(entries), ""), IDENTITY_KEYS_PER_URL_MAX);
	char kid[KEY_NAME_MAX + 2];
	memset(kid, 'k', sizeof(kid));
	kid[KEY_NAME_MAX + 1] = '\0';
	assert_int_equal(count(list(entry(&first, kid, "")), ""), 0);
	kid[KEY_NAME_MAX] = '\0';
	assert_int_equal(count(list(entry(&first, kid, "")), ""), 1);
}

static void metadata_refused(const char *document, const char *words)
{
	struct openid_metadata metadata = { "untouched", "untouched" };
	struct err err = { 0 };
	assert_false(openid_metadata_read(document, strlen(document), URL, &metadata, &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_string_equal(metadata.issuer, "untouched");
}

static void metadata_name_keys_on_their_own_host(void **state)
{
	(void)state;
	struct openid_metadata metadata;
	struct err err;
	static const char good[] =
		"{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://LOGIN.example.com:443/keys\"}";
	assert_true(openid_metadata_read(good, strlen(good), URL, &metadata, &err));
	assert_string_equal(metadata.issuer, ISSUER);
	assert_string_equal(metadata.jwks_uri, "https://LOGIN.example.com:443/keys");
	static const char *const elsewhere[] = { "https://evil.example/keys",
		"http://login.example.com/keys", "https://login.example.com:8443/keys",
		"https://login.example.com@evil.example/keys", "https://127.0.0.1/keys",
		"https://169.254.169.254/latest/meta-data/", "file:///etc/passwd",
		"https://login.example.com.evil.example/", "//login.example.com/keys" };
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		metadata_refused(arena_printf(&arena, "{\"issuer\":\"i\",\"jwks_uri\":\"%s\"}",
					 elsewhere[i]),
			"is not on 'https://login.example.com', where the metadata are");
	metadata_refused("{\"jwks_uri\":\"https://login.example.com/keys\"}", "names no issuer");
	metadata_refused("{\"issuer\":\"i\"}", "names no 'jwks_uri'");
	metadata_refused("{\"issuer\":7,\"jwks_uri\":[]}", "names no issuer");
	metadata_refused("<html>", "not JSON");
	metadata_refused("[]", "names no issuer");
	char issuer[KEY_ISSUER_MAX + 2];
	memset(issuer, 'i', sizeof(issuer));
	issuer[KEY_ISSUER_MAX + 1] = '\0';
	metadata_refused(
		arena_printf(&arena,
			"{\"issuer\":\"%s\",\"jwks_uri\":\"https://login.example.com/\"}", issuer),
		"names no issuer");
}

/* The whole way through the cache: two documents for one fetch. */
static int requests;
static const char *served_metadata, *served_keys;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg;
	assert_string_equal(ca, "pem");
	requests++;
	if (strcmp(url, URL) == 0)
		buf_adds(ret, served_metadata);
	else if (strcmp(url, "https://login.example.com/keys") == 0)
		buf_adds(ret, served_keys);
	else
		return err_set(err, ERR_NET, "nobody asked for '%s'", url);
	return true;
}

static bool has(struct identity_keys *keys, const char *name, struct err *err)
{
	const struct key_source source = { .url = URL, .ca = "pem", .load = openid_keys_load };
	char issuer[KEY_ISSUER_MAX + 1];
	EVP_MD_CTX *found;
	if (!identity_keys_find(keys, &source, name, &found, issuer, err))
		return false;
	assert_string_equal(issuer, ISSUER);
	EVP_MD_CTX_free(found);
	return true;
}

static void both_documents_are_fetched_once(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct identity_keys *keys = identity_keys_new(fetch, NULL, NULL);
	requests = 0;
	served_metadata =
		"{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://login.example.com/keys\"}";
	served_keys = list(entry(&first, "one", ",\"x5t\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA\""));
	for (int i = 0; i < 10; i++)
		assert_true(has(keys, "one", &err));
	assert_true(has(keys, "AAAAAAAAAAAAAAAAAAAAAAAAAAA", &err));
	for (int i = 0; i < 10; i++)
		assert_false(has(keys, "two", &err));
	assert_false(has(keys, "", &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_int_equal(requests, 2);
	identity_keys_free(&keys);
}

static void no_request_leaves_for_keys_elsewhere(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct identity_keys *keys = identity_keys_new(fetch, NULL, NULL);
	requests = 0;
	served_metadata = "{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"https://evil.example/keys\"}";
	assert_false(has(keys, "one", &err));
	assert_int_equal(err.code, ERR_PROTOCOL);
	assert_int_equal(requests, 1);
	identity_keys_free(&keys);
}

static void given_keys_need_no_request(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct identity_keys *keys = identity_keys_new(fetch, NULL, NULL);
	EVP_MD_CTX *found;
	char name[JWKS_NAME_MAX + 1], other[JWKS_NAME_MAX + 1];
	const char *document = list(entry(&first, "one", ""));
	requests = 0;
	jwks_name(document, name);
	jwks_name("other", other);
	assert_string_not_equal(name, other);
	struct key_source source = {
		.url = name, .ca = "", .load = jwks_document_load, .document = document
	};
	assert_true(identity_keys_find(keys, &source, "one", &found, NULL, &err));
	EVP_MD_CTX_free(found);
	source.url = other;
	source.document = "other";
	assert_false(identity_keys_find(keys, &source, "one", &found, NULL, &err));
	assert_non_null(strstr(err.text, "cannot get the keys at 'addin_jwks ("));
	assert_int_equal(requests, 0);
	identity_keys_free(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_made_of_numbers),
		cmocka_unit_test(unfit_entries_are_passed_over),
		cmocka_unit_test(keys_of_another_issuer_are_not_taken),
		cmocka_unit_test(documents_that_are_none),
		cmocka_unit_test(sizes_are_limited),
		cmocka_unit_test(metadata_name_keys_on_their_own_host),
		cmocka_unit_test(both_documents_are_fetched_once),
		cmocka_unit_test(no_request_leaves_for_keys_elsewhere),
		cmocka_unit_test(given_keys_need_no_request),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
