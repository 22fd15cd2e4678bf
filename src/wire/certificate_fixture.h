/* certificate_fixture - authorities and certificates made for one test run, for tests only. */
#ifndef WIRE_CERTIFICATE_FIXTURE_H
#define WIRE_CERTIFICATE_FIXTURE_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture_certificate {
	EVP_PKEY *key;
	X509 *certificate;
};

struct fixture_wish {
	const char *common_name;
	const char *names; /* subjectAltName, "DNS:localhost,IP:127.0.0.1"; NULL: an authority */
	long from_s, to_s; /* of validity, relative to now */
	const struct fixture_certificate *issuer; /* NULL: itself */
};

static inline void fixture_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (!e || !X509_add_ext(x, e, -1))
		abort();
	X509_EXTENSION_free(e);
}

static inline struct fixture_certificate fixture_certificate_make(struct fixture_wish wish)
{
	struct fixture_certificate made = { EVP_EC_gen("P-256"), X509_new() };
	X509 *x = made.certificate, *issuer = wish.issuer ? wish.issuer->certificate : x;
	X509_NAME *name = X509_get_subject_name(x);
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), random());
	X509_gmtime_adj(X509_getm_notBefore(x), wish.from_s);
	X509_gmtime_adj(X509_getm_notAfter(x), wish.to_s);
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const unsigned char *)wish.common_name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	X509_set_pubkey(x, made.key);
	fixture_extension(x, issuer, NID_basic_constraints,
		wish.names ? "critical,CA:FALSE" : "critical,CA:TRUE");
	if (wish.names)
		fixture_extension(x, issuer, NID_subject_alt_name, wish.names);
	if (!X509_sign(x, wish.issuer ? wish.issuer->key : made.key, EVP_sha256()))
		abort();
	return made;
}

static inline void fixture_certificate_free(struct fixture_certificate *c)
{
	X509_free(c->certificate);
	EVP_PKEY_free(c->key);
}

/* Writes certificate and/or key (paths may be NULL) as PEM. */
static inline void fixture_certificate_write(
	const struct fixture_certificate *c, const char *certificate, const char *key)
{
	FILE *file;
	if (certificate) {
		if (!(file = fopen(certificate, "w")) || !PEM_write_X509(file, c->certificate))
			abort();
		fclose(file);
	}
	if (key) {
		if (!(file = fopen(key, "w")) ||
			!PEM_write_PKCS8PrivateKey(file, c->key, NULL, NULL, 0, NULL, NULL))
			abort();
		fclose(file);
	}
}

/* The certificate as PEM text; free() it. */
static inline char *fixture_certificate_text(const struct fixture_certificate *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	if (!file || !PEM_write_X509(file, c->certificate))
		abort();
	fclose(file);
	return text;
}

#endif
