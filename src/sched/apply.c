#include "sched/apply.h"
#include "base/iso8601.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/application.h"
#include "store/insertions.h"
#include "store/operations.h"

#include <assert.h>
#include <string.h>

const char *application_render(struct application *a, const char *field)
{
	return texts_render(a->texts, field, &a->values, &a->arena);
}

const char *application_fitting(
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

void application_note_room(struct application *a, int64_t conference)
{
	int64_t *all = arena_array(&a->arena, a->n_others + 1, sizeof(*all));
	if (conference == FIELD_NULL)
		return;
	if (a->n_others)
		memcpy(all, a->others, a->n_others * sizeof(*all));
	all[a->n_others++] = conference;
	a->others = all;
}

/* What is about one occurrence is kept with the occurrence: it may be older or newer than its series. */
static bool is_about_occurrence(const struct plan *plan)
{
	return plan->room == ROOM_OCCURRENCE || plan->room == ROOM_OCCURRENCE_REMOVE;
}

/* Before the room is changed: that saves the row, for windows and exceptions hang on it. */
static void remember(struct application *a, const struct plan *plan, const struct facts *facts)
{
	if (!plan->seen || facts->part)
		return;
	/* What was found to be gone tells no time: it is as old as what we know. */
	if (a->m->sequence != MEETING_NO_SEQUENCE || a->m->stamp != MEETING_NO_TIME || !a->known) {
		a->stored.sequence = a->m->sequence;
		a->stored.stamp = a->m->stamp;
		a->stored.was_update = a->m->update;
	}
	a->stored.own_update = false;
	/* A message without an organiser must not open the meeting to any other one's. */
	if (!text_empty(a->m->organizer_email) || !a->known)
		a->stored.organizer_email = a->m->organizer_email;
	a->stored.subject = a->m->subject;
	if (a->m->start != MEETING_NO_TIME)
		a->stored.start_time = a->m->start;
	if (a->m->end != MEETING_NO_TIME && a->m->type != MEETING_SERIES)
		a->stored.end_time = a->m->end;
}

static bool save(struct application *a, const struct plan *plan, struct err *err)
{
	return !plan->seen || is_about_occurrence(plan) ||
		meeting_save(a->store, a->settings->id, &a->stored, err);
}

/* The joining instructions of the room, with the marker by which its meeting is known. */
static const char *instructions(struct application *a)
{
	char marker[MARKER_ALIAS_LEN + 1];
	marker_format(a->alias.uuid, marker);
	a->values.alias_uuid = arena_strdup(&a->arena, marker);
	const char *text = application_render(a, "meeting_instructions_template");
	/* As when the add-in asks: a template that forgets it must not keep people from meeting. */
	return strstr(text, marker) ? text : arena_printf(&a->arena, "%s<p>%s</p>", text, marker);
}

static const char *placeholder(struct application *a)
{
	if (!*a->token)
		return "";
	a->values.alias_uuid = a->token;
	return application_render(a, "placeholder_instructions_template");
}

static bool put_insertion(struct application *a, struct err *err)
{
	const char *before = placeholder(a), *after = instructions(a);
	bool one = a->m->type == MEETING_OCCURRENCE || a->m->type == MEETING_EXCEPTION;
	const struct stored_insertion row = { .item_id = a->m->item_id,
		.meeting = a->stored.id,
		.organizer = a->m->organizer_email,
		.start_time = a->m->start,
		.end_time = a->m->end,
		.original_start = one ? a->original_start : FIELD_NULL,
		.token = a->token,
		.placeholder = before,
		.instructions = after,
		.marker = a->values.alias_uuid };
	return insertion_put(a->store, a->settings->id, &row, err);
}

static bool answer(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	/* Exchange accepted a change by itself: nobody waits, but a new PIN must be told. */
	bool unasked = plan->reply == REPLY_NONE && a->guest_pin_renewed;
	if (plan->reply == REPLY_NONE && !unasked)
		return true;
	/* The one refusal that tells which alias it is about. */
	if (plan->text == TEXT_REJECT_ALIAS_CONFLICT && facts->alias > ALIAS_UNKNOWN &&
		facts->alias_id != FIELD_NULL && !room_load_alias(a, facts->alias_id, err))
		return false;
	bool told = a->alias.id != FIELD_NULL; /* an administrator may have deleted its record */
	const char *text = plan->text ? application_render(a, reply_text_field(plan->text)) : "";
	if (told && (plan->instructions || a->guest_pin_renewed))
		text = arena_printf(&a->arena, "%s%s", text, instructions(a));
	if (plan->reply == REPLY_INSERT && told && !put_insertion(a, err))
		return false;
	const struct outbox_row row = { .item_id = a->m->item_id,
		.change_key = a->m->change_key,
		.kind = reply_step_name(unasked || (plan->reply == REPLY_INSERT && !told)
				? REPLY_ACCEPT
				: plan->reply),
		.body = text,
		.uid = a->m->uid,
		.correlation_id = a->correlation_id };
	return outbox_put(a->store, a->settings->id, &row, err);
}

/* For status/v1/scheduling_operation: what was decided, in the decision's own transaction. */
static bool tell(struct application *a, const struct plan *plan, struct err *err)
{
	bool declined = plan->reply == REPLY_DECLINE;
	const struct operation operation = { .success = !declined,
		.error_code = declined ? reply_text_field(plan->text) : "",
		.error_description = declined ? plan->reason : "",
		.resource_id = a->stored.conference,
		.now = a->now };
	return (plan->room == ROOM_KEEP && !declined) ||
		operation_record(a->store, &operation, NULL, err);
}

static bool perform(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	remember(a, plan, facts);
	return room_change(a, plan, facts, err) && save(a, plan, err) &&
		answer(a, plan, facts, err) && tell(a, plan, err);
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
		text_empty(a->values.alias) ? NULL : a->values.alias, "Detail",
		text_empty(a->token_trouble) ? NULL : a->token_trouble, NULL);
	static const char *const audited[] = { [ROOM_CREATE] = "Created",
		[ROOM_UPDATE] = "Changed",
		[ROOM_OCCURRENCE] = "Changed",
		[ROOM_OCCURRENCE_REMOVE] = "Changed",
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
	struct facts facts;
	if (!store_exec(a->store, err, "SAVEPOINT decision", ""))
		return false;
	bool ok = gather(a, &facts, err);
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
 * id that finds the log lines. What the calendar holds is tried again when it is compared next. */
static bool give_up(struct application *a, struct applied *ret, struct err *err)
{
	log_error("administrator.scheduling", "Meeting message could not be dealt with", "User",
		"schedulingservice", "CorrelationId", a->correlation_id, "Integration",
		a->settings->name, "Uid", a->m->uid, "Detail", err->text, NULL);
	bool request = a->m->message == MEETING_REQUEST && !a->m->calendar_item;
	const struct plan decline = { .room = ROOM_KEEP,
		.reply = request              ? REPLY_DECLINE
			: a->m->calendar_item ? REPLY_NONE
					      : REPLY_DISCARD,
		.text = request ? TEXT_REJECT_GENERAL_ERROR : TEXT_NONE,
		.reason = "something unexpected happened" };
	a->alias.id = FIELD_NULL; /* whatever the first attempt had got to */
	a->guest_pin_renewed = false;
	a->n_others = 0;
	return attempt(a, &decline, ret, err);
}

static void tell_others(const struct application *a, struct arena *arena, struct applied *ret)
{
	int64_t *others = arena_array(arena, a->n_others + 1, sizeof(*others));
	if (a->n_others)
		memcpy(others, a->others, a->n_others * sizeof(*others));
	ret->others = others;
	ret->n_others = a->n_others;
}

static bool deal_with(struct application *a, struct applied *ret, struct err *err)
{
	return attempt(a, NULL, ret, err) ||
		(err->code != ERR_IO && err->code != ERR_BUSY && give_up(a, ret, err));
}

bool apply_messages(struct store *store, const struct ms_exchange_connector *settings,
	struct texts *texts, const struct meeting *messages, size_t count, int64_t now,
	struct arena *arena, struct applied *ret, struct err *err)
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
	ok = ok && scheduler_touch(store, settings->id, now, err);
	if (!ok)
		store_rollback(store);
	else
		ok = store_commit(store, err);
	for (size_t i = 0; i < count; i++) {
		if (ok) {
			report(&all[i], &ret[i].plan);
			tell_others(&all[i], arena, &ret[i]);
		}
		arena_release(&all[i].arena);
	}
	return ok;
}
