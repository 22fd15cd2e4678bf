#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CERTIFICATE_LIFE_S = 10 * 365 * 86400,
	CLOCK_ALLOWANCE_S = 86400, /* valid since yesterday */
	PATH_LEN_MAX = 4096,
};

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer ? issuer : cert, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	if (!extension)
		return;
	X509_add_ext(cert, extension, -1);
	X509_EXTENSION_free(extension);
}

static void set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *number;

	RAND_bytes(bytes, sizeof(bytes));
	bytes[0] = (bytes[0] & 0x3f) | 0x40; /* positive, and never zero */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
}

X509 *certificate_new(EVP_PKEY *key, const char *name, const char *hosts, bool ca, X509 *issuer,
	EVP_PKEY *issuer_key)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, X509_VERSION_3);
	set_serial(cert);
	X509_gmtime_adj(X509_getm_notBefore(cert), -CLOCK_ALLOWANCE_S);
	X509_gmtime_adj(X509_getm_notAfter(cert), CERTIFICATE_LIFE_S);
	X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject);
	X509_set_pubkey(cert, key);
	add_extension(cert, issuer, NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");
	add_extension(cert, issuer, NID_key_usage,
		ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
	add_extension(cert, issuer, NID_subject_key_identifier, "hash");
	if (issuer)
		add_extension(cert, issuer, NID_authority_key_identifier, "keyid");
	if (hosts) {
		add_extension(cert, issuer, NID_ext_key_usage, "serverAuth");
		add_extension(cert, issuer, NID_subject_alt_name, hosts);
	}
	X509_sign(cert, issuer_key ? issuer_key : key, EVP_sha256());
	return cert;
}

static FILE *create(const char *directory, const char *name, int mode, struct err *err)
{
	char path[PATH_LEN_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!file)
		err_set(err, ERR_IO, "cannot write '%s': %s", path, strerror(errno));
	return file;
}

static bool write_certificate(const char *directory, const char *name, X509 *cert, struct err *err)
{
	FILE *file = create(directory, name, 0644, err);

	if (!file)
		return false;
	PEM_write_X509(file, cert);
	fclose(file);
	return true;
}

static bool write_key(const char *directory, const char *name, EVP_PKEY *key, struct err *err)
{
	FILE *file = create(directory, name, 0600, err);

	if (!file)
		return false;
	PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	fclose(file);
	return true;
}

bool certificate_make_files(const char *directory, struct err *err)
{
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = certificate_new(ca_key, "Exchange emulator CA", NULL, true, NULL, NULL);
	X509 *cert = certificate_new(
		key, "localhost", "DNS:localhost,IP:127.0.0.1,IP:::1", false, ca, ca_key);

	if (mkdir(directory, 0755) != 0 && errno != EEXIST)
		err_set(err, ERR_IO, "cannot make '%s': %s", directory, strerror(errno));
	bool ok = write_certificate(directory, "ca.pem", ca, err) &&
		write_certificate(directory, "server.pem", cert, err) &&
		write_key(directory, "server.key", key, err);
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ok;
}
