/*
 * details_visit - one meeting_details request on its way through checkers, database and, while that
 * does not answer, a sealed token.
 *
 * On the loop's thread.
 */
#ifndef API_DETAILS_VISIT_H
#define API_DETAILS_VISIT_H

#include "api/addin.h"
#include "api/meeting_details.h"

/* Takes the request. */
void details_visit(struct addin_api *api, struct http_request *req, int64_t connector);

/* Sends the answer and releases it. correlation_id: NULL if there is none. */
void details_reply(
	struct http_request *req, struct details_answer *answer, const char *correlation_id);

#endif
