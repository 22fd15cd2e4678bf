#include "sched/apply.h"
#include "base/correlation.h"
#include "base/iso8601.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/facts.h"
#include "store/aliases.h"
#include "store/meetings.h"

#include <assert.h>
#include <string.h>

/* Everything one message needs on its way through. */
struct application {
	struct store *store;
	const struct ms_exchange_connector *settings;
	struct texts *texts;
	const struct meeting *m;
	int64_t now;
	struct arena arena;
	char correlation_id[CORRELATION_LEN + 1];

	bool known;                   /* stored is what we knew before */
	struct stored_meeting stored; /* what we know, and will know */
	struct scheduled_alias alias; /* the one the room has, or gets; id FIELD_NULL: none */
	struct text_values values;
};

static bool look_up_alias(
	const char *uuid, enum alias_state *ret_state, int64_t *ret_id, void *arg, struct err *err)
{
	struct application *a = arg;
	struct alias_use use;
	bool found;
	if (!alias_use_find(a->store, a->settings->id, uuid, &a->arena, &use, &found, err))
		return false;
	*ret_id = found ? use.id : FIELD_NULL;
	if (!found)
		*ret_state = ALIAS_UNKNOWN;
	else if (use.used && use.has_room)
		*ret_state = text_equal(use.uid, a->m->uid) ? ALIAS_OURS : ALIAS_BOUND_ELSEWHERE;
	else if (use.used)
		*ret_state = ALIAS_ROOM_DELETED;
	else
		*ret_state = use.text_taken ? ALIAS_TEXT_TAKEN : ALIAS_FREE;
	return true;
}

static bool gather(
	struct application *a, struct known_meeting *known, struct facts *facts, struct err *err)
{
	if (!meeting_find(
		    a->store, a->settings->id, a->m->uid, &a->arena, &a->stored, &a->known, err) ||
		!facts_read_markers(a->m, look_up_alias, a, facts, err))
		return false;
	if (!a->known) {
		a->stored = (struct stored_meeting){ .uid = a->m->uid,
			.stamp = FIELD_NULL,
			.start_time = a->now, /* until told: cancellations may tell none */
			.end_time = a->now,
			.conference = FIELD_NULL,
			.scheduled_alias = FIELD_NULL,
			.room_name = "",
			.room_description = "" };
		return true;
	}
	*known = (struct known_meeting){ .cancelled = a->stored.cancelled,
		.has_room = a->stored.conference != FIELD_NULL,
		.update = a->stored.was_update,
		.sequence = a->stored.sequence,
		.stamp = a->stored.stamp,
		.start = a->stored.start_time,
		.end = a->stored.end_time,
		.subject = a->stored.subject,
		.organizer_email = a->stored.organizer_email };
	facts->known = known;
	return true;
}

static bool load_alias(struct application *a, int64_t id, struct err *err)
{
	if (!store_get(a->store, &scheduled_alias_type, id, &a->arena, &a->alias, err))
		return false;
	a->values.alias = a->alias.alias;
	a->values.numeric_alias = a->alias.numeric_alias;
	return true;
}

/* An administrator deleted the alias's record: the room is dialled by the same texts all the same. */
static bool read_dialled(struct application *a, struct err *err)
{
	struct rows rows;
	if (!store_query(a->store, &rows, err,
		    "SELECT min(alias), max(alias) FROM (SELECT alias FROM conference_alias"
		    " WHERE conference = $1 ORDER BY id LIMIT 2) HAVING count(*) > 0",
		    "i", a->stored.conference))
		return false;
	if (row_next(&rows, err)) {
		/* "12345" is less than "12345@example.com" */
		a->values.numeric_alias = arena_strdup(&a->arena, row_text(&rows, 0));
		a->values.alias = arena_strdup(&a->arena, row_text(&rows, 1));
	}
	row_done(&rows);
	return !rows.failed;
}

/* Room name and description as the templates want them. */
static const char *render(struct application *a, const char *field)
{
	return texts_render(a->texts, field, &a->values, &a->arena);
}

