/*
 * ews_stream - streaming notifications: their requests, and the endless answer cut into notices.
 *
 * The answer to GetStreamingEvents is a chain of whole SOAP envelopes in one chunked body. Pieces
 * arrive cut anywhere; ews_stream_feed() gives each envelope once it is whole.
 *
 *	ews_stream_init -> ews_stream_feed ... (ews_stream_reset before another answer) ->
 *	ews_stream_release
 */
#ifndef EXCHANGE_EWS_STREAM_H
#define EXCHANGE_EWS_STREAM_H

#include "exchange/ews_soap.h"

enum {
	EWS_STREAM_MINUTES = 29,        /* ConnectionTimeout: the schema allows 1..30 */
	EWS_STREAM_DOC_MAX = 4 << 20,   /* bytes of one envelope */
	EWS_SUBSCRIPTION_ID_MAX = 8192, /* bytes */
};

void ews_subscribe_write(struct buf *b, const char *impersonate);
/* The subscription's id, in the arena. */
bool ews_subscribe_read(
	const struct ews_reply *reply, struct arena *arena, const char **ret, struct err *err);
void ews_unsubscribe_write(struct buf *b, const char *impersonate, const char *subscription);
void ews_stream_write(struct buf *b, const char *impersonate, const char *subscription);

struct ews_stream {
	struct buf doc; /* the envelope so far */
	int where;      /* of the markup the next byte is */
	int depth;      /* open elements */
	char quote;     /* that ends the attribute value */
	char last[2];   /* bytes before, newest last, within a tag, comment or the like */
	bool in_doc;
};

typedef void ews_envelope_fn(const char *bytes, size_t len, void *arg);

void ews_stream_init(struct ews_stream *s);
void ews_stream_release(struct ews_stream *s);
void ews_stream_reset(struct ews_stream *s);
/* False: this is no chain of envelopes (ERR_PROTOCOL) or one is too long (ERR_LIMIT); feed no more
 * before a reset. */
bool ews_stream_feed(struct ews_stream *s, const char *bytes, size_t len, ews_envelope_fn *fn,
	void *arg, struct err *err);

struct ews_notice {
	bool news;   /* something came into the folder, or changed there */
	bool closed; /* the connection's time is up; the subscription goes on */
};

/* One envelope. inbox: the folder's id, learnt here from what arrives in it; a message that is moved
 * out of it is no news. False: the subscription is not to be relied on any more, err says why. */
bool ews_notice_read(
	const char *bytes, size_t len, struct buf *inbox, struct ews_notice *ret, struct err *err);

#endif
