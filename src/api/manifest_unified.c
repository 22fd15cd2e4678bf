/* The unified manifest: Microsoft's app manifest, version 1.17, with one Outlook extension. */
#include "api/manifest_parts.h"
#include "api/zip.h"
#include "base/random.h"
#include "base/text.h"
#include "wire/json.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_VERSION "1.17"
#define ACCENT         "#0F6CBD"

/* Characters that the schema allows. */
enum {
	DEVELOPER_MAX = 32,
	NAME_MAX_SHORT = 30,
	NAME_MAX_FULL = 100,
	DESCRIPTION_MAX_SHORT = 80,
	LABEL_MAX = 64,
	TIP_MAX = 250,
};

struct unified {
	const struct manifest_facts *facts;
	struct arena arena;
	const char *provider, *name, *description, *group, *button, *tip_title, *tip_text;
};

/* It is another add-in than that of the XML manifest, which it hides where it works. A UUID made of
 * the integration's (RFC 9562, version 5). */
static void derive_id(const char *uuid, char ret[UUID_LEN + 1])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[UUID_LEN + 32];
	unsigned len;
	int n = snprintf(text, sizeof(text), "%s unified manifest", uuid);
	EVP_Digest(text, (size_t)n, hash, &len, EVP_sha1(), NULL);
	hash[6] = (hash[6] & 0x0f) | 0x50;
	hash[8] = (hash[8] & 0x3f) | 0x80;
	snprintf(ret, UUID_LEN + 1,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", hash[0],
		hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7], hash[8], hash[9],
		hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]);
}

static bool find_texts(struct unified *u, struct err *err)
{
	const struct {
		const char **ret, *field;
		size_t max;
	} texts[] = {
		{ &u->provider, "addin_provider_name", DEVELOPER_MAX },
		{ &u->name, "addin_display_name", NAME_MAX_FULL },
		{ &u->description, "addin_description", MANIFEST_LONG_MAX },
		{ &u->group, "addin_group_label", LABEL_MAX },
		{ &u->button, "addin_button_label", LABEL_MAX },
		{ &u->tip_title, "addin_supertip_title", LABEL_MAX },
		{ &u->tip_text, "addin_supertip_description", TIP_MAX },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		*texts[i].ret = manifest_text(u->facts, texts[i].field, texts[i].max, err);
		if (!*texts[i].ret)
			return false;
	}
	return true;
}

/* The whole text stands beside it, so here it may be cut. */
static const char *shortened(struct unified *u, const char *text, size_t max)
{
	size_t bytes = 0, characters = 0, fits = 0;
	for (; text[bytes]; bytes++)
		if (((unsigned char)text[bytes] & 0xc0) != 0x80 && characters++ == max - 1)
			fits = bytes;
	if (characters <= max)
		return text;
	return arena_printf(&u->arena, "%.*s\xe2\x80\xa6", (int)fits, text);
}

static json_t *icons(struct unified *u)
{
	static const int sizes[] = { 16, 32, 80 };
	json_t *ret = json_array();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const char *name = arena_printf(&u->arena, "addin_icon_%d.png", sizes[i]);
		json_array_append_new(ret,
			json_pack("{s:i, s:s}", "size", sizes[i], "url",
				manifest_icon(u->facts, name, &u->arena)));
	}
	return ret;
}

static json_t *runtimes(struct unified *u)
{
	return json_pack("[{s:{s:[{s:s, s:s}]}, s:s, s:s, s:{s:s}, s:s, s:[{s:s, s:s, s:b}]}]",
		"requirements", "capabilities", "name", "Mailbox", "minVersion", "1.5", "id",
		"pane", "type", "general", "code", "page", manifest_page(u->facts, "", &u->arena),
		"lifetime", "short", "actions", "id", "showPane", "type", "openPage", "pinnable",
		false);
}

static json_t *button(struct unified *u)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:s}, s:s}", "id", "vmrd.button", "type",
		"button", "label", u->button, "icons", icons(u), "supertip", "title", u->tip_title,
		"description", u->tip_text, "actionId", "showPane");
}

static json_t *ribbons(struct unified *u)
{
	return json_pack("[{s:[s], s:[{s:s, s:[{s:s, s:s, s:o, s:[o]}]}]}]", "contexts",
		"meetingDetailsOrganizer", "tabs", "builtInTabId", "TabDefault", "groups", "id",
		"vmrd.group", "label", u->group, "icons", icons(u), "controls", button(u));
}

