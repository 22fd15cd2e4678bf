/*
 * How this works: first it is settled which meeting a message means. One about a whole meeting or series
 * means the row of its UID. One about a single occurrence means the series while that has a room and the
 * occurrence has none of its own; otherwise a row of its own, (UID, original start). Then the markers in
 * the text are looked up as that meeting sees them.
 */
#include "auth/sealed_token.h"
#include "base/text.h"
#include "model/visible.h"
#include "model/series.h"
#include "sched/application.h"
#include "sched/facts.h"
#include "sched/horizon.h"
#include "store/aliases.h"
#include "store/exceptions.h"

#include <stdlib.h>
#include <string.h>

enum { CONTINUED_MAX = 16, /* meetings of one alias that are looked at */ DAY_S = 86400 };

static bool is_occurrence(const struct meeting *m)
{
	return m->type == MEETING_OCCURRENCE || m->type == MEETING_EXCEPTION;
}

static struct stored_meeting unknown_meeting(const struct application *a, int64_t recurrence_id)
{
	return (struct stored_meeting){ .id = FIELD_NULL,
		.uid = a->m->uid,
		.recurrence_id = recurrence_id,
		.attendees = "",
		.stamp = FIELD_NULL,
		.start_time = a->now, /* until told: cancellations may tell none */
		.end_time = a->now,
		.recurrence = "",
		.former_recurrence = "",
		.zone = "",
		.look_again = FIELD_NULL,
		.conference = FIELD_NULL,
		.recurring_conference = FIELD_NULL,
		.scheduled_alias = FIELD_NULL,
		.room_name = "",
		.room_description = "" };
}

/* Whether the rule, put at this zone and time of day, has an occurrence on the civil day of `at`. */
static bool has_day(const char *rule, const struct stored_meeting *m, int64_t at)
{
	struct series series = { .time_of_day = m->time_of_day, .length = m->length };
	if (!recurrence_parse(rule, &series.rule, NULL) || !zone_open(m->zone, &series.zone, NULL))
		return false;
	int64_t wall = zone_to_wall(series.zone, at);
	int64_t midnight = wall - ((wall % DAY_S) + DAY_S) % DAY_S;
	return series_has(&series, zone_to_utc(series.zone, midnight + m->time_of_day));
}

/* "This and following": Outlook cuts the series short and makes a new one of the rest, whose text is
 * the old one's. The new one begins on a day of the old one, behind its first. */
static bool continues(const struct application *a, const struct stored_meeting *other)
{
	const struct meeting *m = a->m;
	if (m->type != MEETING_SERIES || text_empty(other->recurrence) ||
		other->conference == FIELD_NULL || m->start <= other->start_time ||
		!text_equal_nocase(other->organizer_email, m->organizer_email))
		return false;
	return has_day(other->recurrence, other, m->start) ||
		(!text_empty(other->former_recurrence) &&
			has_day(other->former_recurrence, other, m->start));
}

static bool look_for_continued(
	struct application *a, int64_t alias, bool *ret_continued, struct err *err)
{
	struct stored_meeting others[CONTINUED_MAX];
	size_t count;
	*ret_continued = false;
	if (!meetings_of_alias(a->store, alias, CONTINUED_MAX, &a->arena, others, &count, err))
		return false;
	for (size_t i = 0; i < count && !*ret_continued; i++)
		*ret_continued = continues(a, &others[i]);
	return true;
}

static bool state_of_used(struct application *a, const struct alias_use *use,
	enum alias_state *ret_state, struct err *err)
{
	bool same_uid = text_equal(use->uid, a->m->uid);
	bool ours = same_uid && use->recurrence_id == a->stored.recurrence_id;
	if (!use->has_room && ours && a->stored.cancelled && a->m->calendar_item &&
		a->m->response == RESPONSE_ACCEPTED && !use->text_taken) {
		/* It was taken for gone, and is not. */
		*ret_state = ALIAS_OURS;
		return true;
	}
	if (!use->has_room) {
		bool expired = use->deletion_time != FIELD_NULL &&
			use->end_time <= use->deletion_time && !a->stored.cancelled;
		*ret_state =
			ours && expired && !use->text_taken ? ALIAS_RESTING : ALIAS_ROOM_DELETED;
		return true;
	}
	/* Occurrences of one series that name the same alias share its room. */
	*ret_state = ours ? ALIAS_OURS : same_uid ? ALIAS_CONTINUED : ALIAS_BOUND_ELSEWHERE;
	bool continued = false;
	if (!same_uid && !look_for_continued(a, use->id, &continued, err))
		return false;
	if (continued)
		*ret_state = ALIAS_CONTINUED;
	return true;
}

