#include "auth/jwt.h"
#include "auth/token_testkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdlib.h>

static struct arena arena;
static struct test_key key, other, ec, small;

#define HEADER "{\"alg\":\"RS256\",\"typ\":\"JWT\"}"

static int make_keys(void **state)
{
	(void)state;
	arena_init(&arena);
	key = test_key_new(&arena, 2048);
	other = test_key_new(&arena, 2048);
	small = test_key_new(&arena, 1024);
	ec = (struct test_key){ .pkey = EVP_EC_gen("P-256") };
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	test_key_free(&key);
	test_key_free(&other);
	test_key_free(&small);
	test_key_free(&ec);
	arena_release(&arena);
	return 0;
}

static void assert_refused(const char *token, enum err_code code, const char *words)
{
	struct jwt jwt;
	struct err err;
	assert_false(jwt_parse(token, "JWT", &jwt, &err));
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(err.code, code);
}

static void assert_header_refused(const char *header, const char *words)
{
	assert_refused(test_token(&arena, &key, header, "{}"), ERR_DENIED, words);
}

static void assert_payload_refused(const char *payload, const char *words)
{
	assert_refused(test_token(&arena, &key, HEADER, payload), ERR_DENIED, words);
}

static void assert_not_verified(const char *token, EVP_PKEY *with, const char *words)
{
	struct jwt jwt;
	struct err err = { 0 };
	assert_true(jwt_parse(token, "JWT", &jwt, &err));
	assert_false(jwt_verify(&jwt, with, &err));
	assert_int_equal(err.code, ERR_DENIED);
	assert_non_null(strstr(err.text, words));
	jwt_release(&jwt);
}

static void a_good_token_is_read_and_verified(void **state)
{
	(void)state;
	struct jwt jwt;
	struct err err;
	const char *token = test_token(&arena, &key, "{\"alg\":\"RS256\",\"typ\":\"jwt\"}",
		"{\"aud\":\"https://a/\",\"nbf\":\"1700000000\",\"exp\":1700028800,\"iat\":1.5,"
		"\"bad\":\"12x\",\"neg\":-1,\"far\":\"999999999999999\",\"huge\":1e300,\"none\":"
		"null}");
	assert_true(jwt_parse(token, "JWT", &jwt, &err));
	assert_string_equal(jwt_claim_text(&jwt, "aud"), "https://a/");
	assert_null(jwt_claim_text(&jwt, "exp"));
	int64_t at = 7;
	assert_true(jwt_claim_time(&jwt, "nbf", &at) && at == 1700000000);
	assert_true(jwt_claim_time(&jwt, "exp", &at) && at == 1700028800);
	assert_true(jwt_claim_time(&jwt, "iat", &at) && at == 1);
	const char *const not_times[] = { "bad", "neg", "far", "huge", "none", "absent" };
	for (size_t i = 0; i < sizeof(not_times) / sizeof(*not_times); i++)
		assert_false(jwt_claim_time(&jwt, not_times[i], &at));
	assert_int_equal(at, 1);
	assert_true(jwt_verify(&jwt, key.pkey, &err));
	assert_true(jwt_verify(&jwt, key.pkey, &err)); /* any number of times */
	jwt_release(&jwt);
}

