/*
 * What an OpenID provider's server, or whoever stands in for it, may answer: metadata and a key set.
 * Both readers are fed the same bytes. Nothing may crash or leak; keys may come from the provider's
 * own host only, and be fit for tokens.
 */
#include "auth/openid_keys.h"
#include "auth/jwt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void try_metadata(const char *bytes, size_t len)
{
	static const char head[] = "https://login.example.com";
	struct openid_metadata metadata;
	if (!openid_metadata_read(bytes, len, "https://login.example.com/a", &metadata, NULL))
		return;
	if (!*metadata.issuer || strncasecmp(metadata.jwks_uri, head, strlen(head)) != 0 ||
		!strchr("/:", metadata.jwks_uri[strlen(head)]))
		abort();
}

static void try_keys(const char *bytes, size_t len, const char *issuer)
{
	struct key_set set = { 0 };
	if (!jwks_read(bytes, len, issuer, &set, NULL)) {
		if (set.count)
			abort();
		return;
	}
	for (size_t i = 0; i < set.count; i++) {
		const struct signing_key *key = &set.keys[i];
		EVP_PKEY *pkey = EVP_PKEY_CTX_get0_pkey(EVP_MD_CTX_get_pkey_ctx(key->verifier));
		if ((!*key->kid && !*key->x5t) || EVP_PKEY_get_bits(pkey) < JWT_RSA_BITS_MIN)
			abort();
	}
	key_set_release(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char name[JWKS_NAME_MAX + 1];
	char *text = malloc(len + 1);
	if (!text)
		abort();
	memcpy(text, bytes, len);
	text[len] = '\0';
	try_metadata(text, len);
	try_keys(text, len, "");
	try_keys(text, len, "https://login.example.com/v2.0");
	jwks_name(text, name);
	free(text);
	return 0;
}
