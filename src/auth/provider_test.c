#include "auth/provider.h"
#include "auth/claim.h"
#include "auth/token_testkit.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define ENTRA    "https://login.example.com/6f1c9e5b-2a3d-4c5e-8f70-112233445566"
#define ADFS     "https://adfs.example.com/adfs"
#define PARTY    "https://vmr.example.com/"
#define REDIRECT "https://vmr.example.com/base/signed_in"

enum { NOW = 1700000000 };

static struct arena arena;
static struct test_key key, attacker;
static struct identity_keys *keys;
static struct ms_exchange_connector connector;
static struct sign_in sign_in;

/* The provider, under the test's control. */
static struct {
	const char *issuer;
	long status;
	const char *answer; /* NULL: unreachable */
	char url[256], form[PROVIDER_FORM_MAX + 1];
	int posts;
} server;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg, (void)err;
	assert_string_equal(ca, "pem");
	const char *host = strstr(url, "adfs") ? "adfs" : "login";
	if (strstr(url, "/.well-known/openid-configuration"))
		buf_addf(ret, "{\"issuer\":\"%s\",\"jwks_uri\":\"https://%s.example.com/keys\"}",
			server.issuer, host);
	else
		buf_addf(ret, "{\"keys\":[%s]}", test_jwk(&arena, &key, "key", ""));
	return true;
}

static bool post(const char *url, const char *ca, const char *form, struct buf *ret,
	long *ret_status, void *arg, struct err *err)
{
	assert_string_equal(ca, "pem");
	assert_ptr_equal(arg, &server);
	server.posts++;
	snprintf(server.url, sizeof(server.url), "%s", url);
	snprintf(server.form, sizeof(server.form), "%s", form);
	if (!server.answer)
		return err_set(err, ERR_NET, "connection refused");
	buf_adds(ret, server.answer);
	*ret_status = server.status;
	return true;
}

static int make_keys(void **state)
{
	(void)state;
	arena_init(&arena);
	key = test_key_new(&arena, 2048);
	attacker = test_key_new(&arena, 2048);
	return 0;
}

static int free_keys(void **state)
{
	(void)state;
	test_key_free(&key);
	test_key_free(&attacker);
	arena_release(&arena);
	return 0;
}

static void use_entra(void)
{
	connector.auth_provider = "AZURE";
	connector.personal_vmr_oauth_auth_endpoint = ENTRA "/oauth2/v2.0/authorize";
	connector.personal_vmr_oauth_token_endpoint = ENTRA "/oauth2/v2.0/token";
	server.issuer = ENTRA "/v2.0";
}

static void use_adfs(void)
{
	connector.auth_provider = "ADFS";
	connector.personal_vmr_oauth_auth_endpoint = ADFS "/oauth2/authorize/";
	connector.personal_vmr_oauth_token_endpoint = ADFS "/oauth2/token/";
	connector.personal_vmr_adfs_relying_party_trust_identifier = PARTY;
	server.issuer = ADFS;
}

