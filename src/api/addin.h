/*
 * addin - what the Outlook add-in asks of us.
 *
 *	/api/client/v2/msexchange_schedulers/<connector_id>/meeting_details
 *	/api/client/v2/msexchange_schedulers/<connector_id>/images/addin_icon_{16,20,...,192,outline}.png
 *	/api/client/v2/msexchange_schedulers/<connector_id>/[<page>.html]
 *	/api/client/v2/msexchange_schedulers/<connector_id>/assets/...
 *	/api/client/v2/msexchange_schedulers/<connector_id>/personal_vmrs        (personal_rooms)
 *	/api/client/v2/msexchange_schedulers/<connector_id>/sign_in, ...         (sign_in)
 *
 * Checking a token may mean asking Exchange for its keys, and making an alias writes to the
 * database: both are done by workers, so that nobody who joins a meeting waits for them, and by
 * workers of their own each, so that tokens are checked while the database is stuck. When it has
 * not made the alias within ADDIN_DATABASE_WAIT_MS (locked, full, unreadable, hanging), the user
 * gets a sealed token instead; while it is away, one request at a time tries it and the others get
 * theirs at once. For a client that went away meanwhile, or was given a sealed token, no alias is made
 * any more, unless it was being made just then; that one expires unused.
 */
#ifndef API_ADDIN_H
#define API_ADDIN_H

#include "api/icons.h"
#include "api/integrations.h"
#include "api/pane.h"
#include "api/promise_allowance.h"
#include "api/template_cache.h"
#include "api/version_reports.h"
#include "api/worker.h"
#include "auth/identity_keys.h"
#include "auth/provider.h"
#include "auth/sign_ins.h"
#include "wire/http_server.h"

#define ADDIN_PREFIX "/api/client/v2/msexchange_schedulers/"

/* How long clients may keep an icon whose address has no hash without asking again. Outlook needs
 * icons it may keep, and people want to see a changed one the same day. */
#define ADDIN_ICON_CACHING "public, max-age=3600"

enum { ADDIN_DATABASE_WAIT_MS = 3000 };

struct addin_api {
	struct loop *loop;
	struct worker_pool *checkers; /* without database */
	struct worker_pool *pool;     /* with it */
	struct integrations *integrations;
	struct identity_keys *keys;
	struct template_cache *templates;
	struct pane *pane;                  /* its pages */
	struct version_reports *versions;   /* NULL: nobody wants to know */
	const struct icons *icons;          /* its images; NULL: those inside the program */
	struct sign_ins *sign_ins;          /* those under way */
	provider_post_fn *post;             /* to their provider */
	struct promise_allowance *promises; /* NULL: no limit to sealed tokens */
	struct log_quota *refusals;         /* bounds the log lines about them; NULL: no bound */
	/* Nothing new is begun any more; to be set once the loop has stopped, before the pools are
	 * freed (the checkers first). */
	bool stopping;
	/* Its own: does the database not answer, and how many requests are asking it? */
	bool away;
	int asking;
};

/* Answers any request below ADDIN_PREFIX; arg: a struct addin_api *, which outlives the pool. */
void addin_handle(struct http_request *req, void *arg);

#endif
