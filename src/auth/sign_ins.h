/*
 * sign_ins - sign-ins for personal rooms that are under way, in memory.
 *
 * A sign-in belongs to one user of the add-in, known by a checked token. It lives SIGN_IN_LIFE_S and
 * goes through two stages, each named by a secret that nobody can guess and that is used once:
 *
 *	waiting  the user is at the provider. `state` travels there and back and says whose sign-in
 *	         it is; `nonce` and `verifier` tie the provider's answer to it.
 *	proven   the provider said who it is. `code` goes to the window that the user signed in in, and
 *	         from there to the pane that opened it, which brings it here with its own token. So
 *	         a link that somebody was lured to follow signs nobody else in.
 *
 * A process that restarts forgets them all; people sign in again. From any thread.
 */
#ifndef AUTH_SIGN_INS_H
#define AUTH_SIGN_INS_H

#include "auth/identity.h"
#include "base/err.h"

#include <stdint.h>

enum {
	SIGN_INS_MAX = 4096,      /* of all users together */
	SIGN_INS_PER_USER = 5,    /* a sixth makes the oldest end */
	SIGN_IN_LIFE_S = 600,     /* of each stage */
	SIGN_IN_SECRET_LEN = 43,  /* base64url of 32 random bytes */
	SIGN_IN_RETRY_MS = 30000, /* what is said when there are too many */
	SIGN_INS_ASKING_MAX = 2,  /* at the provider at once */
};

struct sign_in {
	int64_t connector; /* id of the integration */
	struct identity who;
	char state[SIGN_IN_SECRET_LEN + 1], nonce[SIGN_IN_SECRET_LEN + 1],
		verifier[SIGN_IN_SECRET_LEN + 1];
	char email[IDENTITY_SHOWN_MAX + 1], name[IDENTITY_SHOWN_MAX + 1]; /* once proven */
};

struct sign_ins;

/* now_ms: monotonic milliseconds; NULL: clock_mono_ms(). */
struct sign_ins *sign_ins_new(int64_t (*now_ms)(void));
void sign_ins_free(struct sign_ins **all);

/* ERR_BUSY: too many are under way. */
bool sign_ins_begin(struct sign_ins *all, int64_t connector, const struct identity *who,
	struct sign_in *ret, struct err *err);
/* The waiting one of that state, which stays. ERR_DENIED: there is none. */
bool sign_ins_find(struct sign_ins *all, int64_t connector, const char *state, struct sign_in *ret,
	struct err *err);
/* The same, and it is over. */
bool sign_ins_take(struct sign_ins *all, int64_t connector, const char *state, struct sign_in *ret,
	struct err *err);
/* A place among the few threads that may ask the provider at once: so a dead one holds up nobody but
 * those who sign in. ERR_BUSY: none is free. sign_ins_asked() gives it back. */
bool sign_ins_ask(struct sign_ins *all, struct err *err);
void sign_ins_asked(struct sign_ins *all);
/* Keeps what was taken as proven (with email and name); ret_code is for the user's window. */
bool sign_ins_prove(struct sign_ins *all, const struct sign_in *proven,
	char ret_code[SIGN_IN_SECRET_LEN + 1], struct err *err);
/* The proven one of that code, which is over. ERR_DENIED: there is none, or it is another user's. */
bool sign_ins_redeem(struct sign_ins *all, int64_t connector, const struct identity *who,
	const char *code, struct sign_in *ret, struct err *err);

#endif
