/*
 * certificate - keys and certificates made at start.
 */
#ifndef EMULATOR_CERTIFICATE_H
#define EMULATOR_CERTIFICATE_H

#include "base/err.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

/* A certificate for `name`, signed by issuer (NULL: by itself). hosts: subjectAltName in OpenSSL's
 * notation ("DNS:localhost,IP:127.0.0.1"); NULL: none. ca: it may sign others. */
X509 *certificate_new(EVP_PKEY *key, const char *name, const char *hosts, bool ca, X509 *issuer,
	EVP_PKEY *issuer_key);

/* Writes ca.pem, server.pem and server.key into the directory: an authority made for this run, and
 * a certificate for localhost. */
bool certificate_make_files(const char *directory, struct err *err);

#endif
