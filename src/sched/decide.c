/*
 * How this works: a message is first placed in time (is it older than what we know?), then the
 * invitation's text is read (which alias does it name, and may this meeting have it?), then the
 * clock is asked (is it over?). The first rule that applies gives the plan.
 */
#include "sched/decide.h"
#include "base/text.h"

static void plan_quiet(
	struct plan *ret, enum room_step room, enum reply_step reply, bool seen, const char *reason)
{
	*ret = (struct plan){ .room = room, .reply = reply, .seen = seen, .reason = reason };
}

static void plan_accept(
	struct plan *ret, enum room_step room, enum reply_text text, const char *reason)
{
	*ret = (struct plan){
		.room = room, .reply = REPLY_ACCEPT, .text = text, .seen = true, .reason = reason
	};
}

/* A declined message changes no room, and counts as seen only for a meeting we know: otherwise
 * the organiser could not repair the invitation and send it again. */
static void plan_decline(struct plan *ret, enum reply_text text, const char *reason)
{
	*ret = (struct plan){
		.room = ROOM_KEEP, .reply = REPLY_DECLINE, .text = text, .reason = reason
	};
}

/* Exchange raises the sequence when times change and the stamp, in whole seconds, with every message
 * sent; a cancellation tells no sequence. Of two that cannot be told apart so, an update is newer
 * than the first request and a cancellation newer than either. */
static bool is_older(const struct meeting *m, const struct known_meeting *known)
{
	if (!known)
		return false;
	bool numbered =
		m->sequence != MEETING_NO_SEQUENCE && known->sequence != MEETING_NO_SEQUENCE;
	if (numbered && m->sequence != known->sequence)
		return m->sequence < known->sequence;
	if (m->stamp != MEETING_NO_TIME && known->stamp != MEETING_NO_TIME &&
		m->stamp != known->stamp)
		return m->stamp < known->stamp;
	return m->message == MEETING_REQUEST && (known->cancelled || (known->update && !m->update));
}

static bool is_stranger(const struct meeting *m, const struct known_meeting *known)
{
	return known && !text_empty(known->organizer_email) && !text_empty(m->organizer_email) &&
		!text_equal_nocase(known->organizer_email, m->organizer_email);
}

static void decide_cancellation(
	const struct meeting *m, const struct known_meeting *known, struct plan *ret)
{
	if (m->type == MEETING_OCCURRENCE || m->type == MEETING_EXCEPTION)
		plan_quiet(ret, ROOM_KEEP, REPLY_REMOVE, false,
			"an occurrence of a series without a room was cancelled");
	else if (known && known->has_room)
		plan_quiet(ret, ROOM_REMOVE, REPLY_REMOVE, true, "the meeting was cancelled");
	else
		/* Its request may still lie unread behind it: newest messages come first. */
		plan_quiet(ret, ROOM_FORGET, REPLY_REMOVE, true,
			"a meeting without a room was cancelled");
}

/* Why the alias in the text forbids a room; false when it does not. */
static bool refuse_alias(const struct facts *f, struct plan *ret)
{
	/* The text of a meeting we already gave a room may be edited freely. */
	bool has_room = f->known && f->known->has_room;
	switch (f->alias) {
	case ALIAS_FREE:
	case ALIAS_OURS: return false;
	case ALIAS_BOUND_ELSEWHERE:
		plan_decline(ret, TEXT_REJECT_ALIAS_CONFLICT,
			"the alias belongs to another meeting: the invitation was copied");
		return true;
	case ALIAS_TEXT_TAKEN:
		plan_decline(
			ret, TEXT_REJECT_ALIAS_CONFLICT, "another room dials by this alias now");
		return true;
	case ALIAS_ROOM_DELETED:
		if (has_room)
			return false;
		plan_decline(ret, TEXT_REJECT_ALIAS_DELETED, "the room of this alias was deleted");
		return true;
	case ALIAS_UNKNOWN:
	case ALIAS_ABSENT: break;
	}
	if (has_room)
		return false;
	plan_decline(ret, TEXT_REJECT_INVALID_ALIAS_ID,
		f->alias == ALIAS_UNKNOWN   ? "no alias of this integration has the marker's id"
			: f->marker_sealed  ? "the sealed token is not valid"
			: f->marker_damaged ? "the marker in the text is damaged"
					    : "the text holds no marker");
	return true;
}

static const char *edit_reason(const struct meeting *m, const struct facts *f)
{
	if (f->alias == ALIAS_FREE)
		return "the meeting has a new alias";
	if (f->alias != ALIAS_OURS)
		return "the meeting is known, its marker was edited away";
	if (m->start != f->known->start)
		return "the meeting was moved";
	if (m->end != f->known->end)
		return m->end > f->known->end ? "the meeting was lengthened"
					      : "the meeting was shortened";
	if (!text_equal(m->subject, f->known->subject))
		return "the meeting was renamed";
	return "the meeting was sent again";
}

