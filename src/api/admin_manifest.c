/* manifest.xml and its relatives: files that an administrator takes to Exchange or Microsoft 365. */
#include "api/admin_call.h"
#include "api/manifest.h"
#include "base/clock.h"
#include "base/text.h"

#include <inttypes.h>

static const struct {
	const char *name, *type;
	const char *saved_as; /* of integration and version */
} files[N_MANIFESTS] = {
	[MANIFEST_XML] = { "manifest.xml", "application/xml; charset=utf-8",
		"manifest-%" PRId64 "-%s.xml" },
	[MANIFEST_MOBILE] = { "manifest-mobile.xml", "application/xml; charset=utf-8",
		"manifest-mobile-%" PRId64 "-%s.xml" },
	[MANIFEST_UNIFIED] = { "manifest.zip", "application/zip", "manifest-%" PRId64 "-%s.zip" },
};

static void download(struct admin_call *c, enum manifest_kind kind)
{
	struct manifest manifest;
	struct err err = { 0 };
	if (!manifest_make(
		    c->api->store, c->api->icons, c->id, kind, clock_now(), &manifest, &err)) {
		admin_fail_err(c, &err);
		return;
	}
	c->status = 200;
	c->file_type = files[kind].type;
	c->file_name = arena_printf(&c->arena, files[kind].saved_as, c->id, manifest.version);
	buf_add(&c->file, manifest.bytes.data, manifest.bytes.len);
	buf_release(&manifest.bytes);
}

void admin_manifest(struct admin_call *c, const char *name)
{
	for (int kind = 0; kind < N_MANIFESTS; kind++)
		if (text_equal(files[kind].name, name)) {
			download(c, (enum manifest_kind)kind);
			return;
		}
	admin_fail(c, 404, "there is nothing at this address");
}
