#include "webmail.h"

#include "base/iso8601.h"
#include "base/text.h"
#include "server.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

static const char API[] = "/mail/api/";

void webmail_release(struct webmail *webmail)
{
	free(webmail->addin_url);
	free(webmail->audience);
	json_decref(webmail->sso);
	webmail->addin_url = webmail->audience = NULL;
	webmail->sso = NULL;
}

bool webmail_set_addin(struct webmail *webmail, const json_t *wish, struct err *err)
{
	const char *url = json_text(wish, "url"), *audience = json_text(wish, "audience");

	if (url && !text_starts_with(url, "http://") && !text_starts_with(url, "https://"))
		return err_set(err, ERR_INVALID, "'%s' is no address of an add-in", url);
	item_set(&webmail->addin_url, url);
	item_set(&webmail->audience, audience ? audience : url);
	json_decref(webmail->sso);
	webmail->sso = json_deep_copy(json_object_get(wish, "sso"));
	return true;
}

bool webmail_choose(const struct org *org, const char *user, const char *smtp,
	struct mailbox_choice *ret, struct err *err)
{
	struct account *account = user ? org_account(org, user) : NULL;

	if (!account)
		return err_set(err, ERR_NOT_FOUND, "there is no user '%s'", user ? user : "");
	smtp = text_empty(smtp) ? account->smtp : smtp;
	struct mailbox *mailbox = org_mailbox(org, smtp);
	if (!mailbox)
		return err_set(err, ERR_NOT_FOUND, "there is no mailbox '%s'", smtp);
	if (!account_is_delegate(account, smtp))
		return err_set(err, ERR_DENIED, "'%s' is no delegate of '%s'", user, smtp);
	*ret = (struct mailbox_choice){ account, mailbox };
	return true;
}

static void reply_json(struct http_request *req, int status, json_t *value)
{
	struct buf b;

	buf_init(&b, WEBMAIL_ANSWER_MAX);
	json_write(&b, value);
	http_set_header(req, "Cache-Control", "no-store");
	http_reply(req, status, "application/json", b.data, b.len);
	buf_release(&b);
	json_decref(value);
}

static void reply_error(struct http_request *req, const struct err *err)
{
	int status = err->code == ERR_NOT_FOUND ? 404 : err->code == ERR_DENIED ? 403 : 400;

	reply_json(req, status, json_pack("{s:s}", "error", err->text));
}

/* The mailbox that the query's user and mailbox name. */
static bool choose_by_query(const struct server *server, const struct http_request *req,
	struct mailbox_choice *ret, struct err *err)
{
	char user[WEBMAIL_PARAMETER_MAX] = "", smtp[WEBMAIL_PARAMETER_MAX] = "";

	http_query_value(req, "user", user, sizeof(user));
	http_query_value(req, "mailbox", smtp, sizeof(smtp));
	return webmail_choose(&server->org, user, smtp, ret, err);
}

static bool time_by_query(
	const struct http_request *req, const char *name, int64_t *ret, struct err *err)
{
	char text[WEBMAIL_PARAMETER_MAX];

	return (http_query_value(req, name, text, sizeof(text)) && iso8601_parse(text, ret)) ||
		err_set(err, ERR_INVALID, "'%s' is no time", name);
}

/* Answers of GET. False with *err. */
typedef bool reader(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err);

static bool get_settings(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err)
{
	(void)req, (void)err;
	*ret = webmail_settings(server);
	return true;
}

/* Numbers are given to everything that is made or changed, so the next one tells of any change. */
static bool get_state(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err)
{
	(void)req, (void)err;
	*ret = json_pack("{s:I}", "version", (json_int_t)server->org.next_number);
	return true;
}

static bool get_calendar(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err)
{
	struct mailbox_choice who;
	int64_t from, to;

	if (!choose_by_query(server, req, &who, err) || !time_by_query(req, "from", &from, err) ||
		!time_by_query(req, "to", &to, err))
		return false;
	if (to < from || to - from > WEBMAIL_VIEW_MAX_S)
		return err_set(err, ERR_LIMIT, "a calendar view is at most %d days",
			WEBMAIL_VIEW_MAX_S / 86400);
	*ret = webmail_calendar(who.mailbox, from, to);
	return true;
}

