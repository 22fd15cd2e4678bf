#include "api/icons.h"
#include "api/addin_icons.h"
#include "api/webapp.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/strmap.h"
#include "base/text.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PNG_HEAD = 24, NAME_MAX_LEN = 64 }; /* signature, and the header's width and height */

struct icons {
	struct webapp *files;
	struct strmap own; /* "addin_icon_80.png", "7/addin_icon_80.png" -> struct icon */
};

static void set_hash(struct icon *icon)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;
	struct buf hex;
	EVP_Digest(icon->bytes, icon->len, digest, &len, EVP_sha256(), NULL);
	buf_init(&hex, ICON_HASH_LEN);
	text_hex_encode(&hex, digest, ICON_HASH_LEN / 2);
	memcpy(icon->hash, hex.data, ICON_HASH_LEN + 1);
	buf_release(&hex);
}

static const struct addin_icon *shipped(const char *name)
{
	for (size_t i = 0; i < n_addin_icons; i++)
		if (text_equal(addin_icons[i].name, name))
			return &addin_icons[i];
	return NULL;
}

static unsigned number_at(const unsigned char *bytes, size_t at)
{
	return (unsigned)bytes[at] << 24 | (unsigned)bytes[at + 1] << 16 |
		(unsigned)bytes[at + 2] << 8 | bytes[at + 3];
}

static bool check(const struct icon *icon, const struct addin_icon *instead_of, const char *path,
	struct err *err)
{
	if (icon->len > ICON_BYTES_MAX)
		return err_set(
			err, ERR_LIMIT, "icon '%s' has more than %d bytes", path, ICON_BYTES_MAX);
	if (icon->len < PNG_HEAD || memcmp(icon->bytes, instead_of->bytes, 8) != 0)
		return err_set(err, ERR_INVALID, "icon '%s' is no PNG image", path);
	unsigned size = number_at(instead_of->bytes, 16);
	if (number_at(icon->bytes, 16) != size || number_at(icon->bytes, 20) != size)
		return err_set(err, ERR_INVALID, "icon '%s' has %u x %u pixels; it needs %u x %u",
			path, number_at(icon->bytes, 16), number_at(icon->bytes, 20), size, size);
	return true;
}

/* Of the files in the directory only those that are called as a shipped image, in it or in a
 * sub-directory, matter. */
static bool take(struct icons *icons, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const struct addin_icon *instead_of = shipped(slash ? slash + 1 : path);
	if (!instead_of)
		return true;
	struct icon *icon = calloc(1, sizeof(*icon));
	if (!icon)
		abort();
	icon->bytes = (const unsigned char *)webapp_find(icons->files, path, &icon->len);
	if (!check(icon, instead_of, path, err)) {
		free(icon);
		return false;
	}
	set_hash(icon);
	strmap_put(&icons->own, path, icon);
	return true;
}

bool icons_new(const char *directory, struct icons **ret, struct err *err)
{
	const struct webapp_options options = {
		.directory = text_empty(directory) ? "/nonexistent" : directory, .prefix = "/"
	};
	struct webapp *files;
	if (!webapp_new(&options, &files, err))
		return false;
	struct icons *icons = calloc(1, sizeof(*icons));
	if (!icons)
		abort();
	icons->files = files;
	strmap_init(&icons->own);
	bool ok = true;
	const char *path;
	for (size_t i = 0; ok && (path = webapp_name(files, &i));)
		ok = take(icons, path, err);
	if (!ok) {
		icons_free(&icons);
		return false;
	}
	*ret = icons;
	return true;
}

void icons_free(struct icons **icons)
{
	const struct strmap_entry *e;
	if (!*icons)
		return;
	for (size_t i = 0; strmap_next(&(*icons)->own, &i, &e);)
		free(e->value);
	strmap_release(&(*icons)->own);
	webapp_free(&(*icons)->files);
	free(*icons);
	*icons = NULL;
}

bool icons_find(const struct icons *icons, int64_t connector, const char *name, struct icon *ret)
{
	char path[NAME_MAX_LEN];
	const struct addin_icon *inside = shipped(name);
	if (!inside)
		return false;
	snprintf(path, sizeof(path), "%" PRId64 "/%s", connector, name);
	const struct icon *own = icons ? strmap_get(&icons->own, path) : NULL;
	if (icons && !own)
		own = strmap_get(&icons->own, name);
	*ret = own ? *own : (struct icon){ .bytes = inside->bytes, .len = inside->len };
	if (!own)
		snprintf(ret->hash, sizeof(ret->hash), "%s", inside->hash);
	return true;
}

void icons_address(const struct icons *icons, int64_t connector, const char *name,
	const char *version, char ret[ICON_ADDRESS_MAX])
{
	struct icon icon;
	bool found = icons_find(icons, connector, name, &icon);
	assert(found);
	(void)found;
	snprintf(ret, ICON_ADDRESS_MAX, "images/%s?h=%s%s%s", name, icon.hash, version ? "&v=" : "",
		version ? version : "");
}