static int setup(void **state)
{
	(void)state;
	keys = identity_keys_new(fetch, NULL, NULL);
	memset(&server, 0, sizeof(server));
	server.status = 200;
	record_defaults(&ms_exchange_connector_type, &connector, &arena);
	connector.ca_certificates = "pem";
	connector.personal_vmr_oauth_client_id = "the client";
	use_entra();
	sign_in = (struct sign_in){ .connector = 1 };
	snprintf(sign_in.state, sizeof(sign_in.state), "the-state");
	snprintf(sign_in.nonce, sizeof(sign_in.nonce), "the-nonce");
	snprintf(sign_in.verifier, sizeof(sign_in.verifier),
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"); /* RFC 7636, appendix B */
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	identity_keys_free(&keys);
	return 0;
}

static const char *id_claims(const char *more)
{
	return arena_printf(&arena,
		"{\"iss\":\"%s\",\"aud\":\"the client\",\"nonce\":\"the-nonce\",\"iat\":%d,"
		"\"exp\":%d,\"sub\":\"s\"%s}",
		server.issuer, NOW - 10, NOW + 3600, more);
}

static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"key\"}";

static const char *sign(const char *claims)
{
	return test_token(&arena, &key, header, claims);
}

static void answer(const char *id_token, const char *access_token)
{
	server.answer = arena_printf(&arena,
		"{\"token_type\":\"Bearer\",\"id_token\":\"%s\",\"access_token\":\"%s\"}", id_token,
		access_token);
}

static bool redeem(struct person *ret, struct err *err)
{
	struct provider provider;
	if (!provider_init(&provider, &connector, REDIRECT, err))
		fail_msg("%s", err->text);
	return provider_redeem(keys, post, &server, &provider, &sign_in, "the code", NOW, ret, err);
}

static void is(const char *email, const char *name)
{
	struct person person;
	struct err err = { 0 };
	if (!redeem(&person, &err))
		fail_msg("%s", err.text);
	assert_string_equal(person.email, email);
	assert_string_equal(person.name, name);
}

static void refused(enum err_code code, const char *words)
{
	struct person person = { "untouched", "" };
	struct err err = { 0 };
	assert_false(redeem(&person, &err));
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(err.code, code);
	assert_string_equal(person.email, "untouched");
}

static void the_window_is_sent_with_a_challenge(void **state)
{
	(void)state;
	struct provider provider;
	struct err err;
	struct buf b;
	buf_init(&b, PROVIDER_ADDRESS_MAX);
	assert_true(provider_init(&provider, &connector, REDIRECT, &err));
	provider_address(&provider, &sign_in, &b);
	assert_string_equal(b.data,
		ENTRA "/oauth2/v2.0/authorize?response_type=code&client_id=the%20client"
		      "&redirect_uri=https%3A%2F%2Fvmr.example.com%2Fbase%2Fsigned_in"
		      "&scope=openid%20profile%20email&response_mode=query&state=the-state"
		      "&nonce=the-nonce&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
		      "&code_challenge_method=S256&prompt=select_account");
	buf_reset(&b);
	use_adfs();
	provider_address(&provider, &sign_in, &b);
	assert_non_null(strstr(b.data, "&scope=openid&"));
	assert_non_null(strstr(b.data, "&resource=https%3A%2F%2Fvmr.example.com%2F"));
	assert_null(strstr(b.data, "prompt"));
	buf_release(&b);
}

static void the_code_is_redeemed_with_the_verifier(void **state)
{
	(void)state;
	answer(sign(id_claims(",\"email\":\"olga@example.com\",\"name\":\"Olga\"")), "opaque");
	is("olga@example.com", "Olga");
	assert_string_equal(server.url, ENTRA "/oauth2/v2.0/token");
	assert_string_equal(server.form,
		"grant_type=authorization_code&client_id=the%20client"
		"&redirect_uri=https%3A%2F%2Fvmr.example.com%2Fbase%2Fsigned_in&code=the%20code"
		"&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	connector.personal_vmr_oauth_client_secret = "s&cret";
	is("olga@example.com", "Olga");
	assert_non_null(strstr(server.form, "&client_secret=s%26cret"));
}

static void where_the_address_stands(void **state)
{
	(void)state;
	answer(sign(id_claims(",\"preferred_username\":\"olga@example.com\"")), "opaque");
	is("olga@example.com", "");
	answer(sign(id_claims(",\"preferred_username\":\"a@b.c\",\"email\":\"olga@example.com\"")),
		"opaque");
	is("olga@example.com", "");
	answer(sign(id_claims(",\"preferred_username\":\"olga\",\"upn\":\"olga@example.com\"")),
		"opaque");
	refused(ERR_DENIED, "the sign-in tells no e-mail address: let it issue the claim 'email'");
}

static void adfs_tells_it_in_the_access_token(void **state)
{
	(void)state;
	use_adfs();
	const char *id = sign(id_claims(",\"upn\":\"olga@corp.example.com\""));
	const char *access = "{\"iss\":\"x\",\"aud\":\"microsoft:identityserver:" PARTY
			     "\",\"iat\":1699999990,\"exp\":1700003600%s}";
	answer(id, sign(arena_printf(&arena, access, ",\"email\":\"olga@example.com\"")));
	is("olga@example.com", "");
	answer(id, sign(arena_printf(&arena, access, "")));
	is("olga@corp.example.com", ""); /* the account's name */
	answer(id,
		sign("{\"aud\":\"urn:other\",\"iat\":1699999990,\"exp\":1700003600,"
		     "\"email\":\"mallory@example.com\"}"));
	refused(ERR_DENIED,
		"the access token: the token's 'aud' is 'urn:other', expected '" PARTY "'");
	answer(id,
		test_token(&arena, &attacker, header,
			arena_printf(&arena, access, ",\"email\":\"olga@example.com\"")));
	refused(ERR_DENIED, "the access token: the token's signature is not valid");
	/* Without a relying party there is nothing to compare it with. */
	connector.personal_vmr_adfs_relying_party_trust_identifier = "";
	is("olga@corp.example.com", "");
}

static void hostile_id_tokens(void **state)
{
	(void)state;
	static const char email[] = ",\"email\":\"olga@example.com\"";
	const char *good = id_claims(email);
	const struct {
		const char *token, *words;
	} cases[] = {
		{ "", "the token does not have three parts" },
		{ test_token(&arena, &attacker, header, good), "signature is not valid" },
		{ test_token(
			  &arena, &key, "{\"typ\":\"JWT\",\"alg\":\"none\",\"kid\":\"key\"}", good),
			"'none'" },
		{ test_token(&arena, &key, "{\"typ\":\"JWT\",\"alg\":\"HS256\",\"kid\":\"key\"}",
			  good),
			"'HS256'" },
		{ test_token(&arena, &key, "{\"typ\":\"JWT\",\"alg\":\"RS256\"}", good),
			"does not name its signing key" },
		{ test_token(&arena, &key, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"../a\"}",
			  good),
			"does not name its signing key" },
		{ test_token(
			  &arena, &key, "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"a\"}", good),
			"'a' is not among those at" },
		{ test_token(&arena, &key,
			  "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"key\",\"jku\":\"x\"}",
			  good),
			"'jku'" },
		{ sign("{\"iss\":\"https://evil.example\",\"aud\":\"the "
		       "client\",\"iat\":1700000000,"
		       "\"exp\":1700003600}"),
			"the token's 'iss' is 'https://evil.example', expected '" ENTRA "/v2.0'" },
		{ sign(arena_printf(&arena,
			  "{\"iss\":\"%s\",\"aud\":\"other\",\"iat\":1700000000,"
			  "\"exp\":1700003600}",
			  server.issuer)),
			"the token's 'aud' is 'other', expected 'the client'" },
		{ sign(arena_printf(&arena,
			  "{\"iss\":\"%s\",\"aud\":\"the client\",\"iat\":1700000000,"
			  "\"exp\":1700003600,\"nonce\":\"replayed\"}",
			  server.issuer)),
			"the token's 'nonce' is 'replayed', expected 'the-nonce'" },
		{ sign(arena_printf(&arena,
			  "{\"iss\":\"%s\",\"aud\":\"the client\",\"iat\":1699990000,"
			  "\"exp\":1699999000}",
			  server.issuer)),
			"The token is not valid after" },
		{ sign(arena_printf(&arena,
			  "{\"iss\":\"%s\",\"aud\":\"the client\",\"iat\":1700001000,"
			  "\"exp\":1700003600}",
			  server.issuer)),
			"The token is not valid until" },
		{ sign(id_claims(",\"email\":\"a@b.c\",\"idp\":\"https://sts.windows.net/x/\"")),
			"the account is a guest's" },
		{ sign(id_claims(",\"email\":7")), "tells no e-mail address" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		answer(cases[i].token, "opaque");
		refused(ERR_DENIED, cases[i].words);
	}
	answer(sign(good), "opaque");
	is("olga@example.com", "");
}

static void broken_answers(void **state)
{
	(void)state;
	refused(ERR_NET, "the sign-in at '" ENTRA "/oauth2/v2.0/token': connection refused");
	static const char *const none[] = { "", "<html>", "[]", "{}", "{\"id_token\":7}",
		"{\"access_token\":\"a\"}" };
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		server.answer = none[i];
		refused(ERR_PROTOCOL, "answered with status 200 and no token");
	}
	server.status = 400;
	server.answer =
		"{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS\\u00e9\\n<b>\"}";
	refused(ERR_DENIED,
		"the token endpoint refused: 'invalid_grant' AADSTS??"
		"?<b>");
	answer(sign(id_claims(",\"email\":\"olga@example.com\"")), "opaque");
	server.status = 500; /* whatever it holds */
	refused(ERR_PROTOCOL, "answered with status 500 and no token");
	char *large = arena_alloc(&arena, IDENTITY_METADATA_MAX + 2);
	memset(large, ' ', IDENTITY_METADATA_MAX + 1);
	large[IDENTITY_METADATA_MAX + 1] = '\0';
	server.status = 200;
	server.answer = large;
	refused(ERR_PROTOCOL, "the token endpoint's answer is too long");
}

static void a_code_has_a_limit(void **state)
{
	(void)state;
	struct provider provider;
	struct person person;
	struct err err;
	char *code = arena_alloc(&arena, PROVIDER_FORM_MAX + 1);
	memset(code, 'c', PROVIDER_FORM_MAX);
	code[PROVIDER_FORM_MAX] = '\0';
	assert_true(provider_init(&provider, &connector, REDIRECT, &err));
	assert_false(provider_redeem(
		keys, post, &server, &provider, &sign_in, code, NOW, &person, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_int_equal(server.posts, 0);
}

static void metadata_at(const char *token_endpoint, const char *expected)
{
	struct provider provider;
	struct err err = { 0 };
	connector.personal_vmr_oauth_token_endpoint = token_endpoint;
	if (!provider_init(&provider, &connector, REDIRECT, &err))
		fail_msg("%s", err.text);
	assert_string_equal(provider.metadata, expected);
}

static void the_metadata_are_beside_the_token_endpoint(void **state)
{
	(void)state;
	metadata_at(ENTRA "/oauth2/v2.0/token", ENTRA "/v2.0/.well-known/openid-configuration");
	metadata_at(ENTRA "/oauth2/token", ENTRA "/.well-known/openid-configuration");
	metadata_at(ADFS "/oauth2/token/", ADFS "/.well-known/openid-configuration");
	metadata_at(ADFS "/OAuth2/Token", ADFS "/.well-known/openid-configuration");
	struct provider provider;
	struct err err;
	connector.personal_vmr_oauth_token_endpoint = "https://idp.example.com/t";
	assert_false(provider_init(&provider, &connector, REDIRECT, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.text,
		"'https://idp.example.com/t' does not end with /oauth2/token: set "
		"personal_vmr_oidc_metadata_url");
	connector.personal_vmr_oidc_metadata_url = "https://idp.example.com/m";
	metadata_at("https://idp.example.com/t", "https://idp.example.com/m");
	connector.personal_vmr_oauth_client_id = "";
	assert_false(provider_init(&provider, &connector, REDIRECT, &err));
	assert_string_equal(err.text, "nobody can sign in: set personal_vmr_oauth_client_id");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_window_is_sent_with_a_challenge),
		T(the_code_is_redeemed_with_the_verifier),
		T(where_the_address_stands),
		T(adfs_tells_it_in_the_access_token),
		T(hostile_id_tokens),
		T(broken_answers),
		T(a_code_has_a_limit),
		T(the_metadata_are_beside_the_token_endpoint),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
