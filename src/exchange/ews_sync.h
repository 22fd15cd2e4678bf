/*
 * ews_sync - SyncFolderItems on the inbox: the requests, and pages of changes read from answers.
 */
#ifndef EXCHANGE_EWS_SYNC_H
#define EXCHANGE_EWS_SYNC_H

#include "exchange/ews_soap.h"

enum { EWS_SYNC_STATE_MAX = 8 << 20 }; /* bytes; Exchange promises no limit, 2 MB were seen */

/* sync_state "": from the beginning. */
void ews_sync_write(struct buf *b, const char *impersonate, const char *sync_state);

/* sync_state: what the request carried. A state that did not move although more is said to come is
 * ERR_PROTOCOL: it would never end. */
bool ews_sync_read(const struct ews_reply *reply, const char *sync_state, struct arena *arena,
	struct exchange_page *ret, struct err *err);

#endif
