#include "sched/licensing.h"
#include "auth/licence.h"
#include "base/iso8601.h"
#include "base/text.h"
#include "sched/alarms.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY 86400

/* Everything that is installed, looked at. */
struct installed {
	struct arena arena;
	struct global_settings global;
	struct licence *records;
	struct licence_terms *terms; /* of the record with the same number, where it is readable */
	const char **status;         /* of the same: what the record's status should be */
	size_t count;
};

static const char *status_of(const struct licence_terms *t, int64_t now)
{
	if (now < t->start)
		return "not yet valid";
	return t->expires != FIELD_NULL && now >= t->expires ? "expired" : "valid";
}

static bool read_installed(struct store *store, int64_t now, struct installed *ret, struct err *err)
{
	const struct store_list all = { .limit = LICENCES_MAX };
	void *records;
	arena_init(&ret->arena);
	if (!store_get(store, &global_settings_type, 1, &ret->arena, &ret->global, err) ||
		!store_list(store, &licence_type, &all, &ret->arena, &records, &ret->count, NULL,
			err)) {
		arena_release(&ret->arena);
		return false;
	}
	ret->records = records;
	ret->terms = arena_array(&ret->arena, ret->count + 1, sizeof(*ret->terms));
	ret->status = arena_array(&ret->arena, ret->count + 1, sizeof(*ret->status));
	for (size_t i = 0; i < ret->count; i++)
		ret->status[i] = text_empty(ret->global.licence_public_key) ? "unknown"
			: licence_read(ret->global.licence_public_key, ret->records[i].file,
				  &ret->arena, &ret->terms[i], NULL)
			? status_of(&ret->terms[i], now)
			: "refused";
	return true;
}

/* FIELD_NULL is without end. */
static bool is_more(int64_t a, int64_t b)
{
	return b != FIELD_NULL && (a == FIELD_NULL || a > b);
}

/* Of those that are valid the largest number and the last end. */
static void add_up(const struct installed *in, struct licence_state *ret)
{
	*ret = (struct licence_state){ .valid = false };
	for (size_t i = 0; i < in->count; i++) {
		const struct licence_terms *t = &in->terms[i];
		if (!text_equal(in->status[i], "valid"))
			continue;
		if (!ret->valid || is_more(t->meetings, ret->meetings_max))
			ret->meetings_max = t->meetings;
		if (!ret->valid || is_more(t->expires, ret->expires))
			ret->expires = t->expires;
		ret->valid = true;
	}
}

/* When nothing is valid: why, and since when. */
static void explain(const struct installed *in, struct licence_state *ret)
{
	int64_t ended = INT64_MIN + 1, begins = INT64_MAX;
	char when[ISO8601_LEN + 1];
	for (size_t i = 0; i < in->count; i++) {
		if (text_equal(in->status[i], "expired") && in->terms[i].expires > ended)
			ended = in->terms[i].expires;
		if (text_equal(in->status[i], "not yet valid") && in->terms[i].start < begins)
			begins = in->terms[i].start;
	}
	ret->expires = ended > INT64_MIN + 1 ? ended : FIELD_NULL;
	if (ret->expires != FIELD_NULL) {
		iso8601_format(ended, when);
		snprintf(ret->reason, sizeof(ret->reason), "the licence has expired on %s", when);
	} else if (begins < INT64_MAX) {
		iso8601_format(begins, when);
		snprintf(ret->reason, sizeof(ret->reason), "the licence is not valid until %s",
			when);
	} else {
		snprintf(ret->reason, sizeof(ret->reason), "there is no valid licence");
	}
}

static bool count_meetings(
	struct store *store, int64_t now, struct licence_state *ret, struct err *err)
{
	if (!licensing_meetings(store, now, &ret->meetings, err))
		return false;
	ret->full = ret->meetings >= ret->meetings_max;
	if (ret->full)
		snprintf(ret->reason, sizeof(ret->reason),
			"the licence allows %" PRId64
			" scheduled meetings at a time, and there are "
			"%" PRId64,
			ret->meetings_max, ret->meetings);
	return true;
}

static bool judge(struct store *store, const struct installed *in, int64_t now,
	struct licence_state *ret, struct err *err)
{
	if (text_empty(in->global.licence_public_key)) {
		*ret = (struct licence_state){
			.valid = true, .expires = FIELD_NULL, .meetings_max = FIELD_NULL
		};
		return true;
	}
	add_up(in, ret);
	if (!ret->valid)
		explain(in, ret);
	return !ret->valid || ret->meetings_max == FIELD_NULL ||
		count_meetings(store, now, ret, err);
}

