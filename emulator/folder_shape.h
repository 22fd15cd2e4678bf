/*
 * folder_shape - folders as EWS shows them.
 */
#ifndef EMULATOR_FOLDER_SHAPE_H
#define EMULATOR_FOLDER_SHAPE_H

#include "soap.h"

enum { FOLDER_FIELDS = 9 };

struct folder_shape {
	bool show[FOLDER_FIELDS];
};

/* FolderShape; false after a fault. */
bool folder_shape_read(struct call *call, const xml_node *node, struct folder_shape *ret);
void folder_write(const struct folder *folder, struct buf *b, const struct folder_shape *shape);
/* kind lies somewhere under above (and is not above itself). */
bool folder_is_below(enum folder_kind kind, enum folder_kind above);

#endif
