/*
 * admission - who may come into an open room, and as what: the rules of PINs.
 *
 *	PIN   guests allowed   guest PIN   what is asked for
 *	no    -                -           nothing; everybody is a host
 *	yes   no               -           the PIN
 *	yes   yes              no          the PIN for hosts; guests give none
 *	yes   yes              yes         either PIN
 *
 * Comparing takes the same time wherever the first difference is.
 */
#ifndef JOIN_ADMISSION_H
#define JOIN_ADMISSION_H

#include "join/register.h"

enum admission {
	ADMISSION_HOST,
	ADMISSION_GUEST,
	ADMISSION_PIN_WANTED, /* none was given */
	ADMISSION_PIN_WRONG,
};

/* pin: as the caller gave it; NULL: not at all; "none" or "": on purpose none. */
enum admission admission_decide(const struct join_room *room, const char *pin);

bool admission_wants_pin(const struct join_room *room);
bool admission_wants_guest_pin(const struct join_room *room);

#endif
