/*
 * How this works
 *
 * /authorize either shows a page with a link for each account, or (when the account is known) makes
 * a code and sends the browser back with it. A code remembers all that its redemption is compared
 * with. Two signing keys are kept: the present one signs, and the one before it is still in the key
 * set.
 */
#include "oidc.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "server.h"
#include "wire/json.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RSA_BITS = 2048,
	URL_MAX = 512,
	VALUE_MAX = 512, /* bytes of one parameter of a request */
	PAGE_MAX = 1 << 20,
	SIGNATURE_MAX = 512,
	MODULUS_MAX = 512,
	CODE_LEN = 43, /* base64url of 32 bytes */
	CODE_LIFE_S = 300,
	ID_TOKEN_LIFE_S = 3600,
	ACCESS_TOKEN_LIFE_S = 4800,
	TENANT_MAX = 64,
};

struct key {
	EVP_PKEY *pkey;
	char kid[UUID_LEN + 1];
};

struct code {
	char code[CODE_LEN + 1]; /* "": free */
	char client[VALUE_MAX], redirect[VALUE_MAX], challenge[VALUE_MAX], nonce[VALUE_MAX],
		resource[VALUE_MAX], scope[VALUE_MAX];
	char user[VALUE_MAX], tenant[TENANT_MAX];
	bool adfs;
	int64_t made;
};

struct oidc {
	struct key keys[2]; /* the present one first */
	struct code codes[OIDC_CODES_MAX];
	size_t next;
	json_t *wish; /* {"claims": {...}} of ID tokens; NULL: as they are */
};

/* One provider, one request. tenant: "" for AD FS. */
struct visit {
	struct server *server;
	struct http_request *req;
	bool with_faults;
	bool adfs;
	char tenant[TENANT_MAX];
	char base[URL_MAX]; /* "https://localhost:8443/oidc/<tenant>", ".../adfs" */
};

/* ---- keys ----------------------------------------------------------------------------------- */

static void key_make(struct key *key)
{
	key->pkey = EVP_RSA_gen(RSA_BITS);
	if (!key->pkey)
		abort();
	random_uuid(key->kid);
}

struct oidc *oidc_new(void)
{
	struct oidc *oidc = calloc(1, sizeof(*oidc));

	if (!oidc)
		abort();
	key_make(&oidc->keys[0]);
	key_make(&oidc->keys[1]);
	return oidc;
}

void oidc_free(struct oidc **oidc)
{
	if (!*oidc)
		return;
	for (int i = 0; i < 2; i++)
		EVP_PKEY_free((*oidc)->keys[i].pkey);
	json_decref((*oidc)->wish);
	free(*oidc);
	*oidc = NULL;
}

void oidc_rotate(struct oidc *oidc)
{
	EVP_PKEY_free(oidc->keys[1].pkey);
	oidc->keys[1] = oidc->keys[0];
	key_make(&oidc->keys[0]);
}

void oidc_wish(struct oidc *oidc, const json_t *claims)
{
	json_decref(oidc->wish);
	oidc->wish = claims ? json_pack("{s:O}", "claims", claims) : NULL;
}

static json_t *base64url_of(const void *bytes, size_t len)
{
	struct buf b;

	buf_init(&b, PAGE_MAX);
	text_base64url_encode(&b, bytes, len);
	json_t *text = json_string(b.data);
	buf_release(&b);
	return text;
}

static json_t *number(const struct key *key, const char *name)
{
	unsigned char bytes[MODULUS_MAX];
	BIGNUM *n = NULL;

	if (EVP_PKEY_get_bn_param(key->pkey, name, &n) != 1)
		abort();
	int len = BN_bn2bin(n, bytes);
	BN_free(n);
	return base64url_of(bytes, (size_t)len);
}

static json_t *key_set(const struct oidc *oidc)
{
	json_t *list = json_array();

	for (int i = 0; i < 2; i++) {
		const struct key *key = &oidc->keys[i];
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "kty", "RSA", "use", "sig",
				"alg", "RS256", "kid", key->kid, "x5t", key->kid, "n",
				number(key, OSSL_PKEY_PARAM_RSA_N), "e",
				number(key, OSSL_PKEY_PARAM_RSA_E)));
	}
	return json_pack("{s:o}", "keys", list);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static void add_part(struct buf *ret, const json_t *part)
{
	char *text = json_dumps(part, JSON_COMPACT);

	text_base64url_encode(ret, text, strlen(text));
	free(text);
}

