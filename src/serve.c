/*
 * `vmrd serve`: everything is built in order, run, and taken down in reverse.
 *
 * Threads: the main thread runs the administration listener, signals and timers; one thread runs
 * the client listener; a few workers check tokens; one thread watches each mailbox. What changes a
 * room, wherever, tells the join register through room_changed().
 */
#include "api/addin.h"
#include "api/admin.h"
#include "api/client.h"
#include "api/webapp.h"
#include "api/worker.h"
#include "auth/identity_fetch.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "boot.h"
#include "commands.h"
#include "exchange/ews.h"
#include "join/register.h"
#include "sched/alarms.h"
#include "sched/expire.h"
#include "sched/horizon.h"
#include "sched/licensing.h"
#include "sched/old_manifests.h"
#include "sched/trusted_clock.h"
#include "sched/watch.h"
#include "store/aliases.h"
#include "store/operations.h"
#include "store/store.h"
#include "version.h"
#include "wire/http_server.h"
#include "wire/loop.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	WORKERS = 4,
	CHECKERS = 4,
	EXPIRE_PERIOD_MS = 10 * 60 * 1000,
	ORDERS_PERIOD_MS = 1000,
	REFUSALS_PERIOD_MS = 5000,
	CLIENT_BODY_MAX = 64 << 10,
	ADMIN_BODY_MAX = 4 << 20,
};

struct service {
	const char *directory;
	struct arena arena, global_arena; /* of boot; of global */
	struct boot boot;
	struct global_settings global;
	struct store *store; /* the main thread's */

	struct join_register *reg;
	struct loop *main_loop, *client_loop;
	struct worker_pool *checkers, *workers;
	struct integrations *integrations;
	struct promise_allowance *promises;
	struct loop_timer *integrations_timer;
	struct log_quota *refusals; /* at the client listener */
	struct loop_timer *refusals_timer;
	struct identity_keys *keys;
	struct template_cache *templates;
	struct sign_ins *sign_ins;
	struct icons *icons;
	struct pane *pane;
	struct version_reports *versions;
	struct addin_api addin;
	struct client_api *client;
	struct webapp *webapp;
	struct admin_api *admin;
	struct http_server *client_server, *admin_server;
	struct trusted_clock clock;
	struct loop_timer *expire_timer, *orders_timer;
	pthread_t client_thread;
	bool client_thread_runs;
	struct watch_options watch_options;
	struct watches *watches;
};

/* ---- what happens while it runs ------------------------------------------------------------ */

static void room_changed(void *arg, struct store *store, int64_t conference)
{
	struct service *s = arg;
	struct err err;
	if (!join_register_refresh(s->reg, store, conference, &err))
		log_error("administrator.system", "The join register missed a change", "Detail",
			err.text, NULL);
	if (s->client)
		client_api_room_changed(s->client, conference);
}

static enum log_level log_level_by_name(const char *name)
{
	static const char *const names[] = { "DEBUG", "INFO", "WARNING", "ERROR" };
	for (int i = 0; i < 4; i++)
		if (text_equal(names[i], name))
			return (enum log_level)i;
	return LOG_LEVEL_INFO;
}

static bool open_logs(const struct service *s, struct err *err)
{
	return log_open(s->boot.log_directory, log_level_by_name(s->global.log_level),
		s->boot.log_to_stderr, err);
}

static bool read_global_settings(struct service *s, struct err *err)
{
	struct global_settings fresh;
	struct arena arena;
	arena_init(&arena);
	if (!store_get(s->store, &global_settings_type, 1, &arena, &fresh, err)) {
		arena_release(&arena); /* the old ones stay in effect */
		return false;
	}
	arena_release(&s->global_arena);
	s->global_arena = arena;
	s->global = fresh;
	return true;
}

/* An administrator changed a record: whoever keeps a copy of it looks again. */
static void record_changed(void *arg, const struct record_type *type, int64_t id)
{
	struct service *s = arg;
	struct err err;
	bool ok = true;
	if (type == &conference_type) {
		room_changed(s, s->store, id);
	} else if (type == &conference_alias_type || type == &scheduled_conference_type) {
		ok = join_register_load(s->reg, s->store, &err);
	} else if (type == &ms_exchange_connector_type) {
		ok = join_register_load(s->reg, s->store, &err) &&
			watches_reload(s->watches, s->store, id, &err);
	} else if (type == &global_settings_type) {
		ok = read_global_settings(s, &err) && open_logs(s, &err);
		client_api_limits_changed(s->client, s->global.join_misses_per_minute,
			s->global.join_misses_per_minute_overall);
	}
	if (ok && (type == &licence_type || type == &global_settings_type))
		ok = licensing_watch(s->store, clock_now(), &err);
	if (type == &licence_type || type == &global_settings_type ||
		type == &ms_exchange_connector_type || type == &exchange_domain_type)
		ok = integrations_refresh(
			     s->integrations, s->store, clock_now(), ok ? &err : NULL) &&
			ok;
	if (type == &licence_type || type == &global_settings_type)
		watches_wake(s->watches); /* requests may wait for a licence */
	if (!ok)
		log_error("administrator.system", "A changed setting is not in effect yet",
			"Record", type->name, "Detail", err.text, NULL);
}

