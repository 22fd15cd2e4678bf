/*
 * ews_session - one mailbox's HTTP conversation with Exchange, shared by the driver's files.
 *
 * While Exchange wants us to wait (ERR_BUSY), calls fail with the rest of that time without a
 * request being made: nothing hammers a throttled mailbox, whoever asks.
 */
#ifndef EXCHANGE_EWS_SESSION_H
#define EXCHANGE_EWS_SESSION_H

#include "base/buf.h"
#include "exchange/driver.h"
#include "exchange/ews_soap.h"
#include "exchange/ews_subscription.h"
#include "wire/http_client.h"

#include <stdatomic.h>

enum {
	EWS_HEADERS_MAX = 6,
	EWS_MAILBOX_MAX = 254, /* bytes of an SMTP address, RFC 5321 */
};

struct ews {
	struct exchange base;
	char *url, *mailbox;
	const char *impersonate;              /* mailbox, or NULL with direct access */
	char *anchor;                         /* the header that names the mailbox */
	const char *headers[EWS_HEADERS_MAX]; /* the anchor last */
	struct http_client *http;
	struct buf request; /* the body being written */
	int64_t busy_until; /* monotonic ms */
	int empty_pages;    /* one after the other */
	atomic_llong requests;
	atomic_bool woken, cancelled;
	struct ews_subscription subscription;
};

/* Whether it may stand in a header as somebody's address. */
bool ews_is_mailbox(const char *mailbox);
/* The header that names the mailbox whose server is meant; free() it. */
char *ews_anchor(const char *mailbox);

/* The empty request body to write into. */
struct buf *ews_begin(struct ews *e);

/* Sends e->request. reply points into answer; http_answer_release() after success. */
bool ews_send(struct ews *e, struct http_answer *answer, struct ews_reply *reply, struct err *err);

/* As ews_send(), on behalf of another mailbox: its throttling is its own and not remembered. */
bool ews_send_for(struct ews *e, const char *mailbox, struct http_answer *answer,
	struct ews_reply *reply, struct err *err);

/* The call described for http_client: url, headers, body. */
struct http_call ews_http_call(const struct ews *e);

/* Ends a verb that failed with *why: keeps the wait that Exchange asks for, fills *err, returns
 * false. */
bool ews_fail(struct ews *e, const struct err *why, struct err *err);

/* False, with ERR_BUSY and the rest of the wait, while Exchange wants us to wait. */
bool ews_may_call(const struct ews *e, struct err *err);

#endif
