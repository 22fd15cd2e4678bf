/*
 * manifest - what Exchange and Outlook are told about an integration's add-in.
 *
 *	MANIFEST_XML      for everyone: the add-in only manifest, VersionOverrides 1.0 and 1.1
 *	MANIFEST_MOBILE   the same with the online-meeting button of Outlook's mobile apps; Microsoft 365
 *	MANIFEST_UNIFIED  the unified manifest (JSON) with its two icons in a zip; Microsoft 365
 *
 * They are made of the same settings and share the version. It rises when what they say changes, and
 * only then (store/addin_versions): the same settings and icons give the same bytes again.
 *
 * Microsoft 365 is what integrations live in whose add-in authenticates by SSO_TOKEN or NAA_TOKEN:
 * Exchange's own identity tokens are issued by Exchange Server alone. The manifest asks for Mailbox 1.5,
 * which is all that Exchange Server has.
 *
 * Empty texts are replaced by the shipped ones. A text that is longer than its place in the manifest
 * allows is ERR_INVALID, and named: cut words on a button help nobody.
 */
#ifndef API_MANIFEST_H
#define API_MANIFEST_H

#include "api/icons.h"
#include "base/buf.h"
#include "model/manifest_version.h"
#include "model/records.h"
#include "store/store.h"

enum {
	MANIFEST_BYTES_MAX = 256 << 10, /* Outlook takes no more */
	MANIFEST_SHORT_MAX = 125,       /* characters of names and labels in XML ... */
	MANIFEST_LONG_MAX = 250,        /* ... and of descriptions */
};

enum manifest_kind { MANIFEST_XML, MANIFEST_MOBILE, MANIFEST_UNIFIED, N_MANIFESTS };

struct manifest_facts {
	const struct ms_exchange_connector *connector;
	const struct icons *icons; /* NULL: those inside the program */
	int64_t number;            /* of the version */
	char version[MANIFEST_VERSION_LEN + 1];
};

/* Adds the manifest to ret (a buf of MANIFEST_BYTES_MAX). ERR_INVALID: a text, or the integration
 * does not live in Microsoft 365. */
bool manifest_write(enum manifest_kind kind, const struct manifest_facts *facts, struct buf *ret,
	struct err *err);

struct manifest {
	struct buf bytes; /* buf_release() them */
	char version[MANIFEST_VERSION_LEN + 1];
};

/* The manifest of an integration as it is now; a change since the last time makes a new version.
 * ERR_NOT_FOUND: there is no such integration. */
bool manifest_make(struct store *store, const struct icons *icons, int64_t connector,
	enum manifest_kind kind, int64_t now, struct manifest *ret, struct err *err);

/* The version alone. */
bool manifest_version_of(struct store *store, const struct icons *icons,
	const struct ms_exchange_connector *c, int64_t now, char ret[MANIFEST_VERSION_LEN + 1],
	struct err *err);

#endif
