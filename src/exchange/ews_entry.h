/*
 * ews_entry - GetItem of the meetings behind entries of the calendar.
 *
 * The series of an occurrence is asked for by RecurringMasterItemId. An occurrence that stands alone
 * has none, which Exchange says item by item: those are asked for once more, as themselves.
 */
#ifndef EXCHANGE_EWS_ENTRY_H
#define EXCHANGE_EWS_ENTRY_H

#include "exchange/ews_soap.h"

/* alone: the entries themselves, instead of the series they are occurrences of. */
void ews_entry_write(struct buf *b, const char *impersonate, const struct exchange_entry *entries,
	size_t count, bool alone);

/* As exchange_fetch_entries(). ret_alone[i] (NULL: not wanted): the entry has no series, ask again
 * for itself; its result is not ok. */
bool ews_entry_read(const struct ews_reply *reply, const struct exchange_entry *entries,
	size_t count, struct arena *arena, struct meeting *ret_meetings,
	struct exchange_result *ret_results, bool *ret_alone, struct err *err);

#endif
