#include "api/pane_policy.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

/* Outlook on the web, whose windows new Outlook for Windows shows too. From Microsoft's list of
 * frame-ancestors by host (msteams-docs, content-security-policy-headers), and its lists of
 * endpoints of Microsoft 365 for the national clouds. Classic Outlook and Outlook on Mac do not frame. */
static const char outlook_hosts[] =
	" https://outlook.office.com https://outlook.office365.com https://outlook.live.com"
	" https://*.cloud.microsoft"
	" https://outlook.office365.us https://outlook-dod.office365.us https://webmail.apps.mil"
	" https://partner.outlook.cn";

/* Older releases of office.js fetch MicrosoftAjax.js from there. */
static const char office_js_helpers[] = " https://ajax.aspnetcdn.com";

/* Griffel, the style engine of Fluent UI, makes empty style elements and adds rules to them by script.
 * This is the digest of the empty text: elements with any text stay forbidden. */
static const char empty_style[] = " 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

bool pane_origin(const char *url, char ret[PANE_ORIGIN_MAX + 1])
{
	static const char *const schemes[] = { "https://", "http://" };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t len = strlen(schemes[i]), start = len;
		if (strncasecmp(url, schemes[i], len) != 0)
			continue;
		while (isalnum((unsigned char)url[len]) || (url[len] && strchr(".-:[]_", url[len])))
			len++;
		if (len == start || len > PANE_ORIGIN_MAX || (url[len] && !strchr("/?#", url[len])))
			return false;
		memcpy(ret, url, len);
		ret[len] = '\0';
		return true;
	}
	return false;
}

static void add_origin(struct buf *b, const char *url)
{
	char origin[PANE_ORIGIN_MAX + 1];
	if (!text_empty(url) && pane_origin(url, origin))
		buf_addf(b, " %s", origin);
}

const char *pane_office_js(const struct ms_exchange_connector *c)
{
	return c->use_custom_add_in_sources && !text_empty(c->office_js_url) ? c->office_js_url
									     : PANE_OFFICE_JS;
}

void pane_each_source(
	const struct ms_exchange_connector *c, void (*fn)(const char *url, void *arg), void *arg)
{
	static const char gap[] = " \t\r\n";
	const char *p = c->additional_add_in_script_sources;
	if (!c->use_custom_add_in_sources || !p)
		return;
	for (int n = 0; n < CONNECTOR_SOURCES_MAX; n++) {
		char url[2048], origin[PANE_ORIGIN_MAX + 1];
		p += strspn(p, gap);
		size_t len = strcspn(p, gap);
		if (len == 0)
			return;
		if (len < sizeof(url)) {
			memcpy(url, p, len);
			url[len] = '\0';
			if (pane_origin(url, origin))
				fn(url, arg);
		}
		p += len;
	}
}

static void add_source(const char *url, void *arg)
{
	add_origin(arg, url);
}

static void add_styles(struct buf *b, const struct ms_exchange_connector *c)
{
	if (!c->use_custom_add_in_sources)
		return;
	add_origin(b, c->microsoft_fabric_url);
	add_origin(b, c->microsoft_fabric_components_url);
}

static void add_scripts(struct buf *b, const struct ms_exchange_connector *c)
{
	const char *office = pane_office_js(c);
	buf_adds(b, "script-src 'self'");
	add_origin(b, office);
	if (text_equal(office, PANE_OFFICE_JS))
		buf_adds(b, office_js_helpers);
	pane_each_source(c, add_source, b);
}

/* A host without scheme is met by https, and by http where the page itself came by http. Where an
 * office.js of the administrator's own comes from, Outlook may be too: what runs inside the pane
 * gains nothing by standing around it. */
static void add_ancestors(
	struct buf *b, const struct ms_exchange_connector *c, const char *const *domains)
{
	buf_adds(b, "frame-ancestors");
	buf_adds(b, outlook_hosts);
	add_origin(b, c->url);
	if (c->use_custom_add_in_sources)
		add_origin(b, c->office_js_url);
	for (; *domains; domains++) {
		char origin[PANE_ORIGIN_MAX + 1];
		if (strstr(*domains, "://"))
			add_origin(b, *domains);
		else if (strpbrk(*domains, " ;,'\"*") == NULL && strlen(*domains) < sizeof(origin))
			buf_addf(b, " %s", *domains);
	}
}

void pane_policy(const struct ms_exchange_connector *c, const char *const *domains, struct buf *ret)
{
	buf_adds(ret, "default-src 'none'; ");
	add_scripts(ret, c);
	buf_adds(ret, "; style-src 'self'");
	buf_adds(ret, empty_style);
	add_styles(ret, c);
	buf_adds(ret, "; font-src 'self'");
	add_styles(ret, c);
	buf_adds(ret, "; img-src 'self' data:; connect-src 'self'");
	if (text_equal(c->addin_authentication_method, "NAA_TOKEN"))
		add_origin(ret, c->addin_authority_url);
	buf_adds(ret, "; form-action 'none'; base-uri 'none'; ");
	add_ancestors(ret, c, domains);
}
