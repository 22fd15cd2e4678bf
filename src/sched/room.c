/*
 * How this works: a plan's room step becomes rows. A meeting has its room to itself, but for series that
 * were split and occurrences that name the series' alias: these share one, which goes with the last of
 * them.
 */
#include "base/text.h"
#include "sched/application.h"
#include "sched/furnish.h"
#include "sched/horizon.h"
#include "store/aliases.h"

#include <stdlib.h>
#include <string.h>

bool room_load_alias(struct application *a, int64_t id, struct err *err)
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

static bool dial_by(struct application *a, const char *alias, struct err *err)
{
	struct conference_alias ca;
	record_defaults(&conference_alias_type, &ca, &a->arena);
	ca.alias = alias;
	ca.description = application_fitting(a, &conference_alias_type, "description",
		application_render(a, "scheduled_alias_description_template"));
	ca.conference = a->stored.conference;
	ca.creation_time = a->now;
	return store_insert(a->store, &conference_alias_type, &ca, NULL, err);
}

static bool bind_alias(struct application *a, struct err *err)
{
	a->stored.scheduled_alias = a->alias.id;
	return alias_bind(a->store, a->alias.id,
		       application_fitting(a, &scheduled_alias_type, "ews_item_uid", a->m->uid),
		       err) &&
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

/* The alias that a new room gets: one that was given out, or one made now. */
static bool obtain_alias(struct application *a, const struct facts *facts, struct err *err)
{
	const struct alias_request request = {
		.connector = a->settings, .user = "schedulingservice", .now = a->now
	};
	bool ok;
	switch (facts->alias) {
	case ALIAS_PROMISED:
		ok = aliases_of_token(
			a->store, &request, a->token_id, &a->arena, &a->alias, NULL, err);
		break;
	case ALIAS_LOST:
		ok = aliases_restore(
			a->store, &request, a->lost_uuid, a->lost_alias, &a->arena, &a->alias, err);
		break;
	case ALIAS_ABSENT:
	case ALIAS_UNKNOWN: ok = aliases_make(a->store, &request, &a->arena, &a->alias, err); break;
	default: ok = room_load_alias(a, facts->alias_id, err);
	}
	if (ok && a->alias.conference_deletion_time != FIELD_NULL)
		ok = alias_revive(a->store, &a->alias, err);
	a->values.alias = a->alias.alias;
	a->values.numeric_alias = a->alias.numeric_alias;
	return ok;
}

/* Base text of the room's name: a template may come out empty, a name may not. */
static const char *room_name(struct application *a)
{
	const char *name = application_fitting(
		a, &conference_type, "name", application_render(a, "conference_name_template"));
	name += strspn(name, " ");
	if (*name)
		return name;
	return a->values.alias ? a->values.alias : a->stored.room_name;
}

static const char *room_description(struct application *a)
{
	return application_fitting(a, &conference_type, "description",
		application_render(a, "conference_description_template"));
}

/* An address that is none is left out: the room matters more. */
static void give_owner(struct application *a, struct conference *c)
{
	const struct field *f = record_field(&conference_type, "primary_owner_email_address");
	if (a->settings->room_owner_is_organizer)
		record_set(f, c, a->m->organizer_email, &a->arena, NULL);
}

static void show_room(struct application *a, const struct conference *c)
{
	struct conference *copy = arena_alloc(&a->arena, sizeof(*copy));
	*copy = *c;
	a->values.room = copy;
}

static bool make_conference(struct application *a, struct err *err)
{
	struct conference c;
	room_furnish(a->settings, &a->alias, &a->arena, &c);
	c.creation_time = a->now;
	give_owner(a, &c);
	a->stored.room_name = room_name(a);
	a->stored.room_description = room_description(a);
	c.name = conference_free_name(a->store, a->stored.room_name, FIELD_NULL, &a->arena, err);
	if (!c.name)
		return false;
	/* The number is part of what we made, or the next update would take it for an edit. */
	a->stored.room_name = c.name;
	c.description = a->stored.room_description;
	if (!store_insert(a->store, &conference_type, &c, NULL, err))
		return false;
	show_room(a, &c);
	a->stored.conference = c.id;
	return bind_alias(a, err);
}

/* The room of the meeting that has this alias already serves this one too. */
static bool share_room(struct application *a, const struct facts *facts, struct err *err)
{
	struct stored_meeting other;
	struct conference c;
	size_t count;
	if (!room_load_alias(a, facts->alias_id, err) ||
		!meetings_of_alias(a->store, facts->alias_id, 1, &a->arena, &other, &count, err))
		return false;
	if (!count || other.conference == FIELD_NULL)
		return err_set(err, ERR_INTERNAL, "the room to share is gone");
	if (!store_get(a->store, &conference_type, other.conference, &a->arena, &c, err))
		return false;
	show_room(a, &c);
	a->stored.conference = other.conference;
	a->stored.scheduled_alias = facts->alias_id;
	a->stored.room_name = other.room_name;
	a->stored.room_description = other.room_description;
	return true;
}

/* Name and description follow the templates until an administrator edits them. */
static bool rename_room(struct application *a, struct conference *c, struct err *err)
{
	bool named = text_equal(c->name, a->stored.room_name);
	bool described = text_equal(c->description, a->stored.room_description);
	if (named) {
		c->name = conference_free_name(a->store, room_name(a), c->id, &a->arena, err);
		if (!c->name)
			return false;
		a->stored.room_name = c->name;
	}
	if (described)
		c->description = a->stored.room_description = room_description(a);
	return true;
}

/* The room goes with the last meeting that has it. */
static bool leave_room(struct application *a, struct stored_meeting *m, struct err *err)
{
	int64_t conference = m->conference, others;
	if (!meetings_share(a->store, conference, m->id, &others, err))
		return false;
	if (others > 0 ? !horizon_clear(a->store, a->settings->id, m, &a->windows_changed, err) ||
				(m->recurring_conference != FIELD_NULL &&
					!store_delete(a->store, &recurring_conference_type,
						m->recurring_conference, err))
		       : !aliases_room_goes(a->store, conference, a->now, err) ||
				!store_delete(a->store, &conference_type, conference, err))
		return false;
	if (others > 0)
		m->scheduled_alias = FIELD_NULL; /* the others have it on */
	m->conference = m->recurring_conference = FIELD_NULL;
	m->look_again = FIELD_NULL;
	return true;
}

static bool create_room(struct application *a, const struct facts *facts, struct err *err)
{
	a->stored.cancelled = false;
	a->stored.own_update = false;
	bool shared = facts->alias == ALIAS_CONTINUED;
	if (!(shared ? share_room(a, facts, err)
		     : obtain_alias(a, facts, err) && make_conference(a, err)))
		return false;
	a->stored.attendees = attendees_kept(a);
	return follow_message(a, err) && follow_series_of(a, false, err);
}

/* The room as it is, for templates and changes. */
static bool open_room(struct application *a, struct conference *c, struct err *err)
{
	int64_t alias = a->stored.scheduled_alias;
	if (!(alias != FIELD_NULL ? room_load_alias(a, alias, err) : read_dialled(a, err)) ||
		!store_get(a->store, &conference_type, a->stored.conference, &a->arena, c, err))
		return false;
	return true;
}

/* The button was pressed again in one of several meetings that share a room: it gets one of its own. */
static bool move_out(struct application *a, const struct facts *facts, struct err *err)
{
	application_note_room(a, a->stored.conference);
	return leave_room(a, &a->stored, err) && create_room(a, facts, err);
}

static bool update_room(struct application *a, const struct facts *facts, struct err *err)
{
	struct conference c;
	int64_t others = 0;
	if (facts->alias == ALIAS_FREE &&
		!meetings_share(a->store, a->stored.conference, a->stored.id, &others, err))
		return false;
	if (others)
		return move_out(a, facts, err);
	if (!open_room(a, &c, err))
		return false;
	if (facts->alias == ALIAS_FREE &&
		(!leave_alias(a, err) || !room_load_alias(a, facts->alias_id, err) ||
			!bind_alias(a, err)))
		return false;
	if (!rename_room(a, &c, err) || !attendees_follow(a, &c, err) ||
		!store_update(a->store, &conference_type, &c, NULL, err))
		return false;
	show_room(a, &c);
	return follow_message(a, err);
}

/* What is known of one occurrence; the meeting itself stays as it is. */
static bool update_occurrence(struct application *a, bool gone, struct err *err)
{
	struct conference c;
	if (!open_room(a, &c, err))
		return false;
	show_room(a, &c);
	return follow_occurrence(a, gone, err);
}

static bool cancel(struct application *a, struct stored_meeting *m, struct err *err)
{
	m->cancelled = true;
	if (!text_empty(m->recurrence))
		m->end_time = a->now; /* else an endless one would be remembered without end */
	return (m->conference == FIELD_NULL || leave_room(a, m, err)) &&
		meeting_save(a->store, a->settings->id, m, err);
}

/* Occurrences with rooms of their own go with the whole meeting. */
static bool cancel_occurrences(struct application *a, struct err *err)
{
	struct stored_meeting *own = arena_array(&a->arena, HORIZON_OWN_ROOMS_MAX, sizeof(*own));
	size_t count = 0;
	if (a->stored.recurrence_id == MEETING_WHOLE &&
		!meetings_of_uid(a->store, a->settings->id, a->stored.uid, HORIZON_OWN_ROOMS_MAX,
			&a->arena, own, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		application_note_room(a, own[i].conference);
		if (!cancel(a, &own[i], err))
			return false;
	}
	return true;
}

/* Saved before its series is laid out again, which leaves out occurrences with rooms. */
static bool remove_rooms(struct application *a, struct err *err)
{
	return cancel_occurrences(a, err) && cancel(a, &a->stored, err) &&
		follow_series_of(a, true, err);
}

bool room_change(
	struct application *a, const struct plan *plan, const struct facts *facts, struct err *err)
{
	switch (plan->room) {
	case ROOM_KEEP: return true;
	case ROOM_CREATE: return create_room(a, facts, err);
	case ROOM_UPDATE: return update_room(a, facts, err);
	case ROOM_OCCURRENCE: return update_occurrence(a, false, err);
	case ROOM_OCCURRENCE_REMOVE: return update_occurrence(a, true, err);
	case ROOM_REMOVE: return remove_rooms(a, err);
	case ROOM_FORGET: a->stored.cancelled = true; return cancel_occurrences(a, err);
	}
	return false;
}
