/*
 * client_call - one request to the client API, and the ways to answer it.
 *
 * Private to api/client*.c.
 */
#ifndef API_CLIENT_CALL_H
#define API_CLIENT_CALL_H

#include "api/client.h"
#include "join/guesses.h"
#include "join/seats.h"
#include "wire/json.h"

enum {
	SOURCE_MAX = 64, /* bytes of a source's name */
	TOKEN_MAX = 128, /* bytes of a token that are looked at */
};

#define CLIENT_EXPIRES "120" /* SEAT_LIFETIME_MS in seconds: a string in this protocol */
_Static_assert(SEAT_LIFETIME_MS == 120 * 1000, "what clients are told");

struct client_api {
	struct loop *loop;
	struct join_register *reg;
	char *version;
	char *pin_wanted[2]; /* the answer, by whether guests need a PIN too */
	struct seats *seats;
	struct guesses *aliases, *pins;
	struct log_quota *refusals; /* or NULL */
	struct loop_timer *timer;
	int64_t last_keep_alive_ms;
	int64_t unheard, unheard_since_ms; /* requests refused for too many wrong guesses */
};

/* One request, with what every action needs. */
struct call {
	struct client_api *api;
	struct http_request *req;
	char alias[JOIN_ALIAS_MAX + 1]; /* as sent, decoded; "" if too long */
	char key[JOIN_ALIAS_MAX + 1];   /* "" if it can be none */
	char token[TOKEN_MAX];          /* from header or query; "" if none */
	char source[SOURCE_MAX];        /* whom wrong guesses are charged to */
	int64_t now, now_ms;
};

void client_set_headers(struct http_request *req); /* what every answer carries */
void client_reply_text(const struct call *c, int status, const char *json);
void client_reply_result(const struct call *c, int status, json_t *result); /* takes result over */
char *client_result_text(json_t *result); /* takes result over; free() it */
void client_reply_invalid_token(const struct call *c);
void client_log_seat(const struct seat *seat, const char *message, const char *reason, int64_t now);

/* What a room with a PIN answers; free() it. Made once: guessers ask for it a lot. */
char *client_pin_wanted(const struct client_api *api, bool guests_too);

/* request_token: POST; answers. */
void client_request_token(struct call *c);

#endif
