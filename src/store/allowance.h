/*
 * allowance - how many aliases one user may ask for.
 *
 * Numbers are few and every request takes one for days, so a single user (a script, a stolen token)
 * could use them up. Each user has alias_requests_per_user_per_hour, refilled evenly: whoever has
 * asked for none lately may ask for that many at once. Kept in the database, one small row for each
 * user who asked within the hour (aliases_expire() forgets it): so it holds for all threads and across
 * restarts. Users are known by their Exchange servers, so strangers cannot make rows.
 */
#ifndef STORE_ALLOWANCE_H
#define STORE_ALLOWANCE_H

#include "store/store.h"

/* Charges one alias to the user. Inside a transaction of the caller's, which takes it back when it
 * is rolled back. ERR_DENIED: none is left; then retry_after_ms says when there is one again. */
bool allowance_charge(struct store *store, const char *user, int64_t now, struct err *err);

/* The rule itself, for those who keep the number elsewhere: *spent_until_ms is 0 for a new user, and
 * changes only when one was left. per_hour 0: no limit. */
bool allowance_spend(int64_t per_hour, int64_t now_ms, int64_t *spent_until_ms, struct err *err);

#endif
