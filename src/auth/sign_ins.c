#include "auth/sign_ins.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum stage { WAITING, PROVEN };

struct entry {
	struct sign_in sign_in;
	enum stage stage;
	char secret[SIGN_IN_SECRET_LEN + 1]; /* state or code, by which it is found */
	int64_t until_ms;
};

struct sign_ins {
	int64_t (*now_ms)(void);
	pthread_mutex_t lock;
	int asking;
	struct entry *entries[SIGN_INS_MAX]; /* NULL: free */
};

struct sign_ins *sign_ins_new(int64_t (*now_ms)(void))
{
	struct sign_ins *all = calloc(1, sizeof(*all));
	if (!all)
		abort();
	all->now_ms = now_ms ? now_ms : clock_mono_ms;
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

/* Secrets do not stay in freed memory. */
static void drop(struct entry **e)
{
	if (*e)
		OPENSSL_cleanse(*e, sizeof(**e));
	free(*e);
	*e = NULL;
}

void sign_ins_free(struct sign_ins **all)
{
	if (!*all)
		return;
	for (size_t i = 0; i < SIGN_INS_MAX; i++)
		drop(&(*all)->entries[i]);
	pthread_mutex_destroy(&(*all)->lock);
	free(*all);
	*all = NULL;
}

static void make_secret(char ret[SIGN_IN_SECRET_LEN + 1])
{
	unsigned char bytes[32];
	struct buf text;
	random_bytes(bytes, sizeof(bytes));
	buf_init(&text, SIGN_IN_SECRET_LEN);
	text_base64url_encode(&text, bytes, sizeof(bytes));
	memcpy(ret, text.data, SIGN_IN_SECRET_LEN + 1);
	buf_release(&text);
}

static void drop_expired(struct sign_ins *all)
{
	int64_t now = all->now_ms();
	for (size_t i = 0; i < SIGN_INS_MAX; i++)
		if (all->entries[i] && now >= all->entries[i]->until_ms)
			drop(&all->entries[i]);
}

static bool is_of(const struct entry *e, int64_t connector, const struct identity *who)
{
	return e->sign_in.connector == connector && e->sign_in.who.kind == who->kind &&
		strcmp(e->sign_in.who.user, who->user) == 0;
}

/* A free place; NULL: none. Whoever has SIGN_INS_PER_USER already gives up his oldest. */
static struct entry **place_for(struct sign_ins *all, int64_t connector, const struct identity *who)
{
	struct entry **free_one = NULL, **oldest = NULL;
	size_t own = 0;
	for (size_t i = 0; i < SIGN_INS_MAX; i++) {
		struct entry **e = &all->entries[i];
		if (!*e) {
			free_one = free_one ? free_one : e;
		} else if (is_of(*e, connector, who)) {
			own++;
			if (!oldest || (*e)->until_ms < (*oldest)->until_ms)
				oldest = e;
		}
	}
	if (own < SIGN_INS_PER_USER)
		return free_one;
	drop(oldest);
	return oldest;
}

static bool busy(struct err *err)
{
	err_set(err, ERR_BUSY, "Too many people are signing in just now; try again shortly");
	if (err)
		err->retry_after_ms = SIGN_IN_RETRY_MS;
	return false;
}

/* With the lock held. */
static bool add(struct sign_ins *all, const struct sign_in *sign_in, enum stage stage,
	const char *secret, struct err *err)
{
	drop_expired(all);
	struct entry **place = place_for(all, sign_in->connector, &sign_in->who);
	if (!place)
		return busy(err);
	struct entry *e = *place = calloc(1, sizeof(*e));
	if (!e)
		abort();
	e->sign_in = *sign_in;
	e->stage = stage;
	e->until_ms = all->now_ms() + SIGN_IN_LIFE_S * 1000LL;
	memcpy(e->secret, secret, sizeof(e->secret));
	return true;
}

bool sign_ins_begin(struct sign_ins *all, int64_t connector, const struct identity *who,
	struct sign_in *ret, struct err *err)
{
	struct sign_in fresh = { .connector = connector, .who = *who };
	make_secret(fresh.state);
	make_secret(fresh.nonce);
	make_secret(fresh.verifier);
	pthread_mutex_lock(&all->lock);
	bool ok = add(all, &fresh, WAITING, fresh.state, err);
	pthread_mutex_unlock(&all->lock);
	if (ok)
		*ret = fresh;
	return ok;
}

/* With the lock held; NULL: none. */
static struct entry **find(
	struct sign_ins *all, int64_t connector, enum stage stage, const char *secret)
{
	drop_expired(all);
	if (strlen(secret) != SIGN_IN_SECRET_LEN)
		return NULL;
	for (size_t i = 0; i < SIGN_INS_MAX; i++) {
		struct entry *e = all->entries[i];
		if (e && e->stage == stage && e->sign_in.connector == connector &&
			CRYPTO_memcmp(e->secret, secret, SIGN_IN_SECRET_LEN) == 0)
			return &all->entries[i];
	}
	return NULL;
}

static bool none(struct err *err)
{
	return err_set(
		err, ERR_DENIED, "This sign-in is over or was never begun; please start it again");
}

static bool get(struct sign_ins *all, int64_t connector, const char *state, bool take,
	struct sign_in *ret, struct err *err)
{
	pthread_mutex_lock(&all->lock);
	struct entry **e = find(all, connector, WAITING, state);
	if (e) {
		*ret = (*e)->sign_in;
		if (take)
			drop(e);
	}
	pthread_mutex_unlock(&all->lock);
	return e || none(err);
}

bool sign_ins_find(struct sign_ins *all, int64_t connector, const char *state, struct sign_in *ret,
	struct err *err)
{
	return get(all, connector, state, false, ret, err);
}

bool sign_ins_take(struct sign_ins *all, int64_t connector, const char *state, struct sign_in *ret,
	struct err *err)
{
	return get(all, connector, state, true, ret, err);
}

bool sign_ins_ask(struct sign_ins *all, struct err *err)
{
	pthread_mutex_lock(&all->lock);
	bool ok = all->asking < SIGN_INS_ASKING_MAX;
	all->asking += ok;
	pthread_mutex_unlock(&all->lock);
	return ok || busy(err);
}

void sign_ins_asked(struct sign_ins *all)
{
	pthread_mutex_lock(&all->lock);
	all->asking--;
	pthread_mutex_unlock(&all->lock);
}

bool sign_ins_prove(struct sign_ins *all, const struct sign_in *proven,
	char ret_code[SIGN_IN_SECRET_LEN + 1], struct err *err)
{
	char code[SIGN_IN_SECRET_LEN + 1];
	make_secret(code);
	pthread_mutex_lock(&all->lock);
	bool ok = add(all, proven, PROVEN, code, err);
	pthread_mutex_unlock(&all->lock);
	if (ok)
		memcpy(ret_code, code, sizeof(code));
	return ok;
}

bool sign_ins_redeem(struct sign_ins *all, int64_t connector, const struct identity *who,
	const char *code, struct sign_in *ret, struct err *err)
{
	pthread_mutex_lock(&all->lock);
	struct entry **e = find(all, connector, PROVEN, code);
	bool ok = e && is_of(*e, connector, who);
	if (ok)
		*ret = (*e)->sign_in;
	if (e)
		drop(e);
	pthread_mutex_unlock(&all->lock);
	return ok || none(err);
}
