/*
 * ews_item - GetItem: meeting messages with what struct meeting needs, and nothing else.
 */
#ifndef EXCHANGE_EWS_ITEM_H
#define EXCHANGE_EWS_ITEM_H

#include "exchange/ews_soap.h"

void ews_item_write(
	struct buf *b, const char *impersonate, const struct exchange_change *items, size_t count);

/* As exchange_fetch(). An item that is no meeting message, or a request without UID, start or end,
 * is ERR_INVALID; a cancellation may lack start and end (MEETING_NO_TIME). */
bool ews_item_read(const struct ews_reply *reply, const struct exchange_change *items, size_t count,
	struct arena *arena, struct meeting *ret_meetings, struct exchange_result *ret_results,
	struct err *err);

#endif
