#include "auth/exchange_metadata.h"
#include "auth/jwt.h"
#include "base/buf.h"
#include "base/text.h"
#include "wire/json.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>

enum { CERTIFICATE_MAX = 16384 }; /* bytes of DER */

static void thumbprint(const struct buf *der, char ret[X5T_LEN + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_Digest(der->data, der->len, digest, &len, EVP_sha1(), NULL);
	struct buf text;
	buf_init(&text, X5T_LEN);
	text_base64url_encode(&text, digest, len);
	memcpy(ret, text.data, text.len + 1);
	buf_release(&text);
}

static EVP_MD_CTX *certificate_verifier(const struct buf *der)
{
	const unsigned char *p = (const unsigned char *)der->data;
	X509 *certificate = d2i_X509(NULL, &p, (long)der->len);
	EVP_PKEY *key = NULL;
	/* Bytes behind the certificate would change the thumbprint and nothing else. */
	if (certificate && p == (const unsigned char *)der->data + der->len)
		key = X509_get_pubkey(certificate);
	EVP_MD_CTX *verifier = key ? jwt_verifier_new(key, NULL) : NULL;
	EVP_PKEY_free(key);
	X509_free(certificate);
	ERR_clear_error();
	return verifier;
}

static bool read_key(const json_t *entry, struct signing_key *ret)
{
	const json_t *value = json_object_get(entry, "keyvalue");
	const char *type = json_text(value, "type"), *text = json_text(value, "value");
	if (!text_equal_nocase(json_text(entry, "usage"), "signing") ||
		!text_equal_nocase(type, "x509Certificate") || !text)
		return false;
	struct buf der;
	buf_init(&der, CERTIFICATE_MAX);
	struct signing_key key = { 0 };
	if (text_base64_decode(&der, text, strlen(text)) && !der.overflow && der.len)
		key.verifier = certificate_verifier(&der);
	if (key.verifier) {
		thumbprint(&der, key.x5t);
		*ret = key;
	}
	buf_release(&der);
	return key.verifier != NULL;
}

bool exchange_metadata_read(const char *bytes, size_t len, struct key_set *ret, struct err *err)
{
	json_t *document;
	struct err why;
	if (!json_parse(bytes, len, &document, &why))
		return err_set(
			err, ERR_PROTOCOL, "the token metadata is not JSON: %.200s", why.text);
	const json_t *list = json_object_get(document, "keys");
	for (size_t i = 0; i < json_array_size(list) && ret->count < IDENTITY_KEYS_PER_URL_MAX; i++)
		ret->count += read_key(json_array_get(list, i), &ret->keys[ret->count]);
	json_decref(document);
	return ret->count > 0 ||
		err_set(err, ERR_PROTOCOL, "the token metadata has no signing key");
}

bool exchange_metadata_load(const struct key_source *source, const struct key_fetch *fetch,
	struct key_set *ret, struct err *err)
{
	struct buf document;
	if (!key_fetch_document(fetch, source->url, source->ca, &document, err))
		return false;
	bool ok = exchange_metadata_read(document.data, document.len, ret, err);
	buf_release(&document);
	return ok;
}
