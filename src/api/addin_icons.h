/*
 * addin_icons - the add-in's images (web/addin/icons), inside the program.
 *
 * Outlook fetches them from the address in the manifest and shows no button without them, so they
 * must be there before any web page was built.
 */
#ifndef API_ADDIN_ICONS_H
#define API_ADDIN_ICONS_H

#include <stddef.h>

struct addin_icon {
	const char *name; /* "addin_icon_80.png" */
	const char *hash; /* of its bytes: ICON_HASH_LEN hexadecimal digits of SHA-256 */
	const unsigned char *bytes;
	size_t len;
};

extern const struct addin_icon addin_icons[];
extern const size_t n_addin_icons;

#endif
