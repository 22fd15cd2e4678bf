/*
 * ews_soap - SOAP envelopes of Exchange Web Services: writing requests, judging answers.
 *
 * A request is written into a buf between ews_envelope_begin() and ews_envelope_end(). An answer is
 * read as a whole: it is either one whose response messages may be looked at, or a struct err that
 * says in plain words what came instead (a fault under whatever HTTP status, a login page, ...).
 * Nodes of a response belong to it and are valid until ews_response_release().
 */
#ifndef EXCHANGE_EWS_SOAP_H
#define EXCHANGE_EWS_SOAP_H

#include "base/buf.h"
#include "base/err.h"
#include "exchange/exchange.h"
#include "wire/xml.h"

enum { EWS_REQUEST_MAX = 16 << 20 }; /* bytes of one request */

/* impersonate: SMTP address of the mailbox to act for; NULL: the account's own. */
void ews_envelope_begin(struct buf *b, const char *impersonate);
void ews_envelope_end(struct buf *b);

/* Text or attribute value: escaped, and without what XML cannot carry (control characters,
 * malformed UTF-8), which is left out. */
void ews_text(struct buf *b, const char *text);
/* <t:name Id=".." ChangeKey=".."/>; change_key may be NULL. */
void ews_item_id(struct buf *b, const char *name, const char *id, const char *change_key);

struct ews_reply { /* what HTTP brought */
	long status;
	const char *content_type; /* lower case */
	int64_t retry_after_ms;   /* -1: not told */
	const char *bytes;
	size_t len;
};

struct ews_response {
	struct xml_doc *doc;
	const xml_node *first; /* response message; the others are its siblings */
};

/* operation: "GetItem", ... an answer to anything else is refused. */
bool ews_response_read(const struct ews_reply *reply, const char *operation,
	struct ews_response *ret, struct err *err);
void ews_response_release(struct ews_response *response);

/* True when the response message tells success; else err is its response code's meaning. */
bool ews_message_ok(const xml_node *message, struct err *err);
/* The message's ResponseCode; "" if none. */
const char *ews_message_code(const xml_node *message, struct arena *arena);

/* Reads the message of item i of a batch, which is one of success. False: err becomes its result. */
typedef bool ews_item_fn(const xml_node *message, size_t i, void *arg, struct err *err);

/* One result per item, in order; fn may be NULL. Items the answer says nothing of are ERR_NET (try
 * again); one that is denied while others are not is ERR_PROTOCOL: its own affair. False when the
 * answer is no answer to this batch, or when it fails for every item because of the account or the
 * mailbox (ERR_DENIED, ERR_BUSY). */
bool ews_results_read(const struct ews_response *response, size_t count, ews_item_fn *fn, void *arg,
	struct exchange_result *ret_results, struct err *err);

#endif
