/*
 * join-server - for tests and benches: the client API and the join page, and nothing else, over a
 * database of made-up rooms.
 *
 *	join-server ROOMS [WEB_DIRECTORY]
 *
 * Room i has the aliases <900000000+i>@vc.example.com and <900000000+i>, and two windows:
 *
 *	i % 4 == 0   open now, and tomorrow
 *	i % 4 == 2   the same, with PIN 1234; guests come without
 *	i odd        tomorrow and the day after
 *
 * Prints one line of JSON (port, pid, rooms, windows) once it serves, and goes on until the end of its
 * input. A line "close <i>" there takes the windows of room i away, as a cancellation does. With
 * VMRD_MISSES=<n> a source may miss n times a minute; else there is no limit.
 */
#include "api/client.h"
#include "api/webapp.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/fixture.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>

enum { BASE = 900000000, DAY = 86400, HOUR = 3600, ROOMS_MAX = 1000000 };

struct server {
	struct fixture db;
	struct loop *loop;
	struct join_register *reg;
	struct client_api *api;
	struct webapp *app;
	struct http_server *http;
};

static void must(bool ok, const struct err *err)
{
	if (ok)
		return;
	fprintf(stderr, "join-server: %s\n", err->text);
	exit(1);
}

static void fill(struct server *s, int64_t rooms)
{
	struct err err = { 0 };
	struct conference c;
	record_defaults(&conference_type, &c, &s->db.arena);
	c.name = "template";
	c.single_use = true;
	must(store_begin(s->db.store, &err), &err);
	must(store_insert(s->db.store, &conference_type, &c, NULL, &err), &err);
	/* Copies of a record made the ordinary way, so that new columns need no care here. */
	must(store_exec(s->db.store, &err, "CREATE TEMP TABLE t AS SELECT * FROM conference", ""),
		&err);
	must(store_exec(s->db.store, &err, "DELETE FROM conference", ""), &err);
	for (int64_t i = 0; i < rooms; i++) {
		must(store_exec(s->db.store, &err,
			     "UPDATE t SET id = $1 + 1, name = 'Meeting ' || $1, "
			     "pin = CASE $1 % 4 WHEN 2 THEN '1234' ELSE '' END, allow_guests = $1 "
			     "% 4 = 2",
			     "i", i),
			&err);
		must(store_exec(s->db.store, &err, "INSERT INTO conference SELECT * FROM t", ""),
			&err);
	}
	must(store_exec(s->db.store, &err,
		     "INSERT INTO conference_alias (alias, description, creation_time, conference) "
		     "SELECT ($1 + id - 1) || '@vc.example.com', '', 0, id FROM conference UNION "
		     "ALL "
		     "SELECT '' || ($1 + id - 1), '', 0, id FROM conference",
		     "i", (int64_t)BASE),
		&err);
	for (int64_t day = 0; day < 2; day++)
		must(store_exec(s->db.store, &err,
			     "INSERT INTO scheduled_conference (conference, start_time, end_time, "
			     "subject, "
			     "ews_item_id, ews_item_uid) SELECT id, $1 + ((id - 1) % 2 + $2) * $3 "
			     "- $4, "
			     "$1 + ((id - 1) % 2 + $2) * $3 + $4, '', '', '' FROM conference",
			     "iiii", clock_now(), day, (int64_t)DAY, (int64_t)HOUR),
			&err);
	must(store_commit(s->db.store, &err), &err);
}

static void handle(struct http_request *req, void *arg)
{
	struct server *s = arg;
	if (text_starts_with(http_path(req), CLIENT_PREFIX))
		client_api_handle(req, s->api);
	else
		webapp_handle(req, s->app);
}

static void *run(void *arg)
{
	loop_run(arg);
	return NULL;
}

static void serve(struct server *s, const char *web)
{
	struct err err = { 0 };
	const char *misses = getenv("VMRD_MISSES");
	struct client_api_options options = { .loop = s->loop = loop_new(),
		.reg = s->reg,
		.version = "1",
		.misses_per_minute = misses ? atoi(misses) : 0 };
	s->api = client_api_new(&options);
	must(webapp_new(&(struct webapp_options){ .directory = web, .prefix = "/webapp/" }, &s->app,
		     &err),
		&err);
	must(http_server_new(s->loop, &(struct http_server_options){ .host = "127.0.0.1" }, handle,
		     s, &s->http, &err),
		&err);
	struct join_register_count count = join_register_count(s->reg);
	printf("{\"port\": %d, \"pid\": %d, \"rooms\": %zu, \"windows\": %zu}\n",
		http_server_port(s->http), getpid(), count.rooms, count.windows);
	fflush(stdout);
}

static void close_room(struct server *s, int64_t id)
{
	struct err err = { 0 };
	must(store_exec(s->db.store, &err, "DELETE FROM scheduled_conference WHERE conference = $1",
		     "i", id),
		&err);
	must(join_register_refresh(s->reg, s->db.store, id, &err), &err);
	client_api_room_changed(s->api, id);
}

static void obey(struct server *s)
{
	char line[64];
	int64_t room;
	while (fgets(line, sizeof(line), stdin))
		if (sscanf(line, "close %" SCNd64, &room) == 1)
			close_room(s, room + 1);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct server s = { 0 };
	int64_t rooms;
	pthread_t thread;
	if (argc < 2 || !text_to_int64(argv[1], &rooms) || rooms < 0 || rooms > ROOMS_MAX) {
		fputs("usage: join-server ROOMS [WEB_DIRECTORY]\n", stderr);
		return 2;
	}
	fixture_init(&s.db);
	must(log_open(s.db.directory, LOG_LEVEL_INFO, false, &err), &err);
	fill(&s, rooms);
	s.reg = join_register_new();
	must(join_register_load(s.reg, s.db.store, &err), &err);
	serve(&s, argc > 2 ? argv[2] : "/nonexistent");
	pthread_create(&thread, NULL, run, s.loop);
	obey(&s);
	loop_stop(s.loop);
	pthread_join(thread, NULL);
	client_api_free(&s.api);
	webapp_free(&s.app);
	http_server_free(&s.http);
	loop_free(&s.loop);
	join_register_free(&s.reg);
	log_close();
	for (int i = 0; i < 2; i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s.log", s.db.directory,
			i ? "support" : "administrator");
		unlink(path);
	}
	fixture_release(&s.db);
	return 0;
}
