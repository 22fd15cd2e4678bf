/*
 * integrations - what the add-in's server needs to know of each integration, kept in memory.
 *
 * A copy of the records, so that users' tokens can be checked and sealed tokens handed out while the
 * database cannot answer. It is brought up to date when an administrator changes something, and
 * every INTEGRATIONS_PERIOD_MS besides; when that fails, what was known stays. To know the version of an
 * add-in's manifest is to make one when what it says has changed (see api/manifest.h).
 *
 * From any thread. Whoever found an integration may look at it until he lets it go, whatever
 * changes meanwhile.
 */
#ifndef API_INTEGRATIONS_H
#define API_INTEGRATIONS_H

#include "api/icons.h"
#include "model/manifest_version.h"
#include "model/records.h"
#include "sched/licensing.h"
#include "store/store.h"

enum {
	INTEGRATIONS_MAX = 1000,
	INTEGRATIONS_DOMAINS_MAX = 1000, /* Exchange domains of one integration looked at */
	INTEGRATIONS_PERIOD_MS = 30000,
};

struct integration {
	struct ms_exchange_connector connector;
	const char *const *domains; /* NULL-ended */
	struct licence_state licence;
	int64_t alias_requests_per_hour;                 /* of one user; 0: no limit */
	char manifest_version[MANIFEST_VERSION_LEN + 1]; /* "": it could not be found out */
};

struct integrations;

/* icons: of the add-ins, NULL: those inside the program; they outlive the integrations. */
struct integrations *integrations_new(const struct icons *icons);
/* Nobody may hold one any more. */
void integrations_free(struct integrations **integrations);

/* Reads everything anew. */
bool integrations_refresh(
	struct integrations *integrations, struct store *store, int64_t now, struct err *err);

/* NULL: there is none with this id. integration_release() it. */
const struct integration *integrations_find(struct integrations *integrations, int64_t id);
void integration_release(const struct integration **integration);

#endif
