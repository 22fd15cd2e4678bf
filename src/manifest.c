/* `vmrd manifest`: an integration's manifest, as the management API gives it, on standard output. */
#include "api/manifest.h"
#include "base/clock.h"
#include "base/text.h"
#include "boot.h"
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[N_MANIFESTS] = { "xml", "mobile", "unified" };

static bool read_kind(const char *name, enum manifest_kind *ret)
{
	for (int kind = 0; kind < N_MANIFESTS; kind++)
		if (text_equal(kinds[kind], name)) {
			*ret = (enum manifest_kind)kind;
			return true;
		}
	return false;
}

static bool print(const struct buf *bytes, struct err *err)
{
	if (fwrite(bytes->data, 1, bytes->len, stdout) == bytes->len && fflush(stdout) == 0)
		return true;
	return err_set(err, ERR_IO, "cannot write the manifest");
}

static bool make(const char *directory, int64_t connector, enum manifest_kind kind, struct err *err)
{
	struct boot boot;
	struct arena arena;
	struct store *store = NULL;
	struct icons *icons = NULL;
	struct manifest manifest;
	arena_init(&arena);
	bool ok = boot_read(directory, &arena, &boot, err) &&
		icons_new(boot.icon_directory, &icons, err) &&
		store_open(boot.database, &store, err) &&
		manifest_make(store, icons, connector, kind, clock_now(), &manifest, err);
	if (ok) {
		ok = print(&manifest.bytes, err);
		buf_release(&manifest.bytes);
	}
	store_close(&store);
	icons_free(&icons);
	arena_release(&arena);
	return ok;
}

int command_manifest(const struct invocation *in)
{
	int64_t connector;
	enum manifest_kind kind = MANIFEST_XML;
	struct err err;
	if (in->argc < 1 || in->argc > 2 || !text_to_int64(in->argv[0], &connector) ||
		(in->argc == 2 && !read_kind(in->argv[1], &kind)))
		return command_misused(
			"'manifest' takes an integration's id, and perhaps xml, mobile or unified");
	return make(in->directory, connector, kind, &err) ? EXIT_SUCCESS : command_failed(&err);
}
