/*
 * addin - what the Outlook add-in asks of us.
 *
 *	/api/client/v2/msexchange_schedulers/<connector_id>/meeting_details
 *	/api/client/v2/msexchange_schedulers/<connector_id>/images/addin_icon_{16,20,...,192,outline}.png
 *	/api/client/v2/msexchange_schedulers/<connector_id>/[<page>.html]
 *	/api/client/v2/msexchange_schedulers/<connector_id>/assets/...
 *
 * Checking a token may mean asking Exchange for its keys, and making an alias writes to the
 * database: both are done by the workers, so that nobody who joins a meeting waits for them. A
 * client that went away meanwhile costs an alias, which expires unused.
 */
#ifndef API_ADDIN_H
#define API_ADDIN_H

#include "api/icons.h"
#include "api/pane.h"
#include "api/template_cache.h"
#include "api/worker.h"
#include "auth/identity_keys.h"
#include "wire/http_server.h"

#define ADDIN_PREFIX "/api/client/v2/msexchange_schedulers/"

/* How long clients may keep an icon whose address has no hash without asking again. Outlook needs
 * icons it may keep, and people want to see a changed one the same day. */
#define ADDIN_ICON_CACHING "public, max-age=3600"

struct addin_api {
	struct worker_pool *pool;
	struct identity_keys *keys;
	struct template_cache *templates;
	struct pane *pane;          /* its pages */
	const struct icons *icons;  /* its images; NULL: those inside the program */
	struct log_quota *refusals; /* bounds the log lines about them; NULL: no bound */
};

/* Answers any request below ADDIN_PREFIX; arg: a struct addin_api *, which outlives the pool. */
void addin_handle(struct http_request *req, void *arg);

#endif
