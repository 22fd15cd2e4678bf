#include "auth/identity_token.h"
#include "auth/token_testkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define AUDIENCE "https://vmr.example.com/api/client/v2/msexchange_schedulers/1/"
#define AMURL    "https://mail.example.com:443/autodiscover/metadata/json/1"
#define ISSUER   "00000002-0000-0ff1-ce00-000000000000@example.com"

enum { NBF = 1700000000, EXP = NBF + 28800 };

static struct arena arena;
static struct test_key previous, present, attacker;
static struct identity_keys *keys;
static int requests;
static bool fails;
static char fetched[512];

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg;
	assert_string_equal(ca, "pem");
	requests++;
	snprintf(fetched, sizeof(fetched), "%s", url);
	if (fails)
		return err_set(err, ERR_NET, "certificate is not trusted");
	const struct test_key *const both[] = { &previous, &present };
	buf_adds(ret, test_metadata(&arena, both, 2));
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

static int fresh_cache(void **state)
{
	(void)state;
	keys = identity_keys_new(fetch, NULL, NULL);
	requests = 0;
	fails = false;
	return 0;
}

static int drop_cache(void **state)
{
	(void)state;
	identity_keys_free(&keys);
	return 0;
}

static bool check_at(const char *token, int64_t now, struct identity *ret, struct err *err)
{
	const char *const domains[] = { "mail.example.com", NULL };
	const struct identity_rules rules = {
		.audience = AUDIENCE, .domains = domains, .ca = "pem", .now = now
	};
	return identity_token_check(keys, token, &rules, ret, err);
}

static const char *appctx(const char *amurl)
{
	return arena_printf(&arena,
		"{\"msexchuid\":\"53e925fa-76ba-45e1-be0f-4ef08b59d389\","
		"\"version\":\"ExIdTok.V1\",\"amurl\":\"%s\"}",
		amurl);
}

static const char *claims(const char *context)
{
	return arena_printf(&arena,
		"{\"aud\":\"" AUDIENCE "\",\"iss\":\"" ISSUER "\",\"nbf\":\"%d\",\"exp\":\"%d\","
		"\"appctxsender\":\"" ISSUER "\",\"isbrowserhostedapp\":\"true\",\"appctx\":%s}",
		NBF, EXP, context);
}

static const char *sign(const char *payload)
{
	return test_token(&arena, &present, test_header(&arena, &present), payload);
}

static void accepted(const char *token)
{
	struct identity who;
	struct err err = { 0 };
	if (!check_at(token, NBF + 60, &who, &err))
		fail_msg("%s", err.text);
	assert_string_equal(who.user,
		"53e925fa-76ba-45e1-be0f-4ef08b59d389"
		"https://mail.example.com/autodiscover/metadata/json/1");
}

static void refused_at(const char *token, int64_t now, enum err_code code, const char *words)
{
	struct identity who = { "untouched" };
	struct err err = { 0 };
	assert_false(check_at(token, now, &who, &err));
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(err.code, code);
	assert_string_equal(who.user, "untouched");
}

static void refused(const char *payload, const char *words)
{
	refused_at(sign(payload), NBF + 60, ERR_DENIED, words);
}

/* payload with one piece of its text replaced. */
static const char *but(const char *piece, const char *other)
{
	const char *payload = claims(appctx(AMURL));
	const char *at = strstr(payload, piece);
	assert_non_null(at);
	return arena_printf(
		&arena, "%.*s%s%s", (int)(at - payload), payload, other, at + strlen(piece));
}

static void a_genuine_token_is_accepted(void **state)
{
	(void)state;
	accepted(sign(claims(appctx(AMURL))));
	assert_int_equal(requests, 1);
	assert_string_equal(fetched, "https://mail.example.com/autodiscover/metadata/json/1");
	accepted(sign(claims(appctx(AMURL))));
	assert_int_equal(requests, 1);
}

