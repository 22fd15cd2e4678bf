/*
 * admin - the management API: configuration records over HTTP.
 *
 *	/api/admin/configuration/v1/<record>/            GET list, POST
 *	/api/admin/configuration/v1/<record>/<id>/       GET, PUT, PATCH, DELETE
 *	/api/admin/configuration/v1/<record>/schema/     GET
 *	/api/admin/configuration/v1/ms_exchange_connector/<id>/manifest.xml    GET
 *	.../manifest-mobile.xml, .../manifest.zip
 *
 * HTTP Basic against the administrator records. Who fails too often is not heard for a while, right
 * or wrong; a verified password is remembered for ADMIN_LOGIN_MS, since argon2id is slow on purpose.
 * Bodies must say that they are JSON, and requests that a browser makes on behalf of another site
 * are refused, so that nobody's stored credentials can be used against them.
 *
 * Every committed change is one line of the administrator log ("administrator.configuration") and
 * one call of changed(). Records made by the scheduling service can be read and deleted only.
 *
 * One thread: the loop's. The API has its own connection to the database.
 */
#ifndef API_ADMIN_H
#define API_ADMIN_H

#include "api/icons.h"
#include "base/err.h"
#include "model/record.h"
#include "wire/http_server.h"

enum {
	ADMIN_LOGIN_MS = 5 * 60 * 1000, /* how long a verified password is remembered */
	ADMIN_LOGINS_MAX = 16,          /* remembered at a time */
	ADMIN_FAILURES_PER_MINUTE = 10, /* wrong passwords of one source; its next ones get 429 */
	ADMIN_FAILURES_OVERALL = 120,   /* ... of all sources that failed of late */
	ADMIN_LIMIT_DEFAULT = 20,       /* records of one list, when not asked otherwise */
	ADMIN_ANSWER_MAX = 64 << 20,    /* bytes */
};

#define ADMIN_PREFIX         "/api/admin/configuration/v1/"
#define ADMIN_STATUS_PREFIX  "/api/admin/status/v1/"
#define ADMIN_COMMAND_PREFIX "/api/admin/command/v1/"

struct admin_api;

struct admin_api_options {
	const char *store_path; /* store_migrate() has been there */
	/* After each committed change, deletions included. May be NULL. Children that went with a
	 * deleted record are not named. */
	void (*changed)(void *arg, const struct record_type *type, int64_t id);
	void *arg;
	const struct icons *icons; /* of the add-ins; NULL: those inside the program */
};

bool admin_api_new(
	const struct admin_api_options *options, struct admin_api **ret, struct err *err);
void admin_api_free(struct admin_api **api);

/* Answers any request below ADMIN_PREFIX; arg: the struct admin_api. An http_handler. */
void admin_api_handle(struct http_request *req, void *arg);

#endif
