/*
 * How this works: a message is first placed in time (is it older than what we know?), then the
 * invitation's text is read (which alias does it name, and may this meeting have it?), then the
 * clock is asked (is it over?). The first rule that applies gives the plan.
 *
 * A message about one occurrence is about its series (facts.part) while the series has a room and the
 * occurrence none of its own; otherwise it is a meeting by itself. What comes from the calendar instead
 * of the inbox goes the same way, but is answered only where Exchange waits for an answer.
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

/* A declined message changes no room and does not count as seen: otherwise the organiser could not
 * repair the invitation and send it again. */
static void plan_decline(struct plan *ret, enum reply_text text, const char *reason)
{
	*ret = (struct plan){
		.room = ROOM_KEEP, .reply = REPLY_DECLINE, .text = text, .reason = reason
	};
}

/* Exchange raises the sequence when times change and the stamp, in whole seconds, with every message
 * sent; a cancellation tells no sequence. Of two that cannot be told apart so, an update is newer
 * than the first request and a cancellation newer than either; but the calendar holds what was dealt
 * with last, and says no more than that. */
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
	if (m->calendar_item && numbered)
		return false;
	return m->message == MEETING_REQUEST && (known->cancelled || (known->update && !m->update));
}

static bool is_stranger(const struct meeting *m, const struct known_meeting *known)
{
	return known && !text_empty(known->organizer_email) && !text_empty(m->organizer_email) &&
		!text_equal_nocase(known->organizer_email, m->organizer_email);
}

static void decide_cancellation(const struct meeting *m, const struct facts *f, struct plan *ret)
{
	const struct known_meeting *known = f->known;
	bool gone = f->occurrence && f->occurrence->cancelled;
	if (f->part)
		plan_quiet(ret, gone ? ROOM_KEEP : ROOM_OCCURRENCE_REMOVE, REPLY_REMOVE, true,
			gone ? "the occurrence was cancelled before"
			     : "the occurrence was cancelled");
	else if (known && known->has_room)
		plan_quiet(ret, ROOM_REMOVE, REPLY_REMOVE, true,
			m->type == MEETING_SERIES ? "the series was cancelled"
						  : "the meeting was cancelled");
	else
		/* Its request may still lie unread behind it: newest messages come first. */
		plan_quiet(ret, ROOM_FORGET, REPLY_REMOVE, true,
			"a meeting without a room was cancelled");
}

/* An invitation that names no alias at all, neither whole nor damaged nor promised. */
static bool is_plain(const struct facts *f)
{
	return f->alias == ALIAS_ABSENT && !f->marker_damaged && !f->marker_sealed;
}

/* The organiser should have instructions in the invitation that are not there yet. */
static bool wants_insertion(const struct facts *f)
{
	return f->token_valid || (is_plain(f) && f->without_addin == WITHOUT_ADDIN_INSERT);
}

/* What is wrong with the alias in the text, as a reason; its text in *ret_text. NULL: nothing. */
static const char *alias_trouble(const struct facts *f, enum reply_text *ret_text)
{
	*ret_text = TEXT_REJECT_ALIAS_CONFLICT;
	switch (f->alias) {
	case ALIAS_FREE:
	case ALIAS_OURS:
	case ALIAS_PROMISED:
	case ALIAS_CONTINUED:
	case ALIAS_LOST: return NULL;
	case ALIAS_BOUND_ELSEWHERE:
		return "the alias belongs to another meeting: the invitation was copied";
	case ALIAS_TEXT_TAKEN: return "another room dials by this alias now";
	case ALIAS_RESTING:
		if (f->revive)
			return NULL;
		/* fall through */
	case ALIAS_ROOM_DELETED:
		*ret_text = TEXT_REJECT_ALIAS_DELETED;
		return "the room of this alias was deleted";
	case ALIAS_UNKNOWN:
	case ALIAS_ABSENT: break;
	}
	*ret_text = TEXT_REJECT_INVALID_ALIAS_ID;
	if (is_plain(f))
		return f->without_addin == WITHOUT_ADDIN_DECLINE ? "the text holds no marker"
								 : NULL;
	return f->alias == ALIAS_UNKNOWN ? "no alias of this integration has the marker's id"
		: f->marker_sealed       ? "the sealed token is not valid"
					 : "the marker in the text is damaged";
}

