/*
 * What the check of a token costs beside the one thing that cannot be left out: the verification of
 * its RSA signature by OpenSSL.
 *
 *	token-bench [ROUNDS]
 *
 * Both sides have the same token and the same key, which is known already. Rounds are interleaved in
 * the order ABBA; the medians of CPU time are printed, and the ratio's median and quartiles.
 */
#include "auth/entra_token.h"
#include "auth/exchange_metadata.h"
#include "auth/identity_token.h"
#include "auth/token_testkit.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { CHECKS = 2000, ROUNDS = 9, ROUNDS_MAX = 1000, NOW = 1700000000 };

#define TENANT   "6f1c9e5b-2a3d-4c5e-8f70-112233445566"
#define AUDIENCE "https://vmr.example.com/api/client/v2/msexchange_schedulers/1/"

static struct arena arena;
static struct test_key key;
static struct identity_keys *keys;

static bool fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)ca, (void)arg, (void)err;
	const struct test_key *const one[] = { &key };
	if (strstr(url, "/autodiscover/"))
		buf_adds(ret, test_metadata(&arena, one, 1));
	else if (strstr(url, "/.well-known/"))
		buf_adds(ret,
			"{\"issuer\":\"https://login.example.com/" TENANT "/v2.0\","
			"\"jwks_uri\":\"https://login.example.com/keys\"}");
	else
		buf_addf(ret, "{\"keys\":[%s]}", test_jwk(&arena, &key, "k", ""));
	return true;
}

struct side {
	const char *name, *token;
	bool (*check)(const char *token);
};

static bool check_exchange(const char *token)
{
	static const char *const domains[] = { "mail.example.com", NULL };
	const struct identity_rules rules = {
		.audience = AUDIENCE, .domains = domains, .ca = "", .now = NOW
	};
	struct identity who;
	return identity_token_check(keys, token, &rules, &who, NULL);
}

static bool check_entra(const char *token)
{
	const struct entra_rules rules = { .authority = "https://login.example.com/" TENANT,
		.metadata_url = "",
		.jwks = "",
		.api = "api",
		.host = "vmr.example.com",
		.client = "client",
		.more_clients = "",
		.scope = "access_as_user",
		.ca = "",
		.now = NOW };
	struct identity who;
	return entra_token_check(keys, token, &rules, &who, NULL);
}

/* The floor: signature and signed bytes at hand, decoded and found. */
static unsigned char signature[512];
static size_t signature_len;

static void take_signature(const char *token)
{
	struct buf b;
	const char *text = strrchr(token, '.') + 1;
	buf_init(&b, sizeof(signature));
	assert(text_base64url_decode(&b, text, strlen(text)));
	memcpy(signature, b.data, b.len);
	signature_len = b.len;
	buf_release(&b);
}

static bool verify(const char *token)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key.pkey) == 1 &&
		EVP_DigestVerify(ctx, signature, signature_len, (const unsigned char *)token,
			(size_t)(strrchr(token, '.') - token)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Nanoseconds of one. */
static double measure(bool (*check)(const char *token), const char *token)
{
	int64_t start = cpu_ns();
	for (int i = 0; i < CHECKS; i++)
		if (!check(token))
			abort();
	return (double)(cpu_ns() - start) / CHECKS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void compare(const struct side *side, int rounds)
{
	double ours[ROUNDS_MAX], floor_ns[ROUNDS_MAX], ratios[ROUNDS_MAX];
	take_signature(side->token);
	measure(side->check, side->token);
	for (int i = 0; i < rounds; i++) {
		double a1 = measure(side->check, side->token), b1 = measure(verify, side->token);
		double b2 = measure(verify, side->token), a2 = measure(side->check, side->token);
		ours[i] = (a1 + a2) / 2;
		floor_ns[i] = (b1 + b2) / 2;
		ratios[i] = floor_ns[i] / ours[i];
	}
	qsort(ours, (size_t)rounds, sizeof(double), by_value);
	qsort(floor_ns, (size_t)rounds, sizeof(double), by_value);
	qsort(ratios, (size_t)rounds, sizeof(double), by_value);
	printf("%-28s %8.1f us  %8.0f/s   OpenSSL alone %8.1f us   ratio %.2f (%.2f..%.2f)\n",
		side->name, ours[rounds / 2] / 1000, 1e9 / ours[rounds / 2],
		floor_ns[rounds / 2] / 1000, ratios[rounds / 2], ratios[rounds / 4],
		ratios[rounds - 1 - rounds / 4]);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "token-bench: 1 to %d rounds\n", ROUNDS_MAX);
		return 2;
	}
	arena_init(&arena);
	key = test_key_new(&arena, 2048);
	keys = identity_keys_new(fetch, NULL, NULL);
	const struct side sides[] = {
		{ "Exchange identity token",
			test_token(&arena, &key, test_header(&arena, &key),
				"{\"aud\":\"" AUDIENCE "\",\"iss\":\"00000002-0000-0ff1-ce00-"
				"000000000000@example.com\",\"nbf\":\"1699999000\",\"exp\":"
				"\"1700027800\",\"appctxsender\":\"00000002-0000-0ff1-ce00-"
				"000000000000@example.com\",\"isbrowserhostedapp\":\"true\","
				"\"appctx\":{\"msexchuid\":\"53e925fa-76ba-45e1-be0f-"
				"4ef08b59d389\","
				"\"version\":\"ExIdTok.V1\",\"amurl\":\"https://"
				"mail.example.com:443/"
				"autodiscover/metadata/json/1\"}}"),
			check_exchange },
		{ "Entra access token",
			test_token(&arena, &key,
				"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"k\"}",
				"{\"ver\":\"2.0\",\"iss\":\"https://login.example.com/" TENANT
				"/v2.0\",\"aud\":\"api\",\"azp\":\"client\",\"azpacr\":\"0\","
				"\"tid\":"
				"\"" TENANT
				"\",\"oid\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\",\"sub\":"
				"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"scp\":"
				"\"access_as_user\",\"iat\":1699999000,\"nbf\":1699999000,\"exp\":"
				"1700003800,\"preferred_username\":\"olga@example.com\",\"name\":"
				"\"Olga Organiser\",\"uti\":\"AAAAAAAAAAAAAAAAAAAAAA\"}"),
			check_entra },
	};
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++)
		compare(&sides[i], rounds);
	identity_keys_free(&keys);
	test_key_free(&key);
	arena_release(&arena);
	return 0;
}