static void the_key_is_chosen_by_its_thumbprint(void **state)
{
	(void)state;
	const char *payload = claims(appctx(AMURL));
	accepted(test_token(&arena, &previous, test_header(&arena, &previous), payload));
	accepted(test_token(&arena, &present, test_header(&arena, &present), payload));
	/* Signed by one, naming the other. */
	refused_at(test_token(&arena, &present, test_header(&arena, &previous), payload), NBF,
		ERR_DENIED, "signature is not valid");
	refused_at(test_token(&arena, &attacker, test_header(&arena, &attacker), payload), NBF,
		ERR_DENIED, "not among those at");
	refused_at(test_token(&arena, &attacker, test_header(&arena, &present), payload), NBF,
		ERR_DENIED, "signature is not valid");
}

static void hostile_key_names_are_refused_unread(void **state)
{
	(void)state;
	static const char *const names[] = { "", "../../../../etc/passwd", "' OR 1=1 --",
		"AAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		refused_at(test_token(&arena, &present,
				   arena_printf(&arena,
					   "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\","
					   "\"x5t\":\"%s\"}",
					   names[i], names[i]),
				   claims(appctx(AMURL))),
			NBF, ERR_DENIED, "does not name its signing key");
	assert_int_equal(requests, 0);
}

static void appctx_may_be_a_text(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 4096);
	for (const char *p = appctx(AMURL); *p; p++)
		buf_addf(&text, *p == '"' ? "\\%c" : "%c", *p);
	accepted(sign(claims(arena_printf(&arena, "\"%s\"", text.data))));
	buf_release(&text);
	refused(claims("\"{\""), "domain '' does not match");
	refused(claims("\"[]\""), "domain '' does not match");
	refused(claims("\"{\\\"amurl\\\":\\\"a\\\",\\\"amurl\\\":\\\"b\\\"}\""),
		"domain '' does not match");
	refused(claims("null"), "domain '' does not match");
	refused(claims("{}"), "domain '' does not match");
	refused(claims("{\"amurl\":7}"), "domain '' does not match");
}

static void no_request_leaves_for_a_host_not_listed(void **state)
{
	(void)state;
	static const char *const hostile[] = {
		"http://mail.example.com/autodiscover/metadata/json/1",
		"https://evil.example/autodiscover/metadata/json/1",
		"https://mail.example.com@evil.example/autodiscover/metadata/json/1",
		"https://user:pw@mail.example.com/autodiscover/metadata/json/1",
		"https://mail.example.com:22/autodiscover/metadata/json/1",
		"https://mail.example.com:8443/autodiscover/metadata/json/1",
		"https://127.0.0.1/autodiscover/metadata/json/1",
		"https://[::1]/autodiscover/metadata/json/1",
		"https://169.254.169.254/latest/meta-data/",
		"https://2130706433/autodiscover/metadata/json/1",
		"https://0x7f.1/autodiscover/metadata/json/1",
		"https://017700000001/autodiscover/metadata/json/1",
		"https://mail.example.com/owa/redir.aspx?url=https://evil.example",
		"file:///etc/passwd",
		"gopher://mail.example.com/",
		"",
	};
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++)
		refused(claims(appctx(hostile[i])), "Token Appctx 'amurl'");
	assert_int_equal(requests, 0);
}

static void the_reference_sentence(void **state)
{
	(void)state;
	refused(claims(appctx("https://evil.example/autodiscover/metadata/json/1")),
		"Token Appctx 'amurl' domain 'evil.example' does not match one of the valid "
		"domains: "
		"'[mail.example.com]'");
}

static void cheap_steps_come_before_any_request(void **state)
{
	(void)state;
	const char *payload = claims(appctx(AMURL));
	refused_at("x", NBF, ERR_DENIED, "three parts");
	refused_at(test_token(&arena, &present, "{\"alg\":\"none\",\"typ\":\"JWT\"}", payload), NBF,
		ERR_DENIED, "'none'");
	refused_at(test_token(&arena, &present,
			   "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"jku\":\"https://evil.example\"}",
			   payload),
		NBF, ERR_DENIED, "'jku'");
	assert_int_equal(requests, 0);
}

static void times_have_an_allowance(void **state)
{
	(void)state;
	const char *token = sign(claims(appctx(AMURL)));
	struct identity who;
	struct err err;
	assert_true(check_at(token, NBF - IDENTITY_SKEW_S, &who, &err));
	assert_true(check_at(token, EXP + IDENTITY_SKEW_S - 1, &who, &err));
	refused_at(token, NBF - IDENTITY_SKEW_S - 1, ERR_DENIED,
		"The token is not valid until 2023-11-14T22:13:20Z");
	refused_at(token, EXP + IDENTITY_SKEW_S, ERR_DENIED,
		"The token is not valid after 2023-11-15T06:13:20Z");
}