static bool sign(const struct key *key, struct buf *token, struct err *err)
{
	unsigned char signature[SIGNATURE_MAX];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	bool ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
		EVP_DigestSign(ctx, signature, &len, (unsigned char *)token->data, token->len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		return err_set(err, ERR_INTERNAL, "cannot sign the token");
	buf_addc(token, '.');
	text_base64url_encode(token, signature, len);
	return true;
}

/* What the wish says is put over what would be there; null takes a member out. */
static void put_over(json_t *object, const json_t *wish)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)wish, name, value)
	{
		if (json_is_null(value))
			json_object_del(object, name);
		else
			json_object_set(object, name, value);
	}
}

/* Takes claims over. */
static bool write_token(const struct oidc *oidc, json_t *claims, const json_t *wish,
	struct buf *ret, struct err *err)
{
	const struct key *key = &oidc->keys[0];
	json_t *header = json_pack("{s:s, s:s, s:s, s:s}", "typ", "JWT", "alg", "RS256", "x5t",
		key->kid, "kid", key->kid);

	put_over(header, json_object_get(wish, "header"));
	put_over(claims, json_object_get(wish, "claims"));
	add_part(ret, header);
	buf_addc(ret, '.');
	add_part(ret, claims);
	json_decref(header);
	json_decref(claims);
	if (!json_is_false(json_object_get(wish, "sign")))
		return sign(key, ret, err);
	buf_addc(ret, '.');
	return true;
}

static const char *wished(const json_t *wish, const char *key, const char *otherwise)
{
	const char *value = json_text(wish, key);

	return value ? value : otherwise;
}

static int64_t wished_number(const json_t *wish, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(wish, key);

	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static const char *name_of(const struct server *server, const struct account *account)
{
	const struct mailbox *mailbox = org_mailbox(&server->org, account->smtp);

	return mailbox && mailbox->name ? mailbox->name : account->user;
}

static void add_times(json_t *claims, const json_t *wish, int64_t life_s)
{
	int64_t now = clock_now(), from = now + wished_number(wish, "not_before_in", 0);

	json_object_set_new(claims, "iat", json_integer(from));
	json_object_set_new(claims, "nbf", json_integer(from));
	json_object_set_new(
		claims, "exp", json_integer(now + wished_number(wish, "expires_in", life_s)));
}

bool oidc_issue(struct server *server, const struct account *account, const json_t *wish,
	struct buf *ret, struct err *err)
{
	const char *tenant = json_text(wish, "tenant"), *client = wished(wish, "client", "");
	bool v1 = wished_number(wish, "version", 2) == 1;
	char issuer[URL_MAX];

	if (text_empty(tenant))
		return err_set(err, ERR_INVALID, "an access token needs 'tenant'");
	if (v1)
		snprintf(issuer, sizeof(issuer), "https://sts.windows.net/%s/", tenant);
	else
		snprintf(issuer, sizeof(issuer), "https://%s/oidc/%s/v2.0", server->tokens.host,
			tenant);
	json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "aud",
		wished(wish, "audience", ""), "iss", wished(wish, "issuer", issuer), "tid", tenant,
		"oid", account->guid, "sub", account->guid, "scp",
		wished(wish, "scope", "access_as_user"), "ver", v1 ? "1.0" : "2.0", "name",
		name_of(server, account), v1 ? "upn" : "preferred_username", account->smtp);
	json_object_set_new(claims, v1 ? "appid" : "azp", json_string(client));
	add_times(claims, wish, ACCESS_TOKEN_LIFE_S);
	return write_token(server->oidc, claims, wish, ret, err);
}

static bool write_id_token(const struct visit *v, const struct code *code,
	const struct account *account, struct buf *ret, struct err *err)
{
	char issuer[URL_MAX + 8];

	snprintf(issuer, sizeof(issuer), "%s%s", v->base, v->adfs ? "" : "/v2.0");
	json_t *claims = json_pack(
		"{s:s, s:s, s:s}", "iss", issuer, "aud", code->client, "sub", account->guid);
	if (*code->nonce)
		json_object_set_new(claims, "nonce", json_string(code->nonce));
	add_times(claims, NULL, ID_TOKEN_LIFE_S);
	if (v->adfs) { /* as long as no rule issues more: a name for Windows */
		json_object_set_new(
			claims, "unique_name", json_sprintf("EXAMPLE\\%s", account->user));
	} else {
		json_object_update_new(claims,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "tid", v->tenant, "oid",
				account->guid, "ver", "2.0", "email", account->smtp,
				"preferred_username", account->smtp, "name",
				name_of(v->server, account)));
	}
	return write_token(v->server->oidc, claims, v->server->oidc->wish, ret, err);
}

