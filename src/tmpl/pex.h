/*
 * pex - pieces of the pex_* filters that are trades of their own.
 */
#ifndef TMPL_PEX_H
#define TMPL_PEX_H

#include "tmpl/engine.h"

/* Percent escapes to characters; bytes that are no UTF-8 become U+FFFD. */
struct val url_decode(struct cx *cx, struct val text);
/* The address that Microsoft Safe Links / Proofpoint URL Defense hid; anything else unchanged. */
struct val safelinks_decode(struct cx *cx, struct val url);
struct val urldefense_decode(struct cx *cx, struct val url);

/* The time now in a zone of the system's zone database. */
struct val now_in_zone(struct cx *cx, struct val zone);

bool address_in_subnet(struct cx *cx, struct val address, struct val subnet);

#endif