/* The request that made the room, read once more (it changed under our hands, or was left behind by a
 * crash): its organiser hears what he would have heard. */
static bool is_the_first(const struct meeting *m, const struct known_meeting *known)
{
	return !m->update && !known->update && m->stamp != MEETING_NO_TIME &&
		m->stamp == known->stamp && m->sequence == known->sequence &&
		m->start == known->start && m->end == known->end;
}

static void decide_request(
	const struct meeting *m, const struct facts *f, int64_t now, struct plan *ret)
{
	if (m->type != MEETING_SINGLE) {
		plan_decline(ret, TEXT_REJECT_GENERAL_ERROR,
			"recurring meetings are not scheduled by this version");
		return;
	}
	if (m->end < m->start) {
		plan_decline(ret, TEXT_REJECT_GENERAL_ERROR, "the meeting ends before it starts");
		return;
	}
	if (refuse_alias(f, ret))
		return;
	bool has_room = f->known && f->known->has_room;
	if (m->end <= now) {
		plan_decline(ret, TEXT_REJECT_SINGLE_PAST, "the meeting is over already");
		if (has_room) {
			/* Exchange's times are the truth all the same: its window closes. */
			ret->room = ROOM_UPDATE;
			ret->seen = true;
		}
		return;
	}
	if (has_room)
		plan_accept(ret, ROOM_UPDATE,
			is_the_first(m, f->known) ? TEXT_ACCEPT_NEW_SINGLE
						  : TEXT_ACCEPT_EDITED_SINGLE,
			edit_reason(m, f));
	else
		plan_accept(ret, ROOM_CREATE, TEXT_ACCEPT_NEW_SINGLE, "a new meeting");
}

void decide(const struct meeting *m, const struct facts *facts, int64_t now, struct plan *ret)
{
	bool request = m->message == MEETING_REQUEST;
	if (m->delegated) {
		/* Exchange lets only the mailbox answer that it was sent to. */
		plan_quiet(ret, ROOM_KEEP, REPLY_NONE, false,
			"it was sent to another mailbox, whose delegate this one is");
	} else if (text_empty(m->uid)) {
		if (request)
			plan_decline(ret, TEXT_REJECT_GENERAL_ERROR, "the message has no UID");
		else
			plan_quiet(ret, ROOM_KEEP, REPLY_DISCARD, false, "the message has no UID");
	} else if (m->out_of_date) {
		plan_quiet(ret, ROOM_KEEP, REPLY_DISCARD, false, "Exchange marked it out of date");
	} else if (is_older(m, facts->known)) {
		plan_quiet(ret, ROOM_KEEP, REPLY_DISCARD, false, "a newer message was dealt with");
	} else if (is_stranger(m, facts->known)) {
		if (request)
			plan_decline(ret, TEXT_REJECT_ALIAS_CONFLICT,
				"another organiser's meeting has the same UID");
		else
			plan_quiet(ret, ROOM_KEEP, REPLY_DISCARD, false,
				"another organiser's meeting has the same UID");
	} else if (request) {
		decide_request(m, facts, now, ret);
	} else {
		decide_cancellation(m, facts->known, ret);
	}
}

const char *room_step_name(enum room_step step)
{
	static const char *const names[] = { [ROOM_KEEP] = "keep",
		[ROOM_CREATE] = "create",
		[ROOM_UPDATE] = "update",
		[ROOM_REMOVE] = "remove",
		[ROOM_FORGET] = "forget" };
	return names[step];
}

const char *reply_step_name(enum reply_step step)
{
	static const char *const names[] = { [REPLY_NONE] = "none",
		[REPLY_ACCEPT] = "accept",
		[REPLY_DECLINE] = "decline",
		[REPLY_REMOVE] = "remove",
		[REPLY_DISCARD] = "discard" };
	return names[step];
}

const char *reply_text_field(enum reply_text text)
{
	static const char *const names[N_REPLY_TEXTS] = { [TEXT_NONE] = "",
		[TEXT_ACCEPT_NEW_SINGLE] = "accept_new_single_meeting_template",
		[TEXT_ACCEPT_EDITED_SINGLE] = "accept_edited_single_meeting_template",
		[TEXT_REJECT_ALIAS_CONFLICT] = "reject_alias_conflict_template",
		[TEXT_REJECT_ALIAS_DELETED] = "reject_alias_deleted_template",
		[TEXT_REJECT_INVALID_ALIAS_ID] = "reject_invalid_alias_id_template",
		[TEXT_REJECT_SINGLE_PAST] = "reject_single_meeting_past",
		[TEXT_REJECT_GENERAL_ERROR] = "reject_general_error_template" };
	return names[text];
}
