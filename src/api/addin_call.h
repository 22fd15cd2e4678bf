/*
 * addin_call - one call of the add-in (or of its sign-in window) on its way through the workers.
 *
 * A handler makes a call of its request and says of which kind it is: check() runs on a checker's
 * thread, without the database, where the wait for somebody else's server does no harm; if it says
 * so, run() follows on a thread with the database. Each call ends in exactly one of call_result(),
 * call_redirect(), call_refuse() and call_fail(); then the answer goes out on the loop's thread. All
 * texts of a call live in its arena.
 *
 * The answers are those that the add-in understands:
 *
 *	{"status":"success","result":...}
 *	{"status":"failed","result":"<sentence>"}   with a header X-Correlation-Id
 */
#ifndef API_ADDIN_CALL_H
#define API_ADDIN_CALL_H

#include "api/addin.h"
#include "api/meeting_details.h"
#include "api/worker.h"
#include "auth/identity.h"
#include "auth/sign_ins.h"
#include "base/correlation.h"

#include <jansson.h>

enum { CALL_QUERY_MAX = 8192 }; /* bytes of one parameter: authorization codes are long */

struct addin_call;

struct addin_call_kind {
	bool (*check)(struct addin_call *call); /* true: go on; false: the call is answered */
	void (*run)(struct addin_call *call);   /* NULL: check() answers always */
	bool page; /* what goes wrong is told by the sign-in window's page */
};

struct addin_call {
	struct worker_job check, run;
	struct http_request *req; /* NULL: the client went away. The loop's thread alone looks. */
	struct addin_api *api;
	const struct addin_call_kind *kind;
	struct arena arena;
	/* What came. */
	int64_t connector_id;
	const char *token, *peer;                             /* token: NULL if none */
	const char *code, *state, *error, *error_description; /* "" if none */
	int64_t version; /* of the manifest it came from; 0: it did not say */
	int64_t now;     /* UTC seconds */
	char correlation_id[CORRELATION_LEN + 1];
	/* What there is to work with. */
	const struct integration *integration;
	const struct ms_exchange_connector *connector; /* its settings */
	char base[ADDIN_URL_MAX + 1];
	struct identity who;   /* after call_identify() */
	struct sign_in proven; /* from check() to run() */
	struct store *store;   /* run()'s */
	/* The answer. */
	bool go_on;
	struct details_answer answer;
	const char *location; /* of a redirect; NULL: none */
};

/* Takes the request. connector: the integration's id, as the path has it. */
void addin_call_start(struct addin_api *api, struct http_request *req, const char *connector,
	const struct addin_call_kind *kind);

/* Checks the token; false: the call is answered. */
bool call_identify(struct addin_call *call);

/* Takes result over. */
void call_result(struct addin_call *call, json_t *result);
void call_redirect(struct addin_call *call, const char *location);
/* The user did or has something wrong, and may know what: prefix and sentence. */
void call_refuse(struct addin_call *call, int status, const char *prefix, const struct err *err);
/* Something here is wrong: the administrator reads what, the user where to ask. */
void call_fail(struct addin_call *call, const struct err *err);

/* An address of this integration's add-in with a text in it, percent-encoded: "<base><name><text>". */
const char *call_address(struct addin_call *call, const char *name, const char *text);

#endif
