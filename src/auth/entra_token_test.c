#include "auth/entra_token.h"
#include "auth/jwt.h"
#include "auth/openid_keys.h"
#include "auth/token_testkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define TENANT    "6f1c9e5b-2a3d-4c5e-8f70-112233445566"
#define OTHER     "0a1b2c3d-0000-4000-8000-000000000001"
#define AUTHORITY "https://login.example.com/" TENANT
#define METADATA  AUTHORITY "/v2.0/.well-known/openid-configuration"
#define API       "11111111-2222-4333-8444-555555555555"
#define CLIENT    "99999999-8888-4777-8666-555555555555"
#define OID       "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define OUTLOOK   "bc59ab01-8403-45c6-8796-ac3ef710b3e3"

enum { NBF = 1700000000, EXP = NBF + 4800 };

static struct arena arena;
static struct test_key previous, present, attacker;
static struct identity_keys *keys;
static int requests;
static bool fails;
static const char *issuer_served;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg;
	assert_string_equal(ca, "pem");
	requests++;
	if (fails)
		return err_set(err, ERR_NET, "certificate is not trusted");
	if (strcmp(url, METADATA) == 0) {
		buf_addf(ret, "{\"issuer\":\"%s\",\"jwks_uri\":\"https://login.example.com/keys\"}",
			issuer_served);
		return true;
	}
	assert_string_equal(url, "https://login.example.com/keys");
	buf_addf(ret, "{\"keys\":[%s,%s]}",
		test_jwk(&arena, &previous, "previous", ",\"use\":\"sig\""),
		test_jwk(&arena, &present, "present",
			arena_printf(&arena, ",\"use\":\"sig\",\"x5t\":\"%s\"", present.x5t)));
	return true;
}

static int make_keys(void **state)
{
	(void)state;
	arena_init(&arena);
	previous = test_key_new(&arena, 2048);
	present = test_key_new(&arena, 2048);
	attacker = test_key_new(&arena, 2048);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	test_key_free(&previous);
	test_key_free(&present);
	test_key_free(&attacker);
	arena_release(&arena);
	return 0;
}

static struct entra_rules rules;

static int fresh(void **state)
{
	(void)state;
	keys = identity_keys_new(fetch, NULL, NULL);
	requests = 0;
	fails = false;
	issuer_served = AUTHORITY "/v2.0";
	rules = (struct entra_rules){ .authority = AUTHORITY "/",
		.metadata_url = "",
		.jwks = "",
		.api = API,
		.host = "vmr.example.com",
		.client = CLIENT,
		.more_clients = "",
		.scope = "access_as_user",
		.ca = "pem",
		.now = NBF + 60 };
	return 0;
}

static int drop(void **state)
{
	(void)state;
	identity_keys_free(&keys);
	return 0;
}

static const char v2[] = "{\"ver\":\"2.0\",\"iss\":\"" AUTHORITY "/v2.0\",\"aud\":\"" API
			 "\",\"azp\":\"" CLIENT "\",\"tid\":\"" TENANT "\",\"oid\":\"" OID
			 "\",\"scp\":\"openid access_as_user profile\",\"nbf\":1700000000,"
			 "\"exp\":1700004800,\"preferred_username\":\"olga@example.com\","
			 "\"name\":\"Olga\"}";
static const char v1[] = "{\"ver\":\"1.0\",\"iss\":\"https://sts.windows.net/" TENANT
			 "/\",\"aud\":\"api://" API "\",\"appid\":\"" CLIENT "\",\"tid\":\"" TENANT
			 "\",\"oid\":\"" OID "\",\"scp\":\"access_as_user\",\"nbf\":1700000000,"
			 "\"exp\":1700004800,\"upn\":\"olga@example.com\",\"name\":\"Olga\"}";

static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"present\"}";

static const char *sign(const char *payload)
{
	return test_token(&arena, &present, header, payload);
}

