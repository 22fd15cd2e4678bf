/*
 * origin - the scheme, host and port at the head of an https URL.
 *
 * The grammar is narrower than any HTTP library's, so that no two parsers can read two hosts out of
 * one text: "https://", a host of letters, digits, '.', '-' (or a bracketed IPv6 literal) and an
 * optional decimal port. There is no user information. Origins are compared as texts: no name is
 * resolved and no address understood.
 */
#ifndef BASE_ORIGIN_H
#define BASE_ORIGIN_H

#include <stdbool.h>

enum {
	ORIGIN_HOST_MAX = 253, /* bytes: a DNS name */
	ORIGIN_HTTPS_PORT = 443,
	ORIGIN_TEXT_MAX = ORIGIN_HOST_MAX + 16, /* bytes of "https://host:port" */
};

struct origin {
	char host[ORIGIN_HOST_MAX + 1]; /* lower case; IPv6 in brackets */
	int port;
};

/* Reads "host[:port]" and returns what follows; NULL when it is neither. */
const char *origin_read_host(const char *text, struct origin *ret);
/* Reads "https://host[:port]" and returns what follows: "" or a text that begins with a slash. NULL
 * when the text is no such URL. */
const char *origin_read(const char *url, struct origin *ret);
bool origin_equal(const struct origin *a, const struct origin *b);
/* "https://host", and ":port" when it is not the usual one. */
void origin_format(const struct origin *origin, char ret[ORIGIN_TEXT_MAX + 1]);

#endif
