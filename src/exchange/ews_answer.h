/*
 * ews_answer - what is done to meeting messages: accepted, declined, removed, thrown away; and the
 * mailbox's own processing setting.
 */
#ifndef EXCHANGE_EWS_ANSWER_H
#define EXCHANGE_EWS_ANSWER_H

#include "exchange/ews_soap.h"

/* CreateItem with AcceptItem or DeclineItem; the reply is sent and kept. */
void ews_answer_write(struct buf *b, const char *impersonate, const struct exchange_answer *answers,
	size_t count);
/* CreateItem with RemoveItem. change_keys, and each of them, may be NULL. */
void ews_remove_write(struct buf *b, const char *impersonate, const char *const *ids,
	const char *const *change_keys, size_t count);
/* DeleteItem to Deleted Items. */
void ews_discard_write(
	struct buf *b, const char *impersonate, const char *const *ids, size_t count);

/* operation: "CreateItem" for answers and removals, "DeleteItem". */
bool ews_answer_read(const struct ews_reply *reply, const char *operation, size_t count,
	struct exchange_result *ret_results, struct err *err);

/* GetUserConfiguration "Calendar": AutomateProcessing. */
void ews_processing_write(struct buf *b, const char *impersonate);
/* A mailbox that never had the setting is EXCHANGE_PROCESSING_UNKNOWN: no failure. */
bool ews_processing_read(
	const struct ews_reply *reply, enum exchange_processing *ret, struct err *err);

#endif
