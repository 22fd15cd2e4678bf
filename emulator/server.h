/*
 * server - the HTTPS side: Exchange.asmx, the metadata document, the OpenID provider.
 */
#ifndef EMULATOR_SERVER_H
#define EMULATOR_SERVER_H

#include "counters.h"
#include "fault.h"
#include "mailbox.h"
#include "oidc.h"
#include "record.h"
#include "streams.h"
#include "token.h"
#include "webmail.h"
#include "wire/http_server.h"

struct held;

struct server {
	struct loop *loop;
	struct org org;
	struct faults *faults;
	struct streams *streams;
	struct counters counters;
	struct record record;
	struct tokens tokens;
	struct oidc *oidc;
	struct webmail webmail;
	struct http_server *http;
	struct held *held; /* requests that wait for a delay to pass */
};

/* The handler of the HTTPS listener; arg is the struct server. */
void server_handle(struct http_request *req, void *arg);

/* Answers with a JSON document, or with what a fault of that name wants. Takes doc over.
 * False: it wants a delay, and the request is dispatched again later. */
bool server_reply_document(struct server *server, struct http_request *req, bool with_faults,
	const char *name, int status, json_t *doc);

/* At the end: requests still held are forgotten (their connections are closed by then). */
void server_forget_held(struct server *server);

/* For streams_new(): counts and records envelopes of streams. */
void server_stream_sent(const char *envelope, size_t len, void *arg);

#endif
