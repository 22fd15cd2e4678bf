/*
 * text - small questions about ASCII and encoded text that several layers ask.
 *
 * Nothing here allocates except into a buf. Case folding is ASCII only, as in host names,
 * addresses and markers.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_equal(const char *a, const char *b);        /* NULL equals NULL only */
bool text_equal_nocase(const char *a, const char *b); /* NULL equals NULL only */
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);
/* As strstr, but ASCII case does not matter. */
const char *text_find_nocase(const char *haystack, const char *needle);
bool text_empty(const char *text); /* NULL, or "" */

/* Decimal, optional '-', nothing else in the text; false on overflow too. */
bool text_to_int64(const char *text, int64_t *ret);

/* True when the bytes are well-formed UTF-8 without NUL (RFC 3629). */
bool text_is_utf8(const char *bytes, size_t len);

/* Adds text to b with & < > " ' replaced by entities (fit for HTML and XML, text or attribute). */
void text_escape_markup(struct buf *b, const char *text);

/* Adds text to b with all but RFC 3986's unreserved characters percent-encoded: fit for any part of an
 * address, and for a form. */
void text_percent_encode(struct buf *b, const char *text);

/* RFC 4648 base64 (padded) and base64url (unpadded). Decoders are strict: no white space, no
 * stray bits, padding as the alphabet wants it; they add nothing on failure. */
void text_base64_encode(struct buf *b, const void *bytes, size_t len);
bool text_base64_decode(struct buf *b, const char *text, size_t len);
void text_base64url_encode(struct buf *b, const void *bytes, size_t len);
bool text_base64url_decode(struct buf *b, const char *text, size_t len);

/* RFC 4648 base32 without padding, in capitals; the decoder takes either case and is as strict as the
 * others. */
void text_base32_encode(struct buf *b, const void *bytes, size_t len);
bool text_base32_decode(struct buf *b, const char *text, size_t len);

/* "01234567-89ab-cdef-0123-456789abcdef", in either case. */
bool text_is_uuid(const char *bytes, size_t len);

void text_hex_encode(struct buf *b, const void *bytes, size_t len); /* lower case */

#endif
