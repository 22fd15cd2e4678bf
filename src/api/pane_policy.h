/*
 * pane_policy - the Content-Security-Policy of an integration's add-in pages.
 *
 * Scripts come from here, from where office.js lies, and from the further sources an administrator
 * named. Framed are the pages by Outlook on the web alone: Microsoft's own, and that of the
 * integration's Exchange servers, which live at its Exchange domains and its EWS address.
 */
#ifndef API_PANE_POLICY_H
#define API_PANE_POLICY_H

#include "base/buf.h"
#include "model/records.h"

enum {
	PANE_POLICY_MAX = 16 << 10, /* bytes of the header; browsers and proxies take as much */
	PANE_ORIGIN_MAX = 300,      /* bytes of "https://host:port" */
};

#define PANE_OFFICE_JS "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"

/* domains: NULL-ended, host names or addresses. Overflow of ret: too many of them. */
void pane_policy(
	const struct ms_exchange_connector *c, const char *const *domains, struct buf *ret);

/* Where office.js is loaded from: the integration's own source or Microsoft's. */
const char *pane_office_js(const struct ms_exchange_connector *c);

/* Scheme, host and port of an http or https address: "https://mail.example.com:8443". False when
 * it is none, or holds what a policy could misread. */
bool pane_origin(const char *url, char ret[PANE_ORIGIN_MAX + 1]);

/* Calls fn for each further script source that is used, an address each, in order. */
void pane_each_source(
	const struct ms_exchange_connector *c, void (*fn)(const char *url, void *arg), void *arg);

#endif
