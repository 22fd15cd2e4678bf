/*
 * sync_state - where a client stands in a folder's log, as text only we can read.
 */
#ifndef EMULATOR_SYNC_STATE_H
#define EMULATOR_SYNC_STATE_H

#include "mailbox.h"

#include "base/buf.h"

/* The client has seen everything up to `base`, and of the entries after it up to `top` those from
 * `cursor` on (newest first). Nothing is pending when cursor == base. */
struct sync_place {
	size_t base, top, cursor;
};

void sync_state_write(struct buf *b, const struct folder *folder, const struct sync_place *place);
/* False: not of this folder, of another run, or damaged. */
bool sync_state_read(const char *text, const struct folder *folder, struct sync_place *ret);

#endif