static void expire(void *arg)
{
	struct service *s = arg;
	struct err err;
	int64_t rooms = EXPIRE_BATCH, series;
	bool trusted = false;
	/* First: a series that was not brought forward for long looks as if it were over. */
	bool ok = horizon_extend(s->store, clock_now(), room_changed, s, &series, &err);
	ok = ok &&
		trusted_clock_look(
			&s->clock, s->store, clock_now(), clock_boot_ms(), &trusted, &err);
	while (ok && trusted && rooms == EXPIRE_BATCH)
		ok = expire_rooms(s->store, clock_now(), room_changed, s, &rooms, &err);
	if (ok && trusted)
		ok = aliases_expire(s->store, clock_now(), NULL, &err) &&
			operations_expire(s->store, clock_now(), &err);
	if (!ok)
		log_error("administrator.system",
			"Series could not be brought forward, or expired meetings not be removed",
			"Detail", err.text, NULL);
	if (!old_manifests_check(s->store, clock_now(), &err))
		log_error("administrator.system", "Old manifests in use could not be looked for",
			"Detail", err.text, NULL);
}

/* By the clock too: a licence comes into force without anybody changing anything. */
static void refresh_integrations(void *arg)
{
	struct service *s = arg;
	struct err err;
	if (!licensing_watch(s->store, clock_now(), &err) ||
		!integrations_refresh(s->integrations, s->store, clock_now(), &err))
		log_error("administrator.system", "What the add-in knows may be out of date",
			"Detail", err.text, NULL);
}

/* Orders come from the management API and from `vmrd resync` and its like, another process. */
static void take_orders(void *arg)
{
	struct service *s = arg;
	struct err err;
	if (!watches_take_orders(s->watches, s->store, &err))
		log_error(
			"administrator.system", "Orders cannot be read", "Detail", err.text, NULL);
}

static void tell_refusals(void *arg)
{
	struct service *s = arg;
	log_quota_tell(s->refusals, clock_mono_ms());
	alarms_save(s->store);
}

static void on_stop(void *arg)
{
	struct service *s = arg;
	log_info("administrator.system", "Stopping", NULL);
	loop_stop(s->main_loop);
}

static void say_not_reloaded(const struct err *err)
{
	log_error("administrator.system",
		"Configuration could not be read again; the old one stays in effect", "Detail",
		err->text, NULL);
}

/* On the client loop's thread, to which its server belongs. */
static void reload_client_certificate(void *arg)
{
	struct service *s = arg;
	struct err err;
	if (!http_server_reload_tls(s->client_server, &err))
		say_not_reloaded(&err);
}

/* The settings that a running process cannot take over: they wait for the next start. */
static void name_what_waits(const struct boot *running, const struct boot *read)
{
	struct arena arena;
	arena_init(&arena);
	for (size_t i = 0; i < boot_type.n_fields; i++) {
		const struct field *f = &boot_type.fields[i];
		if (!text_equal(record_get(f, running, &arena), record_get(f, read, &arena)))
			log_warning("administrator.system", "A changed setting waits for a restart",
				"Setting", f->name, NULL);
	}
	arena_release(&arena);
}

/* Reads vmrd.conf again. Listeners, database and directories stay; logs are reopened and
 * certificates read anew. Anything wrong: what ran, runs on. */
static void on_reload(void *arg)
{
	struct service *s = arg;
	struct arena arena;
	struct boot boot;
	struct err err;
	arena_init(&arena);
	bool ok = boot_read(s->directory, &arena, &boot, &err);
	if (ok) {
		s->boot.log_to_stderr = boot.log_to_stderr;
		ok = open_logs(s, &err) && http_server_reload_tls(s->admin_server, &err);
	}
	if (ok) {
		loop_post(s->client_loop, reload_client_certificate, s);
		log_info("administrator.system", "Configuration was read again", NULL);
		name_what_waits(&s->boot, &boot);
	} else {
		say_not_reloaded(&err);
	}
	arena_release(&arena);
}

/* ---- listeners ----------------------------------------------------------------------------- */

static void reply_not_found(struct http_request *req)
{
	static const char text[] = "There is nothing here.\n";
	http_reply(req, 404, "text/plain; charset=utf-8", text, sizeof(text) - 1);
}

