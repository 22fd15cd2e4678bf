#include "auth/sealed_token.h"
#include "base/iso8601.h"
#include "base/random.h"
#include "base/text.h"
#include "model/sealing_keys.h"

#include <assert.h>
#include <ctype.h>
#include <sodium.h>
#include <string.h>

enum {
	KEY = SEALING_KEY_BYTES,
	USER_BYTES = SEALED_TOKEN_USER_LEN / 2,
	ID_BYTES = SEALED_TOKEN_ID_LEN / 2,
	TIME_BYTES = 5, /* of seconds, most significant first */
	CONTENT = 1 + TIME_BYTES + USER_BYTES,
	SEALED = CONTENT + crypto_aead_chacha20poly1305_IETF_ABYTES,
	TOKEN = KEY + SEALED,
	VERSION = 1,
};
_Static_assert(SEALED_TOKEN_LEN == (TOKEN * 8 + 4) / 5, "base32 of a token");
_Static_assert(SEALED_TOKEN_LEN + sizeof("TOK:-#") - 1 <= SEALED_TOKEN_MARKER_MAX,
	"a marker fits a line of mail");

/* The key of a content is used for it alone. */
static const unsigned char nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];

static bool read_key(const char *text, const char *name, unsigned char ret[KEY], struct err *err)
{
	struct buf b;
	buf_init(&b, KEY);
	bool ok = sodium_init() >= 0 && text_base64_decode(&b, text, strlen(text)) && b.len == KEY;
	if (ok)
		memcpy(ret, b.data, KEY);
	sodium_memzero(b.data, b.len);
	buf_release(&b);
	return ok || err_set(err, ERR_INTERNAL, "the integration's %s is damaged or missing", name);
}

/* The content's key. False: the points are such as nobody makes in good faith. */
static bool derive(const unsigned char secret[KEY], const unsigned char other[KEY],
	const unsigned char ephemeral[KEY], const unsigned char public_key[KEY],
	const unsigned char sealing_key[KEY], const char *uuid, unsigned char ret[KEY])
{
	unsigned char shared[KEY];
	crypto_generichash_state state;
	if (crypto_scalarmult(shared, secret, other) != 0)
		return false;
	crypto_generichash_init(&state, sealing_key, KEY, KEY);
	crypto_generichash_update(&state, shared, KEY);
	crypto_generichash_update(&state, ephemeral, KEY);
	crypto_generichash_update(&state, public_key, KEY);
	for (const char *p = uuid; *p; p++) {
		unsigned char c = (unsigned char)tolower((unsigned char)*p);
		crypto_generichash_update(&state, &c, 1);
	}
	crypto_generichash_final(&state, ret, KEY);
	sodium_memzero(shared, sizeof(shared));
	sodium_memzero(&state, sizeof(state));
	return true;
}

static void user_digest(
	const unsigned char sealing_key[KEY], const char *user, unsigned char ret[USER_BYTES])
{
	/* A name for the purpose, apart from the contents' keys. */
	static const char purpose[] = "vmrd sealed token user\n";
	unsigned char whole[KEY];
	crypto_generichash_state state;
	crypto_generichash_init(&state, sealing_key, KEY, sizeof(whole));
	crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof(purpose) - 1);
	crypto_generichash_update(&state, (const unsigned char *)user, strlen(user));
	crypto_generichash_final(&state, whole, sizeof(whole));
	memcpy(ret, whole, USER_BYTES);
}

static void to_hex(const unsigned char *bytes, size_t len, char *ret)
{
	sodium_bin2hex(ret, 2 * len + 1, bytes, len);
}

bool sealed_token_user(const char *sealing_key, const char *user,
	char ret[SEALED_TOKEN_USER_LEN + 1], struct err *err)
{
	unsigned char sealing[KEY], digest[USER_BYTES];
	if (!read_key(sealing_key, "sealing key", sealing, err))
		return false;
	user_digest(sealing, user, digest);
	sodium_memzero(sealing, sizeof(sealing));
	to_hex(digest, USER_BYTES, ret);
	return true;
}

/* ---- sealing ------------------------------------------------------------------------------ */

static void write_content(const unsigned char sealing_key[KEY], const char *user, int64_t now,
	unsigned char ret[CONTENT])
{
	ret[0] = VERSION;
	for (int i = 0; i < TIME_BYTES; i++)
		ret[1 + i] = (unsigned char)((uint64_t)now >> 8 * (TIME_BYTES - 1 - i));
	user_digest(sealing_key, user, ret + 1 + TIME_BYTES);
}

/* token: the ephemeral public key and the sealed content. */
static bool seal(const unsigned char public_key[KEY], const unsigned char sealing_key[KEY],
	const char *uuid, const unsigned char content[CONTENT], unsigned char token[TOKEN])
{
	unsigned char secret[KEY], key[KEY];
	random_bytes(secret, sizeof(secret));
	crypto_scalarmult_base(token, secret);
	bool ok = derive(secret, public_key, token, public_key, sealing_key, uuid, key);
	if (ok)
		crypto_aead_chacha20poly1305_ietf_encrypt(
			token + KEY, NULL, content, CONTENT, NULL, 0, NULL, nonce, key);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(key, sizeof(key));
	return ok;
}