static bool look_up_uuid(struct application *a, const char *uuid, enum alias_state *ret_state,
	int64_t *ret_id, struct err *err)
{
	struct alias_use use;
	bool found;
	if (!alias_use_find(a->store, a->settings->id, uuid, a->m->uid, a->stored.recurrence_id,
		    &a->arena, &use, &found, err))
		return false;
	*ret_id = found ? use.id : FIELD_NULL;
	if (!found)
		*ret_state = ALIAS_UNKNOWN;
	else if (use.used)
		return state_of_used(a, &use, ret_state, err);
	else
		*ret_state = use.text_taken ? ALIAS_TEXT_TAKEN : ALIAS_FREE;
	return true;
}

/* A token that became an alias once is that alias, valid still or not. */
static bool look_up_token(struct application *a, const char *token, enum alias_state *ret_state,
	int64_t *ret_id, struct err *err)
{
	char id[SEALED_TOKEN_ID_LEN + 1];
	struct sealed_token opened;
	struct scheduled_alias alias;
	struct err why;
	*ret_state = ALIAS_ABSENT;
	if (!sealed_token_id(token, id, NULL))
		return true;
	if (!aliases_find_token(a->store, a->settings->id, id, ret_id, err))
		return false;
	if (*ret_id != FIELD_NULL) {
		if (!store_get(a->store, &scheduled_alias_type, *ret_id, &a->arena, &alias, err) ||
			!look_up_uuid(a, alias.uuid, ret_state, ret_id, err))
			return false;
	} else if (sealed_token_open(a->settings->private_key, a->settings->sealing_key,
			   a->settings->uuid, token, a->now, &opened, &why)) {
		*ret_state = ALIAS_PROMISED;
	} else {
		a->token_trouble = arena_strdup(&a->arena, why.text);
		return true;
	}
	char marker[MARKER_MAX + 1];
	marker_format_token(token, marker);
	a->token = arena_strdup(&a->arena, marker);
	a->token_id = arena_strdup(&a->arena, id);
	return true;
}

/* "prefix digits @ domain" of the integration in the text, without the domain; NULL: none stands there. */
static const char *alias_in_text(
	const struct ms_exchange_connector *c, const struct meeting *m, struct arena *arena)
{
	const char *ret = NULL;
	struct buf text;
	size_t digits =
		(size_t)c->scheduled_alias_suffix_length + strlen(c->scheduled_alias_prefix);
	buf_init(&text, MARKER_BODY_MAX);
	visible_squeeze(m->body, m->body_is_html, &text);
	for (const char *at = text.data; !ret && (at = strchr(at, '@')); at++) {
		const char *from = at;
		while (from > text.data && from[-1] >= '0' && from[-1] <= '9')
			from--;
		if ((size_t)(at - from) == digits &&
			text_starts_with(from, c->scheduled_alias_prefix) &&
			strncasecmp(at + 1, c->scheduled_alias_domain,
				strlen(c->scheduled_alias_domain)) == 0)
			ret = arena_strndup(arena, from, digits);
	}
	buf_release(&text);
	return ret;
}

/* Exchange has accepted this meeting, and the database is older than it: its alias is taken over from the
 * text, when it is one of this integration's that nobody has. */
static bool look_for_lost(
	struct application *a, const char *uuid, enum alias_state *ret_state, struct err *err)
{
	bool is_free = false;
	if (!a->m->calendar_item || a->m->response != RESPONSE_ACCEPTED)
		return true;
	a->lost_alias = alias_in_text(a->settings, a->m, &a->arena);
	a->lost_uuid = arena_strdup(&a->arena, uuid);
	if (a->lost_alias && !aliases_is_free(a->store, a->settings, a->lost_alias, &is_free, err))
		return false;
	if (is_free)
		*ret_state = ALIAS_LOST;
	return true;
}

static bool look_up_alias(const struct marker *marker, enum alias_state *ret_state, int64_t *ret_id,
	void *arg, struct err *err)
{
	struct application *a = arg;
	if (marker->kind == MARKER_TOKEN)
		return look_up_token(a, marker->token, ret_state, ret_id, err);
	if (!look_up_uuid(a, marker->uuid, ret_state, ret_id, err))
		return false;
	if (*ret_state == ALIAS_UNKNOWN)
		return look_for_lost(a, marker->uuid, ret_state, err);
	return true;
}

static struct known_meeting known_of(const struct stored_meeting *s)
{
	return (struct known_meeting){ .cancelled = s->cancelled,
		.has_room = s->conference != FIELD_NULL,
		.update = s->was_update,
		.own_update = s->own_update,
		.series = !text_empty(s->recurrence),
		.sequence = s->sequence,
		.stamp = s->stamp,
		.start = s->start_time,
		.end = s->end_time,
		.subject = s->subject,
		.organizer_email = s->organizer_email };
}

