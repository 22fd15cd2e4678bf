/*
 * markup - writing EWS elements, and bodies between HTML and text.
 */
#ifndef EMULATOR_MARKUP_H
#define EMULATOR_MARKUP_H

#include "address.h"
#include "base/buf.h"

/* Text fit for XML: escaped, and without the characters XML 1.0 cannot carry. */
void markup_text(struct buf *b, const char *text);
/* <t:name>text</t:name>; nothing when text is NULL. */
void markup_element(struct buf *b, const char *name, const char *text);
void markup_bool(struct buf *b, const char *name, bool value);
void markup_int(struct buf *b, const char *name, int64_t value);
void markup_time(struct buf *b, const char *name, int64_t at); /* nothing when TIME_NONE */
/* <t:Mailbox>...</t:Mailbox> */
void markup_mailbox(struct buf *b, const struct address *who);

/* As Exchange keeps an HTML body: a fragment becomes a document. */
void html_document(struct buf *b, const char *html);
/* What a reader of the HTML sees, roughly as Exchange's own conversion. */
void html_to_text(struct buf *b, const char *html);
void text_to_html(struct buf *b, const char *text);

#endif
