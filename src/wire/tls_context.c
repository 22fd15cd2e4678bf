#include "wire/tls_context.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *reason(void)
{
	unsigned long code = ERR_peek_error();
	const char *text = ERR_reason_error_string(code);
	return text ? text : "it cannot be used";
}

static bool readable(const char *what, const char *path, struct err *err)
{
	if (access(path, R_OK) == 0)
		return true;
	return err_set(err, ERR_IO, "cannot read %s '%s': %s", what, path, strerror(errno));
}

static bool fill(SSL_CTX *context, const char *certificate, const char *key, struct err *err)
{
	if (!readable("certificate", certificate, err) || !readable("key", key, err))
		return false;
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return err_set(err, ERR_INVALID, "cannot use certificate '%s': %s (it must be PEM)",
			certificate, reason());
	ERR_clear_error();
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
		if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH)
			return err_set(err, ERR_INVALID,
				"key '%s' does not belong to certificate '%s'", key, certificate);
		return err_set(err, ERR_INVALID,
			"cannot use key '%s': %s (it must be PEM without a passphrase)", key,
			reason());
	}
	return true;
}

/* An encrypted key must be an error, not a question on the terminal. */
static int no_passphrase(char *text, int size, int writing, void *arg)
{
	(void)text, (void)size, (void)writing, (void)arg;
	return 0;
}

bool tls_context_load(const char *certificate, const char *key, SSL_CTX **ret, struct err *err)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	if (!context)
		abort();
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	/* Idle connections are many; their buffers need not be kept. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	ERR_clear_error();
	bool ok = fill(context, certificate, key, err);
	ERR_clear_error();
	if (!ok) {
		SSL_CTX_free(context);
		return false;
	}
	*ret = context;
	return true;
}