static void the_algorithm_is_pinned(void **state)
{
	(void)state;
	assert_header_refused("{\"alg\":\"none\",\"typ\":\"JWT\"}", "'none'");
	assert_header_refused("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "'HS256'");
	assert_header_refused("{\"alg\":\"ES256\",\"typ\":\"JWT\"}", "'ES256'");
	assert_header_refused("{\"alg\":\"RS512\",\"typ\":\"JWT\"}", "'RS512'");
	assert_header_refused("{\"alg\":\"rs256\",\"typ\":\"JWT\"}", "'rs256'");
	assert_header_refused("{\"alg\":[\"RS256\"],\"typ\":\"JWT\"}", "no algorithm");
	assert_header_refused("{\"typ\":\"JWT\"}", "no algorithm");
	assert_header_refused("{\"alg\":\"x\\n\\u00e9\",\"typ\":\"JWT\"}", "'?'");
}

/* The classic: an HMAC whose secret is the public key everybody has. */
static void hmac_under_the_public_key_is_refused(void **state)
{
	(void)state;
	BIO *bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PUBKEY(bio, key.pkey);
	char *pem;
	long pem_len = BIO_get_mem_data(bio, &pem);
	const char *header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
	const char *text = arena_printf(
		&arena, "%s.%s", test_base64url(&arena, header, strlen(header)), "e30");
	unsigned char mac[32];
	HMAC(EVP_sha256(), pem, (int)pem_len, (const unsigned char *)text, strlen(text), mac, NULL);
	BIO_free(bio);
	assert_refused(
		arena_printf(&arena, "%s.%s", text, test_base64url(&arena, mac, sizeof(mac))),
		ERR_DENIED, "'HS256'");
}

static void the_type_is_checked(void **state)
{
	(void)state;
	assert_header_refused("{\"alg\":\"RS256\"}", "type ''");
	assert_header_refused("{\"alg\":\"RS256\",\"typ\":\"at+jwt\"}", "type 'at+jwt'");
	assert_header_refused("{\"alg\":\"RS256\",\"typ\":7}", "type ''");
}

static void a_token_may_not_bring_its_own_key_or_extensions(void **state)
{
	(void)state;
	static const char *const names[] = { "crit", "jku", "x5u", "jwk", "x5c", "b64", "zip" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_header_refused(
			arena_printf(&arena, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"%s\":[\"x\"]}",
				names[i]),
			arena_printf(&arena, "'%s'", names[i]));
}

static void exactly_three_parts(void **state)
{
	(void)state;
	assert_refused("", ERR_DENIED, "three parts");
	assert_refused("e30", ERR_DENIED, "three parts");
	assert_refused("e30.e30", ERR_DENIED, "three parts");
	assert_refused("e30.e30.e30.e30", ERR_DENIED, "three parts");
	assert_refused("e30.e30.e30.e30.e30", ERR_DENIED, "three parts"); /* encrypted form */
	assert_refused("..", ERR_DENIED, "header is not JSON");
	const char *token = test_token(&arena, &key, HEADER, "{}");
	const char *unsigned_token =
		arena_strndup(&arena, token, (size_t)(strrchr(token, '.') + 1 - token));
	assert_refused(unsigned_token, ERR_DENIED, "not signed");
	assert_refused(arena_printf(&arena, "%s.", token), ERR_DENIED, "three parts");
}

static void base64url_is_canonical(void **state)
{
	(void)state;
	const char *token = test_token(&arena, &key, HEADER, "{}"); /* {} is e30 */
	const char *dot = strchr(token, '.');
	const char *head = arena_strndup(&arena, token, (size_t)(dot - token));
	const char *tail = strrchr(token, '.') + 1;
	assert_refused(arena_printf(&arena, "%s.e31.%s", head, tail), ERR_DENIED,
		"payload is not base64url"); /* stray bits */
	assert_refused(arena_printf(&arena, "%s.e30=.%s", head, tail), ERR_DENIED,
		"payload is not base64url");
	assert_refused(arena_printf(&arena, "%s. e30.%s", head, tail), ERR_DENIED,
		"payload is not base64url");
	assert_refused(arena_printf(&arena, "%s.e30.%s=", head, tail), ERR_DENIED,
		"signature is not base64url");
	assert_refused(arena_printf(&arena, "%s.e30.+/%s", head, tail), ERR_DENIED,
		"signature is not base64url");
	assert_refused(arena_printf(&arena, "=%s.e30.%s", head, tail), ERR_DENIED,
		"header is not base64url");
}

static void json_is_strict(void **state)
{
	(void)state;
	assert_payload_refused("[]", "payload is not a JSON object");
	assert_payload_refused("\"nested.jwt.here\"", "payload");
	assert_payload_refused("{\"aud\":\"a\",\"aud\":\"b\"}", "payload is not JSON");
	assert_payload_refused("{} {}", "payload is not JSON");
	assert_payload_refused("{\"a\":\"\\u0000\"}", "payload is not JSON");
	assert_payload_refused("{\"a\":\"\xff\"}", "payload is not JSON");
	assert_header_refused(
		"{\"alg\":\"none\",\"alg\":\"RS256\",\"typ\":\"JWT\"}", "header is not JSON");
	char deep[4096];
	memset(deep, '[', 2000);
	memset(deep + 2000, ']', 2000);
	deep[4000] = '\0';
	assert_payload_refused(arena_printf(&arena, "{\"a\":%s}", deep), "payload is not JSON");
}

static void the_size_is_limited(void **state)
{
	(void)state;
	char *huge = malloc(100001);
	memset(huge, 'e', 100000);
	huge[100000] = '\0';
	assert_refused(huge, ERR_LIMIT, "longer than 16384 bytes");
	huge[JWT_BYTES_MAX + 1] = '\0';
	assert_refused(huge, ERR_LIMIT, "longer than 16384 bytes");
	huge[JWT_BYTES_MAX] = '\0';
	assert_refused(huge, ERR_DENIED, "three parts");
	free(huge);
	char signature[2 * JWT_SIGNATURE_MAX];
	memset(signature, 'A', sizeof(signature));
	const char *head = test_base64url(&arena, HEADER, strlen(HEADER));
	assert_refused(arena_printf(&arena, "%s.e30.%.*s", head, (int)sizeof(signature), signature),
		ERR_DENIED, "signature is not base64url");
}

static void only_the_right_key_verifies(void **state)
{
	(void)state;
	const char *token = test_token(&arena, &key, HEADER, "{\"a\":1}");
	assert_not_verified(token, other.pkey, "signature is not valid");
	const char *forged = test_token(&arena, &other, HEADER, "{\"a\":1}");
	assert_not_verified(forged, key.pkey, "signature is not valid");
	/* The signature of one token under the claims of another. */
	const char *mixed =
		arena_printf(&arena, "%s.%s.%s", test_base64url(&arena, HEADER, strlen(HEADER)),
			test_base64url(&arena, "{\"a\":2}", 7), strrchr(token, '.') + 1);
	assert_not_verified(mixed, key.pkey, "signature is not valid");
}

static void weak_and_foreign_keys_verify_nothing(void **state)
{
	(void)state;
	assert_not_verified(test_token(&arena, &small, HEADER, "{}"), small.pkey,
		"not RSA of at least 2048 bits");
	assert_not_verified(
		test_token(&arena, &ec, HEADER, "{}"), ec.pkey, "not RSA of at least 2048 bits");
}

static void degenerate_signatures_verify_nothing(void **state)
{
	(void)state;
	const char *head = test_base64url(&arena, HEADER, strlen(HEADER));
	static const unsigned char zeros[256];
	unsigned char one[256] = { [255] = 1 }, ones[256];
	memset(ones, 0xff, sizeof(ones));
	const unsigned char *const all[] = { zeros, one, ones };
	for (size_t i = 0; i < 3; i++)
		assert_not_verified(arena_printf(&arena, "%s.e30.%s", head,
					    test_base64url(&arena, all[i], 256)),
			key.pkey, "signature is not valid");
	assert_not_verified(
		arena_printf(&arena, "%s.e30.%s", head, test_base64url(&arena, zeros, 64)),
		key.pkey, "signature is not valid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_token_is_read_and_verified),
		cmocka_unit_test(the_algorithm_is_pinned),
		cmocka_unit_test(hmac_under_the_public_key_is_refused),
		cmocka_unit_test(the_type_is_checked),
		cmocka_unit_test(a_token_may_not_bring_its_own_key_or_extensions),
		cmocka_unit_test(exactly_three_parts),
		cmocka_unit_test(base64url_is_canonical),
		cmocka_unit_test(json_is_strict),
		cmocka_unit_test(the_size_is_limited),
		cmocka_unit_test(only_the_right_key_verifies),
		cmocka_unit_test(weak_and_foreign_keys_verify_nothing),
		cmocka_unit_test(degenerate_signatures_verify_nothing),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