/* AD FS puts the claims that its rules issue into the token for the relying party. */
static bool write_access_token(const struct visit *v, const struct code *code,
	const struct account *account, struct buf *ret, struct err *err)
{
	char audience[VALUE_MAX + 64], issuer[URL_MAX + 32];

	snprintf(audience, sizeof(audience), "%s%s", v->adfs ? "microsoft:identityserver:" : "",
		v->adfs && *code->resource ? code->resource : code->client);
	snprintf(issuer, sizeof(issuer), "http://%s/adfs/services/trust", v->server->tokens.host);
	json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:s}", "iss", v->adfs ? issuer : v->base,
		"aud", audience, "sub", account->guid, "email", account->smtp, "appid",
		code->client);
	add_times(claims, NULL, ACCESS_TOKEN_LIFE_S);
	return write_token(v->server->oidc, claims, NULL, ret, err);
}

/* ---- documents ------------------------------------------------------------------------------ */

static void reply_metadata(const struct visit *v, bool old)
{
	const char *paths = v->adfs ? "/oauth2" : "/oauth2/v2.0";
	json_t *doc = json_pack("{s:o, s:o, s:o, s:o, s:[s], s:[s], s:[s]}", "issuer",
		v->adfs       ? json_string(v->base)
			: old ? json_sprintf("https://sts.windows.net/%s/", v->tenant)
			      : json_sprintf("%s/v2.0", v->base),
		"authorization_endpoint", json_sprintf("%s%s/authorize", v->base, paths),
		"token_endpoint", json_sprintf("%s%s/token", v->base, paths), "jwks_uri",
		json_sprintf("%s/discovery%s/keys", v->base, v->adfs ? "" : "/v2.0"),
		"response_types_supported", "code", "subject_types_supported", "pairwise",
		"id_token_signing_alg_values_supported", "RS256");

	if (v->adfs)
		json_object_set_new(doc, "access_token_issuer",
			json_sprintf("http://%s/adfs/services/trust", v->server->tokens.host));
	server_reply_document(v->server, v->req, v->with_faults, "openid", 200, doc);
}

/* ---- authorize ------------------------------------------------------------------------------ */

static struct account *account_by(const struct org *org, const char *hint)
{
	const struct strmap_entry *e;
	struct account *found = org_account(org, hint);

	for (size_t i = 0; !found && strmap_next(&org->accounts, &i, &e);) {
		struct account *account = e->value;
		if (text_equal_nocase(account->smtp, hint))
			found = account;
	}
	return found;
}

static void read_query(const struct visit *v, const char *name, char ret[VALUE_MAX])
{
	if (!http_query_value(v->req, name, ret, VALUE_MAX))
		ret[0] = '\0';
}

/* Back to the client, with one or two parameters and its state. */
static void send_back(const struct visit *v, const char *redirect, const char *name,
	const char *value, const char *description)
{
	char state[VALUE_MAX];
	struct buf to;

	buf_init(&to, PAGE_MAX);
	read_query(v, "state", state);
	buf_addf(&to, "%s%c%s=", redirect, strchr(redirect, '?') ? '&' : '?', name);
	text_percent_encode(&to, value);
	if (description) {
		buf_adds(&to, "&error_description=");
		text_percent_encode(&to, description);
	}
	if (*state) {
		buf_adds(&to, "&state=");
		text_percent_encode(&to, state);
	}
	http_set_header(v->req, "Location", to.data);
	http_set_header(v->req, "Cache-Control", "no-store");
	http_reply(v->req, 302, "text/plain", "", 0);
	buf_release(&to);
}

static void make_code(const struct visit *v, const struct account *account, const char *redirect)
{
	struct oidc *oidc = v->server->oidc;
	struct code *code = &oidc->codes[oidc->next++ % OIDC_CODES_MAX];
	unsigned char bytes[32];
	struct buf text;

	*code = (struct code){ .adfs = v->adfs, .made = clock_now() };
	random_bytes(bytes, sizeof(bytes));
	buf_init(&text, CODE_LEN);
	text_base64url_encode(&text, bytes, sizeof(bytes));
	memcpy(code->code, text.data, CODE_LEN + 1);
	buf_release(&text);
	snprintf(code->redirect, sizeof(code->redirect), "%s", redirect);
	snprintf(code->user, sizeof(code->user), "%s", account->user);
	snprintf(code->tenant, sizeof(code->tenant), "%s", v->tenant);
	read_query(v, "client_id", code->client);
	read_query(v, "code_challenge", code->challenge);
	read_query(v, "nonce", code->nonce);
	read_query(v, "resource", code->resource);
	read_query(v, "scope", code->scope);
	send_back(v, redirect, "code", code->code, NULL);
}

