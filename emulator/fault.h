/*
 * fault - rules by which requests go wrong on purpose.
 */
#ifndef EMULATOR_FAULT_H
#define EMULATOR_FAULT_H

#include "base/err.h"

#include <jansson.h>
#include <stdint.h>

enum fault_kind {
	FAULT_STATUS,       /* an HTTP status with a body */
	FAULT_SOAP,         /* a SOAP fault with a response code */
	FAULT_BUSY,         /* ErrorServerBusy with a back-off */
	FAULT_DELAY,        /* served late */
	FAULT_CUT,          /* served, but the answer is cut */
	FAULT_LOST,         /* served, but no byte of the answer's body arrives */
	FAULT_DROP,         /* not served, the connection is closed */
	FAULT_HTML,         /* 200 with a login page */
	FAULT_EMPTY,        /* 200 with nothing */
	FAULT_INVALID_SYNC, /* ErrorInvalidSyncStateData */
	FAULT_MESSAGE,      /* 200 with one error response message */
	FAULT_ITEM,         /* one item of a batch is refused */
};

struct fault {
	enum fault_kind kind;
	int status;           /* FAULT_STATUS */
	int64_t retry_after;  /* seconds; -1: not said */
	int64_t milliseconds; /* delay, back-off; back-off -1: not said */
	int64_t bytes;        /* FAULT_CUT: of the body that still go out */
	int64_t item;         /* FAULT_ITEM: from 1 */
	char *code, *text;    /* response code; body or message */
};

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults **faults);
void faults_clear(struct faults *faults);

/* rule: {"operation": "GetItem" (absent: every one), "mailbox": "x@y" (absent: every one),
 * "nth": 1, "count": 1 (0: for ever), "kind": "status", ...parameters}. */
bool faults_add(struct faults *faults, const json_t *rule, struct err *err);

/* Counts the request and tells what is to go wrong with it; NULL: nothing. */
const struct fault *faults_match(struct faults *faults, const char *operation, const char *mailbox);

#endif