static const char *but(const char *payload, const char *piece, const char *other)
{
	const char *at = strstr(payload, piece);
	assert_non_null(at);
	return arena_printf(
		&arena, "%.*s%s%s", (int)(at - payload), payload, other, at + strlen(piece));
}

static void accepted(const char *token)
{
	struct identity who;
	struct err err = { 0 };
	if (!entra_token_check(keys, token, &rules, &who, &err))
		fail_msg("%s", err.text);
	assert_int_equal(who.kind, IDENTITY_ENTRA);
	assert_string_equal(who.user, "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee." TENANT);
	assert_string_equal(who.email, "olga@example.com");
	assert_string_equal(who.name, "Olga");
}

static void refused_as(const char *token, enum err_code code, const char *sentence)
{
	struct identity who = { "untouched" };
	struct err err = { 0 };
	assert_false(entra_token_check(keys, token, &rules, &who, &err));
	assert_string_equal(err.text, sentence);
	assert_int_equal(err.code, code);
	assert_string_equal(who.user, "untouched");
}

static void refused_saying(const char *token, const char *words)
{
	struct identity who;
	struct err err = { 0 };
	assert_false(entra_token_check(keys, token, &rules, &who, &err));
	assert_int_equal(err.code, ERR_DENIED);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
}

static void refused(const char *payload, const char *sentence)
{
	refused_as(sign(payload), ERR_DENIED, sentence);
}

static void both_versions_are_accepted(void **state)
{
	(void)state;
	accepted(sign(v2));
	accepted(sign(v1));
	assert_int_equal(requests, 2); /* metadata and keys, once */
}

static void the_key_is_chosen_by_its_name(void **state)
{
	(void)state;
	accepted(test_token(
		&arena, &previous, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"previous\"}", v2));
	accepted(test_token(&arena, &present, test_header(&arena, &present), v2)); /* x5t */
	refused_as(test_token(&arena, &previous, header, v2), ERR_DENIED,
		"the token's signature is not valid");
	refused_as(test_token(&arena, &attacker, header, v2), ERR_DENIED,
		"the token's signature is not valid");
	refused_as(test_token(&arena, &attacker,
			   "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"mine\"}", v2),
		ERR_DENIED, "the token's signing key 'mine' is not among those at '" METADATA "'");
}