bool licence_state(struct store *store, int64_t now, struct licence_state *ret, struct err *err)
{
	struct installed in;
	struct licence_state state;
	if (!read_installed(store, now, &in, err))
		return false;
	bool ok = judge(store, &in, now, &state, err);
	arena_release(&in.arena);
	if (ok)
		*ret = state;
	return ok;
}

bool licensing_meetings(struct store *store, int64_t now, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err,
		    "SELECT count(*) FROM conference c WHERE c.single_use = 1 AND"
		    " (EXISTS (SELECT 1 FROM scheduled_conference s WHERE s.conference = c.id"
		    " AND s.end_time > $1) OR EXISTS (SELECT 1 FROM recurring_conference r"
		    " WHERE r.conference = c.id AND r.is_depleted = 0))",
		    "i", now))
		return false;
	int64_t count = row_next(&rows, err) ? row_int(&rows, 0) : 0;
	bool ok = !rows.failed;
	row_done(&rows);
	if (ok)
		*ret = count;
	return ok;
}

bool licensing_fill(struct store *store, struct licence *record, int64_t now, struct arena *arena,
	struct err *err)
{
	struct global_settings global;
	struct licence_terms t;
	if (!store_get(store, &global_settings_type, 1, arena, &global, err))
		return false;
	if (text_empty(global.licence_public_key))
		return err_set(err, ERR_INVALID,
			"needs no installing: without a licence_public_key in the global settings "
			"the built-in licence applies, which has no limits");
	if (!licence_read(global.licence_public_key, record->file, arena, &t, err))
		return false;
	record->entitlement_id = t.entitlement_id;
	record->license_type = t.type;
	record->features = t.features;
	record->start_date = t.start;
	record->expiration_date = t.expires;
	record->concurrent = t.meetings;
	record->status = status_of(&t, now);
	return true;
}

/* ---- alarms ------------------------------------------------------------------------------- */

static const char instance[] = "licence";

static bool is_raised(struct store *store, enum alarm_kind kind)
{
	struct rows rows;
	if (!store_query(store, &rows, NULL,
		    "SELECT 1 FROM alarm WHERE name = $1 AND instance = $2", "ss",
		    alarm_kinds[kind].name, instance))
		return false;
	bool found = row_next(&rows, NULL);
	row_done(&rows);
	return found;
}

/* Writes only when something changes: this is looked at often, and must not wait for a lock. */
static void tell(struct store *store, enum alarm_kind kind, bool raised, const char *details)
{
	if (raised == is_raised(store, kind))
		return;
	if (raised)
		alarm_raise(store, kind, instance, details);
	else
		alarm_lower(store, kind, instance);
}

static void tell_all(struct store *store, const struct licence_state *s, int64_t now)
{
	char details[128] = "", when[ISO8601_LEN + 1];
	bool ends_soon = s->valid && s->expires != FIELD_NULL &&
		s->expires - now <= (int64_t)LICENCE_WARNING_DAYS * DAY;
	if (ends_soon) {
		iso8601_format(s->expires, when);
		snprintf(details, sizeof(details), "the licence expires on %s", when);
	}
	tell(store, ALARM_LICENCE_ENDS, ends_soon, details);
	tell(store, ALARM_LICENCE_EXPIRED, !s->valid, s->reason);
	tell(store, ALARM_LICENCE_FULL, s->full, s->reason);
}

static bool put_status(struct store *store, const struct installed *in, struct err *err)
{
	for (size_t i = 0; i < in->count; i++)
		if (!text_equal(in->records[i].status, in->status[i]) &&
			!store_exec(store, err, "UPDATE licence SET status = $2 WHERE id = $1",
				"is", in->records[i].id, in->status[i]))
			return false;
	return true;
}

bool licensing_watch(struct store *store, int64_t now, struct err *err)
{
	struct installed in;
	struct licence_state state;
	if (!read_installed(store, now, &in, err))
		return false;
	bool ok = judge(store, &in, now, &state, err) && put_status(store, &in, err);
	if (ok)
		tell_all(store, &state, now);
	arena_release(&in.arena);
	return ok;
}
