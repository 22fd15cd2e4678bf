#include "control.h"

#include "base/text.h"
#include "deliver.h"
#include "dump.h"
#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 256 << 20, PATH_MAX_LEN = 512 };

static void reply_json(struct http_request *req, int status, json_t *value)
{
	struct buf b;

	buf_init(&b, ANSWER_MAX);
	json_write(&b, value);
	http_reply(req, status, "application/json", b.data, b.len);
	buf_release(&b);
	json_decref(value);
}

static void reply_error(struct http_request *req, int status, const char *text)
{
	reply_json(req, status, json_pack("{s:s}", "error", text));
}

static void reply_result(struct http_request *req, bool ok, const struct err *err)
{
	if (ok)
		reply_json(req, 200, json_object());
	else
		reply_error(req, err->code == ERR_NOT_FOUND ? 404 : 400, err->text);
}

static bool set_processing(struct mailbox *mailbox, const char *word, struct err *err)
{
	static const char *const words[] = { "None", "AutoUpdate", "AutoAccept" };

	for (int i = 0; word && i < 3; i++) {
		if (text_equal_nocase(words[i], word)) {
			mailbox->processing = (enum processing)i;
			return true;
		}
	}
	return !word ||
		err_set(err, ERR_INVALID,
			"'%s' is no AutomateProcessing; use 'None', "
			"'AutoUpdate' or 'AutoAccept'",
			word);
}

static bool add_mailbox(struct org *org, const json_t *wish, struct err *err)
{
	const char *smtp = json_text(wish, "smtp");
	const json_t *conflicts = json_object_get(wish, "allow_conflicts");
	const json_t *external = json_object_get(wish, "process_external");
	const json_t *blank = json_object_get(wish, "blank");
	const json_t *requests = json_object_get(wish, "requests_per_second");

	if (text_empty(smtp))
		return err_set(err, ERR_INVALID, "a mailbox needs 'smtp'");
	struct mailbox *known = org_mailbox(org, smtp);
	const char *name = json_text(wish, "name");
	struct mailbox *mailbox = org_add_mailbox(org, smtp, name || !known ? name : known->name);
	if (json_is_boolean(json_object_get(wish, "equipment")))
		mailbox->equipment = json_is_true(json_object_get(wish, "equipment"));
	if (json_is_boolean(conflicts))
		mailbox->allow_conflicts = json_is_true(conflicts);
	if (json_is_boolean(external))
		mailbox->process_external = json_is_true(external);
	if (json_is_boolean(blank))
		mailbox->blank = json_is_true(blank);
	if (json_is_integer(requests))
		mailbox->budget.requests_per_second = json_integer_value(requests);
	if (json_is_true(json_object_get(wish, "renew")))
		mailbox_renew(mailbox);
	return set_processing(mailbox, json_text(wish, "processing"), err);
}

static void set_list(char ***list, const json_t *wish)
{
	size_t count = json_array_size(wish);

	for (char **p = *list; p && *p; p++)
		free(*p);
	free(*list);
	*list = calloc(count + 1, sizeof(char *));
	if (!*list)
		abort();
	for (size_t i = 0; i < count; i++) {
		const char *smtp = json_string_value(json_array_get(wish, i));
		(*list)[i] = strdup(smtp ? smtp : "");
	}
}

static void set_impersonation(struct account *account, const json_t *wish)
{
	account->impersonates_all = json_is_true(wish);
	set_list(&account->impersonates, wish);
}

bool control_add_account(struct org *org, const json_t *wish, struct err *err)
{
	const char *user = json_text(wish, "user"), *password = json_text(wish, "password");
	const char *smtp = json_text(wish, "smtp");

	if (text_empty(user) || !password || text_empty(smtp))
		return err_set(err, ERR_INVALID, "an account needs 'user', 'password' and 'smtp'");
	if (!json_is_false(json_object_get(wish, "mailbox")) && !add_mailbox(org, wish, err))
		return false;
	struct account *account = org_add_account(org, user, password, smtp);
	set_impersonation(account, json_object_get(wish, "impersonate"));
	set_list(&account->delegate_of, json_object_get(wish, "delegate_of"));
	return true;
}

typedef void route(struct server *server, struct http_request *req, const json_t *body);

static void post_accounts(struct server *server, struct http_request *req, const json_t *body)
{
	struct err err;
	bool ok = control_add_account(&server->org, body, &err);

	reply_result(req, ok, &err);
}

static void post_mailboxes(struct server *server, struct http_request *req, const json_t *body)
{
	struct err err;
	bool ok = add_mailbox(&server->org, body, &err);

	reply_result(req, ok, &err);
}

/* {"user", "impersonate": true | [...]}: the right given or taken, nothing else touched */
static void post_impersonation(struct server *server, struct http_request *req, const json_t *body)
{
	const char *user = json_text(body, "user");
	struct account *account = user ? org_account(&server->org, user) : NULL;

	if (!account) {
		reply_error(req, 404, "there is no such account");
		return;
	}
	set_impersonation(account, json_object_get(body, "impersonate"));
	reply_json(req, 200, json_object());
}

static void post_deliver(struct server *server, struct http_request *req, const json_t *body)
{
	struct err err;
	json_t *result;

	if (deliver(&server->org, body, &result, &err))
		reply_json(req, 200, result);
	else
		reply_result(req, false, &err);
}

static void post_token(struct server *server, struct http_request *req, const json_t *body)
{
	const char *user = json_text(body, "user");
	struct account *account = user ? org_account(&server->org, user) : NULL;
	struct buf token;
	struct err err;

	if (!account) {
		reply_error(req, 404, "there is no such account");
		return;
	}
	buf_init(&token, 1 << 20);
	if (token_issue(&server->tokens, account, body, &token, &err))
		reply_json(req, 200, json_pack("{s:s}", "token", token.data));
	else
		reply_result(req, false, &err);
	buf_release(&token);
}