/* Strangers' words made to fit a record's one-line field: cut, and without control characters. */
static const char *fitting(
	struct application *a, const struct record_type *type, const char *field, const char *text)
{
	size_t characters = 0, limit = (size_t)record_field(type, field)->max;
	char *copy = arena_strdup(&a->arena, text);
	for (char *p = copy; *p; p++) {
		if (((unsigned char)*p & 0xc0) != 0x80 && characters++ == limit) {
			*p = '\0';
			break;
		}
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
	return copy;
}

static bool dial_by(struct application *a, const char *alias, struct err *err)
{
	struct conference_alias ca;
	record_defaults(&conference_alias_type, &ca, &a->arena);
	ca.alias = alias;
	ca.description = fitting(a, &conference_alias_type, "description",
		render(a, "scheduled_alias_description_template"));
	ca.conference = a->stored.conference;
	ca.creation_time = a->now;
	return store_insert(a->store, &conference_alias_type, &ca, NULL, err);
}

static bool bind_alias(struct application *a, struct err *err)
{
	a->stored.scheduled_alias = a->alias.id;
	return alias_bind(a->store, a->alias.id,
		       fitting(a, &scheduled_alias_type, "ews_item_uid", a->m->uid), err) &&
		dial_by(a, a->alias.alias, err) &&
		(text_equal_nocase(a->alias.alias, a->alias.numeric_alias) ||
			dial_by(a, a->alias.numeric_alias, err));
}

/* The button was pressed again in a known meeting: the room leaves its old alias. */
static bool leave_alias(struct application *a, struct err *err)
{
	struct scheduled_alias old;
	int64_t id = a->stored.scheduled_alias;
	if (id == FIELD_NULL)
		return true;
	return store_get(a->store, &scheduled_alias_type, id, &a->arena, &old, err) &&
		store_exec(a->store, err,
			"DELETE FROM conference_alias WHERE conference = $1 AND alias IN ($2, $3)",
			"iss", a->stored.conference, old.alias, old.numeric_alias) &&
		alias_unbind(a->store, id, a->now, err);
}

static bool open_window(struct application *a, struct err *err)
{
	struct scheduled_conference sc;
	record_defaults(&scheduled_conference_type, &sc, &a->arena);
	sc.conference = a->stored.conference;
	sc.start_time = a->m->start;
	sc.end_time = a->m->end;
	sc.subject = fitting(
		a, &scheduled_conference_type, "subject", render(a, "conference_subject_template"));
	sc.ews_item_uid = fitting(a, &scheduled_conference_type, "ews_item_uid", a->m->uid);
	sc.scheduled_alias = a->stored.scheduled_alias;
	sc.exchange_connector = a->settings->id;
	return store_exec(a->store, err, "DELETE FROM scheduled_conference WHERE conference = $1",
		       "i", a->stored.conference) &&
		store_insert(a->store, &scheduled_conference_type, &sc, NULL, err);
}

/* Base text of the room's name: a template may come out empty, a name may not. */
static const char *room_name(struct application *a)
{
	const char *name =
		fitting(a, &conference_type, "name", render(a, "conference_name_template"));
	name += strspn(name, " ");
	if (*name)
		return name;
	return a->values.alias ? a->values.alias : a->stored.room_name;
}

static bool create_room(struct application *a, const struct facts *facts, struct err *err)
{
	struct conference c;
	if (!load_alias(a, facts->alias_id, err))
		return false;
	record_defaults(&conference_type, &c, &a->arena);
	a->stored.room_name = room_name(a);
	a->stored.room_description = fitting(
		a, &conference_type, "description", render(a, "conference_description_template"));
	c.name = conference_free_name(a->store, a->stored.room_name, FIELD_NULL, &a->arena, err);
	if (!c.name)
		return false;
	/* The number is part of what we made, or the next update would take it for an edit. */
	a->stored.room_name = c.name;
	c.description = a->stored.room_description;
	c.service_type = "conference";
	c.ivr_theme = a->settings->ivr_theme;
	c.creation_time = a->now;
	c.single_use = true;
	c.exchange_connector = a->settings->id;
	if (!store_insert(a->store, &conference_type, &c, NULL, err))
		return false;
	a->stored.conference = c.id;
	return bind_alias(a, err) && open_window(a, err);
}

/* Name and description follow the templates until an administrator edits them. */
static bool rename_room(struct application *a, struct err *err)
{
	struct conference c;
	if (!store_get(a->store, &conference_type, a->stored.conference, &a->arena, &c, err))
		return false;
	bool named = text_equal(c.name, a->stored.room_name);
	bool described = text_equal(c.description, a->stored.room_description);
	if (named) {
		c.name = conference_free_name(a->store, room_name(a), c.id, &a->arena, err);
		if (!c.name)
			return false;
		a->stored.room_name = c.name;
	}
	if (described)
		c.description = a->stored.room_description = fitting(a, &conference_type,
			"description", render(a, "conference_description_template"));
	return store_update(a->store, &conference_type, &c, NULL, err);
}

static bool update_room(struct application *a, const struct facts *facts, struct err *err)
{
	bool rebind = facts->alias == ALIAS_FREE;
	int64_t alias = rebind ? facts->alias_id : a->stored.scheduled_alias;
	if (!(alias != FIELD_NULL ? load_alias(a, alias, err) : read_dialled(a, err)))
		return false;
	if (rebind && (!leave_alias(a, err) || !bind_alias(a, err)))
		return false;
	return rename_room(a, err) && open_window(a, err);
}

static bool remove_room(struct application *a, struct err *err)
{
	int64_t conference = a->stored.conference;
	a->stored.conference = FIELD_NULL;
	a->stored.cancelled = true;
	return aliases_room_goes(a->store, conference, a->now, err) &&
		store_delete(a->store, &conference_type, conference, err);
}

static bool change_room(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	switch (plan->room) {
	case ROOM_KEEP: return true;
	case ROOM_CREATE: a->stored.cancelled = false; return create_room(a, facts, err);
	case ROOM_UPDATE: return update_room(a, facts, err);
	case ROOM_REMOVE: return remove_room(a, err);
	case ROOM_FORGET: a->stored.cancelled = true; return true;
	}
	return false;
}

static bool remember(struct application *a, const struct plan *plan, struct err *err)
{
	if (!plan->seen)
		return true;
	a->stored.sequence = a->m->sequence;
	a->stored.stamp = a->m->stamp;
	a->stored.was_update = a->m->update;
	/* A message without an organiser must not open the meeting to any other one's. */
	if (!text_empty(a->m->organizer_email) || !a->known)
		a->stored.organizer_email = a->m->organizer_email;
	a->stored.subject = a->m->subject;
	if (a->m->start != MEETING_NO_TIME)
		a->stored.start_time = a->m->start;
	if (a->m->end != MEETING_NO_TIME)
		a->stored.end_time = a->m->end;
	return meeting_save(a->store, a->settings->id, &a->stored, err);
}

static bool answer(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	if (plan->reply == REPLY_NONE)
		return true;
	/* The one refusal that tells which alias it is about. */
	if (plan->text == TEXT_REJECT_ALIAS_CONFLICT && facts->alias > ALIAS_UNKNOWN &&
		!load_alias(a, facts->alias_id, err))
		return false;
	const struct outbox_row row = { .item_id = a->m->item_id,
		.change_key = a->m->change_key,
		.kind = reply_step_name(plan->reply),
		.body = plan->text ? render(a, reply_text_field(plan->text)) : "",
		.uid = a->m->uid,
		.correlation_id = a->correlation_id };
	return outbox_put(a->store, a->settings->id, &row, err);
}

static bool perform(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	return change_room(a, plan, facts, err) && remember(a, plan, err) &&
		answer(a, plan, facts, err);
}

static void report(const struct application *a, const struct plan *plan)
{
	char start[ISO8601_LEN + 1];
	bool timed = a->m->start != MEETING_NO_TIME;
	if (timed)
		iso8601_format(a->m->start, start);
	enum log_level level = plan->reply == REPLY_DECLINE ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
	log_line(level, "administrator.scheduling", "Meeting message dealt with", "User",
		"schedulingservice", "CorrelationId", a->correlation_id, "Integration",
		a->settings->name, "Decision", reply_step_name(plan->reply), "Room",
		room_step_name(plan->room), "Reason", plan->reason, "Organizer",
		a->m->organizer_email, "Start", timed ? start : "", "Uid", a->m->uid, "Alias",
		text_empty(a->values.alias) ? NULL : a->values.alias, NULL);
	static const char *const audited[] = { [ROOM_CREATE] = "Created",
		[ROOM_UPDATE] = "Changed",
		[ROOM_REMOVE] = "Deleted",
		[ROOM_FORGET] = NULL };
	if (audited[plan->room])
		log_info("administrator.configuration", audited[plan->room], "User",
			"schedulingservice", "CorrelationId", a->correlation_id, "Record",
			"conference", "Name", a->stored.room_name, NULL);
}

/* Decides (unless the plan is forced) and performs, inside a savepoint. */
static bool attempt(
	struct application *a, const struct plan *forced, struct applied *ret, struct err *err)
{
	struct known_meeting known;
	struct facts facts = { 0 };
	if (!store_exec(a->store, err, "SAVEPOINT decision", ""))
		return false;
	bool ok = gather(a, &known, &facts, err);
	int64_t before = a->stored.conference;
	if (ok) {
		if (forced)
			ret->plan = *forced;
		else
			decide(a->m, &facts, a->now, &ret->plan);
		ok = perform(a, &ret->plan, &facts, err);
	}
	if (!ok) {
		store_exec(a->store, NULL, "ROLLBACK TO decision", "");
		store_exec(a->store, NULL, "RELEASE decision", "");
		return false;
	}
	ret->conference = ret->plan.room == ROOM_REMOVE ? before
		: ret->plan.room == ROOM_KEEP           ? FIELD_NULL
							: a->stored.conference;
	return store_exec(a->store, err, "RELEASE decision", "");
}

/* The store is all right, but this message cannot be dealt with: its organiser is told, with an
 * id that finds the log lines. */
static bool give_up(struct application *a, struct applied *ret, struct err *err)
{
	log_error("administrator.scheduling", "Meeting message could not be dealt with", "User",
		"schedulingservice", "CorrelationId", a->correlation_id, "Integration",
		a->settings->name, "Uid", a->m->uid, "Detail", err->text, NULL);
	bool request = a->m->message == MEETING_REQUEST;
	const struct plan decline = { .room = ROOM_KEEP,
		.reply = request ? REPLY_DECLINE : REPLY_DISCARD,
		.text = request ? TEXT_REJECT_GENERAL_ERROR : TEXT_NONE,
		.reason = "something unexpected happened" };
	return attempt(a, &decline, ret, err);
}

static bool deal_with(struct application *a, struct applied *ret, struct err *err)
{
	return attempt(a, NULL, ret, err) ||
		(err->code != ERR_IO && err->code != ERR_BUSY && give_up(a, ret, err));
}

bool apply_messages(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const struct meeting *messages, size_t count, int64_t now,
	struct applied *ret, struct err *err)
{
	struct application all[APPLY_BATCH];
	assert(count <= APPLY_BATCH);
	for (size_t i = 0; i < count; i++) {
		struct application *a = &all[i];
		*a = (struct application){ .store = store,
			.settings = settings,
			.texts = texts,
			.m = &messages[i],
			.now = now,
			.alias = { .id = FIELD_NULL } };
		correlation_new(a->correlation_id);
		a->values = (struct text_values){ .meeting = a->m,
			.correlation_id = a->correlation_id };
		arena_init(&a->arena);
	}
	bool ok = store_begin(store, err);
	for (size_t i = 0; ok && i < count; i++)
		ok = deal_with(&all[i], &ret[i], err);
	if (!ok)
		store_rollback(store);
	else
		ok = store_commit(store, err);
	for (size_t i = 0; i < count; i++) {
		if (ok)
			report(&all[i], &ret[i].plan);
		arena_release(&all[i].arena);
	}
	return ok;
}
