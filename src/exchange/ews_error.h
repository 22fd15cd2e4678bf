/*
 * ews_error - what Exchange's refusals mean: response codes, HTTP statuses and back-off times.
 */
#ifndef EXCHANGE_EWS_ERROR_H
#define EXCHANGE_EWS_ERROR_H

#include "base/err.h"

enum { /* how long "wait" is, whatever the server says */
	EWS_BACKOFF_MIN_MS = 100,
	EWS_BACKOFF_DEFAULT_MS = 10 * 1000,
	EWS_BACKOFF_MAX_MS = 15 * 60 * 1000,
};

/* Fills *err for a ResponseCode ("ErrorServerBusy") with its MessageText (may be NULL) and returns
 * false. retry_after_ms counts for codes that mean "wait": clamped, -1 = not told. */
bool ews_error_code(const char *code, const char *message, int64_t retry_after_ms, struct err *err);

/* The same for an HTTP status that came without a SOAP fault. */
bool ews_error_status(long status, int64_t retry_after_ms, struct err *err);

/* The decimal text of BackOffMilliseconds; -1 when it is missing, negative or no number; beyond
 * EWS_BACKOFF_MAX_MS that. */
int64_t ews_error_backoff(const char *text);

#endif