static void client_request(struct http_request *req, void *arg)
{
	struct service *s = arg;
	const char *path = http_path(req);
	if (text_starts_with(path, CLIENT_PREFIX))
		client_api_handle(req, s->client);
	else if (text_starts_with(path, ADDIN_PREFIX))
		addin_handle(req, &s->addin);
	else if (text_starts_with(path, "/webapp"))
		webapp_handle(req, s->webapp);
	else
		reply_not_found(req);
}

static bool listen_on(struct loop *loop, const char *address, const char *certificate,
	const char *key, size_t max_body, http_handler *handler, void *arg, struct service *s,
	struct http_server **ret, struct err *err)
{
	struct http_server_options options = { .tls_certificate =
						       text_empty(certificate) ? NULL : certificate,
		.tls_key = text_empty(key) ? NULL : key,
		.max_body = max_body,
		.trusted_proxies = s->boot.trusted_proxies };
	return boot_listen(address, &s->arena, &options.host, &options.port, err) &&
		http_server_new(loop, &options, handler, arg, ret, err);
}

static void admin_request(struct http_request *req, void *arg)
{
	struct service *s = arg;
	if (text_starts_with(http_path(req), "/api/admin/"))
		admin_api_handle(req, s->admin);
	else
		reply_not_found(req);
}

static void *run_client_loop(void *arg)
{
	struct service *s = arg;
	loop_run(s->client_loop);
	return NULL;
}

/* ---- up and down --------------------------------------------------------------------------- */

/* A new one would be empty: without administrator, rooms and integrations. */
static bool database_exists(const char *path, struct err *err)
{
	if (access(path, F_OK) == 0)
		return true;
	return err_set(err, ERR_NOT_FOUND,
		"database '%s' does not exist: restore it from a backup, or 'vmrd init' makes an "
		"empty one",
		path);
}

static bool open_store(struct service *s, struct err *err)
{
	int from, to;
	if (!database_exists(s->boot.database, err) ||
		!store_migrate(s->boot.database, &from, &to, err) ||
		!store_open(s->boot.database, &s->store, err) || !read_global_settings(s, err) ||
		!open_logs(s, err))
		return false;
	if (from != to) {
		char steps[48];
		snprintf(steps, sizeof(steps), "%d -> %d", from, to);
		log_info("administrator.system", "The database was brought up to this version",
			"Schema", steps, NULL);
	}
	return true;
}

static bool open_client_side(struct service *s, struct err *err)
{
	s->client_loop = loop_new();
	if (!worker_pool_new(s->client_loop, s->boot.database, WORKERS, &s->workers, err))
		return false;
	if (!worker_pool_new(s->client_loop, NULL, CHECKERS, &s->checkers, err))
		return false;
	s->integrations = integrations_new(s->icons);
	s->promises = promise_allowance_new();
	if (!integrations_refresh(s->integrations, s->store, clock_now(), err))
		return false;
	s->keys = identity_keys_new(identity_fetch, NULL, NULL);
	s->templates = template_cache_new();
	s->sign_ins = sign_ins_new(NULL);
	s->refusals = log_quota_new("client");
	s->refusals_timer = loop_timer_new(s->client_loop, REFUSALS_PERIOD_MS, tell_refusals, s);
	s->versions = version_reports_new(s->workers);
	const struct pane_options pane = { .directory = text_empty(s->boot.addin_directory)
			? VMRD_ADDIN_DIRECTORY
			: s->boot.addin_directory,
		.integrations = s->integrations,
		.icons = s->icons,
		.versions = s->versions,
		.tls = !text_empty(s->boot.client_certificate) };
	if (!pane_new(&pane, &s->pane, err))
		return false;
	s->addin = (struct addin_api){ .loop = s->client_loop,
		.checkers = s->checkers,
		.pool = s->workers,
		.integrations = s->integrations,
		.promises = s->promises,
		.pane = s->pane,
		.icons = s->icons,
		.versions = s->versions,
		.keys = s->keys,
		.templates = s->templates,
		.sign_ins = s->sign_ins,
		.post = identity_post,
		.refusals = s->refusals };
	const struct client_api_options client = { .loop = s->client_loop,
		.reg = s->reg,
		.version = VMRD_VERSION,
		.misses_per_minute = s->global.join_misses_per_minute,
		.misses_per_minute_overall = s->global.join_misses_per_minute_overall,
		.refusals = s->refusals };
	s->client = client_api_new(&client);
	const struct webapp_options webapp = { .directory = text_empty(s->boot.web_directory)
			? VMRD_WEB_DIRECTORY
			: s->boot.web_directory,
		.prefix = "/webapp/" };
	return webapp_new(&webapp, &s->webapp, err) &&
		listen_on(s->client_loop, s->boot.client_listen, s->boot.client_certificate,
			s->boot.client_key, CLIENT_BODY_MAX, client_request, s, s,
			&s->client_server, err);
}

