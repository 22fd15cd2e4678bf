/*
 * ews_view - FindItem with a CalendarView: a calendar seen expanded.
 */
#ifndef EXCHANGE_EWS_VIEW_H
#define EXCHANGE_EWS_VIEW_H

#include "exchange/ews_soap.h"

/* impersonate's own calendar. */
void ews_view_write(struct buf *b, const char *impersonate, int64_t from, int64_t until);

/* As exchange_view(). A page that is full and yet brings nothing that starts after `from` is
 * ERR_LIMIT: Exchange offers no way past it. */
bool ews_view_read(const struct ews_reply *reply, int64_t from, int64_t until, struct arena *arena,
	struct exchange_view *ret, struct err *err);

#endif
