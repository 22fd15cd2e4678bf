/*
 * amurl - where an Exchange identity token says its keys are, and whether we believe it.
 *
 * The metadata document holds a self-signed certificate, so all trust rests on fetching it over
 * verified TLS from a host that the administrator listed. A token is a stranger's text at that
 * moment: nothing is fetched from a URL that amurl_check() did not pass.
 *
 * The URL is taken apart by a grammar narrower than any HTTP library's, so that no two parsers can
 * read two hosts out of one text: "https://", a host of letters, digits, '.', '-' (or a bracketed
 * IPv6 literal), an optional decimal port, and the path at which every Exchange server keeps the
 * document. The path is pinned because other paths of a listed host may serve what users put there.
 */
#ifndef AUTH_AMURL_H
#define AUTH_AMURL_H

#include "base/err.h"
#include "base/origin.h"

enum {
	AMURL_MAX = 320, /* bytes */
	AMURL_HOST_MAX = ORIGIN_HOST_MAX,
};

struct amurl {
	char host[AMURL_HOST_MAX + 1]; /* lower case; IPv6 in brackets */
	int port;
	char url[AMURL_MAX + 1]; /* what to fetch: written anew from the parts */
};

/* domains: NULL-ended. An entry is a host name or numeric address (port 443), or either with a port,
 * or an https URL of host and port; it matches as a text, without regard to case: no name is
 * resolved and no address understood, so 127.0.0.1 passes only when the list has "127.0.0.1".
 * amurl: NULL when the token has none. ERR_DENIED: the sentence names the found domain and the
 * list. */
bool amurl_check(const char *amurl, const char *const *domains, struct amurl *ret, struct err *err);

#endif
