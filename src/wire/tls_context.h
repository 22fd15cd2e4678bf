/* tls_context - the server's certificate and key as OpenSSL wants them. */
#ifndef WIRE_TLS_CONTEXT_H
#define WIRE_TLS_CONTEXT_H

#include "base/err.h"

#include <openssl/ssl.h>

/* TLS 1.2 and later. ERR_IO: a file cannot be read; ERR_INVALID: what is in it cannot be used.
 * SSL_CTX_free() the result. */
bool tls_context_load(const char *certificate, const char *key, SSL_CTX **ret, struct err *err);

#endif
