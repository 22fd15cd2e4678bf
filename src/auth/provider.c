#include "auth/provider.h"
#include "auth/claim.h"
#include "auth/jwt.h"
#include "base/text.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

static bool is_adfs(const struct provider *p)
{
	return text_equal(p->connector->auth_provider, "ADFS");
}

/* ---- settings ------------------------------------------------------------------------------- */

/* Entra: <tenant>/oauth2/v2.0/token -> <tenant>/v2.0/...; AD FS: /adfs/oauth2/token -> /adfs/... */
static bool derive_metadata(const char *endpoint, char ret[OPENID_URL_MAX + 1])
{
	static const struct {
		const char *tail, *instead;
	} forms[] = { { "/oauth2/v2.0/token", "/v2.0" }, { "/oauth2/token", "" } };
	size_t len = strlen(endpoint);
	while (len && endpoint[len - 1] == '/')
		len--;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t tail = strlen(forms[i].tail);
		if (len < tail || strncasecmp(endpoint + len - tail, forms[i].tail, tail) != 0)
			continue;
		int n = snprintf(ret, OPENID_URL_MAX + 1, "%.*s%s/.well-known/openid-configuration",
			(int)(len - tail), endpoint, forms[i].instead);
		return n > 0 && n <= OPENID_URL_MAX;
	}
	return false;
}

bool provider_init(struct provider *ret, const struct ms_exchange_connector *connector,
	const char *redirect, struct err *err)
{
	static const char *const needed[] = { "personal_vmr_oauth_client_id",
		"personal_vmr_oauth_auth_endpoint", "personal_vmr_oauth_token_endpoint" };
	*ret = (struct provider){ .connector = connector, .redirect = redirect };
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (text_empty(field_text(
			    record_field(&ms_exchange_connector_type, needed[i]), connector)))
			return err_set(err, ERR_INVALID, "nobody can sign in: set %s", needed[i]);
	const char *given = connector->personal_vmr_oidc_metadata_url;
	if (!text_empty(given)) {
		snprintf(ret->metadata, sizeof(ret->metadata), "%s", given);
		return true;
	}
	return derive_metadata(connector->personal_vmr_oauth_token_endpoint, ret->metadata) ||
		err_set(err, ERR_INVALID,
			"'%s' does not end with /oauth2/token: set personal_vmr_oidc_metadata_url",
			connector->personal_vmr_oauth_token_endpoint);
}

/* ---- the user's way there ------------------------------------------------------------------- */

static void add_parameter(struct buf *b, char before, const char *name, const char *value)
{
	buf_addf(b, "%c%s=", before, name);
	text_percent_encode(b, value);
}

/* RFC 7636 section 4.2 */
static void add_challenge(struct buf *b, const char *verifier)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_Digest(verifier, strlen(verifier), digest, &len, EVP_sha256(), NULL);
	buf_adds(b, "&code_challenge=");
	text_base64url_encode(b, digest, len);
	buf_adds(b, "&code_challenge_method=S256");
}

void provider_address(
	const struct provider *provider, const struct sign_in *sign_in, struct buf *ret)
{
	const struct ms_exchange_connector *c = provider->connector;
	const char *endpoint = c->personal_vmr_oauth_auth_endpoint;
	const char *party = c->personal_vmr_adfs_relying_party_trust_identifier;
	buf_adds(ret, endpoint);
	add_parameter(ret, strchr(endpoint, '?') ? '&' : '?', "response_type", "code");
	add_parameter(ret, '&', "client_id", c->personal_vmr_oauth_client_id);
	add_parameter(ret, '&', "redirect_uri", provider->redirect);
	/* AD FS refuses scopes that the client was not granted, and tells the address without. */
	add_parameter(ret, '&', "scope", is_adfs(provider) ? "openid" : "openid profile email");
	add_parameter(ret, '&', "response_mode", "query");
	add_parameter(ret, '&', "state", sign_in->state);
	add_parameter(ret, '&', "nonce", sign_in->nonce);
	add_challenge(ret, sign_in->verifier);
	if (is_adfs(provider) && !text_empty(party))
		add_parameter(ret, '&', "resource", party);
	if (!is_adfs(provider))
		add_parameter(ret, '&', "prompt", "select_account");
}

