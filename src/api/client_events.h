/*
 * client_events - what participants are told over their event streams (server-sent events).
 *
 * A seat's listener is its stream: a kept `struct http_request`. Private to api/client.
 */
#ifndef API_CLIENT_EVENTS_H
#define API_CLIENT_EVENTS_H

#include "join/seats.h"
#include "wire/http_server.h"

/* Makes req the seat's stream (an older one ends) and tells the room as it is. */
void client_events_open(struct seat *seat, struct http_request *req);
/* Tells one event; SEATS_ENDED ends the stream. The seat must have a listener. */
void client_events_tell(
	struct seat *to, enum seats_event event, const struct seat *about, const char *reason);
/* A comment, so that proxies in between see life and a dead client is noticed. */
void client_events_keep_alive(struct seat *seat);

#endif