static void add_choice(const struct visit *v, const struct account *account, struct buf *page)
{
	buf_adds(page, "<li><a href=\"?");
	text_escape_markup(page, http_query(v->req));
	buf_adds(page, "&amp;chosen=");
	text_percent_encode(page, account->user);
	buf_adds(page, "\">");
	text_escape_markup(page, name_of(v->server, account));
	buf_adds(page, "</a> <small>");
	text_escape_markup(page, account->smtp);
	buf_adds(page, "</small></li>");
}

static void reply_choices(const struct visit *v)
{
	const struct strmap_entry *e;
	struct buf page;

	buf_init(&page, PAGE_MAX);
	buf_addf(&page,
		"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
		"<title>Sign in (emulator)</title></head><body><h1>Sign in</h1>"
		"<p>This is the emulator's %s. Choose who you are.</p><ul>",
		v->adfs ? "AD FS" : "Entra");
	for (size_t i = 0; strmap_next(&v->server->org.accounts, &i, &e);)
		add_choice(v, e->value, &page);
	buf_adds(&page, "</ul><p><a href=\"?");
	text_escape_markup(&page, http_query(v->req));
	buf_adds(&page, "&amp;cancel=1\">Cancel</a></p></body></html>");
	http_set_header(v->req, "Cache-Control", "no-store");
	http_reply(v->req, 200, "text/html; charset=utf-8", page.data, page.len);
	buf_release(&page);
}

static void reply_bad(const struct visit *v, const char *sentence)
{
	http_reply(v->req, 400, "text/plain; charset=utf-8", sentence, strlen(sentence));
}

static void authorize(const struct visit *v)
{
	char redirect[VALUE_MAX], value[VALUE_MAX], challenge[VALUE_MAX];

	read_query(v, "redirect_uri", redirect);
	if (!text_starts_with(redirect, "https://") && !text_starts_with(redirect, "http://")) {
		reply_bad(v, "The request has no redirect_uri.\n");
		return;
	}
	read_query(v, "response_type", value);
	read_query(v, "code_challenge", challenge);
	if (!text_equal(value, "code")) {
		send_back(v, redirect, "error", "unsupported_response_type", "Only 'code' is.");
		return;
	}
	read_query(v, "code_challenge_method", value);
	if ((*challenge || !v->adfs) &&
		(!text_equal(value, "S256") || strlen(challenge) != CODE_LEN)) {
		send_back(v, redirect, "error", "invalid_request", "PKCE with S256 is required.");
		return;
	}
	read_query(v, "cancel", value);
	if (*value) {
		send_back(v, redirect, "error", "access_denied", "The user cancelled.");
		return;
	}
	read_query(v, "chosen", value);
	if (!*value)
		read_query(v, "login_hint", value);
	const struct account *account = *value ? account_by(&v->server->org, value) : NULL;
	if (account)
		make_code(v, account, redirect);
	else
		reply_choices(v);
}

/* ---- token ---------------------------------------------------------------------------------- */

/* A parameter of an application/x-www-form-urlencoded body. */
static void read_form(const struct visit *v, const char *name, char ret[VALUE_MAX])
{
	size_t len, name_len = strlen(name);
	const char *body = http_body(v->req, &len), *end = body + len;

	for (const char *p = body; p < end;) {
		const char *next = memchr(p, '&', (size_t)(end - p));
		size_t n = (size_t)((next ? next : end) - p);
		if (n > name_len && memcmp(p, name, name_len) == 0 && p[name_len] == '=' &&
			http_percent_decode(
				p + name_len + 1, n - name_len - 1, true, ret, VALUE_MAX))
			return;
		p += n + 1;
	}
	ret[0] = '\0';
}

static struct code *find_code(struct oidc *oidc, const char *text)
{
	for (size_t i = 0; *text && i < OIDC_CODES_MAX; i++)
		if (text_equal(oidc->codes[i].code, text))
			return &oidc->codes[i];
	return NULL;
}

static bool challenge_fits(const struct code *code, const char *verifier)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf text;

	if (!*code->challenge)
		return !*verifier;
	EVP_Digest(verifier, strlen(verifier), digest, &len, EVP_sha256(), NULL);
	buf_init(&text, VALUE_MAX);
	text_base64url_encode(&text, digest, len);
	bool ok = text_equal(text.data, code->challenge);
	buf_release(&text);
	return ok;
}

