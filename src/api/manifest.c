#include "api/manifest.h"
#include "api/manifest_parts.h"
#include "api/meeting_details.h"
#include "api/pane_policy.h"
#include "base/text.h"
#include "store/addin_versions.h"

#include <openssl/evp.h>
#include <string.h>

/* ---- parts -------------------------------------------------------------------------------- */

bool manifest_is_365(const struct ms_exchange_connector *c)
{
	return !text_equal(c->addin_authentication_method, "EXCHANGE_USER_ID_TOKEN");
}

static size_t characters(const char *utf8)
{
	size_t n = 0;
	for (; *utf8; utf8++)
		n += ((unsigned char)*utf8 & 0xc0) != 0x80;
	return n;
}

const char *manifest_text(
	const struct manifest_facts *facts, const char *field, size_t max, struct err *err)
{
	const struct field *f = record_field(&ms_exchange_connector_type, field);
	const char *text = field_text(f, facts->connector);
	if (text_empty(text))
		text = f->default_text;
	if (characters(text) <= max)
		return text;
	err_set(err, ERR_INVALID, "%s has %zu characters; this manifest takes %zu: shorten it",
		field, characters(text), max);
	return NULL;
}

const char *manifest_base(const struct manifest_facts *facts, struct arena *arena)
{
	char url[ADDIN_URL_MAX + 1];
	addin_url(facts->connector, url);
	return arena_strdup(arena, url);
}

const char *manifest_page(const struct manifest_facts *facts, const char *page, struct arena *arena)
{
	return arena_printf(arena, "%s%s?v=%s", manifest_base(facts, arena), page, facts->version);
}

const char *manifest_icon(const struct manifest_facts *facts, const char *name, struct arena *arena)
{
	char address[ICON_ADDRESS_MAX];
	icons_address(facts->icons, facts->connector->id, name, facts->version, address);
	return arena_printf(arena, "%s%s", manifest_base(facts, arena), address);
}

void manifest_each_origin(
	const struct manifest_facts *facts, void (*fn)(const char *origin, void *arg), void *arg)
{
	const struct ms_exchange_connector *c = facts->connector;
	const char *const urls[] = { c->enable_personal_vmrs ? c->personal_vmr_oauth_auth_endpoint
							     : NULL,
		manifest_is_365(c) ? c->addin_authority_url : NULL };
	char url[ADDIN_URL_MAX + 1], origins[3][PANE_ORIGIN_MAX + 1];
	size_t count = 0;
	addin_url(c, url);
	if (pane_origin(url, origins[count]))
		count++;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		bool is_new = !text_empty(urls[i]) && pane_origin(urls[i], origins[count]);
		for (size_t k = 0; is_new && k < count; k++)
			is_new = !text_equal(origins[k], origins[count]);
		count += is_new;
	}
	for (size_t i = 0; i < count; i++)
		fn(origins[i], arg);
}

/* ---- manifests ---------------------------------------------------------------------------- */

bool manifest_write(enum manifest_kind kind, const struct manifest_facts *facts, struct buf *ret,
	struct err *err)
{
	if (kind != MANIFEST_XML && !manifest_is_365(facts->connector))
		return err_set(err, ERR_INVALID,
			"this manifest is for Microsoft 365: Exchange Server takes manifest.xml; "
			"for "
			"Microsoft 365 set addin_authentication_method to NAA_TOKEN or SSO_TOKEN");
	bool ok = kind == MANIFEST_UNIFIED
		? manifest_write_unified(facts, ret, err)
		: manifest_write_xml(facts, kind == MANIFEST_MOBILE, ret, err);
	return ok &&
		(!ret->overflow ||
			err_set(err, ERR_LIMIT, "the manifest is longer than %d bytes",
				MANIFEST_BYTES_MAX));
}

/* Of what all manifests of the integration say, the version aside. One that cannot be written just now
 * says why not: when it can again, that is a change. */
static void digest(
	const struct ms_exchange_connector *c, const struct icons *icons, struct buf *ret)
{
	const struct manifest_facts facts = { .connector = c, .icons = icons };
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len;
	struct buf all, one;
	buf_init(&all, N_MANIFESTS * MANIFEST_BYTES_MAX);
	buf_init(&one, MANIFEST_BYTES_MAX);
	for (int kind = 0; kind < N_MANIFESTS; kind++) {
		struct err err = { 0 };
		buf_reset(&one);
		if (manifest_write((enum manifest_kind)kind, &facts, &one, &err))
			buf_add(&all, one.data, one.len);
		else
			buf_adds(&all, err.text);
	}
	EVP_Digest(all.data, all.len, bytes, &len, EVP_sha256(), NULL);
	text_hex_encode(ret, bytes, len);
	buf_release(&one);
	buf_release(&all);
}

static bool find_number(struct store *store, const struct icons *icons,
	const struct ms_exchange_connector *c, int64_t now, int64_t *ret, struct err *err)
{
	struct buf text;
	buf_init(&text, 2 * EVP_MAX_MD_SIZE);
	digest(c, icons, &text);
	bool ok = addin_version_of(store, c->id, text.data, now, ret, err);
	buf_release(&text);
	return ok;
}

bool manifest_version_of(struct store *store, const struct icons *icons,
	const struct ms_exchange_connector *c, int64_t now, char ret[MANIFEST_VERSION_LEN + 1],
	struct err *err)
{
	int64_t number;
	if (!find_number(store, icons, c, now, &number, err))
		return false;
	manifest_version_format(number, ret);
	return true;
}

static bool make(struct store *store, const struct icons *icons,
	const struct ms_exchange_connector *c, enum manifest_kind kind, int64_t now,
	struct manifest *ret, struct err *err)
{
	struct manifest_facts facts = { .connector = c, .icons = icons };
	if (!find_number(store, icons, c, now, &facts.number, err))
		return false;
	manifest_version_format(facts.number, facts.version);
	buf_init(&ret->bytes, MANIFEST_BYTES_MAX);
	memcpy(ret->version, facts.version, sizeof(ret->version));
	if (manifest_write(kind, &facts, &ret->bytes, err))
		return true;
	buf_release(&ret->bytes);
	return false;
}

bool manifest_make(struct store *store, const struct icons *icons, int64_t connector,
	enum manifest_kind kind, int64_t now, struct manifest *ret, struct err *err)
{
	struct ms_exchange_connector c;
	struct arena arena;
	arena_init(&arena);
	bool ok = store_get(store, &ms_exchange_connector_type, connector, &arena, &c, err) &&
		make(store, icons, &c, kind, now, ret, err);
	arena_release(&arena);
	return ok;
}
