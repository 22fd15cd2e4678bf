/*
 * http_proxies - whose word we take for where a request comes from.
 *
 * A reverse proxy appends the address it was called from to X-Forwarded-For; whatever stands before
 * that was said by its client, and clients lie. So the header is read from its end, and only as far
 * as the last speaker is one of our proxies: the first address which is none of them is the client
 * (RFC 7239, 5.2 and 8.1, say the same of Forwarded).
 */
#ifndef WIRE_HTTP_PROXIES_H
#define WIRE_HTTP_PROXIES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	HTTP_PROXIES_MAX = 64,        /* networks in a table */
	HTTP_PROXIES_TEXT_MAX = 2000, /* bytes of their list */
	HTTP_FORWARDED_MAX = 16,      /* header lines, and hops, looked at */
	HTTP_PEER_LEN = 45,           /* bytes of an address in text */
};

struct http_network {
	unsigned char address[16]; /* IPv6; of IPv4 the mapped address */
	int bits;                  /* of address that count */
};

struct http_proxies {
	struct http_network networks[HTTP_PROXIES_MAX];
	size_t count;
};

/* text: addresses and networks ("10.0.0.0/8"), between them blanks or commas; "": none. */
bool http_proxies_parse(const char *text, struct http_proxies *ret, struct err *err);

bool http_proxies_have(const struct http_proxies *proxies, const char *address);

/* Writes the client's address. peer: that of the TCP connection, which is the answer unless it is a
 * proxy's and all hops looked at can be read. lines: values of X-Forwarded-For, the last one first,
 * NULL-ended. If all hops are proxies, the farthest is the client. */
void http_proxies_client(const struct http_proxies *proxies, const char *peer,
	const char *const lines[], char ret[HTTP_PEER_LEN + 1]);

#endif
