/*
 * furnish - what the integration's settings say of every single-use room.
 *
 * Both who makes the room and who tells people of it before there is one ask here.
 */
#ifndef SCHED_FURNISH_H
#define SCHED_FURNISH_H

#include "model/records.h"

/* A room as meetings of this alias get it: PINs, guests, lobby, limit, theme. Name, description and owner
 * are the caller's; texts belong to the two arguments. */
void room_furnish(const struct ms_exchange_connector *settings, const struct scheduled_alias *alias,
	struct arena *arena, struct conference *ret);

#endif
