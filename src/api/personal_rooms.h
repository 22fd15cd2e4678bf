/*
 * personal_rooms - the rooms that belong to whoever uses the add-in.
 *
 *	GET <base>personal_vmrs   {"signed_in":true,"rooms":[{"name","description","instructions",
 *	                          "location"}]}, or {"signed_in":false,"rooms":[]}
 *
 * A room belongs to the address in its *Owner*; the address of a user is the one he has proven by
 * signing in (sign_in), never one that a token or the add-in tells.
 */
#ifndef API_PERSONAL_ROOMS_H
#define API_PERSONAL_ROOMS_H

#include "api/addin_call.h"

enum {
	PERSONAL_ROOMS_MAX = 50,       /* of one user */
	PERSONAL_ALIASES_MAX = 50,     /* of one room */
	PERSONAL_TEXT_MAX = 128 << 10, /* bytes of one rendered text */
	PERSONAL_SAID_MAX = 8 << 10,   /* of what a template said by pex_debug_log */
};

/* False, and the call is answered: the integration has no personal rooms. */
bool personal_rooms_check(struct addin_call *call);

extern const struct addin_call_kind personal_rooms_list;

#endif
