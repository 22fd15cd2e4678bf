/*
 * field - the properties of items: one table, in the order the EWS schema wants them.
 *
 * Each row says what the element is called, by which FieldURI clients name it, which item types
 * have it, in which shapes it is answered and how it is kept. Reading, writing, copying, setting
 * and sorting all follow from the row. Element order differs between types in two places only, so
 * one table serves all of them (Recurrence and IsOrganizer have two rows).
 */
#ifndef EMULATOR_FIELD_H
#define EMULATOR_FIELD_H

#include "base/arena.h"
#include "base/buf.h"
#include "item.h"
#include "wire/xml.h"

enum field_kind {
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_INT,
	FIELD_TIME,
	FIELD_STRINGS, /* t:String elements, kept one a line */
	FIELD_BODY,
	FIELD_ADDRESS,
	FIELD_RECIPIENTS,
	FIELD_ATTENDEES,
	FIELD_ZONE,
	FIELD_SERIES,
	FIELD_COMPUTED, /* never kept: `write` makes it */
};

enum field_flag {
	FIELD_DEFAULT = 1,  /* in BaseShape Default; all others in AllProperties only */
	FIELD_ASKED = 2,    /* only when named in AdditionalProperties */
	FIELD_NO_LIST = 4,  /* FindItem and SyncFolderItems never answer it */
	FIELD_SETTABLE = 8, /* by CreateItem and UpdateItem */
};

enum body_wish { BODY_BEST, BODY_HTML, BODY_TEXT };
enum base_shape { SHAPE_ID_ONLY, SHAPE_DEFAULT, SHAPE_ALL };

enum { FIELD_MAX = 128 };

/* What a client wants to see of items. */
struct shape {
	enum base_shape base;
	enum body_wish body;
	bool list; /* FindItem, SyncFolderItems */
	bool wanted[FIELD_MAX];
};

struct field {
	const char *name; /* element */
	const char *uri;  /* FieldURI */
	unsigned types;   /* enum item_type */
	unsigned flags;   /* enum field_flag */
	enum field_kind kind;
	size_t offset;       /* into struct item */
	const char *allowed; /* FIELD_TEXT: the schema's values; NULL: any */
	void (*write)(const struct item *item, struct buf *b, const struct shape *shape);
};

extern const struct field fields[];
extern const size_t field_count;

/* The row of that FieldURI (for items of `types`), or of that element; NULL: unknown. */
const struct field *field_by_uri(const char *uri, unsigned types);
const struct field *field_by_name(const char *name, unsigned types);

void field_copy(const struct field *field, struct item *to, const struct item *from);
void field_clear(const struct field *field, struct item *item);

/* Sets the property from its element. Instants without offset are read in the Windows time zone
 * `zone` (NULL: UTC). ERR_INVALID says what is wrong. */
bool field_read(const struct field *field, struct item *item, const xml_node *node,
	const char *zone, struct arena *arena, struct err *err);
/* AppendToItemField: texts, recipients, attendees. */
bool field_append(const struct field *field, struct item *item, const xml_node *node,
	struct arena *arena, struct err *err);

void field_write(const struct field *field, const struct item *item, struct buf *b,
	const struct shape *shape);

/* The whole item as its element (t:CalendarItem, ...), in schema order. */
void item_write(const struct item *item, struct buf *b, const struct shape *shape);
/* Only its ItemId. */
void item_write_id(const struct item *item, struct buf *b);

/* -1, 0, 1 by that property's value; absent ones first. */
int field_compare(const struct field *field, const struct item *a, const struct item *b);
/* The value as text for comparing with constants; false when absent. */
bool field_value(const struct field *field, const struct item *item, struct buf *ret);

#endif
