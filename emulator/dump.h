/*
 * dump - what lies in a mailbox, as JSON for assertions.
 */
#ifndef EMULATOR_DUMP_H
#define EMULATOR_DUMP_H

#include "mailbox.h"

#include <jansson.h>

/* Every item (of that distinguished folder; NULL: of all), newest first, as an object with the
 * properties by their EWS names, and "type", "folder". Texts that are absent are left out. */
json_t *dump_items(const struct mailbox *mailbox, const char *folder);

#endif
