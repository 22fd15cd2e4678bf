#include "wire/http_proxies.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BITS = 128, MAPPED_BITS = 96 };

static const unsigned char mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static bool read_address(const char *text, unsigned char ret[16])
{
	if (inet_pton(AF_INET6, text, ret) == 1)
		return true;
	if (inet_pton(AF_INET, text, ret + sizeof(mapped)) != 1)
		return false;
	memcpy(ret, mapped, sizeof(mapped));
	return true;
}

static void write_address(const unsigned char address[16], char ret[HTTP_PEER_LEN + 1])
{
	if (memcmp(address, mapped, sizeof(mapped)) == 0)
		inet_ntop(AF_INET, address + sizeof(mapped), ret, HTTP_PEER_LEN + 1);
	else
		inet_ntop(AF_INET6, address, ret, HTTP_PEER_LEN + 1);
}

/* ---- the table ---- */

/* "address" or "address/bits"; cuts text at the slash. */
static bool read_network(char *text, struct http_network *ret)
{
	char *slash = strchr(text, '/');
	int64_t bits = ADDRESS_BITS;
	if (slash)
		*slash = '\0';
	if (!read_address(text, ret->address))
		return false;
	if (slash) {
		if (!text_to_int64(slash + 1, &bits) || bits < 0)
			return false;
		bits += strchr(text, ':') ? 0 : MAPPED_BITS;
	}
	ret->bits = (int)(bits < ADDRESS_BITS ? bits : ADDRESS_BITS);
	return bits <= ADDRESS_BITS;
}

bool http_proxies_parse(const char *text, struct http_proxies *ret, struct err *err)
{
	struct http_proxies proxies = { 0 };
	char copy[HTTP_PROXIES_TEXT_MAX + 1], *rest = copy, *word;
	if (strlen(text) >= sizeof(copy))
		return err_set(err, ERR_LIMIT, "the list of proxies is longer than %d bytes",
			HTTP_PROXIES_TEXT_MAX);
	strcpy(copy, text);
	while ((word = strtok_r(rest, " \t,", &rest))) {
		char said[64];
		snprintf(said, sizeof(said), "%s", word);
		if (proxies.count == HTTP_PROXIES_MAX)
			return err_set(err, ERR_LIMIT,
				"there are more than %d proxies: write networks, as 10.0.0.0/8",
				HTTP_PROXIES_MAX);
		if (!read_network(word, &proxies.networks[proxies.count++]))
			return err_set(err, ERR_INVALID,
				"'%s' is neither an address nor a network: write 10.0.0.1, "
				"10.0.0.0/8 or fd00::/8",
				said);
	}
	*ret = proxies;
	return true;
}

static bool is_in(const struct http_network *network, const unsigned char address[16])
{
	size_t whole = (size_t)network->bits / 8;
	int rest = network->bits % 8;
	return memcmp(network->address, address, whole) == 0 &&
		(rest == 0 ||
			(network->address[whole] >> (8 - rest)) == (address[whole] >> (8 - rest)));
}

static bool have(const struct http_proxies *proxies, const unsigned char address[16])
{
	for (size_t i = 0; i < proxies->count; i++)
		if (is_in(&proxies->networks[i], address))
			return true;
	return false;
}

bool http_proxies_have(const struct http_proxies *proxies, const char *address)
{
	unsigned char bytes[16];
	return read_address(address, bytes) && have(proxies, bytes);
}

/* ---- the hops ---- */

/* Also "1.2.3.4:5678" and "[::1]:5678", as some proxies write. */
static bool read_hop(const char *text, size_t len, unsigned char ret[16])
{
	char hop[HTTP_PEER_LEN + sizeof("[]:65535")];
	for (; len && strchr(" \t", *text); text++)
		len--;
	while (len && strchr(" \t", text[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(hop))
		return false;
	memcpy(hop, text, len);
	hop[len] = '\0';
	char *colon = strchr(hop, ':');
	if (hop[0] == '[') {
		char *end = strchr(hop, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		*end = '\0';
		return read_address(hop + 1, ret);
	}
	if (colon && !strchr(colon + 1, ':'))
		*colon = '\0';
	return read_address(hop, ret);
}

void http_proxies_client(const struct http_proxies *proxies, const char *peer,
	const char *const lines[], char ret[HTTP_PEER_LEN + 1])
{
	unsigned char hop[16], client[16];
	int hops = 0;
	snprintf(ret, HTTP_PEER_LEN + 1, "%s", peer);
	if (!read_address(peer, client))
		return;
	for (; *lines && have(proxies, client); lines++) {
		const char *line = *lines;
		size_t end = strlen(line);
		for (bool more = true; more && have(proxies, client);) {
			size_t start = end;
			while (start > 0 && line[start - 1] != ',')
				start--;
			if (++hops > HTTP_FORWARDED_MAX ||
				!read_hop(line + start, end - start, hop))
				return;
			memcpy(client, hop, sizeof(client));
			more = start > 0;
			end = more ? start - 1 : 0;
		}
	}
	write_address(client, ret);
}
