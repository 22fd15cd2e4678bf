#include "server.h"

#include "base/clock.h"
#include "base/text.h"
#include "soap.h"
#include "wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char XML_TYPE[] = "text/xml; charset=utf-8";
static const char LOGIN_PAGE[] =
	"<!DOCTYPE html><html><head><title>Outlook</title></head><body><form method=post "
	"action=\"/owa/auth.owa\"><input name=username><input name=password type=password>"
	"</form></body></html>";

enum { CREDENTIALS_MAX = 1024 };

/* Basic authentication, RFC 7617. */
static struct account *authenticate(const struct org *org, const char *header)
{
	struct account *account = NULL;
	struct buf plain;

	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return NULL;
	buf_init(&plain, CREDENTIALS_MAX);
	if (text_base64_decode(&plain, header + 6, strlen(header + 6))) {
		char *colon = strchr(plain.data, ':');
		if (colon) {
			*colon = 0;
			account = org_account(org, plain.data);
		}
		if (account && !text_equal(account->password, colon + 1))
			account = NULL;
	}
	buf_release(&plain);
	return account;
}

static void reply_text(struct http_request *req, int status, const char *text)
{
	http_reply(req, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* One request, from its bytes to its answer. */
struct job {
	struct server *server;
	struct http_request *http;
	const char *operation, *subject;
	struct xml_doc *doc; /* NULL: no XML */
	struct arena arena;
	struct call call;
};

static void answer(struct job *job, const struct fault *fault)
{
	struct server *server = job->server;
	struct buf envelope;

	buf_init(&envelope, SOAP_ANSWER_MAX);
	soap_envelope(&envelope, job->call.out.data, job->call.out.len);
	counters_of(&server->counters, job->operation)->bytes_out += (int64_t)envelope.len;
	record_response(&server->record, job->operation, envelope.data, envelope.len);
	if (fault && fault->kind == FAULT_CUT)
		http_reply_cut(job->http, job->call.status, XML_TYPE, envelope.data, envelope.len,
			(size_t)fault->bytes);
	else if (fault && fault->kind == FAULT_LOST)
		http_reply_cut(
			job->http, job->call.status, XML_TYPE, envelope.data, envelope.len, 0);
	else
		http_reply(job->http, job->call.status, XML_TYPE, envelope.data, envelope.len);
	buf_release(&envelope);
}

static void serve(struct job *job, const struct fault *fault)
{
	struct call *call = &job->call;

	if (fault && fault->kind == FAULT_ITEM) {
		call->fail_item = fault->item;
		call->fail_code = fault->code ? fault->code : "ErrorInternalServerError";
	}
	soap_serve(call, job->doc ? xml_root(job->doc) : NULL);
	if (!call->taken)
		answer(job, fault);
}

static void fail_sync_state(struct job *job)
{
	struct refusal r;

	job->call.status = 200;
	reply_begin(&job->call, "SyncFolderItems");
	refuse(&r, "ErrorInvalidSyncStateData",
		"Synchronization state data is corrupt or otherwise invalid.");
	reply_refusal(&job->call, "SyncFolderItems", &r,
		"<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>");
	reply_end(&job->call, "SyncFolderItems");
	answer(job, NULL);
}

/* BackOffMilliseconds: as wished, or whatever text a test wants there ("": none at all). */
static const char *back_off(struct job *job, const struct fault *fault)
{
	return fault->text ? fault->text
			   : arena_printf(&job->arena, "%" PRId64, fault->milliseconds);
}

/* One error message under 200, in place of all the operation's. */
static void fail_message(struct job *job, const struct fault *fault)
{
	const char *inside = NULL;
	struct refusal r;

	refuse(&r, fault->code ? fault->code : "ErrorInternalServerError", "%s",
		"Refused by fault injection.");
	if (text_equal(r.code, "ErrorServerBusy"))
		inside = arena_printf(&job->arena,
			"<m:MessageXml><t:Value Name=\"BackOffMilliseconds\">%s</t:Value>"
			"</m:MessageXml>",
			back_off(job, fault));
	if (text_equal(job->operation, "SyncFolderItems"))
		inside = arena_printf(&job->arena,
			"%s<m:SyncState/><m:IncludesLastItemInRange>true"
			"</m:IncludesLastItemInRange>",
			inside ? inside : "");
	else if (strstr("CreateItem GetItem UpdateItem MoveItem", job->operation))
		inside = arena_printf(&job->arena, "%s<m:Items/>", inside ? inside : "");
	job->call.status = 200;
	reply_begin(&job->call, job->operation);
	reply_refusal(&job->call, job->operation, &r, inside);
	reply_end(&job->call, job->operation);
	answer(job, NULL);
}

static void fail_status(struct http_request *req, const struct fault *fault)
{
	char seconds[24];

	if (fault->retry_after >= 0) {
		snprintf(seconds, sizeof(seconds), "%" PRId64, fault->retry_after);
		http_set_header(req, "Retry-After", seconds);
	}
	reply_text(req, fault->status, fault->text ? fault->text : "");
}

/* What any HTTP server can do wrong. */
static void fail_plainly(struct http_request *req, const struct fault *fault)
{
	if (fault->kind == FAULT_HTML)
		http_reply(
			req, 200, "text/html; charset=utf-8", LOGIN_PAGE, sizeof(LOGIN_PAGE) - 1);
	else if (fault->kind == FAULT_EMPTY)
		http_reply(req, 200, XML_TYPE, "", 0);
	else
		fail_status(req, fault);
}

/* What goes wrong instead of serving. */
static void fail(struct job *job, const struct fault *fault)
{
	const char *code = fault->code ? fault->code : "ErrorInternalServerError";

	switch (fault->kind) {
	case FAULT_SOAP:
		soap_fault(&job->call, code, "%s",
			fault->text ? fault->text : "An internal server error occurred.");
		answer(job, NULL);
		return;
	case FAULT_BUSY:
		soap_fault_busy(&job->call, back_off(job, fault));
		answer(job, NULL);
		return;
	case FAULT_DROP: http_reply_cut(job->http, 200, XML_TYPE, " ", 1, 0); return;
	case FAULT_STATUS:
	case FAULT_HTML:
	case FAULT_EMPTY: fail_plainly(job->http, fault); return;
	case FAULT_INVALID_SYNC: fail_sync_state(job); return;
	case FAULT_MESSAGE: fail_message(job, fault); return;
	default: serve(job, fault);
	}
}

/* with_faults: it is not served late already. */
static void dispatch(struct server *server, struct http_request *req, bool with_faults);

/* A delayed request, unless its client goes away meanwhile. */
struct held {
	struct held *next;
	struct server *server;
	struct http_request *http; /* NULL: gone */
	struct loop_timer *timer;
};

static void held_gone(void *arg)
{
	((struct held *)arg)->http = NULL;
}

static void held_free(struct held *held)
{
	struct held **p = &held->server->held;

	while (*p != held)
		p = &(*p)->next;
	*p = held->next;
	loop_timer_free(&held->timer);
	free(held);
}

void server_forget_held(struct server *server)
{
	while (server->held)
		held_free(server->held);
}

static void held_over(void *arg)
{
	struct held *held = arg;

	if (held->http) {
		http_request_on_close(held->http, NULL, NULL);
		dispatch(held->server, held->http, false);
	}
	held_free(held);
}

static void hold(struct server *server, struct http_request *http, int64_t milliseconds)
{
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		abort();
	held->server = server;
	held->http = http;
	http_request_on_close(http, held_gone, held);
	held->next = server->held;
	server->held = held;
	held->timer =
		loop_timer_new(server->loop, milliseconds > 0 ? milliseconds : 1, held_over, held);
}

static void job_release(struct job *job)
{
	buf_release(&job->call.out);
	xml_free(&job->doc);
	arena_release(&job->arena);
}

static void job_read(struct job *job, struct account *account)
{
	struct server *server = job->server;
	const xml_node *root;
	struct err err;
	size_t len;
	const char *body = http_body(job->http, &len);

	arena_init(&job->arena);
	if (!xml_parse(body, len, &job->doc, &err))
		job->doc = NULL;
	root = job->doc ? xml_root(job->doc) : NULL;
	job->operation = soap_operation(root);
	job->subject = soap_subject(root, account, &job->arena);
	job->call = (struct call){
		.org = &server->org,
		.account = account,
		.arena = &job->arena,
		.streams = server->streams,
		.http = job->http,
	};
	buf_init(&job->call.out, SOAP_ANSWER_MAX);
}

/* The budget charged is that of the mailbox asked about. */
static bool is_over_budget(struct job *job)
{
	struct mailbox *mailbox = org_mailbox(&job->server->org, job->subject);
	int64_t milliseconds = mailbox ? budget_spend(&mailbox->budget, clock_mono_ms()) : 0;

	if (milliseconds)
		soap_fault_busy(&job->call, arena_printf(&job->arena, "%" PRId64, milliseconds));
	return milliseconds > 0;
}

static void job_run(
	struct server *server, struct http_request *http, struct account *account, bool with_faults)
{
	struct job job = { .server = server, .http = http };
	const struct fault *fault = NULL;
	size_t len;

	job_read(&job, account);
	const char *body = http_body(http, &len);
	if (with_faults) {
		struct counter *counter = counters_of(&server->counters, job.operation);
		counter->requests++;
		counter->bytes_in += (int64_t)len;
		fault = faults_match(server->faults, job.operation, job.subject);
	}
	if (fault && fault->kind == FAULT_DELAY) {
		hold(server, http, fault->milliseconds);
		job_release(&job);
		return;
	}
	record_request(&server->record, job.operation, body, len);
	if (!fault && is_over_budget(&job))
		answer(&job, NULL);
	else if (fault)
		fail(&job, fault);
	else
		serve(&job, NULL);
	job_release(&job);
}

static void handle_ews(struct server *server, struct http_request *req, bool with_faults)
{
	struct account *account = authenticate(&server->org, http_header(req, "Authorization"));

	if (!account) {
		http_set_header(req, "WWW-Authenticate", "Basic realm=\"localhost\"");
		reply_text(req, 401, "");
		return;
	}
	if (http_method(req) != HTTP_POST) {
		http_set_header(req, "Allow", "POST");
		reply_text(req, 405, "POST a SOAP request here.");
		return;
	}
	if (http_header(req, "X-PreferServerAffinity"))
		http_set_header(req, "Set-Cookie",
			"X-BackEndOverrideCookie=localhost~1944050701; path=/; secure; HttpOnly");
	job_run(server, req, account, with_faults);
}

/* False: later. */
static bool reply_bytes(struct server *server, struct http_request *req, bool with_faults,
	const char *name, int status, const struct buf *doc)
{
	static const char json_type[] = "application/json; charset=utf-8";
	const struct fault *fault = NULL;

	if (with_faults) {
		counters_of(&server->counters, name)->requests++;
		fault = faults_match(server->faults, name, NULL);
	}
	if (fault && fault->kind == FAULT_DELAY) {
		hold(server, req, fault->milliseconds);
		return false;
	}
	if (!fault)
		http_reply(req, status, json_type, doc->data, doc->len);
	else if (fault->kind == FAULT_CUT || fault->kind == FAULT_LOST || fault->kind == FAULT_DROP)
		http_reply_cut(req, status, json_type, doc->data, doc->len,
			fault->kind == FAULT_CUT ? (size_t)fault->bytes : 0);
	else
		fail_plainly(req, fault);
	return true;
}

bool server_reply_document(struct server *server, struct http_request *req, bool with_faults,
	const char *name, int status, json_t *doc)
{
	struct buf bytes;

	buf_init(&bytes, 1 << 20);
	json_write(&bytes, doc);
	json_decref(doc);
	bool replied = reply_bytes(server, req, with_faults, name, status, &bytes);
	buf_release(&bytes);
	return replied;
}

static void handle_metadata(struct server *server, struct http_request *req, bool with_faults)
{
	struct buf doc;

	buf_init(&doc, 1 << 20);
	token_metadata(&server->tokens, &doc);
	reply_bytes(server, req, with_faults, "metadata", 200, &doc);
	buf_release(&doc);
}

static void dispatch(struct server *server, struct http_request *req, bool with_faults)
{
	const char *path = http_path(req);

	if (text_equal_nocase(path, "/EWS/Exchange.asmx"))
		handle_ews(server, req, with_faults);
	else if (text_equal_nocase(path, "/autodiscover/metadata/json/1"))
		handle_metadata(server, req, with_faults);
	else if (oidc_handle(server, req, with_faults))
		return;
	else
		reply_text(req, 404, "There is nothing here.");
}

void server_handle(struct http_request *req, void *arg)
{
	dispatch(arg, req, true);
}

void server_stream_sent(const char *envelope, size_t len, void *arg)
{
	static const char name[] = "GetStreamingEvents";
	struct server *server = arg;

	counters_of(&server->counters, name)->bytes_out += (int64_t)len;
	server->record.number++;
	record_response(&server->record, name, envelope, len);
}
