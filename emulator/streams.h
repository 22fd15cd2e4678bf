/*
 * streams - connections of GetStreamingEvents that are open now.
 */
#ifndef EMULATOR_STREAMS_H
#define EMULATOR_STREAMS_H

#include "base/buf.h"
#include "mailbox.h"
#include "wire/http_server.h"

enum {
	STREAMS_PER_MAILBOX = 3, /* HangingConnectionLimit */
	STREAM_SUBSCRIPTIONS_MAX = 200,
	STREAM_MINUTES_MAX = 30,
};

struct streams;

/* sent (may be NULL) sees every envelope. */
typedef void streams_sent_fn(const char *envelope, size_t len, void *arg);
struct streams *streams_new(
	struct loop *loop, struct org *org, int keep_alive_s, streams_sent_fn *sent, void *arg);
void streams_free(struct streams **streams);

size_t streams_count(const struct streams *streams, const struct mailbox *mailbox);
/* Takes the request over: it is answered from now on, until minutes are over or the client goes
 * away. The subscriptions exist. */
void streams_open(struct streams *streams, struct http_request *http, struct mailbox *mailbox,
	const char *const *subscription_ids, size_t count, int64_t minutes);

enum streams_end { STREAMS_CLOSE, STREAMS_CUT, STREAMS_SILENCE };
/* Ends every stream: with status Closed; in the middle of an envelope; or by saying nothing more
 * while the connection stays. */
void streams_end_all(struct streams *streams, enum streams_end how);

#endif