/* Why the alias in the text forbids a room; false when it does not. */
static bool refuse_alias(const struct facts *f, struct plan *ret)
{
	enum reply_text text;
	const char *reason = alias_trouble(f, &text);
	/* The text of a meeting we already gave a room may be edited freely, but not another's alias
	 * be put into it. */
	if (!reason || (text != TEXT_REJECT_ALIAS_CONFLICT && f->known && f->known->has_room))
		return false;
	plan_decline(ret, text, reason);
	return true;
}

static const char *edit_reason(const struct meeting *m, const struct facts *f)
{
	const struct known_meeting *before = f->part ? f->occurrence : f->known;
	if (!f->part && f->known->own_update)
		return "the joining instructions were put into it";
	if (f->part && before && before->cancelled)
		return "the occurrence was restored";
	if (f->alias == ALIAS_FREE)
		return "the meeting has a new alias";
	if (!f->part && f->alias != ALIAS_OURS)
		return "the meeting is known, its marker was edited away";
	if (!f->part && f->known->series != (m->type == MEETING_SERIES))
		return f->known->series ? "the series became a single meeting"
					: "the meeting became a series";
	if (!f->part && f->known->series)
		return "the series was changed";
	if (!before)
		return "the occurrence was changed";
	if (m->start != before->start)
		return "the meeting was moved";
	if (m->end != before->end)
		return m->end > before->end ? "the meeting was lengthened"
					    : "the meeting was shortened";
	if (!text_equal(m->subject, before->subject))
		return "the meeting was renamed";
	return "the meeting was sent again";
}

/* The request that made the room, read once more (it changed under our hands, or was left behind by a
 * crash): its organiser hears what he would have heard. So he does when our own change of his item
 * comes back: the request before it was not answered. */
static bool is_the_first(const struct meeting *m, const struct known_meeting *known)
{
	if (known->own_update)
		return true;
	return !m->update && !known->update && m->stamp != MEETING_NO_TIME &&
		m->stamp == known->stamp && m->sequence == known->sequence &&
		m->start == known->start && (known->series || m->end == known->end);
}

/* Everything is over. Exchange's times are the truth all the same: windows follow. */
static void decline_as_past(const struct meeting *m, const struct facts *f, struct plan *ret)
{
	bool series = m->type == MEETING_SERIES;
	plan_decline(ret, series ? TEXT_REJECT_SERIES_PAST : TEXT_REJECT_SINGLE_PAST,
		series ? "every meeting of the series is over already"
		       : "the meeting is over already");
	if (f->known && f->known->has_room) {
		ret->room = f->part ? ROOM_OCCURRENCE : ROOM_UPDATE;
		ret->seen = true;
	}
}

static enum reply_text accept_text(const struct meeting *m, const struct facts *f, bool first)
{
	bool series = m->type == MEETING_SERIES;
	if (f->part)
		return TEXT_ACCEPT_EDITED_OCCURRENCE;
	if (first)
		return series ? TEXT_ACCEPT_NEW_SERIES : TEXT_ACCEPT_NEW_SINGLE;
	return series ? TEXT_ACCEPT_EDITED_SERIES : TEXT_ACCEPT_EDITED_SINGLE;
}

static void accept(const struct meeting *m, const struct facts *f, struct plan *ret)
{
	bool has_room = f->known && f->known->has_room;
	bool first = !has_room || (!f->part && is_the_first(m, f->known));
	plan_accept(ret,
		f->part            ? ROOM_OCCURRENCE
			: has_room ? ROOM_UPDATE
				   : ROOM_CREATE,
		accept_text(m, f, first),
		has_room                              ? edit_reason(m, f)
			: f->alias == ALIAS_RESTING   ? "a past meeting came back"
			: f->alias == ALIAS_CONTINUED ? "a series goes on as a new one"
			: f->alias == ALIAS_LOST || f->alias == ALIAS_OURS
			? "an accepted meeting was found in the calendar"
			: "a new meeting");
	if (f->token_valid || (!has_room && wants_insertion(f)))
		ret->reply = REPLY_INSERT;
	else if (is_plain(f) && !has_room)
		ret->instructions = true; /* meetings without the add-in: the answer tells */
}