static const char *refusal(const struct visit *v, const struct code *code)
{
	char value[VALUE_MAX];

	read_form(v, "grant_type", value);
	if (!text_equal(value, "authorization_code"))
		return "The grant type is not 'authorization_code'.";
	if (!code || code->adfs != v->adfs || !text_equal(code->tenant, v->tenant))
		return "There is no such code, or it was redeemed already.";
	if (clock_now() - code->made > CODE_LIFE_S)
		return "The code has expired.";
	read_form(v, "client_id", value);
	if (!text_equal(value, code->client))
		return "The code was given to another client.";
	read_form(v, "redirect_uri", value);
	if (!text_equal(value, code->redirect))
		return "The redirect_uri is another than before.";
	read_form(v, "code_verifier", value);
	if (!challenge_fits(code, value))
		return "The code_verifier does not fit the code_challenge.";
	return NULL;
}

static void reply_token_error(const struct visit *v, const char *why)
{
	server_reply_document(v->server, v->req, v->with_faults, "oidc_token", 400,
		json_pack("{s:s, s:s}", "error", "invalid_grant", "error_description", why));
}

static void token(const struct visit *v)
{
	char text[VALUE_MAX];
	struct buf id, access;
	struct err err;

	read_form(v, "code", text);
	struct code *code = find_code(v->server->oidc, text);
	const char *why = refusal(v, code);
	const struct account *account = why ? NULL : org_account(&v->server->org, code->user);
	if (!account) {
		reply_token_error(v, why ? why : "The user is gone.");
		return;
	}
	buf_init(&id, PAGE_MAX);
	buf_init(&access, PAGE_MAX);
	if (!write_id_token(v, code, account, &id, &err) ||
		!write_access_token(v, code, account, &access, &err))
		reply_token_error(v, err.text);
	else if (server_reply_document(v->server, v->req, v->with_faults, "oidc_token", 200,
			 json_pack("{s:s, s:i, s:s, s:s, s:s}", "token_type", "Bearer",
				 "expires_in", (int)ID_TOKEN_LIFE_S, "scope", code->scope,
				 "access_token", access.data, "id_token", id.data)))
		code->code[0] = '\0'; /* one use */
	buf_release(&id);
	buf_release(&access);
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* What follows the provider's base; NULL: not its path. */
static const char *provider_path(struct visit *v)
{
	static const char entra[] = "/oidc/", adfs[] = "/adfs/";
	const char *path = http_path(v->req), *host = v->server->tokens.host;

	if (text_starts_with(path, adfs)) {
		v->adfs = true;
		snprintf(v->base, sizeof(v->base), "https://%s/adfs", host);
		return path + strlen(adfs) - 1;
	}
	if (!text_starts_with(path, entra))
		return NULL;
	path += strlen(entra);
	size_t len = strcspn(path, "/");
	if (!text_is_uuid(path, len))
		return NULL;
	snprintf(v->tenant, sizeof(v->tenant), "%.*s", (int)len, path);
	snprintf(v->base, sizeof(v->base), "https://%s%s%s", host, entra, v->tenant);
	return path + len;
}

static bool is_path(const char *path, const char *expected)
{
	size_t len = strlen(expected);

	return text_starts_with(path, expected) && (!path[len] || text_equal(path + len, "/"));
}

bool oidc_handle(struct server *server, struct http_request *req, bool with_faults)
{
	static const char well_known[] = "/.well-known/openid-configuration";
	struct visit v = { .server = server, .req = req, .with_faults = with_faults };
	const char *path = provider_path(&v);

	if (!path)
		return false;
	const char *oauth = v.adfs ? "/oauth2" : "/oauth2/v2.0", *rest = path + strlen(oauth);
	bool is_oauth = text_starts_with(path, oauth);
	if (is_path(path, "/v2.0/.well-known/openid-configuration") || is_path(path, well_known))
		reply_metadata(&v, is_path(path, well_known));
	else if (is_path(path, v.adfs ? "/discovery/keys" : "/discovery/v2.0/keys"))
		server_reply_document(server, req, with_faults, "jwks", 200, key_set(server->oidc));
	else if (is_oauth && is_path(rest, "/authorize") && http_method(req) == HTTP_GET)
		authorize(&v);
	else if (is_oauth && is_path(rest, "/token") && http_method(req) == HTTP_POST)
		token(&v);
	else
		return false;
	return true;
}
