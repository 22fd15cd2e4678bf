/*
 * webmail - the mail page below /mail/ on the control listener: its files, and what they ask for.
 *
 * The page is an Outlook to try the add-in in. It signs in by naming a user: whoever reaches the
 * control listener may do everything anyway. What is sent and changed goes through the same
 * operations as EWS clients use; reading looks into the mailboxes directly.
 *
 * Below /mail/api/ everything is JSON; failures are {"error"} with status 400, 403 or 404.
 * user: an account's name; mailbox: its own when absent, or one it is a delegate of.
 *
 *	GET  settings                            users, time zones, the add-in
 *	GET  state                               {"version"}: another one when anything changed
 *	GET  calendar?user&mailbox&from&to       entries and occurrences (RFC 3339)
 *	GET  messages?user&mailbox&folder        newest first
 *	GET  item?user&mailbox&id                all of one
 *	POST save    {"user", "mailbox", "id", "change_key", "send", + what is to be set: "subject",
 *	             "body", "html", "start", "end", "zone", "location", "required", "optional",
 *	             "resources", "recurrence", "addin_properties"} -> {"id", "change_key"}
 *	POST cancel  {"user", "mailbox", "id", "change_key", "tell", "text"}: tell: the attendees hear of it
 *	POST answer  {"user", "id", "change_key", "answer": "accept" | "tentative" | "decline", "text"}
 *	POST read    {"user", "id"}
 *	POST token   {"user", + token.h}: an identity token for the add-in
 *	POST access_token {"user", + oidc.h}: an access token of Entra for it
 */
#ifndef EMULATOR_WEBMAIL_H
#define EMULATOR_WEBMAIL_H

#include "base/err.h"
#include "mailbox.h"
#include "wire/http_server.h"

#include <jansson.h>

struct server;

enum {
	WEBMAIL_VIEW_MAX_S = 400 * 86400, /* of calendar?from&to */
	WEBMAIL_MESSAGES_MAX = 200,
	WEBMAIL_FILE_MAX = 4 << 20,
	WEBMAIL_ANSWER_MAX = 64 << 20,
	WEBMAIL_PARAMETER_MAX = 1024,
};

struct webmail {
	const char *directory; /* of the built page */
	char *addin_url;       /* what the frame shows; NULL: no add-in is installed */
	char *audience;        /* of identity tokens */
	json_t *sso;           /* of access tokens by single sign-on; NULL: the manifest has none */
};

void webmail_release(struct webmail *webmail);
/* POST /addin {"url", "audience", "sso": {"tenant", "audience", "client", "scope"}}: as when an
 * administrator installs a manifest; sso is its WebApplicationInfo, absent where it has none. */
bool webmail_set_addin(struct webmail *webmail, const json_t *wish, struct err *err);

/* False: the path is not below /mail. */
bool webmail_handle(struct server *server, struct http_request *req);

/* Whose mailbox `user` means by `smtp` (NULL: the own one); ERR_NOT_FOUND, ERR_DENIED. */
struct mailbox_choice {
	struct account *account;
	struct mailbox *mailbox;
};
bool webmail_choose(const struct org *org, const char *user, const char *smtp,
	struct mailbox_choice *ret, struct err *err);

/* What is read (webmail_read.c); json_decref() the results. */
json_t *webmail_settings(const struct server *server);
json_t *webmail_calendar(const struct mailbox *mailbox, int64_t from, int64_t to);
json_t *webmail_messages(const struct mailbox *mailbox, enum folder_kind kind);
bool webmail_item(const struct mailbox *mailbox, const char *id, json_t **ret, struct err *err);
bool webmail_mark_read(struct mailbox *mailbox, const char *id, struct err *err);

/* What is written (webmail_write.c). A refusal's sentence starts with EWS's response code. */
typedef bool webmail_write(struct server *server, const struct mailbox_choice *who,
	const json_t *wish, json_t **ret, struct err *err);
webmail_write webmail_save, webmail_cancel, webmail_answer;

/* The file at that path of the page (webmail_files.c). */
void webmail_serve_file(const struct webmail *webmail, struct http_request *req, const char *path);

#endif
