#include "auth/identity_token.h"
#include "auth/claim.h"
#include "auth/exchange_metadata.h"
#include "auth/jwt.h"
#include "base/text.h"
#include "wire/json.h"

#include <stdio.h>
#include <string.h>

/* The application id of Exchange itself, the same in every deployment. */
static const char issuer_prefix[] = "00000002-0000-0ff1-ce00-000000000000@";

/* Exchange's documentation shows an object, Exchange has been seen to send the same as a text.
 * json_decref() the result. */
static json_t *read_appctx(const struct jwt *jwt)
{
	json_t *appctx = json_object_get(jwt->claims, "appctx");
	if (!json_is_string(appctx))
		return json_incref(appctx);
	json_t *inner;
	if (!json_parse(json_string_value(appctx), json_string_length(appctx), &inner, NULL))
		return NULL;
	return inner;
}

static bool check_signature(struct identity_keys *keys, const struct jwt *jwt,
	const struct amurl *amurl, const char *ca, struct err *err)
{
	const char *x5t = jwt_header_text(jwt, "x5t");
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	if (!x5t || strlen(x5t) != X5T_LEN || strspn(x5t, alphabet) != X5T_LEN)
		return err_set(err, ERR_DENIED, "the token does not name its signing key ('x5t')");
	const struct key_source source = {
		.url = amurl->url, .ca = ca, .load = exchange_metadata_load
	};
	EVP_MD_CTX *verifier;
	if (!identity_keys_find(keys, &source, x5t, &verifier, NULL, err))
		return false;
	bool ok = jwt_verify_once(jwt, verifier, err);
	EVP_MD_CTX_free(verifier);
	return ok;
}

static bool check_claims(const struct jwt *jwt, const json_t *appctx,
	const struct identity_rules *rules, struct err *err)
{
	if (!claim_check_time(jwt, rules->now, err))
		return false;
	if (!text_equal(jwt_claim_text(jwt, "aud"), rules->audience))
		return err_set(err, ERR_DENIED,
			"the token is for another add-in than '%s': the 'aud' claim differs",
			rules->audience);
	const char *issuer = jwt_claim_text(jwt, "iss");
	if (!issuer || !text_starts_with(issuer, issuer_prefix))
		return err_set(err, ERR_DENIED, "the token was not issued by Exchange ('iss')");
	if (!text_equal(json_text(appctx, "version"), "ExIdTok.V1"))
		return err_set(err, ERR_DENIED, "the token's appctx version is not 'ExIdTok.V1'");
	return true;
}

static bool read_user(
	const json_t *appctx, const struct amurl *amurl, struct identity *ret, struct err *err)
{
	const char *uid = json_text(appctx, "msexchuid");
	if (text_empty(uid))
		return err_set(err, ERR_DENIED, "the token names no user ('msexchuid')");
	if (strlen(uid) > IDENTITY_EXCHUID_MAX)
		return err_set(err, ERR_LIMIT, "the token's 'msexchuid' is longer than %d bytes",
			IDENTITY_EXCHUID_MAX);
	*ret = (struct identity){ .kind = IDENTITY_EXCHANGE };
	snprintf(ret->user, sizeof(ret->user), "%s%s", uid, amurl->url);
	return true;
}

static bool check(struct identity_keys *keys, const struct jwt *jwt, const json_t *appctx,
	const struct identity_rules *rules, struct identity *ret, struct err *err)
{
	struct amurl amurl;
	return amurl_check(json_text(appctx, "amurl"), rules->domains, &amurl, err) &&
		check_signature(keys, jwt, &amurl, rules->ca, err) &&
		check_claims(jwt, appctx, rules, err) && read_user(appctx, &amurl, ret, err);
}

bool identity_token_check(struct identity_keys *keys, const char *token,
	const struct identity_rules *rules, struct identity *ret, struct err *err)
{
	struct jwt jwt;
	if (!jwt_parse(token, "JWT", &jwt, err))
		return false;
	json_t *appctx = read_appctx(&jwt);
	bool ok = check(keys, &jwt, appctx, rules, ret, err);
	json_decref(appctx);
	jwt_release(&jwt);
	return ok;
}