bool sealed_token_seal(const char *public_key, const char *sealing_key, const char *uuid,
	const char *user, int64_t now, char ret[SEALED_TOKEN_LEN + 1], struct err *err)
{
	unsigned char to[KEY], sealing[KEY], content[CONTENT], token[TOKEN];
	if (!read_key(public_key, "public key", to, err) ||
		!read_key(sealing_key, "sealing key", sealing, err))
		return false;
	write_content(sealing, user, now, content);
	bool ok = seal(to, sealing, uuid, content, token);
	sodium_memzero(sealing, sizeof(sealing));
	if (!ok)
		return err_set(err, ERR_INTERNAL, "the integration's public key is damaged");
	struct buf b;
	buf_init(&b, SEALED_TOKEN_LEN);
	text_base32_encode(&b, token, sizeof(token));
	memcpy(ret, b.data, SEALED_TOKEN_LEN + 1);
	buf_release(&b);
	return true;
}

/* ---- opening ------------------------------------------------------------------------------ */

static bool read_text(const char *text, unsigned char ret[TOKEN], struct err *err)
{
	struct buf b;
	buf_init(&b, TOKEN);
	bool ok = strlen(text) == SEALED_TOKEN_LEN &&
		text_base32_decode(&b, text, SEALED_TOKEN_LEN) && b.len == TOKEN;
	if (ok)
		memcpy(ret, b.data, TOKEN);
	buf_release(&b);
	return ok || err_set(err, ERR_INVALID, "the sealed token is damaged");
}

static bool unseal(const unsigned char private_key[KEY], const unsigned char sealing_key[KEY],
	const char *uuid, const unsigned char token[TOKEN], unsigned char content[CONTENT],
	struct err *err)
{
	unsigned char public_key[KEY], key[KEY];
	crypto_scalarmult_base(public_key, private_key);
	bool ok = derive(private_key, token, token, public_key, sealing_key, uuid, key) &&
		crypto_aead_chacha20poly1305_ietf_decrypt(
			content, NULL, NULL, token + KEY, SEALED, NULL, 0, nonce, key) == 0;
	sodium_memzero(key, sizeof(key));
	return ok ||
		err_set(err, ERR_DENIED, "the sealed token is of another integration, or forged");
}

static bool read_content(
	const unsigned char content[CONTENT], struct sealed_token *ret, struct err *err)
{
	if (content[0] != VERSION)
		return err_set(err, ERR_DENIED,
			"the sealed token has version %d; this program knows %d", content[0],
			VERSION);
	ret->issued = 0;
	for (int i = 0; i < TIME_BYTES; i++)
		ret->issued = ret->issued << 8 | content[1 + i];
	to_hex(content + 1 + TIME_BYTES, USER_BYTES, ret->user);
	return true;
}

static bool check_time(int64_t issued, int64_t now, struct err *err)
{
	char when[ISO8601_LEN + 1];
	iso8601_format(issued, when);
	if (issued > now + SEALED_TOKEN_SKEW_S)
		return err_set(err, ERR_DENIED, "the sealed token is not valid until %s", when);
	iso8601_format(issued + SEALED_TOKEN_VALID_S, when);
	if (now > issued + SEALED_TOKEN_VALID_S + SEALED_TOKEN_SKEW_S)
		return err_set(err, ERR_DENIED, "the sealed token is not valid after %s", when);
	return true;
}

static void write_id(const unsigned char token[TOKEN], char ret[SEALED_TOKEN_ID_LEN + 1])
{
	unsigned char id[ID_BYTES];
	crypto_generichash(id, sizeof(id), token, TOKEN, NULL, 0);
	to_hex(id, sizeof(id), ret);
}

bool sealed_token_open(const char *private_key, const char *sealing_key, const char *uuid,
	const char *text, int64_t now, struct sealed_token *ret, struct err *err)
{
	unsigned char own[KEY], sealing[KEY], token[TOKEN], content[CONTENT];
	struct sealed_token found;
	bool ok = read_text(text, token, err) && read_key(private_key, "private key", own, err) &&
		read_key(sealing_key, "sealing key", sealing, err) &&
		unseal(own, sealing, uuid, token, content, err) &&
		read_content(content, &found, err) && check_time(found.issued, now, err);
	sodium_memzero(own, sizeof(own));
	sodium_memzero(sealing, sizeof(sealing));
	if (!ok)
		return false;
	write_id(token, found.id);
	*ret = found;
	return true;
}

bool sealed_token_id(const char *text, char ret[SEALED_TOKEN_ID_LEN + 1], struct err *err)
{
	unsigned char token[TOKEN];
	if (!read_text(text, token, err))
		return false;
	write_id(token, ret);
	return true;
}