/* ---- the way to the provider ---------------------------------------------------------------- */

static void write_form(
	const struct provider *p, const struct sign_in *sign_in, const char *code, struct buf *form)
{
	const struct ms_exchange_connector *c = p->connector;
	buf_adds(form, "grant_type=authorization_code");
	add_parameter(form, '&', "client_id", c->personal_vmr_oauth_client_id);
	add_parameter(form, '&', "redirect_uri", p->redirect);
	add_parameter(form, '&', "code", code);
	add_parameter(form, '&', "code_verifier", sign_in->verifier);
	if (!text_empty(c->personal_vmr_oauth_client_secret))
		add_parameter(form, '&', "client_secret", c->personal_vmr_oauth_client_secret);
}

/* What the provider says why it refuses (RFC 6749 section 5.2): of visible ASCII, short. */
static bool refused(const json_t *answer, long status, struct err *err)
{
	const char *error = json_text(answer, "error");
	const char *description = json_text(answer, "error_description");
	char shown[CLAIM_SHOWN_MAX + 1], more[CLAIM_SHOWN_MAX + 1] = "";
	if (!error)
		return err_set(err, ERR_PROTOCOL,
			"the token endpoint answered with status %ld and no token", status);
	claim_show(error, strlen(error), shown);
	if (description)
		claim_show(description, strlen(description), more);
	return err_set(err, ERR_DENIED, "the token endpoint refused: '%s' %s", shown, more);
}

/* json_decref() *ret. */
static bool post_form(provider_post_fn *post, void *arg, const struct provider *p,
	const struct buf *form, json_t **ret, struct err *err)
{
	struct buf body;
	long status = 0;
	json_t *answer = NULL;
	buf_init(&body, IDENTITY_METADATA_MAX);
	bool ok = post(p->connector->personal_vmr_oauth_token_endpoint,
		p->connector->ca_certificates, form->data, &body, &status, arg, err);
	if (ok && body.overflow)
		ok = err_set(err, ERR_PROTOCOL, "the token endpoint's answer is too long");
	if (ok) {
		json_parse(body.data, body.len, &answer, NULL);
		ok = (status == 200 && json_text(answer, "id_token")) ||
			refused(answer, status, err);
	}
	buf_release(&body);
	if (ok)
		*ret = answer;
	else
		json_decref(answer);
	return ok ||
		err_prefix(err, "the sign-in at '%.150s'",
			p->connector->personal_vmr_oauth_token_endpoint);
}

/* ---- what comes back ------------------------------------------------------------------------ */

/* One redemption. */
struct redemption {
	struct identity_keys *keys;
	const struct provider *provider;
	const char *nonce;
	int64_t now;
	char issuer[KEY_ISSUER_MAX + 1];
	struct person person;
	char upn[IDENTITY_SHOWN_MAX + 1]; /* in the ID token */
};

static bool check_signature(struct redemption *r, const struct jwt *jwt, struct err *err)
{
	const struct key_source source = { .url = r->provider->metadata,
		.ca = r->provider->connector->ca_certificates,
		.load = openid_keys_load };
	const char *name = claim_key_name(jwt);
	EVP_MD_CTX *verifier;
	if (!name)
		return err_set(err, ERR_DENIED, "the token does not name its signing key");
	if (!identity_keys_find(r->keys, &source, name, &verifier, r->issuer, err))
		return false;
	bool ok = jwt_verify_once(jwt, verifier, err);
	EVP_MD_CTX_free(verifier);
	return ok;
}

/* A guest's address is what his own organisation says it is, and no proof here. */
static bool check_not_guest(const struct jwt *jwt, const char *issuer, struct err *err)
{
	const char *home = jwt_claim_text(jwt, "idp");
	if (!home || text_equal(home, issuer))
		return true;
	return err_set(err, ERR_DENIED,
		"the account is a guest's: sign in with an account of this organisation");
}

