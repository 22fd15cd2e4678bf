/*
 * ews_item - GetItem: meeting messages with what struct meeting needs, and nothing else; and the same
 * of the calendar's items, for ews_entry.
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

/* <m:ItemShape> with what ews_item_meeting() reads. calendar: for items of the calendar, which lack
 * what is a message's own. */
void ews_item_shape(struct buf *b, bool calendar);
/* One MeetingRequest, MeetingCancellation or CalendarItem element. *ret has item_id and change_key,
 * which are used where the element has none. */
bool ews_item_meeting(
	const xml_node *item, struct arena *arena, struct meeting *ret, struct err *err);
/* The item of GetItem's response message; NULL: none. */
const xml_node *ews_item_of(const xml_node *message);

/* What elements of items are made of; "", MEETING_NO_TIME and false where they are missing. */
const char *ews_child_text(const xml_node *node, const char *name, struct arena *arena);
bool ews_child_true(const xml_node *node, const char *name, struct arena *arena);
int64_t ews_child_time(const xml_node *node, const char *name, struct arena *arena);
/* CalendarItemType and MyResponseType. */
enum meeting_type ews_item_type(const xml_node *item, int64_t recurrence_id, struct arena *arena);
enum meeting_response ews_item_response(const xml_node *item, struct arena *arena);

#endif
