/*
 * What a stranger may send to the token check: a token, its metadata URL, a metadata document. The
 * three parsers are fed the same bytes. Nothing may crash, leak, or pass without a signature.
 */
#include "auth/amurl.h"
#include "auth/exchange_metadata.h"
#include "auth/jwt.h"

#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static EVP_PKEY *a_key(void)
{
	static EVP_PKEY *key;
	if (!key)
		key = EVP_RSA_gen(2048);
	return key;
}

static void try_token(const char *text)
{
	struct jwt jwt;
	int64_t at;
	if (!jwt_parse(text, "JWT", &jwt, NULL))
		return;
	jwt_header_text(&jwt, "x5t");
	jwt_claim_time(&jwt, "nbf", &at);
	/* Nobody has the private half: whatever verifies is a forgery. */
	if (jwt_verify(&jwt, a_key(), NULL))
		abort();
	jwt_release(&jwt);
}

static void try_amurl(const char *text)
{
	static const char *const domains[] = { "mail.example.com", "https://[::1]:8443", NULL };
	struct amurl amurl;
	struct err err;
	if (!amurl_check(text, domains, &amurl, &err))
		return;
	if (strcmp(amurl.host, "mail.example.com") != 0 && strcmp(amurl.host, "[::1]") != 0)
		abort();
	/* What is fetched passes again, and is the same. */
	struct amurl again;
	if (!amurl_check(amurl.url, domains, &again, &err) || strcmp(again.url, amurl.url) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);
	if (!text)
		abort();
	memcpy(text, bytes, len);
	text[len] = '\0';
	try_token(text);
	try_amurl(text);
	struct key_set set = { 0 };
	if (exchange_metadata_read(text, len, &set, NULL))
		key_set_release(&set);
	free(text);
	return 0;
}
