/*
 * exchange-emulator: a small Exchange Server for demos and tests.
 */
#include "base/text.h"
#include "certificate.h"
#include "control.h"
#include "server.h"
#include "wire/json.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BODY_MAX = 64 << 20,
	KEEP_ALIVE_S = 45,
	CONNECTION_TIMEOUT_S = 3600, /* streams are silent for long */
	PATH_LEN_MAX = 4096,
};

struct options {
	const char *listen, *control, *state, *record, *ready, *accounts, *web, *addin;
	int keep_alive_s;
};

static const char USAGE[] =
	"Usage: exchange-emulator [OPTION]...\n"
	"A small Exchange Server (EWS) for demos and tests. Everything is kept in memory.\n"
	"\n"
	"  --listen HOST:PORT   HTTPS for /EWS/Exchange.asmx and the metadata document\n"
	"                       (127.0.0.1:0: any free port, which is printed)\n"
	"  --control HOST:PORT  plain HTTP for the JSON control interface and the mail page\n"
	"                       (127.0.0.1:0)\n"
	"  --web DIR            where the mail page was built (web/dist/mail)\n"
	"  --addin URL          the add-in that the mail page shows\n"
	"  --state DIR          where ca.pem, server.pem and server.key are written\n"
	"                       (a new directory under /tmp)\n"
	"  --accounts FILE      a JSON array of accounts to begin with, as POST /accounts takes "
	"them\n"
	"  --record DIR         keep every SOAP request and answer as a file there\n"
	"  --ready-file FILE    write the addresses there, as JSON, once both listen\n"
	"  --keep-alive SECONDS how often an idle stream says that it is there (45)\n"
	"  --help               this text\n";

/* -1: go on; else the exit status. */
static int read_options(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "control", required_argument, NULL, 'c' },
		{ "state", required_argument, NULL, 's' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "record", required_argument, NULL, 'r' },
		{ "web", required_argument, NULL, 'w' },
		{ "addin", required_argument, NULL, 'i' },
		{ "ready-file", required_argument, NULL, 'f' },
		{ "keep-alive", required_argument, NULL, 'k' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int64_t seconds;

	for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
		switch (c) {
		case 'l': ret->listen = optarg; break;
		case 'c': ret->control = optarg; break;
		case 's': ret->state = optarg; break;
		case 'a': ret->accounts = optarg; break;
		case 'r': ret->record = optarg; break;
		case 'w': ret->web = optarg; break;
		case 'i': ret->addin = optarg; break;
		case 'f': ret->ready = optarg; break;
		case 'k':
			if (!text_to_int64(optarg, &seconds) || seconds < 1 || seconds > 3600) {
				fprintf(stderr,
					"exchange-emulator: '%s' is no number of seconds "
					"(1..3600)\n",
					optarg);
				return 2;
			}
			ret->keep_alive_s = (int)seconds;
			break;
		case 'h': fputs(USAGE, stdout); return 0;
		default: fputs("Try 'exchange-emulator --help'.\n", stderr); return 2;
		}
	}
	return -1;
}

/* "127.0.0.1:8443" */
static bool split_address(
	const char *address, char *host, size_t size, uint16_t *ret_port, struct err *err)
{
	const char *colon = strrchr(address, ':');
	int64_t port;

	if (!colon || (size_t)(colon - address) >= size || !text_to_int64(colon + 1, &port) ||
		port < 0 || port > 65535)
		return err_set(err, ERR_INVALID, "'%s' is no HOST:PORT", address);
	memcpy(host, address, (size_t)(colon - address));
	host[colon - address] = 0;
	*ret_port = (uint16_t)port;
	return true;
}

static bool listen_on(struct server *server, const char *address, const char *directory,
	http_handler *handler, struct http_server **ret, struct err *err)
{
	char host[64], certificate[PATH_LEN_MAX], key[PATH_LEN_MAX];
	struct http_server_options options = {
		.host = host,
		.max_body = BODY_MAX,
		.timeout_s = CONNECTION_TIMEOUT_S,
	};

	if (!split_address(address, host, sizeof(host), &options.port, err))
		return false;
	if (directory) {
		snprintf(certificate, sizeof(certificate), "%s/server.pem", directory);
		snprintf(key, sizeof(key), "%s/server.key", directory);
		options.tls_certificate = certificate;
		options.tls_key = key;
	}
	return http_server_new(server->loop, &options, handler, server, ret, err);
}

