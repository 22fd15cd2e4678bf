/*
 * tenant - an Entra authority's address, taken apart.
 *
 * "https://login.microsoftonline.com/<tenant ID>", maybe with "/v2.0" or a slash behind it. The
 * tenant must be named by its ID: "common" and "organizations" would let in everybody's users, and
 * tokens do not tell a tenant's domain name.
 */
#ifndef MODEL_TENANT_H
#define MODEL_TENANT_H

#include "base/random.h"

#include <stdbool.h>

enum { TENANT_URL_MAX = 255 }; /* bytes */

struct tenant {
	char authority[TENANT_URL_MAX + 1]; /* written anew, without slash at the end */
	char id[UUID_LEN + 1];              /* lower case */
};

/* False when the address is no https URL that ends with a tenant's ID. */
bool tenant_parse(const char *authority, struct tenant *ret);

#endif
