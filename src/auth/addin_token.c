#include "auth/addin_token.h"
#include "auth/entra_token.h"
#include "auth/identity_token.h"
#include "base/text.h"

static bool check_exchange(struct identity_keys *keys, const char *token,
	const struct addin_token_rules *rules, struct identity *ret, struct err *err)
{
	const struct identity_rules exchange = { .audience = rules->audience,
		.domains = rules->domains,
		.ca = rules->connector->ca_certificates,
		.now = rules->now };
	return identity_token_check(keys, token, &exchange, ret, err);
}

/* With Office's older single sign-on the add-in and its API are one application, and Office asks for
 * the token; with nested app authentication the add-in asks, for an API that may be another. */
static bool check_entra(struct identity_keys *keys, const char *token,
	const struct addin_token_rules *rules, struct identity *ret, struct err *err)
{
	const struct ms_exchange_connector *c = rules->connector;
	bool office = text_equal(c->addin_authentication_method, "SSO_TOKEN");
	bool own_api = !office && !text_empty(c->addin_naa_web_api_application_id);
	const struct entra_rules entra = { .authority = c->addin_authority_url,
		.metadata_url = c->addin_oidc_metadata_url,
		.jwks = c->addin_jwks,
		.api = own_api ? c->addin_naa_web_api_application_id : c->addin_application_id,
		.host = c->addin_server_domain,
		.client = c->addin_application_id,
		.office_clients = office,
		.more_clients = c->addin_authorized_client_ids,
		.scope = c->addin_token_scope,
		.ca = c->ca_certificates,
		.now = rules->now };
	return entra_token_check(keys, token, &entra, ret, err);
}

bool addin_token_check(struct identity_keys *keys, const char *token,
	const struct addin_token_rules *rules, struct identity *ret, struct err *err)
{
	const char *method = rules->connector->addin_authentication_method;
	if (!token)
		return err_set(err, ERR_DENIED, "the request has no token");
	if (text_equal(method, "EXCHANGE_USER_ID_TOKEN"))
		return check_exchange(keys, token, rules, ret, err);
	return check_entra(keys, token, rules, ret, err);
}
