/*
 * admin_call - one request to the management API, and its answer.
 *
 * Private to api/admin*.c. The request's texts live until the answer is sent.
 */
#ifndef API_ADMIN_CALL_H
#define API_ADMIN_CALL_H

#include "api/admin.h"
#include "api/admin_login.h"
#include "api/record_json.h"
#include "base/arena.h"
#include "base/correlation.h"
#include "store/store.h"

struct admin_api {
	struct store *store;
	struct admin_login *login;
	struct log_quota *refusals; /* lines about requests of those who are not signed in */
	void (*changed)(void *arg, const struct record_type *type, int64_t id);
	void *arg;
	const struct icons *icons;
};

/* A change that becomes known once it is committed. */
struct admin_event {
	struct admin_event *next;
	const struct record_type *type;
	int64_t id;
	const char *message; /* "Created", "Changed", "Deleted" */
	const char *name;    /* what people call the record */
	const char *changes; /* "pin: '***' -> '***'"; NULL: none to tell */
};

struct admin_call {
	struct admin_api *api;
	struct arena arena;
	char correlation[CORRELATION_LEN + 1];

	enum http_method method;
	const char *path, *query, *body; /* path and query still encoded */
	size_t body_len;
	const char *authorization, *content_type, *fetch_site; /* headers; NULL if absent */
	const char *source;                                    /* the client's address */

	const char *user; /* once signed in */
	const struct record_type *type;
	int64_t id;
	const char *order; /* the command that the path names */

	struct admin_event *events, **last_event; /* of the transaction under way */

	/* The answer. */
	int status;
	json_t *json; /* NULL: no body, or this one: */
	struct buf file;
	const char *file_type, *file_name; /* NULL: none */
	const char *location;              /* NULL: none */
	const char *allow;                 /* with 405 */
	struct buf ignored;                /* names in the body that no field has */
};

void admin_call_init(struct admin_call *c, struct admin_api *api);
void admin_call_release(struct admin_call *c);

/* From path to status and json: signs in, routes, acts. */
void admin_answer(struct admin_call *c);

/* The verbs; c->type (and c->id) are known. */
void admin_list(struct admin_call *c);
void admin_get(struct admin_call *c);
void admin_create(struct admin_call *c);
void admin_change(struct admin_call *c, enum record_json_mode mode); /* PUT, PATCH */
void admin_delete(struct admin_call *c);

/* Takes down an order for a mailbox: POST {"integration": name}. */
void admin_order(struct admin_call *c, const char *name);

/* Renders a template with sample values: POST {"template": field, "source": text}. */
void admin_preview(struct admin_call *c);

/* What the licence allows and how much of it is used, as a list of one. */
void admin_licensing(struct admin_call *c);
/* The manifest of the integration c->id, as a file to download. */
void admin_manifest(struct admin_call *c, const char *name);

/* A record with its children; NULL when they cannot be read (the answer says why). */
json_t *admin_object(struct admin_call *c, const struct record_type *type, const void *record);

/* Takes the lists of children in body, which replace those stored. False with problems or, when the
 * database failed, an answer. */
bool admin_take_children(struct admin_call *c, const struct record_type *type, int64_t id,
	const json_t *body, json_t *problems);
/* May this alias be changed or deleted? Those given out with a meeting may not. */
bool admin_alias_is_free(struct admin_call *c, const void *conference_alias, struct err *err);

/* Parses filters, order and page; ERR_INVALID says what is wrong. The result is in the arena. */
struct store_list;
bool admin_query(struct admin_call *c, struct store_list *ret, struct err *err);
/* The query with another offset, "?limit=20&offset=40&name=x"; the rest as it was sent. */
const char *admin_query_at(struct admin_call *c, int64_t limit, int64_t offset);

/* Answers. */
void admin_fail(struct admin_call *c, int status, const char *sentence);
/* By the error's code: 404, 400, 503 or 500. */
void admin_fail_err(struct admin_call *c, const struct err *err);
void admin_fail_fields(struct admin_call *c, json_t *problems); /* 400; takes problems over */

/* Remembers a change; before or after is NULL with creation and deletion. */
void admin_note(struct admin_call *c, const struct record_type *type, const void *before,
	const void *after);
/* After the commit: tells log and program; after a rollback: forgets. */
void admin_tell(struct admin_call *c);
void admin_forget(struct admin_call *c);

#endif