static void hostile_headers(void **state)
{
	(void)state;
	static const struct {
		const char *header, *sentence;
	} cases[] = {
		{ "{\"typ\":\"JWT\",\"alg\":\"none\",\"kid\":\"present\"}",
			"the token's algorithm 'none' is not accepted, only 'RS256' is" },
		{ "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"present\"}",
			"the token's algorithm 'HS256' is not accepted, only 'RS256' is" },
		{ "{\"typ\":\"JWT\",\"alg\":\"ES256\",\"kid\":\"present\"}",
			"the token's algorithm 'ES256' is not accepted, only 'RS256' is" },
		{ "{\"typ\":\"JWT\",\"alg\":\"PS256\",\"kid\":\"present\"}",
			"the token's algorithm 'PS256' is not accepted, only 'RS256' is" },
		{ "{\"typ\":\"id+jwt\",\"alg\":\"RS256\",\"kid\":\"present\"}",
			"the token's type 'id+jwt' is not 'JWT'" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"present\",\"crit\":[\"exp\"]}",
			"the token's header has 'crit', which is not accepted" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"jku\":\"https://evil.example\"}",
			"the token's header has 'jku', which is not accepted" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5u\":\"https://evil.example\"}",
			"the token's header has 'x5u', which is not accepted" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\"}}",
			"the token's header has 'jwk', which is not accepted" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\"}",
			"the token does not name its signing key ('kid' or 'x5t')" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"../../etc/passwd\"}",
			"the token does not name its signing key ('kid' or 'x5t')" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"' OR 1=1 --\"}",
			"the token does not name its signing key ('kid' or 'x5t')" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"\"}",
			"the token does not name its signing key ('kid' or 'x5t')" },
		{ "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":7}",
			"the token does not name its signing key ('kid' or 'x5t')" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refused_as(test_token(&arena, &present, cases[i].header, v2), ERR_DENIED,
			cases[i].sentence);
	assert_int_equal(requests, 0);
}

static void hostile_forms(void **state)
{
	(void)state;
	const char *good = sign(v2), *dot = strrchr(good, '.');
	refused_as("", ERR_DENIED, "the token does not have three parts");
	refused_as(arena_printf(&arena, "%s.x", good), ERR_DENIED,
		"the token does not have three parts");
	refused_as(arena_printf(&arena, "%.*s.", (int)(dot - good), good), ERR_DENIED,
		"the token is not signed");
	refused_as(arena_printf(&arena, "%s=", good), ERR_DENIED,
		"the token's signature is not base64url");
	refused_saying(test_token(&arena, &present, header, "{\"ver\":\"2.0\",\"ver\":\"1.0\"}"),
		"duplicate object key");
	/* A signed token as the payload of another. */
	refused_saying(
		test_token(&arena, &present, header, good), "the token's payload is not JSON");
	char *large = arena_alloc(&arena, JWT_BYTES_MAX + 2);
	memset(large, 'a', JWT_BYTES_MAX + 1);
	large[JWT_BYTES_MAX + 1] = '\0';
	refused_as(large, ERR_LIMIT, "the token is longer than 16384 bytes");
	assert_int_equal(requests, 0);
}

static void id_tokens_are_refused(void **state)
{
	(void)state;
	refused(but(v2, ",\"scp\":\"openid access_as_user profile\"", ""),
		"the token is an ID token (it has no 'scp'), expected an access token");
	refused(but(v2, "\"ver\"", "\"nonce\":\"n\",\"ver\""),
		"the token is an ID token (it has 'nonce'), expected an access token");
	refused(but(v2, "\"ver\"", "\"at_hash\":\"n\",\"ver\""),
		"the token is an ID token (it has 'at_hash'), expected an access token");
	refused(but(v2, "\"scp\":\"openid access_as_user profile\"", "\"roles\":[\"a\"]"),
		"the token is an application's own (it has no 'scp'), expected a user's");
}

static void times_have_an_allowance(void **state)
{
	(void)state;
	rules.now = NBF - IDENTITY_SKEW_S;
	accepted(sign(v2));
	rules.now = EXP + IDENTITY_SKEW_S - 1;
	accepted(sign(v2));
	rules.now = NBF - IDENTITY_SKEW_S - 1;
	refused(v2, "The token is not valid until 2023-11-14T22:13:20Z");
	rules.now = EXP + IDENTITY_SKEW_S;
	refused(v2, "The token is not valid after 2023-11-14T23:33:20Z");
	refused(but(v2, "\"nbf\":1700000000,", ""),
		"the token does not say when it begins ('nbf')");
	refused(but(v2, "\"exp\":1700004800,", ""), "the token does not say when it ends ('exp')");
}

static void issuer_and_version(void **state)
{
	(void)state;
	refused(but(v2, "\"ver\":\"2.0\",", ""), "the token has no 'ver', expected '1.0' or '2.0'");
	refused(but(v2, "\"2.0\"", "\"3.0\""),
		"the token's 'ver' is '3.0', expected '1.0' or '2.0'");
	refused(but(v2, AUTHORITY "/v2.0", "https://login.example.com/" OTHER "/v2.0"),
		"the token's 'iss' is 'https://login.example.com/" OTHER
		"/v2.0', expected '" AUTHORITY "/v2.0'");
	refused(but(v2, "\"2.0\"", "\"1.0\""),
		"the token's 'iss' is '" AUTHORITY
		"/v2.0', expected 'https://sts.windows.net/" TENANT "/'");
	refused(but(v1, "\"1.0\"", "\"2.0\""),
		"the token's 'iss' is 'https://sts.windows.net/" TENANT "/', expected '" AUTHORITY
		"/v2.0'");
}

static void the_tenant_is_the_authoritys(void **state)
{
	(void)state;
	refused(but(v2, "\"tid\":\"" TENANT, "\"tid\":\"" OTHER),
		"the token's 'tid' is '" OTHER "', expected '" TENANT "'");
	refused(but(v2, "\"tid\":\"" TENANT "\",", ""),
		"the token has no 'tid', expected '" TENANT "'");
	refused(but(v2, "\"tid\":\"" TENANT "\"", "\"tid\":[\"" TENANT "\"]"),
		"the token's 'tid' is no text, expected '" TENANT "'");
}

static void the_audience_is_our_api(void **state)
{
	(void)state;
	accepted(sign(but(v1, "api://" API, API)));
	accepted(sign(but(v1, "api://" API, "api://vmr.example.com/" API)));
	static const char expected[] = "', expected '" API "' or 'api://vmr.example.com/" API "'";
	static const char *const others[] = { "00000003-0000-0000-c000-000000000000", CLIENT,
		"api://evil.example/" API, "API://" API, "" };
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		refused(but(v1, "api://" API, others[i]),
			arena_printf(&arena, "the token's 'aud' is '%s%s", others[i], expected));
	refused(but(v2, "\"aud\":\"" API "\"", "\"aud\":[\"" API "\"]"),
		arena_printf(&arena, "the token's 'aud' is no text, %s", expected + 3));
}

static void the_client_is_the_add_in(void **state)
{
	(void)state;
	refused(but(v2, CLIENT, OTHER),
		"the token's 'azp' is '" OTHER "', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	refused(but(v1, CLIENT, OTHER),
		"the token's 'appid' is '" OTHER "', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	refused(but(v2, "\"azp\"", "\"appid\""),
		"the token has no 'azp', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	refused(but(v2, CLIENT, ""),
		"the token's 'azp' is '', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	refused(but(v2, CLIENT, OUTLOOK),
		"the token's 'azp' is '" OUTLOOK "', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	rules.more_clients = "x\r\n" OTHER "\n";
	accepted(sign(but(v2, CLIENT, OTHER)));
	refused(but(v2, CLIENT, ""),
		"the token's 'azp' is '', expected '" CLIENT
		"' or one of 'addin_authorized_client_ids'");
	rules.office_clients = true;
	accepted(sign(but(v2, CLIENT, OUTLOOK)));
	refused(but(v2, CLIENT, TENANT),
		"the token's 'azp' is '" TENANT "', expected '" CLIENT
		"', an application of Office or one of 'addin_authorized_client_ids'");
}

static void the_scope_is_a_word(void **state)
{
	(void)state;
	refused(but(v2, "access_as_user", "access_as_users"),
		"the token's 'scp' is 'openid access_as_users profile', expected "
		"'access_as_user'");
	refused(but(v2, "openid access_as_user profile", ""),
		"the token's 'scp' is '', expected 'access_as_user'");
	accepted(sign(but(v2, "openid access_as_user profile", "access_as_user")));
	accepted(sign(but(v2, "openid access_as_user profile", "a  access_as_user")));
}

static void the_user_is_an_object(void **state)
{
	(void)state;
	refused(but(v2, OID, "olga@example.com"),
		"the token's 'oid' is 'olga@example.com', expected 'a user's object ID'");
	refused(but(v2, "\"oid\"", "\"sub\""),
		"the token has no 'oid', expected 'a user's object ID'");
}

static void what_is_shown_of_a_stranger_is_short_and_plain(void **state)
{
	(void)state;
	char scope[200];
	memset(scope, 'x', sizeof(scope));
	scope[199] = '\0';
	refused(but(v2, "openid access_as_user profile", scope),
		arena_printf(
			&arena, "the token's 'scp' is '%.80s', expected 'access_as_user'", scope));
	refused(but(v2, "openid access_as_user profile", "a\\nb\\u202e"),
		"the token's 'scp' is 'a?b?"
		"?"
		"?', expected 'access_as_user'");
}

static void the_signature_comes_before_the_claims(void **state)
{
	(void)state;
	refused_as(test_token(&arena, &attacker, header, but(v2, API, OTHER)), ERR_DENIED,
		"the token's signature is not valid");
}

static void given_keys_replace_the_fetch(void **state)
{
	(void)state;
	rules.jwks =
		arena_printf(&arena, "{\"keys\":[%s]}", test_jwk(&arena, &present, "present", ""));
	accepted(sign(v2));
	accepted(sign(v1));
	assert_int_equal(requests, 0);
	refused(but(v2, "\"tid\":\"" TENANT, "\"tid\":\"" OTHER),
		"the token's 'tid' is '" OTHER "', expected '" TENANT "'");
}

static void metadata_may_be_elsewhere(void **state)
{
	(void)state;
	rules.authority = "https://login.microsoftonline.com/" TENANT;
	rules.metadata_url = METADATA;
	issuer_served = "https://login.microsoftonline.com/" TENANT "/v2.0";
	accepted(sign(
		but(v2, AUTHORITY "/v2.0", "https://login.microsoftonline.com/" TENANT "/v2.0")));
	accepted(sign(v1));
}

static void metadata_of_another_issuer(void **state)
{
	(void)state;
	issuer_served = "https://login.example.com/{tenantid}/v2.0";
	refused_as(sign(v2), ERR_PROTOCOL,
		"the metadata at '" METADATA
		"' are of issuer 'https://login.example.com/{tenantid}/v2.0', expected '" AUTHORITY
		"/v2.0'");
}

static void an_unreachable_authority_is_no_refusal(void **state)
{
	(void)state;
	fails = true;
	refused_as(sign(v2), ERR_NET,
		"cannot get the keys at '" METADATA "': certificate is not trusted");
}

static void settings_that_are_missing_are_named(void **state)
{
	(void)state;
	rules.authority = "https://login.example.com/common";
	refused_as(sign(v2), ERR_INVALID,
		"'https://login.example.com/common' is no authority with a tenant ID: set "
		"addin_authority_url");
	rules.authority = AUTHORITY;
	rules.client = "";
	refused_as(sign(but(v2, CLIENT, "")), ERR_INVALID,
		"there is no application to check tokens for: set addin_application_id");
	assert_int_equal(requests, 0);
}

static void china_has_an_issuer_of_its_own(void **state)
{
	(void)state;
	rules.authority = "https://login.partner.microsoftonline.cn/" TENANT;
	rules.jwks =
		arena_printf(&arena, "{\"keys\":[%s]}", test_jwk(&arena, &present, "present", ""));
	accepted(sign(but(v1, "sts.windows.net", "sts.chinacloudapi.cn")));
}

#define with_cache(f) cmocka_unit_test_setup_teardown(f, fresh, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_cache(both_versions_are_accepted),
		with_cache(the_key_is_chosen_by_its_name),
		with_cache(hostile_headers),
		with_cache(hostile_forms),
		with_cache(id_tokens_are_refused),
		with_cache(times_have_an_allowance),
		with_cache(issuer_and_version),
		with_cache(the_tenant_is_the_authoritys),
		with_cache(the_audience_is_our_api),
		with_cache(the_client_is_the_add_in),
		with_cache(the_scope_is_a_word),
		with_cache(the_user_is_an_object),
		with_cache(what_is_shown_of_a_stranger_is_short_and_plain),
		with_cache(the_signature_comes_before_the_claims),
		with_cache(given_keys_replace_the_fetch),
		with_cache(metadata_may_be_elsewhere),
		with_cache(metadata_of_another_issuer),
		with_cache(an_unreachable_authority_is_no_refusal),
		with_cache(settings_that_are_missing_are_named),
		with_cache(china_has_an_issuer_of_its_own),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
