#include "auth/amurl.h"
#include "base/origin.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum {
	SHOWN_MAX = 80,       /* bytes of a stranger's text that a sentence repeats */
	LIST_SHOWN_MAX = 240, /* bytes of the list of domains in a sentence */
};

static const char scheme[] = "https://";
static const char metadata_path[] = "/autodiscover/metadata/json/";

static const char *skip_nocase(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);
	return strncasecmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* Reads "host[:port]" and returns what follows; NULL when it is neither. */
static const char *read_authority(const char *text, struct amurl *ret)
{
	struct origin origin;
	const char *rest = origin_read_host(text, &origin);
	if (rest) {
		memcpy(ret->host, origin.host, sizeof(ret->host));
		ret->port = origin.port;
	}
	return rest;
}

static bool entry_matches(const char *entry, const struct amurl *found)
{
	struct amurl listed;
	const char *authority = skip_nocase(entry, scheme);
	const char *rest = read_authority(authority ? authority : entry, &listed);
	if (!rest || (*rest && strcmp(rest, "/") != 0))
		return false;
	return listed.port == found->port && strcmp(listed.host, found->host) == 0;
}

/* A stranger's text, fit for a sentence: short, visible ASCII only. */
static void show(const char *text, size_t len, char ret[SHOWN_MAX + 1])
{
	size_t n = len < SHOWN_MAX ? len : SHOWN_MAX;
	for (size_t i = 0; i < n; i++)
		ret[i] = text[i] > ' ' && text[i] < 0x7f ? text[i] : '?';
	ret[n] = '\0';
}

/* What stands between "://" and the path, as the token has it; without the port that every such URL
 * has, because the list names hosts. */
static void show_domain(const char *amurl, char ret[SHOWN_MAX + 1])
{
	static const char usual_port[] = ":443";
	const char *start = strstr(amurl, "://");
	start = start ? start + 3 : amurl;
	size_t len = strcspn(start, "/?#\\"), port_len = strlen(usual_port);
	if (len > port_len && memcmp(start + len - port_len, usual_port, port_len) == 0)
		len -= port_len;
	show(start, len, ret);
}

static bool refuse_domain(const char *found, const char *const *domains, struct err *err)
{
	char list[LIST_SHOWN_MAX] = "";
	size_t len = 0;
	for (size_t i = 0; domains[i]; i++) {
		int n = snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", domains[i]);
		len += (size_t)n;
		if (len >= sizeof(list)) {
			memcpy(list + sizeof(list) - 4, "...", 4);
			break;
		}
	}
	return err_set(err, ERR_DENIED,
		"Token Appctx 'amurl' domain '%s' does not match one of the valid domains: '[%s]'",
		found, list);
}

/* The document's version, one digit, or 0: not Exchange's path. More digits would be more URLs that
 * strangers can make us fetch. */
static char metadata_version(const char *path)
{
	const char *version = skip_nocase(path, metadata_path);
	return version && *version >= '1' && *version <= '9' && !version[1] ? *version : 0;
}

/* The URL is written anew, so that what is fetched is what was checked, and one document has one
 * URL: its keys are remembered, and its fetches limited, by that. */
static void write_url(struct amurl *url, char version)
{
	char port[8] = "";
	if (url->port != ORIGIN_HTTPS_PORT)
		snprintf(port, sizeof(port), ":%d", url->port);
	snprintf(url->url, sizeof(url->url), "%s%s%s%s%c", scheme, url->host, port, metadata_path,
		version);
}

bool amurl_check(const char *amurl, const char *const *domains, struct amurl *ret, struct err *err)
{
	if (!amurl)
		return refuse_domain("", domains, err);
	char shown[SHOWN_MAX + 1];
	const char *authority = skip_nocase(amurl, scheme);
	if (!authority) {
		show(amurl, strlen(amurl), shown);
		return err_set(
			err, ERR_DENIED, "Token Appctx 'amurl' '%s' is not an https URL", shown);
	}
	struct amurl url;
	const char *path = read_authority(authority, &url);
	show_domain(amurl, shown);
	if (!path || (*path && *path != '/'))
		return refuse_domain(shown, domains, err);
	bool listed = false;
	for (size_t i = 0; domains[i] && !listed; i++)
		listed = entry_matches(domains[i], &url);
	if (!listed)
		return refuse_domain(shown, domains, err);
	char version = metadata_version(path);
	if (!version) {
		show(path, strlen(path), shown);
		return err_set(err, ERR_DENIED,
			"Token Appctx 'amurl' path '%s' is not Exchange's '%s1'", shown,
			metadata_path);
	}
	write_url(&url, version);
	*ret = url;
	return true;
}
