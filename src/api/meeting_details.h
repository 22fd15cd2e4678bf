/*
 * meeting_details - the add-in asks for joining instructions, Exchange's token in hand.
 *
 * What happens on a worker's thread: the token is checked, an alias is made, the integration's
 * instructions are rendered. Nothing here knows of HTTP connections; the answer is a status and a
 * body in the form that the add-in of the reference product understands:
 *
 *	{"status":"success","result":{"room_name","room_email","alias_id","instructions"}}
 *	{"status":"failed","result":"<sentence>"}
 *
 * Refusals and new aliases are told to the administrator log; the token never is.
 */
#ifndef API_MEETING_DETAILS_H
#define API_MEETING_DETAILS_H

#include "auth/identity_keys.h"
#include "base/buf.h"
#include "base/correlation.h"
#include "base/log_quota.h"
#include "model/records.h"
#include "store/store.h"

enum {
	DETAILS_BODY_MAX = 1 << 20,           /* bytes of an answer */
	DETAILS_INSTRUCTIONS_MAX = 256 << 10, /* bytes of rendered instructions */
	DETAILS_SAID_MAX = 8 << 10,    /* bytes of what their template said by pex_debug_log */
	DETAILS_DOMAINS_MAX = 1000,    /* Exchange domains of one integration looked at */
	DETAILS_RETRY_AFTER_MS = 5000, /* what clients are told where nobody said otherwise */
};

struct details_request {
	int64_t connector;                /* id of the integration */
	const char *token;                /* NULL: none */
	const char *key;                  /* Idempotency-Key; NULL: none */
	const char *peer;                 /* the client's address, for the log */
	struct template_cache *templates; /* compiled instructions */
	struct log_quota *refusals;       /* bounds the log lines about them; NULL: no bound */
	int64_t now;                      /* UTC seconds */
	char correlation_id[CORRELATION_LEN + 1];
};

struct details_answer {
	int status;             /* of HTTP */
	int64_t retry_after_ms; /* with 429 and 503 */
	struct buf body;        /* JSON */
};

/* Always fills *ret; buf_release(&ret->body) it. */
void meeting_details(struct store *store, struct identity_keys *keys,
	const struct details_request *request, struct details_answer *ret);

/* Fills *ret with a failure that needs no database. */
void details_fail(struct details_answer *ret, int status, const char *sentence);

enum { ADDIN_URL_MAX = 300 };
/* Where the add-in of an integration lives, which is also the audience of its tokens:
 * "https://<addin_server_domain>/api/client/v2/msexchange_schedulers/<id>/". */
void addin_url(const struct ms_exchange_connector *c, char ret[ADDIN_URL_MAX + 1]);

#endif