static void times_are_numbers_or_texts_of_digits(void **state)
{
	(void)state;
	accepted(sign(but("\"nbf\":\"1700000000\"", "\"nbf\":1700000000")));
	accepted(sign(but("\"exp\":\"1700028800\"", "\"exp\":1700028800")));
	refused(but("\"nbf\":\"1700000000\",", ""), "('nbf')");
	refused(but("\"exp\":\"1700028800\",", ""), "('exp')");
	refused(but("\"1700028800\"", "\"soon\""), "('exp')");
	refused(but("\"1700028800\"", "[1700028800]"), "('exp')");
	refused(but("\"1700028800\"", "99999999999999"), "('exp')");
	refused(but("\"1700000000\"", "-1"), "('nbf')");
}

static void the_audience_is_exact(void **state)
{
	(void)state;
	refused(but("schedulers/1/\"", "schedulers/2/\""), "'aud'");
	refused(but("schedulers/1/\"", "schedulers/1\""), "'aud'");
	refused(but("\"aud\":\"https", "\"aud\":\"HTTPS"), "'aud'");
	refused(but("\"aud\":", "\"other\":"), "'aud'");
	refused(but("\"" AUDIENCE "\"", "[\"" AUDIENCE "\"]"), "'aud'");
}

static void issuer_version_and_user(void **state)
{
	(void)state;
	refused(but("\"iss\":\"00000002-0000-0ff1", "\"iss\":\"00000003-0000-0ff1"), "('iss')");
	refused(but("\"iss\":", "\"other\":"), "('iss')");
	refused(but("ExIdTok.V1", "ExIdTok.V2"), "version is not 'ExIdTok.V1'");
	refused(but("\"version\":\"ExIdTok.V1\",", ""), "version is not 'ExIdTok.V1'");
	refused(but("53e925fa-76ba-45e1-be0f-4ef08b59d389", ""), "('msexchuid')");
	refused(but("\"msexchuid\"", "\"other\""), "('msexchuid')");
	char uid[IDENTITY_EXCHUID_MAX + 2];
	memset(uid, 'u', sizeof(uid));
	uid[IDENTITY_EXCHUID_MAX + 1] = '\0';
	const char *real = "53e925fa-76ba-45e1-be0f-4ef08b59d389";
	refused_at(sign(but(real, uid)), NBF, ERR_LIMIT, "longer than 256 bytes");
	uid[IDENTITY_EXCHUID_MAX] = '\0';
	struct identity who;
	struct err err;
	assert_true(check_at(sign(but(real, uid)), NBF, &who, &err));
}

/* The other claims are not told to someone who cannot sign. */
static void the_signature_comes_before_the_claims(void **state)
{
	(void)state;
	const char *payload = but("schedulers/1/\"", "schedulers/2/\"");
	refused_at(test_token(&arena, &attacker, test_header(&arena, &present), payload), NBF,
		ERR_DENIED, "signature is not valid");
}

static void an_unreachable_exchange_is_no_refusal(void **state)
{
	(void)state;
	fails = true;
	refused_at(sign(claims(appctx(AMURL))), NBF, ERR_NET, "certificate is not trusted");
}

#define with_cache(f) cmocka_unit_test_setup_teardown(f, fresh_cache, drop_cache)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_cache(a_genuine_token_is_accepted),
		with_cache(the_key_is_chosen_by_its_thumbprint),
		with_cache(hostile_key_names_are_refused_unread),
		with_cache(appctx_may_be_a_text),
		with_cache(no_request_leaves_for_a_host_not_listed),
		with_cache(the_reference_sentence),
		with_cache(cheap_steps_come_before_any_request),
		with_cache(times_have_an_allowance),
		with_cache(times_are_numbers_or_texts_of_digits),
		with_cache(the_audience_is_exact),
		with_cache(issuer_version_and_user),
		with_cache(the_signature_comes_before_the_claims),
		with_cache(an_unreachable_exchange_is_no_refusal),
	};
	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
