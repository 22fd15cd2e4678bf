#include "auth/entra_token.h"
#include "auth/claim.h"
#include "auth/openid_keys.h"
#include "base/text.h"
#include "model/tenant.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { AUDIENCE_MAX = 600, EXPECTED_MAX = 256 };

/* The applications that ask for tokens in the name of Outlook and Office, and the group of all of
 * them ("Register an Office Add-in that uses SSO"). */
static const char *const office_clients[] = {
	"d3590ed6-52b3-4102-aeff-aad2292ab01c", /* Microsoft Office */
	"93d53678-613d-4013-afc1-62e9e444a0a5", /* Office on the web */
	"bc59ab01-8403-45c6-8796-ac3ef710b3e3", /* Outlook on the web */
	"08e18876-6177-487e-b8b5-cf950c1e598c", /* Office on the web */
	"57fb890c-0dab-4253-a5e0-7188c88b2bb4", /* Office on the web */
	"ea5a67f6-b6f3-4338-b240-c655ddc3cc8e", /* all of these */
};

/* Who issues tokens of version 1.0: one name for a whole cloud, whatever the authority's host. */
static const struct {
	const char *host, *issuer;
} old_issuers[] = {
	{ "https://login.partner.microsoftonline.cn/", "https://sts.chinacloudapi.cn/" },
	{ "https://login.chinacloudapi.cn/", "https://sts.chinacloudapi.cn/" },
	{ "", "https://sts.windows.net/" }, /* everybody else */
};

/* One token on its way. */
struct check {
	const struct entra_rules *rules;
	const struct jwt *jwt;
	struct tenant tenant;
	bool v1;
	char issuer[KEY_ISSUER_MAX + 1];     /* of tokens of version 2.0 */
	char old_issuer[KEY_ISSUER_MAX + 1]; /* of version 1.0 */
};

static bool read_rules(struct check *c, struct err *err)
{
	if (!tenant_parse(c->rules->authority, &c->tenant))
		return err_set(err, ERR_INVALID,
			"'%s' is no authority with a tenant ID: set addin_authority_url",
			c->rules->authority);
	if (text_empty(c->rules->api) || text_empty(c->rules->client))
		return err_set(err, ERR_INVALID,
			"there is no application to check tokens for: set addin_application_id");
	snprintf(c->issuer, sizeof(c->issuer), "%.240s/v2.0", c->tenant.authority);
	size_t i = 0;
	while (!text_starts_with(c->tenant.authority, old_issuers[i].host))
		i++;
	snprintf(
		c->old_issuer, sizeof(c->old_issuer), "%s%s/", old_issuers[i].issuer, c->tenant.id);
	return true;
}

/* ---- signature ------------------------------------------------------------------------------ */

static bool verify_by(struct identity_keys *keys, const struct check *c,
	const struct key_source *source, struct err *err)
{
	const char *name = claim_key_name(c->jwt);
	char issuer[KEY_ISSUER_MAX + 1];
	EVP_MD_CTX *verifier;
	if (!name)
		return err_set(err, ERR_DENIED,
			"the token does not name its signing key ('kid' or 'x5t')");
	if (!identity_keys_find(keys, source, name, &verifier, issuer, err))
		return false;
	bool ok = jwt_verify_once(c->jwt, verifier, err);
	EVP_MD_CTX_free(verifier);
	if (!ok || !*issuer || text_equal(issuer, c->issuer) || text_equal(issuer, c->old_issuer))
		return ok;
	return err_set(err, ERR_PROTOCOL,
		"the metadata at '%s' are of issuer '%.120s', expected '%s'", source->url, issuer,
		c->issuer);
}

static bool check_signature(struct identity_keys *keys, const struct check *c, struct err *err)
{
	char url[OPENID_URL_MAX + 1], name[JWKS_NAME_MAX + 1];
	const struct entra_rules *rules = c->rules;
	struct key_source source = { .url = url, .ca = rules->ca, .load = openid_keys_load };
	if (!text_empty(rules->jwks)) {
		jwks_name(rules->jwks, name);
		source = (struct key_source){
			.url = name, .ca = "", .load = jwks_document_load, .document = rules->jwks
		};
	} else if (!text_empty(rules->metadata_url)) {
		source.url = rules->metadata_url;
	} else {
		snprintf(url, sizeof(url), "%s/v2.0/.well-known/openid-configuration",
			c->tenant.authority);
	}
	return verify_by(keys, c, &source, err);
}

/* ---- claims --------------------------------------------------------------------------------- */

/* An ID token tells our own pages who signed in; an API that took it would take a token that any
 * page may hold. */
