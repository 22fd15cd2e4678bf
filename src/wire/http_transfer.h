/*
 * http_transfer - one request on its way: a libcurl handle set up with everything we insist on
 * (verified TLS 1.2+, http and https only, no redirects, deadlines), and its failure in words.
 *
 *	http_transfer_init -> run by a curl multi handle -> http_transfer_failure -> release
 */
#ifndef WIRE_HTTP_TRANSFER_H
#define WIRE_HTTP_TRANSFER_H

#include "wire/http_client.h"

#include <curl/curl.h>

enum { HTTP_HOST_MAX = 256 };

struct http_transfer {
	CURL *easy;
	struct curl_slist *headers;
	const struct http_client_options *options; /* defaults filled in */
	char host[HTTP_HOST_MAX + 8];              /* with the port, if the URL names one */
	char problem[CURL_ERROR_SIZE];             /* curl's own words */
	char *body;                                /* a copy */
	size_t body_len, body_sent;
	long timeout_ms;
	bool authorities_unusable; /* ca_pem holds no certificate */
	bool headers_ended;        /* the empty line after them came */
	bool done;
	CURLcode result; /* when done */
	bool too_large;  /* set by who takes the body */
};

/* ERR_INVALID: not a http(s) URL, plain http where https is demanded, a header with a line break.
 * The caller sets the write function and CURLOPT_PRIVATE. */
bool http_transfer_init(struct http_transfer *t, const struct http_client_options *options,
	const struct http_call *call, CURLSH *share, struct err *err);
void http_transfer_release(struct http_transfer *t);

/* libcurl has come to an end with it. */
void http_transfer_done(struct http_transfer *t, CURLcode result);
/* Why it is done without CURLE_OK; returns false. */
bool http_transfer_failure(const struct http_transfer *t, struct err *err);

#endif
