#include "model/sealing_keys.h"
#include "base/random.h"
#include "base/text.h"

#include <sodium.h>
#include <stdlib.h>

_Static_assert((int)SEALING_KEY_BYTES == (int)crypto_box_PUBLICKEYBYTES &&
		(int)SEALING_KEY_BYTES == (int)crypto_box_SECRETKEYBYTES &&
		(int)SEALING_KEY_BYTES == (int)crypto_generichash_KEYBYTES,
	"all keys have the same length");

static const char *to_text(const unsigned char key[SEALING_KEY_BYTES], struct arena *arena)
{
	struct buf b;
	buf_init(&b, 2 * SEALING_KEY_BYTES);
	text_base64_encode(&b, key, SEALING_KEY_BYTES);
	const char *text = arena_strdup(arena, b.data);
	sodium_memzero(b.data, b.len);
	buf_release(&b);
	return text;
}

void sealing_keys_new(struct ms_exchange_connector *connector, struct arena *arena)
{
	unsigned char public_key[SEALING_KEY_BYTES], secret[SEALING_KEY_BYTES];
	if (sodium_init() < 0)
		abort(); /* no source of random numbers: no secret could be made at all */
	random_bytes(secret, sizeof(secret));
	crypto_scalarmult_base(public_key, secret);
	connector->public_key = to_text(public_key, arena);
	connector->private_key = to_text(secret, arena);
	random_bytes(secret, sizeof(secret));
	connector->sealing_key = to_text(secret, arena);
	sodium_memzero(secret, sizeof(secret));
}

bool sealing_keys_complete(const struct ms_exchange_connector *connector)
{
	return !text_empty(connector->public_key) && !text_empty(connector->private_key) &&
		!text_empty(connector->sealing_key);
}