static bool read_accounts(struct org *org, const char *path, struct err *err)
{
	json_error_t where;
	json_t *list, *one;
	size_t i;

	if (!path)
		return true;
	list = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_array(list)) {
		json_decref(list);
		return err_set(err, ERR_INVALID, "cannot read '%s': %s", path,
			list ? "it is no JSON array" : where.text);
	}
	bool ok = true;
	json_array_foreach(list, i, one) ok = ok && control_add_account(org, one, err);
	json_decref(list);
	return ok;
}

static bool set_addin(struct webmail *webmail, const char *url, struct err *err)
{
	json_t *wish = json_pack("{s:s?}", "url", url);
	bool ok = webmail_set_addin(webmail, wish, err);

	json_decref(wish);
	return ok;
}

static void announce(const struct server *server, const struct http_server *control,
	const char *directory, const char *ready)
{
	char ca[PATH_LEN_MAX], url[128], control_url[128], temporary[PATH_LEN_MAX];
	uint16_t port = http_server_port(server->http), control_port = http_server_port(control);

	snprintf(ca, sizeof(ca), "%s/ca.pem", directory);
	snprintf(url, sizeof(url), "https://localhost:%u/EWS/Exchange.asmx", port);
	snprintf(control_url, sizeof(control_url), "http://127.0.0.1:%u", control_port);
	printf("EWS      %s\ncontrol  %s\nmail     %s/mail/\nCA       %s\n", url, control_url,
		control_url, ca);
	fflush(stdout);
	if (!ready)
		return;
	json_t *doc = json_pack("{s:s, s:i, s:s, s:i, s:s, s:s, s:i}", "ews", url, "ews_port",
		(int)port, "control", control_url, "control_port", (int)control_port, "ca", ca,
		"amurl_host", server->tokens.host, "pid", (int)getpid());
	/* renamed into place: whoever waits for the file never sees half of it */
	snprintf(temporary, sizeof(temporary), "%s.new", ready);
	if (json_dump_file(doc, temporary, JSON_INDENT(2)) != 0 || rename(temporary, ready) != 0)
		fprintf(stderr, "exchange-emulator: cannot write '%s': %s\n", ready,
			strerror(errno));
	json_decref(doc);
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static bool run(const struct options *options, const char *directory, struct err *err)
{
	struct server server = {
		.record = { .directory = options->record },
		.webmail = { .directory = options->web },
	};
	struct http_server *control = NULL;

	if (options->record && mkdir(options->record, 0755) != 0 && errno != EEXIST)
		return err_set(
			err, ERR_IO, "cannot make '%s': %s", options->record, strerror(errno));
	server.loop = loop_new();
	org_init(&server.org);
	counters_init(&server.counters);
	server.faults = faults_new();
	server.oidc = oidc_new();
	server.streams = streams_new(
		server.loop, &server.org, options->keep_alive_s, server_stream_sent, &server);
	bool ok = certificate_make_files(directory, err) && tokens_init(&server.tokens, err) &&
		read_accounts(&server.org, options->accounts, err) &&
		set_addin(&server.webmail, options->addin, err) &&
		listen_on(&server, options->listen, directory, server_handle, &server.http, err) &&
		listen_on(&server, options->control, NULL, control_handle, &control, err);
	if (ok) {
		snprintf(server.tokens.host, sizeof(server.tokens.host), "localhost:%u",
			http_server_port(server.http));
		loop_on_signal(server.loop, SIGTERM, stop, server.loop);
		loop_on_signal(server.loop, SIGINT, stop, server.loop);
		announce(&server, control, directory, options->ready);
		loop_run(server.loop);
	}
	streams_free(&server.streams);
	http_server_free(&control);
	http_server_free(&server.http);
	server_forget_held(&server);
	faults_free(&server.faults);
	counters_release(&server.counters);
	tokens_release(&server.tokens);
	oidc_free(&server.oidc);
	webmail_release(&server.webmail);
	org_release(&server.org);
	loop_free(&server.loop);
	return ok;
}

int main(int argc, char **argv)
{
	struct options options = {
		.listen = "127.0.0.1:0",
		.control = "127.0.0.1:0",
		.keep_alive_s = KEEP_ALIVE_S,
		.web = WEB_DIRECTORY,
	};
	char temporary[] = "/tmp/exchange-emulator.XXXXXX";
	const char *directory;
	struct err err;

	int status = read_options(argc, argv, &options);
	if (status >= 0)
		return status;
	directory = options.state ? options.state : mkdtemp(temporary);
	if (!directory) {
		fprintf(stderr, "exchange-emulator: cannot make '%s': %s\n", temporary,
			strerror(errno));
		return 1;
	}
	if (!run(&options, directory, &err)) {
		fprintf(stderr, "exchange-emulator: %s\n", err.text);
		return 1;
	}
	return 0;
}
