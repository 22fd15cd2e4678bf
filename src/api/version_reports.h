/*
 * version_reports - Outlook's requests tell which versions of the add-in are in use.
 *
 * The addresses in a manifest end in ?v=<version>; the pane hands it on in X-Manifest-Version. Pages and
 * icons are anybody's to ask for, so they only show that a version is about; what makes a version *used*
 * is a request with a valid token. Most reports are news to nobody and end in memory.
 */
#ifndef API_VERSION_REPORTS_H
#define API_VERSION_REPORTS_H

#include "api/worker.h"
#include "model/manifest_version.h"
#include "wire/http_server.h"

enum {
	VERSION_REPORTS_KEPT = 64,     /* versions remembered as reported within the hour */
	VERSION_REPORTS_A_MINUTE = 30, /* reports that go to the database; the others come again */
};

#define VERSION_HEADER "X-Manifest-Version"

struct version_reports;

struct version_reports *version_reports_new(struct worker_pool *pool);
void version_reports_free(struct version_reports **reports); /* after the pool */

/* The version in ?v= or else in X-Manifest-Version; 0: none. */
int64_t version_reported(const struct http_request *req);

/* On the loop's thread: somebody has that version. reports may be NULL. number 0: nothing to note. */
void version_reports_seen(struct version_reports *reports, int64_t connector, int64_t number);

/* On a worker's thread: someone with a valid token uses that version. number 0: nothing to note. */
void version_used(struct store *store, int64_t connector, int64_t number, int64_t now);

#endif
