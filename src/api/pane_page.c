#include "api/pane_page.h"
#include "api/pane_policy.h"
#include "base/text.h"
#include "wire/json.h"

#include <string.h>

static const char office_marker[] = "<!--vmrd:office-->";
static const char settings_marker[] = "<!--vmrd:settings-->";
static const char text_prefix[] = "addin_pane_";

/* ---- settings ----------------------------------------------------------------------------- */

/* A text that is as shipped is null: the pane has it in the user's language. */
static json_t *texts(const struct ms_exchange_connector *c)
{
	json_t *ret = json_object();
	for (size_t i = 0; i < ms_exchange_connector_type.n_fields; i++) {
		const struct field *f = &ms_exchange_connector_type.fields[i];
		if (!text_starts_with(f->name, text_prefix) || !field_is_text(f))
			continue;
		const char *text = field_text(f, c);
		json_object_set_new(ret, f->name + sizeof(text_prefix) - 1,
			text_equal(text, f->default_text) ? json_null() : json_string(text));
	}
	return ret;
}

static const char *scope(const struct ms_exchange_connector *c, struct arena *arena)
{
	const char *api = c->addin_naa_web_api_application_id;
	if (text_empty(api)) /* the add-in's application is the API too */
		api = c->addin_application_id;
	if (text_empty(api) || text_empty(c->addin_token_scope))
		return "";
	return arena_printf(
		arena, "%s%s/%s", strstr(api, "://") ? "" : "api://", api, c->addin_token_scope);
}

static json_t *authentication(const struct ms_exchange_connector *c)
{
	struct arena arena;
	arena_init(&arena);
	json_t *ret = json_pack("{s:s, s:s, s:s, s:s}", "method", c->addin_authentication_method,
		"client_id", c->addin_application_id ? c->addin_application_id : "", "authority",
		c->addin_authority_url ? c->addin_authority_url : "", "scope", scope(c, &arena));
	arena_release(&arena);
	return ret;
}

/* Within a string, which is the only place where these stand in JSON, an escape is the same. */
static void escape_for_html(const char *json, struct buf *ret)
{
	for (const char *p = json; *p; p++) {
		if (strchr("<>&", *p))
			buf_addf(ret, "\\u%04x", (unsigned)*p);
		else if (text_starts_with(p, "\xe2\x80\xa8") || text_starts_with(p, "\xe2\x80\xa9"))
			buf_addf(ret, "\\u20%x", (unsigned char)p[2] - 0x80u), p += 2;
		else
			buf_addc(ret, *p);
	}
}

void pane_settings_write(const struct pane_facts *facts, struct buf *ret)
{
	const struct ms_exchange_connector *c = facts->connector;
	struct buf plain;
	json_t *settings = json_pack("{s:I, s:s, s:b, s:b, s:o, s:b, s:s, s:o}", "connector",
		(json_int_t)c->id, "manifest_version", facts->manifest_version, "single_use",
		c->enable_dynamic_vmrs, "personal", c->enable_personal_vmrs, "authentication",
		authentication(c), "debug", c->enable_addin_debug_logs, "icon", facts->icon,
		"texts", texts(c));
	buf_init(&plain, PANE_PAGE_MAX);
	json_write(&plain, settings);
	escape_for_html(plain.data, ret);
	buf_release(&plain);
	json_decref(settings);
}

/* ---- page --------------------------------------------------------------------------------- */

static void add_script(const char *url, void *arg)
{
	buf_adds(arg, "<script src=\"");
	text_escape_markup(arg, url);
	buf_adds(arg, "\"></script>\n");
}

static void add_style(const char *url, struct buf *b)
{
	char origin[PANE_ORIGIN_MAX + 1];
	if (text_empty(url) || !pane_origin(url, origin))
		return;
	buf_adds(b, "<link rel=\"stylesheet\" href=\"");
	text_escape_markup(b, url);
	buf_adds(b, "\">\n");
}

/* The further scripts first: office.js does not fetch a library of its own when it is there already. */
static void add_office(const struct pane_facts *facts, struct buf *b)
{
	const struct ms_exchange_connector *c = facts->connector;
	if (c->use_custom_add_in_sources) {
		add_style(c->microsoft_fabric_url, b);
		add_style(c->microsoft_fabric_components_url, b);
	}
	pane_each_source(c, add_script, b);
	add_script(pane_office_js(c), b);
}

static void add_settings(const struct pane_facts *facts, struct buf *b)
{
	buf_adds(b, "<script type=\"application/json\" id=\"settings\">");
	pane_settings_write(facts, b);
	buf_adds(b, "</script>");
}

void pane_page_write(const struct pane_facts *facts, const char *html, size_t len, struct buf *ret)
{
	static const struct {
		const char *marker;
		void (*fill)(const struct pane_facts *facts, struct buf *b);
	} places[] = { { office_marker, add_office }, { settings_marker, add_settings } };
	const char *end = html + len;
	while (html < end) {
		const char *next = end;
		size_t which = 0;
		for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
			const char *found = memmem(html, (size_t)(end - html), places[i].marker,
				strlen(places[i].marker));
			if (found && found < next) {
				next = found;
				which = i;
			}
		}
		buf_add(ret, html, (size_t)(next - html));
		if (next == end)
			return;
		places[which].fill(facts, ret);
		html = next + strlen(places[which].marker);
	}
}
