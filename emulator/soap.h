/*
 * soap - one EWS call: envelope and headers in, response messages or a fault out.
 *
 * soap_serve() reads the envelope, finds whose mailbox is meant and runs the operation, which
 * writes the content of the answer's soap:Body into call->out with the reply_ functions. Elements
 * are found by local name; whoever writes them uses the prefixes m: and t:, which the envelope
 * binds.
 */
#ifndef EMULATOR_SOAP_H
#define EMULATOR_SOAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "field.h"
#include "mailbox.h"
#include "wire/xml.h"

enum { SOAP_ANSWER_MAX = 256 << 20, REFUSAL_TEXT_MAX = 400 };

struct streams;
struct http_request;

struct call {
	struct org *org;
	const struct account *account;
	struct mailbox *mailbox; /* whose data this is about; NULL: the account has none */
	struct arena *arena;
	const xml_node *op; /* the operation's element */
	const char *zone;   /* of TimeZoneContext; NULL: UTC */
	struct buf out;     /* inside of soap:Body */
	int status;         /* HTTP; 500 with a fault */
	/* GetStreamingEvents keeps the request and sets taken */
	struct streams *streams;
	struct http_request *http;
	bool taken;
	/* fault injection: the n-th item the call names is refused with this code; 0: none */
	int64_t fail_item, items_named;
	const char *fail_code;
	struct item *made; /* occurrences made for this call, by thread_next */
};

/* Why one item, folder or request is refused: an EWS response code and a sentence. */
struct refusal {
	const char *code;
	char text[REFUSAL_TEXT_MAX];
};
/* Fills *r, returns false. */
bool refuse(struct refusal *r, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

typedef void operation(struct call *call);

/* The operation's local name in the request ("" when it is no SOAP), for faults and counters. */
const char *soap_operation(const xml_node *envelope);
/* The mailbox the request is about, before any right is checked; NULL: unknown. */
const char *soap_subject(
	const xml_node *envelope, const struct account *account, struct arena *arena);

/* Runs the call: call->org, account, arena, streams, http are set. */
void soap_serve(struct call *call, const xml_node *envelope);

/* Replaces whatever was written by a fault. */
void soap_fault(struct call *call, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* ErrorServerBusy; back_off: the text of its BackOffMilliseconds, "" for none. */
void soap_fault_busy(struct call *call, const char *back_off);
/* A fault ErrorSchemaValidation that names the violation; returns false. */
bool soap_malformed(struct call *call, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The complete envelope around a body. */
void soap_envelope(struct buf *b, const char *body, size_t len);

/* <m:{op}Response><m:ResponseMessages> ... */
void reply_begin(struct call *call, const char *op);
/* ... one message: success, then its inside, then reply_end_message ... */
void reply_ok(struct call *call, const char *op);
void reply_end_message(struct call *call, const char *op);
/* ... or a refusal, complete; `inside` goes after its code (NULL: nothing). */
void reply_refusal(struct call *call, const char *op, const struct refusal *r, const char *inside);
void reply_end(struct call *call, const char *op);

/* False after a fault, when the call is about nobody's mailbox. */
bool soap_need_mailbox(struct call *call);

/* The item of an ItemId, OccurrenceItemId or RecurringMasterItemId element, in the call's mailbox.
 * An occurrence (item->master is set) lives until the end of the call. */
bool soap_item(struct call *call, const xml_node *id, struct item **ret, struct refusal *r);
/* The occurrence as an item that lives until the end of the call; NULL: there is none. */
struct item *soap_occurrence(struct call *call, const struct item *master, int64_t original_start);
/* The folder of a FolderId or DistinguishedFolderId element. */
bool soap_folder(struct call *call, const xml_node *id, struct folder **ret, struct refusal *r);
/* The first element child of parent that names a folder. */
bool soap_folder_in(
	struct call *call, const xml_node *parent, struct folder **ret, struct refusal *r);

/* ItemShape; false after a fault. */
bool soap_shape(struct call *call, const xml_node *node, bool list, struct shape *ret);

#endif
