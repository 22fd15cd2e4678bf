#include "auth/password.h"
#include "base/random.h"

#include <sodium.h>
#include <string.h>

_Static_assert((int)PASSWORD_HASH_MAX >= (int)crypto_pwhash_STRBYTES, "a hash must fit");

/* sodium_init() may be called any number of times, from any thread. */
static bool ready(void)
{
	return sodium_init() >= 0;
}

bool password_hash(const char *password, char ret[PASSWORD_HASH_MAX], struct err *err)
{
	size_t len = strlen(password);
	if (len > PASSWORD_LEN_MAX)
		return err_set(
			err, ERR_LIMIT, "password is longer than %d bytes", PASSWORD_LEN_MAX);
	char hash[crypto_pwhash_STRBYTES];
	if (!ready() ||
		crypto_pwhash_str_alg(hash, password, len, PASSWORD_PASSES, PASSWORD_MEMORY,
			crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_INTERNAL,
			"cannot hash the password: %d bytes of memory are needed", PASSWORD_MEMORY);
	memcpy(ret, hash, sizeof(hash));
	return true;
}

bool password_verify(const char *hash, const char *password)
{
	size_t len = strlen(password);
	/* The library reads a buffer of this very size. */
	char padded[crypto_pwhash_STRBYTES] = { 0 };
	if (len > PASSWORD_LEN_MAX || strlen(hash) >= sizeof(padded) || !ready())
		return false;
	memcpy(padded, hash, strlen(hash));
	return crypto_pwhash_str_verify(padded, password, len) == 0;
}

void password_random(char ret[PASSWORD_RANDOM_LEN + 1])
{
	static const char alphabet[] = "23456789abcdefghjkmnpqrstuvwxyz";
	for (int i = 0; i < PASSWORD_RANDOM_LEN; i++)
		ret[i] = i % 7 == 6 ? '-' : alphabet[random_below(sizeof(alphabet) - 1)];
	ret[PASSWORD_RANDOM_LEN] = '\0';
}
