/*
 * outgoing - what a client gives us to create: reading it, completing it, sending it.
 */
#ifndef EMULATOR_OUTGOING_H
#define EMULATOR_OUTGOING_H

#include "soap.h"

/* Reads the children of an item's element into a new item with everything a fresh one has. False
 * either with *r filled, or after a fault of the whole call (call->status). */
bool outgoing_read(struct call *call, const xml_node *element, enum item_type type,
	struct item **ret, struct refusal *r);
/* Sets one property from its element. */
bool outgoing_set(struct call *call, struct item *item, const struct field *field,
	const xml_node *node, const char *zone, struct refusal *r);

/* After Start or End were set: are they in order? */
bool outgoing_check_times(const struct item *item, struct refusal *r);

/* Puts a copy of the message into the inbox of every recipient that has a mailbox here. */
void outgoing_send(struct mailbox *from, const struct item *message);

#endif