static void decide_request(
	const struct meeting *m, const struct facts *f, int64_t now, struct plan *ret)
{
	bool series = m->type == MEETING_SERIES;
	if (m->end < m->start) {
		plan_decline(ret, TEXT_REJECT_GENERAL_ERROR, "the meeting ends before it starts");
		return;
	}
	if (series && f->series_error) {
		plan_decline(ret, TEXT_REJECT_GENERAL_ERROR, f->series_error);
		return;
	}
	if (refuse_alias(f, ret))
		return;
	if (series ? f->series_over : m->end <= now)
		decline_as_past(m, f, ret);
	else
		accept(m, f, ret);
}

/* Found in the calendar: there is no message to put away, and an answer only where one is due. What
 * Exchange accepted is never declined behind its back for an alias that only we do not know. */
static void suit_calendar(const struct meeting *m, const struct facts *f, struct plan *ret)
{
	bool accepted = m->response == RESPONSE_ACCEPTED;
	bool has_room = f->known && f->known->has_room;
	if (ret->reply == REPLY_INSERT) {
		/* There is no message to put away afterwards: the answer tells. */
		ret->reply = REPLY_ACCEPT;
		ret->instructions = true;
	}
	if (ret->reply == REPLY_REMOVE || ret->reply == REPLY_DISCARD ||
		(ret->reply == REPLY_ACCEPT && accepted && (has_room || !ret->instructions)) ||
		(ret->reply == REPLY_DECLINE && accepted && f->alias == ALIAS_UNKNOWN))
		ret->reply = REPLY_NONE;
	if (ret->reply == REPLY_DECLINE && accepted && is_plain(f))
		ret->reason = "Exchange accepted it by itself and took its text away";
	if (ret->reply == REPLY_NONE) {
		ret->text = TEXT_NONE;
		ret->instructions = false;
	}
}

static void decide_message(
	const struct meeting *m, const struct facts *facts, int64_t now, struct plan *ret)
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
	} else if (is_older(m, facts->known) || is_older(m, facts->occurrence) ||
		is_older(m, facts->cancelled_series)) {
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
		decide_cancellation(m, facts, ret);
	}
}

void decide(const struct meeting *m, const struct facts *facts, int64_t now, struct plan *ret)
{
	decide_message(m, facts, now, ret);
	if (m->calendar_item)
		suit_calendar(m, facts, ret);
}

const char *room_step_name(enum room_step step)
{
	static const char *const names[] = { [ROOM_KEEP] = "keep",
		[ROOM_CREATE] = "create",
		[ROOM_UPDATE] = "update",
		[ROOM_REMOVE] = "remove",
		[ROOM_OCCURRENCE] = "occurrence",
		[ROOM_OCCURRENCE_REMOVE] = "occurrence_remove",
		[ROOM_FORGET] = "forget" };
	return names[step];
}

const char *reply_step_name(enum reply_step step)
{
	static const char *const names[] = { [REPLY_NONE] = "none",
		[REPLY_ACCEPT] = "accept",
		[REPLY_DECLINE] = "decline",
		[REPLY_INSERT] = "insert",
		[REPLY_REMOVE] = "remove",
		[REPLY_DISCARD] = "discard" };
	return names[step];
}

const char *reply_text_field(enum reply_text text)
{
	static const char *const names[N_REPLY_TEXTS] = { [TEXT_NONE] = "",
		[TEXT_ACCEPT_NEW_SINGLE] = "accept_new_single_meeting_template",
		[TEXT_ACCEPT_NEW_SERIES] = "accept_new_recurring_series_template",
		[TEXT_ACCEPT_EDITED_SINGLE] = "accept_edited_single_meeting_template",
		[TEXT_ACCEPT_EDITED_SERIES] = "accept_edited_recurring_series_template",
		[TEXT_ACCEPT_EDITED_OCCURRENCE] = "accept_edited_occurrence_template",
		[TEXT_REJECT_ALIAS_CONFLICT] = "reject_alias_conflict_template",
		[TEXT_REJECT_ALIAS_DELETED] = "reject_alias_deleted_template",
		[TEXT_REJECT_INVALID_ALIAS_ID] = "reject_invalid_alias_id_template",
		[TEXT_REJECT_SINGLE_PAST] = "reject_single_meeting_past",
		[TEXT_REJECT_SERIES_PAST] = "reject_recurring_series_past_template",
		[TEXT_REJECT_GENERAL_ERROR] = "reject_general_error_template" };
	return names[text];
}
