#include "api/version_reports.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/addin_versions.h"

#include <stdlib.h>

enum { MINUTE_MS = 60000, KEPT_MS = ADDIN_SEEN_S * 1000 };

struct version_reports {
	struct worker_pool *pool;
	struct reported {
		int64_t connector, number, at_ms;
	} kept[VERSION_REPORTS_KEPT];
	size_t next; /* the oldest of them */
	int64_t minute_ms;
	int in_minute;
};

/* A report on its way to the database. */
struct report {
	struct worker_job job; /* first: a job is its report */
	int64_t connector, number, now;
};

struct version_reports *version_reports_new(struct worker_pool *pool)
{
	struct version_reports *reports = calloc(1, sizeof(*reports));
	if (!reports)
		abort();
	reports->pool = pool;
	return reports;
}

void version_reports_free(struct version_reports **reports)
{
	free(*reports);
	*reports = NULL;
}

int64_t version_reported(const struct http_request *req)
{
	char text[MANIFEST_VERSION_LEN + 1];
	const char *header = http_header(req, VERSION_HEADER);
	int64_t number;
	if (http_query_value(req, "v", text, sizeof(text)) && manifest_version_parse(text, &number))
		return number;
	return header && manifest_version_parse(header, &number) ? number : 0;
}

static void note(struct store *store, int64_t connector, int64_t number, bool used, int64_t now)
{
	struct err err;
	if (!addin_version_seen(store, connector, number, used, now, &err))
		log_warning("administrator.scheduling",
			"The version of an add-in in use could not be noted", "Detail", err.text,
			NULL);
}

static void work(struct worker_job *job, struct store *store)
{
	struct report *r = (struct report *)job;
	note(store, r->connector, r->number, false, r->now);
}

static void done(struct worker_job *job)
{
	free(job);
}

static bool is_known(
	const struct version_reports *reports, int64_t connector, int64_t number, int64_t now_ms)
{
	for (size_t i = 0; i < VERSION_REPORTS_KEPT; i++) {
		const struct reported *r = &reports->kept[i];
		if (r->number == number && r->connector == connector && now_ms < r->at_ms + KEPT_MS)
			return true;
	}
	return false;
}

/* Whoever makes versions up must not fill the workers' queue with them. */
static bool may_post(struct version_reports *reports, int64_t now_ms)
{
	if (!reports->in_minute || now_ms >= reports->minute_ms + MINUTE_MS) {
		reports->minute_ms = now_ms;
		reports->in_minute = 0;
	}
	if (reports->in_minute >= VERSION_REPORTS_A_MINUTE)
		return false;
	reports->in_minute++;
	return true;
}

void version_reports_seen(struct version_reports *reports, int64_t connector, int64_t number)
{
	int64_t now_ms = clock_mono_ms();
	if (!reports || !number || is_known(reports, connector, number, now_ms) ||
		!may_post(reports, now_ms))
		return;
	struct report *r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	*r = (struct report){ .job = { .work = work, .done = done },
		.connector = connector,
		.number = number,
		.now = clock_now() };
	if (!worker_post(reports->pool, &r->job, NULL)) {
		free(r);
		return;
	}
	reports->kept[reports->next] = (struct reported){ connector, number, now_ms };
	reports->next = (reports->next + 1) % VERSION_REPORTS_KEPT;
}

void version_used(struct store *store, int64_t connector, int64_t number, int64_t now)
{
	if (number)
		note(store, connector, number, true, now);
}