static bool open_admin_side(struct service *s, struct err *err)
{
	s->main_loop = loop_new();
	const struct admin_api_options admin = { .store_path = s->boot.database,
		.changed = record_changed,
		.arg = s,
		.icons = s->icons };
	if (!admin_api_new(&admin, &s->admin, err))
		return false;
	return listen_on(s->main_loop, s->boot.admin_listen, s->boot.admin_certificate,
		s->boot.admin_key, ADMIN_BODY_MAX, admin_request, s, s, &s->admin_server, err);
}

static bool start_threads(struct service *s, struct err *err)
{
	if (pthread_create(&s->client_thread, NULL, run_client_loop, s) != 0)
		return err_set(err, ERR_INTERNAL, "cannot start a thread");
	s->client_thread_runs = true;
	s->watch_options = (struct watch_options){ .store_path = s->boot.database,
		.driver = &exchange_ews,
		.room_changed = room_changed,
		.arg = s };
	s->watches = watches_new(&s->watch_options);
	return watches_reload(s->watches, s->store, FIELD_NULL, err);
}

/* Each participant's event stream is a connection: as many as the system lets us have. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool start(struct service *s, struct err *err)
{
	raise_descriptor_limit();
	if (!boot_read(s->directory, &s->arena, &s->boot, err) || !open_store(s, err))
		return false;
	s->reg = join_register_new();
	if (!icons_new(s->boot.icon_directory, &s->icons, err))
		return err_prefix(err, "%s", s->boot.icon_directory);
	return join_register_load(s->reg, s->store, err) && open_client_side(s, err) &&
		open_admin_side(s, err) && start_threads(s, err);
}

/* On the client loop's thread, to which its server belongs. */
static void drain_clients(void *arg)
{
	struct service *s = arg;
	http_server_drain(s->client_server);
}

static void stop(struct service *s)
{
	if (s->client_thread_runs)
		loop_post(s->client_loop, drain_clients, s);
	watches_free(&s->watches);
	if (s->client_thread_runs) {
		loop_stop(s->client_loop);
		pthread_join(s->client_thread, NULL);
	}
	loop_timer_free(&s->expire_timer);
	loop_timer_free(&s->integrations_timer);
	s->addin.stopping = true;
	worker_pool_free(&s->checkers);
	loop_timer_free(&s->orders_timer);
	worker_pool_free(&s->workers);
	integrations_free(&s->integrations);
	promise_allowance_free(&s->promises);
	http_server_free(&s->admin_server);
	http_server_free(&s->client_server);
	client_api_free(&s->client);
	loop_timer_free(&s->refusals_timer);
	log_quota_free(&s->refusals);
	identity_keys_free(&s->keys);
	template_cache_free(&s->templates);
	sign_ins_free(&s->sign_ins);
	pane_free(&s->pane);
	version_reports_free(&s->versions);
	webapp_free(&s->webapp);
	admin_api_free(&s->admin);
	icons_free(&s->icons);
	loop_free(&s->client_loop);
	loop_free(&s->main_loop);
	join_register_free(&s->reg);
	store_close(&s->store);
}

static void announce(const struct service *s)
{
	char client[128], admin[128];
	snprintf(client, sizeof(client), "%s (port %d)", s->boot.client_listen,
		http_server_port(s->client_server));
	snprintf(admin, sizeof(admin), "%s (port %d)", s->boot.admin_listen,
		http_server_port(s->admin_server));
	log_info("administrator.system", "Started", "Version", VMRD_VERSION, "Client", client,
		"Admin", admin, NULL);
}

int command_serve(const struct invocation *in)
{
	struct service s = { .directory = in->directory };
	struct err err;
	signal(SIGPIPE, SIG_IGN);
	arena_init(&s.arena);
	arena_init(&s.global_arena);
	bool ok = start(&s, &err);
	if (ok) {
		loop_on_signal(s.main_loop, SIGTERM, on_stop, &s);
		loop_on_signal(s.main_loop, SIGINT, on_stop, &s);
		loop_on_signal(s.main_loop, SIGHUP, on_reload, &s);
		s.integrations_timer = loop_timer_new(
			s.main_loop, INTEGRATIONS_PERIOD_MS, refresh_integrations, &s);
		s.expire_timer = loop_timer_new(s.main_loop, EXPIRE_PERIOD_MS, expire, &s);
		s.orders_timer = loop_timer_new(s.main_loop, ORDERS_PERIOD_MS, take_orders, &s);
		announce(&s);
		expire(&s);
		refresh_integrations(&s);
		loop_run(s.main_loop);
	}
	stop(&s);
	log_close();
	arena_release(&s.arena);
	arena_release(&s.global_arena);
	return ok ? EXIT_SUCCESS : command_failed(&err);
}
