/*
 * client - the client API: how people get into rooms.
 *
 *	/api/client/v2/conferences/<alias>/request_token | refresh_token | release_token | theme/ | events
 *
 * Paths, headers and answers are those that existing clients of such rooms speak. The alias is
 * percent-encoded or not. Any web page may call it (CORS without credentials): whoever knows alias
 * and PIN may join, from wherever.
 *
 * An alias that does not exist and one whose room is not open are answered by the very same bytes
 * after the very same work. Whoever has guessed wrong too often gets that answer too, at once, even
 * for a right alias: holding the answer back would tie up our connections instead of his time, and
 * an answer that can be told from a miss would let him guess on.
 *
 * All on the loop's thread, but client_api_room_changed() and client_api_limits_changed().
 */
#ifndef API_CLIENT_H
#define API_CLIENT_H

#include "base/log_quota.h"
#include "join/register.h"
#include "wire/http_server.h"
#include "wire/loop.h"

#include <stddef.h>
#include <stdint.h>

enum {
	CLIENT_TICK_MS = 1000,        /* how often rooms and seats are looked over */
	CLIENT_KEEP_ALIVE_MS = 15000, /* how often a silent event stream says that it lives */
	CLIENT_PIN_TRIES = 10,        /* wrong PINs a minute, of one source at one room */
	CLIENT_PIN_TRIES_ROOM = 60,   /* ... of all sources at one room */
};

#define CLIENT_PREFIX "/api/client/v2/conferences/"

struct client_api;

struct client_api_options {
	struct loop *loop;                 /* outlives the API */
	struct join_register *reg;         /* outlives the API */
	const char *version;               /* of the program; copied */
	int64_t misses_per_minute;         /* wrong aliases of one source; 0: no limit */
	int64_t misses_per_minute_overall; /* ... of all sources; 0: no limit */
	struct log_quota *refusals;        /* bounds the log lines about them; NULL: no bound */
};

struct client_api *client_api_new(const struct client_api_options *options);
/* Ends every seat. Free it when the loop does not run any more. */
void client_api_free(struct client_api **api);

/* Answers any request below CLIENT_PREFIX; arg: the struct client_api. */
void client_api_handle(struct http_request *req, void *arg);

size_t client_api_participants(const struct client_api *api);

/* From any thread: the register has news of that room; whoever is in it and may not be any more is
 * shown out. */
void client_api_room_changed(struct client_api *api, int64_t conference_id);
void client_api_limits_changed(
	struct client_api *api, int64_t misses_per_minute, int64_t misses_per_minute_overall);

#endif