static json_t *extension(struct unified *u)
{
	return json_pack("{s:{s:[s]}, s:o, s:o, s:[{s:{s:{s:s}}, s:{s:[s]}}], s:s}", "requirements",
		"scopes", "mail", "runtimes", runtimes(u), "ribbons", ribbons(u), "alternates",
		"hide", "customOfficeAddin", "officeAddinId", u->facts->connector->uuid,
		"requirements", "scopes", "mail", "audienceClaimUrl",
		manifest_base(u->facts, &u->arena));
}

static void add_domain(const char *origin, void *arg)
{
	json_array_append_new(arg, json_string(strstr(origin, "://") + 3));
}

static json_t *domains(struct unified *u)
{
	json_t *ret = json_array();
	manifest_each_origin(u->facts, add_domain, ret);
	return ret;
}

/* Reading and writing the appointment; delegates work in another's calendar. */
static json_t *authorization(void)
{
	return json_pack("{s:{s:[{s:s, s:s}, {s:s, s:s}]}}", "permissions", "resourceSpecific",
		"name", "MailboxItem.ReadWrite.User", "type", "Delegated", "name",
		"Mailbox.SharedFolder", "type", "Delegated");
}

static json_t *developer(struct unified *u)
{
	const char *base = manifest_base(u->facts, &u->arena);
	return json_pack("{s:s, s:s, s:s, s:s}", "name", u->provider, "websiteUrl", base,
		"privacyUrl", base, "termsOfUseUrl", base);
}

static json_t *compose(struct unified *u)
{
	const struct ms_exchange_connector *c = u->facts->connector;
	char id[UUID_LEN + 1], version[MANIFEST_VERSION_LEN + 1];
	derive_id(c->uuid, id);
	manifest_version_format_short(u->facts->number, version);
	json_t *ret = json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:{s:s, s:s}, s:{s:s, s:s}, s:{s:s, s:s}, "
		"s:s, s:{s:s}, s:o, s:o, s:[o]}",
		"$schema",
		"https://developer.microsoft.com/json-schemas/teams/v" SCHEMA_VERSION
		"/MicrosoftTeams.schema.json",
		"manifestVersion", SCHEMA_VERSION, "version", version, "id", id, "developer",
		developer(u), "name", "short", shortened(u, u->name, NAME_MAX_SHORT), "full",
		u->name, "description", "short",
		shortened(u, u->description, DESCRIPTION_MAX_SHORT), "full", u->description,
		"icons", "color", "color.png", "outline", "outline.png", "accentColor", ACCENT,
		"localizationInfo", "defaultLanguageTag", "en-us", "authorization", authorization(),
		"validDomains", domains(u), "extensions", extension(u));
	if (ret && text_equal(c->addin_authentication_method, "SSO_TOKEN") &&
		!text_empty(c->addin_application_id))
		json_object_set_new(ret, "webApplicationInfo",
			json_pack("{s:s, s:s}", "id", c->addin_application_id, "resource",
				arena_printf(&u->arena, "api://%s/%s", c->addin_server_domain,
					c->addin_application_id)));
	return ret;
}

static void add_icon(
	struct zip *zip, const struct manifest_facts *facts, const char *file, const char *name)
{
	struct icon icon;
	if (icons_find(facts->icons, facts->connector->id, name, &icon))
		zip_add(zip, file, icon.bytes, icon.len);
}

static void pack(const struct manifest_facts *facts, const json_t *manifest, struct buf *ret)
{
	struct zip zip;
	struct buf text;
	buf_init(&text, MANIFEST_BYTES_MAX);
	json_write(&text, manifest);
	zip_init(&zip, ret);
	zip_add(&zip, "manifest.json", text.data, text.len);
	add_icon(&zip, facts, "color.png", "addin_icon_192.png");
	add_icon(&zip, facts, "outline.png", "addin_icon_outline.png");
	zip_finish(&zip);
	buf_release(&text);
}

bool manifest_write_unified(const struct manifest_facts *facts, struct buf *ret, struct err *err)
{
	struct unified u = { .facts = facts };
	if (!find_texts(&u, err))
		return false;
	arena_init(&u.arena);
	json_t *manifest = compose(&u);
	if (manifest)
		pack(facts, manifest, ret);
	else
		err_set(err, ERR_INTERNAL, "a setting's text is not UTF-8");
	bool ok = manifest != NULL;
	json_decref(manifest);
	arena_release(&u.arena);
	return ok;
}
