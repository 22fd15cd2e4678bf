#include "auth/identity_fetch.h"
#include "wire/http_client.h"

#include <string.h>

/* A client per call: they are rare (see identity_keys), and a client belongs to a thread. */
static bool call(const struct http_call *what, const char *ca, struct buf *ret, long *ret_status,
	struct err *err)
{
	struct http_client *client = http_client_new(&(struct http_client_options){
		.ca_pem = *ca ? ca : NULL,
		.https_only = true,
		.connect_timeout_ms = IDENTITY_FETCH_CONNECT_MS,
		.timeout_ms = IDENTITY_FETCH_TIMEOUT_MS,
		.max_body = ret->max,
	});
	struct http_answer answer;
	bool ok = http_client_call(client, what, &answer, err);
	if (ok) {
		*ret_status = answer.status;
		buf_add(ret, answer.body.data, answer.body.len);
		http_answer_release(&answer);
	}
	http_client_free(&client);
	return ok;
}

bool identity_fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg;
	static const char *const headers[] = { "Accept: application/json", NULL };
	const struct http_call get = { .method = "GET", .url = url, .headers = headers };
	long status = 0;
	if (!call(&get, ca, ret, &status, err))
		return false;
	if (status == 200)
		return true;
	buf_reset(ret);
	return err_set(err, ERR_PROTOCOL, "the server answered with status %ld", status);
}

bool identity_post(const char *url, const char *ca, const char *form, struct buf *ret,
	long *ret_status, void *arg, struct err *err)
{
	(void)arg;
	static const char *const headers[] = { "Accept: application/json",
		"Content-Type: application/x-www-form-urlencoded", NULL };
	const struct http_call post = { .method = "POST",
		.url = url,
		.headers = headers,
		.body = form,
		.body_len = strlen(form) };
	return call(&post, ca, ret, ret_status, err);
}
