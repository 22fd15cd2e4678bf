/*
 * meeting_details - the add-in asks for joining instructions, Exchange's token in hand.
 *
 * Two steps, on workers' threads: the token is checked (details_check(), which needs no database);
 * an alias is made and the integration's instructions are rendered (details_answer()). When the
 * database cannot answer, a sealed token and the placeholder instructions take the second step's
 * place (details_promise()). Nothing here knows of HTTP connections; the answer is a status and a
 * body in the form that the add-in of the reference product understands:
 *
 *	{"status":"success","result":{"room_name","room_email","alias_id","instructions"}}
 *	{"status":"success","result":{..., "management_node_down":true}} with a sealed token
 *	{"status":"failed","result":"<sentence>"}
 *
 * Refusals, new aliases and sealed tokens are told to the administrator log; the user's token and
 * the sealed one never are.
 */
#ifndef API_MEETING_DETAILS_H
#define API_MEETING_DETAILS_H

#include "api/integrations.h"
#include "auth/addin_token.h"
#include "base/buf.h"
#include "base/correlation.h"
#include "base/log_quota.h"
#include "model/records.h"
#include "store/store.h"

#include <stdatomic.h>

enum {
	DETAILS_BODY_MAX = 1 << 20,           /* bytes of an answer */
	DETAILS_INSTRUCTIONS_MAX = 256 << 10, /* bytes of rendered instructions */
	DETAILS_SAID_MAX = 8 << 10,    /* bytes of what their template said by pex_debug_log */
	DETAILS_RETRY_AFTER_MS = 5000, /* what clients are told where nobody said otherwise */
};

struct details_request {
	int64_t connector;                  /* id of the integration */
	const char *token;                  /* NULL: none */
	const char *key;                    /* Idempotency-Key; NULL: none */
	const char *peer;                   /* the client's address, for the log */
	struct template_cache *templates;   /* compiled instructions */
	struct promise_allowance *promises; /* NULL: no limit */
	struct log_quota *refusals;         /* bounds the log lines about them; NULL: no bound */
	int64_t now;                        /* UTC seconds */
	/* NULL, or: nobody waits for the answer any more; then no alias is made. */
	const atomic_bool *unwanted;
	char correlation_id[CORRELATION_LEN + 1];
};

struct details_answer {
	int status;             /* of HTTP */
	int64_t retry_after_ms; /* with 429 and 503 */
	struct buf body;        /* JSON */
};

/* May the user of this token have a room of the integration (NULL: there is none)? Who it is on
 * true; on false the refusal, whose body is to be released. */
bool details_check(const struct integration *integration, struct identity_keys *keys,
	const struct details_request *request, struct identity *ret_who,
	struct details_answer *ret);

/* After details_check(): makes the alias. *ret is the answer or a refusal (nothing when it is
 * unwanted); buf_release(&ret->body) it. False, with nothing in *ret: the database cannot answer, and err says why. */
bool details_answer(struct store *store, const struct integration *integration,
	const struct details_request *request, const struct identity *who,
	struct details_answer *ret, struct err *err);

/* After details_check(), instead: a sealed token. */
void details_promise(const struct integration *integration, const struct details_request *request,
	const struct identity *who, struct details_answer *ret);

/* Fills *ret with a failure that needs no database. */
void details_fail(struct details_answer *ret, int status, const char *sentence);

enum { ADDIN_URL_MAX = 300 };
/* Where the add-in of an integration lives, which is also the audience of its tokens:
 * "https://<addin_server_domain>/api/client/v2/msexchange_schedulers/<id>/". */
void addin_url(const struct ms_exchange_connector *c, char ret[ADDIN_URL_MAX + 1]);

#endif
