/*
 * pane - serves the add-in's pages, each integration its own.
 *
 *	<base>                 index.html as built, with the integration's settings (pane_page)
 *	<base><page>.html      the other pages of the build, likewise
 *	<base>assets/...       the other built files, which browsers keep for ever
 *
 * <base> is the address of an integration's add-in (addin_url()). All that a page needs is in memory
 * (integrations), so that it opens while the database does not answer, and can say what is the matter.
 *
 * On the loop's thread.
 */
#ifndef API_PANE_H
#define API_PANE_H

#include "api/icons.h"
#include "api/integrations.h"
#include "api/version_reports.h"
#include "base/err.h"
#include "wire/http_server.h"

enum {
	PANE_HSTS_S = 31536000, /* how long browsers come by TLS only once they did */
};

struct pane;

struct pane_options {          /* all but the text outlives the pane */
	const char *directory; /* web/dist/addin; need not exist: pages then say how to build it */
	struct integrations *integrations;
	const struct icons *icons;        /* NULL: those inside the program */
	struct version_reports *versions; /* NULL: nobody wants to know */
	bool tls;                         /* the listener has a certificate */
};

bool pane_new(const struct pane_options *options, struct pane **ret, struct err *err);
void pane_free(struct pane **pane);

/* GET <base><name>; name: "" (the pane itself), "mobile.html", ... */
void pane_serve(struct pane *pane, struct http_request *req, int64_t connector, const char *name);
/* GET <base>assets/<name> */
void pane_serve_asset(struct pane *pane, struct http_request *req, const char *name);

#endif