static bool get_messages(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err)
{
	char folder[WEBMAIL_PARAMETER_MAX] = "inbox";
	struct mailbox_choice who;

	if (!choose_by_query(server, req, &who, err))
		return false;
	http_query_value(req, "folder", folder, sizeof(folder));
	for (int i = 0; i < FOLDER_KINDS; i++) {
		if (text_equal(folder_infos[i].distinguished, folder)) {
			*ret = webmail_messages(who.mailbox, (enum folder_kind)i);
			return true;
		}
	}
	return err_set(err, ERR_NOT_FOUND, "there is no folder '%s'", folder);
}

static bool get_item(
	struct server *server, const struct http_request *req, json_t **ret, struct err *err)
{
	char id[WEBMAIL_PARAMETER_MAX] = "";
	struct mailbox_choice who;

	http_query_value(req, "id", id, sizeof(id));
	return choose_by_query(server, req, &who, err) && webmail_item(who.mailbox, id, ret, err);
}

static bool post_read(struct server *server, const struct mailbox_choice *who, const json_t *wish,
	json_t **ret, struct err *err)
{
	const char *id = json_text(wish, "id");

	(void)server;
	if (!webmail_mark_read(who->mailbox, id ? id : "", err))
		return false;
	*ret = json_object();
	return true;
}

static bool post_token(struct server *server, const struct mailbox_choice *who, const json_t *wish,
	json_t **ret, struct err *err)
{
	json_t *full = json_copy((json_t *)wish);
	struct buf token;

	buf_init(&token, 1 << 20);
	if (!json_text(wish, "audience") && server->webmail.audience)
		json_object_set_new(full, "audience", json_string(server->webmail.audience));
	bool ok = token_issue(&server->tokens, who->account, full, &token, err);
	if (ok)
		*ret = json_pack("{s:s}", "token", token.data);
	buf_release(&token);
	json_decref(full);
	return ok;
}

static bool post_access_token(struct server *server, const struct mailbox_choice *who,
	const json_t *wish, json_t **ret, struct err *err)
{
	struct buf token;

	buf_init(&token, 1 << 20);
	bool ok = oidc_issue(server, who->account, wish, &token, err);
	if (ok)
		*ret = json_pack("{s:s}", "token", token.data);
	buf_release(&token);
	return ok;
}

static const struct {
	const char *name;
	reader *get;
	webmail_write *post;
} routes[] = {
	{ "settings", get_settings, NULL },
	{ "state", get_state, NULL },
	{ "calendar", get_calendar, NULL },
	{ "messages", get_messages, NULL },
	{ "item", get_item, NULL },
	{ "save", NULL, webmail_save },
	{ "cancel", NULL, webmail_cancel },
	{ "answer", NULL, webmail_answer },
	{ "read", NULL, post_read },
	{ "token", NULL, post_token },
	{ "access_token", NULL, post_access_token },
};

static bool run_write(struct server *server, const struct http_request *req, webmail_write *post,
	json_t **ret, struct err *err)
{
	struct mailbox_choice who;
	json_t *wish = NULL;
	size_t len;
	const char *bytes = http_body(req, &len);

	if (!json_parse(bytes, len, &wish, err))
		return false;
	bool ok = webmail_choose(&server->org, json_text(wish, "user"), json_text(wish, "mailbox"),
			  &who, err) &&
		post(server, &who, wish, ret, err);
	json_decref(wish);
	return ok;
}

static void handle_api(struct server *server, struct http_request *req, const char *name)
{
	struct err err;
	json_t *result;
	bool ok = false;

	err_set(&err, ERR_NOT_FOUND, "there is nothing here");
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (!text_equal(routes[i].name, name))
			continue;
		if (routes[i].get && http_method(req) == HTTP_GET)
			ok = routes[i].get(server, req, &result, &err);
		else if (routes[i].post && http_method(req) == HTTP_POST)
			ok = run_write(server, req, routes[i].post, &result, &err);
		break;
	}
	if (ok)
		reply_json(req, 200, result);
	else
		reply_error(req, &err);
}

bool webmail_handle(struct server *server, struct http_request *req)
{
	const char *path = http_path(req);

	if (text_equal(path, "/") || text_equal(path, "/mail")) {
		http_set_header(req, "Location", "/mail/");
		http_reply(req, 302, "text/plain", "", 0);
		return true;
	}
	if (!text_starts_with(path, "/mail/"))
		return false;
	if (text_starts_with(path, API))
		handle_api(server, req, path + strlen(API));
	else
		webmail_serve_file(&server->webmail, req, path + strlen("/mail/"));
	return true;
}
