/*
 * manifest_version - the version of an add-in's manifest: a number that counts up, and its text.
 *
 * Exchange and Microsoft 365 take a manifest for news when its version is higher: one to four parts of
 * up to five digits. Number 7 is "1.0.0.7", number 100000 "1.0.1.0". The unified manifest takes three
 * parts: "1.0.7", "1.1.0".
 */
#ifndef MODEL_MANIFEST_VERSION_H
#define MODEL_MANIFEST_VERSION_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MANIFEST_VERSION_PART = 100000, /* first number of more than five digits */
	MANIFEST_VERSION_LEN = 15,      /* "1.0.99999.99999" */
};

#define MANIFEST_NUMBER_MAX ((int64_t)MANIFEST_VERSION_PART * MANIFEST_VERSION_PART - 1)

/* number: 0..MANIFEST_NUMBER_MAX */
void manifest_version_format(int64_t number, char ret[MANIFEST_VERSION_LEN + 1]);
void manifest_version_format_short(int64_t number, char ret[MANIFEST_VERSION_LEN + 1]);
/* Takes what manifest_version_format() writes, and nothing else. */
bool manifest_version_parse(const char *text, int64_t *ret);

#endif
