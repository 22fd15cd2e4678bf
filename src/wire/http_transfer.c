#include "wire/http_transfer.h"

#include "base/text.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the address ---- */

static bool read_host(CURLU *url, char ret[HTTP_HOST_MAX + 8])
{
	char *host = NULL, *port = NULL;
	bool ok = curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		strlen(host) < HTTP_HOST_MAX;
	if (ok && curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
		snprintf(ret, HTTP_HOST_MAX + 8, "%s:%s", host, port);
	else if (ok)
		snprintf(ret, HTTP_HOST_MAX + 8, "%s", host);
	curl_free(host);
	curl_free(port);
	return ok;
}

/* Nothing of the URL but its host is ever quoted: there may be a password or a token in it. */
static bool check_scheme(
	CURLU *url, const char *host, const struct http_client_options *options, struct err *err)
{
	char *scheme = NULL;
	bool ok = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
	if (!ok || (!text_equal(scheme, "https") && !text_equal(scheme, "http")))
		ok = err_set(
			err, ERR_INVALID, "the address of '%s' must begin with https://", host);
	else if (options->https_only && !text_equal(scheme, "https"))
		ok = err_set(err, ERR_INVALID,
			"plain http to '%s' is not allowed: its address must begin with https://",
			host);
	curl_free(scheme);
	return ok;
}

static bool set_url(struct http_transfer *t, const char *text, struct err *err)
{
	CURLU *url = curl_url();
	if (!url)
		abort();
	bool ok = curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		read_host(url, t->host);
	if (!ok)
		err_set(err, ERR_INVALID, "not a web address with a host name");
	else
		ok = check_scheme(url, t->host, t->options, err);
	curl_url_cleanup(url);
	if (ok)
		curl_easy_setopt(t->easy, CURLOPT_URL, text);
	return ok;
}

/* ---- headers and body ---- */

static void append(struct http_transfer *t, const char *header)
{
	struct curl_slist *more = curl_slist_append(t->headers, header);
	if (!more)
		abort();
	t->headers = more;
}

static bool set_headers(struct http_transfer *t, const char *const *headers, struct err *err)
{
	bool has_type = false;
	for (; headers && *headers; headers++) {
		if (strpbrk(*headers, "\r\n"))
			return err_set(err, ERR_INVALID,
				"a header of the request to '%s' contains a line break", t->host);
		has_type |= text_find_nocase(*headers, "content-type:") == *headers;
		append(t, *headers);
	}
	/* Neither a guess at what the body is, nor a pause before it goes out. */
	if (!has_type)
		append(t, "Content-Type:");
	append(t, "Expect:");
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	return true;
}

/* libcurl takes a connection that ends within the headers for an answer without a body. */
static size_t see_header(char *line, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	if (size * count >= 5 && !memcmp(line, "HTTP/", 5)) /* also after a 100 Continue */
		t->headers_ended = false;
	else if (*line == '\r' || *line == '\n')
		t->headers_ended = true;
	return size * count;
}

static size_t send_body(char *ret, size_t size, size_t count, void *arg)
{
	struct http_transfer *t = arg;
	size_t len = size * count;
	if (len > t->body_len - t->body_sent)
		len = t->body_len - t->body_sent;
	memcpy(ret, t->body + t->body_sent, len);
	t->body_sent += len;
	return len;
}

/* libcurl rewinds the body for a second try on a fresh connection when a kept one died before any
 * answer. But the first try may have had its effect (an answer mailed to the organiser): then the
 * caller must hear of it. With an answer (401 asking for authentication) going on is right. */
static int rewind_body(void *arg, curl_off_t offset, int origin)
{
	struct http_transfer *t = arg;
	long status = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!status || offset != 0 || origin != SEEK_SET)
		return CURL_SEEKFUNC_FAIL;
	t->body_sent = 0;
	return CURL_SEEKFUNC_OK;
}

static void set_body(struct http_transfer *t, const struct http_call *call)
{
	if (text_equal(call->method, "GET") && !call->body) {
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	if (text_equal(call->method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	t->body_len = call->body ? call->body_len : 0;
	t->body = malloc(t->body_len + 1);
	if (!t->body)
		abort();
	if (t->body_len)
		memcpy(t->body, call->body, t->body_len);
	curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body_len);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, send_body);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_SEEKFUNCTION, rewind_body);
	curl_easy_setopt(t->easy, CURLOPT_SEEKDATA, t);
}

/* ---- whom to trust ---- */

static CURLcode add_authorities(CURL *easy, void *context, void *arg)
{
	struct http_transfer *t = arg;
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	BIO *text = BIO_new_mem_buf(t->options->ca_pem, -1);
	(void)easy;
	if (!text)
		abort();
	int found = 0;
	for (X509 *ca; (ca = PEM_read_bio_X509(text, NULL, NULL, NULL)); found++) {
		X509_STORE_add_cert(store, ca);
		X509_free(ca);
	}
	BIO_free(text);
	ERR_clear_error(); /* the end of the text counts as one */
	t->authorities_unusable = !found;
	return found ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

#define SYSTEM_AUTHORITIES "/etc/ssl/certs"

static void set_trust(struct http_transfer *t)
{
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (t->options->ca_file) {
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, t->options->ca_file);
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL); /* these and no others */
	} else {
		/* Debian keeps the system's authorities as one file and as a directory by hash:
		 * the directory reads only those that are asked for, not 140 at each connection. */
		curl_easy_setopt(t->easy, CURLOPT_CAINFO, NULL);
		curl_easy_setopt(t->easy, CURLOPT_CAPATH, SYSTEM_AUTHORITIES);
	}
	if (t->options->ca_pem) {
		curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, add_authorities);
		curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
	}
}

