/*
 * control - the JSON interface by which tests and demos set the stage and look behind it.
 *
 * Plain HTTP, no authentication, for loopback only. Every answer is JSON; failures are
 * {"error": "..."} with status 400 or 404.
 *
 *	POST /accounts    {"user", "password", "smtp", "name", "impersonate": true | ["a@b"],
 *	                   "delegate_of": ["a@b"], "mailbox": false, + what POST /mailboxes takes}
 *	POST /mailboxes   {"smtp", "name", "equipment", "processing": "None" | "AutoUpdate" |
 *	                   "AutoAccept", "allow_conflicts", "process_external", "requests_per_second": 0 (no limit),
 *	                   "blank": lists show nothing, "renew": true (all ids change)}
 *	POST /impersonation {"user", "impersonate": true | ["a@b"]}
 *	GET  /mailboxes/<smtp>/items[?folder=inbox]
 *	POST /deliver     {"to", "type": "request" | "cancellation" | "message", ...} (deliver.h)
 *	POST /token       {"user", "audience", ...} (token.h)
 *	POST /addin       {"url", "audience", "sso"}: the add-in that the mail page shows (webmail.h)
 *	POST /oidc/token  {"user", "tenant", "audience", "client", ...} (oidc.h)
 *	POST /oidc/claims {...} put over the claims of ID tokens, until POST /reset
 *	POST /oidc/rotate the OpenID provider signs with a new key
 *	POST /faults      {"operation", "nth", "count", "kind", ...} (fault.h);  DELETE /faults
 *	GET  /counters;  DELETE /counters
 *	POST /streams     {"end": "close" | "cut" | "silence"}
 *	     /mail/       the mail page
 *	POST /reset       everything but the certificates and the token key is forgotten
 */
#ifndef EMULATOR_CONTROL_H
#define EMULATOR_CONTROL_H

#include "server.h"

/* The handler of the control listener; arg is the struct server. */
void control_handle(struct http_request *req, void *arg);

/* One account as POST /accounts takes it. */
bool control_add_account(struct org *org, const json_t *wish, struct err *err);

#endif
