/*
 * pane_page - a built page of the add-in, made an integration's own.
 *
 * Two comments in the page are replaced:
 *
 *	<!--vmrd:office-->    the tags of office.js and of the further scripts and style sheets
 *	<!--vmrd:settings-->  <script type="application/json" id="settings">{...}</script>
 *
 * so that the pane knows all it needs for its first view without asking. See doc/addin.md for what
 * the settings hold.
 */
#ifndef API_PANE_PAGE_H
#define API_PANE_PAGE_H

#include "base/buf.h"
#include "model/records.h"

enum { PANE_PAGE_MAX = 1 << 20 }; /* bytes of a page */

struct pane_facts {
	const struct ms_exchange_connector *connector;
	const char *manifest_version; /* of the manifest that an administrator would download now */
	const char *icon; /* address of the icon shown in the pane, below the add-in's */
};

/* html: the page as built. Overflow of ret: it is too long. */
void pane_page_write(const struct pane_facts *facts, const char *html, size_t len, struct buf *ret);

/* The settings as JSON that no HTML parser mistakes for markup. */
void pane_settings_write(const struct pane_facts *facts, struct buf *ret);

#endif
