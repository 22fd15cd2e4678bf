/*
 * manifest_parts - what the writers of the different manifests have in common.
 *
 * Private to api/manifest*.c.
 */
#ifndef API_MANIFEST_PARTS_H
#define API_MANIFEST_PARTS_H

#include "api/manifest.h"
#include "base/arena.h"

/* The function that the mobile button calls; web/addin/mobile.ts has it. */
#define MANIFEST_MOBILE_FUNCTION "insertVideoMeeting"

/* Does the integration live in Microsoft 365, not on an Exchange server? */
bool manifest_is_365(const struct ms_exchange_connector *c);

/* The integration's text of that field, or the shipped one where it is empty; NULL when it has more
 * than max characters, and err names field and limit. */
const char *manifest_text(
	const struct manifest_facts *facts, const char *field, size_t max, struct err *err);

/* Calls fn with the text in each other language that it is shipped in; an integration's own text is
 * the same for all. */
void manifest_each_translation(const struct manifest_facts *facts, const char *field,
	void (*fn)(const char *locale, const char *text, void *arg), void *arg);

/* Addresses, in the arena. The first is what tokens are made for: it never changes with the version. */
const char *manifest_base(const struct manifest_facts *facts, struct arena *arena);
const char *manifest_page(
	const struct manifest_facts *facts, const char *page, struct arena *arena);
const char *manifest_icon(
	const struct manifest_facts *facts, const char *name, struct arena *arena);

/* Calls fn with the origins ("https://login.example.com") that the add-in's windows go to, its own
 * first. */
void manifest_each_origin(
	const struct manifest_facts *facts, void (*fn)(const char *origin, void *arg), void *arg);

bool manifest_write_xml(
	const struct manifest_facts *facts, bool mobile, struct buf *ret, struct err *err);
bool manifest_write_unified(const struct manifest_facts *facts, struct buf *ret, struct err *err);

#endif