static void set_credentials(struct http_transfer *t)
{
	if (!t->options->username)
		return;
	curl_easy_setopt(t->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(t->easy, CURLOPT_USERNAME, t->options->username);
	curl_easy_setopt(t->easy, CURLOPT_PASSWORD, t->options->password);
}

static void set_manners(struct http_transfer *t, CURLSH *share)
{
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "vmrd");
	curl_easy_setopt(t->easy, CURLOPT_SHARE, share);
	curl_easy_setopt(t->easy, CURLOPT_COOKIEFILE, ""); /* no file, but cookies are kept */
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L); /* a slow DNS holds up nobody */
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, t->options->connect_timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, t->timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->problem);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, see_header);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
}

bool http_transfer_init(struct http_transfer *t, const struct http_client_options *options,
	const struct http_call *call, CURLSH *share, struct err *err)
{
	*t = (struct http_transfer){ .easy = curl_easy_init(), .options = options };
	if (!t->easy)
		abort();
	t->timeout_ms = call->timeout_ms ? call->timeout_ms : options->timeout_ms;
	if (!set_url(t, call->url, err) || !set_headers(t, call->headers, err)) {
		http_transfer_release(t);
		return false;
	}
	set_body(t, call);
	set_trust(t);
	set_credentials(t);
	set_manners(t, share);
	return true;
}

void http_transfer_release(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	free(t->body);
	*t = (struct http_transfer){ 0 };
}

void http_transfer_done(struct http_transfer *t, CURLcode result)
{
	t->done = true;
	t->result = result == CURLE_OK && !t->headers_ended ? CURLE_PARTIAL_FILE : result;
}

/* ---- what went wrong ---- */

static bool certificate_failure(const struct http_transfer *t, struct err *err)
{
	long verdict = X509_V_OK;
	curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
	/* libcurl compares the name before it notes OpenSSL's verdict. */
	if (strstr(t->problem, "subject name"))
		return err_set(err, ERR_NET,
			"the certificate shown by '%s' is for another host name", t->host);
	switch (verdict) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(err, ERR_NET, "the certificate of '%s' has expired", t->host);
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(err, ERR_NET,
			"the certificate of '%s' is not valid yet (is this machine's clock right?)",
			t->host);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return err_set(err, ERR_NET,
			"the certificate of '%s' is self-signed: add it to the trusted authorities",
			t->host);
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return err_set(err, ERR_NET,
			"the certificate of '%s' was issued by an unknown authority: add that to "
			"the trusted authorities",
			t->host);
	default:
		return err_set(err, ERR_NET, "the certificate of '%s' was not accepted: %s",
			t->host, X509_verify_cert_error_string(verdict));
	}
}

static bool connect_failure(const struct http_transfer *t, struct err *err)
{
	long why = 0;
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &why);
	if (!why)
		return err_set(err, ERR_NET, "cannot connect to '%s'", t->host);
	char text[128], *reason = strerror_r((int)why, text, sizeof(text));
	return err_set(err, ERR_NET, "cannot connect to '%s': %c%s", t->host,
		tolower((unsigned char)*reason), reason + 1);
}

static bool late(const struct http_transfer *t, struct err *err)
{
	curl_off_t asked = 0;
	curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &asked);
	if (asked)
		return err_set(err, ERR_NET, "no complete answer from '%s' within %.1f s", t->host,
			(double)t->timeout_ms / 1000);
	long limit = t->options->connect_timeout_ms;
	if (t->timeout_ms < limit)
		limit = t->timeout_ms;
	return err_set(err, ERR_NET, "cannot connect to '%s' within %.1f s", t->host,
		(double)limit / 1000);
}

static bool bad_authorities(const struct http_transfer *t, struct err *err)
{
	if (t->authorities_unusable)
		return err_set(err, ERR_NET,
			"cannot connect to '%s': the trusted authorities hold no PEM certificate",
			t->host);
	return err_set(err, ERR_NET, "cannot connect to '%s': cannot read authorities '%s'",
		t->host, t->options->ca_file ? t->options->ca_file : "of the system");
}

static bool other_failure(const struct http_transfer *t, struct err *err)
{
	const char *text = *t->problem ? t->problem : curl_easy_strerror(t->result);
	return err_set(err, ERR_NET, "the request to '%s' failed: %c%s", t->host,
		tolower((unsigned char)*text), text + 1);
}

bool http_transfer_failure(const struct http_transfer *t, struct err *err)
{
	if (t->too_large)
		return err_set(err, ERR_LIMIT, "the answer from '%s' is larger than %zu bytes",
			t->host, t->options->max_body);
	switch (t->result) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return err_set(err, ERR_NET,
			"cannot find the host '%s': check the name, or the DNS", t->host);
	case CURLE_COULDNT_CONNECT: return connect_failure(t, err);
	case CURLE_OPERATION_TIMEDOUT: return late(t, err);
	case CURLE_PEER_FAILED_VERIFICATION: return certificate_failure(t, err);
	case CURLE_SSL_CACERT_BADFILE: return bad_authorities(t, err);
	case CURLE_SSL_CONNECT_ERROR:
		return err_set(err, ERR_NET, "no TLS connection to '%s': %s", t->host, t->problem);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_SEND_FAIL_REWIND:
		return err_set(err, ERR_NET,
			"'%s' cut the connection before its answer was complete", t->host);
	case CURLE_BAD_CONTENT_ENCODING:
		return err_set(
			err, ERR_NET, "the answer from '%s' cannot be decompressed", t->host);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return err_set(err, ERR_NET, "what answers at '%s' is not a web server", t->host);
	default: return other_failure(t, err);
	}
}