static void post_addin(struct server *server, struct http_request *req, const json_t *body)
{
	struct err err;
	bool ok = webmail_set_addin(&server->webmail, body, &err);

	reply_result(req, ok, &err);
}

static void post_oidc_token(struct server *server, struct http_request *req, const json_t *body)
{
	const char *user = json_text(body, "user");
	struct account *account = user ? org_account(&server->org, user) : NULL;
	struct buf token;
	struct err err;

	if (!account) {
		reply_error(req, 404, "there is no such account");
		return;
	}
	buf_init(&token, 1 << 20);
	if (oidc_issue(server, account, body, &token, &err))
		reply_json(req, 200, json_pack("{s:s}", "token", token.data));
	else
		reply_result(req, false, &err);
	buf_release(&token);
}

static void post_oidc_rotate(struct server *server, struct http_request *req, const json_t *body)
{
	(void)body;
	oidc_rotate(server->oidc);
	reply_json(req, 200, json_object());
}

static void post_oidc_claims(struct server *server, struct http_request *req, const json_t *body)
{
	oidc_wish(server->oidc, body);
	reply_json(req, 200, json_object());
}

static void post_faults(struct server *server, struct http_request *req, const json_t *body)
{
	struct err err;
	bool ok = faults_add(server->faults, body, &err);

	reply_result(req, ok, &err);
}

static void delete_faults(struct server *server, struct http_request *req, const json_t *body)
{
	(void)body;
	faults_clear(server->faults);
	reply_json(req, 200, json_object());
}

static void get_counters(struct server *server, struct http_request *req, const json_t *body)
{
	(void)body;
	reply_json(req, 200, counters_json(&server->counters));
}

static void delete_counters(struct server *server, struct http_request *req, const json_t *body)
{
	(void)body;
	counters_reset(&server->counters);
	reply_json(req, 200, json_object());
}

static void post_streams(struct server *server, struct http_request *req, const json_t *body)
{
	const char *how = json_text(body, "end");

	if (text_equal(how, "close"))
		streams_end_all(server->streams, STREAMS_CLOSE);
	else if (text_equal(how, "cut"))
		streams_end_all(server->streams, STREAMS_CUT);
	else if (text_equal(how, "silence"))
		streams_end_all(server->streams, STREAMS_SILENCE);
	else {
		reply_error(req, 400, "'end' must be 'close', 'cut' or 'silence'");
		return;
	}
	reply_json(req, 200, json_object());
}

static void post_reset(struct server *server, struct http_request *req, const json_t *body)
{
	(void)body;
	streams_end_all(server->streams, STREAMS_CLOSE);
	faults_clear(server->faults);
	counters_reset(&server->counters);
	org_reset(&server->org);
	oidc_wish(server->oidc, NULL);
	webmail_release(&server->webmail);
	reply_json(req, 200, json_object());
}

static const struct {
	enum http_method method;
	const char *path;
	route *run;
} routes[] = {
	{ HTTP_POST, "/accounts", post_accounts },
	{ HTTP_POST, "/mailboxes", post_mailboxes },
	{ HTTP_POST, "/impersonation", post_impersonation },
	{ HTTP_POST, "/deliver", post_deliver },
	{ HTTP_POST, "/token", post_token },
	{ HTTP_POST, "/addin", post_addin },
	{ HTTP_POST, "/oidc/token", post_oidc_token },
	{ HTTP_POST, "/oidc/rotate", post_oidc_rotate },
	{ HTTP_POST, "/oidc/claims", post_oidc_claims },
	{ HTTP_POST, "/faults", post_faults },
	{ HTTP_DELETE, "/faults", delete_faults },
	{ HTTP_GET, "/counters", get_counters },
	{ HTTP_DELETE, "/counters", delete_counters },
	{ HTTP_POST, "/streams", post_streams },
	{ HTTP_POST, "/reset", post_reset },
};

/* /mailboxes/<smtp>/items */
static bool handle_items(struct server *server, struct http_request *req)
{
	static const char head[] = "/mailboxes/", tail[] = "/items";
	const char *path = http_path(req);
	char smtp[PATH_MAX_LEN], folder[64];

	if (http_method(req) != HTTP_GET || !text_starts_with(path, head) ||
		!text_ends_with(path, tail))
		return false;
	size_t len = strlen(path) - strlen(head) - strlen(tail);
	if (!http_percent_decode(path + strlen(head), len, false, smtp, sizeof(smtp)))
		return false;
	struct mailbox *mailbox = org_mailbox(&server->org, smtp);
	if (!mailbox) {
		reply_error(req, 404, "there is no such mailbox");
		return true;
	}
	bool one = http_query_value(req, "folder", folder, sizeof(folder));
	reply_json(req, 200, dump_items(mailbox, one ? folder : NULL));
	return true;
}

void control_handle(struct http_request *req, void *arg)
{
	struct server *server = arg;
	json_t *body = NULL;
	struct err err;
	size_t len;
	const char *bytes = http_body(req, &len);

	if (webmail_handle(server, req))
		return;
	if (len && !json_parse(bytes, len, &body, &err)) {
		reply_error(req, 400, err.text);
		return;
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(*routes); i++) {
		if (routes[i].method == http_method(req) &&
			text_equal(routes[i].path, http_path(req))) {
			routes[i].run(server, req, body);
			json_decref(body);
			return;
		}
	}
	json_decref(body);
	if (!handle_items(server, req))
		reply_error(req, 404, "there is nothing here");
}
