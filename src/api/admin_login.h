/*
 * admin_login - who is asking? HTTP Basic against the administrator records.
 *
 * Private to api/admin*.c.
 */
#ifndef API_ADMIN_LOGIN_H
#define API_ADMIN_LOGIN_H

#include "base/arena.h"
#include "store/store.h"

struct admin_login;

struct admin_login *admin_login_new(void);
void admin_login_free(struct admin_login **login);

enum admin_verdict {
	ADMIN_KNOWN,
	ADMIN_UNKNOWN,   /* 401 */
	ADMIN_TOO_OFTEN, /* 429; the password was not even looked at */
	ADMIN_BROKEN,    /* the database failed; err says why */
};

/* authorization: the header, NULL if absent. ret_user: the name as stored, in arena. */
enum admin_verdict admin_login_check(struct admin_login *login, struct store *store,
	const char *authorization, const char *source, struct arena *arena, const char **ret_user,
	struct err *err);

#endif
