/*
 * marker_guard - keeps a stranger's text from carrying a marker of ours.
 *
 * Our markers begin with PXPS:- or TOK:- and are recognised whatever a mail client does to them:
 * letter case, white space, soft hyphens and zero-width characters do not matter. So the guard
 * does not look for the plain words only: it passes over the same characters, and replaces the
 * colon by the full-width one (U+FF1A), which looks the same to people.
 */
#ifndef TMPL_MARKER_GUARD_H
#define TMPL_MARKER_GUARD_H

#include "tmpl/engine.h"

struct val marker_guard(struct cx *cx, struct val text);

#endif
