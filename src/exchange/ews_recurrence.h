/*
 * ews_recurrence - what makes an item of Exchange a series: its rule, its exceptions, its time zone.
 */
#ifndef EXCHANGE_EWS_RECURRENCE_H
#define EXCHANGE_EWS_RECURRENCE_H

#include "model/meeting.h"
#include "wire/xml.h"

/* Fills all_day, zone, recurrence, exceptions and n_exceptions from a MeetingRequest,
 * MeetingCancellation or CalendarItem. A Recurrence that makes no sense counts as not told. */
void ews_recurrence_read(const xml_node *item, struct arena *arena, struct meeting *m);

#endif
