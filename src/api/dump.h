/*
 * dump - the references that are made from the tables, not written: `vmrd dump ...`.
 */
#ifndef API_DUMP_H
#define API_DUMP_H

#include "base/buf.h"
#include "model/record.h"

enum { DUMP_MAX = 4 << 20 }; /* bytes; a buf of this size holds any of them */

/* The settings' reference, in Markdown: doc/settings.md is this. */
void dump_settings(struct buf *b);

/* One section of it, for tables of settings that are kept elsewhere. */
void dump_record(struct buf *b, const struct record_type *type);

/* {"<record>": <the answer to .../<record>/schema/>, ...}, as JSON, indented. */
void dump_schema(struct buf *b);

#endif
