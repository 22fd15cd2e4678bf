/*
 * iso8601 - instants as text, RFC 3339 / XML Schema dateTime.
 *
 * Instants are seconds since 1970-01-01T00:00:00Z (int64_t), years 0001..9999.
 */
#ifndef BASE_ISO8601_H
#define BASE_ISO8601_H

#include <stdbool.h>
#include <stdint.h>

enum { ISO8601_LEN = 20 }; /* "2026-11-23T09:57:35Z" */

void iso8601_format(int64_t at, char ret[ISO8601_LEN + 1]);

/* Takes YYYY-MM-DDThh:mm[:ss[.fraction]][Z|+hh:mm|-hh:mm] (the fraction is dropped); a text
 * without a zone is read as UTC. A space may stand for the T. 24:00:00 and leap second 60 are
 * taken as the next second. Anything else is false. */
bool iso8601_parse(const char *text, int64_t *ret);

/* Civil date (proleptic Gregorian) to days since 1970-01-01, and back. month 1..12, day 1..31. */
int64_t days_from_civil(int64_t year, int month, int day);
void civil_from_days(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day);

#endif
