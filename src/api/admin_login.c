#include "api/admin_login.h"
#include "api/admin.h"
#include "auth/password.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "join/guesses.h"
#include "model/records.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIGEST_BYTES = 32,
	CREDENTIALS_MAX = 2048, /* bytes of name and password together */
};

/* A password that was right a short while ago. The digest covers the stored hash too, so a changed
 * password is forgotten at once, whoever changed it. */
struct remembered {
	unsigned char digest[DIGEST_BYTES];
	int64_t until_ms; /* monotonic; 0: free */
};

struct admin_login {
	unsigned char key[DIGEST_BYTES];
	struct remembered logins[ADMIN_LOGINS_MAX];
	struct guesses *failures;
	char nobody[PASSWORD_HASH_MAX]; /* checked against when there is no such user */
};

/* What an unknown name's password is compared with, so that it takes as long as a known one's. Made
 * when first needed: it costs the memory and time of a password. */
static const char *nobodys_hash(struct admin_login *login)
{
	char password[PASSWORD_RANDOM_LEN + 1];
	password_random(password);
	if (!login->nobody[0] && !password_hash(password, login->nobody, NULL))
		login->nobody[0] = '\0';
	return login->nobody;
}

struct admin_login *admin_login_new(void)
{
	struct admin_login *login = calloc(1, sizeof(*login));
	if (!login || sodium_init() < 0)
		abort();
	random_bytes(login->key, sizeof(login->key));
	login->failures = guesses_new(ADMIN_FAILURES_PER_MINUTE, ADMIN_FAILURES_OVERALL);
	return login;
}

void admin_login_free(struct admin_login **login)
{
	if (!*login)
		return;
	guesses_free(&(*login)->failures);
	sodium_memzero(*login, sizeof(**login));
	free(*login);
	*login = NULL;
}

/* ---- what was right before ---------------------------------------------------------------- */

static void digest(const struct admin_login *login, const char *user, const char *password,
	const char *hash, unsigned char ret[DIGEST_BYTES])
{
	const char *parts[] = { user, password, hash };
	crypto_generichash_state state;
	crypto_generichash_init(&state, login->key, sizeof(login->key), DIGEST_BYTES);
	for (int i = 0; i < 3; i++) /* with its NUL, so that no two triples are the same bytes */
		crypto_generichash_update(
			&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
	crypto_generichash_final(&state, ret, DIGEST_BYTES);
}

/* Every entry is compared, in constant time each. */
static bool is_remembered(
	const struct admin_login *login, const unsigned char wanted[DIGEST_BYTES], int64_t now_ms)
{
	int found = 0;
	for (int i = 0; i < ADMIN_LOGINS_MAX; i++)
		found |= login->logins[i].until_ms > now_ms &&
			sodium_memcmp(login->logins[i].digest, wanted, DIGEST_BYTES) == 0;
	return found;
}

/* Takes its own place again, or that of the one that ends first: who asks often pushes nobody out. */
static void remember(
	struct admin_login *login, const unsigned char fresh[DIGEST_BYTES], int64_t now_ms)
{
	struct remembered *place = &login->logins[0], *own = NULL;
	for (int i = 0; i < ADMIN_LOGINS_MAX; i++) {
		if (sodium_memcmp(login->logins[i].digest, fresh, DIGEST_BYTES) == 0)
			own = &login->logins[i];
		if (login->logins[i].until_ms < place->until_ms)
			place = &login->logins[i];
	}
	place = own ? own : place;
	memcpy(place->digest, fresh, DIGEST_BYTES);
	place->until_ms = now_ms + ADMIN_LOGIN_MS;
}

/* ---- checking ----------------------------------------------------------------------------- */

/* "Basic <base64 of user:password>", RFC 7617. */
static bool split(const char *authorization, struct arena *arena, const char **ret_user,
	const char **ret_password)
{
	if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0)
		return false;
	const char *encoded = authorization + 6;
	struct buf b;
	buf_init(&b, CREDENTIALS_MAX);
	bool ok = text_base64_decode(&b, encoded, strlen(encoded)) && !b.overflow &&
		text_is_utf8(b.data, b.len) && memchr(b.data, ':', b.len);
	if (ok) {
		char *user = arena_strdup(arena, b.data);
		char *colon = strchr(user, ':');
		*colon = '\0';
		*ret_user = user;
		*ret_password = colon + 1;
	}
	sodium_memzero(b.data, b.len);
	buf_release(&b);
	return ok;
}

static enum admin_verdict refuse(
	struct admin_login *login, const char *user, const char *source, int64_t now_ms)
{
	guesses_wrong(login->failures, source, "sign-in", now_ms);
	log_warning(
		"administrator.system", "Sign-in refused", "User", user, "Source", source, NULL);
	return ADMIN_UNKNOWN;
}

/* Slow, on purpose; as slow for a name that nobody has. */
static enum admin_verdict verify(struct admin_login *login, const struct administrator *admin,
	const char *user, const char *password, const char *source)
{
	int64_t now_ms = clock_mono_ms();
	if (guesses_ask(login->failures, source, "sign-in", now_ms) != GUESSES_HEAR)
		return ADMIN_TOO_OFTEN;
	bool right = password_verify(admin ? admin->password : nobodys_hash(login), password);
	if (!admin || !right)
		return refuse(login, user, source, now_ms);
	log_info("administrator.system", "Signed in", "User", user, "Source", source, NULL);
	return ADMIN_KNOWN;
}

enum admin_verdict admin_login_check(struct admin_login *login, struct store *store,
	const char *authorization, const char *source, struct arena *arena, const char **ret_user,
	struct err *err)
{
	const char *user, *password;
	struct administrator admin;
	unsigned char wanted[DIGEST_BYTES];
	if (!split(authorization, arena, &user, &password))
		return ADMIN_UNKNOWN;
	struct err missing = { 0 };
	bool known =
		store_find(store, &administrator_type, "username", user, arena, &admin, &missing);
	if (!known && missing.code != ERR_NOT_FOUND) {
		*err = missing;
		return ADMIN_BROKEN;
	}
	digest(login, user, password, known ? admin.password : "", wanted);
	enum admin_verdict verdict = ADMIN_KNOWN;
	if (!known || !is_remembered(login, wanted, clock_mono_ms()))
		verdict = verify(login, known ? &admin : NULL, user, password, source);
	if (verdict != ADMIN_KNOWN)
		return verdict;
	remember(login, wanted, clock_mono_ms());
	*ret_user = admin.username;
	return ADMIN_KNOWN;
}