static bool check_kind(const struct check *c, struct err *err)
{
	static const char *const of_id_tokens[] = { "nonce", "at_hash", "c_hash" };
	for (size_t i = 0; i < sizeof(of_id_tokens) / sizeof(*of_id_tokens); i++)
		if (json_object_get(c->jwt->claims, of_id_tokens[i]))
			return err_set(err, ERR_DENIED,
				"the token is an ID token (it has '%s'), expected an access token",
				of_id_tokens[i]);
	if (jwt_claim_text(c->jwt, "scp"))
		return true;
	if (json_object_get(c->jwt->claims, "roles") ||
		text_equal(jwt_claim_text(c->jwt, "idtyp"), "app"))
		return err_set(err, ERR_DENIED,
			"the token is an application's own (it has no 'scp'), expected a user's");
	return err_set(err, ERR_DENIED,
		"the token is an ID token (it has no 'scp'), expected an access token");
}

static bool check_version(struct check *c, struct err *err)
{
	const char *version = jwt_claim_text(c->jwt, "ver");
	c->v1 = text_equal(version, "1.0");
	return c->v1 || text_equal(version, "2.0") ||
		claim_refuse(c->jwt, "ver", "1.0' or '2.0", err);
}

/* Version 2.0 has the application's ID; 1.0 the address that the application was given. */
static bool check_audience(const struct check *c, struct err *err)
{
	const char *audience = jwt_claim_text(c->jwt, "aud"), *api = c->rules->api;
	char plain[AUDIENCE_MAX], with_host[AUDIENCE_MAX], expected[AUDIENCE_MAX];
	snprintf(plain, sizeof(plain), "api://%s", api);
	snprintf(with_host, sizeof(with_host), "api://%s/%s", c->rules->host, api);
	if (text_equal(audience, api) || text_equal(audience, plain) ||
		text_equal(audience, with_host))
		return true;
	snprintf(expected, sizeof(expected), "%.120s' or '%.120s", api, with_host);
	return claim_refuse(c->jwt, "aud", expected, err);
}

static bool is_listed(const char *id, const char *lines)
{
	size_t len = strlen(id);
	for (const char *p = lines; *p;) {
		size_t n = strcspn(p, "\r\n \t,");
		if (n == len && strncasecmp(p, id, len) == 0)
			return true;
		p += n + (p[n] != '\0');
	}
	return false;
}

static bool check_client(const struct check *c, struct err *err)
{
	const struct entra_rules *rules = c->rules;
	const char *name = c->v1 ? "appid" : "azp", *client = jwt_claim_text(c->jwt, name);
	if (text_equal_nocase(client, rules->client) ||
		(client && *client && is_listed(client, rules->more_clients)))
		return true;
	for (size_t i = 0; rules->office_clients && i < sizeof(office_clients) / sizeof(char *);
		i++)
		if (text_equal_nocase(client, office_clients[i]))
			return true;
	char expected[EXPECTED_MAX];
	snprintf(expected, sizeof(expected), "%.100s'%s or one of 'addin_authorized_client_ids",
		rules->client, rules->office_clients ? ", an application of Office" : "");
	return claim_refuse(c->jwt, name, expected, err);
}

static bool check_scope(const struct check *c, struct err *err)
{
	return claim_has_word(jwt_claim_text(c->jwt, "scp"), c->rules->scope) ||
		claim_refuse(c->jwt, "scp", c->rules->scope, err);
}

static bool check_claims(struct check *c, struct err *err)
{
	return check_kind(c, err) && claim_check_time(c->jwt, c->rules->now, err) &&
		check_version(c, err) &&
		claim_is(c->jwt, "iss", c->v1 ? c->old_issuer : c->issuer, err) &&
		claim_is(c->jwt, "tid", c->tenant.id, err) && check_audience(c, err) &&
		check_client(c, err) && check_scope(c, err);
}

/* ---- the user ------------------------------------------------------------------------------- */

static void copy_shown(const char *text, char ret[IDENTITY_SHOWN_MAX + 1])
{
	if (text && strlen(text) <= IDENTITY_SHOWN_MAX)
		memcpy(ret, text, strlen(text) + 1);
}

static bool read_user(const struct check *c, struct identity *ret, struct err *err)
{
	static const char *const addresses[] = { "email", "preferred_username", "upn" };
	const char *oid = jwt_claim_text(c->jwt, "oid");
	if (!oid || !text_is_uuid(oid, strlen(oid)))
		return claim_refuse(c->jwt, "oid", "a user's object ID", err);
	*ret = (struct identity){ .kind = IDENTITY_ENTRA };
	snprintf(ret->user, sizeof(ret->user), "%s.%s", oid, c->tenant.id);
	for (char *p = ret->user; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	copy_shown(jwt_claim_text(c->jwt, "name"), ret->name);
	for (size_t i = 0; i < 3 && !*ret->email; i++)
		copy_shown(jwt_claim_text(c->jwt, addresses[i]), ret->email);
	return true;
}

bool entra_token_check(struct identity_keys *keys, const char *token,
	const struct entra_rules *rules, struct identity *ret, struct err *err)
{
	struct jwt jwt;
	struct check c = { .rules = rules, .jwt = &jwt };
	if (!read_rules(&c, err) || !jwt_parse(token, "JWT", &jwt, err))
		return false;
	bool ok =
		check_signature(keys, &c, err) && check_claims(&c, err) && read_user(&c, ret, err);
	jwt_release(&jwt);
	return ok;
}
