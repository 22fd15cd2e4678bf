#include "auth/identity_fetch.h"
#include "wire/http_client.h"

bool identity_fetch(const char *url, const char *ca, struct buf *ret, void *arg, struct err *err)
{
	(void)arg;
	/* A client per fetch: they are rare (see identity_keys), and a client belongs to a thread. */
	struct http_client *client = http_client_new(&(struct http_client_options){
		.ca_pem = *ca ? ca : NULL,
		.https_only = true,
		.connect_timeout_ms = IDENTITY_FETCH_CONNECT_MS,
		.timeout_ms = IDENTITY_FETCH_TIMEOUT_MS,
		.max_body = ret->max,
	});
	static const char *const headers[] = { "Accept: application/json", NULL };
	const struct http_call call = { .method = "GET", .url = url, .headers = headers };
	struct http_answer answer;
	bool ok = http_client_call(client, &call, &answer, err);
	if (ok) {
		if (answer.status == 200)
			buf_add(ret, answer.body.data, answer.body.len);
		else
			ok = err_set(err, ERR_PROTOCOL, "the server answered with status %ld",
				answer.status);
		http_answer_release(&answer);
	}
	http_client_free(&client);
	return ok;
}
