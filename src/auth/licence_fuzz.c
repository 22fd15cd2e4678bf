#include "auth/licence.h"
#include "base/text.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a text, and as a document that somebody signed: else nothing would ever get past that. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char seed[crypto_sign_SEEDBYTES] = "a key that all can know........";
	unsigned char public_key[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	unsigned char signature[crypto_sign_BYTES];
	char key[LICENCE_KEY_LEN + 1];
	struct licence_terms terms;
	struct arena arena;
	struct buf b;
	if (sodium_init() < 0 || size > LICENCE_TEXT_MAX / 2)
		return 0;
	crypto_sign_seed_keypair(public_key, secret, seed);
	sodium_bin2base64(
		key, sizeof(key), public_key, sizeof(public_key), sodium_base64_VARIANT_ORIGINAL);
	arena_init(&arena);
	buf_init(&b, LICENCE_TEXT_MAX);
	buf_add(&b, data, size);
	licence_read(key, b.data, &arena, &terms, NULL);
	buf_reset(&b);
	buf_adds(&b, "vmrd-licence-1.");
	text_base64url_encode(&b, data, size);
	crypto_sign_detached(signature, NULL, (const unsigned char *)b.data, b.len, secret);
	buf_addc(&b, '.');
	text_base64url_encode(&b, signature, sizeof(signature));
	if (licence_read(key, b.data, &arena, &terms, NULL) &&
		(!*terms.entitlement_id || strlen(terms.features) > LICENCE_WORD_MAX))
		abort();
	buf_release(&b);
	arena_release(&arena);
	return 0;
}