static bool check_id_token(struct redemption *r, const struct jwt *jwt, struct err *err)
{
	return check_signature(r, jwt, err) && claim_check_id_time(jwt, r->now, err) &&
		claim_is(jwt, "iss", r->issuer, err) &&
		claim_is(jwt, "aud", r->provider->connector->personal_vmr_oauth_client_id, err) &&
		claim_is(jwt, "nonce", r->nonce, err) && check_not_guest(jwt, r->issuer, err);
}

static bool check_access_token(struct redemption *r, const struct jwt *jwt, struct err *err)
{
	static const char prefix[] = "microsoft:identityserver:";
	const char *party =
		r->provider->connector->personal_vmr_adfs_relying_party_trust_identifier;
	const char *audience = jwt_claim_text(jwt, "aud");
	if (!check_signature(r, jwt, err) || !claim_check_id_time(jwt, r->now, err))
		return false;
	if (audience && text_starts_with(audience, prefix))
		audience += strlen(prefix);
	return text_equal(audience, party) || claim_refuse(jwt, "aud", party, err);
}

static void copy(const char *text, char ret[IDENTITY_SHOWN_MAX + 1])
{
	if (text && strlen(text) <= IDENTITY_SHOWN_MAX)
		memcpy(ret, text, strlen(text) + 1);
}

/* The first of the claims that is an address wins. */
static void copy_address(const struct jwt *jwt, const char *claim, char ret[IDENTITY_SHOWN_MAX + 1])
{
	const char *text = jwt_claim_text(jwt, claim);
	if (!*ret && text && strchr(text, '@'))
		copy(text, ret);
}

/* AD FS only: the address from the token for the relying party. */
static bool read_access_token(struct redemption *r, const char *token, struct err *err)
{
	struct jwt jwt;
	if (!jwt_parse(token, "JWT", &jwt, err))
		return false;
	bool ok = check_access_token(r, &jwt, err);
	if (ok)
		copy_address(&jwt, "email", r->person.email);
	if (ok)
		copy_address(&jwt, "upn", r->upn);
	jwt_release(&jwt);
	return ok;
}

static bool read_id_token(struct redemption *r, const char *token, struct err *err)
{
	struct jwt jwt;
	if (!jwt_parse(token, "JWT", &jwt, err))
		return false;
	bool ok = check_id_token(r, &jwt, err);
	if (ok) {
		copy_address(&jwt, "email", r->person.email);
		copy_address(&jwt, is_adfs(r->provider) ? "upn" : "preferred_username", r->upn);
		copy(jwt_claim_text(&jwt, "name"), r->person.name);
	}
	jwt_release(&jwt);
	return ok;
}

/* The ID token's e-mail address, the access token's, the account's name if it is an address. */
static bool read_person(struct redemption *r, const json_t *answer, struct err *err)
{
	const char *id = json_text(answer, "id_token"), *access = json_text(answer, "access_token");
	const char *party =
		r->provider->connector->personal_vmr_adfs_relying_party_trust_identifier;
	if (!read_id_token(r, id, err))
		return err_prefix(err, "the ID token");
	if (!*r->person.email && is_adfs(r->provider) && access && !text_empty(party) &&
		!read_access_token(r, access, err))
		return err_prefix(err, "the access token");
	if (!*r->person.email)
		copy(r->upn, r->person.email);
	return *r->person.email ||
		err_set(err, ERR_DENIED,
			"the sign-in tells no e-mail address: let it issue the claim 'email'");
}

bool provider_redeem(struct identity_keys *keys, provider_post_fn *post, void *arg,
	const struct provider *provider, const struct sign_in *sign_in, const char *code,
	int64_t now, struct person *ret, struct err *err)
{
	struct redemption r = {
		.keys = keys, .provider = provider, .nonce = sign_in->nonce, .now = now
	};
	struct buf form;
	json_t *answer = NULL;
	buf_init(&form, PROVIDER_FORM_MAX);
	write_form(provider, sign_in, code, &form);
	bool ok =
		(!form.overflow || err_set(err, ERR_LIMIT, "the authorization code is too long")) &&
		post_form(post, arg, provider, &form, &answer, err);
	buf_release(&form);
	if (!ok)
		return false;
	ok = read_person(&r, answer, err);
	json_decref(answer);
	if (ok)
		*ret = r.person;
	return ok;
}