/* What we know of the one occurrence that the message is about. */
static bool read_occurrence(struct application *a, struct facts *facts, struct err *err)
{
	struct stored_exception *all;
	size_t count;
	if (!exceptions_list(a->store, a->stored.id, &a->arena, &all, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (all[i].original_start == a->original_start) {
			a->occurrence = (struct known_meeting){ .cancelled = all[i].deleted,
				.has_room = true,
				.update = all[i].was_update,
				.sequence = all[i].sequence,
				.stamp = all[i].stamp,
				.start = all[i].start_time,
				.end = all[i].end_time,
				.subject = text_empty(all[i].subject) ? a->stored.subject
								      : all[i].subject,
				.organizer_email = a->stored.organizer_email };
			facts->occurrence = &a->occurrence;
		}
	return true;
}

static bool rule_has_it(struct application *a)
{
	struct series series;
	if (a->stored.by_calendar)
		return true;
	return horizon_series(a->store, &a->stored, &a->arena, &series, NULL) &&
		series_identify(&series, a->original_start, &a->original_start);
}

/* Settles which meeting is meant: a->stored, a->known. */
static bool find_target(struct application *a, struct facts *facts, struct err *err)
{
	struct stored_meeting own;
	bool own_known = false;
	if (!meeting_find(a->store, a->settings->id, a->m->uid, MEETING_WHOLE, &a->arena,
		    &a->stored, &a->known, err))
		return false;
	if (!a->known)
		a->stored = unknown_meeting(a, MEETING_WHOLE);
	if (!is_occurrence(a->m))
		return true;
	a->original_start =
		a->m->recurrence_id != MEETING_NO_TIME ? a->m->recurrence_id : a->m->start;
	if (!meeting_find(a->store, a->settings->id, a->m->uid, a->original_start, &a->arena, &own,
		    &own_known, err))
		return false;
	bool own_room = own_known && own.conference != FIELD_NULL;
	facts->part = !own_room && a->known && a->stored.conference != FIELD_NULL &&
		!text_empty(a->stored.recurrence) && rule_has_it(a);
	if (facts->part)
		return read_occurrence(a, facts, err);
	if (a->known && a->stored.cancelled) {
		a->series = known_of(&a->stored);
		facts->cancelled_series = &a->series;
	}
	a->known = own_known;
	a->stored = own_known ? own : unknown_meeting(a, a->original_start);
	return true;
}

/* An occurrence whose text has a fresh alias gets a room of its own. What is known of it as a part of the
 * series still tells which message is the newer one. */
static bool leave_series(struct application *a, struct facts *facts, struct err *err)
{
	struct stored_meeting own;
	bool found;
	if (!meeting_find(a->store, a->settings->id, a->m->uid, a->original_start, &a->arena, &own,
		    &found, err))
		return false;
	a->known = found;
	a->stored = found ? own : unknown_meeting(a, a->original_start);
	facts->part = false;
	return true;
}

/* Rule, zone and exceptions of a series message; what is wrong with them goes into the facts. */
static void read_series(struct application *a, struct facts *facts)
{
	struct meeting copy = *a->m;
	struct series series;
	struct err err;
	if (!copy.recurrence) {
		facts->series_error = "the message does not tell the rule of the series";
		return;
	}
	a->exceptions = arena_array(&a->arena, copy.n_exceptions + 1, sizeof(*a->exceptions));
	if (copy.n_exceptions)
		memcpy(a->exceptions, copy.exceptions, copy.n_exceptions * sizeof(*a->exceptions));
	copy.exceptions = a->exceptions;
	bool ok = series_of(&copy, &series, &err);
	if (!ok && err.code == ERR_NOT_FOUND) {
		/* The daily comparison with Exchange's calendar puts the instances right. */
		copy.zone = "UTC";
		ok = series_of(&copy, &series, &err);
	}
	if (!ok) {
		facts->series_error = arena_strdup(&a->arena, err.text);
		return;
	}
	a->zone = copy.zone;
	a->time_of_day = series.time_of_day;
	a->length = series.length;
	facts->series_over = series_end(&series) <= a->now;
}

static enum without_addin without_addin(const struct ms_exchange_connector *settings)
{
	return text_equal(settings->meetings_without_addin, "insert")    ? WITHOUT_ADDIN_INSERT
		: text_equal(settings->meetings_without_addin, "answer") ? WITHOUT_ADDIN_ANSWER
									 : WITHOUT_ADDIN_DECLINE;
}

bool gather(struct application *a, struct facts *facts, struct err *err)
{
	*facts = (struct facts){ .without_addin = without_addin(a->settings),
		.revive = a->settings->revive_past_meetings };
	a->token = a->token_id = a->token_trouble = "";
	if (!find_target(a, facts, err) || !facts_read_markers(a->m, look_up_alias, a, facts, err))
		return false;
	if (facts->part && a->m->message == MEETING_REQUEST &&
		(facts->alias == ALIAS_FREE || facts->alias == ALIAS_PROMISED) &&
		!leave_series(a, facts, err))
		return false;
	if (a->m->type == MEETING_SERIES && a->m->message == MEETING_REQUEST)
		read_series(a, facts);
	if (a->known) {
		a->before = known_of(&a->stored);
		facts->known = &a->before;
	}
	return true;
}
