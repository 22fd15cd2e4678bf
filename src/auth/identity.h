/*
 * identity - whom a checked token of the add-in stands for.
 *
 * Whatever the kind of token, its result is this. The key tells users apart: it never changes and no
 * two users share one. E-mail address and name are what the token says for show; nobody is allowed
 * anything because of them.
 */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include "auth/amurl.h"

enum {
	IDENTITY_SKEW_S = 300,      /* how far an issuer's clock and ours may be apart */
	IDENTITY_EXCHUID_MAX = 256, /* bytes of msexchuid */
	IDENTITY_USER_MAX = IDENTITY_EXCHUID_MAX + AMURL_MAX,
	IDENTITY_SHOWN_MAX = 250, /* bytes of address and name; longer ones are left out */
};

enum identity_kind { IDENTITY_EXCHANGE, IDENTITY_ENTRA };

struct identity {
	char user[IDENTITY_USER_MAX + 1]; /* the key. Exchange: msexchuid and metadata URL joined;
					   * Entra: "<object ID>.<tenant ID>", lower case */
	enum identity_kind kind;
	char email[IDENTITY_SHOWN_MAX + 1]; /* Entra only, "": not told */
	char name[IDENTITY_SHOWN_MAX + 1];  /* the same */
};

#endif
