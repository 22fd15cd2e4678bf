#include "api/promise_allowance.h"
#include "base/random.h"
#include "store/allowance.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct promise_allowance {
	/* Nobody can choose whom he meets in the table. */
	unsigned char key[crypto_shorthash_KEYBYTES];
	pthread_mutex_t lock;
	struct {
		uint64_t user;
		int64_t spent_until_ms;
	} places[PROMISE_USERS];
};

_Static_assert(sizeof(uint64_t) == crypto_shorthash_BYTES, "a digest is a number");

struct promise_allowance *promise_allowance_new(void)
{
	struct promise_allowance *a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	random_bytes(a->key, sizeof(a->key));
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

void promise_allowance_free(struct promise_allowance **allowance)
{
	if (!*allowance)
		return;
	pthread_mutex_destroy(&(*allowance)->lock);
	free(*allowance);
	*allowance = NULL;
}

bool promise_allowance_charge(struct promise_allowance *allowance, const char *user,
	int64_t per_hour, int64_t now, struct err *err)
{
	uint64_t digest;
	if (!allowance)
		return true;
	crypto_shorthash((unsigned char *)&digest, (const unsigned char *)user, strlen(user),
		allowance->key);
	size_t place = digest % PROMISE_USERS;
	pthread_mutex_lock(&allowance->lock);
	if (allowance->places[place].user != digest)
		allowance->places[place].spent_until_ms = 0;
	allowance->places[place].user = digest;
	bool ok = allowance_spend(
		per_hour, now * 1000, &allowance->places[place].spent_until_ms, err);
	pthread_mutex_unlock(&allowance->lock);
	return ok;
}
