/*
 * icons - the add-in's images: those inside the program, or an administrator's own in their place.
 *
 * Own images lie in a directory under the names of those they replace (addin_icon_80.png ...); in a
 * sub-directory named by an integration's id they are that integration's alone. They are read once.
 * Each image has a hash of its bytes, which its address carries: a changed image has another address,
 * so that no cache between here and the ribbon shows the old one.
 */
#ifndef API_ICONS_H
#define API_ICONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ICON_HASH_LEN = 16,       /* hexadecimal digits */
	ICON_BYTES_MAX = 1 << 20, /* of one image */
	ICON_ADDRESS_MAX = 128,
};

struct icon {
	const unsigned char *bytes; /* live as long as the icons */
	size_t len;
	char hash[ICON_HASH_LEN + 1];
};

struct icons;

/* directory: "" or missing for none. An image there that is no PNG, or not as large as the one it
 * replaces, is ERR_INVALID and named. */
bool icons_new(const char *directory, struct icons **ret, struct err *err);
void icons_free(struct icons **icons);

/* False: there is no image of that name. icons may be NULL: those inside the program. */
bool icons_find(const struct icons *icons, int64_t connector, const char *name, struct icon *ret);

/* "images/addin_icon_80.png?h=0123456789abcdef", with "&v=<version>" unless that is NULL. */
void icons_address(const struct icons *icons, int64_t connector, const char *name,
	const char *version, char ret[ICON_ADDRESS_MAX]);

#endif
